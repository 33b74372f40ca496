//! The chat page in a real Chromium: a user writes and presses, an admin answers, a call goes wrong
//! on purpose, at the width of a desk and of a telephone, and the console stays empty.
//!
//! Runs where a Chromium is found; elsewhere it says so in one line, and fails if
//! `FRONTDESK_REQUIRE_BROWSER=1`.

use std::path::PathBuf;
use std::time::Duration;

use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use chromiumoxide::cdp::js_protocol::runtime::EvaluateParams;
use chromiumoxide::page::Page;
use futures::StreamExt;

use crate::town::{EMMA, KATE, Town};

/// Longer than a page takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Keeps what the console and the page complain of, from before the first script.
const LISTENER: &str = r"
    window.complaints = [];
    for (const kind of ['error', 'warn']) {
        const plain = console[kind].bind(console);
        console[kind] = (...said) => { window.complaints.push(kind + ': ' + said.join(' ')); plain(...said); };
    }
    window.addEventListener('error', event => window.complaints.push('error: ' + event.message), true);
    window.addEventListener('unhandledrejection', event => window.complaints.push('rejection: ' + event.reason));
";

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| {
            ["chromium", "chromium-browser", "google-chrome", "chrome"]
                .map(|name| folder.join(name))
        })
        .find(|file| file.is_file());
    named.or(found)
}

/// A tab of the page.
struct Tab(Page);

impl Tab {
    async fn open(browser: &Browser, url: &str, width: i64, height: i64) -> Self {
        let page = browser.new_page("about:blank").await.expect("a tab");
        page.execute(SetDeviceMetricsOverrideParams::new(
            width,
            height,
            1.0,
            width < 600,
        ))
        .await
        .expect("a width");
        page.evaluate_on_new_document(LISTENER)
            .await
            .expect("a listener");
        page.goto(url).await.expect("the page");
        let tab = Self(page);
        tab.until("document.documentElement.hasAttribute('data-ready')")
            .await;
        tab
    }

    async fn run(&self, script: &str) -> serde_json::Value {
        let mut params = EvaluateParams::new(script);
        params.await_promise = Some(true);
        params.return_by_value = Some(true);
        let run = self.0.execute(params);
        let run = tokio::time::timeout(PATIENCE, run)
            .await
            .expect("the script ends");
        let result = run.expect("the script runs").result;
        assert!(
            result.exception_details.is_none(),
            "{:?}",
            result.exception_details
        );
        result.result.value.unwrap_or_default()
    }

    /// Waits until this holds on the page; it is asked at every frame.
    async fn until(&self, condition: &str) {
        let script = format!(
            "new Promise(done => {{
                const end = Date.now() + {limit};
                const look = () => {{
                    if ({condition}) done('yes');
                    else if (Date.now() > end) done(document.body.innerText);
                    else setTimeout(look, 16);
                }};
                look();
            }})",
            limit = PATIENCE.as_millis() / 2,
        );
        let outcome = self.run(&script).await;
        assert_eq!(outcome, "yes", "{condition} never came true");
    }

    /// Waits for words in the messages.
    async fn reads(&self, words: &str) {
        let words = serde_json::Value::from(words);
        let condition =
            format!("document.querySelector('[data-testid=messages]').innerText.includes({words})");
        self.until(&condition).await;
    }

    async fn chooses(&self, person: i64) {
        self.run(&format!("location.hash = '#/{person}'; null"))
            .await;
        self.until("document.querySelector('[data-testid=composer]')?.offsetParent")
            .await;
    }

    /// Types into the composer with real key strokes and sends with Enter.
    async fn writes(&self, words: &str) {
        let composer = self
            .0
            .find_element("[data-testid=composer]")
            .await
            .expect("the composer");
        composer.click().await.expect("a click");
        composer.type_str(words).await.expect("typing");
        composer.press_key("Enter").await.expect("Enter");
        self.until("document.querySelector('[data-testid=composer]').value === ''")
            .await;
    }

    /// Presses the newest inline button with this label.
    async fn presses(&self, label: &str) {
        let label = serde_json::Value::from(label);
        let find = format!(
            "[...document.querySelectorAll('[data-testid=messages] button.key')]
                .filter(key => key.innerText.includes({label})).at(-1)"
        );
        self.until(&find).await;
        self.run(&format!("{find}.click(); null")).await;
    }

    /// Plans by keyboard that the next call to this person is done and not answered.
    async fn makes_trouble(&self, person: i64) {
        self.run("location.hash = '#/'; null").await;
        for (selector, shown) in [
            ("[data-testid=trouble] > summary", "open"),
            ("[data-testid=trouble-add]", "querySelector('li')"),
        ] {
            let choose = format!("document.querySelector('[name=whom]').value = '{person}'; null");
            self.run(&choose).await;
            let element = self.0.find_element(selector).await.expect(selector);
            element.focus().await.expect("the focus");
            element.press_key("Enter").await.expect("Enter");
            self.until(&format!(
                "document.querySelector('[data-testid=trouble]').{shown}"
            ))
            .await;
        }
    }

    async fn complaints(&self) -> serde_json::Value {
        self.run("window.complaints").await
    }

    /// Nothing sticks out to the side.
    async fn fits(&self) {
        let wide = self
            .run("document.documentElement.scrollWidth > window.innerWidth")
            .await;
        assert_eq!(wide, false, "the page is wider than its window");
    }
}

#[actix_rt::test]
async fn a_user_and_an_admin_talk_on_the_page() {
    let Some(chromium) = chromium() else {
        let required = std::env::var("FRONTDESK_REQUIRE_BROWSER").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "no Chromium was found, and FRONTDESK_REQUIRE_BROWSER=1 asks for one"
        );
        eprintln!("skipped: no Chromium was found, so the chat page was not tried in a browser");
        return;
    };
    let profile = tempfile::tempdir().expect("a folder");
    let config = BrowserConfig::builder()
        .chrome_executable(chromium)
        .no_sandbox()
        .user_data_dir(profile.path())
        .args([
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ])
        .build()
        .expect("a configuration");
    let (mut browser, mut handler) = Browser::launch(config).await.expect("a browser");
    let events = tokio::spawn(async move { while handler.next().await.is_some() {} });

    for (width, height) in [(1280, 800), (390, 844)] {
        let town = Town::with("desk.categories = [\"general\"]").await;
        let tab = Tab::open(&browser, &town.sandbox.page_url(), width, height).await;
        tab.chooses(EMMA).await;
        tab.writes("/new").await;
        tab.reads("subject").await;
        tab.writes("No sound <at all>").await;
        tab.reads("No sound <at all>").await;
        tab.writes("since this morning").await;
        tab.reads("#1").await;
        tab.fits().await;
        tab.chooses(KATE).await;
        tab.reads("since this morning").await;
        tab.presses("Answer").await;
        tab.reads("Emma Brown").await;
        tab.writes("Please turn it up").await;
        tab.fits().await;
        tab.chooses(EMMA).await;
        tab.reads("Please turn it up").await;
        tab.makes_trouble(EMMA).await;
        tab.fits().await;
        tab.chooses(EMMA).await;
        tab.writes("/help").await;
        tab.until("document.querySelector('.call.bad')?.textContent.includes('Cut after')")
            .await;
        tab.until("document.querySelector('[data-testid=trouble-summary]').textContent === 'none'")
            .await;
        assert_eq!(tab.complaints().await, serde_json::json!([]));
        tab.0.close().await.expect("the tab closes");
    }

    browser.close().await.expect("the browser closes");
    browser.wait().await.expect("the browser ends");
    events.abort();
}
