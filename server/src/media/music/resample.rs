//! From any rate to that of telephony: a sinc filter under a Kaiser window.

use std::collections::{HashMap, VecDeque};
use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::media::codec::SAMPLES_A_SECOND;

/// The filter reaches over so many crossings of zero on each side.
const CROSSINGS: u32 = 24;
/// The table has so many points from one crossing to the next; between them
/// straight lines stray by less than the noise of G.711.
const POINTS: u32 = 256;
/// Shape of the window: the stop band lies about 80 dB below.
const BETA: f64 = 8.0;
/// What is kept of the band up to half the lower rate. The rest is the slope of
/// the filter, so that nothing folds back below 3.4 kHz, where telephony ends.
const PASS: f64 = 0.92;

/// One half of the filter, from its middle outwards.
static FILTER: LazyLock<Vec<f32>> = LazyLock::new(filter);

#[expect(
    clippy::cast_possible_truncation,
    reason = "less precision is meant, and values lie between -1 and 1"
)]
fn single(value: f64) -> f32 {
    value as f32
}

fn filter() -> Vec<f32> {
    let value = |point: u32| {
        let at = f64::from(point) / f64::from(POINTS);
        let edge = f64::from(CROSSINGS);
        let window = bessel(BETA * (1.0 - (at / edge).powi(2)).max(0.0).sqrt()) / bessel(BETA);
        let sinc = if point == 0 {
            1.0
        } else {
            (PI * at).sin() / (PI * at)
        };
        single(sinc * window)
    };
    // One more, so that every point has a next one.
    let mut filter: Vec<f32> = (0..=CROSSINGS * POINTS).map(value).collect();
    filter.push(0.0);
    filter
}

/// The modified Bessel function of the first kind and order zero.
fn bessel(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

/// Takes samples of one rate and collects those of 8 kHz.
pub struct Resampler {
    rate: u32,
    /// Steps of the filter's table for one sample of the input.
    scale: f64,
    /// Samples of the input on each side of the one asked for.
    reach: u32,
    /// The filter for each place between two samples that an output can have,
    /// as far as it was needed: one at 48 kHz, 80 at 44.1 kHz.
    taps: HashMap<u32, Box<[f32]>>,
    /// The input from `reach` samples before the present output on.
    window: VecDeque<f32>,
    /// Index in the input of the window's first sample, silence before the
    /// first sample included.
    begin: u64,
    pushed: u64,
    output: Vec<i16>,
}

impl Resampler {
    /// From a rate in samples a second.
    pub fn new(rate: u32) -> Self {
        let ratio = f64::from(rate) / f64::from(SAMPLES_A_SECOND);
        // Crossings of zero for one sample of the input.
        let band = PASS * ratio.recip().min(1.0);
        let reach = reach(rate);
        Self {
            rate,
            scale: band * f64::from(POINTS),
            reach,
            taps: HashMap::new(),
            // Silence before the first sample.
            window: (0..reach).map(|_| 0.0).collect(),
            begin: 0,
            pushed: 0,
            output: Vec::new(),
        }
    }

    /// The next sample, from -1 to 1.
    pub fn push(&mut self, sample: f32) {
        self.pushed += 1;
        self.window.push_back(sample);
        while self.window.len() > self.last_needed() {
            self.emit();
        }
    }

    /// All samples of the output.
    pub fn finish(mut self) -> Vec<i16> {
        let wanted = self.pushed * u64::from(SAMPLES_A_SECOND) / u64::from(self.rate);
        let wanted = usize::try_from(wanted.max(1)).expect("music is short");
        while self.output.len() < wanted {
            self.push(0.0);
        }
        self.output.truncate(wanted);
        self.output
    }

    /// Where the present output lies in the input: whole samples, and parts of
    /// 8,000.
    fn position(&self) -> (u64, u32) {
        let at = u64::try_from(self.output.len()).expect("a length") * u64::from(self.rate);
        let (whole, part) = (
            at / u64::from(SAMPLES_A_SECOND),
            at % u64::from(SAMPLES_A_SECOND),
        );
        let part = u32::try_from(part).expect("less than the divisor");
        (whole, part)
    }

    /// How many samples the window must have beyond for the present output.
    fn last_needed(&self) -> usize {
        let (whole, _) = self.position();
        let beyond = u64::from(2 * self.reach + 1);
        usize::try_from(whole - self.begin + beyond).expect("near")
    }

    fn emit(&mut self) {
        let (whole, part) = self.position();
        let behind = usize::try_from(whole - self.begin).expect("near");
        self.window.drain(..behind);
        self.begin = whole;
        let (scale, reach) = (self.scale, self.reach);
        let taps = self.taps.entry(part);
        let taps = taps.or_insert_with(|| taps_at(part, scale, reach));
        let sum = product(taps, self.window.make_contiguous());
        self.output.push(to_sample(f64::from(sum)));
    }
}

/// The filter for an output that lies so many parts of 8,000 behind a sample.
fn taps_at(part: u32, scale: f64, reach: u32) -> Box<[f32]> {
    let behind = f64::from(part) / f64::from(SAMPLES_A_SECOND);
    let tap = |n: u32| {
        let distance = f64::from(n) - f64::from(reach) - behind;
        // More of the input lies under a wider filter.
        single(weight(distance.abs() * scale) * scale / f64::from(POINTS))
    };
    (0..2 * reach + 2).map(tap).collect()
}

/// The sum of what both hold, place by place, as far as the first goes; in
/// eight sums, which a processor reckons at once.
fn product(taps: &[f32], samples: &[f32]) -> f32 {
    let samples = &samples[..taps.len()];
    let mut sums = [0.0; 8];
    for (taps, samples) in taps.chunks(8).zip(samples.chunks(8)) {
        for ((sum, tap), sample) in sums.iter_mut().zip(taps).zip(samples) {
            *sum += tap * sample;
        }
    }
    sums.iter().sum()
}

/// Samples of the input that the filter covers on one side.
fn reach(rate: u32) -> u32 {
    // One crossing is ratio / PASS samples long, and PASS is over 9/10.
    (CROSSINGS * rate.max(SAMPLES_A_SECOND) * 10).div_ceil(SAMPLES_A_SECOND * 9)
}

/// The filter at so many steps from its middle.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "distances are positive and short, and the part is taken apart"
)]
fn weight(steps: f64) -> f64 {
    let point = steps as usize;
    let part = steps - steps.floor();
    match FILTER.get(point..point + 2) {
        Some([near, far]) => f64::from(*near) + part * f64::from(far - near),
        _ => 0.0,
    }
}

/// A sample from -1 to 1 as a number, the loudest where it is beyond.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from float clamps, and makes nothing of what is no number"
)]
pub fn to_sample(value: f64) -> i16 {
    (value * 32_767.0).round() as i16
}
