//! Functions of probability that the standard library lacks.
//!
//! They call the elementary functions of `libm` by name, so that a result does
//! not depend on the machine or on its C library.

use core::f64::consts::FRAC_1_SQRT_2;

/// Coefficients of a polynomial, the constant first.
type Coefficients = [f64; 8];

/// Evaluates a polynomial by Horner's rule.
#[inline]
fn polynomial(coefficients: &Coefficients, x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// A ratio of two polynomials.
#[inline]
fn ratio(numerator: &Coefficients, denominator: &Coefficients, x: f64) -> f64 {
    polynomial(numerator, x) / polynomial(denominator, x)
}

/// The coefficients of algorithm AS 241, routine PPND16.
#[expect(
    clippy::excessive_precision,
    reason = "printed as in the paper, to be compared with it"
)]
mod ppnd16 {
    use super::Coefficients;

    pub const A: Coefficients = [
        3.387_132_872_796_366_608_0e0,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ];
    pub const B: Coefficients = [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083_0e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061_0e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561_0e3,
    ];
    pub const C: Coefficients = [
        1.423_437_110_749_683_577_34e0,
        4.630_337_846_156_545_295_90e0,
        5.769_497_221_460_691_405_50e0,
        3.647_848_324_763_204_605_04e0,
        1.270_458_252_452_368_382_58e0,
        2.417_807_251_774_506_117_70e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_40e-4,
    ];
    pub const D: Coefficients = [
        1.0,
        2.053_191_626_637_758_821_87e0,
        1.676_384_830_183_803_849_40e0,
        6.897_673_349_851_000_045_50e-1,
        1.481_039_764_274_800_745_90e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946_00e-4,
        1.050_750_071_644_416_843_24e-9,
    ];
    pub const E: Coefficients = [
        6.657_904_643_501_103_777_20e0,
        5.463_784_911_164_114_369_90e0,
        1.784_826_539_917_291_335_80e0,
        2.965_605_718_285_048_912_30e-1,
        2.653_218_952_657_612_309_30e-2,
        1.242_660_947_388_078_438_60e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ];
    pub const F: Coefficients = [
        1.0,
        5.998_322_065_558_879_376_90e-1,
        1.369_298_809_227_358_053_10e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591_00e-4,
        1.846_318_317_510_054_681_80e-5,
        1.421_511_758_316_445_888_70e-7,
        2.044_263_103_389_939_785_64e-15,
    ];
}

/// The value that a standard normal variable stays below with `probability`.
///
/// Source: M. J. Wichura, "Algorithm AS 241: The percentage points of the
/// normal distribution", Applied Statistics 37 (1988) 477–484, routine PPND16:
/// relative error about 10⁻¹⁶. Minus infinity at 0, infinity at 1, NaN outside.
#[inline]
#[must_use]
pub fn normal_quantile(probability: f64) -> f64 {
    let q = probability - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&ppnd16::A, &ppnd16::B, 0.425 * 0.425 - q * q);
    }
    normal_quantile_of_tail(probability)
}

/// The part of AS 241 outside [0.075, 0.925], where 15 % of the draws fall.
fn normal_quantile_of_tail(probability: f64) -> f64 {
    let tail = if probability < 0.5 {
        probability
    } else {
        1.0 - probability
    };
    if tail == 0.0 {
        return if probability < 0.5 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let r = (-libm::log(tail)).sqrt();
    let magnitude = if r <= 5.0 {
        ratio(&ppnd16::C, &ppnd16::D, r - 1.6)
    } else {
        ratio(&ppnd16::E, &ppnd16::F, r - 5.0)
    };
    if probability < 0.5 {
        -magnitude
    } else {
        magnitude
    }
}

/// The probability that a standard normal variable is at most `z`.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// Terms or steps after which the incomplete gamma function gives up; it needs
/// about 6 √shape of them.
const GAMMA_P_STEPS_MAX: u32 = 100_000;

/// Below this relative change a series has converged.
const GAMMA_P_PRECISION: f64 = 1e-16;

/// The regularised lower incomplete gamma function P(shape, x): the probability
/// that a gamma variable of this shape and scale 1 is at most `x`.
///
/// Power series below shape + 1, Lentz's continued fraction above, as in Press
/// et al., "Numerical Recipes", 3rd ed. 2007, section 6.2. Absolute error below
/// 10⁻¹² for shapes to 10³ and below 10⁻⁸ to 10⁶, where the logarithm of the
/// gamma function cancels. `shape` must be positive.
#[must_use]
pub fn gamma_p(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY {
        return 1.0;
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        front * gamma_series(shape, x)
    } else {
        1.0 - front * gamma_fraction(shape, x)
    }
}

/// Σ xⁿ / (shape (shape + 1) … (shape + n)).
fn gamma_series(shape: f64, x: f64) -> f64 {
    let mut denominator = shape;
    let mut term = 1.0 / shape;
    let mut sum = term;
    for _ in 0..GAMMA_P_STEPS_MAX {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
        if term < sum * GAMMA_P_PRECISION {
            break;
        }
    }
    sum
}

/// The continued fraction of the upper incomplete gamma function, by Lentz's
/// method as modified by Thompson and Barnett.
fn gamma_fraction(shape: f64, x: f64) -> f64 {
    /// Stands in for a zero denominator.
    const TINY: f64 = f64::MIN_POSITIVE / f64::EPSILON;
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / not_zero(b);
    let mut fraction = d;
    for i in 1..=GAMMA_P_STEPS_MAX {
        let step = f64::from(i);
        let a = -step * (step - shape);
        b += 2.0;
        d = 1.0 / not_zero(a * d + b);
        c = not_zero(b + a / c);
        let change = c * d;
        fraction *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}
