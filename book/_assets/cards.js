/* Cards: where a number comes from, what the id of a hypothesis or a term means. What they say stands in the page. */
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("buzan-cards").textContent);
  const article = document.querySelector("article.bd-article");
  const marks = [...article.querySelectorAll("a.recorded, a.hypothesis")];
  const terms = [...article.querySelectorAll("a.reference")].filter((link) => link.querySelector(".std-term"));
  const card = buzan.make("div", { id: "card", class: "card-of-mark", role: "tooltip", hidden: true });
  document.body.append(card);
  let open = null; // the link whose card is shown
  let timer = 0;
  let touched = false;

  const said = (term, text) => [buzan.make("dt", {}, term), buzan.make("dd", {}, text)];
  const leads = (link, text) => buzan.make("a", { href: link.getAttribute("href"), class: "leads" }, text);

  function ofNumber(link) {
    const [what, value, page, id] = data.numbers[link.dataset.key];
    const [title, chosen, tables] = data.pages[page];
    const facts = said("value", value);
    const meaning = data.terms[`term-${value.replaceAll(" ", "-")}`];
    if (meaning) facts.push(...said("meaning", meaning));
    facts.push(...said("key", link.dataset.key));
    if (id) facts.push(...said(id, data.ids[id]));
    facts.push(...said("chapter", title));
    if (chosen) facts.push(...said("choices", chosen));
    if (tables) facts.push(...said("tables", tables));
    return [buzan.make("p", {}, what), leads(link, "The code that recorded it"), buzan.make("dl", {}, ...facts)];
  }

  function content(link) {
    if (link.dataset.key) return ofNumber(link);
    if (link.matches(".hypothesis")) {
      const id = link.textContent;
      return [buzan.make("p", {}, id), data.ids[id], leads(link, "All hypotheses")];
    }
    const meaning = data.terms[link.hash.slice(1)];
    return meaning ? [buzan.make("p", {}, link.textContent), meaning, leads(link, "Glossary")] : null;
  }

  function place(link) {
    const [mark] = link.getClientRects();
    const width = document.documentElement.clientWidth;
    const sheet = width < 640; // then at the end of the screen where the mark is not
    card.classList.toggle("sheet", sheet);
    card.classList.toggle("above", sheet && mark.top > innerHeight / 2);
    card.removeAttribute("style");
    if (sheet) return;
    card.style.left = `${scrollX + Math.max(8, Math.min(mark.left, width - card.offsetWidth - 8))}px`;
    const below = mark.bottom + card.offsetHeight <= innerHeight || innerHeight - mark.bottom >= mark.top;
    card.style.top = `${scrollY + (below ? mark.bottom : mark.top - card.offsetHeight)}px`;
  }

  function show(link) {
    clearTimeout(timer);
    if (open === link) return;
    hide();
    const parts = content(link);
    if (!parts) return;
    const at = marks.indexOf(link);
    if (at >= 0 && !touched)
      parts.push(buzan.make("p", { class: "keys" }, `${at + 1} of ${marks.length} here: ← and → lead to the next`));
    card.replaceChildren(...parts);
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    open = link;
    place(link);
  }

  function hide() {
    clearTimeout(timer);
    open?.removeAttribute("aria-describedby");
    open = null;
    card.hidden = true;
  }

  const later = (what, wait) => {
    clearTimeout(timer);
    timer = setTimeout(what, wait);
  };

  for (const link of [...marks, ...terms]) {
    link.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && later(() => show(link), 150));
    link.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(hide, 250));
    link.addEventListener("focus", () => !touched && show(link));
    link.addEventListener("blur", () => !touched && hide());
    link.addEventListener("click", (event) => {
      if (!touched || open === link) return;
      show(link);
      if (open === link) event.preventDefault(); // the first tap shows the card, which has the link
    });
  }
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(hide, 250));
  document.addEventListener(
    "pointerdown",
    (event) => {
      touched = event.pointerType === "touch";
      if (open && !card.contains(event.target) && !open.contains(event.target)) hide();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    touched = false;
    if (event.key === "Escape") hide();
  });

  /* One stop for the tabulator on a page, however many numbers it has; arrows lead on from there. */
  const stop = (link) => marks.forEach((mark) => mark.setAttribute("tabindex", mark === link ? 0 : -1));
  if (marks.length) stop(marks[0]);
  article.addEventListener("focusin", (event) => marks.includes(event.target) && stop(event.target));
  article.addEventListener("keydown", (event) => {
    const at = marks.indexOf(event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    marks[(to + marks.length) % marks.length].focus();
  });
})();
