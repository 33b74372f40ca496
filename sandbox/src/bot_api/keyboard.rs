//! Reading `reply_markup`: the checks of inline keyboards.

use serde_json::{Map, Value, json};

use super::{
    error::ApiError,
    request::{Params, required_text},
};

/// As many buttons as a keyboard may have.
const MOST_BUTTONS: usize = 100;
/// The bytes of `callback_data`.
const MOST_DATA: usize = 64;

/// The rows of the inline keyboard; none without one. Other markups are checked and come to nothing
/// here, for people of the sandbox answer by writing.
pub(crate) fn read(params: &Params) -> Result<Vec<Vec<Value>>, ApiError> {
    let markup = params.structure(
        "reply_markup",
        "Can't parse reply keyboard markup JSON object",
    )?;
    match markup {
        None => Ok(Vec::new()),
        Some(markup) => rows(&markup),
    }
}

/// The same for an edit, which can show no other markup.
pub(crate) fn read_inline(params: &Params) -> Result<Vec<Vec<Value>>, ApiError> {
    let markup = params.structure(
        "reply_markup",
        "Can't parse reply keyboard markup JSON object",
    )?;
    match markup {
        None => Ok(Vec::new()),
        Some(Value::Object(markup))
            if !markup.is_empty() && !markup.contains_key("inline_keyboard") =>
        {
            Err(ApiError::bad_request("Inline keyboard expected"))
        }
        Some(markup) => rows(&markup),
    }
}

fn rows(markup: &Value) -> Result<Vec<Vec<Value>>, ApiError> {
    let Value::Object(markup) = markup else {
        return Err(ApiError::bad_request("Object expected as reply markup"));
    };
    if let Some(keyboard) = markup.get("keyboard") {
        check_reply_keyboard(keyboard)?;
    }
    let Some(rows) = markup.get("inline_keyboard") else {
        return Ok(Vec::new());
    };
    let Value::Array(rows) = rows else {
        return Err(ApiError::bad_request(
            "Field \"inline_keyboard\" must be of type Array",
        ));
    };
    let mut keyboard = Vec::with_capacity(rows.len());
    let mut count = 0;
    for row in rows {
        let Value::Array(row) = row else {
            return Err(ApiError::bad_request(
                "Field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
            ));
        };
        let buttons: Vec<Value> = row.iter().map(button).collect::<Result<_, _>>()?;
        count += buttons.len();
        if !buttons.is_empty() {
            keyboard.push(buttons);
        }
    }
    if count > MOST_BUTTONS {
        return Err(ApiError::bad_request("reply markup is too long"));
    }
    Ok(keyboard)
}

/// One inline button as a `Message` shows it.
fn button(button: &Value) -> Result<Value, ApiError> {
    let refuse = |words: String| {
        ApiError::bad_request(&format!("Can't parse inline keyboard button: {words}"))
    };
    let Value::Object(fields) = button else {
        return Err(refuse("InlineKeyboardButton must be an Object".to_owned()));
    };
    let text = required_text(fields, "text").map_err(refuse)?;
    let does = action(fields).map_err(refuse)?;
    if text.trim().is_empty() {
        return Err(ApiError::bad_request(
            "Inline keyboard button text must be non-empty",
        ));
    }
    if let Action::Data(data) = &does
        && data.len() > MOST_DATA
    {
        return Err(ApiError::bad_request("BUTTON_DATA_INVALID"));
    }
    if let Action::Url(url) = &does
        && !["http://", "https://", "tg://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
    {
        return Err(ApiError::bad_request(&format!(
            "Inline keyboard button URL '{url}' is invalid: Unsupported URL protocol"
        )));
    }
    Ok(match does {
        Action::Data(data) => json!({ "text": text, "callback_data": data }),
        Action::Url(url) => json!({ "text": text, "url": url }),
        Action::Other(name, value) => json!({ "text": text, name: value }),
    })
}

enum Action {
    Data(String),
    Url(String),
    Other(&'static str, Value),
}

fn action(fields: &Map<String, Value>) -> Result<Action, String> {
    for name in ["url", "callback_data"] {
        match fields.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.is_empty() => {}
            Some(Value::String(text)) if name == "url" => return Ok(Action::Url(text.clone())),
            Some(Value::String(text)) => return Ok(Action::Data(text.clone())),
            Some(Value::Number(number)) => return Ok(Action::Data(number.to_string())),
            Some(_) => return Err(format!("Field \"{name}\" must be of type String")),
        }
    }
    let others = [
        "callback_game",
        "pay",
        "switch_inline_query",
        "switch_inline_query_chosen_chat",
        "switch_inline_query_current_chat",
        "login_url",
        "web_app",
        "copy_text",
    ];
    others
        .into_iter()
        .find_map(|name| Some(Action::Other(name, fields.get(name)?.clone())))
        .ok_or_else(|| "Text buttons are unallowed in the inline keyboard".to_owned())
}

fn check_reply_keyboard(keyboard: &Value) -> Result<(), ApiError> {
    let not_rows = || ApiError::bad_request("Field \"keyboard\" must be an Array of Arrays");
    for row in keyboard.as_array().ok_or_else(not_rows)? {
        for button in row.as_array().ok_or_else(not_rows)? {
            let text = button
                .as_str()
                .or_else(|| button["text"].as_str())
                .unwrap_or_default();
            if text.trim().is_empty() {
                return Err(ApiError::bad_request(
                    "Keyboard button text must be non-empty",
                ));
            }
        }
    }
    Ok(())
}
