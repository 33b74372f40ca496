# Всё, что бот говорит по-русски. `*жирный*`, `_курсив_` и `код` работают; слова людей вставляются как
# есть. Ключи и значения перечислены в desk/src/text/texts; тест сверяет их с этим файлом.

## Команды, как их показывает меню Telegram

command-start = Главное меню
command-help = Как всё устроено
command-new = Создать тикет
command-tickets = Мои тикеты
command-language = Сменить язык
command-cancel = Отменить начатое
command-admin = Меню администратора
command-find = Найти тикеты
command-ticket = Открыть тикет по номеру
command-close = Закрыть тикет по номеру
command-ban = Запретить писать; список запретов
command-unban = Снять запрет

## Ответы на нажатия

toast-out-of-date = Эта кнопка устарела
toast-done = Готово
toast-already = Это уже сделано
toast-changed-meanwhile = Кто-то успел раньше: ничего не изменено
toast-not-found = Такого тикета нет
toast-sent-below = Отправлено ниже 👇
toast-banned = ⛔️ Сейчас вы не можете писать в поддержку
toast-too-fast = Слишком быстро: ничего не изменено. Попробуйте через минуту

## Названия

language-name = 🇷🇺 Русский
support-name = Поддержка
you = Вы
the-desk = Автоматически
nobody = не назначен
no-username = без @username
no-data = –
wordless = Без слов

category-general = Общие вопросы
category-payment = Оплата
category-technical = Технические вопросы

status = { $status ->
    [open] Открыт
    [in_progress] В работе
   *[closed] Закрыт
}

priority = { $priority ->
    [low] Низкий
    [normal] Обычный
    [high] Высокий
   *[urgent] Срочный
}

kind = { $kind ->
    [text] Текст
    [photo] Фото
    [video] Видео
    [document] Файл
    [voice] Голосовое
    [audio] Аудио
    [video_note] Видеосообщение
    [animation] GIF
    [sticker] Стикер
    [location] Место на карте
    [contact] Контакт
    [poll] Опрос
    [dice] Кубик
   *[other] Вложение
}

just-now = только что
ago = { $age } назад
under-a-minute = меньше минуты
minutes = { $n } мин
hours = { $n } ч
days = { $n } дн.

## Меню для всех

greeting =
    👋 *Здравствуйте! Это поддержка.*

    Просто напишите сюда, что случилось: словами, с фото, голосом – как удобно. Мы ответим прямо в этом чате.
home =
    🏠 *Главное меню*

    Спросить можно и без кнопок: просто напишите.
support =
    📞 *Поддержка*

    Создайте тикет или посмотрите, что с прежними.
help =
    ❓ *Как всё устроено*

    *Просто напишите*, что нужно. Одно нажатие – и это тикет, а ответ придёт сюда же, в этот чат.

    Можно присылать фото, видео, файлы, голосовые и альбомы. Опечатались? Исправьте сообщение, и мы увидим исправленное. Всё, что вы добавите, попадёт в открытый тикет; чтобы выбрать какой, ответьте на любое сообщение о нём.

    /new – создать тикет
    /tickets – мои тикеты
    /language – язык
    /cancel – отменить начатое
help-admin =
    🛠 *Администраторам*

    Ваши слова дойдут до пользователя только двумя путями: ответом Telegram на сообщение о тикете или сразу после кнопки *Ответить*. Обо всём остальном бот сначала спросит.

    /admin – меню администратора
    /find – поиск по номеру, @username, id или словам темы
    /ticket `12` – открыть тикет
    /close `12` – закрыть тикет
    /ban `12` `причина` – запретить писать автору тикета; можно указать @username или id либо ответить командой на любое его сообщение
    /unban `12` – снять запрет; просто /ban покажет, кому запрещено
languages = 🌐 *Выберите язык*

