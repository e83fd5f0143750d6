// Shows what is pushed to this browser: one notification for each incident.

const SCOPE = self.registration.scope;

async function show(message) {
  const isSilent = message.edit || !message.page;
  const label = message.test ? "Test the link" : "Acknowledge";
  await self.registration.showNotification(message.title, {
    body: message.body,
    tag: message.tag,
    silent: isSilent,
    renotify: !isSilent,
    requireInteraction: message.page && !message.edit,
    actions: message.link ? [{ action: "acknowledge", title: label }] : [],
    data: message,
  });
}

// Acknowledge as the page behind the link does, and say whether it worked.
async function acknowledge(message) {
  let words = "It could not be reached: open the page.";
  try {
    const answer = await fetch(message.link, { method: "POST" });
    words = answer.ok ? "Acknowledged. Open the page to see it." : "Not acknowledged: open the page.";
  } catch {
    // no network: the words say so
  }
  await self.registration.showNotification(message.title, {
    body: words,
    tag: message.tag,
    silent: true,
    data: message,
  });
}

function isOurs(link) {
  return typeof link === "string" && new URL(link, SCOPE).origin === new URL(SCOPE).origin;
}

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data.json()));
});

self.addEventListener("notificationclick", (event) => {
  const message = event.notification.data;
  event.notification.close();
  if (event.action === "acknowledge" && isOurs(message.link)) {
    event.waitUntil(acknowledge(message));
  } else {
    event.waitUntil(self.clients.openWindow(isOurs(message.link) ? message.link : "/"));
  }
});

// The browser has dropped the subscription: only a person can make a new one.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(
    self.registration.showNotification("triaged reaches this browser no more", {
      body: "Open the page /push and subscribe anew.",
      tag: "subscription",
      data: { link: new URL("/push", SCOPE).href },
    }),
  );
});
