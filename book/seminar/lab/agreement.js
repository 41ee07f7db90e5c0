/* How far a class agrees: pure functions, the same as buzanlib.seminar (a test holds the two together). */
"use strict";

const agreement = (() => {
  const THREATS = ["pol", "inf", "cri", "mil", "ter", "oth", "gen"];
  const VALUES = {
    primary: [...THREATS, "none"],
    level: [0, 1, 2],
    referent: ["individual", "society", "economy", "state", "international", "none"],
    agent: ["state", "criminal", "terrorist", "other", "none"],
    measure: ["norms", "defend", "police", "content", "military", "none"],
  };
  const SHORT = ["threats", "primary", "level", "referent"];
  const FORMS = { short: SHORT, long: [...SHORT, "agent", "measure"] };
  const SPEAKERS = ["ww", "ws", "sw", "ss"];
  const NEEDED = "format version session coder kind set form language labels codes".split(" ");
  const OF_A_KEY = ["why", "accept", "rules", "toward"];
  const KINDS = ["person", "model", "key"];
  const LARGEST = 200000;
  /* Of each variable shown: the variable coded, and the level of measurement. */
  const VARIABLES = {
    ...Object.fromEntries([...THREATS, "primary", "level"].map((name) => [name, [name, "nominal"]])),
    "level (ordinal)": ["level", "ordinal"],
    ...Object.fromEntries(["referent", "agent", "measure"].map((name) => [name, [name, "nominal"]])),
  };
  const COEFFICIENTS = ["agreement", "alpha", "ac1"];
  const GROUPS = [["person", "person"], ["person", "model"], ["person", "key"]];

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const mean = (values) => sum(values) / values.length;
  const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

  /* ---- Files ---- */

  /* What is wrong with a file: where, what, why (the name of a text), and what would be allowed. */
  class Refused extends Error {
    constructor(place, value, why, allowed = []) {
      super(why);
      const text = Array.isArray(value) ? "[\u2026]" : value && typeof value === "object" ? "{\u2026}" : String(value);
      Object.assign(this, { place, value: text.slice(0, 120), why, allowed: allowed.map(String) });
      this.nearest = nearest(this.value, this.allowed);
    }
  }

  /* The allowed value whose spelling is closest, if it is close. */
  function nearest(value, allowed) {
    const distance = (one, other) => {
      let row = [...Array(other.length + 1).keys()];
      for (let i = 1; i <= one.length; i++) {
        const next = [i];
        for (let j = 1; j <= other.length; j++)
          next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1)));
        row = next;
      }
      return row[other.length];
    };
    const away = (option) => distance(value.toLowerCase(), option.toLowerCase());
    const [best] = [...allowed].sort((one, other) => away(one) - away(other));
    return best !== undefined && away(best) <= Math.max(best.length, value.length) / 2.5 ? best : null;
  }

  /* A name that occurs twice in an object: JSON.parse would silently take the last. */
  function doubled(text) {
    const open = [];
    let before = "";
    for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
      if (token === "{" || token === "[") open.push(new Set());
      else if (token === "}" || token === "]") open.pop();
      else if (token === ":") {
        const name = JSON.parse(before);
        if (open.at(-1).has(name)) return name;
        open.at(-1).add(name);
      }
      before = token;
    }
    return undefined;
  }

  const check = {
    oneOf(place, value, allowed) {
      if (!allowed.includes(value)) throw new Refused(place, value, "value", allowed);
    },
    names(place, value, allowed) {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new Refused(place, value, "object");
      for (const name of Object.keys(value))
        if (!allowed.includes(name)) throw new Refused(place, name, "name", allowed);
      return Object.entries(value);
    },
    several(place, value, allowed) {
      if (!Array.isArray(value)) throw new Refused(place, value, "list");
      value.forEach((one, number) => check.oneOf(`${place}[${number}]`, one, allowed));
      value.forEach((one, number) => {
        if (value.indexOf(one) < number) throw new Refused(`${place}[${number}]`, one, "once");
      });
    },
    text(place, value) {
      if (typeof value !== "string" || !/^(?:[^\p{C}\p{Z}]| ){1,40}$/u.test(value))
        throw new Refused(place, value, "text");
    },
    whole(place, value, names) {
      for (const name of names) if (!Object.hasOwn(value, name)) throw new Refused(place, name, "missing");
    },
    /* Codes of an item, of which the threats can stand together, and with the primary one. */
    codes(place, coded, variables) {
      for (const [name, value] of check.names(place, coded, variables))
        if (name === "threats") check.several(`${place}.threats`, value, THREATS);
        else check.oneOf(`${place}.${name}`, value, VALUES[name]);
      const { threats, primary } = coded;
      if (threats?.includes("gen") && threats.length > 1)
        throw new Refused(`${place}.threats`, threats.join(", "), "alone");
      if (threats && primary !== undefined) check.oneOf(`${place}.primary`, primary, threats.length ? threats : ["none"]);
    },
    file(content, known) {
      const kind = content?.kind;
      check.names("$", content, kind === "key" ? [...NEEDED, ...OF_A_KEY] : NEEDED);
      check.whole("$", content, NEEDED);
      check.oneOf("$.format", content.format, ["buzanlib-coding"]);
      check.oneOf("$.version", content.version, [1]);
      for (const name of ["session", "coder", "language"]) check.text(`$.${name}`, content[name]);
      check.oneOf("$.kind", kind, KINDS);
      check.oneOf("$.set", content.set, [...new Set(Object.values(known.items).map((item) => item.set))]);
      check.oneOf("$.form", content.form, kind === "key" ? ["long"] : Object.keys(FORMS));
      const inside = Object.keys(known.items).filter((id) => known.items[id].set === content.set);
      if (content.labels !== null)
        for (const [item, label] of check.names("$.labels", content.labels, inside))
          check.oneOf(`$.labels.${item}`, label, SPEAKERS);
      for (const [item, coded] of check.names("$.codes", content.codes, inside))
        check.codes(`$.codes.${item}`, coded, FORMS[content.form]);
      // What a key lacks could not be laid beside what was coded.
      if (kind === "key") {
        check.whole("$.codes", content.codes, inside);
        for (const item of inside) check.whole(`$.codes.${item}`, content.codes[item], FORMS.long);
      }
      const ofKey = (name) => check.names(`$.${name}`, Object.hasOwn(content, name) ? content[name] : {}, inside);
      for (const [item, why] of ofKey("why"))
        if (typeof why !== "string") throw new Refused(`$.why.${item}`, why, "string");
      for (const [item, rules] of ofKey("rules"))
        check.several(`$.rules.${item}`, rules, Array.from({ length: 99 }, (_, place) => place + 1));
      for (const [item, coded] of ofKey("accept"))
        for (const [name, values] of check.names(`$.accept.${item}`, coded, FORMS.long))
          check.several(`$.accept.${item}.${name}`, values, VALUES[name] ?? THREATS);
      for (const [item, pushed] of ofKey("toward"))
        for (const [label, threat] of check.names(`$.toward.${item}`, pushed, SPEAKERS))
          check.oneOf(`$.toward.${item}.${label}`, threat, VALUES.primary);
    },
  };

  /* The content of a file as {file}, or the first thing that is wrong with it as {fault}. */
  function read(text, name, known) {
    try {
      if (text.length > LARGEST) throw new Refused("", "", "size");
      let content;
      try {
        content = JSON.parse(text);
      } catch {
        throw new Refused("", text.slice(0, 40), "json");
      }
      const twice = doubled(text);
      if (twice !== undefined) throw new Refused("", twice, "twice");
      check.file(content, known);
      return { file: { accept: {}, toward: {}, ...content, name } };
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      const { place, value, why, allowed, nearest } = fault;
      return { fault: { name, place, value, why, allowed, nearest } };
    }
  }

  /* The files of a class, [{name, text}] (or {name, fault} of what could not be read), as {files, faults}. Of several
     with the same codes of one coder the first is kept; where their codes differ none is. */
  function gather(texts, known) {
    const results = texts.map(({ name, text, fault }) => (fault ? { fault } : read(text, name, known)));
    const faults = results.filter(({ fault }) => fault).map(({ fault }) => fault);
    const whose = new Map();
    for (const { file } of results.filter((one) => one.file)) {
      const key = JSON.stringify([file.set, file.session, file.coder]);
      whose.set(key, [...(whose.get(key) ?? []), file]);
    }
    const files = [];
    const same = (one, other) => plain([one.codes, one.labels]) === plain([other.codes, other.labels]);
    for (const [first, ...others] of whose.values()) {
      const all = others.every((one) => same(one, first));
      if (all) files.push(first);
      for (const one of all ? others : [first, ...others]) {
        const other = one === first ? others[0] : first;
        const why = all ? "copy" : "coder";
        faults.push({ name: one.name, place: "$.coder", value: one.coder, why, allowed: [other.name], nearest: null });
      }
    }
    return { files, faults };
  }

  /* JSON with names in order. */
  function plain(value) {
    return JSON.stringify(value, (_, one) =>
      one && typeof one === "object" && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    );
  }

  /* What was coded of an item: of a threat 0 or 1; null where nothing was. */
  function value(file, item, variable) {
    const coded = own(file.codes, item) ?? {};
    if (variable in VALUES) return coded[variable] ?? null;
    return coded.threats ? Number(coded.threats.includes(variable)) : null;
  }

  const coders = (files) => files.filter((file) => file.kind !== "key");
  const items = (files) =>
    [...new Set(files.flatMap((file) => Object.keys(file.codes).filter((id) => Object.keys(file.codes[id]).length)))].sort();
  const anybody = (files, name) => files.some((file) => items([file]).some((item) => value(file, item, name) !== null));

  /* ---- Coefficients ---- */

  /* How many coders gave each category to each item; only of these categories. */
  function counts(files, variable, ids, categories) {
    return ids.map((item) => {
      const given = files.map((file) => value(file, item, variable));
      return categories.map((category) => given.filter((one) => one === category).length);
    });
  }

  function categoriesOf(files, variable, ids) {
    const given = new Set(files.flatMap((file) => ids.map((item) => value(file, item, variable))));
    return (VALUES[variable] ?? [0, 1]).filter((category) => given.has(category));
  }

  /* Of one item: its coincidence matrix, agreement of its pairs, whether it has a pair and a rating, shares. */
  function within(row) {
    const ratings = sum(row);
    const weight = ratings > 1 ? 1 / (ratings - 1) : 0;
    return {
      matrix: row.map((one, i) => row.map((other, j) => (one * other - (i === j ? one : 0)) * weight)),
      agree: ratings > 1 ? sum(row.map((one) => one * (one - 1))) / (ratings * (ratings - 1)) : 0,
      paired: Number(ratings > 1),
      rated: Number(ratings > 0),
      shares: row.map((one) => one / Math.max(ratings, 1)),
    };
  }

  /* The same for pairs of a rating of one kind of coder and one of another. */
  function across(row, other) {
    const [mine, theirs] = [sum(row), sum(other)];
    const paired = Number(mine * theirs > 0);
    return {
      matrix: row.map((one, i) => row.map((_, j) => one * other[j] + other[i] * row[j])),
      agree: paired ? sum(row.map((one, i) => one * other[i])) / (mine * theirs) : 0,
      paired,
      rated: paired,
      shares: row.map((one, i) => (paired ? (one / mine + other[i] / theirs) / 2 : 0)),
    };
  }

  const ratio = (above, below) => (below > 0 ? above / below : NaN);

  function alpha(units, level) {
    const width = units[0]?.shares.length ?? 0;
    const places = [...Array(width).keys()];
    const total = places.map((i) => places.map((j) => sum(units.map((unit) => unit.matrix[i][j]))));
    const margin = total.map(sum);
    let before = 0;
    const middle = margin.map((one) => (before += one) - one / 2);
    const difference = (i, j) => (level === "ordinal" ? (middle[i] - middle[j]) ** 2 : Number(i !== j));
    let [observed, expected] = [0, 0];
    for (const i of places)
      for (const j of places) {
        observed += total[i][j] * difference(i, j);
        expected += margin[i] * margin[j] * difference(i, j);
      }
    return 1 - ratio(observed * (sum(margin) - 1), expected);
  }

  function ac1(units) {
    const width = units[0]?.shares.length ?? 0;
    const rated = sum(units.map((unit) => unit.rated));
    const share = [...Array(width).keys()].map((i) => ratio(sum(units.map((unit) => unit.shares[i])), rated));
    const chance = sum(share.map((one) => one * (1 - one))) / Math.max(width - 1, 1);
    return (percent(units) - chance) / (1 - chance);
  }

  function percent(units) {
    return ratio(sum(units.map((unit) => unit.agree)), sum(units.map((unit) => unit.paired)));
  }

  /* The t that leaves 2.5 % above it; for whole degrees of freedom the distribution is a finite sum of powers of a
     cosine (Abramowitz and Stegun 26.7.3 and 26.7.4). */
  function tQuantile(freedom) {
    const inside = (angle) => {
      const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
      let [term, total] = freedom % 2 ? [cosine, 0] : [1, 0];
      for (let k = freedom % 2 ? 1 : 0; k <= freedom - 2; k += 2) {
        total += term;
        term *= ((k + 1) / (k + 2)) * cosine ** 2;
      }
      return freedom % 2 ? (2 / Math.PI) * (angle + sine * total) : sine * total;
    };
    let [low, high] = [0, Math.PI / 2];
    for (let step = 0; step < 200; step++) {
      const middle = (low + high) / 2;
      if (inside(middle) < 0.95) low = middle;
      else high = middle;
    }
    return Math.sqrt(freedom) * Math.tan(low);
  }

  /* Interval of the delete-one jackknife with t; NaN where fewer than two units, an undefined replicate, or no width. */
  function interval(estimate, replicates) {
    const n = replicates.length;
    if (n < 2 || [estimate, ...replicates].some(Number.isNaN)) return [NaN, NaN];
    const middle = mean(replicates);
    const error = Math.sqrt(((n - 1) / n) * sum(replicates.map((one) => (one - middle) ** 2)));
    if (error < 1e-9) return [NaN, NaN];
    const half = tQuantile(n - 1) * error;
    return [Math.max(estimate - half, -1), Math.min(estimate + half, 1)];
  }

  /* The coefficients of some files, or between these and others, with their intervals. */
  function estimates(files, others, variable, level, ids) {
    const categories = categoriesOf([...files, ...(others ?? [])], variable, ids);
    const mine = counts(files, variable, ids, categories);
    const theirs = others && counts(others, variable, ids, categories);
    const units = mine.map((row, place) => (others ? across(row, theirs[place]) : within(row)));
    const rests = units.filter((unit) => unit.paired).map((unit) => units.filter((one) => one !== unit));
    const found = { items: rests.length };
    const of = { agreement: percent, alpha: (some) => alpha(some, level), ac1 };
    for (const name of COEFFICIENTS) {
      found[name] = of[name](units);
      [found[`${name}_low`], found[`${name}_high`]] = interval(found[name], rests.map(of[name]));
    }
    return found;
  }

  /* A row for each variable that a coder has coded. */
  function rows(files, others, ids, variables) {
    return Object.entries(variables)
      .filter(([, [name]]) => anybody(files, name))
      .map(([variable, [name, level]]) => ({ variable, ...estimates(files, others, name, level, ids) }));
  }

  /* Agreement of all coders of one set, the key apart. */
  function table(files) {
    return rows(coders(files), null, items(files), VARIABLES);
  }

  /* Agreement within and between kinds of coders. */
  function groups(files) {
    const variables = Object.fromEntries(Object.entries(VARIABLES).filter(([, [name]]) => name in VALUES));
    return GROUPS.flatMap(([one, other]) => {
      const [first, second] = [one, other].map((kind) => files.filter((file) => file.kind === kind));
      if (first.length < (one === other ? 2 : 1) || !second.length) return [];
      const found = rows(first, one === other ? null : second, items(files), variables);
      return found.map((row) => ({ group: `${one}-${other}`, ...row }));
    });
  }

  /* ---- Who said what ---- */

  /* Coincidences of values among all coders, those from which alpha is computed. */
  function confusion(files, variable = "primary") {
    const ids = items(files);
    const values = categoriesOf(coders(files), variable, ids);
    const units = counts(coders(files), variable, ids, values).map(within);
    return { values, matrix: values.map((_, i) => values.map((_, j) => sum(units.map((unit) => unit.matrix[i][j])))) };
  }

  /* Value of the key, value of a coder, and "equal", "accepted" or "other"; of all coders. */
  function besideKey(files, variable) {
    const found = [];
    for (const key of files.filter((file) => file.kind === "key"))
      for (const file of coders(files))
        for (const item of Object.keys(file.codes)) {
          const [right, given] = [value(key, item, variable), value(file, item, variable)];
          if (right === null || given === null) continue;
          const beside = own(key.accept, item) ?? {};
          const accepted = variable in VALUES ? beside[variable] : [...(beside.threats ?? []), ...(beside.primary ?? [])];
          const sought = variable in VALUES ? given : variable;
          found.push({ right, given, how: given === right ? "equal" : (accepted ?? []).includes(sought) ? "accepted" : "other" });
        }
    return found;
  }

  /* Counts of what coders gave (columns) by what the key has (rows). */
  function confusionWithKey(files, variable = "primary") {
    const found = besideKey(files, variable);
    const values = VALUES[variable].filter((one) => found.some(({ right, given }) => one === right || one === given));
    const count = (row, column) => found.filter(({ right, given }) => right === row && given === column).length;
    return { values, matrix: values.map((row) => values.map((column) => count(row, column))) };
  }

  /* How often coders have the value of the key, one that is accepted beside it, or another. */
  function againstKey(files) {
    return [...THREATS, ...Object.keys(VALUES)].flatMap((variable) => {
      const found = besideKey(files, variable);
      const share = (how) => found.filter((one) => one.how === how).length / found.length;
      if (!found.length) return [];
      return [{ variable, codes: found.length, equal: share("equal"), accepted: share("accepted"), other: share("other") }];
    });
  }

  /* Items by how far coders agree, the hardest first. */
  function hardest(files) {
    const who = coders(files);
    const names = Object.keys(VALUES).filter((name) => anybody(who, name));
    const found = items(who).map((item) => {
      const row = { item, coders: who.filter((file) => Object.keys(own(file.codes, item) ?? {}).length).length };
      for (const name of names) {
        const given = who.map((file) => value(file, item, name)).filter((one) => one !== null);
        const pairs = given.flatMap((one, place) => given.slice(place + 1).map((other) => Number(one === other)));
        row[name] = pairs.length ? mean(pairs) : NaN;
      }
      const defined = names.map((name) => row[name]).filter((one) => !Number.isNaN(one));
      row.mean = defined.length ? mean(defined) : NaN;
      row.primaries = VALUES.primary
        .map((name) => [name, who.filter((file) => value(file, item, "primary") === name).length])
        .filter(([, count]) => count)
        .sort(([, one], [, other]) => other - one);
      return row;
    });
    const order = (row) => (Number.isNaN(row.mean) ? 2 : row.mean);
    return found.sort((one, other) => order(one) - order(other));
  }

  /* ---- The experiment on the coder: see buzanlib.seminar.speaker_labels ---- */

  function students(files) {
    const toward = Object.assign({}, ...files.filter((file) => file.kind === "key").map((key) => key.toward));
    const found = new Map();
    for (const file of files.filter((one) => one.kind === "person" && one.labels)) {
      const who = JSON.stringify([file.session, file.coder]);
      if (!found.has(who)) found.set(who, []);
      for (const item of Object.keys(toward).sort()) {
        const [primary, kinds] = [value(file, item, "primary"), Object.keys(toward[item]).sort()];
        const label = own(file.labels, item);
        if (primary === null || !kinds.length || !(label === undefined || kinds.includes(label))) continue;
        const outcomes = kinds.map((kind) => Number(primary === toward[item][kind]));
        found.get(who).push({ set: file.set, kinds, outcomes, plain: mean(outcomes), shown: kinds.indexOf(label) });
      }
    }
    return [...found.values()];
  }

  /* mulberry32: numbers between 0 and 1. */
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /* Sums of the outcomes of labels that are redrawn as the lab drew them, a kind that was shown less often first, and of
     what the same passages have without one. */
  function redraw(block, draws, next) {
    const numbers = () => Float64Array.from({ length: draws }, next);
    const order = block.map(numbers);
    const lots = block.map((item) => item.kinds.map(numbers));
    const many = block.filter((item) => item.shown >= 0).length;
    const [pushed, covered] = [new Float64Array(draws), new Float64Array(draws)];
    for (let draw = 0; draw < draws; draw++) {
      const often = {};
      const places = block.map((_, place) => place).sort((one, other) => order[one][draw] - order[other][draw]);
      for (const place of places.slice(0, many)) {
        const { kinds, outcomes, plain } = block[place];
        const scores = kinds.map((kind, number) => (often[kind] ?? 0) + lots[place][number][draw]);
        const chosen = scores.indexOf(Math.min(...scores));
        often[kinds[chosen]] = (often[kinds[chosen]] ?? 0) + 1;
        pushed[draw] += outcomes[chosen];
        covered[draw] += plain;
      }
    }
    return [pushed, covered];
  }

  function randomisationP(compared, observed, draws, seed) {
    const [next, total] = [generator(seed), new Float64Array(draws)];
    for (const student of compared) {
      const sets = [...new Set(student.map((item) => item.set))].sort();
      const blocks = sets.map((set) => redraw(student.filter((item) => item.set === set), draws, next));
      const many = student.filter((item) => item.shown >= 0).length;
      const plain = sum(student.map((item) => item.plain));
      for (let draw = 0; draw < draws; draw++) {
        const [pushed, covered] = [0, 1].map((which) => sum(blocks.map((block) => block[which][draw])));
        total[draw] += pushed / many - (plain - covered) / (student.length - many);
      }
    }
    const large = total.filter((one) => Math.abs(one / compared.length) >= Math.abs(observed) - 1e-9).length;
    return (1 + large) / (1 + draws);
  }

  /* What the labels did: mean outcome with and without, their difference within students, its interval, p. */
  function experiment(files, draws = 2000, seed = 20100615) {
    const all = students(files);
    const parts = all
      .map((student) => ({
        student,
        labelled: student.filter((one) => one.shown >= 0).map((one) => one.outcomes[one.shown]),
        unlabelled: student.filter((one) => one.shown < 0).map((one) => one.plain),
      }))
      .filter(({ labelled, unlabelled }) => labelled.length && unlabelled.length);
    const n = parts.length;
    const found = { students: n, left_out: all.length - n };
    if (!n) {
      const none = { labelled: NaN, unlabelled: NaN, shift: NaN, low: NaN, high: NaN, p: NaN };
      return { ...found, ...none, finding: "undefined" };
    }
    const shifts = parts.map(({ labelled, unlabelled }) => mean(labelled) - mean(unlabelled));
    const shift = mean(shifts);
    const error = n > 1 ? Math.sqrt(sum(shifts.map((one) => (one - shift) ** 2)) / (n - 1) / n) : 0;
    const half = error < 1e-9 ? NaN : tQuantile(n - 1) * error;
    const [low, high] = [shift - half, shift + half];
    return {
      ...found,
      labelled: mean(parts.map(({ labelled }) => mean(labelled))),
      unlabelled: mean(parts.map(({ unlabelled }) => mean(unlabelled))),
      shift,
      low,
      high,
      p: randomisationP(parts.map(({ student }) => student), shift, draws, seed),
      finding: Number.isNaN(half) ? "undefined" : low > 0 ? "toward" : high < 0 ? "away" : "undecided",
    };
  }

  return {
    LARGEST, THREATS, VALUES, FORMS, SPEAKERS, COEFFICIENTS,
    read, gather, table, groups, confusion, confusionWithKey, againstKey, hardest, experiment, tQuantile,
  };
})();