cancelled = 👌 Отменено.
nothing-to-cancel = Отменять нечего.
no-such-ticket = 🤷 Такого тикета нет.
out-of-date = ⌛️ Эта кнопка устарела: то, к чему она относилась, уже позади.
unknown-command = 🤔 Такой команды нет. Если это вопрос, просто напишите его своими словами.
language-set = ✅ Будем говорить по-русски.
discarded = 🗑 Черновик удалён.
all-kept = { $n ->
    [0] 🐢 Слишком быстро: кое-что пришлось пропустить. Попробуйте ещё раз.
    [one] 📥 Много всего сразу, но ничего не потеряно: сохранено ещё { $n } сообщение.
    [few] 📥 Много всего сразу, но ничего не потеряно: сохранено ещё { $n } сообщения.
   *[many] 📥 Много всего сразу, но ничего не потеряно: сохранено ещё { $n } сообщений.
}
trouble = 😔 У нас что-то пошло не так. Ваше сообщение сохранено, мы разберёмся.
too-many-waiting = ✋ Это сообщение *не* принято: слишком многое уже ждёт вашего решения. Разберитесь хотя бы с частью и пришлите его снова.
banned = ⛔️ Сейчас вы не можете писать в поддержку. Ваши сообщения не сохраняются и ни до кого не доходят.
unbanned = ✅ Вы снова можете писать в поддержку. То, что вы писали в это время, до нас не дошло: если это ещё важно, пришлите, пожалуйста, снова.
no-such-person = 🤷 Такого человека бот не знает: никто с таким номером или именем сюда не писал.
nothing-found = 🔎 Искать нечего: нужны слова.

## Кнопки меню и форм

key-support = 📞 Поддержка
key-language = 🌐 Язык
key-help = ❓ Помощь
key-admin = 🛠 Администратору
key-back = ← Назад
key-home = 🏠 Меню
key-waiting = ✋ Ждёт вашего решения · { $n }
key-continue = ▶️ Дальше
key-cancel = ✖️ Отмена
key-discard = 🗑 Не нужно
key-new-ticket = 🎫 Создать тикет
key-my-tickets = 📋 Мои тикеты
key-to-my-tickets = ← Мои тикеты
key-make-ticket = ✅ Создать тикет
key-as-new-ticket = 🎫 Новый тикет
key-reopen-and-join = 🔄 Открыть #{ $number } снова и добавить
key-open-ticket = 📂 Открыть #{ $number }
key-to-ticket = ← Назад к #{ $number }
key-belongs-to = ↑ #{ $number }
key-reply = ✍️ Ответить
key-conversation = 💬 Переписка · { $n }
key-close = ✅ Закрыть
key-reopen = 🔄 Открыть снова

## Кнопки администраторов

key-dashboard = 🎫 Поддержка
key-to-dashboard = ← Назад к поддержке
key-longest-waiting = ⏳ Дольше всех ждёт #{ $number }
key-all = 📋 Все
key-all-mine = 🙋 Мои
key-all-unassigned = 🆓 Ничьи
key-mine = 🙋 Мои · { $n }
key-unassigned = 🆓 Ничьи · { $n }
key-filters = 🗂 Фильтры
key-find = 🔎 Найти
key-find-again = 🔎 Искать ещё
key-statistics = 📊 Статистика
key-refresh = 🔄 Обновить
key-mute = 🔕 Только о моих
key-unmute = 🔔 Сообщать обо всех
key-answer = ✍️ Ответить
key-note = 📝 Заметка
key-history = 🕓 История
key-status = 🚦 Статус
key-priority = ⚡️ Приоритет
key-category = 🗂 Категория
key-assign = 👥 Назначить…
key-assign-to-me = 🙋 Взять себе
key-nobody = 🆓 Никому
key-user-tickets = 👤 Тикеты пользователя · { $n }
key-ban = 🚫 Запретить писать
key-banned = 🚫 Писать запрещено
key-unban = ✅ Снять запрет
key-undo-ban = ↩️ Отменить
key-banned-people = 🚫 Кому запрещено писать
key-undo = ↩️ Отменить закрытие
key-recall = 🗑 Отозвать
key-retry-answer = 🔁 Отправить снова
key-drop-answer = ✖️ Не отправлять
key-recall-latest = 🗑 Отозвать мой последний ответ
key-send-and-reopen = 🔄 Отправить и открыть снова
key-send-and-leave = ✉️ Отправить, не открывая
key-send-anyway = ✉️ Всё равно отправить
key-answer-with = ✉️ Ответить в #{ $number } { $subject }
key-ask-as-user = 🎫 Создать свой тикет

## Новый тикет

ask-category =
    🎫 *Новый тикет*

    О чём ваш вопрос?
ask-subject =
    🎫 *Новый тикет* · { $category }

    Что случилось, одной строкой? Это будет тема.
ask-description =
    🎫 *{ $subject }*

    А теперь подробнее: словами, фото, видео, файлами или голосом.
