"""Why can't states agree on the cyber threat? A test of Hare (2010) after Buzan.

The rooms, in the order in which data flow through them: `theory` (vocabulary, the two matrices, the locked
predictions), `sources` (publishers' files to tidy tables), `tables` (loading and checking), `measurement`
(placement, counts, reliability), `inference` (contrasts, permutations, verdicts), `policy` (what follows for those who
propose, join, arm and defend), `figures`, `study` (running notebooks) and `site` (the book). Rooms import only from
earlier ones.
"""

__version__ = "0.1.0"
