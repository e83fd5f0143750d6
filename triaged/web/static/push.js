// The page /push: subscribes this browser, and shows what to put into the configuration.

const policy = window.trustedTypes?.createPolicy("triaged", {
  createScriptURL: (url) => {
    if (url !== "/push/worker.js") throw new TypeError("not our worker");
    return url;
  },
});
const worker = policy ? policy.createScriptURL("/push/worker.js") : "/push/worker.js";
const place = document.getElementById("subscription");
const text = document.getElementById("subscription-text");
const said = document.getElementById("push-said");

function say(words) {
  said.textContent = words;
}

function bytesOf(key) {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

// A browser subscribes only by a worker that is at work.
function active(registration) {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return registration.active;
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated" || worker.state === "redundant") resolve(worker);
    });
  });
}

async function subscribed(key) {
  const registration = await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
  const before = await registration.pushManager.getSubscription();
  if (before) {
    await before.unsubscribe(); // it may belong to another key
  }
  await active(registration);
  return registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(key),
  });
}

async function subscribe(button) {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    say("This browser takes no push messages. On an iPhone, add the page to the home screen first.");
    return;
  }
  if ((await Notification.requestPermission()) !== "granted") {
    say("Notifications are not allowed for this page: allow them in the browser's settings.");
    return;
  }
  try {
    const subscription = await subscribed(button.dataset.key);
    text.value = JSON.stringify(subscription);
    place.hidden = false;
    say("This browser is subscribed.");
    text.select();
  } catch (error) {
    say(`The browser could not subscribe: ${error.message}`);
  }
}

for (const button of document.querySelectorAll("button[data-key]")) {
  button.addEventListener("click", () => subscribe(button));
}
