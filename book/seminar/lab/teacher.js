/* The teacher's part of the coding lab: all files of a class, and how far it agrees. What stands in a file, its name too,
   is shown as text only. */
"use strict";

const teacher = (() => {
  let words, known, language;
  let dropped = []; // [{name, text}] or [{name, fault}], in the order in which they came
  let chosenSet = null;
  let results, status;

  /* ---- Words and elements ---- */

  function say(key, values = {}) {
    return (words[`teacher.${key}`] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  const drawn = ["svg", "line", "circle", "path"];

  /* An element; a child that is no element is text. */
  function make(tag, attributes = {}, ...children) {
    const element = drawn.includes(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const minus = (text) => text.replace("-", "\u2212");
  const number = (value, digits = 2) =>
    minus(new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value));
  const percent = (share) => number(100 * share, 0);
  const points = (share) =>
    minus(new Intl.NumberFormat(language, { maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(100 * share));

  /* What a variable is called, in the words that students saw; the level has two coefficients. */
  function variable(name) {
    if (name in known.values.threat) return threat(name);
    const [plain, ordinal] = name.split(" ");
    return words[`name.${plain}`] + (ordinal ? `, ${say("ordinal")}` : "");
  }
  const threat = (name) => known.values.threat[name].word;

  /* ---- Parts of what is shown ---- */

  /* An interval as a line with a dot at the estimate; an end beyond the scale is an arrow. */
  function interval(value, low, high, from = 0, to = 1) {
    const at = (one) => 4 + (112 * (Math.min(Math.max(one, from), to) - from)) / (to - from);
    const svg = make("svg", { viewBox: "0 0 120 14", class: "interval", "aria-hidden": "true" });
    svg.append(make("line", { x1: 4, x2: 116, y1: 7, y2: 7, class: "scale" }));
    for (const one of [from, (from + to) / 2, to]) svg.append(make("line", { x1: at(one), x2: at(one), y1: 4, y2: 10, class: "scale" }));
    if (!Number.isNaN(low)) {
      svg.append(make("line", { x1: at(low), x2: at(high), y1: 7, y2: 7, class: "range" }));
      if (low < from) svg.append(make("path", { d: "M6 3 L0 7 L6 11 Z", class: "end" }));
    }
    if (value >= from) svg.append(make("circle", { cx: at(value), cy: 7, r: 4 }));
    return svg;
  }

  /* A coefficient, its interval in figures, and as a drawing. */
  function coefficient(row, name) {
    const [value, low, high] = [row[name], row[`${name}_low`], row[`${name}_high`]];
    if (Number.isNaN(value)) return [make("span", { class: "undefined" }, say("undefined"))];
    const ends = Number.isNaN(low) ? say("no_interval") : `[${number(low)}, ${number(high)}]`;
    return [interval(value, low, high), make("b", {}, number(value)), " ", make("span", { class: "ends" }, ends)];
  }

  /* A table that scrolls in itself; cells are lists of children, the first of a row its head. */
  function table(caption, heads, rows, kind = "") {
    const head = make("tr", {}, ...heads.map((one) => (one ? make("th", { scope: "col" }, one) : make("td"))));
    const body = rows.map(([first, ...cells]) =>
      make("tr", {}, make("th", { scope: "row" }, first), ...cells.map((cell, place) =>
        make("td", { "data-head": heads[place + 1] }, ...[cell].flat()))));
    return make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption },
      make("table", { class: kind }, ...(kind === "matrix" ? [make("caption", {}, caption)] : []), make("thead", {}, head), make("tbody", {}, ...body)));
  }

  function part(name, ...children) {
    return make("section", { class: "part" }, make("h3", {}, say(`${name}.title`)), make("p", {}, say(`${name}.lead`)), ...children);
  }

  /* ---- The parts ---- */

  function coefficients(files) {
    const heads = ["", say("items"), say("percent"), say("alpha"), say("ac1")];
    const rows = agreement.table(files).map((row) =>
      [variable(row.variable), String(row.items), ...agreement.COEFFICIENTS.map((name) => coefficient(row, name))]);
    return part("table", table(say("table.title"), heads, rows, "stacked"));
  }

  /* Both sets side by side, where both were coded. */
  function rounds(files, sets) {
    if (sets.length < 2) return [];
    const tables = sets.map((set) => agreement.table(files.filter((file) => file.set === set)));
    const names = tables[0].map((row) => row.variable).filter((name) => !agreement.THREATS.includes(name));
    const rows = names.map((name) => [variable(name), ...tables.map((found) => alphaOf(found.find((row) => row.variable === name)))]);
    return [part("rounds", table(say("rounds.title"), ["", ...sets], rows, "stacked"))];
  }

  const alphaOf = (row) => (row ? coefficient(row, "alpha") : [make("span", { class: "undefined" }, say("undefined"))]);

  function groups(files) {
    const found = agreement.groups(files);
    const names = [...new Set(found.map((row) => row.group))];
    const variables = [...new Set(found.map((row) => row.variable))];
    const cell = (name, group) => alphaOf(found.find((one) => one.variable === name && one.group === group));
    const rows = variables.map((name) => [variable(name), ...names.map((group) => cell(name, group))]);
    return part("groups", table(say("groups.title"), ["", ...names.map((name) => say(`groups.${name}`))], rows, "stacked"));
  }

  /* A matrix whose cells are the darker the more of its row they hold. */
  function matrix(caption, { values, matrix }, digits) {
    const rows = matrix.map((row, place) => {
      const total = row.reduce((sum, one) => sum + one, 0);
      const cells = row.map((one) => {
        const cell = make("span", { class: "share" }, one ? number(one, digits) : "\u00b7");
        cell.style.setProperty("--share", String(total ? one / total : 0));
        return cell;
      });
      return [threat(values[place]), ...cells];
    });
    return table(caption, ["", ...values.map(threat)], rows, "matrix");
  }

  function confusion(files, hasKey) {
    const parts = [matrix(say("confusion.coders"), agreement.confusion(files), 1)];
    if (hasKey) parts.push(matrix(say("confusion.key"), agreement.confusionWithKey(files), 0));
    return part("confusion", ...parts);
  }

  function againstKey(files) {
    const heads = ["", say("key.codes"), say("key.equal"), say("key.accepted"), say("key.other")];
    const rows = agreement.againstKey(files).map((row) =>
      [variable(row.variable), String(row.codes), ...["equal", "accepted", "other"].map((how) => `${percent(row[how])}\u00a0%`)]);
    return part("key", table(say("key.title"), heads, rows));
  }

  function hardest(files) {
    const key = files.find((file) => file.kind === "key");
    const list = make("ol", { class: "hardest" });
    for (const row of agreement.hardest(files)) {
      const item = make("li", {}, make("p", {}, make("b", {}, row.item), " ", known.items[row.item].text ?? ""));
      const said = ["primary", "level", "referent", "agent", "measure"]
        .filter((name) => name in row)
        .map((name) => `${variable(name)} ${Number.isNaN(row[name]) ? say("undefined") : `${percent(row[name])}\u00a0%`}`);
      item.append(make("p", { class: "agree" }, `${say("hardest.pairs")} ${said.join(" \u00b7 ")}`));
      const given = row.primaries.map(([name, count]) => `${threat(name)} ${count}`).join(" \u00b7 ");
      item.append(make("p", { class: "given" }, `${say("hardest.given")} ${given}`));
      const right = key?.codes[row.item]?.primary;
      if (right) {
        const accepted = (key.accept[row.item]?.primary ?? []).map(threat).join(", ");
        item.append(make("p", { class: "given" },
          `${say("hardest.key")} ${threat(right)}${accepted ? `; ${say("hardest.accepted")} ${accepted}` : ""}`));
      }
      list.append(item);
    }
    return part("hardest", list);
  }

  function experiment(files) {
    if (!files.some((file) => file.kind === "person" && file.labels)) return [];
    if (!files.some((file) => Object.keys(file.toward).length)) return [part("experiment", make("p", {}, say("experiment.no_key")))];
    const found = agreement.experiment(files);
    const counted = say("experiment.students", { students: found.students, left: found.left_out });
    const shown = [make("p", {}, counted)];
    if (found.students) {
      shown.push(make("p", {}, say("experiment.shares", { labelled: percent(found.labelled), unlabelled: percent(found.unlabelled) })));
      const ends = Number.isNaN(found.low)
        ? say("no_interval")
        : `[${points(found.low)}, ${points(found.high)}], p = ${number(found.p, 3)}`;
      shown.push(make("p", { class: "shift" }, interval(found.shift, found.low, found.high, -1, 1), make("b", {}, points(found.shift)),
        ` ${say("experiment.points")} `, make("span", { class: "ends" }, ends)));
    }
    shown.push(make("p", {}, say(`debrief.${found.finding}`)), make("p", {}, say("debrief.always")));
    return [part("experiment", ...shown)];
  }

  /* ---- Files ---- */

  function refused(faults) {
    const list = make("ul");
    for (const { name, place, value, why, allowed, nearest } of faults) {
      const hint = nearest !== null ? say("fault.nearest", { nearest }) : say("fault.allowed", { allowed: allowed.slice(0, 8).join(", ") });
      const reason = say(`fault.${why}`, { value, other: allowed[0] ?? "" });
      const offered = (why === "value" || why === "name") && allowed.length ? ` ${hint}` : "";
      list.append(make("li", {}, make("b", {}, name), `${place && `, ${place}`}: ${reason}${offered}`));
    }
    return make("div", { class: "notice", role: "alert" }, make("p", {}, say("refused")), list);
  }

  function csv(files, sets) {
    const columns = ["items", ...agreement.COEFFICIENTS.flatMap((name) => [name, `${name}_low`, `${name}_high`])];
    const rows = sets.flatMap((set) => {
      const inside = files.filter((file) => file.set === set);
      const whole = agreement.table(inside).map((row) => ({ group: "all", ...row }));
      return [...whole, ...agreement.groups(inside)].map((row) =>
        [set, row.group, row.variable, ...columns.map((name) => (Number.isNaN(row[name]) ? "" : row[name]))]);
    });
    const text = [["set", "group", "variable", ...columns], ...rows].map((row) => `${row.join(",")}\r\n`).join("");
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    make("a", { href: address, download: "agreement.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  function button(name, action) {
    const found = make("button", { type: "button" }, say(name));
    found.addEventListener("click", action);
    return found;
  }

  function choice(sets) {
    const radios = sets.map((set) => {
      const radio = make("input", { type: "radio", name: "teacher-set", value: set });
      radio.checked = set === chosenSet;
      radio.addEventListener("change", () => {
        chosenSet = set;
        render();
        results.querySelector(`input[value="${set}"]`).focus();
      });
      return make("label", {}, radio, ` ${set}`);
    });
    return make("fieldset", { class: "plain" }, make("legend", {}, say("set")), ...radios);
  }

  function render() {
    const { files, faults } = agreement.gather(dropped, known);
    const coders = files.filter((file) => file.kind !== "key");
    const sets = [...new Set(coders.map((file) => file.set))].sort();
    if (!sets.includes(chosenSet)) chosenSet = sets[0] ?? null;
    const count = (kind) => files.filter((file) => file.kind === kind).length;
    const sessions = [...new Set(coders.map((file) => file.session))].join(", ");
    status.textContent = dropped.length
      ? say("status", { people: count("person"), models: count("model"), keys: count("key"), refused: faults.length, sessions })
      : "";
    results.replaceChildren();
    if (faults.length) results.append(refused(faults));
    if (!dropped.length) return;
    if (sets.length > 1) results.append(choice(sets));
    const inside = files.filter((file) => file.set === chosenSet);
    const hasKey = inside.some((file) => file.kind === "key");
    const several = inside.filter((file) => file.kind !== "key").length > 1;
    if (several) results.append(coefficients(inside), groups(inside), confusion(inside, hasKey));
    else results.append(make("p", {}, say("two")));
    if (several && hasKey) results.append(againstKey(inside));
    if (several) results.append(hardest(inside));
    results.append(...rounds(files, sets), ...experiment(files));
    results.append(make("p", { class: "actions" }, ...(several ? [button("csv", () => csv(files, sets)), button("print", () => window.print())] : []),
      button("again", () => {
        dropped = [];
        render();
        document.getElementById("teacher-files").focus();
      })));
  }

  /* A file as text; one that is too large or no text is refused without being looked at. */
  async function load(file) {
    const refuse = (why) => ({ name: file.name, fault: { name: file.name, place: "", value: "", why, allowed: [], nearest: null } });
    if (file.size > agreement.LARGEST) return refuse("size");
    try {
      return { name: file.name, text: new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()) };
    } catch {
      return refuse("utf8");
    }
  }

  async function take(list) {
    dropped.push(...(await Promise.all([...list].map(load))));
    render();
  }

  /* Fill the section: `texts` are the words of the lab; `about` has items, each with its set and text, and values. */
  function start(section, texts, about) {
    [words, known, language] = [texts, about, document.documentElement.lang];
    const input = make("input", { type: "file", id: "teacher-files", multiple: "", accept: ".json,application/json" });
    const place = make("div", { class: "card drop" }, make("p", {}, say("lead")), make("p", {},
      make("label", { for: "teacher-files" }, say("choose")), " ", input));
    input.addEventListener("change", () => {
      take(input.files).then(() => (input.value = ""));
    });
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"])
      place.addEventListener(kind, (event) => {
        event.preventDefault();
        place.classList.toggle("over", kind === "dragenter" || kind === "dragover");
        if (kind === "drop") take(event.dataTransfer.files);
      });
    status = make("p", { role: "status" });
    results = make("div", { id: "teacher-results" });
    section.replaceChildren(place, status, results);
  }

  return { start, load };
})();
