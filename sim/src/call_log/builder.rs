//! Turns rows into a log: what both formats share.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tandem_engine::{Span, Timestamp};

use super::{
    CALLS_MAX, CallLog, CallLogError, DAYS_MAX, LoggedCall, MALFORMED_SHARE_MAX,
    MALFORMED_TOLD_MAX, NAME_BYTES_MAX, NAMES_MAX, Outcome, RowCounts,
};
use crate::table::{BadField, DAY_S, Row, days_between};

/// A call as a row tells it.
pub(super) struct RowCall<'a> {
    /// The day of the arrival; none where the log counts seconds.
    pub date: Option<Date>,
    /// Time since that day's midnight; it may exceed 24 hours.
    pub time: Span,
    pub wait: Span,
    pub outcome: Outcome,
    pub talk: Span,
    /// Empty where nobody is named.
    pub agent: &'a str,
    /// Empty where no kind is named.
    pub kind: &'a str,
    /// Whether its times contradict each other.
    pub contradictory: bool,
}

/// What a row turns out to be.
pub(super) enum RowIs<'a> {
    Call(RowCall<'a>),
    NeverJoined,
    Phantom,
}

/// Collects rows.
pub(super) struct Builder {
    calls: Vec<(Option<Date>, LoggedCall)>,
    agents: Names,
    kinds: Names,
    rows: RowCounts,
    malformed: Vec<BadField>,
}

/// Names by order of their appearance.
struct Names {
    column: &'static str,
    ids: BTreeMap<String, u32>,
}

impl Names {
    const fn new(column: &'static str) -> Self {
        Self {
            column,
            ids: BTreeMap::new(),
        }
    }

    /// The provisional id of a name.
    fn id(&mut self, name: &str) -> Result<Option<u32>, CallLogError> {
        if name.is_empty() {
            return Ok(None);
        }
        if let Some(id) = self.ids.get(name) {
            return Ok(Some(*id));
        }
        let next = u32::try_from(self.ids.len())
            .ok()
            .filter(|_| self.ids.len() < NAMES_MAX);
        let Some(id) = next else {
            return Err(CallLogError::TooManyNames {
                column: self.column,
            });
        };
        self.ids.insert(name.to_owned(), id);
        Ok(Some(id))
    }

    /// The names in alphabetical order, and the place there of each id: the
    /// order of the rows must not matter.
    fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut places = vec![0; self.ids.len()];
        let mut names = Vec::with_capacity(self.ids.len());
        for (place, (name, id)) in (0..).zip(self.ids) {
            places[id as usize] = place;
            names.push(name);
        }
        (names, places)
    }
}

impl Builder {
    /// For a format that calls its kinds so.
    pub const fn new(agent_column: &'static str, kind_column: &'static str) -> Self {
        Self {
            calls: Vec::new(),
            agents: Names::new(agent_column),
            kinds: Names::new(kind_column),
            rows: RowCounts {
                rows: 0,
                malformed: 0,
                phantom: 0,
                never_joined: 0,
                contradictory: 0,
            },
            malformed: Vec::new(),
        }
    }

    /// Takes one row in.
    pub fn add(&mut self, row: Result<RowIs<'_>, BadField>) -> Result<(), CallLogError> {
        self.rows.rows += 1;
        match row {
            Ok(RowIs::Call(call)) => self.add_call(&call)?,
            Ok(RowIs::NeverJoined) => self.rows.never_joined += 1,
            Ok(RowIs::Phantom) => self.rows.phantom += 1,
            Err(field) => {
                self.rows.malformed += 1;
                if self.malformed.len() < MALFORMED_TOLD_MAX {
                    self.malformed.push(field);
                }
            }
        }
        Ok(())
    }

    fn add_call(&mut self, row: &RowCall<'_>) -> Result<(), CallLogError> {
        if self.calls.len() >= CALLS_MAX {
            return Err(CallLogError::TooManyCalls);
        }
        self.rows.contradictory += u64::from(row.contradictory);
        let call = LoggedCall {
            arrival: Timestamp::ZERO + row.time,
            wait: row.wait,
            outcome: row.outcome,
            talk: row.talk,
            agent: self.agents.id(row.agent)?,
            kind: self.kinds.id(row.kind)?,
        };
        self.calls.push((row.date, call));
        Ok(())
    }

    /// The log, if enough of its rows were sound.
    pub fn finish(self) -> Result<CallLog, CallLogError> {
        let RowCounts {
            rows, malformed, ..
        } = self.rows;
        if let Some(first) = self.malformed.first().filter(|_| too_many(malformed, rows)) {
            return Err(CallLogError::TooManyMalformed {
                malformed,
                rows,
                first: first.clone(),
            });
        }
        let start = self.calls.iter().filter_map(|(date, _)| *date).min();
        let (agents, agent_places) = self.agents.sorted();
        let (kinds, kind_places) = self.kinds.sorted();
        let mut calls = Vec::with_capacity(self.calls.len());
        for (date, mut call) in self.calls {
            if let (Some(start), Some(date)) = (start, date) {
                let days = days_between(start, date).unsigned_abs();
                call.arrival = call.arrival + Span::from_secs(days * DAY_S);
            }
            call.agent = call.agent.map(|id| agent_places[id as usize]);
            call.kind = call.kind.map(|id| kind_places[id as usize]);
            calls.push(call);
        }
        calls.sort_by_key(|call| call.arrival);
        let days = days_of(calls.last())?;
        Ok(CallLog {
            start,
            days,
            calls,
            agents,
            kinds,
            rows: self.rows,
            malformed: self.malformed,
        })
    }
}

/// Whether more than [`MALFORMED_SHARE_MAX`] of the rows are malformed.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of rows are far below 2⁵³"
)]
fn too_many(malformed: u64, rows: u64) -> bool {
    malformed as f64 > rows as f64 * MALFORMED_SHARE_MAX
}

/// The number of days up to that of the last call.
fn days_of(last: Option<&LoggedCall>) -> Result<u32, CallLogError> {
    let Some(last) = last else { return Ok(0) };
    let days = last.arrival.micros() / Span::from_secs(DAY_S).micros() + 1;
    match u32::try_from(days) {
        Ok(days) if days <= DAYS_MAX => Ok(days),
        _ => Err(CallLogError::TooManyDays { days }),
    }
}

/// A name that is not too long.
pub(super) fn name(row: Row<'_>, column: usize) -> Result<&str, BadField> {
    let name = row.text(column)?;
    if name.len() > NAME_BYTES_MAX {
        return Err(row.bad(column, "a name of at most 200 bytes"));
    }
    Ok(name)
}
