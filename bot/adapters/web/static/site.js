// What every page has in common: it says that scripts run, copies what a button names, and tells the bot who opened it in Telegram.
"use strict";

document.documentElement.classList.add("scripts");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.select();
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 1500);
});

// Telegram hands a Mini App its signed data behind the #; see https://core.telegram.org/bots/webapps
const opened = new URLSearchParams(location.hash.slice(1)).get("tgWebAppData");
if (opened && !sessionStorage.getItem("admitted")) {
  fetch("/telegram/session", { method: "POST", body: opened, headers: { "Content-Type": "text/plain" } }).then((answer) => {
    sessionStorage.setItem("admitted", answer.ok ? "yes" : "no");
    if (answer.ok && document.body.classList.contains("message")) location.reload();
  });
}
