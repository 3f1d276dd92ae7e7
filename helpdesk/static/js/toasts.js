// News: spoken to screen readers, shown as toasts. Passing toasts go by themselves, but not while somebody is at them.

const STAY_MS = 6000;
const STAY_WITH_ACTION_MS = 15000;
const place = document.getElementById("toasts");

const spoken = document.createElement("div");
spoken.className = "visually-hidden";
spoken.setAttribute("aria-live", "polite");
document.body.append(spoken);

// The same words twice in a row are no change to a screen reader; emptying first makes them one.
export const announce = (text) => {
  spoken.textContent = "";
  setTimeout(() => { spoken.textContent = text; }, 100);
};

const close = (card) => {
  const hadFocus = card.contains(document.activeElement);
  card.remove();
  if (hadFocus) document.getElementById("content")?.focus({ preventScroll: true });
};

const letPass = (card) => {
  const stay = card.querySelector("form, .toast-action") ? STAY_WITH_ACTION_MS : STAY_MS;
  let timer;
  const start = () => { timer = setTimeout(close, stay, card); };
  const hold = () => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) card.addEventListener(event, hold);
  for (const event of ["pointerleave", "focusout"]) card.addEventListener(event, () => { hold(); start(); });
  start();
};

const welcome = (card) => {
  if (!card.matches?.(".toast-card")) return;
  if (card.hasAttribute("data-passing")) letPass(card);
  // Cards with role="alert" that come in later speak for themselves.
  if (card.getAttribute("role") === "status") announce(card.querySelector("p").textContent);
};

// link: {text, href}. A grave toast stays until it is closed. One with the same words is not shown twice.
export const toast = (text, { category = "message", link = null } = {}) => {
  if (!place || [...place.children].some((card) => card.querySelector("p").textContent === text)) return;
  const card = document.createElement("div");
  const words = document.createElement("p");
  const grave = category === "bad" || category === "warning";
  card.className = `toast-card ${category}`;
  card.setAttribute("role", grave ? "alert" : "status");
  card.toggleAttribute("data-passing", !grave);
  words.textContent = text;
  card.append(words);
  if (link) {
    const anchor = document.createElement("a");
    anchor.className = "toast-action";
    anchor.href = link.href;
    anchor.textContent = link.text;
    card.append(anchor);
  }
  const closing = document.createElement("button");
  closing.type = "button";
  closing.className = "icon-button toast-close";
  closing.dataset.dismiss = "";
  closing.setAttribute("aria-label", "Close this message");
  closing.textContent = "×";
  card.append(closing);
  place.append(card);
};

document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-dismiss], a.toast-action")?.closest(".toast-card");
  if (card) close(card);
});

if (place) {
  for (const card of place.children) welcome(card);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach(welcome);
  }).observe(place, { childList: true });
}
