// How each kind of media looks inside a bubble.

import { avatar, duration, el, icon, kindName } from "./dom.js";
import { showPicture } from "./popups.js";

/** Kinds that fill the bubble from edge to edge. */
export const PICTURES = new Set(["photo", "video", "animation"]);

/** Kinds that stand without a bubble. */
export const BARE = new Set(["sticker", "video_note", "dice"]);

/** Kinds that Telegram lets carry a caption. */
export const CAPTIONED = new Set(["photo", "video", "document", "voice", "audio", "animation"]);

const DRAW = {
  photo: picture,
  video: picture,
  animation: picture,
  video_note: picture,
  document: file,
  audio: music,
  voice,
  sticker,
  location: map,
  venue: map,
  contact,
  poll,
  dice,
};

/** The element for the media of a message of this kind. */
export function mediaNode(kind, media = {}) {
  const draw = DRAW[kind];
  return draw ? draw(media, kind) : el("p", { class: "media-unknown" }, `[${media.field ?? kind}]`);
}

function picture(media, kind) {
  const name = media.name || kindName(kind);
  const moving = kind !== "photo";
  const marks = [
    // A GIF plays by itself in Telegram.
    moving && kind !== "animation" && el("span", { class: "play" }, icon("play")),
    kind === "animation" && el("span", { class: "media-mark" }, "GIF"),
    moving && kind !== "animation" && media.duration !== undefined && el("span", { class: "media-mark" }, duration(media.duration)),
  ];
  if (!media.url) return el("div", { class: `media-picture media-${kind} empty` }, icon(kind), marks);
  // The size is known before the picture is, so nothing jumps when it comes.
  const image = el("img", { src: media.url, alt: "", width: media.width ?? 320, height: media.height ?? (kind === "video_note" ? 320 : 240), draggable: "false" });
  return el("button", {
    type: "button", class: `media-picture media-${kind}`, "aria-label": `${kindName(kind)}, open`, onclick: () => showPicture(media.url, name),
  }, image, marks);
}

function file(media) {
  const name = media.name || "file";
  const extension = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  const size = media.size ?? media.file_size;
  const face = [
    el("span", { class: "media-icon" }, extension ? extension.toUpperCase() : icon("document")),
    el("span", { class: "media-lines" }, el("b", {}, name), el("small", {}, [size && bytes(size), media.mime].filter(Boolean).join(" · ") || "File")),
  ];
  return media.url
    ? el("a", { class: "media-row", href: media.url, target: "_blank", rel: "noopener" }, face)
    : el("div", { class: "media-row" }, face);
}

function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`;
}

function music(media) {
  return el("div", { class: "media-row" },
    el("span", { class: "media-icon" }, icon("play")),
    el("span", { class: "media-lines" }, el("b", {}, media.title || media.name || "Music"), el("small", {}, [media.performer, duration(media.duration)].filter(Boolean).join(" · "))));
}

function voice(media) {
  // There is no sound to draw: the bars follow from the file's id, so they stay the same.
  let seed = [...(media.file_id ?? "voice")].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  const bars = Array.from({ length: 36 }, () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    const bar = el("i");
    bar.style.height = `${4 + (seed >>> 27) * 0.55}px`;
    return bar;
  });
  return el("div", { class: "media-row" },
    el("span", { class: "media-icon" }, icon("play")),
    el("span", { class: "media-lines" }, el("span", { class: "wave", "aria-hidden": "true" }, bars), el("small", {}, `Voice message · ${duration(media.duration)}`)));
}

function sticker(media) {
  if (media.emoji || !media.url) return el("div", { class: "media-sticker", role: "img", "aria-label": `Sticker ${media.emoji ?? ""}` }, media.emoji ?? "🖼");
  return el("img", { class: "media-sticker", src: media.url, alt: "Sticker", width: 160, height: 160 });
}

function map(media) {
  const point = media.latitude === undefined ? "" : `${media.latitude}, ${media.longitude}`;
  return el("div", { class: "media-map" },
    el("div", { class: "map", "aria-hidden": "true" }, icon("location")),
    el("div", { class: "media-lines" }, el("b", {}, media.title || "Location"), el("small", {}, [media.address, point].filter(Boolean).join(" · "))));
}

function contact(media) {
  return el("div", { class: "media-row" },
    avatar({ id: (media.phone_number ?? "").length, first_name: media.first_name, last_name: media.last_name }),
    el("span", { class: "media-lines" },
      el("b", {}, [media.first_name, media.last_name].filter(Boolean).join(" ") || "Contact"), el("small", {}, media.phone_number ?? "")));
}

function poll(media) {
  const options = (media.options ?? []).map((option) => el("li", {}, option.text ?? option));
  return el("div", { class: "media-poll" }, el("b", {}, media.question ?? "Poll"), el("small", {}, "Anonymous poll"), el("ul", {}, options));
}

const FACES = ["⚀", "⚁", "⚂", "⚃", "⚄", "⚅"];

function dice(media) {
  const emoji = media.emoji ?? "🎲";
  const face = emoji === "🎲" ? FACES[media.value - 1] : undefined;
  return el("div", { class: "media-dice", role: "img", "aria-label": `Dice ${emoji}, value ${media.value}` },
    el("span", { class: face ? "face" : "emoji" }, face ?? emoji), media.value !== undefined && el("small", {}, `${emoji} ${media.value}`));
}
