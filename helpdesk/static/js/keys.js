// The keyboard: one key does one thing, and never while somebody types or a dialog is open.
import { startReply } from "./composer.js";
import { openDialog } from "./dialogs.js";
import { isShown, takesText } from "./fields.js";
import { openPalette } from "./palette.js";
import { moveRow, openRow, tickRow } from "./rows.js";

const search = () => {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
};

const sheet = () => {
  const dialog = document.getElementById("keys");
  if (dialog) openDialog(dialog);
  return Boolean(dialog);
};

// Enter belongs to whatever has the focus; only from nowhere does it mean the row.
const enter = () => (document.activeElement === document.body || document.activeElement.matches("main")) && openRow();

const KEYS = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: tickRow,
  Enter: enter,
  r: () => startReply("reply"),
  n: () => startReply("note"),
  "/": search,
  "?": sheet,
};

const byButton = (key) => {
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);
  if (!button || button.disabled) return false;
  button.focus();
  button.click();
  return true;
};

const send = (field) => {
  const form = field.form;
  const button = form && [...form.elements].find((one) => one.type === "submit" && !one.disabled && isShown(one));
  if (!button) return false;
  form.requestSubmit(button);
  return true;
};

const withControl = (event) => {
  if (event.key.toLowerCase() === "k") return openPalette() ?? true;
  return event.key === "Enter" && event.target.matches("textarea") && send(event.target);
};

const plain = (event) => {
  if (event.key === "Escape" && event.target.matches("[data-search], [data-composer] textarea")) return event.target.blur() ?? true;
  if (takesText(event.target) || document.querySelector("dialog:modal")) return false;
  const own = Object.hasOwn(KEYS, event.key) && KEYS[event.key]();
  return own || (event.key.length === 1 && !event.repeat && byButton(event.key));
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey ? withControl(event) : plain(event)) event.preventDefault();
});
