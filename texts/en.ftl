# All that the bot says in English. `*bold*`, `_italic_` and `code` work; what people wrote is put in
# as it is. Keys and values are listed in desk/src/text/texts; a test compares them with this file.

## Commands, as Telegram's menu shows them

command-start = Main menu
command-help = How it works
command-new = New ticket
command-tickets = My tickets
command-language = Change the language
command-cancel = Cancel what was begun
command-admin = Admin menu
command-find = Find tickets
command-ticket = Open a ticket by its number
command-close = Close a ticket by its number
command-ban = Ban a user, or see who is banned
command-unban = Lift a ban

## What a press is answered with

toast-out-of-date = This button is out of date
toast-done = Done
toast-already = That was done already
toast-changed-meanwhile = Somebody was faster: nothing was changed
toast-not-found = There is no such ticket
toast-sent-below = Sent below 👇
toast-banned = ⛔️ You cannot write to support at the moment
toast-too-fast = Not so fast, please: nothing was changed. Try again in a minute

## Words for things

language-name = 🇬🇧 English
support-name = Support
you = You
the-desk = Automatic
nobody = nobody
no-username = no @username
no-data = –
wordless = Without words

category-general = General
category-payment = Payment
category-technical = Technical

status = { $status ->
    [open] Open
    [in_progress] In progress
   *[closed] Closed
}

priority = { $priority ->
    [low] Low
    [normal] Normal
    [high] High
   *[urgent] Urgent
}

kind = { $kind ->
    [text] Text
    [photo] Photo
    [video] Video
    [document] File
    [voice] Voice message
    [audio] Audio
    [video_note] Video message
    [animation] GIF
    [sticker] Sticker
    [location] Location
    [contact] Contact
    [poll] Poll
    [dice] Dice
   *[other] Attachment
}

just-now = just now
ago = { $age } ago
under-a-minute = less than a minute
minutes = { $n } min
hours = { $n } h
days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}

## Everybody's menus

greeting =
    👋 *Hello! This is support.*

    Just write here what happened: in words, with a photo, by voice, whatever suits you. We answer right in this chat.
home =
    🏠 *Main menu*

    You can ask without any buttons: just write.
support =
    📞 *Support*

    Open a ticket, or see how yours are doing.
help =
    ❓ *How it works*

    *Just write* what you need. With one tap it becomes a ticket, and we answer here, in this chat.

    Photos, videos, files, voice messages and albums are welcome. Made a typo? Edit your message, and we see the new words. Everything you add goes to your open ticket; to choose which one, reply to any of its messages.

    /new – new ticket
    /tickets – my tickets
    /language – language
    /cancel – cancel what was begun
help-admin =
    🛠 *For admins*

    Your words reach a user in two ways only: as Telegram's reply to a message of their ticket, or right after the *Answer* button. Anything else you write asks first.

    /admin – admin menu
    /find – find by number, @username, id or words
    /ticket `12` – open a ticket
    /close `12` – close a ticket
    /ban `12` `reason` – ban the user of a ticket; an @username or an id will do, or Telegram's reply to any of their messages
    /unban `12` – lift the ban; /ban alone shows who is banned
languages = 🌐 *Choose a language*

cancelled = 👌 Cancelled.
nothing-to-cancel = There is nothing to cancel.
no-such-ticket = 🤷 There is no such ticket.
out-of-date = ⌛️ This button is out of date: what it belonged to is over.
unknown-command = 🤔 I don't know this command. If it was a question, just write it in your own words.
language-set = ✅ We'll speak English.
discarded = 🗑 Thrown away.
all-kept = { $n ->
    [0] 🐢 That was too fast for me, so I left some of it out. Please try once more.
    [one] 📥 That was a lot at once, but nothing is lost: { $n } more message is kept.
   *[other] 📥 That was a lot at once, but nothing is lost: { $n } more messages are kept.
}
trouble = 😔 Something went wrong on our side. Your message is safe: we will look after it.
too-many-waiting = ✋ This message was *not* taken: too much is waiting for your decision already. Decide about some of it, then send the message again.
banned = ⛔️ You cannot write to support at the moment. What you send is not kept and reaches nobody.
unbanned = ✅ You can write to support again. What you sent in the meantime did not reach us: if it still matters, please send it once more.
no-such-person = 🤷 I don't know this person: nobody by that number or name has ever written here.
nothing-found = 🔎 There were no words to look for.

## Buttons of menus and forms

