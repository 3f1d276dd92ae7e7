// What is typed into a composer stays in this browser, per person and incident, until the server has taken it: the copy
// for when the desk can't be reached. js/server_drafts.js keeps the one that is there on any device.

const KEPT_DAYS = 30;
const SENT = "draft-sent";
const owner = document.body.dataset.viewer ?? "";
const nameOf = (key) => `draft:${owner}:${key}`;

// Storage may be full or forbidden: then there are no drafts here, and writing goes on.
const attempt = (action) => { try { return action(); } catch { return null; } };

// version: that of the server's draft which this text stands on; isSaved: the server has this very text.
// Returns whether it is stored now.
export const keepDraft = (key, kind, text, version = 0, isSaved = false) => attempt(() => {
  if (!text.trim()) localStorage.removeItem(nameOf(key));
  else localStorage.setItem(nameOf(key), JSON.stringify({ kind, text, version, isSaved, at: Date.now() }));
  return Boolean(text.trim());
});

// {kind, text, version, isSaved, at} or null.
export const draftOf = (key) => attempt(() => JSON.parse(localStorage.getItem(nameOf(key))));

export const dropDraft = (key) => attempt(() => localStorage.removeItem(nameOf(key)));

// page: the path of the incident, under which everything that follows a success lies.
export const markSent = (key, page) => attempt(() => {
  sessionStorage.setItem(SENT, JSON.stringify({ name: nameOf(key), page }));
});

// Called once on every page, before a composer looks for its draft: a mark counts for the very next page only. That
// page is the server's yes when it was redirected to within the incident. Sign-in after the session ended, an error
// page and a reload after the line broke are none: they leave the draft.
export const endSending = () => attempt(() => {
  const sent = JSON.parse(sessionStorage.getItem(SENT));
  sessionStorage.removeItem(SENT);
  const [arrival] = performance.getEntriesByType("navigation");
  const within = sent && (location.pathname === sent.page || location.pathname.startsWith(`${sent.page}/`));
  if (within && arrival?.redirectCount > 0 && arrival.type === "navigate") localStorage.removeItem(sent.name);
});

export const sweepDrafts = () => attempt(() => {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith("draft:"))) {
    if ((JSON.parse(localStorage.getItem(name)).at ?? 0) < oldest) localStorage.removeItem(name);
  }
});
