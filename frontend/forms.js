// Forms in the browser: fields come and go by the same rules that the server asks again, rows and files are added
// without a new page. Nothing here is needed: without scripts the same buttons send the form.
import { evaluate } from "./feel.js";
import { areTooLarge, isForPictures, shrink } from "./pictures.js";

// -- what is answered -----------------------------------------------------------------------------------------

const plain = (text) => text.replace(/\p{Nd}/gu, (digit) => "0123456789"[digit.codePointAt(0) - zeroOf(digit)] ?? digit);

// The decimal digits of a script lie side by side, so that a digit's zero is found by going back.
function zeroOf(digit) {
  let code = digit.codePointAt(0);
  for (let back = 0; back < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1)); back += 1) code -= 1;
  return code;
}

function number(text) {
  const digits = plain(text).replace(/[, ]/g, "");
  return /^[+-]?\d+(\.\d+)?$/.test(digits) ? Number(digits) : null;
}

function day(box) {
  const part = (name) => plain(box.querySelector(`[name$="-${name}"]`)?.value.trim() ?? "");
  const [d, m, y] = [part("d").padStart(2, "0"), part("m").padStart(2, "0"), part("y")];
  const text = box.dataset.kind === "month" ? `${y}-${m}-01` : `${y}-${m}-${d}`;
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

const chosen = (box) => [...box.querySelectorAll("input:checked")].map((one) => one.value).filter(Boolean);
const typed = (box) => box.querySelector("input, textarea, select")?.value.trim() ?? "";

const READ = {
  number: (box) => number(typed(box)),
  date: day,
  month: day,
  datetime: day,
  time: () => null,
  radio: (box) => chosen(box)[0] ?? null,
  boolean: (box) => ({ true: true, false: false })[chosen(box)[0] ?? typed(box)] ?? null,
  checklist: chosen,
  checkbox: (box) => box.querySelector("input").checked,
  file: (box) => [...box.querySelectorAll(".staged-name")].map((one) => one.textContent),
};

const read = (box) => (READ[box.dataset.kind] ?? ((one) => typed(one) || null))(box);

// The fields of a form, or of a row, that stand directly in it; a field that does not apply is null.
function fieldsOf(place) {
  const row = place.dataset.row;
  return [...place.querySelectorAll("[data-box]")].filter(
    (box) => box.dataset.box && box.parentElement.closest("[data-row]")?.dataset.row === row,
  );
}

const isOff = (box) => Boolean(box.closest("[data-hide][hidden]"));

function answers(place, around) {
  const found = Object.assign(Object.create(null), around);
  for (const box of fieldsOf(place)) {
    const key = box.dataset.box.slice(place.dataset.row?.length ?? 0);
    if (box.dataset.kind === "list") {
      const rows = isOff(box) ? [] : [...box.querySelectorAll("[data-row]")];
      found[key] = rows.map((row) => answers(row, {}));
    } else {
      found[key] = isOff(box) ? null : read(box);
    }
    if (box.dataset.computed) propose(box, found, key);
  }
  return found;
}

// A field that proposes its own answer: the proposal stands until another choice is made.
function propose(box, found, key) {
  const proposed = isOff(box) ? null : evaluate(JSON.parse(box.dataset.computed), found);
  found[`${key}_proposed`] = proposed;
  found[key] ??= proposed;
  const words = box.querySelector("[data-proposed]");
  const label = proposed && box.querySelector(`input[value="${CSS.escape(proposed)}"] + label`);
  if (words) words.textContent = label ? label.textContent : "—";
}

// -- conditions ---------------------------------------------------------------------------------------------------

const MAX_ROUNDS = 12; // a condition may wait for another; the server refuses circles

function update(form) {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const whole = answers(form, decided(form));
    let changed = false;
    for (const place of form.querySelectorAll("[data-hide]")) {
      const row = place.closest("[data-row]");
      const context = row ? answers(row, whole) : whole;
      const off = evaluate(JSON.parse(place.dataset.hide), context) === true;
      changed ||= off !== place.hidden;
      place.hidden = off;
      place.removeAttribute("data-off");
    }
    if (!changed) break;
  }
  unfold(form);
}

// A folded box opens when it must be answered; it never closes on what somebody looks at.
function unfold(form) {
  const whole = answers(form, decided(form));
  for (const fold of form.querySelectorAll("[data-wanted]")) {
    const row = fold.closest("[data-row]");
    fold.open ||= evaluate(JSON.parse(fold.dataset.wanted), row ? answers(row, whole) : whole) === true;
  }
}

// What the page holds as plain hidden boxes: the decision that its buttons stand for.
function decided(form) {
  const found = Object.create(null);
  for (const box of form.querySelectorAll("input[type=hidden]")) {
    if (/^[a-z][a-z0-9_]*$/.test(box.name)) found[box.name] = box.value || null;
  }
  return found;
}

