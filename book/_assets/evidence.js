/* The coded passages as a table that is filtered, sorted, opened and taken away. */
"use strict";

(() => {
  const data = buzan.data.evidence;
  const place = document.querySelector(".evidence");
  if (!data || !place) return;

  const { make } = buzan;
  const PER_PAGE = 50;
  const { documents, passages } = data;
  const all = passages.id.map((_, row) => row);
  const names = data.variables.map(([name]) => name);
  const labels = Object.fromEntries(data.variables);
  const values = Object.fromEntries(data.variables.map(([name, , known]) => [name, known]));
  const at = Object.fromEntries(names.map((name, index) => [name, index]));
  const decisions = new Map(data.decisions.map(([who, row, ...rules]) => [`${who} ${row}`, rules]));
  const people = Object.fromEntries(data.annotators.map(([name], index) => [name, index]));

  /* What annotators are compared in: the dangers together, and every other variable. */
  const COMPARED = ["relevant", "threats", ...names.filter((name) => name !== "relevant" && !data.threats.includes(name))];
  const heading = (name) => (name === "threats" ? "Dangers named" : labels[name]);

  /* What is known of a passage. */
  const source = (row) => passages.document[row];
  const state = (row) => data.states[documents.state[source(row)]];
  const year = (row) => documents.year[source(row)];
  const corpus = (row) => data.corpora[documents.corpus[source(row)]];
  const quadrant = (row) => data.quadrants[documents.quadrant[source(row)]] ?? ["none", "not placed"];
  const coding = (who, row) => data.codings[data.codes[who][row]];
  const code = (coded, name) => values[name][coded[at[name]]][0];
  const named = (coded) => data.threats.filter((threat) => code(coded, threat) === "1");
  const inWords = (coded, name) =>
    name === "threats"
      ? named(coded).map((threat) => labels[threat]).join(", ") || "none"
      : values[name][coded[at[name]]][1];
  const same = (coded, name) => (name === "threats" ? named(coded).join() : code(coded, name));

  /* The coding of a passage by the annotator who is chosen, or by the last of several. */
  const shown = (who, row) => {
    const found = who.split("+").filter((name) => coding(people[name], row)).pop();
    return found === undefined ? undefined : coding(people[found], row);
  };

  /* The coders of the codebook of an annotator, those who coded a passage, and in what they differ. */
  const coders = data.annotators.map(([, , codebook]) =>
    data.annotators.flatMap(([, , other, role], index) => (other === codebook && role === "coder" ? [index] : [])),
  );
  const compared = (who, row) => coders[who].filter((one) => coding(one, row));
  const differing = (some, row) =>
    COMPARED.filter((name) => new Set(some.map((who) => same(coding(who, row), name))).size > 1);

  /* The filters. */
  const option = ([value, word]) => make("option", { value }, word);
  const select = (label, options, first = "any") =>
    field(label, make("select", {}, ...(first ? [option(["", first])] : []), ...options.map(option)));
  let fields = 0;
  const field = (label, control) => {
    control.id = `filter-${(fields += 1)}`;
    return { control, element: make("div", {}, make("label", { for: control.id }, label), control) };
  };
  const years = documents.year;
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const byYear = (label, value) =>
    field(label, make("input", { type: "number", min: first, max: last, placeholder: value, inputmode: "numeric" }));
  const among = (name) => values[name];
  const present = new Set(all.map((row) => quadrant(row)[0]));
  const alone = data.annotators.map(([name, label]) => [name, label]);
  const together = data.shown in people ? [] : [[data.shown, data.joined]];
  const filters = {
    ...(passages.gist.some(Boolean) && { q: field("Words in the gist", make("input", { type: "search" })) }),
    threat: select("Danger", [
      ["any", "any danger"], ...data.threats.map((threat) => [threat, labels[threat]]), ["none", "no danger"],
    ], "all passages"),
    level: select("Strength", among("level")),
    referent: select("What is to be protected", among("referent")),
    agent: select("Who threatens", among("agent")),
    measure: select("Measure", among("measure")),
    state: select("State", data.states),
    quadrant: select("Quadrant", [...data.quadrants, ["none", "not placed"]].filter(([one]) => present.has(one))),
    corpus: select("Statements", data.corpora),
    from: byYear("From year", first),
    to: byYear("To year", last),
    annotator: select("Whose codes", [...alone, ...together], ""),
    ...(coders.some((some) => some.length > 1) && {
      agreement: select("Coders of that codebook", [["agreed", "agree"], ["differed", "differ"]], "agree or differ"),
      on: select("Agree or differ in", COMPARED.map((name) => [name, heading(name)]), "anything"),
    }),
    sort: select("Order", [
      ["state", "state"], ["year", "year, oldest first"], ["-year", "year, newest first"], ["corpus", "statements"],
      ["threats", "dangers named"], ["level", "strength, weakest first"], ["-level", "strength, strongest first"],
    ], ""),
  };
  const defaults = { annotator: data.shown, sort: "state" };
  const chosen = () =>
    Object.fromEntries(Object.entries(filters).map(([name, { control }]) => [name, control.value.trim()]));
  let page = 0;

  const fill = () => {
    const given = buzan.chosen();
    for (const [name, { control }] of Object.entries(filters)) {
      control.value = given[name] ?? defaults[name] ?? "";
      if (control.tagName === "SELECT" && control.selectedIndex < 0) control.value = defaults[name] ?? "";
    }
    page = Math.max(0, (parseInt(given.page, 10) || 1) - 1);
  };
  const keep = (step) => {
    const given = chosen();
    for (const [name, value] of Object.entries(defaults)) if (given[name] === value) given[name] = "";
    buzan.choose({ ...given, page: page ? page + 1 : "" }, step);
  };

  const gists = passages.gist.map(buzan.fold);
  const matching = (given) => {
    const words = buzan.fold(given.q ?? "").split(/\s+/).filter(Boolean);
    const who = people[given.annotator.split("+").pop()];
    const tests = [
      (row, coded) => coded,
      (row) => words.every((word) => gists[row].includes(word)),
      given.state && ((row) => state(row)[0] === given.state),
      given.corpus && ((row) => corpus(row)[0] === given.corpus),
      given.quadrant && ((row) => quadrant(row)[0] === given.quadrant),
      given.from && ((row) => year(row) >= Number(given.from)),
      given.to && ((row) => year(row) <= Number(given.to)),
      given.threat &&
        ((row, coded) =>
          ["any", "none"].includes(given.threat)
            ? code(coded, "relevant") === (given.threat === "any" ? "1" : "0")
            : code(coded, given.threat) === "1"),
      ...["level", "referent", "agent", "measure"].map(
        (name) => given[name] && ((row, coded) => code(coded, name) === given[name]),
      ),
      given.agreement &&
        ((row) => {
          const some = compared(who, row);
          const found = differing(some, row).filter((name) => !given.on || name === given.on);
          return some.length > 1 && (found.length > 0) === (given.agreement === "differed");
        }),
    ].filter(Boolean);
    return all.filter((row) => {
      const coded = shown(given.annotator, row);
      return tests.every((test) => test(row, coded));
    });
  };

  const sorted = (rows, given) => {
    const down = given.sort.startsWith("-");
    const coded = (row) => shown(given.annotator, row);
    const key = {
      state: () => 0, // the order in which they are
      year,
      corpus: (row) => corpus(row)[1],
      threats: (row) => inWords(coded(row), "threats"),
      level: (row) => code(coded(row), "level"),
    }[given.sort.replace("-", "")];
    const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const keys = new Map(rows.map((row) => [row, key(row)]));
    return [...rows].sort((a, b) => order(keys.get(a), keys.get(b)) * (down ? -1 : 1) || a - b);
  };

  /* What stands behind a passage. */
  const link = (href, ...words) => make("a", { href }, ...words);
  const listed = (parts) =>
    parts.flatMap((part, index) => (index === 0 ? [part] : [index === parts.length - 1 ? " and " : ", ", part]));
  const headOf = (one) => {
    const [, label, codebook] = data.annotators[one];
    return label.includes("codebook") ? [label] : [label, make("small", {}, ` codebook ${codebook}`)];
  };
  const codesOf = (row) => {
    const who = data.annotators.flatMap((_, index) => (coding(index, row) ? [index] : []));
    const apart = who.map((one) => new Set(differing(compared(one, row), row)));
    const cell = (name) => (one, index) => {
      const coded = coding(one, row);
      const differs = data.annotators[one][3] === "coder" && apart[index].has(name);
      const word = name === "relevant" || code(coded, "relevant") === "1" ? inWords(coded, name) : "\u2013";
      const sign = differs ? [make("span", { title: "coders differ" }, "\u2260\u00a0")] : [];
      return make("td", { "data-label": data.annotators[one][1], class: differs && "differs" }, ...sign, word);
    };
    return make(
      "table",
      { class: "table stacked codes" },
      make("caption", {}, "Codes of every annotator. \u2260 marks what the coders of a codebook differ in."),
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Variable"), ...who.map((one) =>
        make("th", { scope: "col" }, ...headOf(one))))),
      make("tbody", {}, ...COMPARED.map((name) =>
        make("tr", {}, make("th", { scope: "row" }, heading(name)), ...who.map(cell(name))))),
    );
  };
  const decided = (row) =>
    data.decided.flatMap(([who, between]) => {
      const [, , codebook, , codebookPage] = data.annotators[who];
      if ([who, ...between].some((one) => !coding(one, row))) return [];
      const apart = differing(between, row);
      const lead = make("strong", {}, `Codebook ${codebook}: `);
      const both = between.map((one) => data.annotators[one][1]).join(" and ");
      if (!apart.length) return [make("p", {}, lead, `${both} agree, so that nothing had to be decided.`)];
      const rules = decisions.get(`${who} ${row}`);
      const [numbers, definitions] = (rules ?? ["", ""]).map((text) => text.split(";").filter(Boolean));
      const parts = [
        ...numbers.map((number) => link(`${codebookPage}.html#rule-${number}`, `rule ${number}`)),
        ...definitions.map((name) =>
          link(`${codebookPage}.html#variable-${name}`, `the definition of \u201c${labels[name] ?? name}\u201d`)),
      ];
      const how = parts.length
        ? ["Decided by ", ...listed(parts), "."]
        : [rules ? "The two readings were weighed without a named rule." : "No reason is on record."];
      const differ = apart.map((name) => heading(name).toLowerCase());
      return [make("p", {}, lead, `${both} differ in `, ...listed(differ), ". ", ...how)];
    });
  const behind = (row) => {
    const one = source(row);
    const [iso3, name, linked] = state(row);
    return [
      ...decided(row),
      make("div", { class: "evidence-codes", role: "region", "aria-label": "Codes", tabindex: 0 }, codesOf(row)),
      make("p", {}, make("strong", {}, "Speaker: "), linked ? link(`states/${iso3}.html`, name) : name,
        `, ${quadrant(row)[1]} in ${year(row)} by our reading.`,
        documents.in_paper[one] ? " The paper itself shows this document, so that no test uses it." : ""),
      make("p", {}, make("strong", {}, "Where it stands: "), `document ${documents.id[one]}, characters `,
        `${passages.start[row]} to ${passages.end[row]}; SHA-256 begins with ${passages.sha256[row]}; passage `,
        `${passages.id[row]}. The text is ${data.texts[documents.text[one]]}. `,
        link("#how-to-read-a-passage", "How to read it from your own copy")),
    ];
  };

  /* The table. */
  const COLUMNS = [["State", "state"], ["Year", "year"], ["Statements", "corpus"], ["Dangers named", "threats"],
    ["Strength", "level"], ["What it says"]];
  const draw = (row, given) => {
    const coded = shown(given.annotator, row);
    const danger = code(coded, "relevant") === "1";
    const id = `passage-${passages.id[row]}`;
    const button = make("button", { type: "button", "aria-expanded": "false", "aria-controls": id }, state(row)[1]);
    const inner = make("td", { colspan: COLUMNS.length });
    const more = make("tr", { id, class: "behind", hidden: true }, inner);
    button.addEventListener("click", () => {
      if (!inner.hasChildNodes()) inner.append(...behind(row));
      more.hidden = !more.hidden;
      button.setAttribute("aria-expanded", String(!more.hidden));
    });
    const cell = (label, text, style) => make("td", { "data-label": label, class: style }, text);
    return [
      make("tr", {},
        make("th", { scope: "row" }, button),
        cell("Year", String(year(row))),
        cell("Statements", corpus(row)[1]),
        cell("Dangers named", danger ? inWords(coded, "threats") : "no danger"),
        cell("Strength", danger ? inWords(coded, "level") : "\u2013"),
        cell("What it says", passages.gist[row] || "no gist", "words"),
      ),
      more,
    ];
  };
  const status = make("p", { role: "status", "aria-live": "polite" });
  const body = make("tbody");
  const heads = COLUMNS.map(([label, key]) => {
    if (!key) return make("th", { scope: "col" }, label);
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      const { control } = filters.sort;
      const other = [...control.options].some((one) => one.value === `-${key}`) && control.value === key;
      control.value = other ? `-${key}` : key;
      changed(true);
    });
    return make("th", { scope: "col", "data-key": key }, button);
  });
  const table = make("table", { class: "table stacked passages" },
    make("caption", {}, "Passages. The button in the first column opens what is behind one."),
    make("thead", {}, make("tr", {}, ...heads)), body);
  const action = (label, act) => {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", act);
    return button;
  };
  const turn = (label, by) =>
    action(label, () => {
      page += by;
      keep(true);
      show();
      table.scrollIntoView();
    });
  const [before, after] = [turn("Passages before", -1), turn("Passages after", 1)];
  const where = make("span");

  let rows = [];
  const show = () => {
    const given = chosen();
    rows = sorted(matching(given), given);
    const pages = Math.max(1, Math.ceil(rows.length / PER_PAGE));
    page = Math.min(page, pages - 1);
    const [low, high] = [page * PER_PAGE, Math.min(rows.length, (page + 1) * PER_PAGE)];
    const whole = all.length.toLocaleString("en");
    const states = new Set(rows.map((row) => state(row)[0])).size;
    status.textContent = `${rows.length.toLocaleString("en")} of ${whole} passages, by ${states} ${states === 1 ? "speaker" : "speakers"}.`;
    where.textContent = rows.length ? `${low + 1} to ${high}` : "none";
    before.disabled = page === 0;
    after.disabled = page === pages - 1;
    for (const head of heads) {
      const { key } = head.dataset;
      if (key === given.sort.replace("-", ""))
        head.setAttribute("aria-sort", given.sort.startsWith("-") ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    body.replaceChildren(...rows.slice(low, high).flatMap((row) => draw(row, given)));
  };
  const changed = (step) => {
    page = 0;
    keep(step);
    show();
  };

  /* To take away: a line a passage and annotator, in codes and in words. */
  const WORDS = ["threats", ...COMPARED.filter((name) => values[name]?.some(([value, word]) => value !== word))];
  const lines = (some) => [
    ["passage_id", "doc_id", "start", "end", "sha256", "corpus", "iso3", "state", "year", "quadrant", "gist", "annotator",
      ...names, ...WORDS.map((name) => `${name}_in_words`), "rules", "definitions"],
    ...some.flatMap((row) =>
      data.annotators.flatMap(([annotator], who) => {
        const coded = coding(who, row);
        if (!coded) return [];
        return [[
          passages.id[row], documents.id[source(row)], passages.start[row], passages.end[row], passages.sha256[row],
          corpus(row)[0], ...state(row).slice(0, 2), year(row), quadrant(row)[1], passages.gist[row], annotator,
          ...names.map((name) => code(coded, name)), ...WORDS.map((name) => inWords(coded, name)),
          ...(decisions.get(`${who} ${row}`) ?? ["", ""]),
        ]];
      })),
  ];

  const form = make("form", { "aria-label": "Filter the passages" }, ...Object.values(filters).map((one) => one.element));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => changed(event.target.tagName === "SELECT"));
  const clear = action("Show all", () => {
    for (const [name, { control }] of Object.entries(filters)) control.value = defaults[name] ?? "";
    changed(true);
  });
  place.replaceChildren(
    form,
    status,
    make("p", { class: "evidence-actions" }, clear,
      action("CSV of these passages", () => buzan.download("passages.csv", buzan.csv(lines(rows)))),
      action("CSV of all passages", () => buzan.download("passages-all.csv", buzan.csv(lines(all))))),
    table,
    make("nav", { class: "evidence-actions", "aria-label": "Pages of the table" }, before, where, after),
  );
  addEventListener("popstate", () => {
    fill();
    show();
  });
  fill();
  show();
})();
