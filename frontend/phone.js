// The form of a visit on a phone: what is typed and photographed is sealed on the phone first, then sent item by item.
// Without a line it waits; what cannot be taken stays here, with the reason. Without scripts the form works as it stands.
import { drop, isAble, keep, kept, unlock } from "./kept.js";
import { areTooLarge, isForPictures, smaller } from "./pictures.js";

const form = document.querySelector("form[data-phone]");
const panel = document.querySelector("[data-phone-panel]");
const visit = document.querySelector("form[data-failed-visit]");
const words = JSON.parse(document.querySelector("[data-phone-words]")?.textContent ?? "{}");
const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
const SOON = 700; // milliseconds without a key before what is typed is sealed
const LATER = 2500; // and then before it is sent
const WENT = "#failed-visit-went"; // in the address of the page that is drawn anew after it
const TRY_AGAIN = [2_000, 300_000]; // milliseconds between tries for the key: at first, and at most

let lock = null; // the key, in this page's memory alone
const problems = new Map(); // id -> {state, words, version}: what cannot be taken, and why
let waits = ""; // "line" or "session": why nothing goes out
const sent = []; // what went out after it had waited, for the officer to see

const say = (text) => {
  const note = form?.querySelector("[data-draft-note]");
  if (note) note.textContent = text;
};

// -- sending --------------------------------------------------------------------------------------------------

async function post(item, base, isLeaving = false) {
  const body = new FormData();
  for (const [name, value] of item.entries ?? []) body.append(name, value);
  if (item.blob) body.append(item.field, item.blob, item.name);
  body.set("csrf_token", token);
  body.set("_item", item.id);
  body.set("_kind", item.kind);
  body.set("_base", base);
  body.set("_age", String(Math.max(0, Math.round((Date.now() + lock.ahead - item.at) / 1000))));
  for (const id of predecessors(item).slice(-20)) body.append("_follows", id);
  const address = panel.dataset.items.replace("TASK", item.task);
  try {
    const headers = { "X-Draft": "1" };
    const answer = await fetch(address, { method: "POST", body, headers, redirect: "manual", keepalive: isLeaving });
    if (answer.headers.get("content-type")?.startsWith("application/json")) return await answer.json();
    return { state: answer.status === 401 || answer.status === 400 ? "session" : "line" };
  } catch {
    return { state: "line" };
  }
}

const out = []; // what this page has sent: a picture may have begun the draft that a text then meets

// What the server may already hold of this hand. A text of an earlier page that lay here is not shown by this one: what is
// written here may not go over it unasked.
function predecessors(item) {
  const known = out.filter((one) => one.task === item.task);
  const isUnseen = known.some((one) => one.kind === "draft" && !ours.has(one.id));
  return [...(item.follows ?? []), ...known.filter((one) => !isUnseen || !ours.has(item.id) || ours.has(one.id)).map((one) => one.id)];
}

let run = Promise.resolve([]); // one sending after the other

// Sends what waits, oldest first; -> what went out now.
function sync() {
  run = run.then(syncNow, syncNow);
  return run;
}

async function syncNow() {
  const gone = [];
  const waited = waits;
  waits = navigator.onLine ? "" : "line";
  for (const item of waits ? [] : await kept(lock)) {
    if (problems.has(item.id) || (ours.has(item.id) && item.id !== live?.id && item.kind === "draft")) continue;
    if (live?.id === item.id) live.tried = true;
    const told = await post(item, live?.id === item.id ? form.dataset.version : item.base ?? "");
    if (told.state === "line" || told.state === "session") {
      waits = told.state;
      break;
    }
    if (told.state !== "sent") {
      problems.set(item.id, told);
      continue;
    }
    await drop(item.id);
    gone.push(item);
    out.push(item);
    if (waited) sent.push(item);
    if (item.kind === "draft" && ours.has(item.id)) form.dataset.version = told.version;
    if (item.kind === "visit" && visit) visit.querySelector("[data-visit-problem]").textContent = ""; // it waits no longer
    if (live?.id === item.id) live = null;
  }
  await paint();
  return gone;
}

// -- what the officer sees ----------------------------------------------------------------------------------------

function element(name, text, ...more) {
  const made = document.createElement(name);
  made.append(text, ...more);
  return made;
}

function button(text, act) {
  const made = element("button", text);
  made.type = "button";
  made.className = "btn btn-plain";
  made.addEventListener("click", act);
  return made;
}

const called = (item) => [words.kind[item.kind], item.name, form ? "" : item.number].filter(Boolean).join(" · ");

async function discard(item) {
  problems.delete(item.id);
  await drop(item.id);
  if (live?.id === item.id) live = null;
  await paint();
}

// The officer gives up what he wrote: where this page still shows it, it shows what the server has instead.
async function giveUp(item) {
  const isShown = live?.id === item.id;
  await discard(item);
  if (isShown) location.reload();
}

