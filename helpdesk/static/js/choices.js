// [data-submit-on-change]: choosing sends the form. The page that comes has the focus where it was.

const KEY = "chosen";
const selectorOf = (field) => `[data-submit-on-change][name="${CSS.escape(field.name)}"]`;

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-submit-on-change]")) return;
  try { sessionStorage.setItem(KEY, selectorOf(event.target)); } catch { /* then the focus starts at the top */ }
  event.target.form.requestSubmit();
});

try {
  const chosen = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (chosen) document.querySelector(chosen)?.focus({ preventScroll: true });
} catch { /* storage is forbidden */ }
