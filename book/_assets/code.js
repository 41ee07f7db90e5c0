/* One switch for all code of a page, remembered; a link to code opens it. */
"use strict";

(() => {
  const article = document.querySelector("article.bd-article");
  const cells = [...article.querySelectorAll("details.above-input")];
  const memory = {
    /* A page from file:// or without leave may have no storage. */
    get shown() {
      try {
        return localStorage.getItem("buzan-code") === "shown";
      } catch {
        return false;
      }
    },
    set shown(value) {
      try {
        localStorage.setItem("buzan-code", value ? "shown" : "hidden");
      } catch {
        /* then it is for this page only */
      }
    },
  };
  if (!cells.length) return;

  const button = buzan.make("button", { type: "button", class: "code-switch" });
  function turn(shown) {
    article.classList.toggle("with-code", shown);
    button.setAttribute("aria-pressed", shown);
    button.textContent = shown ? "Hide code" : "Show code";
    for (const cell of cells) cell.open = shown;
  }
  button.addEventListener("click", () => turn((memory.shown = !article.classList.contains("with-code"))));
  article.querySelector("h1")?.after(button);
  turn(memory.shown);

  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const cell = target && target.closest("details.above-input");
    if (!cell) return;
    cell.classList.add("asked-for");
    cell.open = true;
    cell.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();
})();
