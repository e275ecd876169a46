// FEEL of form rules in the browser: the JSON trees that app/feel makes, worked out to the same values.
// What a rule of a form does not need is null here, and the server decides: functions and `instance of` of the
// author's, arithmetic with dates, regular expressions. A date is its ISO text, so that dates compare as texts.

const MAX_STEPS = 20000; // nodes of one evaluation: a rule has a few dozen

class Interval {
  constructor(start, end, startIncluded, endIncluded) {
    Object.assign(this, { start, end, startIncluded, endIncluded });
  }
}

const isList = Array.isArray;
const isText = (value) => typeof value === "string";
const isNumber = (value) => typeof value === "number";
const isTruth = (value) => typeof value === "boolean";
const isNull = (value) => value === null || value === undefined;
const isContext = (value) => typeof value === "object" && !isNull(value) && !isList(value) && !(value instanceof Interval);
const asList = (value) => (isList(value) ? value : isNull(value) ? [] : [value]);

function kind(value) {
  if (isNull(value)) return "null";
  if (isList(value)) return "list";
  return value instanceof Interval ? "range" : typeof value;
}

// -- three-valued logic, equality and order -----------------------------------------------------------------

function allTrue(values) {
  let unknown = false;
  for (const value of values) {
    if (value === false) return false;
    unknown ||= value !== true;
  }
  return unknown ? null : true;
}

function anyTrue(values) {
  let unknown = false;
  for (const value of values) {
    if (value === true) return true;
    unknown ||= value !== false;
  }
  return unknown ? null : false;
}

function equal(left, right) {
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
  if (kind(left) !== kind(right)) return null;
  if (isList(left)) return left.length === right.length && allTrue(left.map((item, at) => equal(item, right[at])));
  if (typeof left !== "object") return left === right;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length || keys.some((key) => !Object.hasOwn(right, key))) return false;
  return allTrue(keys.map((key) => equal(left[key], right[key])));
}

const negated = (truth) => (isTruth(truth) ? !truth : null);

function compare(operator, left, right) {
  if (operator === "=") return equal(left, right);
  if (operator === "!=") return negated(equal(left, right));
  if (kind(left) !== kind(right) || !(isNumber(left) || isText(left))) return null;
  if (operator[0] === ">") [left, right] = [right, left];
  return left < right || (operator[1] === "=" && left === right);
}

function within(value, range) {
  const tests = [];
  if (range.start !== undefined) tests.push(compare(range.startIncluded ? ">=" : ">", value, range.start));
  if (range.end !== undefined) tests.push(compare(range.endIncluded ? "<=" : "<", value, range.end));
  return allTrue(tests);
}

function member(value, candidate) {
  if (candidate instanceof Interval) return within(value, candidate);
  if (!isList(candidate)) return equal(value, candidate);
  if (isList(value) && equal(value, candidate)) return true;
  return candidate.some((item) => (item instanceof Interval ? within(value, item) : equal(value, item)) === true);
}

// -- functions: a wrong kind of argument gives null -----------------------------------------------------------

const texts = (body) => (...values) => (values.every(isText) ? body(...values) : null);
const numbers = (body) => (...values) => (values.every(isNumber) ? body(...values) : null);
const listOf = (body) => (...values) => body(values.length === 1 ? asList(values[0]) : values);
const exact = (value) => (Number.isFinite(value) ? Number(value.toPrecision(15)) : null);
const characters = (text) => [...text];
const isEmpty = (value) => isNull(value) || value.length === 0 || (isContext(value) && !Object.keys(value).length);

function extreme(operator) {
  return listOf((items) => {
    const best = items.reduce((found, item) => (compare(operator, item, found) ? item : found), items[0]);
    return items.length && items.every((item) => isTruth(compare(operator, item, best))) ? best : null;
  });
}

