// Hindi from an ordinary keyboard: a key above each form, and F9, switch it on; the server remembers it for the device. Its
// words and sounds are loaded when it is first switched on. And texts of the old Hindi fonts are turned away when pasted.
import legacy from "../app/domain/legacyfont.json";

const keys = [...document.querySelectorAll("[data-typing]")];

function load() {
  if (document.querySelector("script[data-typing-words]")) return;
  const script = document.createElement("script");
  script.src = keys[0].dataset.typing;
  script.dataset.typingWords = "";
  document.head.append(script);
}

function switchTo(isOn) {
  document.documentElement.dataset.hindi = isOn ? "on" : "off";
  for (const key of keys) {
    key.querySelector("button").setAttribute("aria-pressed", String(isOn));
    key.querySelector("[data-typing-how]").hidden = !isOn;
  }
  if (isOn) load();
}

// What the server does not hear of holds for this page.
function turn() {
  const isOn = document.documentElement.dataset.hindi !== "on";
  const body = new FormData();
  body.set("csrf_token", document.querySelector("form input[name=csrf_token]").value);
  body.set("on", isOn ? "on" : "");
  fetch(keys[0].dataset.typingKept, { method: "POST", body }).catch(() => {});
  switchTo(isOn);
}

// The key stands only where a Hindi box is on the glass; within a fold it comes with the fold.
function offer(key) {
  const isAsked = [...key.closest("form").querySelectorAll("[data-hindi]")].some((one) => !one.closest("[hidden], details:not([open])"));
  if (key.hidden === isAsked) key.hidden = !isAsked;
}

for (const key of keys) {
  offer(key);
  new MutationObserver(() => offer(key)).observe(key.closest("form"), {
    subtree: true,
    childList: true,
    attributeFilter: ["hidden", "open"],
  });
}

if (keys.length) {
  switchTo("typingOn" in keys[0].dataset);
  for (const key of keys) key.querySelector("button").addEventListener("click", turn);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F9") return;
    event.preventDefault();
    turn();
  });
}

// -- Kruti Dev and its like: signs that look Hindi in one font alone -------------------------------------------------

const known = new Set(legacy.words);
const particles = new Set(legacy.particles);
const signs = new RegExp(legacy.signs, "g");

function isLegacy(text) {
  if (/[\u0900-\u097f@]/.test(text)) return false;
  const words = text.trim().split(/\s+/);
  const isLong = words.length >= 4;
  const traits = words.filter((word) => known.has(word) || (isLong && particles.has(word)));
  const hits = traits.length + (text.match(signs)?.length ?? 0);
  return hits > 1 || (hits === 1 && !isLong);
}

function tell(field, text) {
  const box = field.closest("[data-box]") ?? field.parentElement;
  let told = box.querySelector("[data-legacy]");
  if (!told) {
    told = document.createElement("p");
    told.className = "form-error";
    told.dataset.legacy = "";
    told.setAttribute("role", "alert");
    field.before(told);
  }
  told.textContent = text;
}

document.addEventListener("paste", (event) => {
  const { target } = event;
  const key = keys[0];
  if (!key || !target.matches?.("form input[type=text], form textarea")) return;
  if (!isLegacy(event.clipboardData?.getData("text") ?? "")) return;
  event.preventDefault();
  tell(target, key.dataset.legacy);
});
document.addEventListener("input", (event) => event.target.closest?.("[data-box]")?.querySelector("[data-legacy]")?.remove());
