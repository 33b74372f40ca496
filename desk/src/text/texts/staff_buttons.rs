//! The labels of the staff's buttons, and all that is said about bans.

/// Declares all texts: those that are given, and these.
///
/// A function cannot do this: texts are variants of one enum, and its file would be too long.
macro_rules! with_staff_buttons {
    ({ $($others:tt)* }) => { texts! {
    /// All that the bot can say. Words that people wrote are put in on one line; where they keep
    /// their lines and formatting they stand beside the text, as [`crate::formatted::Formatted`].
    pub enum Text<'a> {
        $($others)*

        // Buttons of the staff.
        /// To the dashboard, from the admin menu.
        KeyDashboard = "key-dashboard",
        /// Back to the dashboard.
        KeyToDashboard = "key-to-dashboard",
        /// The ticket that waits longest.
        KeyLongestWaiting { number: TicketId } = "key-longest-waiting",
        /// All tickets.
        KeyAll = "key-all",
        /// One's own tickets, uncounted.
        KeyAllMine = "key-all-mine",
        /// Nobody's tickets, uncounted.
        KeyAllUnassigned = "key-all-unassigned",
        /// One's own.
        KeyMine { n: u64 } = "key-mine",
        /// Nobody's.
        KeyUnassigned { n: u64 } = "key-unassigned",
        /// Filters.
        KeyFilters = "key-filters",
        /// Search.
        KeyFind = "key-find",
        /// Search again.
        KeyFindAgain = "key-find-again",
        /// Statistics.
        KeyStatistics = "key-statistics",
        /// Read them again.
        KeyRefresh = "key-refresh",
        /// No notices of others' tickets.
        KeyMute = "key-mute",
        /// Notices again.
        KeyUnmute = "key-unmute",
        /// Answer.
        KeyAnswer = "key-answer",
        /// Internal note.
        KeyNote = "key-note",
        /// Audit trail.
        KeyHistory = "key-history",
        /// Choose a status.
        KeyStatus = "key-status",
        /// Choose a priority.
        KeyPriority = "key-priority",
        /// Choose a category.
        KeyCategory = "key-category",
        /// Choose an assignee.
        KeyAssign = "key-assign",
        /// Take it.
        KeyAssignToMe = "key-assign-to-me",
        /// No assignee.
        KeyNobody = "key-nobody",
        /// The user's tickets.
        KeyUserTickets { n: u64 } = "key-user-tickets",
        /// Undo the closing.
        KeyUndo = "key-undo",
        /// Take this answer back.
        KeyRecall = "key-recall",
        /// Send an answer again.
        KeyRetryAnswer = "key-retry-answer",
        /// Give an answer up.
        KeyDropAnswer = "key-drop-answer",
        /// Take the latest answer back.
        KeyRecallLatest = "key-recall-latest",
        /// Send the held answer, reopen.
        KeySendAndReopen = "key-send-and-reopen",
        /// Send the held answer, leave closed.
        KeySendAndLeave = "key-send-and-leave",
        /// Send the held answer.
        KeySendAnyway = "key-send-anyway",
        /// Answer with the unplaced words.
        KeyAnswerWith { number: TicketId, subject: &'a str } = "key-answer-with",
        /// Ask with the unplaced words, as a user.
        KeyAskAsUser = "key-ask-as-user",

        // Bans.
        /// `/ban`
        CommandBan = "command-ban",
        /// `/unban`
        CommandUnban = "command-unban",
        /// A banned person pressed.
        ToastBanned = "toast-banned",
        /// To somebody who wrote: they are banned.
        Banned = "banned",
        /// To them: they are no longer.
        Unbanned = "unbanned",
        /// Nobody is called so.
        NoSuchPerson = "no-such-person",
        /// To the question whether to ban, and there: ban.
        KeyBan = "key-ban",
        /// To the question whether to end the ban.
        KeyBanned = "key-banned",
        /// End the ban.
        KeyUnban = "key-unban",
        /// Undo the ban.
        KeyUndoBan = "key-undo-ban",
        /// To the list of those who are banned.
        KeyBannedPeople = "key-banned-people",
        /// A line of a person: banned.
        BannedLine { name: &'a str, date: &'a str } = "banned-line",
        /// Likewise, and why.
        BannedForLine { name: &'a str, date: &'a str, reason: &'a str } = "banned-for-line",
        /// What that means.
        BannedHint = "banned-hint",
        /// Ban this person?
        AskBan = "ask-ban",
        /// They are banned now.
        NewsBanned = "news-banned",
        /// They are not any more.
        NewsUnbanned = "news-unbanned",
        /// Others were first.
        NewsStandingChanged = "news-standing-changed",
        /// An admin cannot be banned.
        NewsAdminsAreNotBanned = "news-admins-are-not-banned",
        /// What happened.
        EventBanned = "event-banned",
        /// What happened.
        EventBannedFor { reason: &'a str } = "event-banned-for",
        /// What happened.
        EventUnbanned = "event-unbanned",
        /// Who is banned.
        BannedPeople { n: u64 } = "banned-people",
        /// Nobody is.
        NobodyIsBanned = "nobody-is-banned",
        /// How it is done by a command.
        HowToBan = "how-to-ban",
    } } };
}
