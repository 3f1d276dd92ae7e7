// Typing @ in a note offers the colleagues who may see the incident. The keys are those of a combobox (WAI-ARIA):
// arrows choose, Enter or Tab takes, Escape leaves. Without script a name is simply typed.

const WAIT_MS = 120;
const LOOKED_BACK = 40;
const form = document.querySelector("[data-composer]");
const address = form?.querySelector("[data-colleagues]")?.dataset.colleagues;
let list = null;
let timer = 0;
let asked = 0;

const text = () => form.querySelector("textarea");
const isNote = () => form.querySelector("[data-kind]:checked")?.value === "note";

// What stands between the @ and the caret; null where no mention is being typed.
const typed = (field) => {
  const before = field.value.slice(Math.max(0, field.selectionStart - LOOKED_BACK), field.selectionStart);
  const found = /(?:^|[^\p{L}\p{N}_@./+-])@([\p{L}\p{N}_][\p{L}\p{N}_.' -]*|)$/u.exec(before);
  return found && !/\s\S*\s/.test(found[1]) ? found[1] : null;
};

const close = () => {
  list?.remove();
  list = null;
  const field = text();
  field.removeAttribute("aria-controls");
  field.removeAttribute("aria-activedescendant");
};

const choose = (option) => {
  for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
  text().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const chosen = () => list?.querySelector("[aria-selected=true]");

const take = (option) => {
  const field = text();
  const beginning = typed(field);
  if (beginning === null) return close();
  const start = field.selectionStart - beginning.length;
  field.setRangeText(`${option.dataset.handle} `, start, field.selectionStart, "end");
  close();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const place = () => {
  const box = text().getBoundingClientRect();
  const above = box.top > list.offsetHeight + 8;
  list.style.setProperty("left", `${box.left}px`);
  list.style.setProperty(above ? "bottom" : "top", `${above ? innerHeight - box.top + 4 : box.bottom + 4}px`);
};

const show = (found) => {
  close();
  if (!found.length) return;
  list = document.createElement("ul");
  list.className = "mention-list";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Colleagues");
  for (const [number, one] of found.entries()) {
    const option = document.createElement("li");
    option.id = `mention-${number}`;
    option.setAttribute("role", "option");
    option.dataset.handle = one.handle;
    const name = document.createElement("span");
    name.textContent = one.kind === "team" ? `${one.name} (team)` : one.name;
    const handle = document.createElement("code");
    handle.textContent = `@${one.handle}`;
    option.append(name, handle);
    option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
    list.append(option);
  }
  document.body.append(list);
  text().setAttribute("aria-controls", list.id);
  choose(list.firstElementChild);
  place();
};

const look = async () => {
  const beginning = isNote() ? typed(text()) : null;
  const turn = ++asked;
  if (beginning === null) return close();
  try {
    const answer = await fetch(`${address}?q=${encodeURIComponent(beginning)}`, { headers: { Accept: "application/json" } });
    if (answer.ok && turn === asked) show(await answer.json());
  } catch { close(); /* the network is away: the name can be typed */ }
};

const step = (by) => {
  const all = [...list.children];
  choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
};

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => take(chosen()),
  Tab: () => take(chosen()),
  Escape: close,
};

if (address) {
  form.addEventListener("input", (event) => {
    if (!event.target.matches("textarea")) return;
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  form.addEventListener("keydown", (event) => {
    if (!list || !event.target.matches("textarea") || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (!Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  });
  form.addEventListener("focusout", (event) => event.target.matches("textarea") && list && close());
  addEventListener("scroll", () => list && place(), { passive: true });
}
