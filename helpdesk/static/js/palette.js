// Ctrl+K: everything on the page that carries data-command, found by any of its words, and a search for what was typed.
import { openDialog } from "./dialogs.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = document.getElementById("palette-list");
let commands = [];
let active = 0;

const keyOf = (element) => element.dataset.key ?? element.getAttribute("aria-keyshortcuts") ?? "";

// The same thing may be offered in several places of a page; the first one stands for all.
const collect = () => {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-command]:not(:disabled)")) {
    const text = element.dataset.command;
    if (!found.has(text)) found.set(text, { text, key: keyOf(element), run: () => element.click() });
  }
  return [...found.values()];
};

const searchFor = (text) => {
  const field = document.querySelector("[data-search]");
  return field && text && { text: `Search for “${text}”`, key: "", run: () => { field.value = text; field.form.requestSubmit(); } };
};

const fits = (command, words) => words.every((word) => command.text.toLowerCase().includes(word));

// A command that begins with what was typed comes first, then one with a word that begins so.
const rank = (command, typed) => {
  const text = command.text.toLowerCase();
  return text.startsWith(typed) ? 0 : text.includes(` ${typed}`) ? 1 : 2;
};

const matching = () => {
  const text = input.value.trim();
  const typed = text.toLowerCase();
  const found = commands.filter((command) => fits(command, typed.split(/\s+/)));
  if (typed) found.sort((one, other) => rank(one, typed) - rank(other, typed));
  return [...found, searchFor(text)].filter(Boolean);
};

const option = (command, index) => {
  const item = document.createElement("li");
  item.id = `palette-${index}`;
  item.role = "option";
  item.ariaSelected = String(index === active);
  item.append(command.text);
  if (command.key) {
    const key = document.createElement("kbd");
    key.textContent = command.key;
    item.append(key);
  }
  return item;
};

const draw = () => {
  const found = matching();
  active = Math.max(0, Math.min(active, found.length - 1));
  list.replaceChildren(...found.map(option));
  if (found.length) input.setAttribute("aria-activedescendant", `palette-${active}`);
  else input.removeAttribute("aria-activedescendant");
  list.children[active]?.scrollIntoView({ block: "nearest" });
};

const move = (by) => {
  const count = list.children.length;
  active = (active + by + count) % Math.max(1, count);
  draw();
};

const run = (index) => {
  const command = matching()[index];
  if (!command) return;
  dialog.close();
  command.run();
};

export const openPalette = () => {
  if (!dialog || document.querySelector("dialog:modal")) return;
  commands = collect();
  input.value = "";
  active = 0;
  draw();
  openDialog(dialog);
};

const KEYS = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => run(active) };

if (dialog) {
  input.addEventListener("input", () => { active = 0; draw(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) run([...list.children].indexOf(item));
  });
  list.addEventListener("pointermove", (event) => {
    const index = [...list.children].indexOf(event.target.closest("li"));
    if (index < 0 || index === active) return;
    active = index;
    [...list.children].forEach((item, at) => { item.ariaSelected = String(at === active); });
    input.setAttribute("aria-activedescendant", `palette-${active}`);
  });
  // The button that opens it carries data-open; it is filled before dialogs.js shows it.
  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-open="palette"]')) return;
    event.stopPropagation();
    openPalette();
  }, true);
}
