// Conditions in plain words: a list of "answer, comparison, value" that is written as FEEL and read back from it.

export const SIGNS = { "=": "is", "!=": "is_not", "<": "less", ">": "more", ">=": "at_least", "<=": "at_most" };

const PART = /^\s*([A-Za-z_][\w.]*)\s*(!=|>=|<=|=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false)\s*$/;

// FEEL -> {joint: "and" | "or", parts: [{path, sign, value}]}; null where it says more than this list can.
export function read(text) {
  const feel = text.trim().replace(/^=/, "");
  if (!feel) return { joint: "and", parts: [] };
  const pieces = split(feel);
  if (!pieces) return null;
  const parts = pieces.texts.map((piece) => PART.exec(piece));
  if (parts.some((part) => !part)) return null;
  return { joint: pieces.joint, parts: parts.map(([, path, sign, value]) => ({ path, sign, value: plain(value) })) };
}

// Cut at "and" or "or" outside quotation marks; both in one text are no simple list.
function split(feel) {
  const texts = [];
  const joints = new Set();
  let rest = feel;
  for (let cut = next(rest); cut; cut = next(rest)) {
    texts.push(rest.slice(0, cut.at));
    joints.add(cut.joint);
    rest = rest.slice(cut.at + cut.joint.length + 2);
  }
  return joints.size > 1 ? null : { texts: [...texts, rest], joint: [...joints][0] ?? "and" };
}

function next(text) {
  for (const found of text.matchAll(/"(?:[^"\\]|\\.)*"| (and|or) /g)) {
    if (found[1]) return { at: found.index, joint: found[1] };
  }
  return null;
}

const plain = (value) => (value.startsWith('"') ? JSON.parse(value) : value);

export function write({ joint, parts }, fields) {
  const whole = parts.filter((part) => part.path && part.value !== "");
  return whole.map((part) => `${part.path} ${part.sign} ${literal(part, fields)}`).join(` ${joint} `);
}

function literal({ path, value }, fields) {
  const type = fields.find((field) => field.path === path)?.type ?? "string";
  if (type === "boolean") return value === "true" ? "true" : "false";
  if (type === "number") return String(Number(value) || 0);
  return JSON.stringify(String(value));
}

// The sentence under the list: यदि “निर्णय” “लौटाएँ” है.
export function sentence({ joint, parts }, fields, words) {
  const said = parts.map(({ path, sign, value }) => {
    const field = fields.find((one) => one.path === path);
    const option = field?.options?.find((one) => one.value === value)?.label ?? words[value] ?? value;
    return words[`says_${SIGNS[sign]}`].replace("{left}", field?.label ?? path).replace("{right}", option);
  });
  return said.length ? words.sentence_if.replace("{conditions}", said.join(` ${words[joint]} `)) : words.sentence_always;
}
