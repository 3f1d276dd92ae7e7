// The original of a mail, folded under its text: remembers which ones this agent opened, and makes the frame as high
// as the mail in it.
const KEY = "originals", KEPT = 200, HEIGHT_MAX = 1600;

const opened = () => {
  try { return JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { return []; }
};

const remember = (number, open) => {
  const others = opened().filter((one) => one !== number);
  try { localStorage.setItem(KEY, JSON.stringify(open ? [...others, number].slice(-KEPT) : others)); } catch { /* full or forbidden: not remembered */ }
};

const fit = (frame) => {
  const inside = frame.contentDocument?.documentElement;
  if (inside?.scrollHeight) frame.height = Math.min(inside.scrollHeight + 16, HEIGHT_MAX);
};

const restore = () => {
  const wanted = new Set(opened());
  for (const fold of document.querySelectorAll("[data-original]")) if (wanted.has(fold.dataset.original)) fold.open = true;
};

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-original]")) remember(event.target.dataset.original, event.target.open);
}, true);
document.addEventListener("load", (event) => {
  if (event.target.matches?.(".mail-frame")) fit(event.target);
}, true);
restore();