function substring(text, start, length) {
  const all = characters(text);
  if (!start || Math.abs(start) > all.length) return null;
  const begin = start > 0 ? start - 1 : all.length + start;
  return all.slice(begin, isNull(length) ? undefined : begin + length).join("");
}

const FUNCTIONS = {
  not: negated,
  count: (list) => (isNull(list) ? null : asList(list).length),
  "list contains": (list, item) => (isNull(list) ? null : asList(list).some((one) => equal(one, item) === true)),
  "is empty": isEmpty,
  "is blank": (text) => (isNull(text) ? true : isText(text) ? !text.trim() : null),
  "string length": texts((text) => characters(text).length),
  "upper case": texts((text) => text.toUpperCase()),
  "lower case": texts((text) => text.toLowerCase()),
  trim: texts((text) => text.trim()),
  contains: texts((text, part) => text.includes(part)),
  "starts with": texts((text, part) => text.startsWith(part)),
  "ends with": texts((text, part) => text.endsWith(part)),
  substring: (text, start, length) => (isText(text) && isNumber(start) ? substring(text, start, length) : null),
  date: texts((text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : null)),
  string: (value) => (isNull(value) || typeof value === "object" ? null : String(value)),
  abs: numbers(Math.abs),
  floor: numbers(Math.floor),
  ceiling: numbers(Math.ceil),
  sum: listOf((items) => (items.length && items.every(isNumber) ? exact(items.reduce((a, b) => a + b)) : null)),
  min: extreme("<"),
  max: extreme(">"),
  all: listOf(allTrue),
  any: listOf(anyTrue),
};

// -- nodes ----------------------------------------------------------------------------------------------------

const ARITHMETIC = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
};

function memberOf(value, name) {
  if (isList(value)) return value.map((item) => memberOf(item, name));
  return isContext(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}

function lookUp(name, scope) {
  for (; scope; scope = scope.around) if (Object.hasOwn(scope.names, name)) return scope.names[name] ?? null;
  return null;
}

const inner = (scope, names) => ({ names, around: scope });
const BOOLEAN = new Set(["=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between", "some", "every"]);

function itemScope(scope, item) {
  return inner(scope, isContext(item) ? { item, ...item } : { item });
}

function atIndex(items, index) {
  return (index && items[index > 0 ? index - 1 : items.length + index]) ?? null;
}

function counting(first, last) {
  if (!Number.isInteger(first) || !Number.isInteger(last) || Math.abs(last - first) > MAX_STEPS) return null;
  const step = first <= last ? 1 : -1;
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, at) => first + at * step);
}

function domain([, start, end], scope, run) {
  const from = run(start, scope);
  if (end) return counting(from, run(end, scope));
  if (!(from instanceof Interval)) return isNull(from) ? null : asList(from);
  const items = counting(from.start, from.end);
  return items && from.start <= from.end ? items.filter((item) => within(item, from)) : null;
}

// One scope for each combination of the iterators' items; null if one of them runs over nothing that is a list.
function rounds(iterators, scope, run) {
  let scopes = [scope];
  for (const iterator of iterators) {
    const next = [];
    for (const one of scopes) {
      const items = domain(iterator, one, run);
      if (!items) return null;
      next.push(...items.map((item) => inner(one, { [iterator[0]]: item })));
    }
    scopes = next;
  }
  return scopes;
}

function anyOf(tests, scope, run) {
  return anyTrue(tests.map((test) => run(test, scope)));
}

const compared = ([operator, left, right], scope, run) => compare(operator, run(left, scope), run(right, scope));

function calculated([operator, left, right], scope, run) {
  const [a, b] = [run(left, scope), run(right, scope)];
  if (isNumber(a) && isNumber(b)) return exact(ARITHMETIC[operator](a, b));
  return operator === "+" && isText(a) && isText(b) ? a + b : null;
}

function quantified([tag, iterators, body], scope, run) {
  const scopes = rounds(iterators, scope, run);
  return scopes && (tag === "some" ? anyTrue : allTrue)(scopes.map((one) => run(body, one)));
}

