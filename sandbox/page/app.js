// The chat page of the sandbox: which person is open, what is asked of the server, and who is told.
//
// Everything shown comes from the server. A press or a message is sent and not
// drawn; the server's event then makes the page read what changed.

import * as api from "./api.js";
import { createCalls, KEPT } from "./calls.js";
import { createChat } from "./chat.js";
import { createComposer } from "./composer.js";
import { fullName, gist } from "./dom.js";
import { createPeople } from "./people.js";
import { ask, clearToasts, openMenu, showAlert, toast } from "./popups.js";
import { createProgram } from "./program.js";
import { createTrouble } from "./trouble.js";

const app = document.querySelector(".app");
const chatPane = app.querySelector(".chat");
const callsPane = app.querySelector(".calls");
const connection = app.querySelector("[data-testid=connection]");
const backdrop = app.querySelector(".backdrop");
const onePane = matchMedia("(max-width: 719px)");
const callsBeside = matchMedia("(min-width: 1100px)");

let state = null; // the newest answer of /sandbox/state
let chosen = null; // the open person's id
let chat = null; // the newest answer for the open chat
let newestCall = 0; // the number of the newest Bot API call
let knownTrouble = null; // the count of changes of trouble that the panel shows
let stale = true; // whether changes may have been missed
let toldToasts = null; // numbers of the callback answers that the open chat has had

const people = createPeople(app.querySelector(".people-list"), choose);
const program = createProgram(app.querySelector(".program"), (action) => attempt(async () => program.render(await api.program(action))));
const trouble = createTrouble(app.querySelector(".trouble"), attempt);
const calls = createCalls(callsPane);
const composer = createComposer(app.querySelector(".composer-area"), {
  send: (message) => attempt(() => api.send(chosen, message)),
  edit: (id, content) => attempt(() => api.edit(chosen, id, content)),
  unblock: () => attempt(() => api.setBlocked(chosen, false)),
  lastOwn: () => chat?.messages.findLast(editable),
});
const conversation = createChat(chatPane, {
  command: (text) => attempt(() => api.send(chosen, { kind: "text", text })),
  press: (message, data) => attempt(() => api.press(chosen, message.id, data)),
  menu: openMessageMenu,
  redraw: () => conversation.render(chat, state.bot),
});

// ---- reading from the server ---------------------------------------------

const readState = oneAtATime(async () => {
  state = await api.state();
  program.render(state.program);
  const before = chosen;
  chosen = openPerson();
  if (chosen !== before) openChat();
  drawPeople();
});

const readChat = oneAtATime(async () => {
  const person = chosen;
  if (person === null) return;
  const answer = await api.chat(person, document.visibilityState === "visible");
  if (person !== chosen) return;
  chat = answer;
  conversation.render(chat, state.bot);
  composer.render(chat);
  showToasts(chat.toasts);
});

const readCalls = oneAtATime(async () => {
  const answer = await api.calls(Math.max(calls.last(), newestCall - KEPT));
  if (answer.last < calls.last()) {
    calls.reset();
    calls.add((await api.calls(0)).calls);
  } else calls.add(answer.calls);
});

const readTrouble = oneAtATime(async () => trouble.render(await api.trouble()));

/** Runs `work` again once, however often it was asked for meanwhile. */
function oneAtATime(work) {
  let running = null;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await work();
    } while (again);
  };
  return () => {
    if (running) again = true;
    else running = run().catch(ignoreUnreachable).finally(() => { running = null; });
    return running;
  };
}

/** A lost connection is told by the event stream, and all is read again when it is back. */
function ignoreUnreachable(error) {
  if (!(error instanceof api.Unreachable)) throw error;
}

async function readAll() {
  stale = false;
  await readState();
  await Promise.all([readChat(), readCalls(), readTrouble()]);
  document.documentElement.dataset.ready = "true";
}

api.follow((change) => {
  newestCall = change.calls;
  program.render(change.program);
  const troubled = change.trouble !== knownTrouble;
  knownTrouble = change.trouble;
  if (stale) return readAll();
  readState();
  if (change.chats.includes(chosen)) readChat();
  if (change.calls !== calls.last()) readCalls();
  if (troubled) readTrouble();
}, (now) => {
  connection.dataset.state = now;
  connection.textContent = now === "live" ? "Live" : "Reconnecting…";
  stale = true;
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && state) readAll();
});

/** Does what a person asked for; a refusal is shown and gives false. */
async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    toast(error.message, true);
    return false;
  }
}

/** Answers to callbacks that came since the chat was opened. */
function showToasts(toasts) {
  for (const { no, text, alert } of toasts) {
    if (!toldToasts || toldToasts.has(no)) continue;
    if (alert) showAlert(state.bot.name, text);
    else toast(text);
  }
  toldToasts = new Set(toasts.map(({ no }) => no));
}

// ---- which person, which pane --------------------------------------------

