// The left pane: the people one can write as, users first, then admins.

import { avatar, clock, dayKey, dayName, el, fullName, toDate } from "./dom.js";

const GROUPS = [["user", "Users"], ["admin", "Admins"]];

/**
 * Makes the list. `choose(id, byArrow)` is called for a chosen person.
 * The result's render(people, chosen) draws it.
 */
export function createPeople(root, choose) {
  let signature = "";

  root.addEventListener("keydown", (event) => {
    const entries = [...root.querySelectorAll(".person")];
    const at = entries.indexOf(event.target.closest(".person"));
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: entries.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.altKey) return;
    event.preventDefault();
    const next = entries[Math.max(0, Math.min(to, entries.length - 1))];
    next.focus();
    choose(Number(next.dataset.id), true);
  });

  function render(people, chosen) {
    const now = JSON.stringify([people, chosen, dayKey(new Date())]);
    if (now === signature) return;
    signature = now;
    const focused = document.activeElement?.closest?.(".person")?.dataset.id;
    root.replaceChildren(...GROUPS.map(([role, title]) => {
      const members = people.filter((person) => person.role === role);
      return members.length > 0 && el("div", { role: "group", "aria-label": title }, el("h2", {}, title), members.map((person) => entry(person, chosen, people)));
    }).filter(Boolean));
    if (focused) root.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  }

  function entry(person, chosen, people) {
    const current = person.id === chosen;
    const stop = current || (chosen === null && person === people[0]);
    return el("button", {
      type: "button", class: current ? "person chosen" : "person", testid: `person-${person.id}`, dataset: { id: person.id },
      "aria-current": current ? "true" : null, tabindex: stop ? "0" : "-1", onclick: () => choose(person.id, false),
    },
    avatar(person),
    el("span", { class: "person-name" },
      el("b", {}, fullName(person)),
      el("span", { class: `chip ${person.role}` }, person.role),
      person.language_code && el("span", { class: "chip", title: "Language of the person's Telegram" }, person.language_code)),
    el("span", { class: "person-last" }, last(person)),
    el("span", { class: "person-side" },
      person.last && when(toDate(person.last.at)),
      person.unread > 0 && el("span", { class: "badge", testid: `unread-${person.id}`, "aria-label": `${person.unread} unread` }, String(person.unread))));
  }

  function last(person) {
    if (person.deactivated) return "deleted account";
    if (person.blocked) return "blocked the bot";
    if (!person.last) return person.username ? `@${person.username}` : "no messages yet";
    return (person.last.from_bot ? "" : "You: ") + (person.last.text || "…");
  }

  function when(date) {
    return dayName(date) === "Today" ? clock(date) : date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  }

  return { render };
}
