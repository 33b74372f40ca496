// The middle pane: one person's chat with the bot, kept up to date without losing place or focus.

import { avatar, dayKey, dayName, el, fullName, gist, toDate } from "./dom.js";
import { blockNode, dayNode } from "./messages.js";

/** How many messages are drawn at first, and more at each "Show earlier". */
const PAGE = 300;
/** Nearer to the end than this many pixels counts as being at the bottom. */
const NEAR = 48;

/**
 * Makes the pane. `actions` has command(text), press(message, data), and
 * menu(message, anchor). The result: open(person, bot) for another chat,
 * render(chat, bot) for its content, toBottom().
 */
export function createChat(root, actions) {
  const scroller = root.querySelector(".scroller");
  const list = root.querySelector(".messages");
  const typing = root.querySelector(".typing");
  const downButton = root.querySelector(".to-bottom");
  const badge = downButton.querySelector(".badge");
  const announcer = document.querySelector("[data-testid=announcer]");

  let drawn = new Map(); // key -> {node, signature}
  let person = null;
  let shown = null; // the chat as it is drawn
  let newest = 0;
  let fresh = 0;
  let limit = PAGE;
  let sticks = true;

  const drawActions = { command: actions.command, menu: actions.menu, press, jump };

  scroller.addEventListener("scroll", () => {
    sticks = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    if (sticks) fresh = 0;
    showDown();
  }, { passive: true });
  // Whatever grows (a picture, the text field), the bottom stays in view for who was there.
  const watcher = new ResizeObserver(() => sticks && pin());
  watcher.observe(scroller);
  watcher.observe(list);
  downButton.addEventListener("click", () => toBottom(true));
  list.addEventListener("keydown", onKey);
  list.addEventListener("focusin", (event) => setTabStop(event.target.closest("li")));

  function open(next, bot) {
    person = next;
    shown = null;
    drawn = new Map();
    list.replaceChildren();
    limit = PAGE;
    newest = 0;
    fresh = 0;
    sticks = true;
    head(bot, false);
    showDown();
  }

  function head(bot, isTyping) {
    root.querySelector("[data-testid=chat-title]").textContent = fullName(person);
    root.querySelector(".chat-avatar").replaceChildren(avatar(person));
    const status = root.querySelector("[data-testid=chat-status]");
    status.textContent = isTyping ? `${bot.name} is typing…` : bot.name === bot.username ? `with @${bot.username}` : `with ${bot.name} · @${bot.username}`;
    status.classList.toggle("is-typing", isTyping);
    typing.hidden = !isTyping;
  }

  function render(chat, bot) {
    const first = shown === null;
    shown = chat;
    head(bot, chat.typing);
    const focus = rememberFocus();
    const wanted = blocks(chat, bot);
    const next = new Map();
    let place = list.firstChild;
    for (const block of wanted) {
      const former = drawn.get(block.key);
      const kept = former?.signature === block.signature;
      const node = kept ? former.node : block.draw();
      if (!kept && former) {
        if (place === former.node) place = former.node.nextSibling;
        former.node.remove();
      }
      if (!kept && !former && !first) node.classList.add("arriving");
      if (place === node) place = node.nextSibling;
      else list.insertBefore(node, place);
      next.set(block.key, { node, signature: block.signature });
    }
    for (const [key, { node }] of drawn) if (!next.has(key)) node.remove();
    drawn = next;
    restoreFocus(focus);
    if (!list.querySelector("li[tabindex='0']")) setTabStop(list.querySelector("li[data-testid]:last-of-type"));
    noticeNew(chat, bot, first);
    if (sticks) pin();
    list.dataset.revision = chat.revision;
  }

  /** Chat messages as days, albums and single messages, each with a key and a signature. */
  function blocks(chat, bot) {
    const from = Math.max(0, chat.messages.length - limit);
    const result = [];
    if (chat.messages.length === 0) result.push(start(bot));
    if (from > 0) result.push({ key: "earlier", signature: "", draw: earlierNode });
    let day = "";
    let open = null;
    for (const message of chat.messages.slice(from)) {
      const date = toDate(message.date);
      if (dayKey(date) !== day) {
        day = dayKey(date);
        const name = dayName(date);
        result.push({ key: `day-${day}`, signature: name, draw: () => dayNode(name) });
        open = null;
      }
      if (open && message.album && open.messages[0].album === message.album) {
        open.messages.push(message);
        continue;
      }
      const joins = open && open.messages[0].from === message.from && open.messages[0].kind !== "service" && message.kind !== "service"
        && message.date - open.messages.at(-1).date < 600;
      if (joins) open.last = false;
      open = { key: `m${message.id}`, messages: [message], first: !joins, last: true, author: message.from === "bot" ? bot.name : fullName(person) };
      result.push(open);
    }
    for (const block of result) {
      if (block.draw) continue;
      block.signature = JSON.stringify([block.messages, block.first, block.last]);
      block.draw = () => blockNode(block, drawActions);
    }
    return result;
  }

  /** An empty chat offers what Telegram offers. */
  function start(bot) {
    const node = () => el("li", { class: "start" },
      el("p", {}, `${fullName(person)} has not written to ${bot.name} yet.`),
      el("button", { type: "button", class: "key", testid: "start", onclick: () => actions.command("/start") }, "Start"));
    return { key: "start", signature: "", draw: node };
  }

  function earlierNode() {
    return el("li", { class: "start" }, el("button", { type: "button", class: "key", onclick: () => {
      limit += PAGE;
      sticks = false;
      actions.redraw();
    } }, "Show earlier messages"));
  }

  function noticeNew(chat, bot, first) {
    const arrived = chat.messages.filter((message) => message.id > newest);
    newest = Math.max(newest, ...chat.messages.map((message) => message.id));
    if (first) return;
    if (arrived.some((message) => message.from === "person")) sticks = true;
    const words = arrived.filter((message) => message.from === "bot");
    if (words.length > 0) announcer.textContent = words.map((message) => `${bot.name}: ${gist(message)}`).join(". ");
    if (!sticks) fresh += words.length;
    showDown();
  }

  function showDown() {
    downButton.hidden = sticks;
    badge.hidden = fresh === 0;
    badge.textContent = fresh;
  }

  function pin() {
    scroller.scrollTop = scroller.scrollHeight;
  }

  function toBottom(smooth = false) {
    sticks = true;
    scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth && !calm() ? "smooth" : "instant" });
  }

  async function press(message, data, key) {
    key.setAttribute("aria-busy", "true");
    await actions.press(message, data);
    key.removeAttribute("aria-busy");
  }

  function jump(id) {
    const node = list.querySelector(`[data-testid="message-${id}"]`);
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: calm() ? "instant" : "smooth" });
    const row = node.closest("li");
    row.focus({ preventScroll: true });
    row.classList.remove("found");
    requestAnimationFrame(() => row.classList.add("found"));
    setTimeout(() => row.classList.remove("found"), 1600);
  }

  function calm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Arrows go from message to message, Enter opens the menu of the one in focus. */
  function onKey(event) {
    const row = event.target.closest("li[data-testid]");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = [...list.querySelectorAll("li[data-testid]")];
    const at = rows.indexOf(row);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      rows[Math.max(0, Math.min(to, rows.length - 1))].focus();
    } else if (event.key === "Enter" && event.target === row) {
      event.preventDefault();
      row.querySelector(".more")?.click();
    }
  }

  /** Only one message is in the order of Tab. */
  function setTabStop(row) {
    if (!row) return;
    for (const other of list.querySelectorAll("li[tabindex='0']")) other.tabIndex = -1;
    row.tabIndex = 0;
  }

  /** A pressed button often edits its own message: the focus then goes to what took its place. */
  function rememberFocus() {
    const row = document.activeElement?.closest?.(".messages > li");
    if (!row) return null;
    const keys = [...row.querySelectorAll(".key")];
    return { testid: row.dataset.testid, key: keys.indexOf(document.activeElement) };
  }

  function restoreFocus(focus) {
    if (!focus || document.activeElement !== document.body) return;
    const row = list.querySelector(`[data-testid="${focus.testid}"]`) ?? list.querySelector("li[data-testid]:last-of-type");
    const keys = row ? [...row.querySelectorAll(".key")] : [];
    const node = focus.key >= 0 && keys.length > 0 ? keys[Math.min(focus.key, keys.length - 1)] : row;
    node?.focus({ preventScroll: true });
  }

  return { open, render, toBottom };
}
