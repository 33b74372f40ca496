// The lower edge of the chat: text, commands, attachments, reply and edit.

import { el, gist, icon, kindName } from "./dom.js";
import { fromMarkup, toMarkup } from "./entities.js";
import { CAPTIONED } from "./media.js";
import { ask, openMenu, toast } from "./popups.js";

/** Telegram's limits, in UTF-16 units. A longer text becomes several messages, a longer caption cannot be sent. */
const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;

/** What the attach menu offers; `ask` gives the values of kinds that need some. */
const ATTACHMENTS = [
  { kind: "photo", label: "Photo" },
  { kind: "video", label: "Video" },
  { kind: "album", label: "Album of 3 photos" },
  { kind: "document", label: "File" },
  { kind: "audio", label: "Music" },
  { kind: "voice", label: "Voice message" },
  { kind: "video_note", label: "Video message" },
  { kind: "animation", label: "GIF" },
  { kind: "sticker", label: "Sticker", ask: askEmoji("Sticker", ["😀", "👋", "❤️", "🎉", "🤔", "😢", "🐈", "🔥"]) },
  { kind: "location", label: "Location", ask: askLocation },
  { kind: "contact", label: "Contact", ask: askContact },
  { kind: "poll", label: "Poll", ask: askPoll },
  { kind: "dice", label: "Dice", ask: askEmoji("Dice", ["🎲", "🎯", "🏀", "⚽", "🎳", "🎰"]) },
];

function askEmoji(label, choices) {
  return () => ask(label, "Send", [{ name: "emoji", label: "Which", choices }]);
}

async function askLocation() {
  const place = await ask("Location", "Send", [
    { name: "latitude", label: "Latitude", value: "55.7522" },
    { name: "longitude", label: "Longitude", value: "37.6156" },
  ]);
  return place && { latitude: Number(place.latitude) || 0, longitude: Number(place.longitude) || 0 };
}

function askContact() {
  return ask("Contact", "Send", [
    { name: "first_name", label: "Name", value: "Ivan" },
    { name: "phone_number", label: "Phone", value: "+79001234567" },
  ]);
}

async function askPoll() {
  const poll = await ask("Poll", "Send", [
    { name: "question", label: "Question", value: "Tea or coffee?" },
    { name: "options", label: "Options, one a line", value: "Tea\nCoffee", lines: 4 },
  ]);
  return poll && { question: poll.question, options: poll.options.split("\n").map((line) => line.trim()).filter(Boolean) };
}

/**
 * Makes the composer. `actions` has send(message) and edit(id, content), whose
 * promises give false when the sandbox refused, unblock(), and lastOwn() for
 * the message that the Up key edits. The result: open(person), render(chat),
 * reply(message), edit(message), focus().
 */
