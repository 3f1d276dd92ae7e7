// The draft on the server: saved at every pause, never over a newer one from another tab, shared when asked to.
import { toast } from "./toasts.js";

const PAUSE_MS = 1200;
const AGAIN_MS = 15000;
// What a browser lets through while a page is being left.
const KEEPALIVE_BYTES = 60000;

// box: {form, text(), kind(), put(text, kind), said(words), kept(version, isSaved)}
export const serverDraft = (box) => {
  const { form } = box;
  const tools = form.querySelector("[data-draft-tools]");
  const known = form.elements.draft_version;
  const notice = form.querySelector("[data-newer-draft]");
  const share = tools.querySelector("[data-share-draft]");
  const discard = tools.querySelector("[data-discard-draft]");
  let timer = 0;
  let underWay = null;
  let newer = null;
  let isOver = false;

  const show = () => {
    const has = Number(known.value) > 0;
    share.hidden = discard.hidden = !has;
  };

  const body = () => {
    const data = new FormData(form);
    data.delete("files");
    data.delete("kept");
    return data;
  };

  const clash = (answer) => {
    newer = answer;
    const who = answer.writers?.length ? answer.writers.join(", ") : "another tab";
    notice.querySelector("[data-newer-words]").textContent = `There is a newer draft from ${who}. What you type is kept in this browser only until you choose.`;
    notice.hidden = false;
    box.said("");
  };

  const taken = (answer, sent = null) => {
    known.value = answer.version;
    // Somebody may have typed on while it was under way.
    form.toggleAttribute("data-unsaved", sent !== null && sent !== box.text());
    show();
    box.kept(answer.version, !form.hasAttribute("data-unsaved"));
    box.said(answer.version ? "Draft kept" : "");
  };

  const unreached = () => {
    box.said(box.text().trim() ? "Draft kept in this browser only" : "");
    clearTimeout(timer);
    timer = setTimeout(save, AGAIN_MS);
  };

  const save = async (leaving = false) => {
    clearTimeout(timer);
    if (isOver || newer || (!box.text().trim() && !Number(known.value))) return;
    const data = body();
    underWay?.abort();
    underWay = new AbortController();
    const ways = leaving && box.text().length < KEEPALIVE_BYTES / 3 ? { keepalive: true } : { signal: underWay.signal };
    try {
      const answer = await fetch(tools.dataset.url, { method: "POST", body: data, headers: { Accept: "application/json" }, ...ways });
      if (answer.redirected || answer.status === 410) return void unreachedUnlessSent(answer);
      const said = await answer.json();
      if (answer.status === 409) clash(said);
      else if (answer.ok) taken(said, String(data.get("text")).replaceAll("\r\n", "\n"));
      else box.said(said.problem ?? "The draft could not be kept");
    } catch (error) {
      if (error.name !== "AbortError") unreached();
    }
  };

  const unreachedUnlessSent = (answer) => {
    if (answer.status !== 410) return unreached();
    // This very box was sent: what is typed now begins a new draft, on the page that comes.
    isOver = true;
    box.said("");
  };

  notice.querySelector("[data-show-newer]").addEventListener("click", () => {
    known.value = newer.version;
    const { text, kind } = newer;
    newer = null;
    notice.hidden = true;
    box.put(text, kind);
    taken({ version: known.value });
  });
  notice.querySelector("[data-keep-mine]").addEventListener("click", () => {
    known.value = newer.version;
    newer = null;
    notice.hidden = true;
    save();
  });

  share.addEventListener("click", async () => {
    const on = share.ariaPressed !== "true";
    await save();
    const data = body();
    data.set("share", on ? "1" : "0");
    try {
      const answer = await fetch(`${tools.dataset.url}/sharing`, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const { said } = await answer.json();
      toast(said, { category: answer.ok ? "message" : "warning" });
      if (!answer.ok) return;
      share.ariaPressed = String(on);
      share.querySelector("span").textContent = on ? "Shared" : "Share draft";
    } catch {
      toast("The desk can't be reached at the moment. The draft is shared with nobody yet.", { category: "bad" });
    }
  });

  discard.addEventListener("click", async () => {
    const data = body();
    clearTimeout(timer);
    underWay?.abort();
    try {
      const answer = await fetch(`${tools.dataset.url}/removal`, { method: "POST", body: data, redirect: "manual" });
      if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    } catch {
      return toast("The desk can't be reached at the moment. The draft is still there.", { category: "bad" });
    }
    known.value = 0;
    show();
    box.put("", box.kind());
    box.kept(0, true);
    box.said("Draft discarded");
  });

  addEventListener("online", () => save());

  return {
    version: () => Number(known.value),
    restored: tools.dataset.restored ?? "",
    changed: () => { clearTimeout(timer); timer = setTimeout(save, PAUSE_MS); },
    save,
    offer: (text, kind) => clash({ version: Number(known.value), text, kind, writers: ["this browser"] }),
    over: () => { isOver = true; clearTimeout(timer); underWay?.abort(); },
    again: () => { isOver = false; },
  };
};
