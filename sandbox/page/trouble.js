// The trouble panel: faults by rule, limits, latency and outages, switched by hand, and what is on.

import * as api from "./api.js";
import { el, icon } from "./dom.js";
import { FAULTS, OUTAGES, faultName } from "./faults.js";

const METHODS = [
  ["*", "Every call but polling"], ["sendMessage", "sendMessage"], ["editMessageText", "editMessageText"], ["copy*", "copyMessage(s)"],
  ["send*", "Everything sent"], ["answerCallbackQuery", "answerCallbackQuery"], ["getUpdates", "getUpdates"],
];
const OFTEN = [
  ["next", "The next one", { times: 1 }], ["next3", "The next 3", { times: 3 }], ["tenth", "1 in 10", { share: 0.1 }],
  ["half", "Every other, by chance", { share: 0.5 }], ["all", "Every one", {}],
];
const LATENCIES = [["0", "None"], ["100 200", "0.1 to 0.3 s"], ["500 1500", "0.5 to 2 s"], ["5000 0", "5 s"]];

/** Makes the panel. `attempt(action)` shows a refusal; the result's render(trouble) and people(everyone) draw it. */
export function createTrouble(root, attempt) {
  const select = (name, label, options) => {
    const control = el("select", { name, testid: `trouble-${name}` }, options.map(([value, words]) => el("option", { value }, words)));
    return { control, field: el("label", {}, el("span", {}, label), control) };
  };
  const method = select("method", "Call", METHODS);
  const kind = select("kind", "What", FAULTS.map(({ key, label }) => [key, label]));
  const whom = select("whom", "For", [["", "Everybody"]]);
  const often = select("often", "Which", OFTEN);
  const outage = select("outage", "Outage", [["", "None"], ...OUTAGES.map(({ key, label }) => [key, label])]);
  const latency = select("latency", "Latency", LATENCIES);
  const limits = el("input", { type: "checkbox", testid: "trouble-limits" });
  const earned = el("small", { testid: "trouble-earned" });
  const rules = el("ul", { class: "trouble-rules", "aria-label": "Faults in force", testid: "trouble-rules" });
  const clear = el("button", { type: "button", class: "quiet", testid: "trouble-clear" }, "End all trouble");
  const summary = el("span", { class: "trouble-summary", role: "status", testid: "trouble-summary" });
  const form = el("form", { "aria-label": "A fault" }, method.field, kind.field, whom.field, often.field,
    el("button", { class: "key", testid: "trouble-add" }, "Add the fault"));
  const drawer = el("details", { testid: "trouble" },
    el("summary", {}, icon("trouble"), el("b", {}, "Trouble"), summary),
    el("div", { class: "trouble-body" }, form, rules,
      el("div", { class: "trouble-switches" }, outage.field, latency.field,
        el("label", { class: "check" }, limits, el("span", {}, "Telegram's limits")), earned), clear));
  root.append(drawer);

  let trouble = { faults: [], outage: null, limits: null, earned: { total: 0 } };
  let ends = null; // the timer for an outage that ends by itself
  let drawn = ""; // what the list of rules shows
  let names = new Map();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { fault } = FAULTS.find(({ key }) => key === kind.control.value);
    const [, , how] = OFTEN.find(([value]) => value === often.control.value);
    const chat = whom.control.value ? Number(whom.control.value) : undefined;
    // A new seed each time, so that the same choice does not hit the same calls.
    attempt(() => api.addFault({ method: method.control.value, fault, chat, seed: Math.floor(Math.random() * 1e9), ...how }));
  });
  outage.control.addEventListener("change", () => {
    const choice = OUTAGES.find(({ key }) => key === outage.control.value);
    attempt(() => (choice ? api.beginOutage(choice.outage) : api.endOutage())).then(draw);
  });
  limits.addEventListener("change", () => attempt(() => (limits.checked ? api.setLimits() : api.clearLimits())).then(draw));
  latency.control.addEventListener("change", () => attempt(async () => {
    const [millis, jitter] = latency.control.value.split(" ").map(Number);
    const old = trouble.faults.filter(isLatency);
    if (millis > 0) await api.addFault({ methods: ["*", "getUpdates"], fault: { delay: { millis, jitter_millis: jitter } } });
    for (const { id } of old) await api.removeFault(id);
  }).then(draw));
  clear.addEventListener("click", () => attempt(async () => {
    await Promise.all([api.clearFaults(), api.endOutage(), api.clearLimits()]);
    drawer.querySelector("summary").focus();
  }));

  /** A delay of every call, as the latency above makes it. */
  function isLatency({ methods, chat, share, times, fault }) {
    return methods.join() === "*,getUpdates" && chat === null && share === 1 && times === null && LATENCIES.some(([value]) => value === latencyOf(fault));
  }

  function latencyOf(fault) {
    return fault.delay && `${fault.delay.millis} ${fault.delay.jitter_millis}`;
  }

  function draw() {
    const held = trouble.faults.filter(isLatency);
    const faults = trouble.faults.filter((rule) => !isLatency(rule));
    latency.control.value = latencyOf(held.at(-1)?.fault ?? {}) ?? "0";
    const choice = OUTAGES.find(({ outage: one }) => one.kind === trouble.outage?.kind && Boolean(one.seconds) === Boolean(trouble.outage.until));
    outage.control.value = choice?.key ?? (trouble.outage ? trouble.outage.kind : "");
    limits.checked = trouble.limits !== null;
    const refused = trouble.earned.total;
    earned.textContent = refused > 0 ? `${refused} × 429 earned` : "";
    clear.hidden = !trouble.outage && !trouble.limits && trouble.faults.length === 0;
    const on = [
      trouble.outage && "outage", faults.length > 0 && (faults.length === 1 ? "1 fault" : `${faults.length} faults`),
      held.length > 0 && "latency", trouble.limits && "limits",
    ].filter(Boolean);
    const words = on.join(", ") || "none";
    if (summary.textContent !== words) summary.textContent = words;
    root.classList.toggle("on", on.length > 0);
    drawRules(faults);
  }

  function drawRules(faults) {
    const now = JSON.stringify([faults, [...names]]);
    if (now === drawn) return;
    drawn = now;
    const focused = rules.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    rules.replaceChildren(...faults.map(rule));
    rules.hidden = faults.length === 0;
    // The focus stays in the list while there is one.
    if (focused) (rules.querySelector(`[data-id="${focused}"]`) ?? rules.querySelector("button") ?? form.querySelector("button")).focus();
  }

  function rule({ id, methods, chat, share, times, fault, hits }) {
    const left = times === null ? (share < 1 ? `${Number((share * 100).toFixed(1))} %` : "every one") : `${times - hits} to go`;
    const which = METHODS.find(([value]) => value === methods.join())?.[1] ?? methods.join(", ");
    const about = [which, names.get(chat) ?? chat, left, `hit ${hits}`].filter((part) => part !== null).join(" · ");
    return el("li", { testid: `rule-${id}` }, el("div", {}, el("b", {}, faultName(fault)), el("small", {}, about)),
      el("button", { type: "button", class: "icon-button", dataset: { id }, "aria-label": `End: ${faultName(fault)}`, onclick: () => attempt(() => api.removeFault(id)) }, icon("close")));
  }

  function render(next) {
    trouble = next;
    clearTimeout(ends);
    if (trouble.outage?.until) ends = setTimeout(() => attempt(async () => render(await api.trouble())), Math.max(trouble.outage.until - trouble.now, 0) + 50);
    draw();
  }

  function people(everyone) {
    const now = new Map(everyone.map((person) => [person.id, person.first_name]));
    if (JSON.stringify([...now]) === JSON.stringify([...names])) return;
    names = now;
    const before = whom.control.value;
    whom.control.replaceChildren(el("option", { value: "" }, "Everybody"), ...everyone.map(({ id, first_name }) => el("option", { value: String(id) }, first_name)));
    whom.control.value = names.has(Number(before)) ? before : "";
    draw();
  }

  return { render, people };
}