subject-too-short = ⚠️ Слишком коротко: в теме нужно хотя бы { $least ->
    [one] { $least } символ
    [few] { $least } символа
   *[many] { $least } символов
}.
description-too-short = ⚠️ Чуть подробнее, пожалуйста: хотя бы { $least ->
    [one] { $least } символ
    [few] { $least } символа
   *[many] { $least } символов
} – или фото, файл, голосовое.
too-long = ⚠️ Слишком длинно: символов { $had }, а помещается { $most }. Для темы хватит короткой фразы, подробности – на следующем шаге.
not-text = ⚠️ Тема – это слова. Фото и файлы пришлите на следующем шаге.
ticket-opened =
    ✅ *Тикет #{ $number } создан*

    Тема: { $subject }
    Статус: { $status }

    Мы ответим здесь же. Захотите что-то добавить – просто напишите.
waiting-words = ✉️ *{ $words }*{ $pieces ->
    [1] {""}
    [one] {" "}({ $pieces } сообщение)
    [few] {" "}({ $pieces } сообщения)
   *[many] {" "}({ $pieces } сообщений)
}
offer-new = Создать из этого тикет?
offer-category = О чём это?
offer-several = Куда это добавить?
offer-closed = Тикет *#{ $number }* «{ $subject }» закрыт. Открыть его снова или создать новый? Ваше сообщение пока сохранено.
joined = ✅ Добавлено в тикет *#{ $number }* «{ $subject }».
joined-reopened = 🔄 Тикет *#{ $number }* «{ $subject }» снова открыт, сообщение добавлено.
ask-reply =
    ✍️ *Тикет #{ $number }*
    { $subject }

    Напишите сообщение: слова, фото, файлы – что угодно.

## Списки

my-tickets = 📋 *Мои тикеты*: { $n ->
    [one] { $n } тикет
    [few] { $n } тикета
   *[many] { $n } тикетов
}
no-tickets-yet =
    📋 *Мои тикеты*

    Здесь пока пусто. Что-то случилось? Создайте тикет или просто напишите нам.
unread-legend = ✉️ – есть новый ответ
ticket-list = *{ $of }* · { $n }
nothing-here = Здесь пусто.
waiting-legend = ⏳ – ждёт ответа
list-all = 📋 Все тикеты
list-mine = 🙋 Мои тикеты
list-unassigned = 🆓 Ничьи тикеты
list-category = 🗂 Категория: { $category }
list-priority = Приоритет: { $priority }
list-user = 👤 Тикеты: { $name }
list-found = 🔎 { $query }

## Тикет

ticket-title =
    🎫 *Тикет #{ $number }*
    { $subject }
status-line = Статус: { $status }
priority-line = Приоритет: { $priority }
category-line = Категория: { $category }
assignee-line = Ответственный: { $name }
opened-line = Создан: { $date }
former-number-line = В прежнем боте: №{ $number }
updated-line = Обновлён: { $date }
first-answer-line = Первый ответ: { $date }
closed-line = Закрыт: { $date }
waiting-line = ⏳ *Ждёт ответа { $age }*, с { $date }
last-answer-line = Последний ответ: { $mark }
earlier-answer-line = Один из прежних ответов: { $mark }
undelivered-line = ⚠️ Не доставлено ответов: { $n } (см. переписку)
user-lines =
    👤 *{ $name }* · { $username }
    ID `{ $id }` · язык: { $language }
    Впервые здесь: { $date }
unreachable-line = ⛔️ Пользователь заблокировал бота: ответы дождутся его возвращения
banned-line = 🚫 *Писать запрещено*: { $name }, { $date }
banned-for-line = 🚫 *Писать запрещено*: { $name }, { $date }, «{ $reason }»
banned-hint = Пользователь не может сюда писать, но ваши ответы получает.

## Что с ним только что было

