//! The bot's token, in a type that never shows itself.

use std::fmt;
use std::str::FromStr;

use frontdesk_desk::ids::BotId;

/// What BotFather gave: the bot's id, a colon, and the secret. It is told to nobody but Telegram.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    bot: BotId,
    text: String,
}

/// The text is not a bot's token; what it was is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a bot token: it should be digits, a colon, and letters, digits, `-` or `_`")]
pub struct BadToken;

impl Token {
    /// The bot's id, which stands before the colon and is no secret.
    pub fn bot_id(&self) -> BotId {
        self.bot
    }

    pub(crate) fn expose(&self) -> &str {
        &self.text
    }
}

impl FromStr for Token {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        let text = text.trim();
        let (id, secret) = text.split_once(':').ok_or(BadToken)?;
        let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
        let is_secret = !secret.is_empty()
            && secret
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        match id.parse() {
            Ok(bot) if is_id && is_secret && bot > 0 => Ok(Self {
                bot: BotId(bot),
                text: text.to_owned(),
            }),
            _ => Err(BadToken),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.bot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_and_never_shown() {
        let token: Token = " 1000001:AAE-secret_part\n".parse().unwrap();
        assert_eq!(token.bot_id(), BotId(1_000_001));
        assert_eq!(token.expose(), "1000001:AAE-secret_part");
        assert_eq!(format!("{token} {token:?}"), "1000001:… Token(1000001:…)");
    }

    #[test]
    fn other_texts_are_refused_without_repeating_them() {
        let long = format!("{}:abc", "9".repeat(30));
        for text in [
            "", ":", "12", "12:", ":ab", "0:ab", "-1:ab", "+1:ab", "1:a b", "1:a/b", "1:é", &long,
        ] {
            let error = text.parse::<Token>().unwrap_err().to_string();
            assert!(text.len() < 4 || !error.contains(text), "{error}");
        }
    }
}
