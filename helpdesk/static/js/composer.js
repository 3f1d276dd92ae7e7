// The reply and note form of an incident: which of the two it is, its draft, its sending.
import { draftOf, endSending, keepDraft, markSent, sweepDrafts } from "./drafts.js";

const SAVE_AFTER_MS = 300;
const form = document.querySelector("[data-composer]");
// Looked up each time: a suggested fix replaces the whole text area.
const text = () => form.querySelector("textarea");
const kind = () => form.querySelector("[data-kind]:checked").value;
let shown = null;
let timer = 0;

const say = (words) => { form.querySelector("[data-draft-state]").textContent = words; };

const save = () => {
  clearTimeout(timer);
  const kept = keepDraft(form.dataset.draft, kind(), text().value);
  say(kept ? "Draft kept" : kept === null ? "Drafts can't be kept in this browser" : "");
};

const changed = () => {
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_AFTER_MS);
};

// The button that is not shown is disabled as well, so that Enter can't send a note to the requester.
const choose = (wanted) => {
  for (const choice of form.querySelectorAll("[data-kind]")) choice.checked = choice.value === wanted;
  for (const button of form.querySelectorAll("button[formaction]")) {
    const mine = button.matches(`.when-${wanted}`);
    button.disabled = !mine;
    if (mine) form.action = button.formAction;
  }
};

export const startReply = (wanted) => {
  if (!form) return false;
  choose(wanted);
  text().focus();
  form.scrollIntoView({ block: "nearest" });
  return true;
};

const restore = () => {
  const draft = draftOf(form.dataset.draft);
  // What was called back joins what was begun since; any other text from the server was typed last, and wins.
  const begun = draft?.kind === kind() ? draft.text : "";
  if (form.hasAttribute("data-brought-back") && begun.trim()) {
    text().value = begun.includes(text().value) ? begun : `${text().value}\n\n${begun}`;
  }
  if (text().value) save();
  else if (draft) {
    text().value = draft.text;
    choose(draft.kind);
    say("Your draft from before");
  }
  shown = text();
};

endSending();
sweepDrafts();
if (form) {
  restore();
  choose(kind());
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-kind]")) return;
    choose(event.target.value);
    save();
  });
  // A click on a tab means to write; arrow keys between the tabs keep the focus there.
  form.addEventListener("click", (event) => {
    if (event.target.matches("[data-kind]") && event.detail > 0) text().focus();
  });
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") return event.preventDefault();
    save();
    markSent(form.dataset.draft, new URL(form.action).pathname.replace(/\/[^/]+$/, ""));
    form.ariaBusy = "true";
    say("Sending …");
  });
  addEventListener("pageshow", (event) => { if (event.persisted) { form.ariaBusy = null; say(""); } });
  addEventListener("pagehide", () => { if (form.ariaBusy !== "true") save(); });
  document.addEventListener("htmx:after:swap", () => {
    if (text() === shown) return;
    shown = text();
    save();
    form.scrollIntoView({ block: "nearest" });
  });
}
