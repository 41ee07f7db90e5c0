/* The index of states: a box that narrows the list as one types, by any name or code. */
"use strict";

(() => {
  const sections = [...document.querySelectorAll("section:has(> ul.states)")];
  const entries = sections.flatMap((section) =>
    [...section.querySelectorAll("li")].map((item) => {
      const names = item.dataset.names.split("|").map(buzan.fold);
      return { item, link: item.querySelector("a"), names, words: names.map((name) => name.match(/[\p{L}\p{N}]+/gu) ?? []) };
    }),
  );
  const box = buzan.make("input", {
    type: "search", id: "state", class: "form-control", autocomplete: "off", spellcheck: "false",
  });
  const count = buzan.make("p", { role: "status", "aria-live": "polite" });
  const label = buzan.make("label", { for: "state" }, "Name or code of a state");
  sections[0].before(buzan.make("search", { class: "find-state" }, label, box, count));

  /* Every word asked for begins a word of one and the same name. */
  const fits = (asked) => (words) => asked.every((part) => words.some((word) => word.startsWith(part)));
  const shown = () => entries.filter(({ item }) => !item.hidden);

  const narrow = () => {
    const asked = buzan.fold(box.value).match(/[\p{L}\p{N}]+/gu) ?? [];
    for (const { item, words } of entries) item.hidden = !words.some(fits(asked));
    for (const section of sections) section.hidden = !section.querySelector("li:not([hidden])");
    const many = shown().length;
    count.textContent = many === 0 ? "No state of this name." : many === 1 ? "1 state" : `${many} states`;
    buzan.choose({ state: box.value });
  };

  /* The state that is named in full, or else the first that is shown. */
  const best = () => {
    const asked = buzan.fold(box.value.trim());
    return shown().find(({ names }) => names.includes(asked)) ?? shown()[0];
  };

  box.addEventListener("input", narrow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") best()?.link.click();
  });
  document.querySelector("article, main").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [box, ...shown().map(({ link }) => link)];
    const at = stops.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, at + step))].focus();
  });

  box.value = buzan.chosen().state ?? "";
  narrow();
})();
