// The pages work without this file; it saves reloads. It keeps nothing and
// talks to no other host.
"use strict";
document.documentElement.classList.add("js");

const $ = (q, root = document) => root.querySelector(q);
const $$ = (q, root = document) => [...root.querySelectorAll(q)];

// A choice in a filter is a search; without script there is a button.
document.addEventListener("change", e => {
  if (e.target.matches("[data-submit]")) e.target.form.requestSubmit();
});

// How long the radio script takes: three syllables a second.
document.addEventListener("input", e => {
  if (!e.target.matches("[data-radio]")) return;
  const out = $("output", e.target.closest("label"));
  const words = e.target.value.split(/\s+/).filter(Boolean).length;
  if (out) out.textContent = out.dataset.template.replace("#", Math.floor((words + 2) / 3));
});

const inbox = {
  done: [], // ids of decided entries, the last one last
  busy: false,

  root: () => $("#work"),
  live: () => inbox.root() && "live" in inbox.root().dataset,
  entries: () => $$(".stack .entry"),
  open: () => inbox.entries().filter(e => !e.classList.contains("gone")),
  current: () => $(".stack .entry.current"),
  row: id => $$("[data-row]").find(r => r.dataset.row === id),

  // show makes an entry the one that is read; focus follows when the person
  // moved, so that a screen reader reads on.
  show(entry, focus) {
    if (!entry) return;
    for (const e of inbox.entries()) e.classList.toggle("current", e === entry);
    for (const r of $$("[data-row]")) {
      const here = r.dataset.row === entry.dataset.id;
      r.classList.toggle("current", here);
      if (here) { $("a", r).setAttribute("aria-current", "true"); inbox.keepInView(r); }
      else $("a", r).removeAttribute("aria-current");
    }
    if (!focus) return;
    entry.focus({preventScroll: true});
    const top = entry.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) entry.scrollIntoView({block: "start"});
  },

  keepInView(row) {
    const list = row.closest(".list"), a = list.getBoundingClientRect(), b = row.getBoundingClientRect();
    if (b.top < a.top) list.scrollTop -= a.top - b.top + 8;
    else if (b.bottom > a.bottom) list.scrollTop += b.bottom - a.bottom + 8;
  },

  // move goes n open entries down or up; at the end it stays.
  move(n) {
    const all = inbox.entries(), cur = all.indexOf(inbox.current());
    for (let i = cur + n; i >= 0 && i < all.length; i += n) {
      if (!all[i].classList.contains("gone")) return inbox.show(all[i], true);
    }
  },

  async send(url, body) {
    const res = await fetch(url, {method: "POST", headers: {Accept: "application/json"}, body});
    if (res.redirected || res.status === 401) { location.reload(); throw new Error("signed out"); }
    const answer = await res.json();
    if (!res.ok) throw new Error(answer.detail || res.statusText);
    return answer;
  },

  // ask opens the confirmation of a grave decision.
  ask(choice) {
    const box = $("#sure");
    $("[data-danger]", box).hidden = choice !== "danger";
    $("[data-emergency]", box).hidden = choice !== "emergency";
    box.returnValue = "";
    box.showModal();
    return new Promise(done => box.addEventListener("close", () => done(box.returnValue === "yes"), {once: true}));
  },

  async decide(entry, button) {
    if (inbox.busy || !entry || !button) return;
    const form = $("form.decide", entry), body = new URLSearchParams(new FormData(form));
    body.set("choice", button.value);
    if ("grave" in button.dataset) {
      if (!await inbox.ask(button.value)) return;
      body.set("sure", "1");
    }
    inbox.busy = true;
    try {
      const answer = await inbox.send(form.action, body);
      const all = inbox.entries(), at = all.indexOf(entry);
      entry.classList.add("gone");
      inbox.row(entry.dataset.id)?.classList.add("gone");
      inbox.done.push(entry.dataset.id);
      inbox.say(answer, true);
      const next = all.slice(at + 1).find(e => !e.classList.contains("gone")) || inbox.open()[0];
      if (next) inbox.show(next, true);
      else await inbox.refresh();
    } catch (err) { inbox.fail(err); } finally { inbox.busy = false; }
  },

  async undo() {
    const id = inbox.done.at(-1);
    if (inbox.busy || !id) return;
    inbox.busy = true;
    try {
      const answer = await inbox.send("/inbox/" + encodeURIComponent(id) + "/undo");
      inbox.done.pop();
      const entry = inbox.entries().find(e => e.dataset.id === id);
      inbox.say(answer, inbox.done.length > 0);
      if (!entry) return await inbox.refresh(id);
      entry.classList.remove("gone");
      inbox.row(id)?.classList.remove("gone");
      inbox.show(entry, true);
    } catch (err) { inbox.fail(err); } finally { inbox.busy = false; }
  },

  // say fills the undo bar with plain text.
  say(answer, undo) {
    const bar = $("#undo"), box = document.createElement("div"), text = document.createElement("span");
    text.textContent = answer.text;
    box.append(text);
    if (answer.case) {
      const a = document.createElement("a");
      a.href = "/cases/" + encodeURIComponent(answer.case);
      a.textContent = answer.case;
      box.append(a);
    }
    if (undo) {
      const b = document.createElement("button"), k = document.createElement("kbd");
      b.type = "button";
      k.textContent = "u";
      b.append(bar.dataset.undo + " ", k);
      b.addEventListener("click", inbox.undo);
      box.append(b);
    }
    bar.replaceChildren(box);
    bar.hidden = false;
    inbox.left(answer);
  },

  left(answer) {
    if (answer.left && $("#left")) $("#left").textContent = answer.left;
    for (const a of $$("[data-level]")) {
      const n = answer.levels?.[a.dataset.level] ?? 0;
      $("b", a).textContent = n;
      a.hidden = !n;
    }
  },

  fail(err) {
    const p = document.createElement("p");
    p.className = "problem";
    p.textContent = err.message;
    $("#undo").replaceChildren(p);
    $("#undo").hidden = false;
  },

  // refresh reads the page again and puts the new list in place; the entry
  // that is read, stays.
  async refresh(id) {
    id ||= inbox.current()?.dataset.id;
    const res = await fetch(location.pathname + location.search, {headers: {Accept: "text/html"}});
    if (res.redirected || !res.ok) return location.reload();
    const page = new DOMParser().parseFromString(await res.text(), "text/html");
    const fresh = $("#work", page), bar = $("#undo");
    if (!fresh) return location.reload();
    $("#undo", fresh).replaceWith(bar);
    inbox.root().replaceWith(fresh);
    inbox.start(id);
    inbox.listen();
  },

  start(id) {
    const all = inbox.entries();
    const wanted = all.find(e => e.dataset.id === id) || (location.hash && all.find(e => "#" + e.id === location.hash)) || all[0];
    inbox.show(wanted, Boolean(id));
  },

  // listen hears of new entries; it only changes the button and the counts.
  listen() {
    inbox.stream?.close();
    if (!inbox.live()) return;
    const stream = inbox.stream = new EventSource("/events?after=" + encodeURIComponent(inbox.root().dataset.mark));
    stream.addEventListener("inbox", e => {
      const news = $("#news"), ev = JSON.parse(e.data);
      inbox.left(ev);
      if (!inbox.open().length && ev.new) return void (inbox.busy || inbox.refresh()); // nothing is being read
      news.hidden = !ev.new && !ev.stale;
      if (news.textContent !== ev.text) news.textContent = ev.text;
    });
  },
};

