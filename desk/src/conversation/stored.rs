//! Conversations as they are stored, also by earlier versions: one draft at a time was a form then.

use serde::Deserialize;

use super::{Conversation, Draft, Form, Pace, Placed, SentDraft, Undecided, Why};
use crate::content::Piece;
use crate::ids::{AlbumId, DraftId, TicketId, Version};
use crate::ticket::Time;

/// A row's JSON; whatever it lacks is empty.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Stored {
    form: StoredForm,
    drafts: i64,
    waiting: Vec<Draft>,
    asked: Option<DraftId>,
    sent: Vec<SentDraft>,
    placed: Option<Placed>,
    answered_album: Option<AlbumId>,
    viewed: Option<TicketId>,
    query: Option<String>,
    pace: Option<Pace>,
    standing: Version,
    told_of_ban: Option<Time>,
}

impl Default for Stored {
    fn default() -> Self {
        let Conversation {
            form,
            drafts,
            waiting,
            asked,
            sent,
            placed,
            answered_album,
            viewed,
            query,
            pace,
            standing,
            told_of_ban,
        } = Conversation::default();
        Self {
            form: StoredForm::Form(form),
            drafts,
            waiting,
            asked,
            sent,
            placed,
            answered_album,
            viewed,
            query,
            pace,
            standing,
            told_of_ban,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredForm {
    Form(Form),
    Draft(DraftForm),
}

/// A waiting draft, when it was a form.
#[derive(Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
enum DraftForm {
    Loose {
        draft: DraftId,
        pieces: Vec<Piece>,
        closed: Option<TicketId>,
        choosing_category: bool,
    },
    Held {
        draft: DraftId,
        ticket: TicketId,
        pieces: Vec<Piece>,
        why: Why,
    },
    Unplaced {
        draft: DraftId,
        pieces: Vec<Piece>,
    },
}

impl From<DraftForm> for Draft {
    fn from(form: DraftForm) -> Self {
        match form {
            DraftForm::Loose {
                draft,
                pieces,
                closed,
                choosing_category,
            } => Self {
                id: draft,
                pieces,
                what: Undecided::Loose {
                    closed,
                    choosing_category,
                },
            },
            DraftForm::Held {
                draft,
                ticket,
                pieces,
                why,
            } => Self {
                id: draft,
                pieces,
                what: Undecided::Held { ticket, why },
            },
            DraftForm::Unplaced { draft, pieces } => Self {
                id: draft,
                pieces,
                what: Undecided::Unplaced,
            },
        }
    }
}

impl From<Stored> for Conversation {
    fn from(stored: Stored) -> Self {
        let mut waiting = stored.waiting;
        let form = match stored.form {
            StoredForm::Form(form) => form,
            StoredForm::Draft(former) => {
                waiting.push(former.into());
                Form::None
            }
        };
        Self {
            form,
            drafts: stored.drafts,
            waiting,
            asked: stored.asked,
            sent: stored.sent,
            placed: stored.placed,
            answered_album: stored.answered_album,
            viewed: stored.viewed,
            query: stored.query,
            pace: stored.pace,
            standing: stored.standing,
            told_of_ban: stored.told_of_ban,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PersonId;

    const PIECE: &str =
        r#"{"content":{"kind":"text","text":"oops"},"source":{"chat":7,"message":5}}"#;

    fn read(json: &str) -> Conversation {
        serde_json::from_str(json).expect("a conversation")
    }

    #[test]
    fn a_draft_that_was_a_form_waits() {
        let held = read(&format!(
            r#"{{"form":{{"form":"held","draft":3,"ticket":1,"pieces":[{PIECE}],
                "why":{{"why":"answered","by":9,"at":"2026-11-24T09:00:00Z"}}}},"drafts":3}}"#
        ));
        assert_eq!(held.form, Form::None);
        let [draft] = held.waiting.as_slice() else {
            panic!("{held:?}");
        };
        assert_eq!((draft.id, draft.pieces.len()), (DraftId(3), 1));
        assert!(matches!(
            draft.what,
            Undecided::Held {
                ticket: TicketId(1),
                why: Why::Answered {
                    by: PersonId(9),
                    ..
                }
            }
        ));
        let loose = read(&format!(
            r#"{{"form":{{"form":"loose","draft":1,"pieces":[{PIECE}],"closed":4,
                "choosing_category":true}},"drafts":1,"viewed":4}}"#
        ));
        assert_eq!(
            loose.waiting[0].what,
            Undecided::Loose {
                closed: Some(TicketId(4)),
                choosing_category: true
            }
        );
        let unplaced = read(&format!(
            r#"{{"form":{{"form":"unplaced","draft":2,"pieces":[{PIECE}],"viewed":1}},
                "drafts":2,"sent":[{{"draft":1,"ticket":{{"id":1}}}}]}}"#
        ));
        assert_eq!(unplaced.waiting[0].what, Undecided::Unplaced);
        assert_eq!(unplaced.sent.len(), 1);
    }

    #[test]
    fn what_is_stored_now_is_read_back() {
        assert_eq!(read("{}"), Conversation::default());
        assert_eq!(
            read(r#"{"form":{"form":"answer","ticket":1,"seen":2},"drafts":0}"#).form,
            Form::Answer {
                ticket: TicketId(1),
                seen: crate::ids::Version(2)
            }
        );
        let mut conversation = read(&format!(
            r#"{{"form":{{"form":"unplaced","draft":2,"pieces":[{PIECE}],"viewed":1}}}}"#
        ));
        conversation.form = Form::Find;
        conversation.query = Some("printer".to_owned());
        let json = serde_json::to_string(&conversation).expect("JSON");
        assert_eq!(read(&json), conversation);
    }
}