key-support = 📞 Support
key-language = 🌐 Language
key-help = ❓ Help
key-admin = 🛠 Admin menu
key-back = ← Back
key-home = 🏠 Menu
key-waiting = ✋ Waiting for your decision · { $n }
key-continue = ▶️ Continue
key-cancel = ✖️ Cancel
key-discard = 🗑 Throw away
key-new-ticket = 🎫 New ticket
key-my-tickets = 📋 My tickets
key-to-my-tickets = ← My tickets
key-make-ticket = ✅ Open a ticket
key-as-new-ticket = 🎫 New ticket
key-reopen-and-join = 🔄 Reopen #{ $number } and add
key-open-ticket = 📂 Open #{ $number }
key-to-ticket = ← Back to #{ $number }
key-belongs-to = ↑ #{ $number }
key-reply = ✍️ Answer
key-conversation = 💬 Conversation · { $n }
key-close = ✅ Close
key-reopen = 🔄 Reopen

## Buttons of the staff

key-dashboard = 🎫 Support
key-to-dashboard = ← Back to support
key-longest-waiting = ⏳ Waits longest: #{ $number }
key-all = 📋 All
key-all-mine = 🙋 Mine
key-all-unassigned = 🆓 Unassigned
key-mine = 🙋 Mine · { $n }
key-unassigned = 🆓 Unassigned · { $n }
key-filters = 🗂 Filters
key-find = 🔎 Find
key-find-again = 🔎 Find again
key-statistics = 📊 Statistics
key-refresh = 🔄 Refresh
key-mute = 🔕 Mute others' tickets
key-unmute = 🔔 Unmute
key-answer = ✍️ Answer
key-note = 📝 Note
key-history = 🕓 History
key-status = 🚦 Status
key-priority = ⚡️ Priority
key-category = 🗂 Category
key-assign = 👥 Assign…
key-assign-to-me = 🙋 Assign to me
key-nobody = 🆓 Nobody
key-user-tickets = 👤 This user's tickets · { $n }
key-ban = 🚫 Ban
key-banned = 🚫 Banned
key-unban = ✅ Lift the ban
key-undo-ban = ↩️ Undo
key-banned-people = 🚫 Banned users
key-undo = ↩️ Undo closing
key-recall = 🗑 Take back
key-retry-answer = 🔁 Send again
key-drop-answer = ✖️ Don’t send
key-recall-latest = 🗑 Take my latest answer back
key-send-and-reopen = 🔄 Send and reopen
key-send-and-leave = ✉️ Send, leave closed
key-send-anyway = ✉️ Send anyway
key-answer-with = ✉️ Answer #{ $number } { $subject }
key-ask-as-user = 🎫 Open a ticket of my own

## A new ticket

ask-category =
    🎫 *New ticket*

    What is it about?
ask-subject =
    🎫 *New ticket* · { $category }

    What happened, in one line? This will be the subject.
ask-description =
    🎫 *{ $subject }*

    Now tell us more: in words, with photos, videos, files or by voice.
subject-too-short = ⚠️ That is very short: the subject needs at least { $least ->
    [one] { $least } character
   *[other] { $least } characters
}.
description-too-short = ⚠️ A little more, please: at least { $least ->
    [one] { $least } character
   *[other] { $least } characters
}, or a photo, file or voice message.
too-long = ⚠️ Too long: { $had } characters, and there is room for { $most }. A short subject is enough; the details come next.
not-text = ⚠️ The subject is made of words. Photos and files come at the next step.
ticket-opened =
    ✅ *Ticket #{ $number } is open*

    Subject: { $subject }
    Status: { $status }

    We will answer right here. Want to add something? Just write.
waiting-words = ✉️ *{ $words }*{ $pieces ->
    [1] {""}
   *[other] {" "}({ $pieces } messages)
}
offer-new = Shall I open a ticket with this?
offer-category = What is it about?
offer-several = Where does this go?
offer-closed = Ticket *#{ $number }* “{ $subject }” is closed. Reopen it, or open a new one? Your message is kept meanwhile.
joined = ✅ Added to ticket *#{ $number }* “{ $subject }”.
joined-reopened = 🔄 Ticket *#{ $number }* “{ $subject }” is open again, and your message is in it.
ask-reply =
    ✍️ *Ticket #{ $number }*
    { $subject }

    Write your message: words, photos, files, whatever helps.

## Lists

my-tickets = 📋 *My tickets*: { $n ->
    [one] { $n } ticket
   *[other] { $n } tickets
}
no-tickets-yet =
    📋 *My tickets*

    Nothing here yet. Is something wrong? Open a ticket, or just write to us.
unread-legend = ✉️ – there is a new answer
ticket-list = *{ $of }* · { $n }
nothing-here = Nothing here.
waiting-legend = ⏳ – waits for an answer
list-all = 📋 All tickets
list-mine = 🙋 My tickets
list-unassigned = 🆓 Unassigned
list-category = 🗂 Category: { $category }
list-priority = Priority: { $priority }
list-user = 👤 Tickets of { $name }
list-found = 🔎 { $query }

