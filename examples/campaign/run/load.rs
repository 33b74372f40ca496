//! The load: users who come and go, and admins, all at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use frontdesk_sandbox::{PersonSpec, Sandbox};
use tokio::task::JoinSet;

use super::chance::Chance;
use super::ledger::Ledger;
use super::phone::{Phone, Stuck};
use super::{ADMINS, admin, user};

/// People at work.
pub(crate) struct Load {
    closing: Arc<AtomicBool>,
    people: JoinSet<()>,
}

impl Load {
    /// Lets the admins and so many users at once begin.
    pub(crate) fn begin(
        sandbox: &Arc<Sandbox>,
        ledger: &Arc<Ledger>,
        users: usize,
        seed: u64,
    ) -> Self {
        let closing = Arc::new(AtomicBool::new(false));
        let mut people = JoinSet::new();
        let crowd = Crowd {
            sandbox: sandbox.clone(),
            ledger: ledger.clone(),
            seed,
            closing: closing.clone(),
        };
        for id in ADMINS {
            people.spawn(crowd.clone().admin(id));
        }
        for slot in 1..=users {
            people.spawn(crowd.clone().users(slot));
        }
        Self { closing, people }
    }

    /// Lets everybody finish what they are at, and go home.
    pub(crate) async fn end(mut self) {
        self.closing.store(true, Ordering::Relaxed);
        while let Some(ended) = self.people.join_next().await {
            if let Err(error) = ended {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }
}

#[derive(Clone)]
struct Crowd {
    sandbox: Arc<Sandbox>,
    ledger: Arc<Ledger>,
    seed: u64,
    closing: Arc<AtomicBool>,
}

impl Crowd {
    fn phone(&self, id: i64, name: &str) -> Phone {
        let spec = PersonSpec::new(id, name).language("en");
        let person = self.sandbox.add_person(spec);
        Phone::new(self.sandbox.clone(), self.ledger.clone(), person, self.seed)
    }

    fn closes(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    fn told(&self, done: Result<(), Stuck>) {
        if let Err(Stuck(what)) = done {
            self.ledger.stuck(what);
        }
    }

    async fn admin(self, id: i64) {
        let mut phone = self.phone(id, "Admin");
        let work = async {
            user::start(&mut phone).await?;
            while !self.closes() || self.ledger.is_wished() {
                admin::work(&mut phone).await?;
            }
            Ok(())
        };
        let done = work.await;
        self.told(done);
    }

    /// One user after the other: each does a few things and leaves.
    async fn users(self, slot: usize) {
        let slot = i64::try_from(slot).unwrap_or(i64::MAX);
        let mut chance = Chance::new(self.seed, slot.unsigned_abs());
        let mut id = slot * 100_000;
        while !self.closes() {
            id += 1;
            let mut phone = self.phone(id, "User");
            let journeys = 4 + chance.below(8);
            let floods = chance.one_in(8);
            let life = async {
                user::start(&mut phone).await?;
                if floods {
                    return user::flood(&mut phone).await;
                }
                for _ in 0..journeys {
                    if self.closes() {
                        break;
                    }
                    user::journey(&mut phone).await?;
                    phone.pause(600).await;
                }
                Ok(())
            };
            let done = life.await;
            let stuck = done.is_err();
            self.told(done);
            if stuck {
                return;
            }
        }
    }
}
