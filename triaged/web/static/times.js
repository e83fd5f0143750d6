// Seconds that tick: countdowns, ages and the clock, by the server's time.

let ahead = 0; // how far this device's clock is ahead of the server's, ms

/** The server's present, ms. */
export const now = () => Date.now() - ahead;

/** Learn the server's time from an answer; more than 5 s of difference is said. */
export function learn(serverMs) {
  if (!Number.isFinite(serverMs)) return;
  ahead = Date.now() - serverMs;
  const note = document.getElementById("skew");
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const text = seconds > 5 ? `this device's clock is ${seconds} s ${ahead > 0 ? "ahead" : "behind"}` : "";
  if (note && note.textContent !== text) note.textContent = text;
}

/** `4:12` below an hour, else `1 h 20 min`. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds >= 3600) return `${unit(seconds, 3600, "h")} ${unit(seconds % 3600, 60, "min")}`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** `48 s`, `11 min`, `3 h`, `5 d`. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds >= 86_400) return unit(seconds, 86_400, "d");
  if (seconds >= 3600) return unit(seconds, 3600, "h");
  return seconds >= 60 ? unit(seconds, 60, "min") : `${seconds} s`;
}

const unit = (seconds, size, name) => `${Math.floor(seconds / size)} ${name}`;

function tick() {
  for (const node of document.querySelectorAll("[data-until]")) {
    const text = countdown(Math.abs(Date.parse(node.dataset.until) - now()));
    if (node.textContent !== text) node.textContent = text;
  }
  for (const bar of document.querySelectorAll(".count progress")) {
    const by = Date.parse(bar.parentNode.querySelector("[data-until]")?.dataset.until ?? "");
    if (by) bar.value = Math.min(bar.max, bar.max - (by - now()) / 1000);
  }
  const clock = document.querySelector(".clock time");
  if (clock?.dataset.offset) {
    const local = new Date(now() + Number(clock.dataset.offset) * 1000);
    clock.textContent = local.toISOString().slice(11, 19);
  }
}

function tickAges() {
  for (const node of document.querySelectorAll("time[data-age]")) {
    const text = age(now() - Date.parse(node.dateTime));
    if (node.textContent !== text) node.textContent = text;
  }
}

/** Let the seconds of the page tick. */
export function startTicking() {
  const clock = document.querySelector(".clock time");
  if (clock) ahead = 0;
  setInterval(tick, 1000);
  setInterval(tickAges, 15_000);
}
