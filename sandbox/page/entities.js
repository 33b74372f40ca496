// Formatted text: Bot API entities to elements, and what a person types to entities.

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/**
 * Renders text with its entities. Offsets count UTF-16 units, as JavaScript's
 * own do. Entities may nest; one that sticks out of another is cut in two,
 * one outside the text is left out. `onCommand` is called with a pressed
 * command such as "/start".
 */
export function formatted(text, entities = [], onCommand = () => {}) {
  const spans = entities
    .map((entity) => ({ ...entity, start: Math.max(0, entity.offset), end: Math.min(text.length, entity.offset + entity.length) }))
    .filter((span) => span.start < span.end);
  const fragment = document.createDocumentFragment();
  fill(fragment, text, 0, text.length, spans, onCommand);
  return fragment;
}

function fill(parent, text, from, to, spans, onCommand) {
  const queue = [...spans].sort(outerFirst);
  let at = from;
  let afterBlock = false;
  const plain = (until) => {
    // A block ends its own line, so the line break after it is not shown.
    if (afterBlock && text[at] === "\n") at += 1;
    if (until > at) parent.append(text.slice(at, until));
    at = Math.max(at, until);
  };
  while (queue.length > 0) {
    const span = queue.shift();
    plain(span.start);
    const inner = [];
    while (queue.length > 0 && queue[0].start < span.end) {
      const next = queue.shift();
      inner.push({ ...next, end: Math.min(next.end, span.end) });
      if (next.end > span.end) queue.push({ ...next, start: span.end });
    }
    queue.sort(outerFirst);
    const node = wrap(span, text.slice(span.start, span.end), onCommand);
    fill(node, text, span.start, span.end, inner, onCommand);
    parent.append(node);
    at = span.end;
    afterBlock = BLOCKS.has(span.type);
  }
  plain(to);
}

function outerFirst(a, b) {
  return a.start - b.start || b.end - a.end;
}

function wrap(entity, words, onCommand) {
  switch (entity.type) {
    case "bot_command": {
      const node = make("button", "command");
      node.type = "button";
      node.addEventListener("click", () => onCommand(words));
      return node;
    }
    case "url": return link(/^[a-z][a-z0-9+.-]*:/i.test(words) ? words : `https://${words}`);
    case "text_link": return link(entity.url ?? "");
    case "email": return link(`mailto:${words}`);
    case "phone_number": return link(`tel:${words.replace(/[^+\d]/g, "")}`);
    case "mention": return link(`https://t.me/${words.slice(1)}`);
    case "pre": {
      const node = make("pre");
      if (entity.language) node.dataset.language = entity.language;
      return node;
    }
    case "spoiler": return toggle(make("span", "spoiler"), "Hidden text, press to show");
    case "expandable_blockquote": return toggle(make("blockquote", "expandable"), "Long quote, press to show all");
    default: return make(TAGS[entity.type] ?? "span", `entity-${entity.type}`);
  }
}

function make(tag, className = "") {
  const node = document.createElement(tag);
  node.className = className;
  return node;
}

/** A link of a kind that cannot run anything; other addresses stay text. */
function link(address) {
  if (!/^(https?|mailto|tel|tg):/i.test(address)) return make("span", "entity-link");
  const node = make("a");
  node.href = address;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

/** Something covered that a click, Enter or Space uncovers. */
function toggle(node, label) {
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  node.setAttribute("aria-label", label);
  const open = (event) => {
    if (node.classList.contains("open")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("open");
    for (const name of ["role", "aria-label", "tabindex"]) node.removeAttribute(name);
  };
  node.addEventListener("click", open);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") open(event);
  });
  return node;
}

const MARKS = { "**": "bold", "__": "italic", "~~": "strikethrough", "||": "spoiler", "`": "code", "```": "pre" };
const MARKUP = /```(?:([\w+-]+)\n)?([\s\S]+?)```|`([^`\n]+)`|(\*\*|__|~~|\|\|)(?=\S)([\s\S]*?\S)\4/;

/**
 * Reads the marks that Telegram's own clients turn into formatting while a
 * person types: **bold**, __italic__, ~~strikethrough~~, ||spoiler||, `code`
 * and ```pre```.
 */
export function fromMarkup(source) {
  const entities = [];
  let text = "";
  const take = (rest) => {
    for (let found = MARKUP.exec(rest); found; found = MARKUP.exec(rest)) {
      text += rest.slice(0, found.index);
      const offset = text.length;
      const [whole, language, block, code, mark, inner] = found;
      const type = block !== undefined ? "pre" : code !== undefined ? "code" : MARKS[mark];
      const entity = { type, offset, length: 0 };
      if (language) entity.language = language;
      entities.push(entity);
      if (inner === undefined) text += block ?? code;
      else take(inner);
      entity.length = text.length - offset;
      rest = rest.slice(found.index + whole.length);
    }
    text += rest;
  };
  take(source);
  return { text, entities };
}

/** The other way, for editing: the text with marks where `fromMarkup` would read them. */
export function toMarkup(text, entities = []) {
  const marks = Object.fromEntries(Object.entries(MARKS).map(([mark, type]) => [type, mark]));
  const inserts = [];
  const known = entities.filter((entity) => marks[entity.type]);
  known.forEach((entity, index) => {
    const mark = marks[entity.type];
    // At one place inner marks close first and outer ones open first.
    inserts.push({ at: entity.offset, open: true, order: -entity.length, index, mark: entity.language ? `${mark}${entity.language}\n` : mark });
    inserts.push({ at: entity.offset + entity.length, open: false, order: entity.length, index: -index, mark });
  });
  inserts.sort((a, b) => a.at - b.at || a.open - b.open || a.order - b.order || a.index - b.index);
  let result = "";
  let at = 0;
  for (const insert of inserts) {
    result += text.slice(at, insert.at) + insert.mark;
    at = insert.at;
  }
  return result + text.slice(at);
}
