// What the person is doing with a field right now, and which of their fields differ from how they were served.

const UNTYPED = new Set(["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"]);

export const takesText = (element) =>
  element.isContentEditable || element.matches("textarea, select") ||
  (element.matches("input") && !UNTYPED.has(element.type));

export const isShown = (element) => element.getClientRects().length > 0;

const differs = (field) => {
  if (field.type === "hidden") return false;
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
};

// A select without a chosen option shows its first one: that is how it was served.
const served = (field) => field.matches("select") && field.selectedIndex === 0 && !field.querySelector("[selected]");

export const isEdited = (container) =>
  [...container.querySelectorAll("input, select, textarea")].some((field) => !served(field) && differs(field));

// An element that asks for the focus gets it once: after loading, or when it has come in by a swap.
export const focusWanted = (within = document) => {
  const wanted = within.querySelector("[data-focus]");
  if (!wanted) return;
  wanted.removeAttribute("data-focus");
  wanted.focus();
  if (wanted.matches("textarea")) wanted.setSelectionRange(wanted.value.length, wanted.value.length);
};