// Puts what this phone holds in the place of what was written elsewhere: the officer has seen both.
async function insist(item) {
  const version = problems.get(item.id).version;
  problems.delete(item.id);
  if (form) form.dataset.version = version;
  await keep(lock, item.id, { ...item, base: version });
  if (live?.id !== item.id) live = null; // what is written here waits, for the officer to see, until the page shows the other
  if ((await sync()).length) location.reload();
}

function line(item) {
  const problem = problems.get(item.id);
  const row = element("li", element("strong", called(item)));
  const state = problem ? words.state[problem.state] : waits ? words.waiting[waits] : words.kept;
  row.append(element("span", `: ${state}`));
  if (problem) {
    row.append(element("p", problem.words));
    const rows = (item.told ?? []).map(([label, text]) => [element("dt", label), element("dd", text)]).flat();
    if (rows.length) {
      const list = element("dl", ...rows);
      list.className = "pairs";
      row.append(element("details", element("summary", words.look), list));
    }
    if (problem.state === "changed") row.append(button(words.insist, () => insist(item)));
    row.append(button(words.discard, () => giveUp(item)));
  }
  return row;
}

async function paint() {
  const all = await kept(lock);
  const shown = form ? all.filter((one) => one.task === form.dataset.task) : all;
  const told = shown.filter((one) => waits || problems.has(one.id) || one.id !== live?.id);
  const list = panel.querySelector("ul");
  list.replaceChildren(
    ...told.map(line),
    ...sent.map((one) => element("li", element("strong", called(one)), element("span", `: ${words.sent}`))),
  );
  panel.hidden = Boolean(form) && !list.children.length;
  const empty = panel.querySelector("[data-phone-empty]");
  if (empty) empty.hidden = Boolean(list.children.length);
}

// -- what is typed --------------------------------------------------------------------------------------------------

let live = null; // the sealed draft of this page: {id, text, follows, tried}
const ours = new Set(); // the ids of all that this page sealed
let wish = null; // the button by which the officer wanted to send the report
let passing = false; // everything is on the server: the form may go
let timer = 0;

const labelOf = (box) => {
  const around = box.closest("fieldset");
  const own = document.querySelector(`label[for="${CSS.escape(box.id)}"]`)?.firstChild?.textContent.trim() ?? "";
  return ["radio", "checkbox"].includes(box.type) && around ? (around.querySelector("legend")?.firstChild?.textContent.trim() ?? own) : own;
};

// What a person would read of the form: label and text of every answer.
function told() {
  return [...form.querySelectorAll("input:not([type=hidden], [type=file]), textarea, select")]
    .filter((box) => !box.closest("[data-hide][hidden]") && box.value && (!["radio", "checkbox"].includes(box.type) || box.checked))
    .map((box) => [
      labelOf(box),
      ["radio", "checkbox"].includes(box.type)
        ? (document.querySelector(`label[for="${CSS.escape(box.id)}"]`)?.textContent.trim() ?? box.value)
        : box.tagName === "SELECT"
          ? (box.selectedOptions[0]?.textContent.trim() ?? "")
          : box.value,
    ]);
}

const about = (more) => ({ task: form.dataset.task, number: form.dataset.number, ...more });

let turn = Promise.resolve(); // one sealing after the other

function seal() {
  turn = turn.then(sealNow, sealNow);
  return turn;
}

const written = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");

// The page goes before anything can be sealed: what is written goes to the server by itself, under the id of what is
// sealed, so that the older text is known there when it comes.
function leave() {
  const entries = written();
  if (passing || !navigator.onLine || (!live && JSON.stringify(entries) === form.dataset.sealed)) return;
  const isFirst = Boolean(live) && !live.tried;
  const follows = isFirst ? live.follows : [...(live?.follows ?? []), ...(live ? [live.id] : [])];
  const item = { id: isFirst ? live.id : crypto.randomUUID(), task: form.dataset.task, kind: "draft", entries, follows };
  ours.add(item.id);
  post({ ...item, at: Date.now() + lock.ahead }, form.dataset.version, true);
}

async function sealNow() {
  clearTimeout(timer);
  const entries = written();
  const text = JSON.stringify(entries);
  if (live?.text === text || text === form.dataset.sealed) return;
  form.dataset.sealed = text;
  const before = live;
  const follows = [...(before?.follows ?? []), ...(before?.tried ? [before.id] : [])];
  const id = crypto.randomUUID();
  live = { id, text, follows, tried: false };
  ours.add(id);
  await keep(lock, id, about({ kind: "draft", base: form.dataset.version, follows, entries, told: told() }));
  if (before) {
    problems.delete(before.id);
    await drop(before.id);
  }
  say(words.kept);
  if (waits) await paint();
}

