/* What chance decides in the coding lab: names, and who sees which label. */
"use strict";

const draw = (() => {
  function random(below) {
    return Math.floor((crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32) * below);
  }

  function pseudonym({ words }) {
    const one = (list) => list[random(list.length)];
    const [first, second] = ["start.names_first", "start.names_second"].map((key) => one(words[key].split(/\s+/)));
    return `${first}-${second}-${10 + random(90)}`;
  }

  /* Numbers between 0 and 1 that are the same for the same text: FNV-1a, then mulberry32. */
  function seeded(text) {
    let state = 0x811c9dc5;
    for (const sign of new TextEncoder().encode(text)) state = Math.imul(state ^ sign, 0x01000193);
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  const shuffled = (list, chance) => {
    const rest = [...list];
    return list.map(() => rest.splice(Math.floor(chance() * rest.length), 1)[0]);
  };

  /* The passages of a set in an order of one's own, by session and pseudonym. By their names every other one is contested,
     and a class that reads them in that order could see which they are. */
  const order = ({ sets }, session, name, set) => shuffled(sets[set], seeded(`${session}/${name}/${set}/order`));

  /* Which contested passages of a set show which kind of speaker: half of them, by session and pseudonym. Only
     contested ones do, as only there can a label decide. A kind that was shown less often goes first. Whoever reads the
     source of the page can read `kinds` there, and so which passages are contested: nothing is hidden from them. */
  function labels({ sets, kinds }, session, name, set) {
    const chance = seeded(`${session}/${name}/${set}`);
    const contested = sets[set].filter((item) => kinds[item]);
    const drawn = shuffled(contested, chance).slice(0, Math.floor(contested.length / 2));
    const often = {};
    const found = {};
    for (const item of drawn) {
      const [kind] = shuffled(kinds[item], chance).sort((one, other) => (often[one] ?? 0) - (often[other] ?? 0));
      often[kind] = (often[kind] ?? 0) + 1;
      found[item] = kind;
    }
    return Object.fromEntries(Object.entries(found).sort());
  }

  return { random, pseudonym, order, labels };
})();