news-done = ✅ Готово.
news-already = 👌 Это уже сделано.
news-closed = ✅ Тикет закрыт. Отменить можно до { $time }.
news-reopened = 🔄 Тикет снова открыт.
news-note-kept = 📝 Заметка сохранена. Её видят только администраторы.
news-answer-taken = 📨 Ответ уже в пути. Сообщим, когда он дойдёт.
news-answer-retried = 🔁 Ответ отправляется ещё раз.
news-answer-dropped = ✖️ Ответ отправлен не будет.
news-answer-stands = 👌 Ничего не изменилось. Ответ: { $mark }
news-answer-kept = 📨 Ответ сохранён: пользователь заблокировал бота. Ответ уйдёт, как только он вернётся.
news-recalled = 🗑 Ответ отозван и исчезнет из чата пользователя.
news-too-old-to-recall = ⌛️ Этому ответу больше 48 часов: Telegram уже не даёт его удалить.
news-discarded = 🗑 Черновик удалён. Пользователь его не видел.
news-too-late-to-undo = ⌛️ Отменять поздно, но тикет можно открыть снова.
news-not-an-admin = ⚠️ Назначить можно только администратора.
news-banned = 🚫 *Писать теперь запрещено.* Новые сообщения ни до кого не дойдут.
news-unbanned = ✅ *Запрет снят.* Снова можно писать.
news-standing-changed = ⚠️ *Ничего не изменено: кто-то успел раньше.* Сейчас всё так.
news-admins-are-not-banned = ⚠️ Это администратор, ему нельзя запретить писать.
changed-meanwhile = ⚠️ *Ничего не изменено: кто-то успел раньше.* Тем временем:
meanwhile-line = • { $time } { $who }: { $what }

## Переписка

page-line = _Страница { $page } из { $pages }_
no-messages = Сообщений пока нет.
head-you = 👤 *Вы* · { $date }
head-user = 👤 *{ $name }* · { $date }
head-staff = 🎧 *{ $name }* · { $date }
head-note = 📝 *Внутренняя заметка · { $name }* · { $date }
album-of = 🖼 Альбом из { $n }
mark-edited = _изменено_
mark-recalled = 🚫 _отозвано_
mark-waiting = ⏳ отправляется
mark-held = ⛔️ ждёт: пользователь заблокировал бота
mark-delivered = ✅ доставлено
mark-partly = ⚠️ доставлено не всё: { $reason }
mark-failed = ❌ не доставлено: { $reason }
mark-dropped = ✖️ не отправлено: отменено
mark-twice = могло прийти дважды
reason-dropped = остальное отменено
reason-expired = пользователь был недоступен 30 дней
reason-unknown = Telegram не принял

## История

history-title = 🕓 *История #{ $number }*
event-line =
    _{ $date }_ · { $who }
    { $what }
event-opened = новый тикет
event-user-wrote = сообщение
event-answered = ответ
event-note-added = заметка
event-status = статус: { $from } → { $to }
event-priority = приоритет: { $from } → { $to }
event-category = категория: { $from } → { $to }
event-assignee = ответственный: { $from } → { $to }
event-edited = правка сообщения
event-edited-from = правка сообщения, было: «{ $former }»
event-recalled = ответ отозван
event-banned = запрет писать
event-banned-for = запрет писать: «{ $reason }»
event-unbanned = запрет писать снят
event-retried = недоставленный ответ отправлен ещё раз
event-dropped = отправка недоставленного ответа отменена
event-taken-over = тикет перенесён из прежнего бота, там это был №{ $number }

## Меню администраторов

admin = 🛠 *Меню администратора*
dashboard =
    🎫 *Поддержка*

    🟢 Открыто: *{ $open }*
    🟡 В работе: *{ $progress }*
    🔴 Закрыто: *{ $closed }*

    🆓 Ничьих: *{ $unassigned }*
    🙋 Моих: *{ $mine }*
longest-waiting = ⏳ Дольше всех ждёт *#{ $number }*: { $age }
muted-line = 🔕 О чужих тикетах вам не сообщаем.
filters = 🗂 *Показать тикеты по приоритету или категории*
ask-find =
    🔎 *Что найти?*

    Пришлите номер тикета, @username, id или слова из темы.
ask-ban =
    *Запретить этому пользователю писать?*

    Новые сообщения не сохранятся и ни до кого не дойдут; при попытке написать бот скажет об этом, но не назовёт причину. Тикеты останутся как есть.
banned-people = 🚫 *Кому запрещено писать*: { $n }
nobody-is-banned = Никому.
how-to-ban = _Чтобы запретить: /ban и номер тикета, @username или id, при желании с причиной; или просто /ban ответом Telegram на любое сообщение этого человека._
statistics-now =
    📊 *Статистика*

    🟢 Открыто: *{ $open }*
    🟡 В работе: *{ $progress }*
    🔴 Закрыто: *{ $closed }*
