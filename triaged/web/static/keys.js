// Keys, outside of fields only; `localStorage.keys = "off"` switches them off.

const GO = { n: "/", a: "/alerts", s: "/silences", y: "/system" };
const HELP = [
  ["?", "these keys"],
  ["/", "filter"],
  ["j k", "next and previous incident"],
  ["Enter o", "open it"],
  ["a", "acknowledge"],
  ["e", "escalate"],
  ["n", "note"],
  ["r", "resolve (asks)"],
  ["s", "severity"],
  ["u", "back to the list"],
  [".", "pause live updates"],
  ["g n", "go to Now"],
  ["g a", "go to Alerts"],
  ["g s", "go to Silences"],
  ["g y", "go to System"],
];
let isGoing = false;
let selected = null;

const isTyping = (node) => node.closest?.("input, textarea, select, [contenteditable]") !== null;
const isOff = () => localStorage.getItem("keys") === "off";

function press(verb) {
  const place = selected && !document.querySelector("[data-incident]") ? `#ask-${selected.id.slice(4)}` : "main";
  document.querySelector(`${place} button[name=do][value=${verb}]`)?.click();
}

function open(id) {
  const field = document.querySelector(`#${id} :is(textarea, input:not([type=hidden]), select, button)`);
  const details = field?.closest("details");
  if (details) details.open = true;
  document.getElementById("more")?.hidePopover?.();
  field?.focus();
}

function move(step) {
  const rows = [...document.querySelectorAll(".inc tbody tr")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.id === selected?.id);
  selected?.classList.remove("sel");
  selected = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  selected.classList.add("sel");
  selected.querySelector("a").focus();
}

function help() {
  let box = document.getElementById("keys");
  if (!box) {
    box = document.createElement("dialog");
    box.id = "keys";
    box.setAttribute("aria-label", "Keys");
    const list = document.createElement("dl");
    list.className = "facts";
    for (const [key, text] of HELP) {
      const name = document.createElement("dt");
      const kbd = document.createElement("kbd");
      kbd.textContent = key;
      name.append(kbd);
      const value = document.createElement("dd");
      value.textContent = text;
      list.append(name, value);
    }
    const form = document.createElement("form");
    form.method = "dialog";
    const close = document.createElement("button");
    close.className = "btn";
    close.textContent = "Close";
    form.append(close);
    box.append(list, form);
    document.body.append(box);
  }
  box.showModal();
}

/** Let keys work; `pause` stops and starts live updates. */
export function startKeys(pause) {
  const acts = {
    "?": help,
    "/": () => document.getElementById("q")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    o: () => selected?.querySelector("a").click(),
    a: () => press("acknowledge"),
    e: () => press("escalate"),
    n: () => open("note"),
    r: () => open("resolve"),
    s: () => open("severity"),
    u: () => location.assign("/"),
    ".": pause,
    g: () => {
      isGoing = true;
      setTimeout(() => (isGoing = false), 1500);
    },
  };
  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
    if (!isPlain || isOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const goes = isGoing && GO[event.key];
    isGoing = false;
    if (goes) location.assign(goes);
    else if (Object.hasOwn(acts, event.key)) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(".inc tbody tr");
    if (row) selected = row;
  });
}
