//! What operators get wrong: each mistake has one sentence that says what to do, and its exit code.

use std::fs;

use super::{err, folder, frontdesk, line, out, run};

#[test]
fn a_mistake_in_the_file_is_named_with_its_key() {
    let folder = folder();
    let cases: &[(&[u8], &str)] = &[
        (
            b"[desk]\nadmns = [1]\n",
            "desk.admns (config.toml): there is no such setting; here are only admin_names, admins, \
             categories, language, texts, timezone",
        ),
        (
            b"[desk]\nadmins = \"1\"\n",
            "desk.admins (config.toml): it must be a list such as [1, 2]",
        ),
        (
            b"[desk]\nadmins = [-5]\n",
            "desk.admins (config.toml): -5 is not the id of a person: those are greater than 0",
        ),
        (
            b"[actors]\nshutdown_grace = \"8\"\n",
            "actors.shutdown_grace (config.toml): it must be a whole number",
        ),
        (
            b"[actors]\nshutdown_grace = -1\n",
            "actors.shutdown_grace (config.toml): it is -1 and must be 1 to 3600",
        ),
        (
            b"[limits]\nglobal_per_second = 99999999999\n",
            "limits.global_per_second (config.toml): it is 99999999999 and must be 0 to 10000",
        ),
        (
            b"[telegram]\ntoken = 123\n",
            "telegram.token (config.toml): it must be text in quotes",
        ),
        (
            b"[database]\nurl = \"sqlite:a.db?mode=ro\"\n",
            "database.url (config.toml): nothing can be set behind a `?`: write `sqlite:` and the \
             path of a file",
        ),
        (
            b"[desk\n",
            "config.toml, line 1: this is not TOML: invalid table header",
        ),
        (
            b"\xff\xfe",
            "the configuration file config.toml cannot be read: it is not UTF-8",
        ),
    ];
    for (file, sentence) in cases {
        fs::write(folder.path().join("config.toml"), file).expect("a file");
        let output = run(folder.path(), &["check"]);
        assert_eq!(output.status.code(), Some(2), "{sentence}");
        assert_eq!(err(&output), format!("frontdesk: {sentence}\n"));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = folder();
    for (arguments, problem) in [
        (
            ["--config", "nowhere.toml"],
            "nowhere.toml cannot be read: there is no such file",
        ),
        (["--config", "."], ". cannot be read: it is a folder"),
    ] {
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2));
        let sentence = format!("frontdesk: the configuration file {problem}\n");
        assert_eq!(err(&output), sentence);
    }
}

#[test]
fn a_mistake_on_the_command_line_is_answered_with_the_usage() {
    let folder = folder();
    for arguments in [
        &["nonsense"][..],
        &["--nonsense"],
        &["quarantine"],
        &["quarantine", "show", "x"],
        &["migrate", "down", "--to", "x"],
        &["demo", "--port", "99999"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains("--help"), "{}", err(&output));
    }
}

#[test]
fn check_says_what_a_start_would_stumble_over() {
    let folder = folder();
    let check = |url: &str, token: &str| {
        let mut command = frontdesk(folder.path(), &["check"]);
        command
            .env("FRONTDESK_DATABASE__URL", url)
            .env("FRONTDESK_TELEGRAM__TOKEN", token)
            .env("FRONTDESK_TELEGRAM__API_URL", "http://127.0.0.1:9");
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        out(&output)
    };
    line(
        &check("sqlite:no/such/desk.db", "7:secret"),
        "error    database.url: there is no folder for no/such/desk.db; make it, or name another",
    );
    line(
        &check("sqlite:.", "7:secret"),
        "error    database.url: the database cannot be used now: the file cannot be opened",
    );
    let empty = check("sqlite:desk.db", "7:secret");
    line(
        &empty,
        "warning  desk.admins: the list is empty, so nobody can answer",
    );
    line(
        &empty,
        "warning  database.url: there is no file desk.db yet",
    );
}

#[test]
fn a_copy_from_nothing_names_its_own_option() {
    let folder = folder();
    let to = "postgres://desk@127.0.0.1:1/none";
    for (from, sentence) in [
        ("sqlite:none.db", "there is no database at none.db (--from)"),
        ("none.db", "`--from sqlite:FILE --to postgres://…`"),
    ] {
        let output = run(folder.path(), &["copy", "--from", from, "--to", to]);
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains(sentence), "{}", err(&output));
    }
}
