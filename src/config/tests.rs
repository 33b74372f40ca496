//! The configuration: what holds, what wins, and what is refused in which words.

use std::fs;

use super::*;

/// Loads with this file's text and these variables.
fn load(file: &str, environment: &[(&str, &str)]) -> Result<(Config, Vec<Setting>), ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.toml");
    fs::write(&path, file).unwrap();
    let variables = environment
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    Config::load(Some(&path), variables)
}

/// The sentence that refuses it, without the random folder of the file.
fn refused(file: &str, environment: &[(&str, &str)]) -> String {
    let text = load(file, environment).unwrap_err().to_string();
    match text.split_once("/desk.toml") {
        Some((before, after)) => {
            let start = before.find('/').expect("the path is absolute");
            format!("{}desk.toml{after}", &before[..start])
        }
        None => text,
    }
}

#[test]
fn the_defaults_are_those_of_the_issue() {
    let config = Config::from_toml("").unwrap();
    assert!(config.telegram.token.is_none());
    assert_eq!(
        config.telegram.api_url.as_str(),
        "https://api.telegram.org/"
    );
    assert_eq!(config.database.url, "sqlite:frontdesk.db");
    assert!(config.database.migrate);
    assert!(config.desk.admins.is_empty());
    let categories: Vec<_> = config
        .desk
        .categories
        .iter()
        .map(|c| c.0.as_str())
        .collect();
    assert_eq!(categories, ["general", "payment", "technical"]);
    assert_eq!(config.desk.language, Lang::Ru);
    assert!(!config.desk.admin_names);
    assert_eq!(config.limits.global_per_second, 30);
    assert_eq!(config.limits.chat_per_second, 1);
    assert_eq!(config.limits.chat_burst, 5);
    assert_eq!(config.limits.person_per_minute, 30);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = "[desk]\nlanguage = \"en\"\ntimezone = \"Asia/Tokyo\"\n";
    let (config, settings) = load(file, &[("FRONTDESK_DESK__LANGUAGE", "ru")]).unwrap();
    assert_eq!(config.desk.language, Lang::Ru);
    assert_eq!(config.desk.timezone, Tz::Asia__Tokyo);
    let source = |key: &str| {
        let setting = settings.iter().find(|setting| setting.key == key).unwrap();
        setting.source.clone()
    };
    assert_eq!(source("desk.language"), "FRONTDESK_DESK__LANGUAGE");
    assert!(source("desk.timezone").ends_with("desk.toml"));
    assert_eq!(source("desk.admin_names"), "default");
}

#[test]
fn lists_are_read_from_the_environment_with_and_without_brackets() {
    for text in ["[201, 202]", "201,202", " 201, 202, "] {
        let (config, _) = load("", &[("FRONTDESK_DESK__ADMINS", text)]).unwrap();
        assert_eq!(config.desk.admins, [PersonId(201), PersonId(202)], "{text}");
    }
    let (config, _) = load("", &[("FRONTDESK_DESK__ADMINS", "")]).unwrap();
    assert!(config.desk.admins.is_empty());
    for text in ["[\"Wi-Fi\", 2024]", "Wi-Fi, 2024"] {
        let (config, _) = load("", &[("FRONTDESK_DESK__CATEGORIES", text)]).unwrap();
        let names: Vec<_> = config
            .desk
            .categories
            .iter()
            .map(|c| c.0.as_str())
            .collect();
        assert_eq!(names, ["Wi-Fi", "2024"], "{text}");
    }
}

#[test]
fn a_variable_is_read_as_the_type_of_its_default() {
    let variables = [
        ("FRONTDESK_DATABASE__URL", "sqlite:2024"),
        ("FRONTDESK_DATABASE__MIGRATE", "false"),
        ("FRONTDESK_ACTORS__SESSIONS__THREADS", "3"),
        ("FRONTDESK_REQUIRE_BROWSER", "1"),
        ("HOME", "/root"),
    ];
    let (config, _) = load("", &variables).unwrap();
    assert_eq!(config.database.url, "sqlite:2024");
    assert!(!config.database.migrate);
    assert_eq!(config.actors.sessions.threads, 3);
}

