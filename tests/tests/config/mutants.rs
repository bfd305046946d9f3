//! Files that were right once, damaged at random: whatever comes in, an answer
//! comes out, and soon.

use std::time::{Duration, Instant};

use tandem_engine::config::reader::Source;
use tandem_engine::config::text;

use crate::generate::{count, seed};

/// Files that touch every key and most of what TOML knows.
const FILES: [&str; 4] = [
    include_str!("office.toml"),
    "a.b.c = { d = [1, 2.5e-3, { e = 0x1F }], 'f g' = \"h\" }\n[[x.y]]\nz = 1979-05-27T07:32:00Z\n",
    "# Only a comment\n[options]\ntime_zone = '''\nUTC'''\n\
     queue_numbers = \"\"\"6400-\\\n 6499\"\"\"\n",
    "",
];

/// Parts that mean something to TOML or to the configuration.
const TOKENS: [&str; 58] = [
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "\r\n",
    "\r",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "\\",
    "\\u0000",
    "\\U0010FFFF",
    " ",
    "\t",
    "\0",
    "\u{1b}",
    "\u{feff}",
    "é",
    "日",
    "-",
    "+",
    "_",
    "0",
    "1",
    "9999999999999999999999",
    "0x",
    "1e400",
    "inf",
    "nan",
    "true",
    "false",
    "1979-05-27",
    "07:32:00.999999",
    "[options]",
    "[[queue]]",
    "[[extension]]",
    "number",
    "numbers",
    "name",
    "static_agents",
    "failover",
    "pause_reasons",
    "feature_codes",
    "on_presence",
    "\"1001-1999\"",
    "\"6400\"",
    "queue 6400",
    "time_zone",
    "a.a.a.a.a.a",
    "[[[[[[[[[[[[",
];

/// A generator of numbers that nobody could guess (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Below `end`, or zero.
    fn below(&mut self, end: usize) -> usize {
        let roll = usize::try_from(self.roll() >> 33).expect("31 bits");
        roll.checked_rem(end).unwrap_or(0)
    }

    fn pick<'p>(&mut self, all: &[&'p str]) -> &'p str {
        all[self.below(all.len())]
    }
}

/// Damages a file once.
fn damage(dice: &mut Dice, file: &mut Vec<u8>) {
    let at = dice.below(file.len() + 1);
    let len = 1 + dice.below(8);
    let end = (at + len).min(file.len());
    match dice.below(8) {
        0 => drop(file.drain(at..end)),
        1 => file.truncate(at),
        2 if at < file.len() => file[at] = dice.roll().to_le_bytes()[0],
        3 => {
            let copy = file[at..(at + dice.below(200)).min(file.len())].to_vec();
            let to = dice.below(file.len() + 1);
            drop(file.splice(to..to, copy));
        }
        4 => {
            let token = dice.pick(&TOKENS).repeat(1 + dice.below(40));
            drop(file.splice(at..at, token.into_bytes()));
        }
        5 => drop(file.splice(at..end, dice.pick(&TOKENS).bytes())),
        6 => {
            // A line goes elsewhere.
            let mut lines: Vec<&[u8]> = file.split_inclusive(|&b| b == b'\n').collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            if !lines.is_empty() {
                lines.swap(from, to);
            }
            *file = lines.concat();
        }
        _ => drop(file.splice(at..at, dice.pick(&TOKENS).bytes())),
    }
}

#[test]
fn every_damaged_file_gets_an_answer_soon() {
    let mutants = count("TANDEM_MUTANTS", 50_000);
    let mut dice = Dice(seed() | 1 << 40);
    let (mut fine, mut slowest) = (0_u32, Duration::ZERO);
    for mutant in 0..mutants {
        let mut file = dice.pick(&FILES).as_bytes().to_vec();
        for _ in 0..1 + dice.below(4) {
            damage(&mut dice, &mut file);
        }
        let file = String::from_utf8_lossy(&file);
        let begin = Instant::now();
        let answer = text::read(Source::new("mutant.toml", &file));
        let said = answer.as_ref().err().map(ToString::to_string);
        let passed = begin.elapsed();
        slowest = slowest.max(passed);
        fine += u32::from(answer.is_ok());
        // A thousand times what it takes, as others share the machine.
        assert!(
            passed.as_secs() < 2,
            "mutant {mutant} took {passed:?}:\n{file}"
        );
        if let Err(problems) = answer {
            let said = said.expect("a wrong file");
            assert!(
                !problems.list.is_empty(),
                "mutant {mutant} has no problem:\n{file}"
            );
            let lines = 1 + file.matches('\n').count();
            for problem in &problems.list {
                assert!(problem.line <= lines, "mutant {mutant}: {said}\n{file}");
                assert!(
                    !problem.what.contains('\n'),
                    "mutant {mutant}: {said}\n{file}"
                );
            }
        }
    }
    println!("{mutants} mutants, {fine} of them right; the slowest took {slowest:?}");
    // Damage that hits nothing, or breaks everything, would show nothing.
    let telling = fine > mutants / 100 && fine < mutants / 2;
    assert!(telling || mutants < 1_000, "{fine} of {mutants} are right");
}

#[test]
fn large_files_of_nonsense_get_an_answer_soon() {
    let mib = 1 << 20;
    let units = [
        "]\n",
        "a\n",
        "=",
        "[[queue]]\n",
        "[[extension]]\n",
        "\"",
        "'''",
        "[a]\n",
        "a=0_\n",
        "{",
        "x = [\"",
        "[[queue]]\nstatic_agents = [\"0-9\"]\n",
        "a.",
        "a=[",
        "\\",
        "é",
        "\0",
        "[[queue]]\nnumber=\"6400\"\nname=\"\"\n",
        "[[queue]]\nstatic_agents=[\"0000-9999\"]\n",
    ];
    for unit in units {
        for size in [mib, 8 * mib] {
            let file = unit.repeat(size / unit.len());
            let begin = Instant::now();
            let answer = text::read(Source::new("large.toml", &file));
            let said = answer.err().map(|problems| problems.to_string());
            let passed = begin.elapsed();
            println!("{size} bytes of {unit:?}: {passed:?}");
            assert!(
                passed.as_secs() < 20,
                "{size} bytes of {unit:?} took {passed:?}"
            );
            assert!(said.is_some_and(|said| said.len() < 100_000), "{unit:?}");
        }
    }
    // Keys without end: each is unknown, and each is looked up.
    let keys: String = (0..mib / 8)
        .map(|key| format!("key{key} = {key}\n"))
        .collect();
    let begin = Instant::now();
    assert!(text::read(Source::new("large.toml", &format!("[options]\n{keys}"))).is_err());
    assert!(
        begin.elapsed().as_secs() < 20,
        "it took {:?}",
        begin.elapsed()
    );
}
