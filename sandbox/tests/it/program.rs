//! The program under test as a child process.
#![cfg(unix)]

use frontdesk_sandbox::{Options, Program, Sandbox};

fn runs(script: &str) -> Options {
    Options {
        program: Some(Program {
            argv: vec!["sh".into(), "-c".into(), script.into()],
            env: vec![("WHERE".to_owned(), "{api_url}/bot{token}/getMe".to_owned())],
        }),
        ..Options::default()
    }
}

/// Whether there is a process of this number.
fn is_there(pid: u32) -> bool {
    std::path::Path::new(&format!("/proc/{pid}")).exists()
}

#[actix_web::test]
async fn it_is_started_once_stopped_and_killed() {
    let sandbox = Sandbox::start(runs("exec sleep 600"))
        .await
        .expect("a sandbox");
    assert!(
        sandbox.program().available && !sandbox.program().running,
        "not by itself"
    );
    let started = sandbox.start_program().await.expect("it starts");
    let pid = started.pid.expect("a number");
    assert!(started.running && is_there(pid));
    assert_eq!(
        sandbox.start_program().await.expect("it runs").pid,
        Some(pid)
    );
    let stopped = sandbox.stop_program().await.expect("it stops");
    assert!(!stopped.running && stopped.pid.is_none() && !is_there(pid));
    let again = sandbox
        .start_program()
        .await
        .expect("it starts")
        .pid
        .expect("a number");
    assert_ne!(again, pid);
    assert!(!sandbox.kill_program().await.expect("it dies").running);
    assert!(!is_there(again));
    sandbox
        .stop_program()
        .await
        .expect("nothing to stop is fine");
    sandbox.stop().await;
}

#[actix_web::test]
async fn one_that_ignores_sigterm_can_still_be_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let ready = folder.path().join("ready");
    let script = format!(
        "trap '' TERM; touch {}; while :; do sleep 1; done",
        ready.display()
    );
    let sandbox = Sandbox::start(runs(&script)).await.expect("a sandbox");
    sandbox.start_program().await.expect("it starts");
    while !ready.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let stopping = sandbox.stop_program();
    let killing = async {
        let pause = std::time::Duration::from_millis(50);
        tokio::time::sleep(pause).await;
        assert!(sandbox.program().running, "it ignores the request");
        sandbox.kill_program().await
    };
    let (stopped, killed) = futures::join!(stopping, killing);
    assert_eq!(stopped, killed, "who asked it to end hears of its end too");
    assert!(!killed.expect("killed").running);
    sandbox.stop().await;
}

#[actix_web::test]
async fn it_ends_by_itself_or_with_the_sandbox_and_knows_the_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = folder.path().join("told");
    let script = format!("echo \"$WHERE\" > {}", told.display());
    let sandbox = Sandbox::start(runs(&script)).await.expect("a sandbox");
    sandbox.start_program().await.expect("it starts");
    let ended = async {
        while sandbox.program().running {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(crate::support::LIMIT, ended)
        .await
        .expect("it ends by itself");
    let told = std::fs::read_to_string(told).expect("written");
    assert_eq!(
        told.trim(),
        format!("{}/bot{}/getMe", sandbox.api_url(), sandbox.token())
    );
    sandbox.stop().await;

    let sandbox = Sandbox::start(runs("exec sleep 600"))
        .await
        .expect("a sandbox");
    let pid = sandbox
        .start_program()
        .await
        .expect("it starts")
        .pid
        .expect("a number");
    sandbox.stop().await;
    assert!(!is_there(pid));
}

#[actix_web::test]
async fn what_cannot_start_says_so() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let error = sandbox.start_program().await.expect_err("there is none");
    assert_eq!(error, "the sandbox was started without a program");
    sandbox.stop().await;
    let missing = Program {
        argv: vec!["/no/such/program".into()],
        env: Vec::new(),
    };
    let options = Options {
        program: Some(missing),
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.expect("a sandbox");
    let error = sandbox.start_program().await.expect_err("it is missing");
    assert!(error.starts_with("the program does not start"), "{error}");
    assert!(!sandbox.program().running);
    sandbox.stop().await;
}
