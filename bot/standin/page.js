// Chat page: keeps the chats that the server sends, and posts the actions of the person.
import { Composer } from "./page_composer.js";
import { dayOf, messageNode, notice } from "./page_message.js";

const $ = (id) => document.getElementById(id);
const chats = new Map(); // id -> { id, kind, title, topics, keyboard, messages: Map, unread }
let current = null;
let unseen = 0;

async function post(path, body) {
  const response = await fetch(`/page/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ chat: current.id, ...body }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const composer = new Composer({ post, failed: (error) => toast(error.message) });

const acts = {
  run: (command) => composer.send(command),
  answer: (message) => composer.answer(message),
  show: (id) => {
    const node = $("log").querySelector(`[data-id="${id}"]`);
    node?.scrollIntoView({ block: "center", behavior: "smooth" });
    node?.focus();
  },
  press: async (message, button, node) => {
    node.setAttribute("aria-busy", "true");
    try {
      const answer = await post("press", { message: message.id, data: button.data });
      if (answer.alert) alertBox(answer.text);
      else if (answer.text) toast(answer.text);
    } catch (error) {
      toast(error.message);
    } finally {
      node.removeAttribute("aria-busy");
    }
  },
};

function connect() {
  const events = new EventSource("/page/events");
  events.onopen = () => ($("offline").hidden = true);
  events.onerror = () => ($("offline").hidden = false);
  events.onmessage = (event) => {
    const data = JSON.parse(event.data);
    if (data.kind === "all") begin(data);
    else changed(data);
  };
}

function begin(all) {
  document.title = all.title;
  $("title").textContent = all.title;
  showHint(all.hint);
  chats.clear();
  for (const chat of all.chats) {
    const messages = new Map(chat.messages.map((message) => [message.id, message]));
    chats.set(chat.id, { ...chat, messages, unread: 0, description: all.description });
  }
  open(chats.get(current?.id) ?? chats.values().next().value);
}

function changed({ kind, chat: head, message }) {
  const chat = chats.get(head.id) ?? { messages: new Map(), unread: 0 };
  Object.assign(chat, head);
  chats.set(head.id, chat);
  if (kind === "deleted") chat.messages.delete(message.id);
  else chat.messages.set(message.id, message);
  const isNew = kind === "sent" && !message.mine;
  if (chat !== current) {
    if (isNew) chat.unread++;
  } else {
    redraw(kind, message);
  }
  if (isNew && document.hidden && !message.silent) document.title = `● ${$("title").textContent}`;
  showChats();
}

function redraw(kind, message) {
  const log = $("log");
  const existing = log.querySelector(`[data-id="${message.id}"]`);
  const stay = !atEnd() && !message.mine;
  if (kind === "deleted") existing?.remove();
  else if (existing) existing.replaceWith(messageNode(message, current, acts));
  else append(message);
  if (kind === "sent" && stay) unseen++;
  else if (!stay) toEnd();
  showNewest();
  composer.show(current);
}

function append(message) {
  const log = $("log");
  const day = dayOf(message);
  if (log.dataset.day !== day) log.append(notice(day));
  log.dataset.day = day;
  log.append(messageNode(message, current, acts));
}

function open(chat) {
  const same = current?.id === chat.id;
  current = chat;
  chat.unread = 0;
  $("chat-title").textContent = chat.title;
  $("chat-kind").textContent = chat.kind === "private" ? "bot" : chat.kind;
  $("avatar").textContent = initial(chat);
  const log = $("log");
  log.replaceChildren();
  delete log.dataset.day;
  for (const message of chat.messages.values()) append(message);
  if (!chat.messages.size) log.append(notice(chat.description || "No messages here yet."));
  if (!same) composer.reset();
  composer.show(chat);
  toEnd();
  showChats();
}

function showChats() {
  $("chats").replaceChildren(...[...chats.values()].map(chatItem));
  document.body.classList.toggle("one-chat", chats.size === 1);
}

function chatItem(chat) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  if (chat === current) button.setAttribute("aria-current", "true");
  const last = [...chat.messages.values()].at(-1);
  const words = last?.service ?? last?.text ?? "";
  button.append(span("avatar", initial(chat)), span("name", chat.title), span("last", words.slice(0, 80)));
  if (chat.unread) button.append(span("unread", String(chat.unread)));
  button.addEventListener("click", () => {
    open(chat);
    document.body.classList.remove("listing");
    composer.focus();
  });
  item.append(button);
  return item;
}

function span(name, text) {
  const node = document.createElement("span");
  node.className = name;
  node.textContent = text;
  return node;
}

const initial = (chat) => [...chat.title][0]?.toUpperCase() ?? "?";

function showHint(hint) {
  const parts = hint.split("`").map((words, index) => {
    if (index % 2 === 0) return words;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "try";
    button.textContent = words;
    button.addEventListener("click", () => composer.type(words));
    return button;
  });
  $("hint").replaceChildren(...parts);
}

function atEnd() {
  const log = $("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
}

function toEnd() {
  $("log").scrollTop = $("log").scrollHeight;
  unseen = 0;
  showNewest();
}

function showNewest() {
  if (atEnd()) unseen = 0;
  $("newest").hidden = atEnd();
  $("unseen").textContent = unseen || "";
}

let toastTimer = 0;
function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => ($("toast").textContent = ""), 4000);
}

function alertBox(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}

$("log").addEventListener("scroll", showNewest);
$("log").addEventListener("load", () => unseen || toEnd(), { capture: true }); // a photo grew it
$("newest").addEventListener("click", toEnd);
$("back").addEventListener("click", () => document.body.classList.add("listing"));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = $("title").textContent;
});
connect();
