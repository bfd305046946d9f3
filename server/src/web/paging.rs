//! Lists that come page by page, in the order of time.

use tandem_engine::PublicId;

use super::problem::Problem;
use crate::store::{RecordKey, StoreError};

/// Records of one answer, where it is not said how many.
pub const RECORDS_DEFAULT: usize = 100;
/// Records of one answer at most.
pub const RECORDS_MAX: usize = 500;
/// Pages that are read for one answer. Where most records may not be seen, an
/// answer may have fewer than were asked for and still go on.
const PAGES_MAX: usize = 8;

/// Which part of a list is wanted.
pub(crate) struct Page {
    after: RecordKey,
    last: RecordKey,
    limit: usize,
}

impl Page {
    /// From one moment to another in Unix ms, or behind the page before, so many.
    ///
    /// # Errors
    /// Where there is no such page, or more is wanted than one may have.
    pub(crate) fn new(
        (from, to): (Option<i64>, Option<i64>),
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(RECORDS_DEFAULT);
        if !(1..=RECORDS_MAX).contains(&limit) {
            let detail = format!("limit is 1 to {RECORDS_MAX}");
            return Err(Problem::bad("query", detail));
        }
        let micros = |ms: i64| ms.saturating_mul(1_000);
        // Behind everything before that moment.
        let from_then = |ms| RecordKey::until(micros(ms).saturating_sub(1));
        let after = match after {
            Some(text) => place(text)
                .ok_or_else(|| Problem::bad("query", "after is not the next of a page before"))?,
            None => from.map_or(RecordKey::FIRST, from_then),
        };
        let until = |ms| RecordKey::until(micros(ms).saturating_add(999));
        let last = to.map_or(RecordKey::LAST, until);
        Ok(Self { after, last, limit })
    }

    /// What is shown of what is read, and where the next page begins, if there is one.
    /// `read` gives at most so many behind a place and up to another.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn fill<Row, Shown>(
        &self,
        read: impl Fn(RecordKey, RecordKey, usize) -> Result<Vec<Row>, StoreError>,
        key: impl Fn(&Row) -> RecordKey,
        show: impl Fn(Row) -> Option<Shown>,
    ) -> Result<(Vec<Shown>, Option<String>), StoreError> {
        let (mut found, mut after) = (Vec::new(), self.after);
        for _ in 0..PAGES_MAX {
            let room = self.limit - found.len();
            // One more, to know whether there is one.
            let page = read(after, self.last, room + 1)?;
            let more = page.len() > room;
            for row in page.into_iter().take(room) {
                after = key(&row);
                found.extend(show(row));
            }
            if !more {
                return Ok((found, None));
            }
            if found.len() == self.limit {
                break;
            }
        }
        Ok((found, Some(after.to_string())))
    }
}

/// A word that is one of these, if any is there.
pub(crate) fn known(word: Option<&String>, words: &[&str]) -> Result<Option<String>, Problem> {
    match word {
        Some(word) if !words.contains(&word.as_str()) => {
            let detail = format!("{word:?} is none of {}", words.join(", "));
            Err(Problem::bad("query", detail))
        }
        word => Ok(word.cloned()),
    }
}

/// The place among records with this name.
pub(crate) fn place(text: &str) -> Option<RecordKey> {
    let mut parts = text.split('.');
    let key = RecordKey {
        joined_us: parts.next()?.parse().ok()?,
        call: PublicId {
            epoch: parts.next()?.parse().ok()?,
            counter: parts.next()?.parse().ok()?,
        },
        visit: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(key)
}