export function createComposer(root, actions) {
  const drafts = new Map(); // person id -> {text, mode, attachment}
  let person = null;
  let mode = null; // {type: "reply" | "edit", message}
  let attachment = null; // a kind that waits for its caption
  let commands = [];
  let offered = []; // the commands in the open menu
  let marked = 0;

  const input = el("textarea", {
    rows: 1, testid: "composer", "aria-label": "Message", "aria-autocomplete": "list", "aria-haspopup": "listbox",
    "aria-controls": "commands", autocomplete: "off", spellcheck: "true", enterkeyhint: "send",
  });
  const banner = el("div", { class: "banner", hidden: true, testid: "composer-banner" });
  const menu = el("ul", { class: "commands", id: "commands", role: "listbox", "aria-label": "Commands", testid: "commands", hidden: true });
  const sendButton = el("button", { class: "icon-button send", testid: "send", "aria-label": "Send" }, icon("send"));
  const attachButton = el("button", { type: "button", class: "icon-button", testid: "attach", "aria-label": "Attach", "aria-haspopup": "menu", onclick: openAttach }, icon("attach"));
  const slashButton = el("button", { type: "button", class: "icon-button", testid: "commands-open", "aria-label": "Commands of the bot", onclick: startCommand }, icon("slash"));
  const form = el("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); submit(); } },
    menu, banner, el("div", { class: "composer-line" }, attachButton, input, slashButton, sendButton));
  const blocked = el("div", { class: "blocked", hidden: true },
    el("p", {}, "This person has blocked the bot."),
    el("button", { type: "button", class: "key", testid: "unblock", onclick: () => actions.unblock() }, "Unblock"));
  const deleted = el("div", { class: "blocked", hidden: true }, el("p", {}, "This person has deleted the account."));
  root.append(form, blocked, deleted);

  input.addEventListener("input", changed);
  input.addEventListener("keydown", onKey);
  input.addEventListener("blur", () => setTimeout(() => form.contains(document.activeElement) || closeCommands(), 150));

  function open(next) {
    if (person) drafts.set(person.id, { text: input.value, mode, attachment });
    person = next;
    const draft = drafts.get(person.id) ?? { text: "", mode: null, attachment: null };
    ({ mode, attachment } = draft);
    setText(draft.text);
    closeCommands();
    input.placeholder = `Write as ${person.first_name}`;
    drawBanner();
  }

  function render(chat) {
    form.hidden = chat.blocked || chat.deactivated;
    blocked.hidden = !chat.blocked || chat.deactivated;
    deleted.hidden = !chat.deactivated;
    commands = chat.commands;
    slashButton.hidden = commands.length === 0;
    if (!menu.hidden) offerCommands();
  }

  function setText(text) {
    input.value = text;
    grow();
  }

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 180)}px`;
  }

  function changed() {
    grow();
    offerCommands();
  }

  // ---- reply, edit, attachment -------------------------------------------

  function reply(message) {
    if (mode?.type === "edit") setText("");
    mode = { type: "reply", message };
    drawBanner();
    focus();
  }

  function edit(message) {
    mode = { type: "edit", message };
    attachment = null;
    setText(toMarkup(message.text ?? "", message.entities));
    drawBanner();
    focus();
  }

  function attach(kind) {
    if (mode?.type === "edit") cancel();
    attachment = kind;
    drawBanner();
    focus();
  }

  function cancel() {
    if (attachment) attachment = null;
    else {
      if (mode?.type === "edit") setText("");
      mode = null;
    }
    drawBanner();
    focus();
  }

  function drawBanner() {
    const kind = attachment ?? mode?.type;
    banner.hidden = !kind;
    sendButton.replaceChildren(icon(mode?.type === "edit" ? "check" : "send"));
    sendButton.setAttribute("aria-label", mode?.type === "edit" ? "Save the edit" : "Send");
    if (!kind) return banner.replaceChildren();
    const title = attachment
      ? `${attachment === "album" ? "Album of 3 photos" : kindName(attachment)}${mode ? ", as a reply" : ""}`
      : mode.type === "edit" ? "Edit message" : "Reply";
    const line = attachment ? "Add a caption or send it as it is" : gist(mode.message);
    banner.replaceChildren(icon(kind), el("div", {}, el("b", {}, title), el("span", {}, line)),
      el("button", { type: "button", class: "icon-button", "aria-label": "Cancel", testid: "composer-cancel", onclick: cancel }, icon("close")));
  }

  async function openAttach() {
    openMenu(attachButton, "Attach", ATTACHMENTS.map(({ kind, label, ask: values }) => ({
      label, icon: kind, testid: `attach-${kind}`, run: () => choose(kind, values),
    })));
  }

  async function choose(kind, values) {
    if (kind === "album" || CAPTIONED.has(kind)) return attach(kind);
    const given = values ? await values() : {};
    if (given) await deliver({ kind, ...given });
    focus();
  }

  // ---- sending -----------------------------------------------------------

  async function submit() {
    const source = input.value.trim();
    if (mode?.type === "edit") return saveEdit(source);
    if (!source && !attachment) return;
    const content = fromMarkup(source);
    if (attachment && content.text.length > CAPTION_LIMIT) return toast(`A caption holds at most ${CAPTION_LIMIT} characters; this one has ${content.text.length}.`, true);
    const captioned = { kind: attachment === "album" ? "photo" : attachment ?? "text", ...stripped(content) };
    const message = attachment === "album" ? { album: [captioned, { kind: "photo" }, { kind: "photo" }] } : captioned;
    const former = { text: input.value, attachment, mode, person };
    setText("");
    attachment = null;
    const sent = await deliver(message);
    if (!sent && person === former.person && !input.value) {
      ({ attachment, mode } = former);
      setText(former.text);
      drawBanner();
    }
  }

  /** Sends, as a reply where one was begun; in an album its first item is the reply. */
  async function deliver(message) {
    if (mode?.type === "reply") {
      (message.album?.[0] ?? message).reply_to = mode.message.id;
      mode = null;
    }
    drawBanner();
    closeCommands();
    return actions.send(message);
  }

  async function saveEdit(source) {
    const { message } = mode;
    const content = fromMarkup(source);
    if (message.kind === "text" && !content.text) return toast("A message cannot be empty.", true);
    if (content.text.length > (message.kind === "text" ? TEXT_LIMIT : CAPTION_LIMIT)) return toast("This is too long for one message.", true);
    const same = content.text === (message.text ?? "") && toMarkup(content.text, content.entities) === toMarkup(message.text ?? "", message.entities);
    if (same || await actions.edit(message.id, content)) {
      mode = null;
      setText("");
      drawBanner();
    }
  }

  // ---- commands ----------------------------------------------------------

  function startCommand() {
    if (!menu.hidden) return closeCommands();
    setText("/");
    focus();
    offerCommands();
  }

  function offerCommands() {
    const typed = /^\/(\w*)$/.exec(input.value)?.[1];
    offered = typed === undefined || mode?.type === "edit" || attachment ? [] : commands
      .filter(({ command }) => command.startsWith(typed))
      .sort((a, b) => (b.command === typed) - (a.command === typed));
    marked = 0;
    menu.hidden = offered.length === 0;
    menu.replaceChildren(...offered.map(({ command, description }, index) => el("li", {
      role: "option", id: `command-${index}`, testid: `command-${command}`,
      onpointerdown: (event) => event.preventDefault(), onclick: () => sendCommand(command),
    }, el("b", {}, `/${command}`), el("span", {}, description))));
    mark(0);
  }

  function mark(index) {
    marked = (index + offered.length) % (offered.length || 1);
    [...menu.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === marked)));
    if (menu.hidden) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `command-${marked}`);
    menu.children[marked].scrollIntoView({ block: "nearest" });
  }

  function closeCommands() {
    offered = [];
    menu.hidden = true;
    input.removeAttribute("aria-activedescendant");
  }

  function sendCommand(command) {
    setText(`/${command}`);
    closeCommands();
    submit();
    focus();
  }

  function onKey(event) {
    if (event.isComposing) return;
    if (!menu.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(marked + (event.key === "ArrowDown" ? 1 : -1));
      else if (event.key === "Tab" && !event.shiftKey) {
        setText(`/${offered[marked].command} `);
        closeCommands();
      } else if (event.key === "Enter" && !event.shiftKey) sendCommand(offered[marked].command);
      else if (event.key === "Escape") closeCommands();
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const wrapKey = (event.ctrlKey || event.metaKey) && { b: "**", i: "__" }[event.key.toLowerCase()];
    if (event.key === "Enter" && !event.shiftKey) submit();
    else if (event.key === "Escape" && (mode || attachment)) cancel();
    else if (event.key === "ArrowUp" && !event.altKey && !input.value && !mode && !attachment && actions.lastOwn()) edit(actions.lastOwn());
    else if (wrapKey) wrapSelection(wrapKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function wrapSelection(mark) {
    const { selectionStart: from, selectionEnd: to } = input;
    input.setRangeText(mark + input.value.slice(from, to) + mark, from, to, "select");
    input.setSelectionRange(from + mark.length, to + mark.length);
    changed();
  }

  function focus() {
    input.focus({ preventScroll: true });
  }

  return { open, render, reply, edit, focus };
}

/** Without the keys that say nothing. */
function stripped({ text, entities }) {
  return { ...(text && { text }), ...(entities.length > 0 && { entities }) };
}
