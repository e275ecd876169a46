// Keeps the draft on the server while it is drawn: one save at a time, the newest drawing last, nothing lost on the way.

const QUIET = 600; // milliseconds after the last change
const AGAIN = 5000; // after a line that was down

export class Keeper {
  // `draft`: `write` resolves to the text of the file, `onChange` takes what is to be called after each change.
  constructor(draft, form, state, given, told) {
    Object.assign(this, { draft, form, state, given, told });
    this.sha256 = given.sha256;
    this.isSaving = false;
    this.isDirty = false;
    draft.onChange(() => this.later());
    addEventListener("online", () => this.isDirty && this.save());
    addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
  }

  later(wait = QUIET) {
    this.isDirty = true;
    this.say("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  async save() {
    if (this.isSaving) return;
    this.isSaving = true;
    this.isDirty = false;
    try {
      await this.send(await this.draft.write());
    } catch {
      this.isDirty = true;
      this.say("offline");
      this.timer = setTimeout(() => this.save(), AGAIN);
    } finally {
      this.isSaving = false;
    }
    if (this.isDirty && !this.state.dataset.stopped && this.state.dataset.state === "saving") this.later();
  }

  async send(content) {
    const body = new FormData(this.form);
    body.set("sha256", this.sha256);
    body.set("content", content);
    const answer = await fetch(this.form.action, { method: "POST", body, headers: { "X-Draft": "1" } });
    if (answer.status === 409) return this.give(content);
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (!answer.ok) {
      this.isDirty = true;
      this.state.dataset.stopped = "1";
      const { refused } = answer.status === 422 ? await answer.json() : {};
      return this.say("not_saved", refused);
    }
    const { sha256, problems } = await answer.json();
    this.sha256 = sha256;
    if (!this.isDirty) this.say("saved");
    this.told(problems);
  }

  // Somebody else was faster: the server shows both versions.
  give(content) {
    this.isDirty = false;
    this.form.elements.sha256.value = this.sha256;
    this.form.elements.content.value = content;
    this.form.submit();
  }

  say(word, more = "") {
    this.state.dataset.state = word;
    this.state.textContent = [this.given.words[word], more].filter(Boolean).join(": ");
  }
}
