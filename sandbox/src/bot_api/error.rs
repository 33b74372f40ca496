//! Refusals in Telegram's own codes and words.

use std::borrow::Cow;

/// Why a call is refused; as JSON it is the answer of the Bot API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: u16,
    pub(crate) description: Cow<'static, str>,
    pub(crate) retry_after: Option<u32>,
}

impl ApiError {
    pub(crate) fn new(code: u16, description: impl Into<Cow<'static, str>>) -> ApiError {
        ApiError {
            code,
            description: description.into(),
            retry_after: None,
        }
    }

    /// 400 with `Bad Request: ` in front. As Telegram does, a first letter is made small unless
    /// another capital or an underscore follows (`BUTTON_DATA_INVALID` stays).
    pub(crate) fn bad_request(words: &str) -> ApiError {
        let mut chars = words.chars();
        let description = match (chars.next(), chars.next()) {
            (Some(first), Some(second)) if second != '_' && !second.is_ascii_uppercase() => {
                format!(
                    "Bad Request: {}{}",
                    first.to_ascii_lowercase(),
                    &words[first.len_utf8()..]
                )
            }
            _ => format!("Bad Request: {words}"),
        };
        ApiError::new(400, description)
    }

    /// 403 with `Forbidden: ` in front.
    pub(crate) fn forbidden(words: &str) -> ApiError {
        ApiError::new(403, format!("Forbidden: {words}"))
    }

    /// 401: the token is not, or no longer, the bot's.
    pub(crate) fn unauthorized() -> ApiError {
        ApiError::new(401, "Unauthorized")
    }

    /// 429.
    pub(crate) fn too_many_requests(retry_after: u32) -> ApiError {
        ApiError {
            retry_after: Some(retry_after),
            ..ApiError::new(429, format!("Too Many Requests: retry after {retry_after}"))
        }
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> String {
        let mut body = serde_json::json!({
            "ok": false,
            "error_code": self.code,
            "description": self.description,
        });
        if let Some(retry_after) = self.retry_after {
            body["parameters"] = serde_json::json!({ "retry_after": retry_after });
        }
        body.to_string()
    }
}