/** The person in the address; beside the list there is always one open. */
function openPerson() {
  const id = Number(/^#\/(-?\d+)$/.exec(location.hash)?.[1]);
  if (state.people.some((person) => person.id === id)) return id;
  return onePane.matches ? null : state.people[0]?.id ?? null;
}

function choose(id, byArrow) {
  // On a phone the arrows only walk through the list.
  if (byArrow && onePane.matches) return;
  location.hash = `#/${id}`;
  show();
  if (!byArrow && matchMedia("(hover: hover)").matches) composer.focus();
}

function show() {
  if (!state) return;
  const before = chosen;
  chosen = openPerson();
  if (chosen !== before) openChat();
  drawPeople();
}

function openChat() {
  chat = null;
  toldToasts = null;
  clearToasts();
  app.dataset.view = chosen === null ? "people" : "chat";
  chatPane.classList.toggle("none", chosen === null);
  chatPane.querySelector(".choose").hidden = chosen !== null;
  const person = state.people.find(({ id }) => id === chosen);
  if (!person) return;
  chatPane.setAttribute("aria-label", `Chat of ${fullName(person)}`);
  conversation.open(person, state.bot);
  composer.open(person);
  readChat();
}

function drawPeople() {
  people.render(state.people, chosen);
  calls.context(state.people, chosen);
  trouble.people(state.people);
  const unread = state.people.reduce((sum, person) => sum + person.unread, 0);
  document.title = unread > 0 ? `(${unread}) Sandbox` : "Sandbox";
}

window.addEventListener("hashchange", show);
onePane.addEventListener("change", show);

app.querySelector(".back").addEventListener("click", () => {
  const id = chosen;
  location.hash = "#/";
  show();
  app.querySelector(`[data-testid=person-${id}]`)?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && state && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    const order = [...document.querySelectorAll(".person")].map((node) => Number(node.dataset.id));
    const next = order.indexOf(chosen) + (event.key === "ArrowDown" ? 1 : -1);
    choose(order[(next + order.length) % order.length], false);
  } else if (event.key === "Escape" && app.classList.contains("calls-open")) toggleCalls(false);
});

// ---- the calls as a sheet ------------------------------------------------

/** Where the calls have no pane of their own they come up as a sheet. */
function toggleCalls(open) {
  const sheet = open && !callsBeside.matches;
  app.classList.toggle("calls-open", sheet);
  backdrop.hidden = !sheet;
  for (const pane of [app.querySelector(".people"), chatPane]) pane.inert = sheet;
  callsPane.inert = !sheet && !callsBeside.matches;
  if (sheet) {
    callsPane.setAttribute("role", "dialog");
    callsPane.setAttribute("aria-modal", "true");
    callsPane.querySelector(".close-calls").focus();
  } else {
    callsPane.removeAttribute("role");
    callsPane.removeAttribute("aria-modal");
  }
}

toggleCalls(false);
callsBeside.addEventListener("change", () => toggleCalls(false));
app.querySelector(".open-calls").addEventListener("click", () => toggleCalls(true));
for (const closer of [backdrop, app.querySelector(".close-calls")]) {
  closer.addEventListener("click", () => {
    toggleCalls(false);
    app.querySelector(".open-calls").focus();
  });
}

// ---- menus ---------------------------------------------------------------

app.querySelector(".chat-menu").addEventListener("click", (event) => {
  if (!chat) return;
  openMenu(event.currentTarget, "Chat menu", [
    ...(chat.deactivated ? [] : [chat.blocked
      ? { label: "Unblock the bot", icon: "block", testid: "menu-unblock", run: () => attempt(() => api.setBlocked(chosen, false)) }
      : { label: "Block the bot", icon: "block", testid: "menu-block", danger: true, run: () => attempt(() => api.setBlocked(chosen, true)) }]),
    { label: "Transcript as text", icon: "text", href: api.transcriptAddress(chosen) },
    ...(chat.deactivated ? [] : [{ label: "Delete the account", icon: "gone", testid: "menu-deactivate", danger: true, run: deleteAccount }]),
  ]);
});

/** Nobody comes back from this, so it is asked twice. */
async function deleteAccount() {
  const { first_name: name } = state.people.find(({ id }) => id === chosen);
  if (await ask(`Delete the Telegram account of ${name}?`, "Delete", [])) await attempt(() => api.deactivate(chosen));
}

/** Telegram lets a person edit the text of a message, or the caption of what can carry one. */
function editable(message) {
  return message.from === "person" && !message.forwarded_from && ["text", "photo", "video", "document", "audio", "voice", "animation"].includes(message.kind);
}

function openMessageMenu(message, anchor) {
  if (message.kind === "service") return;
  const own = message.from === "person";
  const items = [{ label: "Reply", icon: "reply", testid: "action-reply", run: () => composer.reply(message) }];
  if (editable(message)) items.push({ label: "Edit", icon: "edit", testid: "action-edit", run: () => composer.edit(message) });
  items.push({ label: "Forward", icon: "forward", testid: "action-forward", run: () => forward(message) });
  if (message.text) items.push({ label: "Copy text", icon: "copy", testid: "action-copy", run: () => attempt(() => navigator.clipboard.writeText(message.text)) });
  if (own && message.album) {
    items.push({ label: "Add a photo to the album", icon: "album", testid: "action-late", run: () => attempt(() => api.lateSibling(chosen, message.id, "photo")) });
  }
  if (!own && message.buttons?.length) items.push({ label: "Press with other data…", icon: "edit", testid: "action-forge", run: () => forge(message) });
  // A blocked bot gets nothing, and nobody writes from a deleted account.
  openMenu(anchor, `Message: ${gist(message)}`, chat.blocked || chat.deactivated ? items.filter(({ icon }) => icon === "copy") : items);
}

/** Sends a message to the bot again, as words of the one who wrote it, or of anybody else. */
async function forward(message) {
  const author = message.forwarded_from ?? (message.from === "bot" ? state.bot.name : fullName(state.people.find(({ id }) => id === chosen)));
  const answer = await ask("Forward to the bot", "Forward", [{ name: "name", label: "Forwarded from", value: author }]);
  if (!answer) return;
  const { kind, text, entities, media } = message;
  await attempt(() => api.send(chosen, { ...media, kind, text, entities, forward_from: answer.name }));
}

/** A press with data that no button carries, as a changed client could send it. */
async function forge(message) {
  const first = message.buttons.flat().find((button) => button.data);
  const answer = await ask("Press with other data", "Press", [{ name: "data", label: "Data of the button", value: first?.data ?? "" }]);
  if (answer) await attempt(() => api.press(chosen, message.id, answer.data));
}