document.addEventListener("click", e => {
  const t = e.target.closest("button, a");
  if (!t) return;
  if (t.closest("form.decide") && t.name === "choice" && inbox.root()) {
    e.preventDefault();
    inbox.decide(t.closest(".entry"), t);
  } else if (t.dataset.move) inbox.move(Number(t.dataset.move));
  else if ("help" in t.dataset) $("#keys").showModal();
  else if (t.id === "news") { e.preventDefault(); inbox.refresh(); }
  else if (t.closest("[data-row]") && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
    e.preventDefault();
    inbox.show(inbox.entries().find(x => x.dataset.id === t.closest("[data-row]").dataset.row), true);
  }
});

document.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || !inbox.root() || $("dialog[open]")) return;
  if (e.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const key = e.key.toLowerCase(), entry = inbox.current();
  if (e.key === "?") $("#keys").showModal();
  else if (key === "j") inbox.move(1);
  else if (key === "k") inbox.move(-1);
  else if (key === "u") inbox.undo();
  else if (key === "r") inbox.refresh();
  else if (key === "o" && entry) location.href = $(".move [data-open]", entry).href;
  else {
    const button = entry && $(`form.decide [data-key="${CSS.escape(key)}"]`, entry);
    if (!button || e.repeat) return;
    inbox.decide(entry, button);
  }
  e.preventDefault();
});

document.addEventListener("DOMContentLoaded", () => {
  const menu = $(".menu"), here = $(".menu [aria-current]");
  if (here && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - 40; // on a phone
  if (!inbox.root()) return;
  inbox.start();
  inbox.listen();
});

// The worker makes the pages installable and takes notices.
if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/sw.js").catch(() => {}); // without it everything works as well

// Notices to this browser: the person asks for them, here and nowhere else.
const pushBox = $("[data-push]");
if (pushBox && "serviceWorker" in navigator && "PushManager" in window) {
  const out = $("output", pushBox), say = key => { out.textContent = pushBox.dataset[key]; };
  const bytes = s => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  pushBox.hidden = false;
  $("[data-on]", pushBox).addEventListener("click", async () => {
    try {
      if (await Notification.requestPermission() !== "granted") return say("denied");
      const worker = await navigator.serviceWorker.register("/sw.js");
      await navigator.serviceWorker.ready;
      const sub = (await worker.pushManager.subscribe({userVisibleOnly: true, applicationServerKey: bytes(pushBox.dataset.push)})).toJSON();
      await inbox.send("/account/push", new URLSearchParams({endpoint: sub.endpoint, p256dh: sub.keys.p256dh, auth: sub.keys.auth}));
      say("done");
    } catch { say("failed"); }
  });
}
