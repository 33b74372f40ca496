// What lies over the page: menus, small forms, alerts, toasts, the large picture.

import { el, icon } from "./dom.js";

let closeOpenMenu = null;

/**
 * Opens a menu beside `anchor`, an element or a point {x, y}. Items are
 * {label, icon, testid, danger, run}, or {label, href} for a link. Arrow keys
 * move, Enter chooses, Esc closes; the focus goes back to where it was.
 */
export function openMenu(anchor, label, items) {
  closeOpenMenu?.();
  const before = document.activeElement;
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label });
  const close = (refocus = true) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    closeOpenMenu = null;
    if (refocus && before?.isConnected) before.focus();
  };
  const outside = (event) => {
    if (!menu.contains(event.target)) close(false);
  };
  for (const item of items) {
    const face = [item.icon ? icon(item.icon) : null, el("span", {}, item.label)];
    const common = { role: "menuitem", tabindex: "-1", testid: item.testid, class: item.danger ? "danger" : null };
    menu.append(item.href
      ? el("a", { ...common, href: item.href, target: "_blank", rel: "noopener", onclick: () => close() }, face)
      : el("button", { ...common, type: "button", onclick: () => { close(); item.run(); } }, face));
  }
  menu.addEventListener("keydown", (event) => {
    const entries = [...menu.children];
    const at = entries.indexOf(document.activeElement);
    const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (move !== undefined) entries.at(move % entries.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  place(menu, anchor);
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  closeOpenMenu = close;
  menu.firstElementChild.focus({ preventScroll: true });
}

/** Puts the menu where all of it can be seen. */
function place(menu, anchor) {
  const margin = 8;
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = box.left + width + margin > innerWidth ? box.right - width : box.left;
  const top = box.bottom + height + margin > innerHeight ? box.top - height - 4 : box.bottom + 4;
  menu.style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`;
  menu.style.top = `${Math.max(margin, Math.min(top, innerHeight - height - margin))}px`;
}

/** Shows a modal dialog; the answer is its returnValue, "" when it was cancelled. */
function showDialog(dialog) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue);
    });
  });
}

/** An answer to a callback that Telegram shows as a window with one button. */
export function showAlert(title, text) {
  return showDialog(el("dialog", { class: "box", role: "alertdialog", "aria-label": title, testid: "alert" },
    el("form", { method: "dialog" },
      el("p", { class: "alert-text" }, text),
      el("div", { class: "box-buttons" }, el("button", { value: "ok", testid: "alert-ok" }, "OK")))));
}

/**
 * Asks for a few values. Fields are {name, label, value, lines, choices,
 * required}; the promise gives an object of strings, or null if cancelled.
 */
export async function ask(title, submit, fields) {
  const controls = fields.map((field) => {
    if (field.choices) {
      const options = field.choices.map((choice, index) => el("label", {},
        el("input", { type: "radio", name: field.name, value: choice, checked: index === 0 }), el("span", {}, choice)));
      return el("fieldset", { class: "choices" }, el("legend", {}, field.label), options);
    }
    const common = { name: field.name, required: field.required ?? true, autocomplete: "off" };
    const input = field.lines ? el("textarea", { ...common, rows: field.lines }) : el("input", common);
    input.value = field.value ?? "";
    return el("label", {}, el("span", {}, field.label), input);
  });
  const form = el("form", { method: "dialog" },
    el("h2", {}, title), controls,
    el("div", { class: "box-buttons" },
      el("button", { type: "button", class: "quiet", onclick: () => dialog.close("") }, "Cancel"),
      el("button", { value: "ok", testid: "ask-submit" }, submit)));
  const dialog = el("dialog", { class: "box", "aria-label": title, testid: "ask" }, form);
  const answer = await showDialog(dialog);
  return answer === "ok" ? Object.fromEntries(new FormData(form)) : null;
}

/** A picture as large as the window allows. */
export function showPicture(address, name) {
  const dialog = el("dialog", { class: "picture", "aria-label": name, testid: "picture" },
    el("form", { method: "dialog" },
      el("button", { class: "icon-button", "aria-label": "Close" }, icon("close")),
      el("img", { src: address, alt: name })));
  dialog.addEventListener("click", () => dialog.close());
  return showDialog(dialog);
}

/** Takes away all toasts: they were about another chat. */
export function clearToasts() {
  document.querySelector(".toasts").replaceChildren();
}

/** A line above the chat that goes away by itself; `bad` marks a failure. */
export function toast(text, bad = false) {
  const node = el("p", { class: bad ? "toast bad" : "toast", testid: "toast" }, text);
  document.querySelector(".toasts").append(node);
  setTimeout(() => node.remove(), 3500 + Math.min(text.length, 200) * 30);
}
