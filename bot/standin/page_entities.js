// Text and its entities to DOM nodes. Offsets are UTF-16 units, as JavaScript's strings are.
// Nothing here is ever parsed as HTML: nodes are built, texts are text nodes.

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const BLOCKS = new Set(["BLOCKQUOTE", "PRE"]);
const SAFE = /^(https?|tg|mailto):/i;
const COLLAPSED_LINES = 3;

/** Return a fragment showing the text; `run` is called with a command that was clicked. */
export function formatted(text, entities, run) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, sorted, 0, text.length, run);
}

function build(text, entities, from, to, run) {
  const fragment = document.createDocumentFragment();
  let at = from;
  for (let i = 0; i < entities.length; i++) {
    const entity = entities[i];
    const begin = entity.offset;
    const end = Math.min(begin + entity.length, to);
    if (begin < at || end <= begin) continue;
    fragment.append(text.slice(at, begin));
    const inner = entities.slice(i + 1).filter((each) => each.offset < end);
    const node = element(entity, text.slice(begin, end), run);
    node.append(build(text, inner, begin, end, run));
    if (entity.type === "expandable_blockquote") expandable(node);
    fragment.append(node);
    // A block ends its line by itself: the newline after it would show as an empty line.
    at = BLOCKS.has(node.tagName) && text[end] === "\n" ? end + 1 : end;
  }
  fragment.append(text.slice(at, to));
  return fragment;
}

function element(entity, covered, run) {
  switch (entity.type) {
    case "text_link": return link(entity.url);
    case "url": return link(covered.includes("://") ? covered : `https://${covered}`);
    case "email": return link(`mailto:${covered}`);
    case "bot_command": return button("command", () => run(covered));
    case "spoiler": return spoiler();
  }
  const node = document.createElement(TAGS[entity.type] ?? "span");
  node.classList.add(entity.type);
  return node;
}

function link(url) {
  const node = document.createElement("a");
  if (SAFE.test(url)) node.href = url;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

function button(name, act) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = name;
  node.addEventListener("click", act);
  return node;
}

function spoiler() {
  const node = button("spoiler", () => {
    node.classList.add("shown");
    node.removeAttribute("aria-label");
  });
  node.setAttribute("aria-label", "Hidden words");
  return node;
}

function expandable(quote) {
  if (quote.textContent.split("\n").length <= COLLAPSED_LINES && quote.textContent.length < 160) return;
  quote.classList.add("collapsed");
  const toggle = button("more", () => {
    const collapsed = quote.classList.toggle("collapsed");
    toggle.setAttribute("aria-expanded", String(!collapsed));
    toggle.textContent = collapsed ? "Show more" : "Show less";
  });
  toggle.setAttribute("aria-expanded", "false");
  toggle.textContent = "Show more";
  quote.append(toggle);
}
