//! SIGHUP: what can change while the desk runs does, the rest is named, and a broken file changes
//! nothing.

use std::fs;

use rustix::process::Signal;

use super::{Desk, Place};
use crate::town::{EMMA, KATE};

#[actix_rt::test]
async fn a_changed_file_is_taken_in_and_a_broken_one_is_not() {
    let place = Place::new().await;
    let write = |toml: &str| fs::write(place.file("config.toml"), toml).expect("a file");
    write(&format!(
        "[desk]\nadmins = [{KATE}]\n[log]\nlevel = \"warn\"\n"
    ));
    let mut command = place.command(env!("CARGO_BIN_EXE_frontdesk"), &[]);
    command.env_remove("FRONTDESK_DESK__ADMINS");
    let desk = Desk::of(command);
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    place.emma().text("/admin");
    place.emma_reads("I don't know this command").await;

    write(&format!(
        "[desk]\nadmins = [{KATE}, {EMMA}]\nlanguage = \"en\"\n[limits]\nchat_burst = 9\n\
         [actors.sessions]\nthreads = 2\n[log]\nlevel = \"info\"\n"
    ));
    desk.tell(Signal::HUP);
    desk.says("new: desk.admins, limits.chat_burst, log.level")
        .await;
    desk.says("these need another start of the desk: actors.sessions.threads, desk.language")
        .await;
    place.emma().text("/admin");
    place.emma_reads("Admin menu").await;

    write("[desk]\nadmins = []\n[limits\n");
    desk.tell(Signal::HUP);
    desk.says("settings stay as they were: config.toml, line 3: this is not TOML")
        .await;
    write("[desk]\nadmins = [-1]\n");
    desk.tell(Signal::HUP);
    desk.says("settings stay as they were: desk.admins (config.toml): -1 is not the id")
        .await;
    fs::rename(place.file("config.toml"), place.file("aside")).expect("a file");
    desk.tell(Signal::HUP);
    desk.says("config.toml cannot be read: there is no such file")
        .await;
    place.emma().text("/admin");
    place.emma_reads("Admin menu").await;

    write(&format!(
        "[desk]\nadmins = [{KATE}]\n[limits]\nchat_burst = 9\n"
    ));
    desk.tell(Signal::HUP);
    desk.says("settings were read again; new: desk.admins\n")
        .await;
    place.emma().text("/admin");
    place.emma_reads("I don't know this command").await;
    desk.tell(Signal::HUP);
    desk.says("nothing that can change now is new").await;
    desk.tell(Signal::TERM);
    let (code, log) = desk.ends().await;
    assert_eq!(code, Some(0), "{log}");
}

#[actix_rt::test]
async fn words_of_the_operators_own_are_taken_in_and_wrong_ones_leave_the_old_ones() {
    let mut place = Place::new().await;
    let words = |file: &str, text: &str| {
        fs::create_dir_all(place.file("words")).expect("a folder");
        fs::write(place.file("words").join(file), text).expect("a file");
    };
    let (code, ours) = place.operator(&["texts", "en"]);
    assert_eq!(code, Some(0));
    assert!(ours.contains("\nunknown-command = "), "{ours}");
    let key = "unknown-command";

    words("en.ftl", &format!("{key} = Nobody *here* knows that\n"));
    words("notes.txt", "none of the desk's");
    place
        .settings
        .push(("FRONTDESK_DESK__TEXTS", "words".to_owned()));
    let (_, told) = place.operator(&["check"]);
    assert!(told.contains("some of them your own (en.ftl)"), "{told}");
    let desk = place.open();
    let asks = || place.emma().text("/nonsense");
    asks();
    place.emma_reads("Nobody here knows that").await;

    let words = |file: &str, text: &str| {
        fs::write(place.file("words").join(file), text).expect("a file");
    };
    words("en.ftl", &format!("\n{key} = That is *new to us\n"));
    desk.tell(Signal::HUP);
    desk.says(
        "settings stay as they were: desk.texts: words/en.ftl, line 2: unknown-command begins",
    )
    .await;
    words("de.ftl", "");
    desk.tell(Signal::HUP);
    desk.says("words/de.ftl is for no language of the desk; it knows en.ftl and ru.ftl")
        .await;
    asks();
    place.emma_reads("Nobody here knows that").await;

    fs::remove_file(place.file("words/de.ftl")).expect("it is there");
    words("en.ftl", &format!("{key} = That is new to us\n"));
    desk.tell(Signal::HUP);
    desk.says("settings were read again; new: desk.texts").await;
    asks();
    place.emma_reads("That is new to us").await;
    desk.stops().await;

    words("ru.ftl", "no-such-text = x\n");
    let wrong = "desk.texts: words/ru.ftl, line 1: there is no text no-such-text";
    let (code, told) = place.operator(&[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains(wrong), "{told}");
    let (code, told) = place.operator(&["check"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("error    {wrong}")), "{told}");
    fs::remove_dir_all(place.file("words")).expect("it is there");
    let (code, told) = place.operator(&[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("desk.texts: words cannot be read"), "{told}");
}
