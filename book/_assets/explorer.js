/* The explorer: what buzanlib.inference.exploration computes of one setting, and a page that shows it. */
"use strict";

/* What a setting gives: the states that it places, shares of threats by quadrant (in the order of `quadrants`), and the
   nine effects; or `fault`, in words, where it can place nobody. It touches no page. */
buzan.explore = (setting, data = buzan.data.explorer) => {
  const { states, regions, ranks } = data;
  const every = states.map((_, state) => state);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const mean = (values) => sum(values) / values.length;

  /* Quantile as numpy takes it, between the two nearest values. */
  const quantile = (values, share) => {
    const sorted = [...values].sort((one, other) => one - other);
    const at = (sorted.length - 1) * share, low = Math.floor(at), part = at - low;
    const [start, end] = [sorted[low], sorted[Math.min(low + 1, sorted.length - 1)]];
    return part < 0.5 ? start + (end - start) * part : end - (end - start) * (1 - part);
  };
  const median = (values) => {
    const sorted = [...values].sort((one, other) => one - other), half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };

  /* Normal score of a doubled rank among so many, by Newton's method: from zero it only comes nearer. */
  const known = new Map();
  const score = (doubled, among) => {
    const key = 1000 * among + doubled, beyond = Math.abs(doubled - among - 1) / (2 * (among + 1));
    if (!known.has(key)) {
      let x = 0;
      for (let step = 0; step < 50; step++) {
        const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
        let area = x;
        for (let term = x, odd = 3; term > 1e-17 * area; odd += 2) area += term *= (x * x) / odd;
        const next = x + (beyond - density * area) / density;
        if (!(next > x)) break;
        x = next;
      }
      known.set(key, doubled < among + 1 ? -x : x);
    }
    return known.get(key);
  };

  /* Years of a column that count for the window; one that ends before it is carried forward by its last year. */
  const scoresOf = (column) => {
    const { first, last } = setting, years = Object.keys(ranks[column]).map(Number);
    let counting = years.filter((year) => first <= year && year <= last);
    if (!counting.length) counting = years.filter((year) => first - data.carried <= year && year < first).slice(-1);
    return new Map(counting.map((year) => {
      const row = ranks[column][year], among = row.filter(Boolean).length;
      return [Math.max(year, first), row.map((rank) => (rank ? score(rank, among) : NaN))];
    }));
  };
  const scores = (axis) => {
    const { columns, orientation, label } = data.indices[axis][setting[axis]];
    const each = columns.map(scoresOf);
    if (each.some((one) => !one.size)) throw new RangeError(`no state has a value of ${label} in these years or shortly before`);
    const years = [...each[0].keys()].filter((year) => each.every((one) => one.has(year)));
    return every.map((state) => {
      const yearly = years.map((year) => orientation * mean(each.map((one) => one.get(year)[state])));
      return mean(yearly.filter((value) => !Number.isNaN(value)));
    });
  };

  const inYear = (name) => {
    const [from, to] = data.reach[name], year = Math.min(Math.max(setting.last, from), to);
    return data[name].filter((row) => row.at(-2) <= year && year <= row.at(-1));
  };
  /* Whom each placed state borders on: within the nearest kind of border that it has, else its regional group. */
  const neighbours = (placed) => {
    const among = new Set(placed), near = new Map(placed.map((state) => [state, []]));
    for (const [one, other, kind] of inYear("contiguity"))
      if (among.has(one) && among.has(other)) {
        near.get(one).push([other, kind]);
        near.get(other).push([one, kind]);
      }
    return placed.map((state) => {
      const kinds = near.get(state).map(([, kind]) => kind), most = Math.max(Math.min(...kinds), data.border);
      if (kinds.length) return near.get(state).filter(([, kind]) => kind <= most).map(([other]) => other);
      return placed.filter((other) => other !== state && regions[state] !== null && regions[other] === regions[state]);
    });
  };
  const lines = (axis, placed, of) => {
    const rule = setting[`${axis}_rule`], own = placed.map((state) => of[state]);
    const demand = (what, lines) => {
      const without = placed.filter((_, place) => Number.isNaN(lines[place])).map((state) => data.names[state]);
      if (without.length) throw new RangeError(`no ${what} of ${without.join(", ")}, and this rule needs one`);
      return lines;
    };
    if (rule === "median" || rule === "quantile") {
      const line = rule === "median" ? median(own) : quantile(own, setting[`${axis}_quantile`]);
      return own.map(() => line);
    }
    if (rule === "regional") {
      const groups = new Map();
      for (const state of placed) groups.set(regions[state], [...(groups.get(regions[state]) ?? []), of[state]]);
      groups.set(null, []);
      return demand("regional group", placed.map((state) => median(groups.get(regions[state]))));
    }
    const near = demand("placed neighbour", neighbours(placed).map((some) => mean(some.map((other) => of[other]))));
    if (rule === "neighbour") return near;
    const great = new Set(inYear("great_powers").map(([state]) => state));
    const power = placed.filter((state) => great.has(state)).map((state) => of[state]);
    if (!power.length) throw new RangeError("no great power is placed, and this rule needs one");
    return near.map((line) => (line + mean(power)) / 2);
  };

  const counts = new Map();
  for (const [state, year, ...row] of data.counts[setting.annotator][setting.corpus] ?? [])
    if (setting.first <= year && year <= setting.last)
      counts.set(state, row.map((count, place) => count + (counts.get(state)?.[place] ?? 0)));

  let found;
  try {
    const power = scores("power"), cohesion = scores("cohesion");
    const placed = every.filter((state) => !Number.isNaN(power[state] + cohesion[state]));
    const line = { power: lines("power", placed, power), cohesion: lines("cohesion", placed, cohesion) };
    found = placed.map((state, place) => ({
      state,
      power: power[state],
      cohesion: cohesion[state],
      power_line: line.power[place],
      cohesion_line: line.cohesion[place],
      quadrant: 2 * (power[state] > line.power[place]) + (cohesion[state] > line.cohesion[place]),
      counts: counts.get(state) ?? data.threats.map(() => 0).concat(0),
    }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { fault: error.message };
  }

  const inside = data.quadrants.map((_, quadrant) => found.filter((one) => one.quadrant === quadrant && one.counts[0]));
  const sizes = inside.map((some) => some.length), speaking = sum(sizes), total = data.quadrants.length;
  const shares = data.threats.map((_, threat) =>
    inside.map((some) => mean(some.map(({ counts: [all, ...each] }) => each[threat] / all))));
  const effects = data.predicted.flatMap((signs, threat) => {
    const logits = inside.map((some) => some.map(({ counts: [all, ...each] }) =>
      Math.log((each[threat] + 0.5) / (all - each[threat] + 0.5))));
    const means = logits.map(mean);
    const squares = logits.map((values, cell) => sum(values.map((value) => (value - means[cell]) ** 2)));
    // HC3, or classical errors where a quadrant is too small for these.
    const variances = Math.min(...sizes) > 1
      ? squares.map((square, cell) => square / (sizes[cell] - 1) ** 2)
      : sizes.map((size) => sum(squares) / (speaking - total) / size);
    const se = Math.sqrt(sum(variances)) / 2, half = data.half[speaking - total - 1] * se;
    return signs.map((predicted, effect) => {
      const contrast = sum(means.map((value, cell) => value * data.coding[effect][cell])) / 2;
      return { threat, effect, predicted, contrast, se, low90: contrast - half, high90: contrast + half };
    });
  });
  return { states: found, sizes, shares, effects: speaking > total && Math.min(...sizes) ? effects : [] };
};

document.querySelectorAll(".explorer").forEach((place) => {
  const data = buzan.data.explorer, { make, number } = buzan;
  const axes = ["power", "cohesion"], REACH = 2.75;
  const SIZE = 440, LEFT = 40, RIGHT = 432, TOP = 40, BOTTOM = 372, WIDE = 300, HIGH = 300;
  const marks = [
    "M-4.6 0a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0 -9.2 0z", "M0 -5.6L5.6 0L0 5.6L-5.6 0z",
    "M-4.2 -4.2H4.2V4.2H-4.2z", "M0 -5.4L5.2 4H-5.2z",
  ];
  const linked = new Set(data.linked);
  const says = { "-1": "below zero", 0: "near zero", 1: "above zero" };
  const short = data.quadrants.map(({ label }) => label.split(", "));
  const shade = (quadrant) => `quadrant-${data.quadrants[quadrant].name.toLowerCase()}`;
  const offered = {
    power: data.indices.power, cohesion: data.indices.cohesion, corpus: data.corpora, annotator: data.annotators,
    power_rule: data.rules.power, cohesion_rule: data.rules.cohesion,
  };
  let setting = { ...data.default }, found, active = null, sorted = { column: "state", down: false };

  /* ---- What is chosen, and the address. */
  const read = () => {
    const chosen = buzan.chosen();
    setting = { ...data.default };
    for (const [name, options] of Object.entries(offered))
      if (Object.hasOwn(options, chosen[name] ?? "") && options[chosen[name]].quantile == null) setting[name] = chosen[name];
    for (const name of ["first", "last"]) {
      const year = Number(chosen[name]);
      if (Number.isInteger(year) && data.years[0] <= year && year <= data.years[1]) setting[name] = year;
    }
    if (setting.first > setting.last) [setting.first, setting.last] = [data.default.first, data.default.last];
    for (const axis of axes) {
      const share = Number(chosen[`${axis}_quantile`]);
      if (setting[`${axis}_rule`] === "quantile" && share > 0 && share < 1) setting[`${axis}_quantile`] = share;
    }
  };
  const write = () => {
    const other = Object.entries(setting).filter(([name, value]) => value !== data.default[name]);
    buzan.choose(Object.fromEntries(other));
  };

  /* ---- Controls. */
  const controls = {};
  const labelled = (words, control, ...more) => make("label", {}, make("span", {}, words), control, ...more);
  const select = (name, words, options, change) => {
    const control = make("select", { name }, ...options.map(([value, text]) => make("option", { value }, text)));
    control.addEventListener("change", () => { change(control.value); update(); });
    controls[name] = control;
    return labelled(words, control);
  };
  const wordsOf = (options) => Object.entries(options).map(([name, about]) => [name, about.label ?? about]);
  const setRule = (axis, name) => {
    const { quantile } = data.rules[axis][name], share = `${axis}_quantile`;
    setting[`${axis}_rule`] = quantile == null ? name : "quantile";
    setting[share] = quantile ?? (name === "quantile" ? Math.round(100 * setting[share]) / 100 : data.default[share]);
  };
  const ruleOf = (axis) => {
    const rule = setting[`${axis}_rule`], same = ([, about]) => about.quantile === setting[`${axis}_quantile`];
    return (rule === "quantile" && Object.entries(data.rules[axis]).find(same)?.[0]) || rule;
  };
  const axisControls = (axis) => {
    const slider = make("input", { type: "range", min: 1, max: 99, step: 1, name: `${axis}_quantile` });
    const said = make("output");
    slider.addEventListener("input", () => {
      Object.assign(setting, { [`${axis}_rule`]: "quantile", [`${axis}_quantile`]: slider.value / 100 });
      update();
    });
    controls[`${axis}_quantile`] = slider;
    controls[`${axis}_said`] = said;
    return make("fieldset", {}, make("legend", {}, axis === "power" ? "Power" : "Cohesion"),
      select(axis, "measured by", wordsOf(data.indices[axis]), (value) => { setting[axis] = value; }),
      select(`${axis}_rule`, "line between weak and strong", wordsOf(data.rules[axis]), (value) => setRule(axis, value)),
      labelled("states below the line", slider, said));
  };
  const years = Array.from({ length: data.years[1] - data.years[0] + 1 }, (_, place) => data.years[0] + place);
  const year = (name, words) => select(name, words, years.map((one) => [one, String(one)]), (value) => {
    setting[name] = Number(value);
    if (setting.first > setting.last) setting.first = setting.last = Number(value);
  });
  const button = (words, click) => {
    const made = make("button", { type: "button" }, words);
    made.addEventListener("click", click);
    return made;
  };
  const coders = make("small");
  const form = make("form", { class: "explorer-choices" }, ...axes.map(axisControls),
    make("fieldset", {}, make("legend", {}, "Statements"),
      select("corpus", "whose", wordsOf(data.corpora), (value) => { setting.corpus = value; }),
      select("annotator", "coded by", wordsOf(data.annotators), (value) => { setting.annotator = value; }), coders,
      make("div", { class: "explorer-years" }, year("first", "from"), year("last", "to"))));
  form.addEventListener("submit", (event) => event.preventDefault());
  const show = () => {
    for (const name of [...axes, "corpus", "annotator", "first", "last"]) controls[name].value = setting[name];
    for (const axis of axes) {
      controls[`${axis}_rule`].value = ruleOf(axis);
      const shares = { median: 0.5, quantile: setting[`${axis}_quantile`] }, share = shares[setting[`${axis}_rule`]];
      controls[`${axis}_quantile`].value = Math.round(100 * (share ?? 0.5));
      controls[`${axis}_said`].value = share == null ? "differs by state" : `${Math.round(100 * share)} %`;
    }
    coders.textContent = data.shipped.includes(setting.annotator)
      ? "Runs of one large language model, blind to the state." : "";
  };

  /* ---- The map: strong power at the top, strong cohesion at the right. */
  const across = (score) => LEFT + ((score + REACH) / (2 * REACH)) * (RIGHT - LEFT);
  const up = (score) => BOTTOM - ((score + REACH) / (2 * REACH)) * (BOTTOM - TOP);
  const text = (x, y, words, attributes = {}) => make("text", { x, y, ...attributes }, words);
  const map = make("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", class: "explorer-map" });
  const ground = make("g", { "aria-hidden": "true" }), dots = make("g"), tip = make("g", { class: "tip", "aria-hidden": "true" });
  map.append(ground, dots, tip);
  const dotOf = data.states.map((_, state) => {
    const dot = make("g", { class: "state", tabindex: -1, role: linked.has(data.states[state]) ? "link" : "img" }, make("path"));
    dot.addEventListener("pointerenter", () => point(state));
    dot.addEventListener("focus", () => point(state));
    dot.addEventListener("click", (event) => { point(state); if (event.pointerType !== "touch") visit(state); });
    return dot;
  });
  const address = (state) => linked.has(data.states[state]) && `states/${data.states[state]}.html`;
  const visit = (state) => { if (address(state)) location.assign(address(state)); };
  const nameOf = (state) => data.names[state];
  const sentence = (one) => `${nameOf(one.state)}: ${data.quadrants[one.quadrant].label}; power ${number(one.power)}, line ${
    number(one.power_line)}; cohesion ${number(one.cohesion)}, line ${number(one.cohesion_line)}; ${one.counts[0]} relevant ${
    one.counts[0] === 1 ? "passage" : "passages"}`;
  const readout = make("p", { class: "explorer-readout" });
  /* One state at a time is reached by the tabulator key. */
  const reachable = () => {
    const one = active == null ? dots.firstChild : dotOf[active];
    for (const dot of dots.children) dot.setAttribute("tabindex", dot === one ? 0 : -1);
  };
  const point = (state) => {
    const one = found.states?.find((other) => other.state === state);
    if (active != null) dotOf[active].classList.remove("active");
    tip.replaceChildren();
    if (!one) {
      active = null;
      readout.textContent = "Point at a state, or use the arrow keys on the map. Pale: a state that did not speak of a cyber threat.";
      return;
    }
    dotOf[state].classList.add("active");
    active = state;
    reachable();
    const [x, y] = [across(one.cohesion), up(one.power)], right = x > SIZE / 2;
    tip.append(text(x + (right ? -9 : 9), y - 7, nameOf(state), { "text-anchor": right ? "end" : "start" }));
    readout.replaceChildren(`${sentence(one)}. `, ...(address(state) ? [make("a", { href: address(state) }, "Its page")] : []));
  };
  map.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: ["power", 1], ArrowDown: ["power", -1], ArrowRight: ["cohesion", 1], ArrowLeft: ["cohesion", -1] };
    if (event.key === "Enter" && active != null) visit(active);
    if (!(event.key in steps) && event.key !== "Home" && event.key !== "End") return;
    const [axis, step] = steps[event.key] ?? ["state", 1];
    const order = [...found.states].sort((one, other) => one[axis] - other[axis] || one.state - other.state);
    const here = order.findIndex(({ state }) => state === active);
    const there = event.key === "Home" ? 0 : event.key === "End" ? order.length - 1 : here + step;
    event.preventDefault();
    if (order[there]) dotOf[order[there].state].focus();
  });
  const drawMap = () => {
    const states = found.states ?? [];
    ground.replaceChildren(make("rect", { x: LEFT, y: TOP, width: RIGHT - LEFT, height: BOTTOM - TOP, class: "frame" }));
    for (const axis of axes) {
      const lines = new Set(states.map((one) => one[`${axis}_line`]));
      if (lines.size !== 1) continue;
      const [line] = lines;
      ground.append(make("line", axis === "power"
        ? { x1: LEFT, x2: RIGHT, y1: up(line), y2: up(line), class: "threshold" }
        : { x1: across(line), x2: across(line), y1: TOP, y2: BOTTOM, class: "threshold" }));
    }
    short.forEach(([power, cohesion], quadrant) => {
      const right = quadrant % 2, x = right ? RIGHT : LEFT, y = quadrant > 1 ? TOP - 22 : BOTTOM + 30;
      const count = states.filter((one) => one.quadrant === quadrant).length;
      const look = { "text-anchor": right ? "end" : "start", class: "corner" }, beside = x + (right ? -16 : 16);
      ground.append(
        make("path", { d: marks[quadrant], class: shade(quadrant), transform: `translate(${x + (right ? -6 : 6)} ${y - 4})` }),
        text(beside, y, `${power},`, look), text(beside, y + 14, `${cohesion}: ${count}`, look));
    });
    ground.append(
      text((LEFT + RIGHT) / 2, SIZE - 6, "cohesion (normal score)", { "text-anchor": "middle" }),
      text(0, 0, "power (normal score)", { "text-anchor": "middle", transform: `translate(12 ${(TOP + BOTTOM) / 2}) rotate(-90)` }));
    for (const tick of [-2, -1, 0, 1, 2])
      ground.append(text(across(tick), BOTTOM + 14, number(tick, 0), { "text-anchor": "middle" }),
        text(LEFT - 5, up(tick) + 4, number(tick, 0), { "text-anchor": "end" }));
    const placed = new Map(states.map((one) => [one.state, one]));
    dotOf.forEach((dot, state) => {
      const one = placed.get(state);
      if (!one) return dot.remove();
      dot.style.transform = `translate(${across(one.cohesion).toFixed(1)}px, ${up(one.power).toFixed(1)}px)`;
      dot.setAttribute("aria-label", sentence(one));
      dot.classList.toggle("silent", !one.counts[0]);
      dot.firstChild.setAttribute("d", marks[one.quadrant]);
      dot.firstChild.setAttribute("class", shade(one.quadrant));
      if (!dot.isConnected) dots.append(dot);
    });
    map.setAttribute("aria-label", `Map of ${states.length} states by power and cohesion; arrow keys go from state to state`);
    point(placed.has(active) ? active : null);
    reachable();
  };

  /* ---- The effects: dots and intervals, a band within the smallest effect of interest. */
  const forest = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 56}`, role: "img" });
  const drawEffects = () => {
    const rows = found.effects ?? [];
    const reach = Math.max(1, Math.ceil(2 * Math.max(0, ...rows.flatMap((row) => [-row.low90, row.high90]))) / 2);
    const x = (value) => 122 + ((value + reach) / (2 * reach)) * (WIDE - 136);
    forest.setAttribute("aria-label", rows.length ? "The nine effects; the table below has their numbers" : "No effects");
    forest.replaceChildren();
    if (!rows.length) return;
    forest.append(make("rect", { x: x(-data.sesoi), y: 0, width: x(data.sesoi) - x(-data.sesoi), height: HIGH, class: "band" }),
      make("line", { x1: x(0), x2: x(0), y1: 0, y2: HIGH, class: "frame" }));
    rows.forEach((row, place) => {
      const y = 30 + place * 24 + row.threat * 26;
      if (row.effect === 0) forest.append(text(0, y - 16, data.threats[row.threat], { class: "corner" }));
      forest.append(text(106, y + 4, data.effects[row.effect], { "text-anchor": "end" }),
        make("line", { x1: x(row.low90), x2: x(row.high90), y1: y, y2: y, class: "interval" }),
        make("path", { d: marks[0], class: "estimate", transform: `translate(${x(row.contrast)} ${y})` }));
      if (row.predicted)
        forest.append(make("path", { d: `M${row.predicted > 0 ? WIDE : 111} ${y}l${-8 * row.predicted} -5v10z`, class: "predicted" }));
    });
    for (const tick of [-reach, 0, reach])
      forest.append(text(x(tick), HIGH + 14, number(tick, 1), { "text-anchor": "middle" }));
    forest.append(text(0, HIGH + 34, "Log odds, 90 % interval. Arrow: where"), text(0, HIGH + 50, "Table 2 puts it. Band: too small to matter."));
  };

  /* ---- Tables, each with what it shows as CSV. A column: heading, value of a row, decimals where it is a number. */
  const tableOf = (name, caption, columns, rowsOf, sortable) => {
    const head = make("tr"), body = make("tbody"), said = make("span");
    const inOrder = () => {
      const rows = rowsOf(), column = columns.find(({ key }) => key === sorted.column);
      if (!sortable) return rows;
      const order = (one, other) => typeof one === "number" ? one - other : one.localeCompare(other);
      return [...rows].sort((one, other) => (sorted.down ? -1 : 1) * order(column.of(one), column.of(other)));
    };
    const csv = button("CSV", () => buzan.download(`explorer-${name}.csv`,
      buzan.csv([columns.map(({ heading }) => heading), ...inOrder().map((row) => columns.map(({ of }) => of(row)))])));
    csv.setAttribute("aria-label", `${caption} (CSV)`);
    const table = make("table", { class: "table" }, make("caption", {}, csv, " ", said), make("thead", {}, head), body);
    const box = make("div", { class: `pst-scrollable-table-container ${name}`, role: "region", tabindex: 0, "aria-label": caption }, table);
    box.draw = () => {
      said.textContent = caption;
      head.replaceChildren(...columns.map(({ key, heading, decimals }) => {
        const sort = sortable && { "aria-sort": sorted.column !== key ? "none" : sorted.down ? "descending" : "ascending" };
        const click = () => {
          sorted = { column: key, down: sorted.column === key ? !sorted.down : decimals != null };
          box.draw();
          head.children[columns.findIndex((one) => one.key === key)].firstChild.focus();
        };
        return make("th", { scope: "col", class: decimals != null && "number", ...sort }, sortable ? button(heading, click) : heading);
      }));
      body.replaceChildren(...inOrder().map((row) => make("tr", {}, ...columns.map(({ of, link, decimals, sign, words }, place) => {
        const value = of(row), shown = typeof value === "number" ? number(value, decimals, sign) : value;
        const inner = link?.(row) ? make("a", { href: link(row) }, shown) : shown;
        return make(place ? "td" : "th", { scope: !place && "row", class: decimals != null ? "number" : words && "words" }, inner);
      }))));
    };
    return box;
  };
  const shares = tableOf("shares", "Share of a state's relevant passages that carry a threat, mean of the states of a quadrant", [
    { key: "threat", heading: "threat", of: ([threat]) => data.threats[threat] },
    ...data.quadrants.map(({ label }, quadrant) => ({
      key: label, heading: label, decimals: 2, of: ([, row]) => row[quadrant],
    })),
  ], () => (found.shares ?? []).map((row, threat) => [threat, row]));
  const effects = tableOf("effects", "Effects in log odds, with 90 % intervals", [
    { key: "threat", heading: "threat", of: (row) => data.threats[row.threat] },
    { key: "effect", heading: "effect of", of: (row) => data.effects[row.effect] },
    { key: "contrast", heading: "contrast", decimals: 2, sign: true, of: (row) => row.contrast },
    { key: "low90", heading: "from", decimals: 2, sign: true, of: (row) => row.low90 },
    { key: "high90", heading: "to", decimals: 2, sign: true, of: (row) => row.high90 },
    { key: "predicted", heading: "Table 2 says", of: (row) => says[row.predicted] },
  ], () => found.effects ?? []);
  const list = tableOf("states", "States that are placed", [
    { key: "state", heading: "state", of: (one) => nameOf(one.state), link: (one) => address(one.state) },
    { key: "quadrant", heading: "quadrant", words: true, of: (one) => data.quadrants[one.quadrant].label },
    ...axes.flatMap((axis) => [
      { key: axis, heading: axis, decimals: 2, of: (one) => one[axis] },
      { key: `${axis}_line`, heading: `line of ${axis}`, decimals: 2, of: (one) => one[`${axis}_line`] },
    ]),
    { key: "relevant", heading: "relevant passages", decimals: 0, of: (one) => one.counts[0] },
    ...data.threats.map((label, threat) => ({ key: label, heading: label, decimals: 0, of: (one) => one.counts[threat + 1] })),
  ], () => found.states ?? [], true);

  /* ---- The picture, with the looks of the page written into it, and the choice as its last lines. */
  const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor", "opacity", "paint-order"];
  const picture = () => {
    const lines = summary.textContent.match(/.{1,110}(?:\s|$)/g) ?? [];
    const width = SIZE + WIDE + 30, height = SIZE + 18 * lines.length + 20, style = getComputedStyle(document.body);
    const whole = make("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
      make("rect", { width, height, fill: style.backgroundColor }));
    [map, forest].forEach((drawing, place) => {
      const copy = drawing.cloneNode(true), [own, theirs] = [drawing, copy].map((one) => [...one.querySelectorAll("*")]);
      theirs.forEach((element, which) => {
        const look = getComputedStyle(own[which]), moved = element.style.transform.match(/-?[\d.]+/g);
        for (const name of LOOKS) element.setAttribute(name, look.getPropertyValue(name));
        element.removeAttribute("style");
        if (moved) element.setAttribute("transform", `translate(${moved.join(" ")})`);
      });
      whole.append(make("g", { transform: `translate(${place * (SIZE + 20)} ${40 * place})` }, ...copy.childNodes));
    });
    lines.forEach((line, place) => whole.append(text(4, SIZE + 22 + 18 * place, line,
      { fill: style.color, "font-size": 11, "font-family": style.fontFamily })));
    return { text: new XMLSerializer().serializeToString(whole), width, height };
  };
  const savePng = () => {
    const { text: source, ...size } = picture(), image = new Image(), [width, height] = [3 * size.width, 3 * size.height];
    image.onload = () => {
      const canvas = make("canvas", { width, height });
      canvas.getContext("2d").drawImage(image, 0, 0, width, height);
      canvas.toBlob((content) => buzan.download("explorer.png", content, "image/png"));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  };

  /* ---- All together. */
  const summary = make("p", { role: "status", class: "explorer-summary" });
  const describe = () => {
    const rule = (axis) => {
      const share = setting[`${axis}_rule`] === "quantile" ? ` (${Math.round(100 * setting[`${axis}_quantile`])} % below)` : "";
      return `${data.indices[axis][setting[axis]].label}, line: ${data.rules[axis][ruleOf(axis)].label}${share}`;
    };
    const choice = `Power by ${rule("power")}. Cohesion by ${rule("cohesion")}. ${data.corpora[setting.corpus]}, ${setting.first}\u2013${
      setting.last}; codes: ${data.annotators[setting.annotator]}.`;
    const total = (some) => some.reduce((sum, one) => sum + one, 0);
    const result = found.fault ? `Nobody can be placed: ${found.fault}.`
      : `${found.states.length} states are placed, ${total(found.sizes)} of them speak of a cyber threat.${
        found.effects.length ? "" : " No effects: a quadrant has no state that speaks, or there are too few states."}`;
    const same = Object.entries(setting).every(([name, value]) => value === data.default[name]);
    summary.textContent = `${choice} ${result} ${same ? "This is the setting with which the page opens." : "Exploratory: not the setting with which the page opens."}`;
  };
  const update = () => {
    found = buzan.explore(setting, data);
    show();
    describe();
    drawMap();
    drawEffects();
    for (const table of [shares, effects, list]) table.draw();
    write();
  };
  place.replaceChildren(form,
    make("p", { class: "explorer-buttons" },
      button("Reset", () => { setting = { ...data.default }; update(); }),
      button("Picture (SVG)", () => buzan.download("explorer.svg", picture().text, "image/svg+xml")),
      button("Picture (PNG)", savePng)),
    summary, make("div", { class: "explorer-drawings" }, make("div", {}, map, readout), forest), effects, shares, list);
  addEventListener("hashchange", () => { read(); update(); });
  read();
  update();
});
