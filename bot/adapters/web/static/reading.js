// The reading page: goes to the words that are marked, and gives any words that are selected a link of their own.
"use strict";

const text = document.getElementById("text");
const bar = document.getElementById("selection");
const link = document.getElementById("selection-link");
const count = document.getElementById("selection-count");

const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
const first = document.getElementById("q1");
if (first && !named) first.scrollIntoView({ block: "center" });

// Places are counted in Unicode code points, as `for ... of` and spreading count.
function charactersBefore(node, offset) {
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(node, offset);
  return [...range.toString()].length;
}

function selectedPlace() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  if (!range.intersectsNode(text)) return null;
  if (!text.contains(range.startContainer)) range.setStart(text, 0);
  if (!text.contains(range.endContainer)) range.setEnd(text, text.childNodes.length);
  const words = range.toString();
  const start = charactersBefore(range.startContainer, range.startOffset) + [...words].length - [...words.trimStart()].length;
  const end = start + [...words.trim()].length;
  return end > start ? { start, end } : null;
}

function offer() {
  const place = selectedPlace();
  bar.hidden = !place;
  if (!place) return;
  const length = place.end - place.start;
  const form = length === 1 ? count.dataset.one : count.dataset.many;
  count.textContent = form.replace(/[0-9]+/, length.toLocaleString(document.documentElement.lang));
  link.href = `?q=${place.start}-${place.end}${text.dataset.carried}#q1`;
}

let waiting;
document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  waiting = setTimeout(offer, 120);
});
// A tap on the link would take the selection away before it is followed.
bar.addEventListener("mousedown", (event) => event.preventDefault());
