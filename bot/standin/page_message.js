// One message as a DOM node.
import { formatted } from "./page_entities.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });

/** The day of a message as a heading. */
export function dayOf(message) {
  return calendar.format(new Date(message.date * 1000));
}

/**
 * Return a node for the message. `acts` has run(command), press(message, button, node),
 * answer(message) and show(id).
 */
export function messageNode(message, chat, acts) {
  if (message.service) return notice(message.service, message.id);
  const node = document.getElementById("message").content.firstElementChild.cloneNode(true);
  const part = (name) => node.querySelector(`.${name}`);
  node.dataset.id = message.id;
  node.classList.toggle("mine", message.mine);
  keep(part("sender"), chat.kind !== "private" && !message.mine, (p) => (p.textContent = message.sender));
  keep(part("quote"), message.reply, (quote) => {
    quote.querySelector("b").textContent = message.reply.sender;
    quote.querySelector("span").textContent = message.reply.text;
    quote.addEventListener("click", () => acts.show(message.reply.id));
  });
  keep(part("photo"), message.photo, (image) => {
    image.src = message.photo;
    image.alt = message.text || "Photo";
  });
  keep(part("text"), message.text || message.location, (text) => {
    if (message.location) text.append(place(message.location));
    text.append(formatted(message.text, message.entities, acts.run));
  });
  keep(part("topic"), message.topic, (topic) => (topic.textContent = message.topic));
  keep(part("silent"), message.silent, () => {});
  keep(part("edited"), message.edited, () => {});
  stamp(part("stamp").querySelector("time"), message.date);
  part("answer").addEventListener("click", () => acts.answer(message));
  keep(part("buttons"), message.buttons.length, (box) => {
    for (const row of message.buttons) box.append(buttonRow(row, message, acts));
  });
  return node;
}

/** A line in the middle: a day, or a service message. */
export function notice(text, id) {
  const node = document.createElement("p");
  node.className = "notice";
  node.textContent = text;
  if (id) node.dataset.id = id;
  return node;
}

function keep(node, wanted, fill) {
  if (wanted) fill(node);
  else node.remove();
}

function stamp(node, date) {
  const when = new Date(date * 1000);
  node.dateTime = when.toISOString();
  node.textContent = clock.format(when);
  node.title = when.toLocaleString();
}

function place([latitude, longitude]) {
  const node = document.createElement("span");
  node.className = "place";
  node.textContent = `📍 ${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return node;
}

function buttonRow(row, message, acts) {
  const line = document.createElement("div");
  for (const button of row) line.append(button.url ? linkButton(button) : dataButton(button, message, acts));
  return line;
}

function linkButton(button) {
  const node = document.createElement("a");
  if (/^(https?|tg):/i.test(button.url)) node.href = button.url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  node.textContent = `${button.text} ↗`;
  return node;
}

function dataButton(button, message, acts) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = button.text;
  node.addEventListener("click", () => acts.press(message, button, node));
  return node;
}
