// [data-left]: a clock that runs, with the seconds left when the server wrote it. It counts on between two answers of
// the server, by how much time goes by here, so a wrong clock on this machine changes nothing.

const UNITS = [[86400, "d"], [3600, "h"], [60, "m"]];
const EVERY_MILLISECONDS = 15_000;
const seen = new WeakMap();

// As helpdesk/web/forms/durations.py says it: the two largest units, rounded down.
const length = (seconds) => {
  const parts = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count || parts.length) parts.push([count, unit]);
  }
  const shown = parts.slice(0, 2).filter(([count]) => count);
  return shown.length ? shown.map(([count, unit]) => `${count}${unit}`).join(" ") : "under 1m";
};

const tick = () => {
  for (const clock of document.querySelectorAll("[data-left]")) {
    const given = clock.dataset.left;
    if (seen.get(clock)?.given !== given) seen.set(clock, { given, at: Date.now() });
    const left = Number(given) - (Date.now() - seen.get(clock).at) / 1000;
    const words = clock.querySelector("b");
    const text = left >= 0 ? `${length(left)} left` : `missed by ${length(-left)}`;
    if (!words || words.textContent === text) continue;
    words.textContent = text;
    if (left >= 0 || clock.classList.contains("tone-bad")) continue;
    clock.classList.remove("tone-warn");
    clock.classList.add("tone-bad");
    const drawn = clock.querySelector("use");
    drawn?.setAttribute("href", drawn.getAttribute("href").replace(/#.*/, "#alert-circle"));
  }
};

tick();
setInterval(tick, EVERY_MILLISECONDS);
