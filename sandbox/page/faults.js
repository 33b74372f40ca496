// What trouble is called on the page: faults, outages, limits, and how a call that met one ended.

/** The faults that can be chosen, and what each is called. */
export const FAULTS = [
  { key: "cut_after", label: "Cut after: done, no answer", fault: "cut_after" },
  { key: "cut_before", label: "Cut before: nothing done", fault: "cut_before" },
  { key: "chat_flood", label: "429, this chat, 10 s", fault: { chat_flood: { retry_after: 10 } } },
  { key: "bot_flood", label: "429, all chats, 10 s", fault: { bot_flood: { retry_after: 10 } } },
  { key: "server_error", label: "500 Internal Server Error", fault: { server_error: 500 } },
  { key: "hang_for", label: "Hangs 30 s, nothing done", fault: { hang_for: { millis: 30000 } } },
  { key: "hang_after_for", label: "Done, hangs 30 s", fault: { hang_after_for: { millis: 30000 } } },
  { key: "not_json", label: "Garbage: done, not JSON", fault: { garbage: "not_json" } },
  { key: "truncated", label: "Garbage: done, half an answer", fault: { garbage: "truncated" } },
  { key: "html", label: "Garbage: done, a 502 page", fault: { garbage: "html" } },
  { key: "blocked", label: "403 blocked by the user", fault: { refuse: { code: 403, description: "Forbidden: bot was blocked by the user" } } },
  { key: "not_found", label: "400 chat not found", fault: { refuse: { code: 400, description: "Bad Request: chat not found" } } },
  { key: "skip", label: "Skips the last of a copy", fault: { skip_messages: { messages: [] } } },
];

/** The outages that can be chosen. */
export const OUTAGES = [
  { key: "cut", label: "Connections cut", outage: { kind: "cut" } },
  { key: "cut_60", label: "Connections cut for a minute", outage: { kind: "cut", seconds: 60 } },
  { key: "bad_gateway", label: "502 for everything", outage: { kind: "bad_gateway" } },
  { key: "wrong_token", label: "401: token revoked", outage: { kind: "wrong_token" } },
  { key: "other_poller", label: "409: another poller", outage: { kind: "other_poller" } },
];

const seconds = (millis) => (millis < 1000 ? `${millis} ms` : `${Number((millis / 1000).toFixed(1))} s`);

/** A fault in a few words. */
export function faultName(fault) {
  const same = JSON.stringify(fault);
  const known = FAULTS.find((one) => JSON.stringify(one.fault) === same);
  if (known) return known.label;
  if (typeof fault === "string") return fault === "hang" ? "Hangs, nothing done" : fault === "hang_after" ? "Done, hangs" : fault;
  const [[kind, value]] = Object.entries(fault);
  switch (kind) {
    case "too_many_requests": return `429 once, ${value.retry_after} s`;
    case "chat_flood": return `429, this chat, ${value.retry_after} s`;
    case "bot_flood": return `429, all chats, ${value.retry_after} s`;
    case "server_error": return `Server error ${value}`;
    case "refuse": return `${value.code} ${value.description}`;
    case "hang_for": return `Hangs ${seconds(value.millis)}, nothing done`;
    case "hang_after_for": return `Done, hangs ${seconds(value.millis)}`;
    case "skip_messages": return `Skips ${value.messages.length} of a copy`;
    case "delay": return value.jitter_millis ? `Delay ${seconds(value.millis)} to ${seconds(value.millis + value.jitter_millis)}` : `Delay ${seconds(value.millis)}`;
    default: return kind;
  }
}

/**
 * How a call ended for the bot: `mark` for the status column, `words` for the
 * line below, `sent` whether the recorded answer reached it.
 */
export function ending({ status, answer, trouble, ok }) {
  if (!trouble) return { mark: String(status), words: ok ? null : answer?.description ?? (typeof answer === "string" ? answer : "no answer"), sent: true };
  if (trouble.limit) return { mark: String(status), words: answer?.description, sent: true };
  if (trouble.outage) {
    return trouble.outage === "cut" ? { mark: "cut", words: "Outage: nothing done, no answer", sent: false } : { mark: String(status), words: `Outage: ${answer?.description}`, sent: true };
  }
  const kind = typeof trouble.fault === "string" ? trouble.fault : Object.keys(trouble.fault)[0];
  const words = `On purpose: ${faultName(trouble.fault)}`;
  if (kind.startsWith("cut")) return { mark: "cut", words, sent: false };
  if (kind.startsWith("hang")) return { mark: "hung", words, sent: false };
  if (kind === "garbage") return { mark: "junk", words, sent: false };
  return { mark: String(status), words, sent: true };
}

/** How long an answer was held back. */
export const heldBack = (record) => (record.delay_millis ? `+${seconds(record.delay_millis)}` : "");