const NODES = {
  lit: ([, value]) => value,
  num: ([, text]) => Number(text),
  at: ([, text]) => text,
  name: ([, name], scope) => lookUp(name, scope),
  path: ([, value, name], scope, run) => memberOf(run(value, scope), name),
  filter([, value, test], scope, run) {
    const items = asList(run(value, scope));
    const index = BOOLEAN.has(test[0]) ? null : run(test, scope);
    if (isNumber(index)) return atIndex(items, index);
    return items.filter((item) => run(test, itemScope(scope, item)) === true);
  },
  list: ([, ...parts], scope, run) => parts.map((part) => run(part, scope)),
  context([, ...entries], scope, run) {
    const made = Object.create(null);
    for (const [key, part] of entries) made[key] = run(part, inner(scope, made));
    return made;
  },
  range: ([, from, start, end, to], scope, run) => new Interval(run(start, scope), run(end, scope), from, to),
  half([, operator, part], scope, run) {
    const value = run(part, scope);
    if (operator === "=") return new Interval(value, value, true, true);
    if (operator === "!=") return null;
    const included = operator[1] === "=";
    return operator[0] === "<" ? new Interval(undefined, value, false, included) : new Interval(value, undefined, included, false);
  },
  neg: ([, part], scope, run) => numbers((value) => -value)(run(part, scope)),
  and: ([, ...parts], scope, run) => allTrue(parts.map((part) => run(part, scope))),
  or: ([, ...parts], scope, run) => anyTrue(parts.map((part) => run(part, scope))),
  between([, part, low, high], scope, run) {
    const value = run(part, scope);
    return allTrue([compare(">=", value, run(low, scope)), compare("<=", value, run(high, scope))]);
  },
  in: ([, value, ...tests], scope, run) => anyOf(tests, inner(scope, { "?": run(value, scope) }), run),
  test: ([, operator, part], scope, run) => compare(operator, lookUp("?", scope), run(part, scope)),
  is([, part], scope, run) {
    const [value, candidate] = [lookUp("?", scope), run(part, scope)];
    return isTruth(candidate) && !isTruth(value) && part[0] !== "lit" ? candidate : member(value, candidate);
  },
  asked([, part], scope, run) {
    const answer = run(part, scope);
    return isTruth(answer) || isNull(answer) ? answer : member(lookUp("?", scope), answer);
  },
  any: () => true,
  any_of: ([, ...tests], scope, run) => anyOf(tests, scope, run),
  none: ([, ...tests], scope, run) => negated(anyOf(tests, scope, run)),
  if: ([, test, then, otherwise], scope, run) => run(run(test, scope) === true ? then : otherwise, scope),
  for([, iterators, body], scope, run) {
    const results = [];
    const scopes = rounds(iterators, scope, run);
    for (const one of scopes ?? []) results.push(run(body, inner(one, { partial: [...results] })));
    return scopes && results;
  },
  some: quantified,
  every: quantified,
  call([, callee, ...parts], scope, run) {
    const known = callee[0] === "name" && Object.hasOwn(FUNCTIONS, callee[1]) ? FUNCTIONS[callee[1]] : null;
    return known ? (known(...parts.map((part) => run(part, scope))) ?? null) : null;
  },
};
for (const operator of Object.keys(ARITHMETIC)) NODES[operator] = calculated;
for (const operator of ["=", "!=", "<", "<=", ">", ">="]) NODES[operator] = compared;

/** The value of a tree, where `context` binds the names; null on any error and for what is not done here. */
export function evaluate(tree, context) {
  let steps = MAX_STEPS;
  const run = (node, scope) => {
    steps -= 1;
    if (steps < 0) throw new RangeError("too many steps");
    return Object.hasOwn(NODES, node[0]) ? (NODES[node[0]](node, scope, run) ?? null) : null;
  };
  try {
    return run(tree, inner(null, context));
  } catch {
    return null;
  }
}