## One ticket

ticket-title =
    🎫 *Ticket #{ $number }*
    { $subject }
status-line = Status: { $status }
priority-line = Priority: { $priority }
category-line = Category: { $category }
assignee-line = Assigned to: { $name }
opened-line = Opened: { $date }
former-number-line = In the older bot: №{ $number }
updated-line = Updated: { $date }
first-answer-line = First answer: { $date }
closed-line = Closed: { $date }
waiting-line = ⏳ *Waits for { $age }*, since { $date }
last-answer-line = Last answer: { $mark }
earlier-answer-line = An earlier answer: { $mark }
undelivered-line = ⚠️ Answers not delivered: { $n } (see the conversation)
user-lines =
    👤 *{ $name }* · { $username }
    ID `{ $id }` · language: { $language }
    First seen: { $date }
unreachable-line = ⛔️ Has blocked the bot: answers wait until they return
banned-line = 🚫 *Banned* by { $name }, { $date }
banned-for-line = 🚫 *Banned* by { $name }, { $date }: “{ $reason }”
banned-hint = They cannot write here, but they can still read your answers.

## What just happened to it

news-done = ✅ Done.
news-already = 👌 That was done already.
news-closed = ✅ Closed. You can undo it until { $time }.
news-reopened = 🔄 Open again.
news-note-kept = 📝 The note is kept. Only admins see it.
news-answer-taken = 📨 Your answer is on its way. You will be told when it is delivered.
news-answer-retried = 🔁 The answer is being sent again.
news-answer-dropped = ✖️ The answer will not be sent.
news-answer-stands = 👌 Nothing was changed. The answer: { $mark }
news-answer-kept = 📨 Your answer is kept: this user has blocked the bot. It goes out as soon as they return.
news-recalled = 🗑 The answer is taken back and disappears from the user's chat.
news-too-old-to-recall = ⌛️ This answer is more than 48 hours old: Telegram no longer lets it be deleted.
news-discarded = 🗑 Thrown away. The user never saw it.
news-too-late-to-undo = ⌛️ Too late to undo; you can reopen the ticket.
news-not-an-admin = ⚠️ Only an admin can be assigned.
news-banned = 🚫 *Banned.* What they write now reaches nobody.
news-unbanned = ✅ *The ban is lifted.* They can write again.
news-standing-changed = ⚠️ *Nothing was changed: somebody was faster.* This is how it is now.
news-admins-are-not-banned = ⚠️ This is an admin, and an admin cannot be banned.
changed-meanwhile = ⚠️ *Nothing was changed: somebody was faster.* Meanwhile:
meanwhile-line = • { $time } { $who }: { $what }

## Its conversation

page-line = _Page { $page } of { $pages }_
no-messages = No messages yet.
head-you = 👤 *You* · { $date }
head-user = 👤 *{ $name }* · { $date }
head-staff = 🎧 *{ $name }* · { $date }
head-note = 📝 *Internal note · { $name }* · { $date }
album-of = 🖼 Album of { $n }
mark-edited = _edited_
mark-recalled = 🚫 _taken back_
mark-waiting = ⏳ on its way
mark-held = ⛔️ held: the user has blocked the bot
mark-delivered = ✅ delivered
mark-partly = ⚠️ delivered in part: { $reason }
mark-failed = ❌ not delivered: { $reason }
mark-dropped = ✖️ not sent: dropped
mark-twice = may have come twice
reason-dropped = the rest was dropped
reason-expired = the user was not reachable for 30 days
reason-unknown = refused by Telegram

## Its audit trail

history-title = 🕓 *History of #{ $number }*
event-line =
    _{ $date }_ · { $who }
    { $what }
event-opened = opened the ticket
event-user-wrote = wrote
event-answered = answered
event-note-added = left a note
event-status = status: { $from } → { $to }
event-priority = priority: { $from } → { $to }
event-category = category: { $from } → { $to }
event-assignee = assigned to: { $from } → { $to }
event-edited = edited a message
event-edited-from = edited a message, it was: “{ $former }”
event-recalled = took an answer back
event-banned = banned the user
event-banned-for = banned the user: “{ $reason }”
event-unbanned = lifted the user's ban
event-retried = had an answer sent again
event-dropped = dropped an answer that was not delivered
event-taken-over = taken over from the older bot, where it was №{ $number }

## The staff's menus

admin = 🛠 *Admin menu*
dashboard =
    🎫 *Support*

    🟢 Open: *{ $open }*
    🟡 In progress: *{ $progress }*
    🔴 Closed: *{ $closed }*

    🆓 Unassigned: *{ $unassigned }*
    🙋 Mine: *{ $mine }*
