//! Which calls a rule hits, how often, and that the same seed hits the same calls again.

use frontdesk_sandbox::{Fault, FaultRule, Sandbox, Trouble};
use serde_json::json;

use crate::support::{Bot, met};

const NEVER_MIND: Fault = Fault::ServerError(500);

/// Sends to a chat and tells whether that failed.
async fn fails(bot: &Bot, method: &str, chat: i64) -> bool {
    let params = json!({ "chat_id": chat, "text": "hello", "action": "typing" });
    let (status, _) = bot.try_call(method, params).await.expect("an answer");
    status != 200
}

/// Which of the next `count` sends to a chat fail.
async fn failures(bot: &Bot, chat: i64, count: usize) -> Vec<bool> {
    let mut failed = Vec::new();
    for _ in 0..count {
        failed.push(fails(bot, "sendMessage", chat).await);
    }
    failed
}

#[actix_web::test]
async fn a_rule_is_about_its_methods_and_its_chat() {
    let (sandbox, bot) = met().await;
    sandbox.add_fault(FaultRule::on("SendMessage", NEVER_MIND).chat(101));
    assert!(fails(&bot, "sendMessage", 101).await);
    assert!(!fails(&bot, "sendMessage", 102).await);
    assert!(!fails(&bot, "sendChatAction", 101).await);
    sandbox.clear_faults();

    sandbox.add_fault(FaultRule::on("send*", NEVER_MIND));
    assert!(fails(&bot, "sendMessage", 101).await);
    assert!(fails(&bot, "sendChatAction", 102).await);
    bot.call("getMe", json!({})).await;
    sandbox.clear_faults();

    sandbox.add_fault(FaultRule::on_each(["getMe", "sendChatAction"], NEVER_MIND));
    assert!(fails(&bot, "getMe", 101).await);
    assert!(fails(&bot, "sendChatAction", 101).await);
    assert!(!fails(&bot, "sendMessage", 101).await);
    sandbox.clear_faults();

    for all in ["*", "get*"] {
        sandbox.add_fault(FaultRule::on(all, NEVER_MIND));
    }
    assert!(fails(&bot, "getMe", 101).await);
    bot.updates(0).await;
    sandbox.add_fault(FaultRule::on("getUpdates", NEVER_MIND));
    assert!(fails(&bot, "getUpdates", 101).await, "it is named");
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_answer_to_a_press_belongs_to_its_chat() {
    let (sandbox, bot) = met().await;
    sandbox.add_fault(FaultRule::on("answerCallbackQuery", NEVER_MIND).chat(101));
    for (person, status) in [(101, 500), (102, 200)] {
        let menu = bot.ask(person, "Menu", &[&["One=1"]]).await;
        let query = sandbox.person(person).press(menu, "1");
        let answered = bot
            .try_call("answerCallbackQuery", json!({ "callback_query_id": query }))
            .await;
        assert_eq!(answered.expect("an answer").0, status);
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_same_seed_hits_the_same_calls_of_a_chat_whatever_others_do() {
    const CALLS: usize = 60;
    let rules = |sandbox: &Sandbox, seed: u64| {
        sandbox.clear_faults();
        sandbox.add_fault(
            FaultRule::on("sendMessage", NEVER_MIND)
                .share(0.3)
                .seed(seed),
        );
        sandbox.add_fault(FaultRule::on("*", Fault::CutAfter).share(0.0).seed(seed));
    };
    let (sandbox, bot) = met().await;
    rules(&sandbox, 7);
    let alone = failures(&bot, 101, CALLS).await;
    let hit = alone.iter().filter(|failed| **failed).count();
    // Six times the deviation of a fair draw, and what this seed gives is always the same.
    assert!((5..=31).contains(&hit), "{hit} of {CALLS}");

    rules(&sandbox, 7);
    let mut between = Vec::new();
    for _ in 0..CALLS {
        between.extend(failures(&bot, 101, 1).await);
        fails(&bot, "sendMessage", 102).await;
        fails(&bot, "getMe", 102).await;
    }
    assert_eq!(between, alone);

    rules(&sandbox, 8);
    assert_ne!(failures(&bot, 101, CALLS).await, alone, "another seed");
    rules(&sandbox, 7);
    assert_ne!(failures(&bot, 102, CALLS).await, alone, "another chat");
    sandbox.stop().await;

    let (sandbox, bot) = met().await;
    rules(&sandbox, 7);
    assert_eq!(failures(&bot, 101, CALLS).await, alone, "another sandbox");
    sandbox.stop().await;
}

#[actix_web::test]
async fn rules_of_one_seed_do_not_shadow_each_other() {
    let (sandbox, bot) = met().await;
    for code in [500, 503] {
        let rule = FaultRule::on("sendMessage", Fault::ServerError(code));
        sandbox.add_fault(rule.share(0.5));
    }
    let mut told = [0; 2];
    for _ in 0..60 {
        let params = json!({ "chat_id": 101, "text": "hello" });
        match bot.try_call("sendMessage", params).await.expect("one").0 {
            500 => told[0] += 1,
            503 => told[1] += 1,
            _ => {}
        }
    }
    assert!(told[0] > 10 && told[1] > 3, "{told:?}");
    let rules = sandbox.faults();
    assert_eq!((rules[0].seen, rules[0].hits), (60, told[0]));
    assert_eq!((rules[1].seen, rules[1].hits), (60, told[1]));
    sandbox.stop().await;
}

#[actix_web::test]
async fn rules_are_listed_removed_and_used_up() {
    let (sandbox, bot) = met().await;
    let first = sandbox.add_fault(FaultRule::on("sendMessage", NEVER_MIND).times(2));
    let second = sandbox.add_fault(FaultRule::on("getMe", NEVER_MIND));
    let third = sandbox.add_fault(FaultRule::on("getMe", Fault::Hang));
    let never = sandbox.add_fault(FaultRule::on("*", Fault::Hang).times(0));
    let ids =
        |sandbox: &Sandbox| -> Vec<u64> { sandbox.faults().iter().map(|rule| rule.id).collect() };
    assert_eq!(ids(&sandbox), [first, second, third]);
    assert_eq!(failures(&bot, 101, 3).await, [true, true, false]);
    assert_eq!(ids(&sandbox), [second, third]);
    assert!(fails(&bot, "getMe", 101).await, "the earlier rule decides");
    assert_eq!(sandbox.faults()[0].hits, 1);
    assert_eq!(sandbox.faults()[1].hits, 0);
    assert!(sandbox.remove_fault(second));
    assert!(!sandbox.remove_fault(second) && !sandbox.remove_fault(never));
    assert_eq!(ids(&sandbox), [third]);
    sandbox.clear_faults();
    assert!(sandbox.faults().is_empty());
    assert!(!fails(&bot, "getMe", 101).await);

    let met: Vec<Option<Trouble>> = sandbox
        .calls()
        .into_iter()
        .map(|call| call.trouble)
        .collect();
    let fault = Some(Trouble::Fault(NEVER_MIND));
    assert_eq!(met, [fault.clone(), fault.clone(), None, fault, None]);
    sandbox.stop().await;
}
