// A page that stays true: told by the server that something on it changed, it asks for itself anew and puts in the
// parts that differ. A hidden tab hears nothing; a browser or a line that cannot be told asks every twenty seconds.
// A page of work that goes on beside it (`data-again`) looks again every few seconds until that is over.

const main = document.querySelector("main[data-live]");
const ASKS = 20000;
const AT_MOST = 1000; // milliseconds between two times that the page is asked for

const at = (part) => [...document.querySelectorAll("[data-live-part]")].find((one) => one.id === part.id);
const isChanged = (one) =>
  one.matches("[type=checkbox], [type=radio]") ? one.checked !== one.defaultChecked : one.value !== one.defaultValue;
const isTyped = (part) =>
  [...part.querySelectorAll("textarea, input:not([type=hidden], [type=range], [data-pick], [data-pick-all])")].some(isChanged);

function keep(before, after) {
  const [was, is] = [before, after].map((part) => [...part.querySelectorAll("details")]);
  is.forEach((one, index) => {
    if (was.length === is.length) one.open = was[index].open;
  });
  const ticked = new Set([...before.querySelectorAll("[data-pick]:checked")].map((one) => one.value));
  for (const one of after.querySelectorAll("[data-pick]")) one.checked = ticked.has(one.value);
}

const SEEN = new Map(); // what the server sent last: scripts of the page change what stands there

function putIn(after) {
  const before = at(after);
  const [known, sent] = [SEEN.get(after.id) ?? before?.innerHTML, after.innerHTML];
  if (!before || isTyped(before) || known === sent) return false;
  SEEN.set(after.id, sent);
  const held = before.contains(document.activeElement) ? document.activeElement : null;
  keep(before, after);
  before.replaceChildren(...after.childNodes);
  const isSame = (one) => (held.id ? one.id === held.id : one.outerHTML === held.outerHTML);
  const again = held && [...before.querySelectorAll(held.tagName)].find(isSame);
  again?.focus({ preventScroll: true });
  before.dispatchEvent(new CustomEvent("live:changed", { bubbles: true }));
  return true;
}

class Live {
  constructor() {
    this.since = main.dataset.liveSince;
    this.asked = 0;
    this.said = document.createElement("p");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    main.append(this.said);
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
    addEventListener("pagehide", () => this.stop());
    addEventListener("pageshow", (event) => event.persisted && this.start());
    this.start();
  }

  start() {
    if (document.hidden || this.isOver) return;
    this.stop();
    if (!("EventSource" in window) || this.isDeaf) {
      this.ask();
      return;
    }
    this.line = new EventSource(`${main.dataset.live}?since=${this.since}`);
    this.line.addEventListener("change", (event) => {
      this.since = event.lastEventId;
      this.refreshSoon();
    });
    this.line.addEventListener("error", () => {
      if (this.line?.readyState !== EventSource.CLOSED) return; // it comes again by itself
      this.isDeaf = true;
      this.start();
    });
  }

  stop() {
    this.line?.close();
    this.line = null;
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    this.soon = 0;
  }

  async ask() {
    try {
      const answer = await fetch(main.dataset.live, { cache: "no-cache", redirect: "manual" });
      if (answer.type === "opaqueredirect") return this.leave();
      const number = answer.ok ? await answer.text() : this.number;
      if (this.number !== undefined && number !== this.number) this.refreshSoon();
      this.number = number;
    } catch {
      // the line is away: the next time will tell
    }
    if (!document.hidden && !this.isOver) this.timer = setTimeout(() => this.ask(), ASKS);
  }

  // Many pages hear of one act at once: each waits a moment of its own before it asks.
  refreshSoon() {
    if (this.soon) return;
    const wait = Math.max(Math.random() * 250, this.asked + AT_MOST - Date.now());
    this.soon = setTimeout(() => this.refresh(), wait);
  }

  async refresh() {
    this.soon = 0;
    this.asked = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") return this.leave();
      if (answer.status === 404) return this.end();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const changed = [...page.querySelectorAll("[data-live-part]")].filter(putIn);
      if (changed.length) this.said.textContent = main.dataset.liveSaid;
    } catch {
      // asked again with the next change
    }
  }

  // The session is over: what the page shows of persons goes, and the door is there. What was typed stays.
  leave() {
    this.end();
    if (!isTyped(main)) location.reload();
  }

  end() {
    this.isOver = true;
    this.stop();
  }
}

const LOOKS = 2500; // between two looks at work that goes on
const isGoingOn = (page) => Boolean(page.querySelector("[data-again]"));

class Again {
  constructor() {
    document.addEventListener("visibilitychange", () => this.wait());
    addEventListener("pagehide", () => clearTimeout(this.timer));
    addEventListener("pageshow", (event) => event.persisted && this.wait());
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.look(), LOOKS);
  }

  // Whether what stood here tells also what came of it; else the page is another, and is asked for whole.
  hasPlaceIn(page) {
    const part = document.querySelector("[data-again]")?.closest("[data-live-part]");
    return Boolean(part && page.getElementById(part.id));
  }

  async look() {
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "manual" });
      const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
      const isOver = answer.type === "opaqueredirect" || answer.status === 404 || (page && !isGoingOn(page));
      if (isOver && !(page && this.hasPlaceIn(page)) && !isTyped(document)) {
        return location.replace(location.pathname + location.search);
      }
      if (page) [...page.querySelectorAll("[data-live-part]")].forEach(putIn);
      if (isOver) return;
    } catch {
      // the line is away: the next time will tell
    }
    this.wait();
  }
}

if (main) new Live();
if (isGoingOn(document)) new Again();