longest-waiting = ⏳ *#{ $number }* waits longest: { $age }
muted-line = 🔕 You get no notices of others' tickets.
filters = 🗂 *Show tickets by priority or category*
ask-find =
    🔎 *What shall I find?*

    Send a ticket number, an @username, an id, or words of the subject.
ask-ban =
    *Ban this user?*

    What they write from then on is not kept and reaches nobody; when they try, they are told so, but not why. Their tickets stay as they are.
banned-people = 🚫 *Banned users*: { $n }
nobody-is-banned = Nobody is banned.
how-to-ban = _To ban: /ban and a ticket number, an @username or an id, and a reason if you like; or just /ban as Telegram's reply to any of their messages._
statistics-now =
    📊 *Statistics*

    🟢 Open: *{ $open }*
    🟡 In progress: *{ $progress }*
    🔴 Closed: *{ $closed }*
statistics-days =
    *Today*: { $opened } opened, { $closed } closed
    *7 days*: { $openedweek } opened, { $closedweek } closed
statistics-medians =
    *Usually* (median of these 7 days)
    to the first answer: { $answer }
    to closing: { $closing }
choose-status = 🚦 Status of *#{ $number }*?
choose-priority = ⚡️ Priority of *#{ $number }*?
choose-category = 🗂 Category of *#{ $number }*?
choose-assignee = 👥 Who takes care of *#{ $number }*?
ask-answer =
    ✍️ *Answer to #{ $number }* · { $name }
    { $subject }

    Your next message (an album counts as one) goes to the user.
ask-note =
    📝 *Note on #{ $number }*
    { $subject }

    Your next message becomes an internal note. The user never sees it.
held-closed =
    ✋ *#{ $number } is closed.* Your answer has not been sent.

    How shall I send it?
held-answered =
    ✋ *{ $name }* has answered *#{ $number }* meanwhile ({ $ago }). Your answer has not been sent.

    Send it anyway?
unplaced = 🤔 Who is this for? Nothing has been sent.

## Notices

heading-new-ticket = 🆕 *New ticket #{ $number }*
heading-user = 👤 { $user } · { $category }
heading-follow-up =
    💬 *#{ $number }* { $subject }
    👤 { $user }
heading-answer = 🎧 *{ $name }* · #{ $number } { $subject }
heading-others-answer = ↩️ *{ $name }* answered · #{ $number } { $subject }
more-messages =
    📚 *#{ $number }* { $subject }
    👤 { $user }: { $n ->
        [one] *{ $n }* more message
       *[other] *{ $n }* more messages
    }
album-above = ⬆️ Ticket *#{ $number }*
goes-on = ✂️ _It goes on: the whole message is in ticket #{ $number }._
not-copied = { $kind }: could not be passed on
status-changed =
    ℹ️ *Ticket #{ $number }*
    { $subject }

    New status: { $status }
closed-by-staff =
    ✅ *Ticket #{ $number } is closed*
    { $subject }

    Not solved after all? Reopen it, or just write.
reopened-by-staff =
    🔄 *Ticket #{ $number } is open again*
    { $subject }
closed-by-user =
    🔴 *The user closed #{ $number }*
    { $subject }
    👤 { $name }
reopened-by-user =
    🔄 *The user reopened #{ $number }*
    { $subject }
    👤 { $name }
assigned-to-you =
    📌 *Ticket #{ $number } is yours now*
    { $subject }
    Assigned by: { $name }
delivered = ✅ Delivered · #{ $number }
blocked = ⛔️ *Not delivered · #{ $number }*: { $name } has blocked the bot. The answer is kept, and goes out as soon as they return.
not-delivered =
    ❌ *Not delivered · #{ $number }*: Telegram does not take this answer.
    `{ $reason }`
given-up = ⌛️ *Not delivered · #{ $number }*: { $name } has not been reachable for 30 days. The answer is no longer waiting.
while-away = 👋 *While you were away* I could not reach you. You missed:
away-tickets = 🆕 { $n ->
    [one] { $n } new ticket
   *[other] { $n } new tickets
}
away-messages = 💬 { $n ->
    [one] { $n } message of a user
   *[other] { $n } messages of users
}
away-assigned = 📌 { $n ->
    [one] { $n } ticket assigned to you
   *[other] { $n } tickets assigned to you
}
away-others = 🔄 { $n ->
    [one] { $n } other change
   *[other] { $n } other changes
} in your tickets
away-undelivered = ⛔️ Answers of yours that did not come through, in the tickets below
group-greeting = 👋 Thank you, but I work in private chats only for now: write to me there. I am leaving this group.
