// What scripts add to an officer's pages: keys, the draft kept while typing, a word when the line is gone.
// Nothing here is needed: every page does its work without it.

import { lying } from "./kept.js";

const typing = (target) => target.matches("input, textarea, select, [contenteditable]");

// -- keys: j and k move, o or Enter opens, / searches, g then i goes to the inbox, ? shows the list -----------------

const rows = () => [...document.querySelectorAll("[data-row] a[href]")];

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
  all[next].closest("[data-row]").scrollIntoView({ block: "nearest" });
}

function openRow() {
  if (rows().includes(document.activeElement)) document.activeElement.click();
}

function showKeys() {
  const sheet = document.querySelector("[data-keys]");
  if (sheet && !sheet.open) sheet.showModal();
}

let waitsForSecond = 0;

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  o: openRow,
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": showKeys,
  g: () => {
    waitsForSecond = Date.now();
  },
  i: () => {
    if (Date.now() - waitsForSecond < 1500) location.assign("/inbox");
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const act = KEYS[event.key];
  if (!act) return;
  if (event.key === "/") event.preventDefault();
  act();
});

// -- the officer's menu closes by Escape and by a press elsewhere ---------------------------------------------

const menu = document.querySelector("details.me");
if (menu) {
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// -- on a phone the navigation scrolls: the open screen's word comes into view ---------------------------------

for (const list of document.querySelectorAll(".main-nav ul, .case-tabs ul")) {
  const open = list.querySelector("[aria-current]");
  if (open) list.scrollLeft = open.offsetLeft - list.offsetLeft - 24;
}

// -- what is wrong comes into view ------------------------------------------------------------------------------

document.querySelector("[data-focus]")?.focus();

// -- the name of a chosen file stands beside our own button ----------------------------------------------------------

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-named]")) return;
  target.closest(".file-pick").querySelector("output").textContent = [...target.files].map((one) => one.name).join(", ");
});

// -- a page meant for paper --------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// -- the line -------------------------------------------------------------------------------------------------

const offline = document.querySelector("[data-offline]");

function showLine() {
  if (offline) offline.hidden = navigator.onLine;
}

addEventListener("online", showLine);
addEventListener("offline", showLine);
showLine();

// -- a form: kept while it is typed, sent once, never sent into a dead line -----------------------------------

const IDLE = 4000; // milliseconds without a key before the draft is kept

function keepDraft(form) {
  const note = form.querySelector("[data-draft-note]");
  let timer = 0;
  let isSending = false;
  let isKept = true; // whether all that was typed is on the server

  const say = (text) => {
    if (note) note.textContent = text;
  };

  async function keep(isLeaving = false) {
    clearTimeout(timer);
    const due = new CustomEvent("draft-due", { cancelable: true, detail: { isLeaving, waits: [] } });
    if (!form.dispatchEvent(due)) {
      await Promise.all(due.detail.waits); // the phone keeps it, and sends it
      isKept = true;
      return;
    }
    if (isSending || !navigator.onLine) return;
    isKept = true;
    const body = new FormData();
    new FormData(form).forEach((value, name) => {
      if (typeof value === "string") body.append(name, value);
    });
    body.set("_op", "draft");
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body,
        headers: { "X-Draft": "1" },
        redirect: "manual",
        keepalive: isLeaving, // the page goes before the answer comes; such a form may have 64 kB
      });
      isKept &&= answer.ok;
      if (answer.ok) say(`${form.dataset.draftSaved} ${await answer.text()}`);
      else if (answer.status === 401) say(form.dataset.sessionEnded);
      else if (answer.status !== 409 && answer.status !== 404) say(form.dataset.draftFailed);
    } catch {
      isKept = false;
      say(form.dataset.draftFailed);
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    isKept = false;
    clearTimeout(timer);
    timer = setTimeout(() => keep(), IDLE);
  });
  // Another form of the page (language, post, claim) draws it anew: what is typed goes to the server first.
  document.addEventListener("submit", async (event) => {
    const other = event.target;
    if (isKept || event.defaultPrevented || other === form || other.method === "dialog" || !navigator.onLine) return;
    event.preventDefault();
    await keep();
    isKept = true;
    other.requestSubmit(event.submitter);
  });
  addEventListener("pagehide", () => {
    if (!isKept) keep(true);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.matches("[data-by-enter]")) {
      event.preventDefault();
      keep();
      return;
    }
    if (!navigator.onLine) {
      event.preventDefault();
      showLine();
      return;
    }
    if (isSending) {
      event.preventDefault();
      return;
    }
    isSending = true;
    clearTimeout(timer);
    form.setAttribute("aria-busy", "true");
  });
  // A page that comes back from the browser's memory may be sent again.
  addEventListener("pageshow", () => {
    isSending = false;
    form.removeAttribute("aria-busy");
  });
}

