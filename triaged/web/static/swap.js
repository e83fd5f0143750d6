// Parts of a page, fetched as HTML of the same template and put in place node by node: focus,
// selection, scroll position, open details and half-typed fields stay as they are.

const PART = "text/html; part";
const policy = window.trustedTypes?.createPolicy("triaged", { createHTML: (html) => html });

/** The page at `path`, parsed. Only an answer of ours, for a part, is ever parsed. */
export async function fetchPart(path) {
  const answer = await fetch(path, { headers: { Accept: PART }, credentials: "same-origin" });
  const isOurs = new URL(answer.url).origin === location.origin;
  if (!answer.ok || !isOurs || answer.headers.get("X-Triaged-Part") !== "1") {
    throw Object.assign(new Error(`part: ${answer.status}`), { status: answer.status });
  }
  const html = await answer.text();
  return {
    page: new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html"),
    date: Date.parse(answer.headers.get("Date") ?? ""),
  };
}

/** Put what `to` shows in the place of what `from` shows. */
export function morph(from, to) {
  if (isHeld(from) || from.isEqualNode(to)) return;
  attributes(from, to);
  const kept = new Map();
  for (const child of from.children) if (child.id) kept.set(child.id, child);
  let next = from.firstChild;
  for (const child of [...to.childNodes]) {
    const match = matching(child, next, kept);
    if (match === null) {
      from.insertBefore(document.importNode(child, true), next);
      continue;
    }
    if (match === next) next = next.nextSibling;
    else from.insertBefore(match, next);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, child);
    else if (match.nodeValue !== child.nodeValue) match.nodeValue = child.nodeValue;
  }
  while (next) {
    const rest = next.nextSibling;
    if (!(next.nodeType === Node.ELEMENT_NODE && isHeld(next))) next.remove();
    next = rest;
  }
}

function matching(child, next, kept) {
  if (child.id) return kept.get(child.id) ?? null;
  const fits = next && next.nodeType === child.nodeType && next.nodeName === child.nodeName;
  return fits && !next.id ? next : null;
}

function attributes(from, to) {
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    const isReaders = name === "open" && from.nodeName === "DETAILS";
    if (!to.hasAttribute(name) && !isReaders) from.removeAttribute(name);
  }
}

/** A form in which somebody has begun to type is the reader's until it is sent. */
export function isHeld(node) {
  if (node.id === "live") return true; // it says how the stream is, not what the server has
  if (node.nodeName !== "FORM") return false;
  if (node.querySelector("[aria-busy=true]")) return true;
  return [...node.elements].some(isTouched);
}

function isTouched(field) {
  switch (field.nodeName) {
    case "TEXTAREA":
      return field.value !== field.defaultValue || field === document.activeElement;
    case "SELECT":
      return field === document.activeElement || [...field.options].some(isChosen);
    case "INPUT":
      return field.type !== "hidden" && (field.value !== field.defaultValue || field === document.activeElement);
    default:
      return false;
  }
}

function isChosen(option) {
  const first = !option.parentNode.querySelector("option[selected]") && option.index === 0;
  return option.selected !== (option.defaultSelected || first);
}
