//! The texts themselves: each with its key in `texts/*.ftl` and the values that it is told with.

#[macro_use]
mod staff_buttons;

use fluent_bundle::FluentArgs;

use super::declare::{Value, texts};
use crate::content::ContentKind;
use crate::ids::{PersonId, TicketId};
use crate::ticket::{Priority, Status};

with_staff_buttons! {
    {
        // Commands, as Telegram's menu shows them.
        /// `/start`
        CommandStart = "command-start",
        /// `/help`
        CommandHelp = "command-help",
        /// `/new`
        CommandNew = "command-new",
        /// `/tickets`
        CommandTickets = "command-tickets",
        /// `/language`
        CommandLanguage = "command-language",
        /// `/cancel`
        CommandCancel = "command-cancel",
        /// `/admin`
        CommandAdmin = "command-admin",
        /// `/find`
        CommandFind = "command-find",
        /// `/ticket`
        CommandTicket = "command-ticket",
        /// `/close`
        CommandClose = "command-close",

        // What a press is answered with.
        /// The button belongs to something that is over.
        ToastOutOfDate = "toast-out-of-date",
        /// The change was made.
        ToastDone = "toast-done",
        /// It already was so.
        ToastAlready = "toast-already",
        /// Somebody else was first.
        ToastChangedMeanwhile = "toast-changed-meanwhile",
        /// No such ticket, or not theirs.
        ToastNotFound = "toast-not-found",
        /// Only for the staff.
        /// Sent below.
        ToastSentBelow = "toast-sent-below",
        /// Too many presses.
        ToastTooFast = "toast-too-fast",

        // Words for things.
        /// The language's name in itself.
        LanguageName = "language-name",
        /// What users call the staff.
        SupportName = "support-name",
        /// The person who reads.
        You = "you",
        /// The desk itself, which did something.
        TheDesk = "the-desk",
        /// No assignee.
        Nobody = "nobody",
        /// A person without `@username`.
        NoUsername = "no-username",
        /// Nothing to tell.
        NoData = "no-data",
        /// The subject of a ticket that starts without words.
        Wordless = "wordless",
        /// A category.
        CategoryGeneral = "category-general",
        /// A category.
        CategoryPayment = "category-payment",
        /// A category.
        CategoryTechnical = "category-technical",
        /// A status.
        Status { status: Status } = "status",
        /// A priority.
        Priority { priority: Priority } = "priority",
        /// A kind of content.
        Kind { kind: ContentKind } = "kind",
        /// A moment.
        JustNow = "just-now",
        /// A moment.
        Ago { age: &'a str } = "ago",
        /// A span of time.
        UnderAMinute = "under-a-minute",
        /// A span of time.
        Minutes { n: i64 } = "minutes",
        /// A span of time.
        Hours { n: i64 } = "hours",
        /// A span of time.
        Days { n: i64 } = "days",

        // Everybody's menus.
        /// After `/start`.
        Greeting = "greeting",
        /// The main menu.
        Home = "home",
        /// The support menu.
        Support = "support",
        /// How to use the bot.
        Help = "help",
        /// How to use it as an admin.
        HelpAdmin = "help-admin",
        /// Choose a language.
        Languages = "languages",
        /// The form was left.
        Cancelled = "cancelled",
        /// There was no form.
        NothingToCancel = "nothing-to-cancel",
        /// No ticket of theirs.
        NoSuchTicket = "no-such-ticket",
        /// An old button.
        OutOfDate = "out-of-date",
        /// No such command.
        UnknownCommand = "unknown-command",
        /// In the new language.
        LanguageSet = "language-set",
        /// The draft is gone.
        Discarded = "discarded",
        /// Our own failure.
        Trouble = "trouble",
        /// Much at once, and all of it kept.
        AllKept { n: u32 } = "all-kept",
        /// More waits than a conversation holds.
        TooManyWaiting = "too-many-waiting",
        /// Nothing was found.
        NothingFound = "nothing-found",

        // Buttons of menus and forms.
        /// To the support menu.
        KeySupport = "key-support",
        /// To the languages.
        KeyLanguage = "key-language",
        /// To the help.
        KeyHelp = "key-help",
        /// To the admin menu.
        KeyAdmin = "key-admin",
        /// One step back.
        KeyBack = "key-back",
        /// To the main menu.
        KeyHome = "key-home",
        /// To the question that waits.
        KeyContinue = "key-continue",
        /// To what waits for a decision.
        KeyWaiting { n: usize } = "key-waiting",
        /// Leave the form.
        KeyCancel = "key-cancel",
        /// Throw the draft away.
        KeyDiscard = "key-discard",
        /// Start the form.
        KeyNewTicket = "key-new-ticket",
        /// To the list.
        KeyMyTickets = "key-my-tickets",
        /// Back to the list.
        KeyToMyTickets = "key-to-my-tickets",
        /// Make a ticket of the words.
        KeyMakeTicket = "key-make-ticket",
        /// A new ticket instead.
        KeyAsNewTicket = "key-as-new-ticket",
        /// Reopen and add.
        KeyReopenAndJoin { number: TicketId } = "key-reopen-and-join",
        /// To a ticket.
        KeyOpenTicket { number: TicketId } = "key-open-ticket",
        /// Back to a ticket.
        KeyToTicket { number: TicketId } = "key-to-ticket",
        /// Below a late item of an album.
        KeyBelongsTo { number: TicketId } = "key-belongs-to",
        /// The user writes.
        KeyReply = "key-reply",
        /// The conversation.
        KeyConversation { n: u32 } = "key-conversation",
        /// Close the ticket.
        KeyClose = "key-close",
        /// Reopen it.
        KeyReopen = "key-reopen",

        // A new ticket.
        /// Choose a category.
        AskCategory = "ask-category",
        /// Give a subject.
        AskSubject { category: &'a str } = "ask-subject",
        /// Describe it.
        AskDescription { subject: &'a str } = "ask-description",
        /// Fewer characters than needed.
        SubjectTooShort { least: usize } = "subject-too-short",
        /// Likewise.
        DescriptionTooShort { least: usize } = "description-too-short",
        /// More than allowed.
        TooLong { most: usize, had: usize } = "too-long",
        /// A subject must be words.
        NotText = "not-text",
        /// The confirmation.
        TicketOpened { number: TicketId, subject: &'a str, status: &'a str } = "ticket-opened",
        /// What waits for a decision, in short.
        WaitingWords { words: &'a str, pieces: usize } = "waiting-words",
        /// Make a ticket?
        OfferNew = "offer-new",
        /// Which category?
        OfferCategory = "offer-category",
        /// Where do they go?
        OfferSeveral = "offer-several",
        /// Reopen, or a new one?
        OfferClosed { number: TicketId, subject: &'a str } = "offer-closed",
        /// The words joined a ticket.
        Joined { number: TicketId, subject: &'a str } = "joined",
        /// And reopened it.
        JoinedReopened { number: TicketId, subject: &'a str } = "joined-reopened",
        /// Write to this ticket.
        AskReply { number: TicketId, subject: &'a str } = "ask-reply",

        // Lists.
        /// The user's list.
        MyTickets { n: u64 } = "my-tickets",
        /// An empty one.
        NoTicketsYet = "no-tickets-yet",
        /// What the mark means.
        UnreadLegend = "unread-legend",
        /// A list of the staff.
        TicketList { of: &'a str, n: u64 } = "ticket-list",
        /// An empty one.
        NothingHere = "nothing-here",
        /// What the mark means.
        WaitingLegend = "waiting-legend",
        /// Which tickets.
        ListAll = "list-all",
        /// Which tickets.
        ListMine = "list-mine",
        /// Which tickets.
        ListUnassigned = "list-unassigned",
        /// Which tickets.
        ListCategory { category: &'a str } = "list-category",
        /// Which tickets.
        ListPriority { priority: &'a str } = "list-priority",
        /// Which tickets.
        ListUser { name: &'a str } = "list-user",
        /// Which tickets.
        ListFound { query: &'a str } = "list-found",

        // One ticket.
        /// Its number and subject.
        TicketTitle { number: TicketId, subject: &'a str } = "ticket-title",
        /// A line of it.
        StatusLine { status: &'a str } = "status-line",
        /// A line of it.
        PriorityLine { priority: &'a str } = "priority-line",
        /// A line of it.
        CategoryLine { category: &'a str } = "category-line",
        /// A line of it.
        AssigneeLine { name: &'a str } = "assignee-line",
        /// A line of it.
        OpenedLine { date: &'a str } = "opened-line",
        /// A line of it: the number in the older bot.
        FormerNumberLine { number: TicketId } = "former-number-line",
        /// A line of it.
        UpdatedLine { date: &'a str } = "updated-line",
        /// A line of it.
        FirstAnswerLine { date: &'a str } = "first-answer-line",
        /// A line of it.
        ClosedLine { date: &'a str } = "closed-line",
        /// A line of it.
        WaitingLine { age: &'a str, date: &'a str } = "waiting-line",
        /// Its user.
        UserLines {
            name: &'a str, username: &'a str, id: PersonId, language: &'a str, date: &'a str,
        } = "user-lines",
        /// Its user cannot be reached.
        UnreachableLine = "unreachable-line",

        // What just happened to it.
        /// The change was made.
        NewsDone = "news-done",
        /// It already was so.
        NewsAlready = "news-already",
        /// Closed; undo until.
        NewsClosed { time: &'a str } = "news-closed",
        /// Reopened.
        NewsReopened = "news-reopened",
        /// The note was kept.
        NewsNoteKept = "news-note-kept",
        /// The answer is on its way.
        NewsAnswerTaken = "news-answer-taken",
        /// An answer is sent again.
        NewsAnswerRetried = "news-answer-retried",
        /// An answer is given up.
        NewsAnswerDropped = "news-answer-dropped",
        /// Nothing was done about an answer.
        NewsAnswerStands { mark: &'a str } = "news-answer-stands",
        /// The answer waits, for its user has blocked the bot.
        NewsAnswerKept = "news-answer-kept",
        /// The answer was taken back.
        NewsRecalled = "news-recalled",
        /// It cannot be any more.
        NewsTooOldToRecall = "news-too-old-to-recall",
        /// The answer that waited is gone.
        NewsDiscarded = "news-discarded",
        /// Ten minutes are over.
        NewsTooLateToUndo = "news-too-late-to-undo",
        /// The assignee must be an admin.
        NewsNotAnAdmin = "news-not-an-admin",
        /// Others were first.
        ChangedMeanwhile = "changed-meanwhile",
        /// What they did.
        MeanwhileLine { time: &'a str, who: &'a str, what: &'a str } = "meanwhile-line",

        // Its conversation.
        /// Which page.
        PageLine { page: u64, pages: u32 } = "page-line",
        /// An empty one.
        NoMessages = "no-messages",
        /// Above the reader's own message.
        HeadYou { date: &'a str } = "head-you",
        /// Above a user's message.
        HeadUser { name: &'a str, date: &'a str } = "head-user",
        /// Above an answer.
        HeadStaff { name: &'a str, date: &'a str } = "head-staff",
        /// Above an internal note.
        HeadNote { name: &'a str, date: &'a str } = "head-note",
        /// An album.
        AlbumOf { n: usize } = "album-of",
        /// Edited.
        MarkEdited = "mark-edited",
        /// Taken back.
        MarkRecalled = "mark-recalled",
        /// How far an answer has come.
        MarkWaiting = "mark-waiting",
        /// How far an answer has come.
        MarkHeld = "mark-held",
        /// How far an answer has come.
        MarkDelivered = "mark-delivered",
        /// How far an answer has come.
        MarkPartly { reason: &'a str } = "mark-partly",
        /// How far an answer has come.
        MarkFailed { reason: &'a str } = "mark-failed",
        /// How far an answer has come.
        MarkDropped = "mark-dropped",
        /// Beside the others.
        MarkTwice = "mark-twice",
        /// Why something failed.
        ReasonDropped = "reason-dropped",
        /// Why something failed.
        ReasonExpired = "reason-expired",
        /// Why something failed.
        ReasonUnknown = "reason-unknown",
        /// On the ticket of the staff.
        LastAnswerLine { mark: &'a str } = "last-answer-line",
        /// On the ticket of the staff.
        EarlierAnswerLine { mark: &'a str } = "earlier-answer-line",
        /// On the ticket of the staff: several answers have not come through.
        UndeliveredLine { n: u64 } = "undelivered-line",

        // Its audit trail.
        /// The title.
        HistoryTitle { number: TicketId } = "history-title",
        /// One event.
        EventLine { date: &'a str, who: &'a str, what: &'a str } = "event-line",
        /// What happened.
        EventOpened = "event-opened",
        /// What happened.
        EventUserWrote = "event-user-wrote",
        /// What happened.
        EventAnswered = "event-answered",
        /// What happened.
        EventNoteAdded = "event-note-added",
        /// What happened.
        EventStatus { from: &'a str, to: &'a str } = "event-status",
        /// What happened.
        EventPriority { from: &'a str, to: &'a str } = "event-priority",
        /// What happened.
        EventCategory { from: &'a str, to: &'a str } = "event-category",
        /// What happened.
        EventAssignee { from: &'a str, to: &'a str } = "event-assignee",
        /// What happened.
        EventEdited = "event-edited",
        /// What happened.
        EventEditedFrom { former: &'a str } = "event-edited-from",
        /// What happened.
        EventRecalled = "event-recalled",
        /// An event.
        EventRetried = "event-retried",
        /// An event.
        EventDropped = "event-dropped",
        /// An event.
        EventTakenOver { number: TicketId } = "event-taken-over",

        // The staff's menus.
        /// The admin menu.
        Admin = "admin",
        /// The counts.
        Dashboard {
            open: u64, progress: u64, closed: u64, unassigned: u64, mine: u64,
        } = "dashboard",
        /// Who waits longest.
        LongestWaiting { number: TicketId, age: &'a str } = "longest-waiting",
        /// Others' tickets are silent.
        MutedLine = "muted-line",
        /// Choose a filter.
        Filters = "filters",
        /// What to find?
        AskFind = "ask-find",
        /// The totals.
        StatisticsNow { open: u64, progress: u64, closed: u64 } = "statistics-now",
        /// Today and this week.
        StatisticsDays {
            opened: u64, closed: u64, openedweek: u64, closedweek: u64,
        } = "statistics-days",
        /// How long it takes.
        StatisticsMedians { answer: &'a str, closing: &'a str } = "statistics-medians",
        /// Choose a status.
        ChooseStatus { number: TicketId } = "choose-status",
        /// Choose a priority.
        ChoosePriority { number: TicketId } = "choose-priority",
        /// Choose a category.
        ChooseCategory { number: TicketId } = "choose-category",
        /// Choose an assignee.
        ChooseAssignee { number: TicketId } = "choose-assignee",
        /// Write the answer.
        AskAnswer { number: TicketId, subject: &'a str, name: &'a str } = "ask-answer",
        /// Write the note.
        AskNote { number: TicketId, subject: &'a str } = "ask-note",
        /// The ticket is closed.
        HeldClosed { number: TicketId } = "held-closed",
        /// Another admin answered.
        HeldAnswered { number: TicketId, name: &'a str, ago: &'a str } = "held-answered",
        /// Words without a ticket.
        Unplaced = "unplaced",

        // Notices.
        /// Above a new ticket's first message.
        HeadingNewTicket { number: TicketId } = "heading-new-ticket",
        /// And whose it is.
        HeadingUser { user: &'a str, category: &'a str } = "heading-user",
        /// Above what its user added.
        HeadingFollowUp { number: TicketId, subject: &'a str, user: &'a str } = "heading-follow-up",
        /// Above an answer.
        HeadingAnswer { number: TicketId, subject: &'a str, name: &'a str } = "heading-answer",
        /// Above another admin's answer.
        HeadingOthersAnswer {
            number: TicketId, subject: &'a str, name: &'a str,
        } = "heading-others-answer",
        /// Below an album.
        AlbumAbove { number: TicketId } = "album-above",
        /// Below words that are cut.
        GoesOn { number: TicketId } = "goes-on",
        /// In place of what could not be passed on.
        NotCopied { kind: &'a str } = "not-copied",
        /// To the staff, in place of many.
        MoreMessages {
            number: TicketId, subject: &'a str, user: &'a str, n: u32,
        } = "more-messages",
        /// To the user.
        StatusChanged { number: TicketId, subject: &'a str, status: &'a str } = "status-changed",
        /// To the user.
        ClosedByStaff { number: TicketId, subject: &'a str } = "closed-by-staff",
        /// To the user.
        ReopenedByStaff { number: TicketId, subject: &'a str } = "reopened-by-staff",
        /// To the staff.
        ClosedByUser { number: TicketId, subject: &'a str, name: &'a str } = "closed-by-user",
        /// To the staff.
        ReopenedByUser { number: TicketId, subject: &'a str, name: &'a str } = "reopened-by-user",
        /// To an admin.
        AssignedToYou { number: TicketId, subject: &'a str, name: &'a str } = "assigned-to-you",
        /// To an admin.
        Delivered { number: TicketId } = "delivered",
        /// To an admin.
        Blocked { number: TicketId, name: &'a str } = "blocked",
        /// To an admin.
        NotDelivered { number: TicketId, reason: &'a str } = "not-delivered",
        /// To an admin.
        GivenUp { number: TicketId, name: &'a str } = "given-up",
        /// To an admin who returns; its lines follow.
        WhileAway = "while-away",
        /// New tickets.
        AwayTickets { n: u32 } = "away-tickets",
        /// Messages of users.
        AwayMessages { n: u32 } = "away-messages",
        /// Tickets that are the admin's now.
        AwayAssigned { n: u32 } = "away-assigned",
        /// Answers of colleagues, and tickets that were closed or reopened.
        AwayOthers { n: u32 } = "away-others",
        /// Answers that did not come through; a button for each ticket.
        AwayUndelivered = "away-undelivered",
        /// To a group.
        GroupGreeting = "group-greeting",
    }
}
