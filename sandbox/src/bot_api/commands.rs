//! `setMyCommands`, `getMyCommands`, `deleteMyCommands`: per scope and language.

use serde_json::{Value, json};

use super::{
    chats::known,
    error::ApiError,
    request::{Params, integer, required_text},
};
use crate::state::{BotCommand, Scope, State};

pub(super) fn set_my_commands(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let commands = params.structure("commands", "Can't parse commands JSON object")?;
    let commands = match commands {
        None => Vec::new(),
        Some(Value::Array(commands)) => commands,
        Some(_) => return Err(ApiError::bad_request("Expected an Array of BotCommand")),
    };
    let commands: Vec<BotCommand> = commands.iter().map(read).collect::<Result<_, _>>()?;
    let (scope, language) = list_of(state, params)?;
    if commands.len() > 100 {
        return Err(ApiError::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    if let Some(refused) = commands.iter().find_map(refusal) {
        return Err(ApiError::bad_request(refused));
    }
    state.world.commands.set(scope, &language, commands);
    state.touch();
    Ok(json!(true))
}

pub(super) fn get_my_commands(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let (scope, language) = list_of(state, params)?;
    Ok(json!(state.world.commands.get(scope, &language)))
}

pub(super) fn delete_my_commands(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let (scope, language) = list_of(state, params)?;
    state.world.commands.delete(scope, &language);
    state.touch();
    Ok(json!(true))
}

fn read(command: &Value) -> Result<BotCommand, ApiError> {
    let refuse = |words: String| ApiError::bad_request(&format!("Can't parse BotCommand: {words}"));
    let Value::Object(fields) = command else {
        return Err(refuse("expected an Object".to_owned()));
    };
    let command = required_text(fields, "command").map_err(refuse)?;
    Ok(BotCommand {
        // A slash in front is taken off, as Telegram does.
        command: command.strip_prefix('/').unwrap_or(&command).to_owned(),
        description: required_text(fields, "description").map_err(refuse)?,
    })
}

/// Why Telegram would not take the command.
fn refusal(command: &BotCommand) -> Option<&'static str> {
    let name = &command.command;
    let description = command.description.trim();
    if name.is_empty() {
        return Some("Command must be non-empty");
    }
    if name.len() > 32 {
        return Some("Command length must not exceed 32");
    }
    if description.is_empty() {
        return Some("Command description must be non-empty");
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(plain) {
        return Some("BOT_COMMAND_INVALID");
    }
    if description.chars().count() > 256 {
        return Some("BOT_COMMAND_DESCRIPTION_INVALID");
    }
    None
}

/// Which list a call means.
fn list_of(state: &State, params: &Params) -> Result<(Scope, String), ApiError> {
    let scope = params.structure("scope", "Can't parse BotCommandScope JSON object")?;
    let scope = match &scope {
        None => Scope::Default,
        Some(Value::Object(fields)) => {
            let refuse = |words: String| {
                ApiError::bad_request(&format!("Can't parse BotCommandScope: {words}"))
            };
            let id = |name: &str| {
                let id = fields.get(name);
                let id = id.ok_or_else(|| refuse(format!("Can't find field \"{name}\"")))?;
                integer(id).ok_or_else(|| ApiError::bad_request("chat not found"))
            };
            match required_text(fields, "type").map_err(refuse)?.as_str() {
                "default" => Scope::Default,
                "all_private_chats" => Scope::AllPrivateChats,
                "all_group_chats" => Scope::AllGroupChats,
                "all_chat_administrators" => Scope::AllChatAdministrators,
                "chat" => Scope::Chat(id("chat_id")?),
                "chat_administrators" => Scope::ChatAdministrators(id("chat_id")?),
                "chat_member" => Scope::ChatMember(id("chat_id")?, id("user_id")?),
                _ => return Err(refuse("Unsupported type specified".to_owned())),
            }
        }
        Some(_) => return Err(ApiError::bad_request("BotCommandScope must be an Object")),
    };
    match scope {
        Scope::ChatAdministrators(chat) | Scope::ChatMember(chat, _) if chat > 0 => {
            return Err(ApiError::bad_request(
                "Can't use specified scope in private chats",
            ));
        }
        Scope::Chat(chat) | Scope::ChatAdministrators(chat) | Scope::ChatMember(chat, _)
            if !known(state, chat) =>
        {
            return Err(ApiError::bad_request("chat not found"));
        }
        _ => {}
    }
    let language = params.text("language_code");
    let two_letters = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    if !language.is_empty() && !two_letters {
        return Err(ApiError::bad_request("LANG_CODE_INVALID"));
    }
    Ok((scope, language))
}
