//! The music that comes with Tandem, reckoned when it is wanted.
//!
//! Four chords, each of two bars, as broken chords of a soft bell over a quiet
//! pad. All notes lie where a telephone is at its best, from 196 to 660 Hz, and
//! the whole is about 10 dB quieter than speech, as it is heard for minutes.

use std::f64::consts::{PI, TAU};

use super::resample::to_sample;
use crate::media::codec::SAMPLES_A_SECOND;

/// Samples from one note to the next: 0.5 seconds.
const NOTE: usize = 4_000;
const NOTES_A_CHORD: usize = 16;
const LENGTH: usize = CHORDS.len() * NOTES_A_CHORD * NOTE;
/// A bell is heard for so long.
const BELL: usize = 6 * NOTE;
/// The pad of a chord begins before and ends behind it by so much.
const FADE: usize = 2 * NOTE;
/// The loudest sample, of 1.
const PEAK: f64 = 0.2;

/// Notes as semitones above A at 440 Hz, from low to high: the tonic, its
/// relative minor, the subdominant and the dominant, all with a soft seventh
/// or ninth, so that the last leads back to the first.
const CHORDS: [[i32; 5]; 4] = [
    // D, F sharp, A, C sharp, E
    [-7, -3, 0, 4, 7],
    // B, D, F sharp, A, D
    [-10, -7, -3, 0, 5],
    // G, B, D, F sharp, A
    [-14, -10, -7, -3, 0],
    // A, C sharp, E, G, B
    [-12, -8, -5, -2, 2],
];

/// The order in which the bell plays the notes of a chord; none is a rest.
const FIGURES: [[Option<usize>; NOTES_A_CHORD]; 2] = [
    [
        Some(0),
        Some(2),
        Some(3),
        Some(4),
        Some(2),
        Some(3),
        Some(1),
        None,
        Some(0),
        Some(1),
        Some(3),
        Some(2),
        Some(4),
        None,
        Some(3),
        None,
    ],
    [
        Some(0),
        Some(1),
        Some(2),
        Some(4),
        Some(3),
        None,
        Some(2),
        Some(1),
        Some(0),
        Some(2),
        Some(4),
        Some(3),
        Some(2),
        None,
        Some(1),
        None,
    ],
];

/// All of it, at 8 kHz.
pub fn samples() -> Vec<i16> {
    // What still sounds at the end sounds on at the begin, as it will be
    // played again: there is no seam.
    let mut sum = vec![0.0; LENGTH];
    for (index, chord) in CHORDS.iter().enumerate() {
        let begin = index * NOTES_A_CHORD * NOTE;
        for (step, note) in FIGURES[index % 2].iter().enumerate() {
            if let Some(note) = note {
                // The first of each four is a little louder, as a hand would.
                let loud = if step % 4 == 0 { 1.0 } else { 0.8 };
                bell(&mut sum, begin + step * NOTE, frequency(chord[*note]), loud);
            }
        }
        for note in &chord[..4] {
            pad(&mut sum, begin, frequency(*note));
        }
    }
    let loudest = sum
        .iter()
        .fold(0.0_f64, |loudest, sample| loudest.max(sample.abs()));
    sum.iter()
        .map(|sample| to_sample(sample / loudest * PEAK))
        .collect()
}

fn frequency(semitones: i32) -> f64 {
    440.0 * 2.0_f64.powf(f64::from(semitones) / 12.0)
}

/// A note that is struck: three partials, of which the higher fade sooner.
fn bell(sum: &mut [f64], begin: usize, hz: f64, loud: f64) {
    for n in 0..BELL {
        let t = seconds(n);
        let attack = (t / 0.015).min(1.0);
        let attack = (1.0 - (PI * attack).cos()) / 2.0;
        // Nothing may stop abruptly.
        let last = (seconds(BELL - n) / 0.3).min(1.0);
        let partial = |order: f64, strength: f64, decay: f64| {
            strength * (TAU * hz * order * t).sin() * (-t / decay).exp()
        };
        let sound = partial(1.0, 1.0, 0.9) + partial(2.0, 0.28, 0.5) + partial(3.0, 0.08, 0.25);
        sum[(begin + n) % LENGTH] += loud * attack * last * sound;
    }
}

/// A note that is held under a chord, of two voices that are slightly apart.
fn pad(sum: &mut [f64], begin: usize, hz: f64) {
    let length = NOTES_A_CHORD * NOTE + FADE;
    for n in 0..length {
        let edge = seconds(n.min(length - n)) / seconds(FADE);
        let fade = (PI / 2.0 * edge.min(1.0)).sin();
        let t = seconds(n);
        let sound = (TAU * (hz - 0.2) * t).sin() + (TAU * (hz + 0.2) * t).sin();
        sum[(begin + LENGTH - FADE / 2 + n) % LENGTH] += 0.09 * fade * fade * sound;
    }
}

fn seconds(samples: usize) -> f64 {
    let samples = u32::try_from(samples).expect("a short melody");
    f64::from(samples) / f64::from(SAMPLES_A_SECOND)
}
