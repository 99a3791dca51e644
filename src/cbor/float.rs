//! Binary16, for "preferred serialization" of floats (RFC 8949 section 4.1).
//!
//! It knows two conversions and nothing else. The `half` crate does the same, and is the oracle of the tests below
//! over all 65,536 patterns; as a dependency it would bring a proc-macro stack for these few lines.

/// What the 16 bits mean; every binary16 is a binary32.
pub(crate) fn from_bits(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from((bits >> 10) & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    match exponent {
        // Zero and subnormal: fraction × 2^-24, exact in binary32.
        0 => {
            let magnitude = f32::from(bits & 0x3ff) * f32::from_bits((127 - 24) << 23);
            f32::from_bits(sign | magnitude.to_bits())
        }
        0x1f => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 127 - 15) << 23) | (fraction << 13)),
    }
}

/// The 16 bits that mean exactly this number, if there are such. NaN has none: it is written as one fixed pattern.
pub(crate) fn to_bits(value: f32) -> Option<u16> {
    let bits = value.to_bits();
    let exponent = (bits >> 23) & 0xff;
    let fraction = bits & 0x7f_ffff;
    let half = match exponent {
        0 if fraction == 0 => 0,
        0xff if fraction == 0 => 0x7c00,
        // Normal in binary16: ten fraction bits must be enough.
        113..=142 if fraction.trailing_zeros() >= 13 => ((exponent - 112) << 10) | (fraction >> 13),
        // Subnormal: the value is a whole multiple of 2^-24.
        103..=112 => {
            let significand = 0x80_0000 | fraction;
            let shift = 126 - exponent;
            if significand.trailing_zeros() < shift {
                return None;
            }
            significand >> shift
        }
        _ => return None,
    };
    u16::try_from((bits >> 16) & 0x8000 | half).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "arithmetic alone, and a lot of it")]
    fn every_binary16_means_what_the_half_crate_says() {
        for bits in 0..=u16::MAX {
            let oracle = half::f16::from_bits(bits).to_f32();
            let ours = from_bits(bits);
            if oracle.is_nan() {
                assert!(ours.is_nan());
            } else {
                assert_eq!(ours.to_bits(), oracle.to_bits(), "{bits:#06x}");
                assert_eq!(to_bits(ours), Some(bits), "{bits:#06x}");
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "arithmetic alone, and a lot of it")]
    fn only_exact_values_have_a_short_form() {
        let near = (0..=u16::MAX).flat_map(|bits| {
            let exact = from_bits(bits).to_bits();
            [exact.wrapping_add(1), exact.wrapping_sub(1), exact.wrapping_add(0x1000)]
        });
        for bits in near {
            let value = f32::from_bits(bits);
            let oracle = half::f16::from_f32(value);
            let exact = !value.is_nan() && oracle.to_f32().to_bits() == bits;
            assert_eq!(to_bits(value).is_some(), exact, "{value:e}");
        }
        for none in [f32::NAN, 65_536.0, 1.0e-8, 0.1, f32::MIN_POSITIVE] {
            assert_eq!(to_bits(none), None, "{none:e}");
        }
    }
}
