// Builds app/static/dist: bundles with the hash of their content in their names, each text also as .gz, and
// manifest.json, which tells the templates the hashed name of "theme.css", "officer.js" and the fonts.
import { build } from "esbuild";
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { onlyUsed, wordsOfPages } from "./used.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "..", "app", "static", "dist");
const require = createRequire(import.meta.url);

const dmn = (sheet) => `dmn-js/dist/assets/${sheet}.css`;
// The look of every page, in the order of its rules: what comes later wins.
const STYLES = [
  "fonts", "base", "frame", "sheets", "inbox", "case", "door", "drawings",
  "incidents", "states", "phone", "print", "tables", "bpmn", "forms", "forced",
];
// Each bundle is a list of parts in order; a part that begins with "./" is our own source.
const BUNDLES = {
  "theme.css": ["bootstrap/dist/css/bootstrap.min.css", ...STYLES.map((name) => `./styles/${name}.css`)],
  "officer.js": ["./forms.js", "./officer.js", "./hindi.js", "./live.js"],
  // Only for pages that may ask for a passkey.
  "passkeys.js": ["./passkeys.js"],
  // Only when an officer types Hindi with Latin keys.
  "typing.js": ["./typing.js"],
  // Only for the form of a visit, and the page of what a phone still holds.
  "phone.js": ["./phone.js"],
  // Only for pages with a drawn diagram.
  "diagram.js": ["./diagram.js"],
  // Only for the page with a canvas, which process administrators open.
  "modeler.js": ["./modeler/main.js"],
  "modeler.css": [
    "bpmn-js/dist/assets/diagram-js.css",
    "bpmn-js/dist/assets/bpmn-js.css",
    "bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css",
    "diagram-js-minimap/assets/diagram-js-minimap.css",
    "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css",
    "./modeler.css",
  ],
  // Only for the page on which steps of an old diagram are given their place on a new one; its styles are the canvas's.
  "mapping.js": ["./modeler/mapping.js"],
  // Only for the pages with a table of decisions and with a form, of the same administrators.
  "tables.js": ["./modeler/tables.js"],
  "tables.css": [
    ...["diagram-js", "dmn-js-shared", "dmn-js-decision-table", "dmn-js-decision-table-controls"].map(dmn),
    ...["dmn-js-drd", "dmn-js-literal-expression", "dmn-js-boxed-expression", "dmn-js-boxed-expression-controls"].map(dmn),
    "dmn-js/dist/assets/dmn-font/css/dmn-codes.css",
    "./modeler.css",
    "./tables.css",
  ],
  "fields.js": ["./modeler/fields.js"],
  "fields.css": [
    "@bpmn-io/form-js-viewer/dist/assets/form-js-base.css",
    "@bpmn-io/form-js-viewer/dist/assets/flatpickr/light.css",
    "@bpmn-io/form-js-editor/dist/assets/form-js-editor-base.css",
    "@bpmn-io/form-js-editor/dist/assets/dragula.css",
    "@bpmn-io/form-js-editor/dist/assets/properties-panel.css",
    "./modeler.css",
    "./fields.css",
  ],
};
// The papers' fonts keep their own names: the PDF writer, not a browser, opens them. Devanagari and Latin come of the
// first; names in letters of other scripts are drawn with the rest (app/papers/scripts.py).
const PAPER_FONTS = [
  "NotoSansDevanagari", "ScheherazadeNew", "NotoSansBengali", "NotoSansGujarati", "NotoSansGurmukhi",
  "NotoSansKannada", "NotoSansMalayalam", "NotoSansOriya", "NotoSansTamil", "NotoSansTelugu",
];

const isOurs = (part) => part.startsWith("./");

