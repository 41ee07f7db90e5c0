/* How the search orders what it finds: chapters and states, then what is to be looked up, then the library. */
"use strict";

var Scorer = {
  score: ([page, , , , score]) => {
    if (/^(index$|executed\/|_generated\/states\/)/.test(page)) return score + 400;
    return /^(api|_generated)\//.test(page) ? score : score + 200;
  },
  objNameMatch: -200,
  objPartialMatch: -200,
  objPrio: {},
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
