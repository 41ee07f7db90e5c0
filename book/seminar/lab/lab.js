/* The student's way through the coding lab. A classic script: it also runs from file://, and asks nobody for anything. */
"use strict";

(() => {
  const { byId, data, known, FORMS, say, word, described, make, announce, passage, stands } = passages;
  const STEPS = ["start", "train", "code", "save", "key"];
  const SESSION = /^[A-Z0-9]{2,12}$/;
  const PREFIX = "buzanlib-lab/";

  /* The work in this tab: the coder's file, and where the coder is. */
  let work = null;
  let coder = "";
  let kept = true; // whether the browser keeps what is coded

  /* Ask before something is lost; the browser's own dialog brings the focus back. */
  function ask(text, yes, then) {
    const dialog = byId("ask");
    const [no, go] = dialog.querySelectorAll("button");
    byId("ask-text").textContent = text;
    go.textContent = yes;
    no.onclick = () => dialog.close();
    go.onclick = () => (dialog.close(), then());
    dialog.showModal();
    no.focus();
  }

  /* ---- What the browser keeps ---- */

  const placeOf = ({ session, set, coder }) => PREFIX + [session, set, coder].join("/");

  function keep() {
    if (!work) return;
    try {
      localStorage.setItem(placeOf(work.file), JSON.stringify(work));
      sessionStorage.setItem(PREFIX, placeOf(work.file));
      kept = true;
    } catch {
      kept = false;
    }
    notice();
  }

  function notice(text = kept ? "" : say("code.not_kept")) {
    byId("notice").hidden = !text;
    if (byId("notice").textContent !== text) byId("notice").textContent = text;
  }

  const isOwn = ({ kind, session, set }) => kind === "person" && SESSION.test(session) && "AB".includes(set);

  /* What is kept under a name, if it is whole. */
  function restored(place) {
    try {
      const found = JSON.parse(localStorage.getItem(place));
      const { file } = agreement.read(JSON.stringify(found.file), place, known);
      if (file && isOwn(file) && placeOf(file) === place)
        return {
          file: found.file,
          step: STEPS.includes(found.step) ? found.step : "code",
          at: data.sets[file.set][found.at] ? found.at : 0,
          trained: Object.fromEntries(Object.entries(found.trained).filter(([item, one]) => data.training[item] && Object(one.codes) === one.codes)),
          train: found.train === 3 ? 3 : 6,
          saved: found.saved === true,
          closed: found.closed === true,
        };
    } catch {
      // nothing is there, or it was written by something else
    }
    return null;
  }

  function places() {
    try {
      return Object.keys(localStorage).filter((place) => place.startsWith(PREFIX));
    } catch {
      return [];
    }
  }

  /* The work under a name as it stands: here, where the browser may keep nothing, or else in the browser. */
  const atHand = (place) => (work && placeOf(work.file) === place ? work : restored(place));

  /* Another tab has the same work open. What it kept is newer, and holds what was coded here: each change is kept at once,
     and heard of here at once. Nothing is kept in answer, or two tabs would answer each other for ever. */
  function heed({ key, newValue }) {
    if (!work || key !== placeOf(work.file)) return;
    const newer = restored(key);
    const view = document.querySelector("main > section:not([hidden])").id;
    if (newValue === null && kept) {
      [work, coder] = [null, ""];
      show("start");
      notice(say("start.cleared"));
    } else if (newer) {
      if (!kept) Object.assign(newer.file.codes, work.file.codes); // of which nothing was heard there
      work = { ...newer, step: work.step, at: work.at };
      VIEWS[view]();
      steps(view);
      if (kept) notice(say("code.elsewhere"));
    }
  }

  function clear() {
    try {
      for (const place of places()) localStorage.removeItem(place);
      sessionStorage.removeItem(PREFIX);
    } catch {
      // there is none
    }
    work = null;
    coder = "";
    byId("own-file").value = byId("key-file").value = "";
    byId("compared").replaceChildren();
    notice("");
    show("start");
    announce(say("start.cleared"));
  }

  /* ---- The way ---- */

  const items = () => draw.order(data, work.file.session, work.file.coder, work.file.set);
  const variables = () => FORMS[work.file.form];
  const state = (codes = {}) => {
    const has = variables().filter((name) => codes[name] !== undefined).length;
    return has === 0 ? "open" : has < variables().length ? "part" : "done";
  };
  const open = () => items().filter((item) => state(work.file.codes[item]) !== "done");

  function reachable(view) {
    if (view === "start" || view === "for-teacher") return true;
    if (!work) return false;
    return view !== "key" || work.saved || open().length === 0;
  }

  function show(view) {
    for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== view;
    if (work && view !== "start" && STEPS.includes(view)) {
      work.step = view;
      keep();
    }
    document.body.classList.toggle("wide", view === "for-teacher");
    VIEWS[view]?.();
    steps(view);
    scrollTo(0, 0);
    byId(view).querySelector("h2").focus({ preventScroll: true });
  }

  function steps(current = work?.step ?? "start") {
    for (const button of byId("steps").querySelectorAll("button")) {
      button.disabled = !reachable(button.dataset.view);
      if (button.dataset.view === current) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }

  /* ---- Start ---- */

  const link = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const session = (given.get("session") ?? "").toUpperCase();
    return {
      session: SESSION.test(session) ? session : "",
      set: given.get("set") === "B" ? "B" : "A",
      form: given.get("form") === "long" ? "long" : "short",
      labels: given.get("labels") === "on",
      train: given.get("train") === "3" ? 3 : 6,
    };
  };

  const checked = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
  const check = (name, value) => (document.querySelector(`input[name="${name}"][value="${value}"]`).checked = true);

  function start() {
    const given = link();
    byId("choices").hidden = byId("by-link").hidden = false;
    byId(given.session ? "choices" : "by-link").hidden = true;
    if (given.session) {
      byId("session").value = given.session;
      check("set", given.set);
      check("form", given.form);
      byId("by-link").textContent = say("start.by_link", { ...given, form: say(`start.${given.form}`) });
    }
    const known = [...new Set([...places(), ...(work ? [placeOf(work.file)] : [])])].map(atHand).filter(Boolean);
    // Whoever codes a second set in the same session keeps the name, so that the two can be laid side by side.
    const before = known.find(({ file }) => file.session === given.session && file.set !== given.set);
    coder ||= before?.file.coder ?? draw.pseudonym(data);
    byId("coder").textContent = coder;
    byId("start-fault").textContent = byId("own-fault").textContent = "";
    byId("kept").hidden = known.length === 0;
    byId("kept").querySelector("ul").replaceChildren(
      ...known.map((one) => {
        const { session, set, coder, codes } = one.file;
        const done = data.sets[set].filter((item) => FORMS[one.file.form].every((name) => codes[item]?.[name] !== undefined));
        const button = make("button", { type: "button" },
          say("start.go_on", { session, set, coder, n: done.length, of: data.sets[set].length }));
        button.onclick = () => enter(atHand(placeOf(one.file)) ?? one); // another tab may have gone on meanwhile
        return make("li", {}, button);
      }),
    );
  }

  function begin() {
    const session = byId("session").value.trim().toUpperCase();
    if (!SESSION.test(session)) {
      byId("start-fault").textContent = say("start.session_fault");
      byId("session").focus();
      return;
    }
    const given = link();
    const [set, form] = [checked("set"), checked("form")];
    const file = { format: "buzanlib-coding", version: 1, session, coder, kind: "person", set, form, language: data.language,
      labels: given.labels ? draw.labels(data, session, coder, set) : null, codes: {} };
    // The same person in the same session and set goes on where the work stands.
    enter(atHand(placeOf(file)) ?? { file, step: "train", at: 0, trained: {}, train: given.train, saved: false, closed: false });
  }

  function enter(found) {
    leave(found.file, () => {
      work = found;
      coder = work.file.coder;
      byId("compared").replaceChildren();
      show(work.step === "key" && !reachable("key") ? "code" : work.step);
    });
  }

  /* Go on with other work than this; where the browser has not kept it, that is asked for. */
  function leave(file, then) {
    const same = file && work && placeOf(file) === placeOf(work.file);
    if (work && !same && !kept && !work.saved && Object.keys(work.file.codes).length)
      ask(say("start.lose", { coder: work.file.coder }), say("start.lose_yes"), then);
    else then();
  }

  /* A file that was chosen, read by the same rules as the teacher's page reads it. */
  async function chosen(input, fault, accept) {
    const [file] = input.files ?? input;
    if (!file) return;
    const { name, text, fault: unread } = await teacher.load(file);
    const found = unread ? { fault: unread } : agreement.read(text, name, known);
    const why = found.fault && `${found.fault.place ?? ""} ${say(`teacher.fault.${found.fault.why}`, found.fault)}`.trim();
    fault.textContent = why ? say("start.refused", { name: file.name, why }) : accept(found.file);
    if ("value" in input) input.value = "";
  }

  function ownFile(file) {
    if (!isOwn(file)) return say("start.not_own");
    const { format, version, session, coder, kind, set, form, language, labels, codes } = file;
    const own = { format, version, session, coder, kind, set, form, language, labels, codes };
    const there = atHand(placeOf(own));
    // A file with labels was saved, and with that the labels were explained.
    const found = { file: own, step: "code", at: 0, trained: {}, train: 6, saved: true, closed: labels !== null };
    if (there && JSON.stringify(there.file.codes) !== JSON.stringify(codes))
      ask(say("start.replace", { coder }), say("start.replace_yes"), () => enter({ ...found, closed: found.closed || there.closed }));
    else enter(there ?? found);
    return "";
  }

  /* ---- Training ---- */

  function train() {
    const all = data.sets.T;
    const item = all.find((one) => !work.trained[one]?.seen) ?? all.at(-1);
    practise(item, (work.trained[item] ??= { codes: {}, seen: false }));
  }

  function practise(item, mine) {
    const all = data.sets.T;
    const at = all.indexOf(item);
    byId("train-title").textContent = say("train.title", { n: at + 1, of: at < work.train ? work.train : all.length });
    byId("train-lead").hidden = at > 0;
    byId("train").querySelector(".passage").replaceChildren(passage(item), passages.questions(variables(), mine.codes, () => {
      keep();
      explain(item, mine);
    }, mine.seen));
    explain(item, mine);
  }

  /* Before an answer the button shows the reasons; after it, it leads on. */
  function explain(item, mine) {
    const next = byId("train-next");
    const at = data.sets.T.indexOf(item);
    const enough = mine.seen && (at + 1 >= work.train || at + 1 === data.sets.T.length);
    byId("feedback").hidden = !mine.seen;
    next.disabled = !mine.seen && state(mine.codes) !== "done";
    next.textContent = say(enough ? "train.code" : mine.seen ? "train.next" : next.disabled ? "train.open" : "train.check");
    byId("train-code").textContent = say(enough ? "train.more" : "train.leave");
    byId("train-code").hidden = enough && at + 1 === data.sets.T.length;
    if (mine.seen) byId("feedback").replaceChildren(...passages.compared(variables(), mine.codes, data.training[item], item));
    next.onclick = () => {
      if (enough) show("code");
      else if (mine.seen) show("train");
      else {
        mine.seen = true;
        keep();
        practise(item, mine);
        byId("feedback").querySelector("h3").focus();
        byId("feedback").scrollIntoView({ block: "start" });
      }
    };
    byId("train-code").onclick = () => show(enough ? "train" : "code");
  }

  /* ---- Coding ---- */

  function code() {
    const all = items();
    const item = all[work.at];
    const codes = work.file.codes[item] ?? {};
    byId("code-title").textContent = say("code.title", { n: work.at + 1, of: all.length });
    byId("closed").hidden = !work.closed;
    byId("code").querySelector(".passage").replaceChildren(
      passage(item, work.file.labels?.[item]),
      passages.questions(variables(), codes, () => {
        if (Object.keys(codes).length) work.file.codes[item] = codes;
        else delete work.file.codes[item];
        work.file.language = data.language; // of the passages, which another page may have shown in another
        work.saved = false;
        keep();
        progress();
        steps();
        announce(say("code.progress", { n: all.length - open().length, of: all.length }));
      }, work.closed));
    byId("code-back").disabled = work.at === 0;
    byId("code-next").textContent = say(work.at + 1 < all.length ? "code.next" : "code.finish");
    progress();
  }

  function progress() {
    byId("places").replaceChildren(...items().map((item, place) => {
      const how = state(work.file.codes[item]);
      const button = make("button", { type: "button", class: how, "aria-label": say(`code.is_${how}`, { n: place + 1 }),
        "aria-current": place === work.at && "true" }, String(place + 1));
      button.onclick = () => go(place);
      return make("li", {}, button);
    }));
  }

  function go(place) {
    if (place >= items().length) return show("save");
    work.at = Math.max(0, place);
    show("code");
  }

  /* ---- Saving ---- */

  const fileName = ({ session, set, coder }) => `coding-${session}-${set}-${coder}.json`;

  function save() {
    const missing = open();
    byId("save-state").replaceChildren(say(missing.length ? "save.missing" : "save.complete",
      { n: items().length - missing.length, of: items().length }));
    for (const item of missing) {
      const place = items().indexOf(item);
      const button = make("button", { type: "button", class: "quiet" }, say("save.passage", { n: place + 1 }));
      button.onclick = () => go(place);
      byId("save-state").append(" ", button);
    }
    byId("save-done").textContent = work.saved ? say("save.saved", { name: fileName(work.file) }) : "";
    byId("save-key").disabled = !reachable("key");
    debrief();
  }

  function saveFile() {
    // What the labels were is told after saving, and nothing can be coded with that in mind.
    if (work.file.labels && !work.closed && open().length) ask(say("save.ends", { n: open().length }), say("save.ends_yes"), write);
    else write();
  }

  function write() {
    const address = URL.createObjectURL(new Blob([JSON.stringify(work.file, null, 1) + "\n"], { type: "application/json" }));
    make("a", { href: address, download: fileName(work.file) }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    work.saved = true;
    work.closed ||= work.file.labels !== null;
    keep();
    save();
    steps();
  }

  function debrief() {
    const { labels } = work.file;
    byId("debrief").hidden = !(labels && work.saved && work.closed);
    if (byId("debrief").hidden) return;
    const shown = items().flatMap((item, place) => labels[item]
      ? [make("li", {}, say("save.debrief_item", { n: place + 1, label: data.labels[labels[item]] }))] : []);
    byId("debrief").replaceChildren(byId("debrief").firstElementChild,
      ...["save.debrief_what", "save.debrief_how"].map((key) => make("p", {}, say(key))),
      make("ul", {}, ...shown),
      ...["save.debrief_why", "save.debrief_out"].map((key) => make("p", {}, say(key))));
  }

  /* ---- The key ---- */

  function openKey(key) {
    if (key.kind !== "key") return say("key.not_key");
    if (key.set !== work.file.set) return say("key.other_set", { set: key.set, own: work.file.set });
    const all = items().filter((item) => key.codes[item]);
    const well = all.filter((item) => {
      const mine = work.file.codes[item]?.primary;
      return mine !== undefined && stands("primary", mine, key.codes[item].primary, key.accept?.[item]?.primary) !== "differs";
    });
    byId("compared").replaceChildren(
      make("p", { class: "lead", tabindex: "-1" }, say("key.summary", { n: well.length, of: all.length })),
      make("p", { class: "hint" }, say("key.source")),
      ...all.map((item) => make("article", {},
        make("div", {}, make("h3", {}, say("key.passage", { n: items().indexOf(item) + 1, item })), passage(item, work.file.labels?.[item])),
        ...passages.compared(variables(), work.file.codes[item] ?? {}, {
          codes: key.codes[item], accept: key.accept?.[item], why: key.why?.[item], rules: key.rules?.[item] }, item).slice(1))));
    work.closed = true; // only now: a key that could not be shown closes nothing
    keep();
    byId("compared").firstElementChild.focus();
    return "";
  }

  /* ---- Codebook, keys, link for a class ---- */

  function codebook(on) {
    byId("codebook").hidden = !on;
    document.body.classList.toggle("beside", on);
    for (const button of document.querySelectorAll(".book")) button.setAttribute("aria-expanded", String(on));
    if (!on) return [...document.querySelectorAll(".book")].find((button) => button.offsetParent)?.focus();
    const names = work ? variables() : FORMS.long;
    byId("codebook-text").replaceChildren(...names.filter((name) => name !== "primary").flatMap((name) => [
      make("h3", { id: `book-${name}` }, say(`code.${name}`)),
      make("dl", {}, ...Object.keys(data.values[name === "threats" ? "threat" : name]).flatMap((value) =>
        [make("dt", {}, word(name, value)), make("dd", {}, described(name, value).rule)])),
    ]));
    byId("codebook-title").focus();
    return null;
  }

  /* A digit chooses in the question that has the focus, or else in the first open one; Enter goes on. */
  function pressed(event) {
    if (event.key === "Escape" && !byId("codebook").hidden) return codebook(false);
    const section = event.target.closest?.("#train, #code");
    if (!section || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
    const fields = [...section.querySelectorAll(".question")].filter((field) => !field.hidden);
    const here = event.target.closest(".question");
    if (/^[0-9]$/.test(event.key)) {
      const field = here ?? fields.find((one) => !one.querySelector(":checked"));
      const options = field ? [...field.querySelectorAll(".option:not(.nothing, [hidden]) input")] : [];
      const input = field?.dataset.name === "level" ? options[event.key]
        : event.key === "0" ? field?.querySelector(".nothing input") : options[event.key - 1];
      if (!input || input.disabled) return null;
      event.preventDefault();
      input.focus();
      input.click();
    } else if (event.key === "Enter" && !event.target.closest("button, a, summary")) {
      event.preventDefault();
      const next = fields[here ? fields.indexOf(here) + 1 : 0];
      const button = section.querySelector(".move .primary");
      const stop = next?.querySelector(":checked") ?? next?.querySelector(".option:not([hidden]) input");
      if (stop && !stop.disabled) stop.focus();
      else if (fields.every((field) => field.querySelector(":checked"))) button.click();
      else button.focus();
    }
    return null;
  }

  function classLink() {
    const chosen = { set: checked("link-set"), form: checked("link-form"), train: checked("link-train"),
      labels: byId("link-labels").checked ? "on" : "", session: byId("link-session").value.trim().toUpperCase() };
    const given = Object.entries(chosen).filter(([, value]) => value);
    const whole = SESSION.test(chosen.session);
    byId("link-address").value = whole ? `${location.href.split("#")[0]}#${new URLSearchParams(given)}` : "";
    byId("link-copy").disabled = !whole;
    byId("link-local").hidden = location.protocol !== "file:";
  }

  function forTeacher() {
    const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // none that is taken for another
    byId("link-session").value ||= Array.from({ length: 4 }, () => signs[draw.random(signs.length)]).join("");
    classLink();
    if (!byId("teacher").hasChildNodes()) teacher.start(byId("teacher"), data.words, known);
  }

  async function copyLink() {
    byId("link-address").select();
    try {
      await navigator.clipboard.writeText(byId("link-address").value);
      announce(say("link.copied"));
      byId("link-copy").textContent = say("link.copied");
    } catch {
      announce(say("link.by_hand"));
    }
  }

  const VIEWS = { start, train, code, save, key: () => (byId("key-fault").textContent = ""), "for-teacher": forTeacher };

  function listen() {
    for (const button of document.querySelectorAll("[data-view]")) button.onclick = () => show(button.dataset.view);
    for (const button of document.querySelectorAll(".book")) button.onclick = () => codebook(byId("codebook").hidden);
    byId("codebook-close").onclick = () => codebook(false);
    byId("again").onclick = () => {
      coder = byId("coder").textContent = draw.pseudonym(data);
      announce(coder);
    };
    byId("begin").onclick = begin;
    byId("session").onkeydown = ({ key }) => {
      if (key === "Enter") begin();
    };
    byId("own-file").onchange = ({ target }) => chosen(target, byId("own-fault"), ownFile);
    byId("code-back").onclick = () => go(work.at - 1);
    byId("code-next").onclick = () => go(work.at + 1);
    byId("save-file").onclick = saveFile;
    byId("save-back").onclick = () => show("code");
    byId("save-key").onclick = () => show("key");
    byId("key-file").onchange = ({ target }) => chosen(target, byId("key-fault"), openKey);
    const drop = byId("key-drop");
    drop.ondragover = (event) => (event.preventDefault(), drop.classList.add("over"));
    drop.ondragleave = () => drop.classList.remove("over");
    drop.ondrop = (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      chosen(event.dataTransfer.files, byId("key-fault"), openKey);
    };
    byId("clear").onclick = () => ask(say("start.clear_ask"), say("start.clear_yes"), clear);
    byId("link").oninput = classLink;
    byId("link-copy").onclick = copyLink;
    document.addEventListener("keydown", pressed);
    addEventListener("hashchange", () => {
      const { session, set } = link();
      if (work?.file.session === session && work.file.set === set) return show("start");
      return leave(null, () => {
        [work, coder] = [null, ""];
        show("start");
      });
    });
    addEventListener("storage", heed);
    // A page that the way back brings again has heard nothing meanwhile.
    addEventListener("pageshow", ({ persisted }) => persisted && work && heed({ key: placeOf(work.file) }));
    addEventListener("beforeunload", (event) => {
      if (!kept && work && !work.saved) event.preventDefault();
    });
  }

  listen();
  byId("without").hidden = true;
  let last = null;
  try {
    last = restored(sessionStorage.getItem(PREFIX) ?? "");
  } catch {
    // nothing is kept
  }
  const given = link();
  const other = given.session && last && (given.session !== last.file.session || given.set !== last.file.set);
  if (last && !other) enter(last);
  else start();
})();