async function sealAndSend() {
  await seal();
  const gone = await sync();
  if (gone.some((one) => one.kind === "draft")) say(`${words.draft_saved} ${new Date(Date.now() + lock.ahead).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
  else if (waits) say(wish ? words.send_waits : words.waiting[waits]);
  return gone;
}

async function mine() {
  return (await kept(lock)).filter((one) => one.task === form.dataset.task);
}

// Sends the report itself, once all that belongs to it is there.
async function sendOn() {
  await sealAndSend();
  if (problems.size) panel.scrollIntoView();
  if (!wish || waits || (await mine()).length) return;
  passing = true;
  form.requestSubmit(wish);
}

function ofForm() {
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    wish = null;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await seal();
      timer = setTimeout(sealAndSend, LATER);
    }, SOON);
  });
  form.addEventListener("draft-due", (event) => {
    event.preventDefault(); // this script keeps the draft
    if (event.detail.isLeaving) leave();
    else event.detail.waits.push(sealAndSend());
  });
  // Before every other listener of the page, whatever the browser's order of them.
  document.addEventListener("change", photographed, true);
  document.addEventListener(
    "submit",
    (event) => {
      const op = event.submitter?.value ?? "";
      if (event.target !== form || passing || !["submit", "draft"].includes(op)) return;
      event.preventDefault();
      event.stopPropagation();
      wish = op === "submit" ? event.submitter : null;
      sendOn();
    },
    true,
  );
  addEventListener("pageshow", () => {
    passing = false;
  });
  document.addEventListener("visibilitychange", () => document.hidden && seal()); // a phone may end a hidden page
}

async function photographed(event) {
  const box = event.target;
  if (!form.contains(box) || !box.matches("[data-file]") || !box.files.length) return;
  event.stopPropagation();
  const files = isForPictures(box) ? await Promise.all([...box.files].map(smaller)) : [...box.files];
  box.value = "";
  if (areTooLarge(box.closest("[data-box]").querySelector("[data-going-up]"), files)) return;
  for (const small of files) {
    const content = { kind: "file", field: box.name, name: small.name, type: small.type, blob: small };
    const id = crypto.randomUUID();
    ours.add(id);
    await keep(lock, id, about(content));
  }
  await paint();
  const gone = await sealAndSend();
  if (gone.some((one) => one.kind === "file")) form.dispatchEvent(new CustomEvent("files-came", { detail: box.name }));
}

function ofVisit() {
  if (location.hash === WENT) {
    history.replaceState(null, "", location.pathname);
    const strip = document.querySelector("[data-visit-went]").content.firstElementChild;
    visit.parentElement.before(strip);
    strip.scrollIntoView();
  }
  visit.addEventListener("submit", async (event) => {
    event.preventDefault();
    const entries = [...new FormData(visit)].filter(([name]) => name !== "csrf_token");
    const id = crypto.randomUUID();
    await keep(lock, id, about({ kind: "visit", entries }));
    const gone = await sync();
    if (gone.some((one) => one.id === id)) {
      location.hash = WENT;
      location.reload();
    } else if (problems.get(id)?.state === "refused") {
      visit.querySelector("[data-visit-problem]").textContent = problems.get(id).words; // the form still holds it
      await discard({ id });
    } else {
      visit.reset();
      visit.querySelector("[data-visit-problem]").textContent = words.visit_kept;
    }
  });
}

// Without its key the phone can seal nothing: while there is no line either, the page stays, and so does what it holds.
function stay(event) {
  if (lock || navigator.onLine || ![form, visit].includes(event.target)) return;
  event.preventDefault();
  event.stopPropagation();
  const note = event.target.querySelector("[data-visit-problem], [data-draft-note]");
  if (note) note.textContent = words.no_key;
}

// The key, asked for until it comes: a line may be lost between a page and its key.
async function keyOfPhone() {
  let pause = TRY_AGAIN[0];
  for (;;) {
    const found = await unlock(panel.dataset.key, token).catch(() => null);
    if (found) return found;
    await new Promise((goOn) => {
      addEventListener("online", goOn, { once: true });
      setTimeout(goOn, pause);
    });
    pause = Math.min(2 * pause, TRY_AGAIN[1]);
  }
}

// -- begin ------------------------------------------------------------------------------------------------------------

async function begin() {
  if (form) form.dataset.sealed = JSON.stringify(written());
  document.addEventListener("submit", stay, true);
  lock = await keyOfPhone();
  if (form) ofForm();
  if (form && visit) ofVisit();
  addEventListener("online", async () => {
    const gone = form ? await sealAndSend() : await sync();
    const files = new Set(gone.filter((one) => one.kind === "file" && form && one.task === form.dataset.task).map((one) => one.field));
    for (const name of files) form.dispatchEvent(new CustomEvent("files-came", { detail: name }));
    if (form && wish) sendOn();
  });
  addEventListener("offline", () => {
    waits = "line";
    paint();
  });
  const gone = form ? await sealAndSend() : await sync();
  // The page was drawn before what waited came: it is drawn anew with it, unless it holds answers of its own by now.
  const isBehind = form && gone.some((one) => one.task === form.dataset.task && !ours.has(one.id));
  if (isBehind && !live && JSON.stringify(written()) === form.dataset.sealed) location.reload();
}

if (panel && isAble()) begin();