for (const form of document.querySelectorAll("form[data-draft]")) keepDraft(form);

// -- what a phone kept while the line was gone: told on every page, and erased with a sign-out where it is wished -----

lying().then((items) => {
  if (!items.length) return;
  const notice = document.querySelector("[data-phone-notice]");
  if (notice) notice.hidden = Boolean(document.querySelector("[data-phone-panel]"));
  const erase = document.querySelector("[data-phone-erase]");
  if (!erase) return;
  const mine = items.filter((one) => one.device === erase.dataset.device);
  const [keep, ticked] = [erase.querySelector("[name=keep]"), erase.querySelector("[name=erase]")];
  erase.hidden = !mine.length;
  const set = () => {
    keep.disabled = ticked.checked && mine.length === items.length; // nobody else has anything here
    keep.value = "1";
  };
  ticked.addEventListener("change", set);
  set();
});

// -- a form whose first answer is the only one: a second press while it is under way counts for nothing ---------
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") event.preventDefault();
    form.ariaBusy = "true";
  });
  addEventListener("pageshow", () => {
    form.ariaBusy = null;
  });
}

// -- the ticks of the inbox: one more ticks them all; they stay when the list is drawn anew ------------------------

function tellPicks() {
  const picks = [...document.querySelectorAll("[data-pick]")];
  const ticked = picks.filter((one) => one.checked).length;
  for (const all of document.querySelectorAll("[data-pick-all]")) {
    all.parentElement.hidden = false;
    all.checked = ticked > 0 && ticked === picks.length;
    all.indeterminate = ticked > 0 && !all.checked;
  }
  for (const count of document.querySelectorAll("[data-picked]")) count.textContent = ticked || "";
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-pick], [data-pick-all]")) return;
  if (target.matches("[data-pick-all]")) {
    for (const one of document.querySelectorAll("[data-pick]")) one.checked = target.checked;
  }
  tellPicks();
});
document.addEventListener("live:changed", tellPicks);
addEventListener("pageshow", tellPicks); // a browser that goes back may have kept them

// -- the command box: what it offers opens under the field, is narrowed while one types, and is walked by arrows ---

function openFinder(form) {
  const field = form.querySelector("input[type=search]");
  const panel = form.querySelector("[data-finder-panel]");
  let isAsked = false;

  const items = () => [...panel.querySelectorAll("li")];
  const links = () => items().flatMap((item) => (item.hidden ? [] : [item.querySelector("a")]));

  // Only words that begin a word of the title count; of the help, those of three letters or more.
  function narrow() {
    const words = field.value.normalize("NFKD").toLowerCase().replaceAll("\u093c", "").split(/\s+/u).filter(Boolean);
    const begins = (among = "") => words.every((word) => ` ${among}`.includes(` ${word}`));
    for (const item of items()) {
      const { words: title, more } = item.dataset;
      item.hidden = !(begins(title) || (words.every((word) => word.length > 2) && begins(more)));
    }
    for (const list of panel.querySelectorAll("ul")) {
      const isEmpty = [...list.children].every((item) => item.hidden);
      list.hidden = isEmpty;
      list.previousElementSibling.hidden = isEmpty;
    }
  }

  async function open() {
    panel.hidden = false;
    if (isAsked) return narrow();
    isAsked = true;
    try {
      const answer = await fetch(form.dataset.finder, { headers: { "X-Part": "1" }, redirect: "manual" });
      if (!answer.ok) throw new Error(String(answer.status));
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      panel.replaceChildren(...part.body.children);
      narrow();
    } catch {
      isAsked = false; // the field itself goes on working
      panel.hidden = true;
    }
  }

  const close = () => {
    panel.hidden = true;
  };

  field.addEventListener("focus", open);
  field.addEventListener("input", () => (panel.hidden ? open() : narrow()));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      field.focus({ preventScroll: true });
      close();
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || panel.hidden) return;
    const all = [field, ...links()];
    const next = all[Math.min(Math.max(all.indexOf(document.activeElement) + by, 0), all.length - 1)];
    event.preventDefault();
    next.focus();
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
}

for (const form of document.querySelectorAll("form[data-finder]")) openFinder(form);

// On a phone the sign alone stands in the head: it brings the field, ready to type into.
document.querySelector(".to-finder")?.addEventListener("click", (event) => {
  event.preventDefault();
  document.querySelector("[data-finder] input[type=search]").focus();
});

// -- a place-holder goes where the text of a paper was left ----------------------------------------------------

const places = document.querySelectorAll("[data-insert]");
if (places.length) {
  let last = document.querySelector("textarea[name^=text-]");
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea[name^=text-]")) last = event.target;
  });
  for (const button of places) {
    button.hidden = false;
    button.addEventListener("click", () => {
      last.focus();
      last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
      last.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}
