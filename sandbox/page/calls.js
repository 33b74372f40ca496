// The right pane: the Bot API calls of the program under test, newest first, with their answers.

import { clock, el } from "./dom.js";
import { ending, heldBack } from "./faults.js";

/** How many calls are kept, */
export const KEPT = 2000;
/** and how many of them are drawn. */
const DRAWN = 300;

/**
 * Makes the pane. The result: add(records) for calls in rising order, last()
 * for the number of the newest, reset() when the sandbox began anew,
 * context(people, chosen) for names and the filter "this chat".
 */
export function createCalls(root) {
  const list = root.querySelector(".calls-list");
  const empty = root.querySelector(".calls-empty");
  const filter = root.querySelector("[data-testid=calls-filter]");
  const onlyChat = root.querySelector(".only-chat");
  const onlyErrors = root.querySelector(".only-errors");
  const count = root.querySelector("[data-testid=calls-count]");

  let records = []; // rising by number
  let last = 0;
  let people = new Map();
  let chosen = null;

  filter.addEventListener("input", draw);
  onlyChat.addEventListener("change", draw);
  onlyErrors.addEventListener("change", draw);
  root.querySelector("[data-testid=calls-clear]").addEventListener("click", () => {
    records = [];
    draw();
    filter.focus();
  });

  function add(more) {
    const news = more.filter((record) => record.no > last);
    if (news.length === 0) return;
    last = news.at(-1).no;
    for (const record of news) {
      record.chat = chatOf(record);
      record.words = `${record.method} ${JSON.stringify(record.params)} ${JSON.stringify(record.answer)}`.toLowerCase();
    }
    records = [...records, ...news].slice(-KEPT);
    const rows = news.filter(matches).slice(-DRAWN).map(row).reverse();
    // At the very top the newest stays in view, elsewhere the browser keeps the place.
    list.prepend(...rows);
    while (list.childElementCount > DRAWN) list.lastElementChild.remove();
    summary();
  }

  function draw() {
    list.replaceChildren(...records.filter(matches).slice(-DRAWN).reverse().map(row));
    summary();
  }

  function summary() {
    const shown = records.filter(matches).length;
    count.textContent = records.length === 0 ? "" : shown === records.length ? String(shown) : `${shown} of ${records.length}`;
    empty.hidden = list.childElementCount > 0;
    empty.textContent = records.length === 0 ? "No calls yet." : "No call matches the filter.";
  }

  function matches(record) {
    if (onlyErrors.checked && record.ok && !record.trouble) return false;
    if (onlyChat.checked && record.chat !== chosen) return false;
    const name = (people.get(record.chat) ?? "").toLowerCase();
    return filter.value.toLowerCase().split(/\s+/).every((word) => record.words.includes(word) || name.includes(word));
  }

  function row(record) {
    const { mark, words, sent } = ending(record);
    const fine = record.ok && sent;
    const details = el("details", { class: fine ? "call ok" : "call bad", testid: `call-${record.no}`, dataset: { method: record.method } },
      el("summary", {},
        el("span", { class: "call-status", "aria-label": fine ? "accepted" : sent ? "refused" : "not answered" }, mark),
        el("b", {}, record.method),
        el("span", { class: "call-chat" }, people.get(record.chat) ?? record.chat ?? ""),
        el("time", {}, heldBack(record), " ", clock(new Date(record.at), true)),
        el("span", { class: "call-gist" }, words ?? callGist(record.params))));
    // Most calls are never opened: their JSON is written out when they are.
    details.addEventListener("toggle", () => {
      if (details.childElementCount > 1) return;
      details.append(json("Parameters", record.params), json(sent ? "Answer" : "What was not answered", record.answer));
    });
    return el("li", {}, details);
  }

  function json(title, value) {
    return el("div", { class: "call-json" }, el("h3", {}, title), el("pre", { tabindex: "0", "aria-label": title }, JSON.stringify(value ?? null, null, 2)));
  }

  function context(everyone, person) {
    const names = new Map(everyone.map((one) => [one.id, one.first_name]));
    const changed = chosen !== person || names.size !== people.size;
    people = names;
    chosen = person;
    if (changed) draw();
  }

  function reset() {
    last = 0;
    records = [];
    draw();
  }

  return { add, context, reset, last: () => last };
}

/** What an update tells of, where one was posted to the webhook. */
function posted(params) {
  return params?.message ?? params?.edited_message ?? params?.callback_query ?? params?.my_chat_member;
}

function chatOf({ params, answer }) {
  const update = posted(params);
  const id = params?.chat_id ?? params?.user_id ?? update?.chat?.id ?? update?.from?.id ?? answer?.result?.chat?.id;
  return id === undefined || id === null || id === "" || Number.isNaN(Number(id)) ? null : Number(id);
}

/** The words of a call that tell it from others. */
function callGist(params) {
  if (!params) return "";
  const update = posted(params) ?? {};
  const words = update.text ?? update.caption ?? update.data ?? params.text ?? params.caption ?? params.action ?? params.callback_query_id ?? params.language_code ?? "";
  return String(words).replace(/\s+/g, " ").slice(0, 120);
}
