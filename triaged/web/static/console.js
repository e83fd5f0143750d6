// The scripts of every page of the console. Without them every form and link still works.

import { startActing } from "./acts.js";
import { startKeys } from "./keys.js";
import { follow } from "./live.js";
import { fetchPart, morph } from "./swap.js";
import { learn, startTicking } from "./times.js";

const COLLECT_MS = 250; // events of a burst are one paint
const BETWEEN_MS = 1000; // and no more than one fetch a second
const SAY_MS = 2000;
const HIDDEN_MS = 300_000;

const main = document.getElementById("main");
const live = document.getElementById("live");
let path = main?.dataset.live;
let isPaused = false;
let wanted = 0;
let last = 0;
let isFetching = false;
let hiddenAt = 0;

/** Read the page anew, soon; `isPressing`: at once. */
function refresh(isPressing = false) {
  if (!path || (isPaused && !isPressing)) return;
  clearTimeout(wanted);
  const wait = isPressing ? 0 : Math.max(COLLECT_MS, last + BETWEEN_MS - Date.now());
  wanted = setTimeout(fetchNow, wait);
}

async function fetchNow() {
  if (isFetching) return refresh();
  isFetching = true;
  last = Date.now();
  const asked = path;
  try {
    const { page, date } = await fetchPart(asked);
    if (asked !== path) return;
    learn(date);
    const fresh = page.getElementById("main");
    if (fresh && main) morph(main, fresh);
    const duty = page.querySelector(".duty");
    if (duty) morph(document.querySelector(".duty"), duty);
    document.title = page.title;
    if (document.body.className !== page.body.className) document.body.className = page.body.className;
  } catch (error) {
    if (error.status === 401) band("signed-out", "Your sign-in has ended.", "What you typed is kept.", "Sign in", () => location.reload());
    if (error.status === 503) refresh();
  } finally {
    isFetching = false;
  }
}

let saidAt = 0;
let sayTimer = 0;
/** Say one thing to whoever cannot see it, at most each 2 s; the last one wins. */
function say(text) {
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => {
    saidAt = Date.now();
    document.getElementById("say").textContent = text;
  }, Math.max(0, saidAt + SAY_MS - Date.now()));
}

function hear({ name, data }) {
  const mine = main?.dataset.incident;
  if (name === "incident" || name === "page") {
    if (mine && data.incident !== mine) return;
    if (name === "incident") say(`${data.incident} is ${data.state}${data.by ? ` by ${data.by}` : ""}`);
  }
  refresh();
}

/** A band across the page; one of each `id`. */
function band(id, lead, text, label, press) {
  let box = document.getElementById(id);
  if (!box) {
    box = document.createElement("div");
    box.id = id;
    box.className = "band warn";
    box.setAttribute("role", "status");
    const strong = document.createElement("b");
    const words = document.createElement("span");
    const button = document.createElement("button");
    button.className = "btn small";
    button.addEventListener("click", () => press());
    box.append(strong, words, button);
    document.getElementById("bands").append(box);
  }
  const [strong, words, button] = box.children;
  if (strong.textContent !== lead) strong.textContent = lead;
  if (words.textContent !== text) words.textContent = text;
  button.textContent = label;
}

let countdown = 0;
function tell({ state, since, next }) {
  clearInterval(countdown);
  const word = isPaused ? "paused" : state;
  const tone = { live: "good", stale: "bad" }[word] ?? "warn";
  live.className = `live ${tone}`;
  live.firstElementChild.className = word === "live" ? "dot" : "dot hollow";
  live.lastElementChild.textContent = word;
  main?.classList.toggle("stale", state === "stale");
  if (state !== "stale") {
    document.getElementById("stale")?.remove();
    return;
  }
  const at = new Date(since).toTimeString().slice(0, 8);
  const show = () => {
    const left = Math.max(0, Math.ceil((next - Date.now()) / 1000));
    const text = `No answer from triaged; next try in ${left} s. What you see may have changed. Pages are sent without this window.`;
    band("stale", `Stale since ${at}.`, text, "Try now", again);
  };
  show();
  countdown = setInterval(show, 1000);
}

function pause() {
  isPaused = !isPaused;
  tell({ state: isPaused ? "paused" : "live" });
  if (!isPaused) refresh(true);
}

/** The filter is read while one types, and the address follows it. */
function startFiltering() {
  const field = document.getElementById("q");
  let timer = 0;
  field?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      path = field.value ? `/?q=${encodeURIComponent(field.value)}` : "/";
      history.replaceState(null, "", path);
      refresh(true);
    }, COLLECT_MS);
  });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (hiddenAt && Date.now() - hiddenAt > HIDDEN_MS) refresh(true);
});
startTicking();
startActing();
startFiltering();
startKeys(pause);
const again = path ? follow(hear, tell) : () => undefined;