// -- rows and files without a new page ------------------------------------------------------------------------------

// Sends the form with a button, and puts the box that it changed in the place of the old one.
async function redraw(form, button) {
  const body = new FormData(form);
  body.set("_op", button.value);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const drawn = page.querySelector("[data-form]");
    if (drawn?.dataset.version !== undefined) form.dataset.version = drawn.dataset.version;
    const name = `[data-box="${CSS.escape(button.dataset.redraw)}"]`;
    const [before, after] = [form.querySelector(name), page.querySelector(`[data-form] ${name}`)];
    if (!after) return false;
    before.replaceWith(after);
    prepare(form);
    (after.querySelector("[aria-invalid], .row-of-list:last-of-type input:not([type=hidden])") ?? after).focus?.();
    return true;
  } catch {
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

async function pressed(form, button) {
  const told = button.matches("[data-upload]") && button.parentElement.querySelector("[data-going-up]");
  button.disabled = true;
  if (told) told.textContent = told.dataset.goingUp;
  const done = await redraw(form, button);
  button.disabled = false;
  if (told) told.textContent = "";
  if (!done) form.requestSubmit(button); // the whole page says what is wrong
}

// A long list, looked through as a name is typed: what matches in any spelling stays, and a single one is chosen.
const every = new WeakMap(); // all the options of a list, before any were taken out

function seek(box) {
  const list = box.closest("[data-box]").querySelector("select");
  if (!every.has(list)) every.set(list, [...list.options]);
  const [sought, chosen] = [box.value.trim().toLowerCase().normalize("NFKC"), list.value];
  const matches = every.get(list).filter((one) => (one.dataset.also ?? "").includes(sought));
  const offered = sought && matches.length ? every.get(list).filter((one) => !one.value || matches.includes(one)) : every.get(list);
  list.replaceChildren(...offered);
  list.value = sought && matches.length === 1 ? matches[0].value : chosen;
  if (list.selectedIndex < 0) list.value = "";
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

// The place where the officer stands, asked of the phone only by his own press. Refused, or not to be had, the form goes on.
function takePosition(form, button) {
  const box = form.querySelector(`[name="${CSS.escape(button.dataset.position)}"]`);
  const told = button.parentElement.querySelector("[role=status]");
  told.textContent = button.dataset.waiting;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      box.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)} ±${Math.ceil(coords.accuracy)}m`;
      told.textContent = button.dataset.taken;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    },
    (problem) => {
      told.textContent = problem.code === problem.PERMISSION_DENIED ? button.dataset.refused : button.dataset.failed;
    },
    { enableHighAccuracy: true, timeout: 30_000, maximumAge: 60_000 },
  );
}

function putToday(button) {
  const [year, month, day] = button.dataset.today.split("-");
  const boxes = button.parentElement;
  for (const [part, text] of Object.entries({ d: day, m: month, y: year })) {
    boxes.querySelector(`[name$="-${part}"]`).value = text;
  }
  boxes.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
}

function prepare(form) {
  for (const fold of form.querySelectorAll(".form-waits")) fold.open = true; // its boxes come and go by themselves
  for (const button of form.querySelectorAll("[data-position]")) button.hidden = !navigator.geolocation;
  for (const button of form.querySelectorAll("[data-upload]")) button.hidden = true; // a chosen file goes up at once
  for (const button of form.querySelectorAll("[data-today]")) button.hidden = false;
  update(form);
}

for (const form of document.querySelectorAll("[data-form]")) {
  prepare(form);
  // Pictures that went up beside the form: their box is drawn anew.
  form.addEventListener("files-came", ({ detail }) => redraw(form, { value: `upload:${detail}`, dataset: { redraw: detail } }));
  form.addEventListener("input", (event) => (event.target.matches("[data-find]") ? seek(event.target) : update(form)));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-find]")) return;
    event.preventDefault();
    event.target.parentElement.querySelector("button").click();
  });
  form.addEventListener("change", async (event) => {
    const box = event.target;
    if (!box.matches("[data-file]") || !box.files.length) return update(form);
    if (isForPictures(box)) await shrink(box);
    const around = box.closest("[data-box]");
    if (areTooLarge(around.querySelector("[data-going-up]"), box.files)) box.value = "";
    else pressed(form, around.querySelector("[data-upload]"));
  });
  form.addEventListener("click", (event) => {
    const asked = event.target.closest("button[data-position]");
    if (asked) takePosition(form, asked);
    const day = event.target.closest("button[data-today]");
    if (day) putToday(day);
    const button = event.target.closest("button[data-redraw]");
    if (!button || !navigator.onLine) return;
    event.preventDefault();
    pressed(form, button);
  });
}
document.documentElement.classList.add("js");
