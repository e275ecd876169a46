// What an officer's phone keeps while the line is gone: sealed here, under a key that only the server has. The page holds
// the key while it is open; nothing that can be read lies on the phone.
const NAME = "satyapan";
const ITEMS = "items"; // {id, device, at, iv, data}: what is in it is sealed, its own id with it
const DEVICES = "devices"; // {id}: under which names this phone is known to the server

export const isAble = () => Boolean(window.indexedDB && window.crypto?.subtle);

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ITEMS, { keyPath: "id" });
      asked.result.createObjectStore(DEVICES, { keyPath: "id" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function ask(store, mode, act) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const turn = database.transaction(store, mode);
      const asked = act(turn.objectStore(store));
      turn.oncomplete = () => done(asked.result);
      turn.onerror = turn.onabort = () => failed(turn.error);
    });
  } finally {
    database.close();
  }
}

// The sealed items as they lie; [] where this browser keeps none, without making a place for them.
export async function lying() {
  if (!isAble()) return [];
  const known = indexedDB.databases ? await indexedDB.databases() : [{ name: NAME }];
  if (!known.some((one) => one.name === NAME)) return [];
  return ask(ITEMS, "readonly", (store) => store.getAll());
}

export const drop = (id) => ask(ITEMS, "readwrite", (store) => store.delete(id));

const devices = async () => (await ask(DEVICES, "readonly", (store) => store.getAll())).map((one) => one.id);

function bytes(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

// The key of this officer on this phone; what outlived its time, or its key, is erased on the way. Null: no line, no session.
export async function unlock(address, token) {
  const body = new FormData();
  body.set("csrf_token", token);
  for (const id of await devices()) body.append("device", id);
  const answer = await fetch(address, { method: "POST", body, headers: { "X-Draft": "1" }, redirect: "manual" });
  if (!answer.ok) return null;
  const told = await answer.json();
  const key = await crypto.subtle.importKey("raw", bytes(told.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  await ask(DEVICES, "readwrite", (store) => store.put({ id: told.device }));
  const ahead = told.now - Date.now(); // of this phone's clock, which may be days wrong
  for (const item of await lying()) {
    if (item.at < told.now - told.days * 86_400_000) await drop(item.id);
  }
  return { device: told.device, key, ahead, days: told.days };
}

const bound = (device, id) => new TextEncoder().encode(`${device}|${id}`);

async function pack(content) {
  const { blob, ...rest } = content;
  const head = new TextEncoder().encode(JSON.stringify(rest));
  const tail = blob ? new Uint8Array(await blob.arrayBuffer()) : new Uint8Array();
  const whole = new Uint8Array(4 + head.length + tail.length);
  new DataView(whole.buffer).setUint32(0, head.length);
  whole.set(head, 4);
  whole.set(tail, 4 + head.length);
  return whole;
}

function unpack(whole) {
  const length = new DataView(whole).getUint32(0);
  const content = JSON.parse(new TextDecoder().decode(new Uint8Array(whole, 4, length)));
  const tail = whole.slice(4 + length);
  return tail.byteLength ? { ...content, blob: new Blob([tail], { type: content.type }) } : content;
}

// Seals a content under its id and puts it away.
export async function keep(lock, id, content) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const name = { name: "AES-GCM", iv, additionalData: bound(lock.device, id) };
  const data = await crypto.subtle.encrypt(name, lock.key, await pack(content));
  await ask(ITEMS, "readwrite", (store) => store.put({ id, device: lock.device, at: Date.now() + lock.ahead, iv, data }));
}

// What this officer has on this phone, opened, oldest first; what another sealed is passed over.
export async function kept(lock) {
  const found = [];
  for (const item of await lying()) {
    if (item.device !== lock.device) continue;
    const name = { name: "AES-GCM", iv: item.iv, additionalData: bound(item.device, item.id) };
    try {
      found.push({ id: item.id, at: item.at, ...unpack(await crypto.subtle.decrypt(name, lock.key, item.data)) });
    } catch {
      await drop(item.id); // sealed under a key that is gone for good
    }
  }
  return found.sort((one, other) => one.at - other.at);
}