#[test]
fn the_token_is_never_shown() {
    const SECRET: &str = "424242:AAE-very-secret";
    let (config, settings) = load("", &[("FRONTDESK_TELEGRAM__TOKEN", SECRET)]).unwrap();
    assert!(config.telegram.token.is_some());
    let shown = format!("{config:?} {settings:?}");
    assert!(!shown.contains("very-secret"), "{shown}");
    let token = settings
        .iter()
        .find(|setting| setting.key == "telegram.token")
        .unwrap();
    assert_eq!(token.value, "set");
    assert_eq!(token.source, "FRONTDESK_TELEGRAM__TOKEN");

    let places = [
        "[telegram]\ntoken = 424242\n",
        "[telegram]\ntoken = 424242:AAE\n",
        "[telegram]\ntoken = \"424242\"\n",
        "[telegram]\ntoken = [\"424242\"]\n",
        "[telegram]\ntoken = \"424242:AAE\n",
    ];
    for file in places {
        let error = load(file, &[]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("424242"), "{shown}");
    }
    let error = load("", &[("FRONTDESK_TELEGRAM__TOKEN", "424242")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "telegram.token (FRONTDESK_TELEGRAM__TOKEN): it must be a bot token: digits, a colon and \
         a secret"
    );
}

#[test]
fn the_webhooks_secret_is_never_shown() {
    let file = "[telegram.webhook]\nsecret = \"s3cret-word\"\n";
    let (config, settings) = load(file, &[]).unwrap();
    assert!(config.telegram.webhook.secret.is_some());
    let shown = format!("{config:?} {settings:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    for wrong in ["s3cret word", "s3cret.word", &"s3cret".repeat(50)] {
        let file = format!("[telegram.webhook]\nsecret = \"{wrong}\"\n");
        let error = load(&file, &[]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("1 to 256 letters"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}

#[test]
fn nonsense_is_refused_with_the_name_of_the_key_and_its_source() {
    let long = "к".repeat(17);
    let cases = [
        (
            "[desk]\ntimezone = \"Mars/Base\"",
            "desk.timezone (desk.toml): there is no time zone",
        ),
        (
            "[desk]\nlanguage = \"de\"",
            "desk.language (desk.toml): the desk speaks",
        ),
        (
            "[desk]\nadmins = [-5]",
            "desk.admins (desk.toml): -5 is not the id of a person",
        ),
        (
            "[desk]\nadmins = [7, 7]",
            "desk.admins (desk.toml): 7 is there twice",
        ),
        (
            "[desk]\nadmins = \"201\"",
            "desk.admins (desk.toml): it must be a list",
        ),
        (
            "[desk]\ncategories = []",
            "desk.categories (desk.toml): at least one",
        ),
        (
            "[desk]\ncategories = [\"\"]",
            "desk.categories (desk.toml): a category is empty",
        ),
        (
            "[desk]\ncategories = [\"a\", \"a\"]",
            "desk.categories (desk.toml): \"a\" is there twice",
        ),
        (
            "[desk]\ncategories = [\"a:b\"]",
            "desk.categories (desk.toml): \"a:b\" has a colon",
        ),
        (
            "[desk]\ncategories = [\"a\\nb\"]",
            "desk.categories (desk.toml): \"a\\nb\" has a colon",
        ),
        (
            "[desk]\nadmin_names = 1",
            "desk.admin_names (desk.toml): it must be true or false",
        ),
        (
            "[telegram]\nmode = \"hook\"",
            "telegram.mode (desk.toml): it must be \"polling\" or \"webhook\"",
        ),
        (
            "[telegram]\nmode = \"webhook\"",
            "telegram.webhook.url (default): with telegram.mode = \"webhook\" Telegram has to know",
        ),
        (
            "[telegram.webhook]\nurl = \"desk.example/telegram\"",
            "telegram.webhook.url (desk.toml): it must be an address such as",
        ),
        (
            "[telegram.webhook]\nurl = \"https://me:word@desk.example/\"",
            "telegram.webhook.url (desk.toml): it must be an address such as",
        ),
        (
            "[telegram.webhook]\nlisten = \"8080\"",
            "telegram.webhook.listen (desk.toml): it must be an address and a port",
        ),
        (
            "[telegram.webhook]\npath = \"telegram\"",
            "telegram.webhook.path (desk.toml): it must begin with a slash",
        ),
        (
            "[telegram.webhook]\nmax_connections = 101",
            "telegram.webhook.max_connections (desk.toml): it is 101",
        ),
        (
            "[telegram.webhook]\ncertificate = \"a.pem\"",
            "telegram.webhook.key (default): the certificate needs its key",
        ),
        (
            "[telegram.webhook]\nkey = \"a.pem\"",
            "telegram.webhook.certificate (default): the key needs its certificate",
        ),
        (
            "[telegram]\napi_url = \"api.telegram.org\"",
            "telegram.api_url (desk.toml): it must",
        ),
        (
            "[telegram]\napi_url = \"ftp://a\"",
            "telegram.api_url (desk.toml): it must",
        ),
        (
            "[database]\nurl = \"mysql://a\"",
            "database.url (desk.toml): it must",
        ),
        (
            "[database]\nurl = \"sqlite::memory:\"",
            "database.url (desk.toml): it must",
        ),
        (
            "[actors.sessions]\nthreads = 0",
            "actors.sessions.threads (desk.toml): it is 0",
        ),
        (
            "[actors.sessions]\nthreads = -1",
            "actors.sessions.threads (desk.toml): it is -1 and must be 1 to 256",
        ),
        (
            "[actors.intake]\nbatch = 101",
            "actors.intake.batch (desk.toml): it is 101",
        ),
        (
            "[actors.notifier]\nmailbox = 1.5",
            "actors.notifier.mailbox (desk.toml): it must be a",
        ),
        (
            "[log]\nlevel = \"inof\"",
            "log.level (desk.toml): it must be",
        ),
        (
            "[log]\nformat = \"xml\"",
            "log.format (desk.toml): it must be one of text, json",
        ),
        (
            "[telegram]\nsecret = \"x\"",
            "telegram.secret (desk.toml): there is no such setting",
        ),
        (
            "[actors.intaek]\nbatch = 1",
            "actors.intaek (desk.toml): there is no such setting",
        ),
        ("telegram = 5", "telegram (desk.toml): it must be a section"),
        ("[telegram\n", "desk.toml, line 1: this is not TOML"),
        (
            "[log]\nlevel = \"info\"\nlevel = \"info\"",
            "desk.toml, line 3: this is not TOML",
        ),
    ];
    for (file, sentence) in cases {
        let refusal = refused(file, &[]);
        assert!(refusal.starts_with(sentence), "{file}\n{refusal}");
        assert!(!refusal.contains('\n'), "{refusal}");
    }
    let category = refused(&format!("[desk]\ncategories = [\"{long}\"]"), &[]);
    assert!(
        category.ends_with("has 34 bytes and may have 32"),
        "{category}"
    );
}

#[test]
fn nonsense_in_a_variable_is_refused_by_its_name() {
    let cases = [
        (
            "FRONTDESK_DESK__ADMINS",
            "[1, 2",
            "desk.admins (FRONTDESK_DESK__ADMINS): it must be a list",
        ),
        (
            "FRONTDESK_DESK__ADMINS",
            "anna",
            "desk.admins (FRONTDESK_DESK__ADMINS): it must be a whole",
        ),
        (
            "FRONTDESK_LIMITS__CHAT_BURST",
            "-1",
            "limits.chat_burst (FRONTDESK_LIMITS__CHAT_BURST): it",
        ),
        (
            "FRONTDESK_DESK__ADMIN_NAMES",
            "yes",
            "desk.admin_names (FRONTDESK_DESK__ADMIN_NAMES): it",
        ),
        (
            "FRONTDESK_TELEGRAM__SECRET",
            "x",
            "telegram.secret (FRONTDESK_TELEGRAM__SECRET): there is no",
        ),
        (
            "FRONTDESK_ACTORS__INTAKE",
            "x",
            "actors.intake (FRONTDESK_ACTORS__INTAKE): there is no",
        ),
        (
            "FRONTDESK_TELEGRAM_TOKEN",
            "x",
            "telegram (FRONTDESK_TELEGRAM_TOKEN): two underscores",
        ),
    ];
    for (name, value, sentence) in cases {
        let refusal = refused("", &[(name, value)]);
        assert!(refusal.starts_with(sentence), "{refusal}");
    }
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let error = Config::load(Some(Path::new("/no/such/desk.toml")), []).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration file /no/such/desk.toml cannot be read: there is no such file"
    );
}
