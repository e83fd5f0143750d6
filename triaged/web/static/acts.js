// Buttons that act: never optimistic. Until triaged has answered they say "sending…"; after 5 s that
// there is no answer yet, and that pressing twice is safe. What is typed is kept until it is sent.

const SLOW_MS = 5000;

function key(field) {
  return `note:${field.dataset.keep}`;
}

function sending(form, button) {
  const label = button.textContent;
  button.setAttribute("aria-busy", "true");
  button.textContent = "sending…";
  setTimeout(() => {
    if (!button.isConnected) return;
    button.removeAttribute("aria-busy");
    button.textContent = "Try again";
    if (form.querySelector(".slow")) return;
    const text = document.createElement("p");
    text.className = "slow warn";
    text.setAttribute("role", "status");
    text.textContent = `No answer yet. ${label.trim()}: safe to press twice.`;
    form.prepend(text);
  }, SLOW_MS);
}

function submitted(event) {
  const button = event.submitter;
  if (!button?.matches("[data-act]")) return;
  // the value of the button is sent as it was pressed; its words change only after that
  setTimeout(() => sending(event.target, button));
  for (const field of event.target.querySelectorAll("[data-keep]")) {
    sessionStorage.setItem(`${key(field)}:sent`, field.value);
  }
}

/** Take up what was typed before, unless it has been sent and is on the timeline. */
function restore() {
  const isNoted = new URLSearchParams(location.search).get("did") === "note";
  for (const field of document.querySelectorAll("[data-keep]")) {
    const sent = sessionStorage.getItem(`${key(field)}:sent`);
    if (isNoted && sent !== null && sent === sessionStorage.getItem(key(field))) {
      sessionStorage.removeItem(key(field));
    }
    sessionStorage.removeItem(`${key(field)}:sent`);
    const kept = sessionStorage.getItem(key(field));
    if (kept && !field.value) field.value = kept;
  }
}

function keep(event) {
  const field = event.target;
  if (!field.matches?.("[data-keep]")) return;
  if (field.value) sessionStorage.setItem(key(field), field.value);
  else sessionStorage.removeItem(key(field));
}

/** The button that takes an action back counts down, and goes. */
function undoing() {
  for (const form of document.querySelectorAll("form[data-undo]")) {
    let left = Number(form.dataset.undo);
    const timer = setInterval(() => {
      left -= 1;
      if (left <= 0) {
        clearInterval(timer);
        form.remove();
      } else {
        form.querySelector(".num").textContent = `${left} s`;
      }
    }, 1000);
  }
}

/** Let the forms of the page act. */
export function startActing() {
  restore();
  undoing();
  document.addEventListener("submit", submitted);
  document.addEventListener("input", keep);
  document.addEventListener("keydown", (event) => {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (isSend && event.target.matches?.("textarea")) {
      const form = event.target.form;
      form?.requestSubmit(form.querySelector("button"));
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // a page out of the browser's memory is old
  });
  // the address says what was done; loaded again, it should not say it once more
  if (new URLSearchParams(location.search).has("did")) {
    const url = new URL(location.href);
    url.searchParams.delete("did");
    history.replaceState(null, "", url);
  }
}
