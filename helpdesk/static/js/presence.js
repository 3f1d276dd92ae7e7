// Who else looks at this incident, and who writes: told at every sign of life of this page. Others hear of us the same
// way. Seldom while nobody is here, more often when somebody is; never while the page is hidden.
import { announce } from "./toasts.js";

const ALONE_MS = 20000;
const TOGETHER_MS = 5000;
const SPOKEN_AT_MOST_EVERY_MS = 30000;
const place = document.querySelector("[data-presence]");
const form = document.querySelector("[data-composer]");
let timer = 0;
let typed = false;
let told = false;
let spokenAt = 0;
let writers = "";

const sign = (fields) => {
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

// Nothing is swapped while it says the same: no flicker, and nothing for a screen reader to say again.
const show = (html) => {
  const made = new DOMParser().parseFromString(html, "text/html").querySelector(".present-people");
  const shown = place.querySelector(".present-people");
  if (shown?.dataset.said === made.dataset.said) return made;
  place.replaceChildren(document.importNode(made, true));
  const beside = form.querySelector("[data-also-writing]");
  beside.textContent = made.dataset.writing ? `${made.dataset.writing} is writing too` : "";
  beside.hidden = !made.dataset.writing;
  // Only somebody who begins to write is worth interrupting for.
  if (made.dataset.writing && made.dataset.writing !== writers && Date.now() - spokenAt > SPOKEN_AT_MOST_EVERY_MS) {
    spokenAt = Date.now();
    announce(made.dataset.said);
  }
  writers = made.dataset.writing;
  return made;
};

const beat = async () => {
  clearTimeout(timer);
  if (document.hidden) return;
  const writing = typed;
  typed = false;
  let wait = ALONE_MS;
  try {
    const answer = await fetch(place.dataset.presence, { method: "POST", body: sign({ writing: writing ? "1" : "0" }) });
    if (answer.ok && !answer.redirected) {
      told = writing;
      if (show(await answer.text()).dataset.said || writing) wait = TOGETHER_MS;
    }
  } catch { /* the desk can't be reached: the next sign may get through */ }
  clearTimeout(timer);
  timer = setTimeout(beat, wait);
};

if (place && form) {
  beat();
  form.addEventListener("input", (event) => {
    if (!event.isTrusted || !event.target.matches("textarea")) return;
    const first = !typed && !told;
    typed = true;
    // The first key tells at once, the others with the next sign.
    if (first) { told = true; beat(); }
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
  addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.presence, sign({ gone: "1" })));
  addEventListener("pageshow", (event) => { if (event.persisted) beat(); });
}
