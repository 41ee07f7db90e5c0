/* What the scripts of all pages share. A classic script: it also runs from file://. */
"use strict";

const buzan = {
  /* What the scripts with data put here, by name. */
  data: {},

  /* An element with attributes and children; a child that is no element is text, never markup. */
  make(tag, attributes = {}, ...children) {
    const vector = ["svg", "g", "path", "circle", "rect", "line", "text", "title", "desc"].includes(tag);
    const element = vector
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
    element.append(...children);
    return element;
  },

  /* A text as search compares it: lower case, without accents. */
  fold(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  },

  /* A number with so many decimals and a true minus; a dash for none. */
  number(value, decimals = 2, sign = false) {
    if (value == null || Number.isNaN(value)) return "\u2013";
    const text = Math.abs(value).toFixed(decimals);
    return (value < 0 && Number(text) !== 0 ? "\u2212" : sign && Number(text) !== 0 ? "+" : "") + text;
  },

  /* Rows as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
  csv(rows) {
    const cell = (value) => {
      if (typeof value === "number") return String(value);
      const text = String(value ?? "").replace(/^(?=[=+\-@\t\r])/, "'");
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
  },

  /* Give the reader a file. */
  download(name, content, type = "text/csv;charset=utf-8") {
    const address = URL.createObjectURL(new Blob([content], { type }));
    buzan.make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  },

  /* What is chosen on a page, in its address: read and write names with values. */
  chosen() {
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  },
  /* With `step` the choice before can be gone back to. */
  choose(values, step = false) {
    const kept = Object.entries(values).filter(([, value]) => value !== "" && value != null);
    const text = new URLSearchParams(kept).toString();
    const address = text ? `#${text}` : location.pathname + location.search;
    history[step ? "pushState" : "replaceState"](null, "", address);
  },
};
