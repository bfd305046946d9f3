//! Finding what somebody probably meant.

/// Longer words are not looked at: the search is quadratic in their length.
const WORD_CHARS_MAX: usize = 64;

/// The candidate that `word` is most likely a misspelling of, if any is near:
/// at most one edit in three characters. Case, `-` and `_` do not count.
///
/// Costs a few microseconds per candidate, so nobody should ask more often
/// than problems are reported.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.chars().nth(WORD_CHARS_MAX).is_some() {
        return None;
    }
    let wanted = plain(word);
    let edits_max = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Lengths in bytes bound the distance well enough to skip most.
        if candidate.len() > wanted.len() * 4 + edits_max || candidate == word {
            continue;
        }
        let edits = strsim::osa_distance(&wanted, &plain(candidate));
        if edits <= edits_max && best.is_none_or(|(least, _)| edits < least) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The word as it compares.
fn plain(word: &str) -> String {
    word.chars()
        .map(|c| {
            if c == '-' {
                '_'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}
