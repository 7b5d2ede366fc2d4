// Where the person writes: the text, the command menu, the message answered, suggested answers.

const $ = (id) => document.getElementById(id);
const HERE = { latitude: 46.6354, longitude: 32.6169 }; // Kherson: a place for a page that has none

export class Composer {
  constructor({ post, failed }) {
    this.post = post;
    this.failed = failed;
    this.answered = null;
    this.commands = [];
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    $("text").addEventListener("input", () => this.typed());
    $("text").addEventListener("keydown", (event) => this.key(event));
    $("slash").addEventListener("click", () => this.type($("text").value === "/" ? "" : "/"));
    $("start").addEventListener("click", () => this.send("/start"));
    $("answering-stop").addEventListener("click", () => this.answer(null));
  }

  focus() {
    $("text").focus();
  }

  /** Put words into the text field, ready to be sent or finished. */
  type(words) {
    $("composer").hidden = false;
    $("start").hidden = true;
    $("text").value = words;
    this.focus();
    this.typed();
  }

  reset() {
    this.answer(null);
    $("text").value = "";
    this.typed();
  }

  /** Fit what is shown to the chat. */
  show(chat) {
    const fresh = chat.kind === "private" && !chat.messages.size;
    $("start").hidden = !fresh;
    $("composer").hidden = fresh;
    const topics = chat.topics.filter((topic) => !topic.closed);
    const chosen = $("topic").value;
    $("topic").hidden = !topics.length;
    $("topic").replaceChildren(new Option("General", ""), ...topics.map((t) => new Option(t.title, t.id)));
    if (topics.some((topic) => String(topic.id) === chosen)) $("topic").value = chosen;
    $("keyboard").hidden = !chat.keyboard.length;
    $("keyboard").replaceChildren(...chat.keyboard.map((row) => this.row(row)));
  }

  row(buttons) {
    const line = document.createElement("div");
    for (const label of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label.text;
      button.addEventListener("click", () => (label.location ? this.locate() : this.send(label.text)));
      line.append(button);
    }
    return line;
  }

  async locate() {
    await this.post("location", HERE).catch(this.failed);
  }

  answer(message) {
    this.answered = message;
    $("answering").hidden = !message;
    $("answering-text").textContent = message ? `${message.sender}: ${message.text.slice(0, 90)}` : "";
    if (message) this.focus();
  }

  async submit() {
    const text = $("text").value.trim();
    if (!text) return;
    $("text").value = "";
    this.typed();
    await this.send(text);
  }

  async send(text) {
    const body = { text, reply_to: this.answered?.id ?? null, thread: Number($("topic").value) || null };
    this.answer(null);
    await this.post("send", body).catch(this.failed);
    this.focus();
  }

  async typed() {
    const field = $("text");
    field.style.setProperty("height", "auto");
    const borders = field.offsetHeight - field.clientHeight;
    const height = Math.min(field.scrollHeight + borders, 160);
    if (height) field.style.setProperty("height", `${height}px`); // 0 while the chat is hidden
    const words = field.value;
    if (!/^\/\w*$/.test(words)) return this.showMenu([]);
    const { commands } = await this.post("menu", {}).catch(() => ({ commands: [] }));
    const fitting = commands.filter((each) => each.command.startsWith(words.slice(1)));
    this.showMenu(field.value === words ? fitting : []);
  }

  showMenu(commands) {
    this.commands = commands;
    this.chosen = 0;
    $("menu").hidden = !commands.length;
    $("menu").replaceChildren(...commands.map((each) => this.item(each)));
    this.mark();
  }

  item({ command, description }) {
    const item = document.createElement("li");
    item.role = "option";
    item.id = `menu-${command}`;
    const name = document.createElement("b");
    name.textContent = `/${command}`;
    item.append(name, ` ${description}`);
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => {
      $("text").value = "";
      this.showMenu([]);
      this.send(`/${command}`);
    });
    return item;
  }

  mark() {
    const items = [...$("menu").children];
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === this.chosen)));
    items[this.chosen]?.scrollIntoView({ block: "nearest" });
    $("text").setAttribute("aria-activedescendant", items[this.chosen]?.id ?? "");
  }

  key(event) {
    const open = this.commands.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + step + this.commands.length) % this.commands.length;
      this.mark();
    } else if (open && event.key === "Tab") {
      this.type(`/${this.commands[this.chosen].command} `);
    } else if (event.key === "Escape") {
      this.showMenu([]);
      this.answer(null);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (open) this.complete();
      else this.submit();
    } else {
      return;
    }
    event.preventDefault();
  }

  complete() {
    const { command } = this.commands[this.chosen];
    this.showMenu([]);
    $("text").value = `/${command}`;
    this.submit();
  }
}
