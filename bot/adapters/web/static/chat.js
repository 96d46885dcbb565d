// The chat: sends forms without loading the page again. Without it every form works as it stands.
"use strict";

const turns = document.getElementById("turns");
const form = document.getElementById("ask");
const field = document.getElementById("question");
const waiting = document.getElementById("waiting");

async function part(address, options) {
  const answer = await fetch(address, { ...options, headers: { "X-Part": "1" }, redirect: "follow" });
  const html = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) throw new Error(html.querySelector("h1")?.textContent || waiting.dataset.failed);
  return { answer, html };
}

function fieldsOf(form, button) {
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.set(button.name, button.value);
  return fields;
}

let busy = false;

async function ask(form, button) {
  if (busy) return;
  busy = true;
  document.body.classList.add("busy");
  waiting.textContent = waiting.dataset.says;
  try {
    const { answer, html } = await part(form.action, { method: "POST", body: fieldsOf(form, button) });
    const said = [...html.querySelectorAll(".turn")];
    if (!said.length) {
      location.assign(answer.url);
      return;
    }
    begin();
    turns.append(...said.map((turn) => document.adoptNode(turn)));
    if (form.id === "ask") field.value = "";
    said[0].scrollIntoView({ block: "start" });
    history.replaceState(null, "", "/");
    waiting.textContent = "";
  } catch (error) {
    waiting.textContent = error instanceof TypeError ? waiting.dataset.failed : error.message;
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
}

// Once something was asked, the page is a conversation.
function begin() {
  document.body.classList.remove("empty");
  document.querySelector(".examples")?.remove();
  document.getElementById("after").hidden = false;
}

async function vote(form, button) {
  try {
    const { html } = await part(form.action, { method: "POST", body: fieldsOf(form, button) });
    form.replaceWith(document.adoptNode(html.body.firstElementChild));
  } catch (error) {
    waiting.textContent = error.message;
  }
}

async function open(link) {
  const place = document.getElementById(link.dataset.opens);
  if (!place.childElementCount) {
    const { html } = await part(link.href, {});
    place.append(document.adoptNode(html.body.firstElementChild));
  }
  place.hidden = !place.hidden;
  link.setAttribute("aria-expanded", String(!place.hidden));
}

document.addEventListener("submit", (event) => {
  const sends = event.target.matches("[data-part]") ? ask : event.target.matches("[data-votes]") ? vote : null;
  if (!sends) return;
  event.preventDefault();
  sends(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-opens]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open(link).catch(() => location.assign(link.href));
});

if (location.hash.startsWith("#r-")) document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
else if (turns.lastElementChild) turns.lastElementChild.scrollIntoView({ block: "start" });
