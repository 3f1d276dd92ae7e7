// The reply and note form of an incident: which of the two it is, its draft, its sending.
import { draftOf, dropDraft, endSending, keepDraft, markSent, sweepDrafts } from "./drafts.js";
import { serverDraft } from "./server_drafts.js";

const SAVE_AFTER_MS = 300;
const form = document.querySelector("[data-composer]");
// Looked up each time: a suggested fix replaces the whole text area.
const text = () => form.querySelector("textarea");
const kind = () => form.querySelector("[data-kind]:checked").value;
let shown = null;
let timer = 0;
let draft = null;

// Said once: a screen reader is not told at every pause.
const say = (words) => {
  const place = form.querySelector("[data-draft-state]");
  if (place.textContent !== words) place.textContent = words;
};

const keep = (version = draft.version(), isSaved = false) => keepDraft(form.dataset.draft, kind(), text().value, version, isSaved);

const save = () => {
  clearTimeout(timer);
  keep();
};

const changed = () => {
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_AFTER_MS);
  form.toggleAttribute("data-unsaved", true);
  draft.changed();
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

const put = (words, wanted) => {
  text().value = words;
  choose(wanted);
};

// What was called back joins what was begun since.
const join = (begun) => {
  const back = text().value;
  if (begun.trim() && !back.includes(begun)) text().value = begun.includes(back) ? begun : `${back}\n\n${begun}`;
};

// The server's draft is in the box already. A copy in this browser that it never got is newer where it stands on the
// same version; else somebody chooses. A copy that it had, and has no more, was sent or discarded elsewhere.
const restore = () => {
  const local = draftOf(form.dataset.draft);
  const version = draft.version();
  if (form.hasAttribute("data-brought-back")) join(local?.kind === kind() ? local.text : "");
  else if (draft.restored || version > 0) {
    if (draft.restored) say(`Your draft from ${draft.restored}`);
    const isNewer = local && !local.isSaved && local.text !== text().value;
    if (isNewer && local.version === version) {
      put(local.text, local.kind);
      draft.changed();
    } else if (isNewer) draft.offer(local.text, local.kind);
  } else if (local && !text().value) {
    if (local.isSaved) dropDraft(form.dataset.draft);
    else {
      put(local.text, local.kind);
      say("Your draft from before");
      draft.changed();
    }
  }
  if (text().value && !draft.restored) {
    keep();
    draft.changed();
  }
  shown = text();
};

endSending();
sweepDrafts();
if (form) {
  draft = serverDraft({ form, text: () => text().value, kind, put, said: say, kept: keep });
  restore();
  choose(kind());
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-kind]")) return changed();
    choose(event.target.value);
    changed();
  });
  // A click on a tab means to write; arrow keys between the tabs keep the focus there.
  form.addEventListener("click", (event) => {
    if (event.target.matches("[data-kind]") && event.detail > 0) text().focus();
  });
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") return event.preventDefault();
    save();
    draft.over();
    markSent(form.dataset.draft, new URL(form.action).pathname.replace(/\/[^/]+$/, ""));
    form.ariaBusy = "true";
    say("Sending …");
  });
  addEventListener("pageshow", (event) => { if (event.persisted) { form.ariaBusy = null; draft.again(); say(""); } });
  addEventListener("pagehide", () => {
    if (form.ariaBusy === "true") return;
    const local = draftOf(form.dataset.draft);
    if (local?.isSaved && local.text === text().value) return;
    save();
    draft.save(true);
  });
  document.addEventListener("htmx:after:swap", () => {
    if (text() === shown) return;
    shown = text();
    changed();
    form.scrollIntoView({ block: "nearest" });
  });
}
