"""What a recorded key means, in words: a small vocabulary of endings, and words for what stands before them."""

from __future__ import annotations

from collections.abc import Mapping

from buzanlib.figures.labels import in_words
from buzanlib.theory.vocabulary import Quadrant

#: Endings whose unit is that of the estimate of the hypothesis.
_ON_SCALE = {
    "contrast": "estimate",
    "low90": "lower end of the 90 % interval",
    "high90": "upper end of the 90 % interval",
    "se": "standard error",
    "sesoi": "smallest effect worth the name",
    "detectable": "smallest effect that is found four times in five",
    "centre": "mean when placements are exchanged",
}

_ENDINGS = {
    **_ON_SCALE,
    "p": "p value, one-sided",
    "p_adjusted": "p value, adjusted among those of its group",
    "p_within": "p value, placements exchanged within regions",
    "reverse_p": "p value in the opposite direction",
    "n": "number counted",
    "n_states": "number of states",
    "n_dyads": "number of pairs of states",
    "states": "number of states",
    "passages": "number of passages",
    "documents": "number of documents",
    "first": "first year",
    "last": "last year",
    "least": "smallest of them",
    "most": "largest of them",
    "power": "chance of finding it",
    "brier": "Brier score",
    "unbiased": "whether the estimator does not lean",
    "used": "documents used",
    "silent": "documents that say nothing of it",
    "uncoded": "documents that are not coded",
    "unplaced": "documents of states that are not placed",
    "outside": "documents outside of the years",
    "word": "in a word",
    "reading": "what this says",
    "finding": "what this says",
    "side": "where the interval lies",
}

_PARTS = {
    **{quadrant.value: quadrant.label for quadrant in Quadrant},
    "hint": "strict reading of political action",
    "strict": "strict reading of political action",
    "one": "codebook 1",
    "two": "codebook 2",
    "locked": "test as locked",
    "strategies": "national strategies",
    "later": "later speeches",
    "front": "front page",
    "account": "which documents count",
}


_WHOLE = {"n_states": "placed states that name a cyber threat in these years"}
"""Keys that say more alone than their ending does."""


def key_in_words(key: str, scales: Mapping[str, str]) -> str:
    """Say what is recorded under a key.

    Parameters
    ----------
    key : str
        A dotted name, without what tells the pages of a sweep apart.
    scales : mapping of str to str
        Unit of the estimate of each hypothesis, by id; empty where none is told.

    Examples
    --------
    >>> key_in_words("strategies.B1.low90", {"B1": "log odds"})
    'B1, national strategies: lower end of the 90 % interval (log odds)'
    >>> key_in_words("n_states", {})
    'placed states that name a cyber threat in these years'
    """
    if key in _WHOLE:
        return _WHOLE[key]
    *before, last = key.split(".")
    if last in scales and before:  # as in ``power.P1``
        before, last = [*before[:-1], last], before[-1]
    what = _ENDINGS.get(last) or _part(last)
    ids = [part for part in before if part in scales]
    if last in _ON_SCALE and ids and scales[ids[0]]:
        what += f" ({scales[ids[0]]})"
    subject = ", ".join([*ids, *(_part(part) for part in before if part not in scales)])
    return f"{subject}: {what}" if subject else what


def _part(name: str) -> str:
    return _PARTS.get(name) or in_words(name)
