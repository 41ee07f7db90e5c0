"use strict";
/* The token game. The arithmetic is that of buzanlib.policy.token_game, on weights and bounds that the page carries. */
const tokenGame = (() => {
  const known = JSON.parse(document.getElementById("game-data").textContent);
  const { tokens, required, delegations, threats, rounds, words } = known;
  const KEPT = "buzanlib-token-game";

  /** Points of each delegation: its tokens by weight, over its largest weight. Weights are halves, so nothing is rounded. */
  const points = (round, split) =>
    rounds[round].weights.map(
      (weights) => weights.reduce((sum, weight, place) => sum + weight * split[place], 0) / Math.max(...weights),
    );
  const joins = (round, split) => points(round, split).map((got) => got >= required);
  const isSplit = (split) =>
    Array.isArray(split) && split.length === threats.length && split.every((one) => Number.isInteger(one) && one >= 0) &&
    split.reduce((sum, one) => sum + one, 0) === tokens;

  const $ = (id) => document.getElementById(id);
  const say = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (all, key) => (key in values ? String(values[key]) : all));
  const number = (value) => new Intl.NumberFormat(document.documentElement.lang).format(value).replace("-", "−");
  const make = (tag, text = "", attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  let proposals = []; // {round, split}, in the order in which they were made
  const before = []; // what undo goes back to
  const change = (next) => {
    before.push(proposals);
    proposals = next;
    keep();
    draw();
  };

  function keep() {
    try {
      localStorage.setItem(KEPT, file());
    } catch {
      /* Some browsers keep nothing for a page that is opened from a file; the game goes on. */
    }
  }
  const file = () => JSON.stringify({ format: KEPT, version: 1, proposals });

  /** Proposals of a saved file, or the name of its fault. */
  function read(text) {
    let content;
    try {
      content = JSON.parse(text);
    } catch {
      return { fault: "json" };
    }
    if (content?.format !== KEPT || content.version !== 1 || !Array.isArray(content.proposals)) return { fault: "format" };
    const wrong = content.proposals.some((one) => !(Number.isInteger(one?.round) && one.round in rounds && isSplit(one.split)));
    return wrong ? { fault: "split" } : { proposals: content.proposals.map(({ round, split }) => ({ round, split })) };
  }

  const chosen = () => Number(document.querySelector("input[name=round]:checked").value);
  const inputs = threats.map((threat) => make("input", "", { type: "number", min: 0, max: tokens, step: 1, inputmode: "numeric", name: threat }));
  const notice = (text = "") => {
    $("notice").textContent = text;
    $("notice").hidden = !text;
  };

  function count() {
    const left = tokens - inputs.reduce((sum, input) => sum + Number(input.value), 0);
    $("left").textContent = left > 0 ? say("propose.left", { n: left }) : left < 0 ? say("propose.over", { n: -left }) : say("propose.done");
  }

  /** More members are better, and among as many, more for whoever gets least. */
  function best(round) {
    const rated = proposals
      .map((one, place) => ({ ...one, place, joined: joins(one.round, one.split).filter(Boolean).length, least: Math.min(...points(one.round, one.split)) }))
      .filter((one) => one.round === round);
    return rated.sort((a, b) => b.joined - a.joined || b.least - a.least || a.place - b.place)[0];
  }

  function row(one, place, top) {
    const got = points(one.round, one.split);
    const made = make("tr", "", place === top?.place ? { class: "top" } : {});
    made.append(make("th", place + 1, { scope: "row" }), make("td", one.round + 1), ...one.split.map((given) => make("td", given)));
    const shown = $("points").checked;
    for (const each of got) made.append(make("td", words[each >= required ? "log.in" : "log.out"] + (shown ? ` (${number(each)})` : "")));
    made.append(make("td", got.filter((each) => each >= required).length));
    if (shown) made.append(make("td", number(Math.min(...got))));
    return made;
  }

  function draw() {
    const top = best(chosen());
    const all = delegations.length;
    $("best").textContent = top ? say("log.best", { n: top.place + 1, joined: top.joined, all }) : words["log.none"];
    const head = make("tr");
    const names = [words["log.number"], words["round.word"], ...[...threats, ...delegations].map((name) => words[name]), words["log.joined"]];
    if ($("points").checked) names.push(words["log.least"]);
    head.append(...names.map((name) => make("th", name, { scope: "col" })));
    const [thead, tbody] = [make("thead"), make("tbody")];
    thead.append(head);
    tbody.append(...proposals.map((one, place) => row(one, place, top)));
    $("log").replaceChildren(thead, tbody);
    const last = proposals.at(-1);
    const got = last ? points(last.round, last.split) : [];
    const joined = got.filter((each) => each >= required).length;
    $("said").textContent = last ? say(joined === all ? "board.all" : "board.said", { n: proposals.length, joined, all }) : words["board.none"];
    $("board").replaceChildren(
      ...delegations.map((name, place) => {
        const cell = make("div", "", got[place] >= required ? { class: "in" } : {});
        cell.append(make("b", words[name]));
        if (last) {
          cell.append(make("span", words[got[place] >= required ? "board.in" : "board.out"]));
          if ($("points").checked) cell.append(make("span", say("board.got", { n: number(got[place]) })));
        }
        return cell;
      }),
    );
    $("game").classList.toggle("empty", !proposals.length);
    $("undo").disabled = !before.length && !proposals.length;
  }

  function record(event) {
    event.preventDefault();
    const split = inputs.map((input) => (input.value === "" ? 0 : Number(input.value)));
    // What is no number, such as "--5", has no value, but is not nothing.
    if (inputs.some((input) => input.validity.badInput) || !isSplit(split)) {
      notice(say("propose.refused", { tokens }));
      return;
    }
    notice();
    change([...proposals, { round: chosen(), split }]);
    inputs[0].focus();
    inputs[0].select();
  }

  function undo() {
    // After a reload nothing is left to go back to but the last proposal.
    proposals = before.length ? before.pop() : proposals.slice(0, -1);
    keep();
    draw();
    notice(words["log.undone"]);
  }

  function save() {
    const link = make("a", "", { download: "token-game.json", href: URL.createObjectURL(new Blob([file()], { type: "application/json" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async function open() {
    const [given] = $("file").files;
    if (!given) return;
    const found = read(await given.text());
    $("file").value = "";
    if (found.fault) {
      notice(say("log.faulty", { name: given.name, why: words[`fault.${found.fault}`] }));
      return;
    }
    change(found.proposals);
    notice(say("log.restored", { n: proposals.length }));
  }

  function bounds() {
    const table = make("table");
    table.append(make("caption", say("reveal.caption", { splits: number(known.splits) })));
    const head = make("tr");
    head.append(make("td"), ...rounds.map((_, place) => make("th", words[`round.${place}`], { scope: "col" })));
    const thead = make("thead");
    thead.append(head);
    const body = make("tbody");
    const rows = {
      level: (one) => number(one.level),
      whole: (one) => number(one.whole),
      best: (one) => one.best.map((split) => split.join("/")).join(", "),
      unite: (one) => number(one.unite),
      red: (one) => number(one.red[0]),
      redder: (one) => number(one.red[1]),
    };
    for (const [name, shown] of Object.entries(rows)) {
      const line = make("tr");
      line.append(make("th", words[`reveal.${name}`], { scope: "row" }), ...rounds.map((one) => make("td", shown(one))));
      body.append(line);
    }
    table.append(thead, body);
    return [table, make("p", words["reveal.ask"])];
  }

  function reveal() {
    const shown = $("bounds").hidden;
    $("bounds").hidden = !shown;
    $("bounds").replaceChildren(...(shown ? bounds() : []));
    $("reveal").setAttribute("aria-expanded", String(shown));
    $("reveal").textContent = words[shown ? "reveal.hide" : "reveal.show"];
  }

  threats.forEach((threat, place) => {
    const label = make("label", words[threat]);
    label.append(inputs[place]);
    $("tokens").append(label);
    inputs[place].addEventListener("input", count);
  });
  $("propose").noValidate = true; // the page says itself what is wrong, in its own language
  $("propose").addEventListener("submit", record);
  document.querySelectorAll("input[name=round]").forEach((input) => input.addEventListener("change", draw));
  $("points").addEventListener("change", draw);
  $("undo").addEventListener("click", undo);
  $("save").addEventListener("click", save);
  $("restore").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", open);
  $("clear").addEventListener("click", () => {
    if (!proposals.length) return;
    change([]);
    notice(words["log.cleared"]);
  });
  $("reveal").addEventListener("click", reveal);
  try {
    proposals = read(localStorage.getItem(KEPT) ?? "").proposals ?? [];
  } catch {
    /* as in keep */
  }
  count();
  draw();
  $("game").hidden = false;
  return { points, joins, read };
})();
