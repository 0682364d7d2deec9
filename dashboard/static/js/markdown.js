/**
 * Discord's Markdown, read into a tree of plain objects: {type, children?, ...}. Safe by shape: text stays text.
 *
 * Drawing the tree is richtext.js; nothing here knows of vnodes, users or the page.
 */

const DEEPEST = 12;

const LIST_ITEM = /^( {0,10})(?:[-*]|(\d{1,9})\.) +(.*)$/;

const INLINE = [
  [/\\([^\p{L}\p{N}\s])/uy, (m) => ({ type: "text", text: m[1] })],
  [/``([^]+?)``(?!`)/y, (m) => ({ type: "code", text: m[1].trim() })],
  [/`([^`]+)`/y, (m) => ({ type: "code", text: m[1] })],
  [/<@!?(\d+)>/y, (m) => ({ type: "user", id: m[1] })],
  [/<@&(\d+)>/y, (m) => ({ type: "role", id: m[1] })],
  [/<#(\d+)>/y, (m) => ({ type: "channel", id: m[1] })],
  [/<\/([^:>\n]{1,100}):(\d+)>/y, (m) => ({ type: "command", name: m[1], id: m[2] })],
  [/<t:(-?\d{1,14})(?::([tTdDfFsSR]))?>/y, (m) => ({ type: "time", ms: Number(m[1]) * 1000, style: m[2] ?? "f" })],
  [/<a?:(\w{1,32}):(\d+)>/y, (m) => ({ type: "emoji", name: m[1], id: m[2] })],
  [/@(everyone|here)\b/y, (m) => ({ type: "everyone", text: m[0] })],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => ({ type: "link", url: m[1], children: [{ type: "text", text: m[1] }] })],
  [/\[((?:[^[\]\\\n]|\\.)+)\]\(<?(https?:\/\/[^\s<>]+?)>?(?: "[^"\n]*")?\)/y, (m, deep) => ({ type: "link", url: m[2], children: inline(m[1], deep) })],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"')\]*_~|!?]/y, (m) => ({ type: "link", url: m[0], children: [{ type: "text", text: m[0] }] })],
  [/\|\|([^]+?)\|\|/y, (m, deep) => ({ type: "spoiler", children: inline(m[1], deep) })],
  [/\*\*\*(?!\s)([^]+?)\*\*\*(?!\*)/y, (m, deep) => ({ type: "strong", children: [{ type: "em", children: inline(m[1], deep) }] })],
  [/\*\*(?!\s)([^]+?)\*\*(?!\*)/y, (m, deep) => ({ type: "strong", children: inline(m[1], deep) })],
  [/__([^]+?)__(?!_)/y, (m, deep) => ({ type: "underline", children: inline(m[1], deep) })],
  [/~~([^]+?)~~/y, (m, deep) => ({ type: "strike", children: inline(m[1], deep) })],
  [/\*(?![\s*])((?:\*\*|[^*])+?)(?<!\s)\*(?!\*)/y, (m, deep) => ({ type: "em", children: inline(m[1], deep) })],
  [/(?<![\p{L}\p{N}])_(?![\s_])((?:__|[^_])+?)(?<!\s)_(?![\p{L}\p{N}_])/uy, (m, deep) => ({ type: "em", children: inline(m[1], deep) })],
];

/** Characters where a rule may begin; what lies between is text at once. */
const PLAIN = /[^\\`<@[h|*_~]+/y;

function ruleAt(text, at, deep) {
  for (const [pattern, make] of INLINE) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) return [make(found, deep + 1), found[0].length];
  }
  return null;
}

/** One run of text, line breaks kept as text. */
export function inline(text, deep = 0) {
  const nodes = [];
  const say = (piece) => {
    if (nodes.at(-1)?.type === "text") nodes.at(-1).text += piece;
    else nodes.push({ type: "text", text: piece });
  };
  for (let at = 0; at < text.length; ) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0];
    const found = plain || deep >= DEEPEST ? null : ruleAt(text, at, deep);
    if (found && found[0].type !== "text") nodes.push(found[0]);
    else say(plain ?? found?.[0].text ?? text[at]);
    at += plain?.length ?? found?.[1] ?? 1;
  }
  return nodes;
}

/** A whole message: code fences first, the lines between them after. */
export function parse(text) {
  const nodes = [];
  let rest = 0;
  for (const fence of text.matchAll(/```(?:([\w+#.-]{1,20})\n)?([^]+?)\n?```/g)) {
    nodes.push(...blocks(text.slice(rest, fence.index).replace(/\n$/, "")));
    nodes.push({ type: "fence", language: fence[1] ?? "", text: fence[2].replace(/^\n/, "") });
    rest = fence.index + fence[0].length;
    if (text[rest] === "\n") rest += 1;
  }
  return [...nodes, ...blocks(text.slice(rest))];
}

/** What a quote may hold: anything but another quote, whose mark is then text, as in Discord. */
const QUOTABLE = [
  [/^#{1,3} +\S/, heading],
  [/^-# +\S/, (lines) => [{ type: "small", children: inline(lines[0].slice(3).trim()) }, 1]],
  [LIST_ITEM, list],
];
const BLOCKS = [[/^>>> /, allQuoted], [/^> /, quoted], ...QUOTABLE];

function blocks(text, rules = BLOCKS) {
  if (text === "") return [];
  const lines = text.split("\n");
  const nodes = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.some((line) => line !== "")) nodes.push({ type: "paragraph", children: inline(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const rule = rules.find(([pattern]) => pattern.test(lines[at]));
    if (!rule) {
      paragraph.push(lines[at]);
      at += 1;
      continue;
    }
    flush();
    const [node, taken] = rule[1](lines.slice(at));
    nodes.push(node);
    at += taken;
  }
  flush();
  return nodes;
}

function allQuoted(lines) {
  return [{ type: "quote", children: blocks([lines[0].slice(4), ...lines.slice(1)].join("\n"), QUOTABLE) }, lines.length];
}

function quoted(lines) {
  const end = lines.findIndex((line) => !/^> |^>$/.test(line));
  const mine = end < 0 ? lines : lines.slice(0, end);
  return [{ type: "quote", children: blocks(mine.map((line) => line.slice(2)).join("\n"), QUOTABLE) }, mine.length];
}

function heading(lines) {
  const level = /^#+/.exec(lines[0])[0].length;
  return [{ type: "heading", level, children: inline(lines[0].slice(level).trim()) }, 1];
}

function list(lines) {
  const end = lines.findIndex((line) => !LIST_ITEM.test(line));
  const mine = (end < 0 ? lines : lines.slice(0, end)).map((line) => {
    const [, indent, number, text] = LIST_ITEM.exec(line);
    return { depth: indent.length, number: number ? Number(number) : null, text };
  });
  return [nested(mine), mine.length];
}

function nested(rows) {
  const [{ depth, number }] = rows;
  const items = [];
  for (let at = 0; at < rows.length; ) {
    const deeper = rows.slice(at + 1).findIndex((row) => row.depth <= depth);
    const inner = rows.slice(at + 1, deeper < 0 ? rows.length : at + 1 + deeper);
    const children = inline(rows[at].text);
    items.push(inner.length ? [...children, nested(inner)] : children);
    at += 1 + inner.length;
  }
  return { type: "list", start: number, items };
}

/** The text without its marks, on one line: for previews and labels. */
export function plainText(nodes, names = () => "") {
  const say = (node) => {
    if (node.type === "list") return node.items.map((item) => plainText(item, names)).join(" ");
    if (node.type === "spoiler") return "\u2588\u2588\u2588";
    return node.text ?? (node.children ? plainText(node.children, names) : names(node));
  };
  return nodes.map(say).join("").replace(/\s+/g, " ").trim();
}
