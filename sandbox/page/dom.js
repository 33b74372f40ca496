// Small helpers every pane uses: elements, icons, names, dates.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Children are nodes or strings; strings always become text
 * nodes, so nothing a person wrote is ever read as markup. Empty children
 * (null, undefined, false) are left out.
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "testid") node.dataset.testid = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An icon of the sprite in index.html; decoration only, the button carries the words. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** First and last name in one string. */
export function fullName(person) {
  return [person.first_name, person.last_name].filter(Boolean).join(" ");
}

/** A round picture with initials; the colour follows from the id. */
export function avatar(person) {
  const initials = [person.first_name, person.last_name].filter(Boolean).map((name) => [...name][0]).join("");
  return el("span", { class: `avatar tint-${person.id % 7}`, "aria-hidden": "true" }, initials.toUpperCase());
}

/** Dates of messages come as seconds since 1970. */
export function toDate(seconds) {
  return new Date(seconds * 1000);
}

/** Hours and minutes, or with seconds. */
export function clock(date, seconds = false) {
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined });
}

/** A key that is equal for two dates of one local day. */
export function dayKey(date) {
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** "Today", "Yesterday", or the date; the year only where it is another one. */
export function dayName(date, now = new Date()) {
  if (dayKey(date) === dayKey(now)) return "Today";
  if (dayKey(date) === dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return "Yesterday";
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year });
}

/** Seconds as 1:05. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(Number(seconds) || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const KINDS = {
  photo: "Photo", video: "Video", document: "File", voice: "Voice message", audio: "Music", video_note: "Video message",
  animation: "GIF", sticker: "Sticker", location: "Location", venue: "Place", contact: "Contact", poll: "Poll", dice: "Dice",
};

/** What a kind of message is called on the page. */
export function kindName(kind) {
  return KINDS[kind] ?? kind;
}

/** One line that stands for a message: its text, or what it is. */
export function gist(message) {
  const text = message.text?.replace(/\s+/g, " ").trim();
  if (message.kind === "text" || message.kind === "service") return text || "…";
  const emoji = message.media?.emoji;
  return [kindName(message.kind) + (emoji ? ` ${emoji}` : ""), text].filter(Boolean).join(", ");
}
