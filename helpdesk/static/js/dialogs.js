// Native dialogs: opened by [data-open], or by an htmx answer that fills their body. What was typed into one survives
// Escape and the cross: the same opener shows it again. Cancel discards it.
import { focusWanted, isEdited } from "./fields.js";

const FIELD = ".dialog-body :is(input:not([type=hidden]), select, textarea), input[role=combobox]";
const openers = new WeakMap();
const bodyOf = (dialog) => dialog.querySelector(".dialog-body");

const menuOf = (element) => element.closest("details.menu, [popover]");

// An opener inside a menu is hidden once the menu is closed; then the focus goes to what opens the menu.
const focusable = (opener) => {
  const menu = menuOf(opener);
  if (menu?.matches("details")) return menu.querySelector("summary");
  return menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : opener;
};

export const openDialog = (dialog, opener = document.activeElement) => {
  if (dialog.open) return;
  openers.set(dialog, focusable(opener));
  dialog.showModal();
  // The browser would choose the cross in the corner.
  dialog.querySelector(FIELD)?.focus();
  focusWanted(dialog);
};

const discard = (dialog) => {
  dialog.close();
  bodyOf(dialog)?.querySelectorAll("form").forEach((form) => form.reset());
  if (dialog.dataset.filledBy) bodyOf(dialog).replaceChildren();
  delete dialog.dataset.filledBy;
};

const isFetched = (opener) => opener.hasAttribute("hx-get");

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog && !isFetched(opener)) {
    // Else the browser opens it once more by the button's own command, or follows the link.
    event.preventDefault();
    const popover = opener.closest("[popover]");
    openDialog(dialog, opener);
    popover?.hidePopover();
  }
  const cancel = event.target.closest("dialog [data-cancel]");
  if (cancel) {
    event.preventDefault();
    discard(cancel.closest("dialog"));
  }
});

// A click beside a dialog closes it, but neither a drag that only ends there nor one that would hide typed words.
let pressed = null;
document.addEventListener("pointerdown", (event) => { pressed = event.target; });
document.addEventListener("click", (event) => {
  if (event.target.matches("dialog") && pressed === event.target && !isEdited(event.target)) event.target.close();
});

document.addEventListener("close", (event) => {
  const opener = openers.get(event.target);
  openers.delete(event.target);
  if (opener?.isConnected) opener.focus();
}, true);

const dialogFor = (ctx) => {
  const opener = ctx.sourceElement?.closest?.("[data-open][hx-get]");
  return opener ? document.getElementById(opener.dataset.open) : null;
};

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const dialog = dialogFor(ctx);
  if (!dialog || dialog.dataset.filledBy !== ctx.request.action || !isEdited(dialog)) return;
  event.preventDefault();
  openDialog(dialog, ctx.sourceElement);
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  const dialog = dialogFor(ctx);
  if (dialog && ctx.swap !== "none") {
    dialog.dataset.filledBy = ctx.request.action;
    openDialog(dialog, ctx.sourceElement);
  }
  focusWanted(document.querySelector("dialog:modal") ?? document);
});

// A page that comes back from the browser's memory must not come back behind a dialog that has done its work.
addEventListener("pagehide", () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close()));
