// What htmx brings in: told to who can't see it, and never a whole error page inside a part of one.
import { announce, toast } from "./toasts.js";

const UNREACHED = "The desk can't be reached at the moment. Nothing you typed is lost; try again shortly.";
// These come back as the form itself, filled in and with what is wrong.
const ANSWERED_IN_PLACE = new Set([409, 422]);

const byPerson = (ctx) => ["click", "submit", "change", "input"].includes(ctx.sourceEvent?.type);

const wordsOf = (html) => {
  const said = new DOMParser().parseFromString(html, "text/html").querySelector("[data-trouble]");
  return said?.textContent.replace(/\s+/g, " ").trim() || "That did not work. Load the page again and repeat it.";
};

document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  if (!raw.redirected || !new URL(raw.url).pathname.startsWith("/sign-in")) return;
  event.preventDefault();
  toast("You have been signed out.", { category: "warning", link: { text: "Sign in again", href: location.href } });
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.status ?? 200;
  if (status < 400 || ANSWERED_IN_PLACE.has(status)) return;
  event.preventDefault();
  if (byPerson(ctx)) toast(wordsOf(ctx.text), { category: "bad" });
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx && !ctx.response && byPerson(ctx)) toast(UNREACHED, { category: "bad" });
});

const entries = () => [...document.querySelectorAll("#thread > .entry")];
const known = new Set(entries().map((entry) => entry.id));

const tellEntries = () => {
  for (const entry of entries().filter((one) => !known.has(one.id))) {
    known.add(entry.id);
    toast(entry.getAttribute("aria-label"), { link: { text: "Show", href: `#${entry.id}` } });
  }
};

const tellRows = () => {
  const count = document.querySelectorAll("#queue-rows .has-arrived").length;
  if (count) announce(count === 1 ? "One incident changed" : `${count} incidents changed`);
};

document.addEventListener("htmx:after:swap", (event) => {
  const source = event.detail.ctx.sourceElement?.id;
  if (source === "freshness") tellEntries();
  else if (source === "queue-rows") tellRows();
});
