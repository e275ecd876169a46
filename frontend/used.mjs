// Leaves out of a stylesheet the rules whose classes no page names: of Bootstrap we use a tenth.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

// Where the words of our pages stand. What looks like a class counts as one, so that nothing is missing.
const SOURCES = [["templates", /\.html$/], ["app/web", /\.py$/], ["frontend", /\.js$/]];

// The canvas is one administrator's page: its many words would bring back half of Bootstrap for every officer.
const isOfModeler = (folder) => /frontend[\\/]modeler$/.test(folder);

export async function wordsOfPages(root) {
  const words = new Set();
  for (const [folder, kind] of SOURCES) {
    for (const entry of await readdir(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !kind.test(entry.name) || isOfModeler(entry.parentPath ?? entry.path)) continue;
      const text = await readFile(path.join(entry.parentPath ?? entry.path, entry.name), "utf8");
      for (const [word] of text.matchAll(/[A-Za-z_][\w-]*/g)) words.add(word);
    }
  }
  return words;
}

export function onlyUsed(css, words) {
  const rules = parse(css.replace(/\/\*(?!!)[^]*?\*\//g, ""));
  return rules.map((rule) => kept(rule, words)).join("");
}

// A sheet as a list of {head, body}: body is the declarations, the rules inside, or null after a semicolon.
function parse(css) {
  const rules = [];
  for (let at = 0; at < css.length; ) {
    const note = /^\s*(\/\*![^]*?\*\/|[^{};]*;)/.exec(css.slice(at));
    if (note) {
      rules.push({ head: note[1], body: null });
      at += note[0].length;
      continue;
    }
    const open = css.indexOf("{", at);
    if (open < 0) break;
    const close = closing(css, open);
    rules.push({ head: css.slice(at, open).trim(), body: css.slice(open + 1, close) });
    at = close + 1;
  }
  return rules;
}

function closing(css, open) {
  for (let at = open + 1, depth = 1; ; at += 1) {
    if (at >= css.length) throw new Error("a rule that never ends");
    if (css[at] === "{") depth += 1;
    if (css[at] === "}" && --depth === 0) return at;
  }
}

function kept({ head, body }, words) {
  if (body === null) return head;
  if (/^@(media|supports|layer|container)/.test(head)) {
    const inside = onlyUsed(body, words);
    return inside && `${head}{${inside}}`;
  }
  if (/^@(-webkit-)?keyframes/.test(head)) return words.has(head.split(/\s+/)[1]) ? `${head}{${body}}` : "";
  if (head.startsWith("@")) return `${head}{${body}}`;
  const selectors = head.split(/,(?![^(]*\))/).filter((each) => isUsed(each, words));
  return selectors.length ? `${selectors.join(",")}{${body}}` : "";
}

// What a selector asks to be there must be named somewhere; what it asks to be absent (:not) need not be.
function isUsed(selector, words) {
  const asked = selector.replace(/:not\([^)]*\)/g, "");
  const classes = [...asked.matchAll(/\.(-?[A-Za-z_][\w-]*)/g)].map(([, name]) => name);
  const data = [...asked.matchAll(/\[(data-[\w-]+)/g)].map(([, name]) => name);
  return [...classes, ...data].every((name) => words.has(name));
}
