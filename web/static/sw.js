// Shows a notice that the desk has pushed, and opens its page. It keeps
// nothing and reads no page.
"use strict";

self.addEventListener("push", e => {
  let n = {};
  try { n = e.data.json(); } catch { return; }
  e.waitUntil(self.registration.showNotification(String(n.title || "Lắng Nghe"), {
    body: String(n.body || ""), tag: String(n.tag || ""), icon: "/static/icon.svg",
    data: {url: String(n.url || "/")}, requireInteraction: n.level >= 4,
  }));
});

self.addEventListener("notificationclick", e => {
  e.notification.close();
  const to = new URL(e.notification.data.url, self.location.origin);
  if (to.origin !== self.location.origin) return; // a notice opens pages of the desk and no others
  e.waitUntil(clients.openWindow(to.href));
});
