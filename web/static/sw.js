// Shows a notice that the desk has pushed, opens its page, and says it when
// the network is gone. It keeps nothing and reads no page.
"use strict";

const away = `<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Lắng Nghe</title><h1>Không có mạng</h1><p>Chưa tới được máy chủ của phường. Không có gì bị mất; hãy thử lại khi có mạng.</p><p lang="en">The desk cannot be reached. Nothing is lost; try again when you are online.</p><p><a href="/">Thử lại · Try again</a></p>`;

self.addEventListener("fetch", e => {
  if (e.request.mode === "navigate" && e.request.method === "GET")
    e.respondWith(fetch(e.request).catch(() => new Response(away, {status: 503, headers: {"Content-Type": "text/html; charset=utf-8"}})));
});

self.addEventListener("push", e => {
  let n = {};
  try { n = e.data.json(); } catch { return; }
  e.waitUntil(self.registration.showNotification(String(n.title || "Lắng Nghe"), {
    body: String(n.body || ""), tag: String(n.tag || ""), icon: "/static/icon-192.png",
    data: {url: String(n.url || "/")}, requireInteraction: n.level >= 4,
  }));
});

self.addEventListener("notificationclick", e => {
  e.notification.close();
  const to = new URL(e.notification.data.url, self.location.origin);
  if (to.origin !== self.location.origin) return; // a notice opens pages of the desk and no others
  e.waitUntil(clients.openWindow(to.href));
});
