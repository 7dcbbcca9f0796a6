// Shows what fireline pushes to this browser, and answers for its person. A page need not be open.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const said = (data) => {
  try {
    return data ? data.json() : {};
  } catch {
    return {};
  }
};

const show = (title, body, tag, link, more = {}) =>
  self.registration.showNotification(title, {
    body,
    tag,
    data: { link },
    icon: "/static/icon.svg",
    ...more,
  });

self.addEventListener("push", (event) => {
  const { title = "Fireline", body = "", tag = "fireline", link = "", urgent = false } = said(event.data);
  const answers = [
    { action: "acknowledge", title: "Ack" },
    { action: "open", title: "Open" },
  ];
  event.waitUntil(
    show(title, body, tag, link, {
      // A later page of the same alert takes the place of the first, and rings again.
      renotify: true,
      requireInteraction: urgent,
      actions: link ? answers : [],
    }),
  );
});

// Only our own addresses: whoever could write a link elsewhere must gain nothing by it.
const ours = (link) => {
  const url = new URL(link || "/", self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin;
};

// The link's page has one button; this presses it. Opening the link alone changes nothing.
const acknowledge = async ({ title, tag, data }) => {
  try {
    const headers = { accept: "application/json" };
    const answer = await fetch(ours(data.link), { method: "POST", headers });
    if (!answer.ok) throw new Error(String(answer.status));
    const { yours, by } = await answer.json();
    const whose = yours ? "You are now responsible." : `${by} has it already.`;
    await show(`Acknowledged: ${title}`, whose, tag, data.link, { silent: true });
  } catch {
    await show(`Not acknowledged: ${title}`, "Open it and try again.", tag, data.link, {
      renotify: true,
      requireInteraction: true,
    });
  }
};

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    event.action === "acknowledge"
      ? acknowledge(event.notification)
      : self.clients.openWindow(ours(event.notification.data?.link)),
  );
});
