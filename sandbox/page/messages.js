// One block of a chat: a message or an album with its bubble, marks and inline keyboard; or a day's line.

import { clock, el, gist, icon, kindName, toDate } from "./dom.js";
import { formatted } from "./entities.js";
import { BARE, mediaNode, PICTURES } from "./media.js";

/** The line between two days. */
export function dayNode(name) {
  return el("li", { class: "day" }, el("span", {}, name));
}

/**
 * Draws a block {messages, first, last, author}: one message, or the messages
 * of one album. `first` and `last` say whether it opens and ends a run of the
 * same author. `actions` has command, press, menu and jump.
 */
export function blockNode(block, actions) {
  const [head] = block.messages;
  if (head.kind === "service") {
    return el("li", { class: "service", testid: `message-${head.id}`, tabindex: "-1" }, el("span", {}, head.text));
  }
  const album = block.messages.length > 1 || head.album !== undefined && head.album !== null;
  const side = head.from === "bot" ? "bot" : "own";
  const bare = !album && BARE.has(head.kind);
  const row = el("li", {
    class: ["row", side, block.first && "first", block.last && "last", bare && "bare"].filter(Boolean).join(" "),
    testid: album ? `album-${head.id}` : `message-${head.id}`,
    "aria-label": label(block, album),
    tabindex: "-1",
    oncontextmenu: (event) => {
      // A link keeps the browser's own menu.
      if (event.target.closest("a")) return;
      event.preventDefault();
      const pointed = event.clientX > 0 || event.clientY > 0;
      actions.menu(target(event.target, block), pointed ? { x: event.clientX, y: event.clientY } : row.firstElementChild);
    },
  });
  const more = el("button", {
    type: "button", class: "more", tabindex: "-1", "aria-label": "Message menu", "aria-haspopup": "menu", testid: `menu-${head.id}`,
    onclick: () => actions.menu(head, more),
  }, icon("more"));
  row.append(el("div", { class: "stack" }, bubble(block, album, actions), keyboard(head, actions)), more);
  return row;
}

/** Which message of the block was pointed at: in an album each tile is one. */
function target(node, block) {
  const tile = node.closest("[data-message]");
  return block.messages.find((message) => String(message.id) === tile?.dataset.message) ?? block.messages[0];
}

function label(block, album) {
  const [head] = block.messages;
  const what = album ? `Album of ${block.messages.length}` : gist(head);
  return `${block.author}, ${clock(toDate(head.date))}: ${what}`;
}

function bubble(block, album, actions) {
  const [head] = block.messages;
  const { kind } = head;
  const wide = album ? PICTURES.has(kind) : PICTURES.has(kind) || kind === "location" || kind === "venue";
  const node = el("div", { class: `bubble kind-${album ? "album" : kind}${wide ? " wide" : ""}` });
  if (head.forwarded_from) node.append(el("p", { class: "forwarded" }, "Forwarded from ", el("b", {}, head.forwarded_from)));
  if (head.reply_to) node.append(quote(head.reply_to, actions));
  if (album) node.append(mosaic(block.messages, wide));
  else if (kind !== "text") node.append(mediaNode(kind, head.media));

  const captioned = block.messages.filter((message) => message.text);
  for (const message of captioned) {
    node.append(el("div", { class: "text", dir: "auto" }, formatted(message.text, message.entities ?? [], actions.command), message === captioned.at(-1) && marks(block)));
  }
  const reactions = [...new Set(block.messages.flatMap((message) => message.reactions ?? []))];
  if (reactions.length > 0) node.append(el("div", { class: "reactions" }, reactions.map((emoji) => el("span", { "aria-label": `Reaction ${emoji}`, role: "img" }, emoji))));
  if (captioned.length === 0) node.append(marks(block));
  return node;
}

function marks(block) {
  const message = block.messages.at(-1);
  const date = toDate(message.date);
  const edited = block.messages.some((one) => one.edit_date);
  return el("span", { class: "marks" }, edited && el("span", { testid: "edited" }, "edited "), el("time", { datetime: date.toISOString() }, clock(date)));
}

function quote(reply, actions) {
  return el("button", { type: "button", class: "quote", "aria-label": "Go to the message replied to", onclick: () => actions.jump(reply.id) },
    el("span", {}, reply.text || "Message"));
}

/** The tiles of an album in rows of one to three, as even as they go. */
function mosaic(messages, pictures) {
  const rows = pictures ? rowsOf(messages.length) : messages.map(() => 1);
  const spans = rows.flatMap((columns) => Array(columns).fill(6 / columns));
  return el("div", { class: pictures ? "mosaic" : "mosaic-list" }, messages.map((message, index) => el("div", {
    class: `tile span-${spans[index]}`, testid: `message-${message.id}`, dataset: { message: message.id }, "aria-label": kindName(message.kind),
  }, mediaNode(message.kind, message.media))));
}

function rowsOf(count) {
  if (count === 1) return [1];
  if (count === 3) return [1, 2];
  const rows = Math.ceil(count / 3);
  return Array.from({ length: rows }, (_, row) => Math.floor((count + row) / rows));
}

function keyboard(message, actions) {
  if (!message.buttons?.length) return null;
  const rows = message.buttons.map((buttons) => el("div", { class: "keyboard-row" }, buttons.map((button) => {
    if (button.url) {
      const safe = /^(https?|tg):/i.test(button.url) ? button.url : null;
      return el("a", { class: "key", href: safe, target: "_blank", rel: "noopener noreferrer" }, button.text, el("span", { "aria-hidden": "true" }, " ↗"));
    }
    const key = el("button", { type: "button", class: "key", dataset: { data: button.data ?? "" }, onclick: () => actions.press(message, button.data, key) }, button.text);
    return key;
  })));
  return el("div", { class: "keyboard", role: "group", "aria-label": "Buttons of the message" }, rows);
}
