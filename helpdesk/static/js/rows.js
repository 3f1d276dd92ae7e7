// Rows that lead somewhere ([data-row] holds the address): j and k walk over them, Enter or a click opens, x ticks.
// The real focus moves along, so a screen reader follows; the place is kept by address when the rows are swapped.

const CONTROLS = "a, button, input, label, select, summary, textarea";
const rows = () => [...document.querySelectorAll("[data-row]")];
let current = "";
let place = 0;

const mark = (row) => {
  document.querySelectorAll(".is-current").forEach((other) => other.classList.remove("is-current"));
  row?.classList.add("is-current");
};

const settle = (row) => {
  current = row.dataset.row;
  place = rows().indexOf(row);
  mark(row);
};

const linkOf = (row) => row.querySelector("a[href]");

export const moveRow = (by) => {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.dataset.row === current);
  // Without a place yet, the first; when the row has gone from the list, the one that took its place.
  const wanted = at >= 0 ? at + by : current ? place + Math.min(by, 0) : 0;
  const row = all[Math.max(0, Math.min(all.length - 1, wanted))];
  settle(row);
  linkOf(row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
};

const currentRow = () => rows().find((row) => row.dataset.row === current);

export const openRow = () => {
  const row = currentRow();
  if (row) location.assign(row.dataset.row);
  return Boolean(row);
};

export const tickRow = () => {
  const box = currentRow()?.querySelector("[data-select]");
  box?.click();
  return Boolean(box);
};

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) settle(row);
});

const follow = (event, aside) => {
  const row = event.target.closest("[data-row]");
  if (!row || event.defaultPrevented || event.target.closest(CONTROLS) || String(getSelection())) return;
  if (aside) open(row.dataset.row, "_blank", "noopener");
  else location.assign(row.dataset.row);
};

document.addEventListener("click", (event) => follow(event, event.ctrlKey || event.metaKey));
document.addEventListener("auxclick", (event) => { if (event.button === 1) follow(event, true); });

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-select]")) return;
  event.target.closest("[data-row]")?.classList.toggle("is-selected", event.target.checked);
});

document.addEventListener("htmx:after:swap", () => {
  if (current) mark(currentRow());
  for (const box of document.querySelectorAll("[data-select]")) {
    box.closest("[data-row]")?.classList.toggle("is-selected", box.checked);
  }
});
