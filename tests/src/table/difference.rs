//! Where a table and what came of it differ, line by line.

use std::fmt::Write as _;

use super::text::{Block, Case, Line, first_line, output_line};

/// Lines shown before and after each difference.
const CONTEXT: usize = 3;

/// A line of the comparison: its number in the table, where it has one.
enum Row<'l> {
    Both(usize, &'l str),
    Expected(usize, &'l str),
    Told(&'l str),
}

/// The difference between a case and what came of it, if there is one.
pub fn of(case: &Case, played: &[Block]) -> Option<String> {
    let mut expected: Vec<Line> = Vec::new();
    for step in &case.steps {
        expected.push((step.line, first_line(step.time, &step.what)));
        let outputs = step.expected.iter();
        expected.extend(outputs.map(|(number, line)| (*number, output_line(line))));
    }
    let mut told: Vec<String> = Vec::new();
    for block in played {
        told.push(first_line(block.time, &block.what));
        told.extend(block.lines.iter().map(|line| output_line(line)));
    }
    let rows = align(&expected, &told);
    let differs = |row: &Row<'_>| !matches!(row, Row::Both(..));
    if !rows.iter().any(differs) {
        return None;
    }
    let mut shown = String::new();
    let mut skipped = false;
    for (place, row) in rows.iter().enumerate() {
        let near = place.saturating_sub(CONTEXT)..rows.len().min(place + CONTEXT + 1);
        if !rows[near].iter().any(differs) {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) {
            shown.push_str("       …\n");
        }
        match row {
            Row::Both(number, line) => writeln!(shown, "{number:>6}   {line}"),
            Row::Expected(number, line) => writeln!(shown, "{number:>6} - {line}"),
            Row::Told(line) => writeln!(shown, "       + {line}"),
        }
        .expect("a text takes more text");
    }
    Some(shown)
}

/// Aligns both sides along their longest common subsequence.
fn align<'l>(expected: &'l [Line], told: &'l [String]) -> Vec<Row<'l>> {
    let width = told.len() + 1;
    // common[i][j]: length of what expected[i..] and told[j..] have in common.
    let mut common = vec![0_u32; (expected.len() + 1) * width];
    for i in (0..expected.len()).rev() {
        for j in (0..told.len()).rev() {
            common[i * width + j] = if expected[i].1 == told[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut rows = Vec::new();
    while i < expected.len() || j < told.len() {
        let (number, line) = expected.get(i).map_or((0, ""), |(n, l)| (*n, l.as_str()));
        if i < expected.len() && j < told.len() && line == told[j] {
            rows.push(Row::Both(number, line));
            (i, j) = (i + 1, j + 1);
        } else if j == told.len()
            || i < expected.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            rows.push(Row::Expected(number, line));
            i += 1;
        } else {
            rows.push(Row::Told(&told[j]));
            j += 1;
        }
    }
    rows
}
