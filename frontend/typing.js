// Latin keys to Devanagari, word by word: words of names and of the office as they are usually spelt, the rest by ITRANS, whose
// capitals (T D N A I U) reach every letter. Loaded when an officer first switches it on; nothing leaves the page.
import Sanscript from "@indic-transliteration/sanscript";
import names from "../app/domain/namewords.json";
import office from "./officewords.json";

const known = new Map();
for (const [hindi, usual, also] of names) {
  for (const each of [usual, ...also.split(" ")]) {
    if (each && !known.has(each.toLowerCase())) known.set(each.toLowerCase(), hindi);
  }
}

for (const [hindi, spellings] of office) {
  for (const each of spellings.split(" ")) if (!known.has(each)) known.set(each, hindi);
}

const END = /[A-Za-z][A-Za-z~^']*$/; // a word before the caret
const PARTS = /chh|ksh|kh|gh|ch|jh|th|dh|ph|bh|sh|gy|[kgjtdnpbmyrlvwshzfqxc]|aa|ai|au|ou|ee|ii|oo|uu|[aeiou]/g;
const LONG = { aa: "A", ee: "I", ii: "I", oo: "U", uu: "U", ou: "au" };
const AT_END = { a: "A", i: "I", u: "U" };
const OWN = { chh: "Ch", ksh: "kSh", gy: "j~n", w: "v", c: "k", x: "ks" };
const isVowel = (part) => /^[aeiou]/.test(part);

// What is typed in small letters, as ITRANS writes it: long vowels at the end, a nasal before its consonant, and the
// unspoken vowel between letters that are not joined.
function itrans(word) {
  const parts = word.match(PARTS) ?? [];
  return parts
    .map((part, at) => {
      const [next, before] = [parts[at + 1], parts[at - 1]];
      if (isVowel(part)) return LONG[part] ?? (next === undefined && at ? (AT_END[part] ?? part) : part);
      if (part === "n" && before && isVowel(before) && /^(k|g|ch|j|t|d)/.test(next ?? "")) return "M";
      if (part === "m" && before && isVowel(before) && /^[pb]/.test(next ?? "")) return "M";
      const isApart = next && !isVowel(next) && part !== next && !/^(s|sh|r)$/.test(part) && !/^[yrvw]$/.test(next);
      return (OWN[part] ?? part) + (isApart ? "a" : "");
    })
    .join("");
}

function hindi(word) {
  const plain = word.toLowerCase();
  const isPlain = word === plain || word === plain[0].toUpperCase() + plain.slice(1);
  if (isPlain && known.has(plain)) return known.get(plain);
  return Sanscript.t(isPlain ? itrans(plain) : word, "itrans", "devanagari", { syncope: true });
}

const left = new WeakMap(); // field -> words that its officer wants in Latin letters
let last = null; // the word that was written last: one press of Backspace brings the Latin one back

function write(field, keep = 0) {
  const caret = field.selectionStart - keep;
  const latin = END.exec(field.value.slice(0, caret))?.[0];
  if (!latin || left.get(field)?.has(latin)) return;
  const start = caret - latin.length;
  const word = hindi(latin);
  field.setRangeText(word, start, caret, "end");
  field.selectionStart = field.selectionEnd = start + word.length + keep;
  last = { field, latin, start, end: start + word.length + keep };
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const isOn = () => document.documentElement.dataset.hindi === "on";
const takes = (target) => isOn() && target.matches?.("[data-hindi]");

document.addEventListener("input", (event) => {
  if (event.inputType !== "insertText" || !takes(event.target)) return;
  if (event.data && /[\s.,;:()\-/]/.test(event.data)) write(event.target, event.data.length);
  else last = null;
});
document.addEventListener("keydown", (event) => {
  if (!takes(event.target)) return;
  if (event.key === "Enter" || event.key === "Tab") write(event.target);
  if (event.key !== "Backspace" || !last || last.field !== event.target || event.target.selectionStart !== last.end) return;
  event.preventDefault();
  left.set(last.field, new Set([...(left.get(last.field) ?? []), last.latin]));
  event.target.setRangeText(last.latin, last.start, last.end, "end");
  last = null;
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("focusout", (event) => {
  if (takes(event.target)) write(event.target);
});
