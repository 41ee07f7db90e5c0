/* A passage of the coding lab, what is asked of it, and how codes stand to the key. */
"use strict";

const passages = (() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("lab-data").textContent);
  const THREATS = Object.keys(data.values.threat).filter((name) => name !== "none");
  const FORMS = {
    short: ["threats", "primary", "level", "referent"],
    long: ["threats", "primary", "level", "referent", "agent", "measure"],
  };
  const NOTHING = { threats: [], primary: "none", level: 0, referent: "none", agent: "none", measure: "none" };

  /* What the functions of agreement.js and teacher.js need to know. */
  const known = { ...data, items: Object.fromEntries(Object.entries(data.sets).flatMap(([set, all]) =>
    all.map((item) => [item, { set, text: data.items[item] }]))) };

  const say = (key, values = {}) =>
    (data.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  /* What a value of a variable is called, and its rule. A level has its number, by which reasons name it. */
  const described = (variable, value) => data.values[["threats", "primary"].includes(variable) ? "threat" : variable][value];
  const word = (variable, value) => (variable === "level" ? `${value} \u00b7 ` : "") + described(variable, value).word;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
      if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
    element.append(...children);
    return element;
  }

  function announce(text) {
    byId("status").textContent = text;
  }

  function passage(item, label) {
    const parts = data.items[item].split("[STATE]");
    const masked = () => make("span", { class: "masked" }, say("code.masked"));
    const text = make("p", {}, ...parts.flatMap((part, place) => (place ? [masked(), part] : [part])));
    const speaker = label && make("p", { class: "speaker" }, data.labels[label]);
    return make("div", { class: "text" }, ...(speaker ? [speaker] : []), text);
  }

  /* One question: a group of boxes or circles, and the rule of what was chosen. */
  function question(name, options, type) {
    const group = make("div", { class: "options" });
    for (const value of options) {
      const input = make("input", { type, name, value });
      group.append(make("label", { class: value === "none" && name === "threats" ? "option nothing" : "option" }, input, word(name, value)));
    }
    return make("fieldset", { class: "question", "data-name": name },
      make("legend", {}, say(`code.${name}`)), group, make("ul", { class: "rules" }));
  }

  /* The questions about an item, by name, filled with its codes; `change` hears of new codes. */
  function questions(names, codes, change, closed = false) {
    const asked = names.map((name) =>
      name === "threats"
        ? question(name, [...THREATS, "none"], "checkbox")
        : question(name, name === "primary" ? THREATS : Object.keys(data.values[name]), "radio"));
    const form = make("form", {}, ...asked); // its own group of circles for each question
    const inputs = [...form.querySelectorAll("input")];

    const update = () => {
      const nothing = codes.primary === "none";
      for (const input of inputs) {
        const { name, value } = input;
        input.checked = name !== "threats" ? String(codes[name]) === value
          : value === "none" ? nothing : (codes.threats ?? []).includes(value);
        input.disabled = closed;
        if (name === "primary") input.parentElement.hidden = !(codes.threats ?? []).includes(value);
      }
      for (const field of asked) {
        const { name } = field.dataset;
        field.hidden = name !== "threats" && (nothing || (name === "primary" && (codes.threats ?? []).length < 2));
        const said = inputs.filter((input) => input.name === name && input.checked && name !== "primary");
        field.querySelector("ul").replaceChildren(...said.map(({ value }) =>
          make("li", {}, make("b", {}, `${described(name, value).word}: `), described(name, value).rule)));
      }
    };

    form.onchange = ({ target: { name, value, checked } }) => {
      if (name === "threats") threatsAfter(names, codes, value, checked);
      else codes[name] = name === "level" ? Number(value) : value;
      update();
      change(codes);
    };
    update();
    return form;
  }

  /* "No digital threat" answers everything; a danger in general stands alone; what is stressed most is one of those named. */
  function threatsAfter(names, codes, value, on) {
    const nothing = codes.primary === "none";
    if (nothing || value === "none") for (const name of Object.keys(codes)) delete codes[name];
    if (value === "none") {
      if (on) for (const name of names) codes[name] = name === "threats" ? [] : NOTHING[name];
      return;
    }
    const before = codes.threats ?? [];
    const alone = (one) => (one === "gen") === (value === "gen");
    const after = THREATS.filter((one) => (one === value ? on : before.includes(one) && (!on || alone(one))));
    if (on && before.some((one) => !alone(one))) announce(say("code.alone"));
    if (after.length) codes.threats = after;
    else delete codes.threats;
    if (after.length === 1) codes.primary = after[0];
    else if (!after.includes(codes.primary)) delete codes.primary;
  }

  /* How a code stands to the key: same, accepted or differs. A threat that is accepted can also be left out. */
  function stands(name, mine, key, accept = []) {
    if (name !== "threats") return mine === key ? "same" : accept.includes(mine) ? "accepted" : "differs";
    const other = THREATS.filter((one) => mine.includes(one) !== key.includes(one));
    return other.length === 0 ? "same" : other.every((one) => accept.includes(one)) ? "accepted" : "differs";
  }

  /* Own codes, those of the key, what is accepted as well, and why. */
  function compared(names, mine, { codes, accept = {}, why = "", rules = "\u2013" }, item) {
    const told = (name, value) => name !== "threats" ? word(name, value)
      : value.length ? value.map((one) => word(name, one)).join(", ") : word(name, "none");
    const rows = names.map((name) => {
      const given = mine[name] !== undefined;
      const how = given ? stands(name, mine[name], codes[name], accept[name]) : "open";
      const also = (accept[name] ?? []).map((one) => word(name, one)).join(", ");
      const left = name === "threats" ? "key.left_out" : "key.also";
      return make("tr", { class: how },
        make("th", { scope: "row" }, say(`name.${name}`)),
        make("td", {}, given ? told(name, mine[name]) : "\u2013", make("span", { class: "mark" }, say(`key.${how}`))),
        make("td", {}, told(name, codes[name]), ...(also ? [make("span", { class: "hint" }, say(left, { values: also }))] : [])));
    });
    const head = ["key.variable", "key.yours", "key.key"].map((key) => make("th", { scope: "col" }, say(key)));
    return [
      make("h3", { tabindex: "-1" }, say("train.compared", { item })),
      make("table", { class: "codes" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)),
      make("p", { class: "why" }, why, make("span", { class: "hint" }, say("key.rules", { rules: [rules].flat().join(", ") }))),
    ];
  }

  return { byId, data, known, THREATS, FORMS, say, described, word, make, announce, passage, questions, stands, compared };
})();
