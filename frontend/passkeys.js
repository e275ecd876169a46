// Passkeys: the browser is asked to make or to use one, and its answer goes with the form, as JSON in a hidden box.
// A page shows its button only where a passkey can work: in a browser that knows them, under the site's own name.

const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const ids = (list) => (list ?? []).map((one) => ({ ...one, id: decode(one.id) }));

/** What the server asks, with bytes where the browser wants bytes. */
function asked(options) {
  const ready = { ...options, challenge: decode(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: decode(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = ids(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = ids(options.allowCredentials);
  return ready;
}

/** The browser's answer as the standard writes it in JSON. */
function told(credential) {
  const response = Object.create(null);
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = encode(credential.response[part]);
  }
  const id = encode(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, clientExtensionResults: {}, response });
}

async function answer(form, place) {
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  const reply = await fetch(place.dataset.passkey, { method: "POST", body, redirect: "manual" });
  if (!reply.ok) throw new Error(String(reply.status));
  const publicKey = asked(await reply.json());
  const isNew = place.dataset.passkeyMakes !== undefined;
  return told(await navigator.credentials[isNew ? "create" : "get"]({ publicKey }));
}

function offer(place) {
  const form = place.closest("form");
  const button = place.querySelector("button");
  const note = place.querySelector("[role=status]");
  const code = form.elements.code; // which a passkey stands for
  place.hidden = false;
  // A page that comes back from the browser's memory asks anew: each answer counts once.
  addEventListener("pageshow", () => {
    form.elements.passkey.value = "";
    if (code) code.required = true;
  });
  button.addEventListener("click", async () => {
    const others = [...form.elements].filter((box) => box !== code);
    if (!others.every((box) => box.reportValidity())) return;
    note.textContent = place.dataset.passkeyWaits;
    button.disabled = true;
    try {
      form.elements.passkey.value = await answer(form, place);
      note.textContent = "";
      if (code) code.required = false;
      form.requestSubmit();
    } catch {
      note.textContent = place.dataset.passkeyFailed;
    } finally {
      button.disabled = false;
    }
  });
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  const works = window.PublicKeyCredential && location.hostname === place.dataset.passkeyHost;
  if (works) offer(place);
  else document.querySelector("[data-passkey-elsewhere]")?.removeAttribute("hidden");
}
