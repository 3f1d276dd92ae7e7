// Canned replies in the composer: the button opens the list with a search; / at the start of a line opens it under the
// box, narrowed down by what follows. The texts come filled in for this incident, fetched once.
import { announce, toast } from "./toasts.js";

const form = document.querySelector("[data-composer]");
const button = form?.querySelector("[data-canned]");
const box = () => form.querySelector("textarea");
const TYPED = /(?:^|\n)\/([\w-]*)$/;
const SHOWN_MAX = 50;
let replies = null;
let found = [];
let active = 0;
let panel = null;

const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const fetched = async () => {
  if (replies) return replies;
  const answer = await fetch(button.dataset.canned, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  replies = await answer.json();
  return replies;
};

const build = () => {
  const search = make("input", { type: "search", className: "form-control", placeholder: "Find a canned reply", autocomplete: "off", role: "combobox" });
  search.setAttribute("aria-label", "Find a canned reply");
  search.setAttribute("aria-controls", "canned-list");
  search.setAttribute("aria-expanded", "true");
  const list = make("ul", { id: "canned-list", role: "listbox" });
  list.setAttribute("aria-label", "Canned replies");
  const manage = make("a", { href: button.dataset.manage, className: "canned-manage", textContent: "All canned replies" });
  panel = make("div", { className: "canned-panel", hidden: true }, search, list, manage);
  box().after(panel);
  search.addEventListener("input", () => { active = 0; draw(search.value); });
  search.addEventListener("keydown", keys);
  // The box keeps the focus and the place in it while somebody clicks.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li[data-at]");
    if (item) choose(Number(item.dataset.at));
  });
};

const bySlash = () => panel && !panel.hidden && panel.classList.contains("by-slash");
const inputOf = () => (bySlash() ? box() : panel.querySelector("input"));

const rank = (one, typed) =>
  one.shortcut === typed ? 0 : one.shortcut.startsWith(typed) ? 1 : one.name.toLowerCase().startsWith(typed) ? 2 : 3;

const matching = (text) => {
  const typed = text.trim().toLowerCase();
  const fits = (one) => typed.split(/\s+/).every((word) => `${one.shortcut} ${one.name} ${bySlash() ? "" : one.text}`.toLowerCase().includes(word));
  const all = (replies ?? []).filter(fits);
  return (typed ? all.sort((one, other) => rank(one, typed) - rank(other, typed)) : all).slice(0, SHOWN_MAX);
};

const item = (one, at) => {
  const words = make("span", { className: "canned-name", textContent: one.name });
  const preview = make("span", { className: "canned-preview", textContent: one.problem ?? one.text.slice(0, 140) });
  const made = make("li", { id: `canned-${at}`, role: "option", className: one.problem ? "is-broken" : "" }, words, preview);
  if (one.shortcut) words.append(make("kbd", { textContent: `/${one.shortcut}` }));
  made.dataset.at = at;
  made.ariaSelected = String(at === active);
  return made;
};

const draw = (typed) => {
  found = matching(typed);
  active = Math.max(0, Math.min(active, found.length - 1));
  const list = panel.querySelector("ul");
  const nothing = make("li", { className: "quiet", textContent: replies?.length ? "None fits." : "There are no canned replies yet." });
  list.replaceChildren(...(found.length ? found.map(item) : [nothing]));
  const input = inputOf();
  input.setAttribute("aria-controls", "canned-list");
  if (found.length) input.setAttribute("aria-activedescendant", `canned-${active}`);
  else input.removeAttribute("aria-activedescendant");
  list.children[active]?.scrollIntoView({ block: "nearest" });
};

const close = () => {
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  button.ariaExpanded = "false";
  box().removeAttribute("aria-activedescendant");
};

const open = async (slash, typed) => {
  if (!panel?.isConnected) build();
  try { await fetched(); } catch {
    return toast("The canned replies can't be fetched at the moment. What you typed is kept.", { category: "bad" });
  }
  const was = bySlash();
  panel.classList.toggle("by-slash", slash);
  if (panel.hidden || was !== slash) active = 0;
  panel.hidden = false;
  button.ariaExpanded = "true";
  draw(typed);
  if (slash && !found.length) return close();
  panel.scrollIntoView({ block: "nearest" });
  if (slash) { if (!was) announce(`${found.length} canned replies`); return; }
  const search = panel.querySelector("input");
  search.value = "";
  search.focus();
};

const typedAt = () => box().value.slice(0, box().selectionStart).match(TYPED);

const choose = (at) => {
  const one = found[at];
  if (!one) return;
  if (one.problem) return toast(one.problem, { category: "warning" });
  const text = box();
  const typed = bySlash() && typedAt();
  const end = text.selectionStart;
  const start = typed ? end - typed[1].length - 1 : end;
  const before = text.value.slice(0, start);
  const apart = typed || !before.trim() || before.endsWith("\n") ? "" : "\n\n";
  text.setRangeText(apart + one.text, start, typed ? end : text.selectionEnd, "end");
  form.append(make("input", { type: "hidden", name: "canned", value: one.id }));
  close();
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
};

const move = (by) => {
  active = (active + by + found.length) % Math.max(1, found.length);
  draw(bySlash() ? typedAt()?.[1] ?? "" : panel.querySelector("input").value);
};

const KEYS = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => choose(active),
  Tab: () => choose(active),
  Escape: () => { close(); box().focus(); },
};

const keys = (event) => {
  if (!panel || panel.hidden || event.isComposing || event.ctrlKey || event.metaKey || !Object.hasOwn(KEYS, event.key)) return;
  if (event.key === "Tab" && (!bySlash() || event.shiftKey)) return close();
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key]();
};

if (button) {
  button.addEventListener("click", () => (panel && !panel.hidden && !bySlash() ? close() : open(false, "")));
  form.addEventListener("keydown", (event) => { if (event.target === box() && bySlash()) keys(event); }, true);
  form.addEventListener("input", (event) => {
    if (event.target !== box() || !event.isTrusted) return;
    const typed = typedAt();
    if (typed) open(true, typed[1]);
    else if (bySlash()) close();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".canned-panel, [data-canned]")) close();
  });
}
