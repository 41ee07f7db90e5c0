/* Every table of a page as CSV: a button below it. What has no heading, or a download of its own, gets none. */
"use strict";

{
  /* A cell as a spreadsheet should have it: a number is one, whatever its minus and its commas. */
  const content = (cell) => {
    const text = cell.textContent.trim().replace(/\s+/g, " ");
    const plain = text.replace("\u2212", "-");
    const number = plain.replace(/(?<=\d),(?=\d{3})/g, "");
    return /^[+-]?\d+(\.\d+)?$/.test(number) && !/^[+-]?0\d/.test(number) ? Number(number) : plain;
  };

  const rows = (table) => [...table.rows].map((row) => [...row.cells].map(content));

  document.querySelectorAll(".bd-article table:not(.indextable, [data-csv])").forEach((table, place) => {
    if (!table.tHead || table.parentElement.closest("table")) return;
    const caption = table.caption ? table.caption.textContent.trim().replace(/#$/, "") : "this table";
    const button = buzan.make("button", { type: "button", "aria-label": `CSV of ${caption}` }, "CSV");
    const page = location.pathname.split("/").pop().replace(/\.html$/, "") || "index";
    button.addEventListener("click", () =>
      buzan.download(`${page}-table-${place + 1}.csv`, buzan.csv(rows(table))),
    );
    const region = table.closest(".pst-scrollable-table-container") ?? table;
    region.after(buzan.make("p", { class: "downloads" }, button));
  });
}