statistics-days =
    *Сегодня*: создано { $opened }, закрыто { $closed }
    *7 дней*: создано { $openedweek }, закрыто { $closedweek }
statistics-medians =
    *Обычно* (медиана за эти 7 дней)
    до первого ответа: { $answer }
    до закрытия: { $closing }
choose-status = 🚦 Какой статус у *#{ $number }*?
choose-priority = ⚡️ Какой приоритет у *#{ $number }*?
choose-category = 🗂 Какая категория у *#{ $number }*?
choose-assignee = 👥 Кто займётся *#{ $number }*?
ask-answer =
    ✍️ *Ответ на #{ $number }* · { $name }
    { $subject }

    Следующее ваше сообщение (альбом считается за одно) уйдёт пользователю.
ask-note =
    📝 *Заметка к #{ $number }*
    { $subject }

    Следующее ваше сообщение станет внутренней заметкой. Пользователь её не увидит.
held-closed =
    ✋ *Тикет #{ $number } закрыт.* Ваш ответ ещё не отправлен.

    Как его отправить?
held-answered =
    ✋ На *#{ $number }* уже есть ответ: *{ $name }*, { $ago }. Ваш ещё не отправлен.

    Всё равно отправить?
unplaced = 🤔 Кому это? Пока ничего не отправлено.

## Уведомления

heading-new-ticket = 🆕 *Новый тикет #{ $number }*
heading-user = 👤 { $user } · { $category }
heading-follow-up =
    💬 *#{ $number }* { $subject }
    👤 { $user }
heading-answer = 🎧 *{ $name }* · #{ $number } { $subject }
heading-others-answer = ↩️ *{ $name }* отвечает · #{ $number } { $subject }
more-messages =
    📚 *#{ $number }* { $subject }
    👤 { $user }: { $n ->
        [one] ещё *{ $n }* сообщение
        [few] ещё *{ $n }* сообщения
       *[many] ещё *{ $n }* сообщений
    }
album-above = ⬆️ Тикет *#{ $number }*
goes-on = ✂️ _Это не всё: целиком сообщение – в тикете #{ $number }._
not-copied = { $kind }: не удалось переслать
status-changed =
    ℹ️ *Тикет #{ $number }*
    { $subject }

    Новый статус: { $status }
closed-by-staff =
    ✅ *Тикет #{ $number } закрыт*
    { $subject }

    Вопрос остался? Откройте тикет снова или просто напишите.
reopened-by-staff =
    🔄 *Тикет #{ $number } снова открыт*
    { $subject }
closed-by-user =
    🔴 *Пользователь закрыл #{ $number }*
    { $subject }
    👤 { $name }
reopened-by-user =
    🔄 *Пользователь снова открыл #{ $number }*
    { $subject }
    👤 { $name }
assigned-to-you =
    📌 *Тикет #{ $number } теперь ваш*
    { $subject }
    Передаёт: { $name }
delivered = ✅ Доставлено · #{ $number }
blocked = ⛔️ *Не доставлено · #{ $number }*: бот заблокирован ({ $name }). Ответ сохранён и уйдёт, как только пользователь вернётся.
not-delivered =
    ❌ *Не доставлено · #{ $number }*: Telegram не принимает этот ответ.
    `{ $reason }`
given-up = ⌛️ *Не доставлено · #{ $number }*: { $name } не на связи уже 30 дней. Ответ больше не ждёт отправки.
while-away = 👋 *Пока вас не было*, я не мог вам писать. Вы пропустили:
away-tickets = 🆕 { $n ->
    [one] { $n } новый тикет
    [few] { $n } новых тикета
   *[many] { $n } новых тикетов
}
away-messages = 💬 { $n ->
    [one] { $n } сообщение пользователей
    [few] { $n } сообщения пользователей
   *[many] { $n } сообщений пользователей
}
away-assigned = 📌 { $n ->
    [one] { $n } тикет, назначенный вам
    [few] { $n } тикета, назначенных вам
   *[many] { $n } тикетов, назначенных вам
}
away-others = 🔄 { $n ->
    [one] { $n } другое изменение
    [few] { $n } других изменения
   *[many] { $n } других изменений
} в ваших тикетах
away-undelivered = ⛔️ Ваши ответы, которые не дошли: тикеты ниже
group-greeting = 👋 Спасибо, но пока я работаю только в личных чатах: напишите мне туда. Из этой группы я выхожу.
