// The sandbox's HTTP/JSON interface for people: one function for each request.

/** The sandbox did not answer at all: it is stopped, or not yet started again. */
export class Unreachable extends Error {
  constructor() {
    super("The sandbox cannot be reached.");
  }
}

async function request(method, path, body) {
  const init = { method, cache: "no-store" };
  if (method === "POST") {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(path, init).catch(() => { throw new Unreachable(); });
  const answer = await response.json().catch(() => null);
  if (response.ok && answer === null) throw new Unreachable();
  if (!response.ok) throw new Error(answer?.error ?? `The sandbox answered with status ${response.status}.`);
  return answer;
}

/** The bot, the people, the program. */
export const state = () => request("GET", "/sandbox/state");

/** One person's chat; `read` clears their unread mark. */
export const chat = (person, read) => request("GET", `/sandbox/chats/${person}${read ? "?read=1" : ""}`);

/** The Bot API calls with a number above `after`. */
export const calls = (after) => request("GET", `/sandbox/calls?after=${after}`);

export const send = (person, message) => request("POST", `/sandbox/people/${person}/send`, message);
export const press = (person, messageId, data) => request("POST", `/sandbox/people/${person}/press`, { message_id: messageId, data });
export const edit = (person, messageId, content) => request("POST", `/sandbox/people/${person}/edit`, { message_id: messageId, ...content });
export const lateSibling = (person, messageId, kind) => request("POST", `/sandbox/people/${person}/late_sibling`, { message_id: messageId, kind });
export const setBlocked = (person, blocked) => request("POST", `/sandbox/people/${person}/${blocked ? "block" : "unblock"}`);

/** Deletes a person's account: the bot can no longer write to them. */
export const deactivate = (person) => request("POST", `/sandbox/people/${person}/deactivate`);

/** The faults in force, the outage, the limits, and the 429s that the bot earned. */
export const trouble = () => request("GET", "/sandbox/trouble");

export const addFault = (rule) => request("POST", "/sandbox/faults", rule);
export const removeFault = (id) => request("DELETE", `/sandbox/faults/${id}`);
export const clearFaults = () => request("DELETE", "/sandbox/faults");
export const beginOutage = (outage) => request("POST", "/sandbox/outage", outage);
export const endOutage = () => request("DELETE", "/sandbox/outage");
export const setLimits = () => request("POST", "/sandbox/limits");
export const clearLimits = () => request("DELETE", "/sandbox/limits");

/** `action` is start, stop or kill. */
export const program = (action) => request("POST", `/sandbox/program/${action}`);

/** Where the text form of a chat is. */
export const transcriptAddress = (person) => `/sandbox/chats/${person}/transcript`;

/**
 * Follows the sandbox's changes and keeps following them when the connection
 * breaks. `onChange` gets the data of each change, and once at the beginning of
 * each connection; `onState` is told "live" or "offline".
 */
export function follow(onChange, onState) {
  let wait = 500;
  const open = () => {
    const source = new EventSource("/sandbox/events");
    source.addEventListener("open", () => {
      wait = 500;
      onState("live");
    });
    source.addEventListener("change", (event) => onChange(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      onState("offline");
      // The browser's own retry gives up for good on some errors; ours does not.
      source.close();
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    });
  };
  open();
}
