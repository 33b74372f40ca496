//! The webhook's secret, in a type that never shows itself.

use std::fmt;
use std::str::FromStr;

use rand::distr::{Alphanumeric, SampleString};
use subtle::ConstantTimeEq;

/// How long a secret is that the desk makes by itself: more than anybody can guess.
const LENGTH: usize = 48;

/// The longest that Telegram takes.
const LONGEST: usize = 256;

/// What Telegram sends with every update that it posts, and nobody else knows: 1 to 256 letters,
/// digits, `_` and `-`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The text is no secret that Telegram would take; what it was is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be 1 to 256 letters (A-Z, a-z), digits, `_` and `-`")]
pub struct BadSecret;

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(Alphanumeric.sample_string(&mut rand::rng(), LENGTH))
    }

    /// Whether this is it. How long the comparison takes says nothing about how much of it was right.
    pub fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = BadSecret;

    fn from_str(text: &str) -> Result<Self, BadSecret> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        match (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits) {
            true => Ok(Self(text.to_owned())),
            false => Err(BadSecret),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_and_never_shown() {
        let secret: Secret = "s3cret_-".parse().unwrap();
        assert!(secret.is(b"s3cret_-"));
        for other in ["", "s3cret_", "s3cret_-x", "S3cret_-", "s3cret_\u{ad}"] {
            assert!(!secret.is(other.as_bytes()), "{other:?}");
        }
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn only_what_telegram_takes_is_a_secret() {
        let long = "a".repeat(257);
        for text in ["", "a b", "a.b", "a:b", "секрет", &long] {
            assert_eq!(text.parse::<Secret>(), Err(BadSecret), "{text}");
        }
        assert!("a".repeat(256).parse::<Secret>().is_ok());
    }

    #[test]
    fn what_the_desk_makes_is_never_the_same() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert_eq!(one.expose().parse(), Ok(one.clone()));
    }
}