function entry(name, parts) {
  const present = parts.filter((part) => !isOurs(part) || existsSync(path.join(here, part)));
  for (const part of parts.filter((one) => !present.includes(one))) {
    console.warn(`frontend/${part.slice(2)} is missing: ${name} is built without it`);
  }
  const isStyle = name.endsWith(".css");
  const line = (part) => (isStyle ? `@import ${JSON.stringify(part)};` : `import ${JSON.stringify(part)};`);
  // Never the name of a part: esbuild would take the bundle for that part, which then imports itself.
  const sourcefile = `bundle-${name}`;
  return { contents: present.map(line).join("\n"), resolveDir: here, loader: isStyle ? "css" : "js", sourcefile };
}

const bootstrapAsUsed = {
  name: "bootstrap-as-used",
  setup(building) {
    building.onLoad({ filter: /bootstrap\.min\.css$/ }, async ({ path: file }) => ({
      contents: onlyUsed(await readFile(file, "utf8"), await wordsOfPages(path.join(here, ".."))),
      loader: "css",
    }));
  },
};

// Boxes with FEEL write <style> elements, which the policy of the pages shuts out: sheets made by script it lets pass.
const sheetsByScript = {
  name: "sheets-by-script",
  setup(building) {
    building.onLoad({ filter: /style-mod\/src\/style-mod\.js$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace("!root.head && root.adoptedStyleSheets", "root.adoptedStyleSheets"),
      loader: "js",
    }));
  },
};

async function bundle(name, parts) {
  const { name: stem, ext } = path.parse(name);
  const result = await build({
    stdin: entry(name, parts),
    bundle: true,
    minify: true,
    write: false,
    outdir: dist,
    entryNames: `${stem}-[hash]`,
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "dataurl" },
    format: "iife",
    target: ["chrome87", "firefox85", "safari14.1"],
    charset: "utf8",
    legalComments: "inline",
    logLevel: "warning",
    // The editor of forms brings an older preact of its own; two in one page do not know each other.
    alias: { preact: path.join(here, "..", "node_modules", "preact") },
    plugins: [bootstrapAsUsed, sheetsByScript],
  });
  return result.outputFiles.map((file) => ({
    file: path.relative(dist, file.path),
    bytes: file.contents,
    logical: file.path.endsWith(ext) ? name : path.relative(dist, file.path).replace(/-[A-Z0-9]{8}(?=\.)/, ""),
  }));
}

async function stale(keep) {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  return entries
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath ?? one.path, one.name))
    .filter((file) => !keep.has(path.relative(dist, file)));
}

await mkdir(path.join(dist, "fonts"), { recursive: true });
const outputs = (await Promise.all(Object.entries(BUNDLES).map(([name, parts]) => bundle(name, parts)))).flat();
const manifest = {};
const keep = new Set(["manifest.json"]);
for (const { file, bytes, logical } of outputs) {
  manifest[logical] = file;
  keep.add(file);
  await writeFile(path.join(dist, file), bytes);
  if (/\.(css|js|json|svg)$/.test(file)) {
    keep.add(`${file}.gz`);
    await writeFile(path.join(dist, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  }
}
for (const family of PAPER_FONTS) {
  const words = family.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const folder = path.dirname(require.resolve(`@expo-google-fonts/${words}/package.json`));
  const files = ["400Regular", "700Bold"].map((weight) => [`${weight}/${family}_${weight}.ttf`, `${family}_${weight}.ttf`]);
  for (const [from, to] of [...files, ["LICENSE_FONT", `LICENSE_${family}`]]) {
    const name = path.join("fonts", to);
    keep.add(name);
    await copyFile(path.join(folder, from), path.join(dist, name));
  }
}
// The manifest comes last and by rename, so that a server that starts meanwhile never reads half of it.
await writeFile(path.join(dist, "manifest.json.new"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
await rename(path.join(dist, "manifest.json.new"), path.join(dist, "manifest.json"));
for (const file of await stale(keep)) await rm(file);
for (const [name, file] of Object.entries(manifest)) console.log(`${name} -> ${file}`);
