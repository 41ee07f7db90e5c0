"""What was found, hinted at and registered, in sentences without a code or a symbol, for the front page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from buzanlib.figures.typeset import joined, typeset
from buzanlib.inference.verdicts import Verdict

#: What became of single predictions, after their number.
_SINGLE: Mapping[str, tuple[str, str]] = {
    Verdict.SUPPORTED: ("holds", "hold"),
    Verdict.REVERSED: ("turns round", "turn round"),
    Verdict.NOT_LARGE: ("holds at most weakly", "hold at most weakly"),
    Verdict.UNDECIDED: ("cannot be decided", "cannot be decided"),
    Verdict.NOT_TESTABLE: ("cannot be tested", "cannot be tested"),
}

_REGISTERED: Mapping[str, str] = {
    Verdict.SUPPORTED: "Predicted beforehand for later speeches, this came true.",
    Verdict.REVERSED: "Predicted beforehand for later speeches, this turned round.",
    Verdict.NOT_LARGE: "Predicted beforehand for later speeches, it holds at most weakly.",
    Verdict.UNDECIDED: "Later speeches, for which this was predicted beforehand, cannot tell.",
    Verdict.NOT_TESTABLE: "On later speeches it could not be tested.",
}


def front_words(
    single: Iterable[str], whole: bool, hint: tuple[float, float], registered: str
) -> dict[str, str]:
    """Sentences of the front page, by the keys under which it reads them.

    Parameters
    ----------
    single : iterable of str
        The `Verdict` of each prediction of Table 2.
    whole : bool
        Whether the table as a whole fits better than chance.
    hint : tuple of float
        Interval of the contrast in the strict reading of the political threat, in the predicted direction.
    registered : str
        The `Verdict` of the prediction that was registered of it.
    """
    counted = Counter(map(str, single))
    said = [
        f"{typeset(counted[word], 'word')} {forms[counted[word] > 1]}"
        for word, forms in _SINGLE.items()
        if counted[word]
    ]
    seems = (
        "seem to speak more"
        if hint[0] > 0
        else "seem to speak less"
        if hint[1] < 0
        else "do not clearly speak more"
    )
    return {
        "front.whole": f"fit {'better' if whole else 'no better'} than chance",
        "front.single": f"Of {typeset(counted.total(), 'word')} single predictions, {joined(said)}.",
        "front.hint": seems,
        "front.registered": _REGISTERED[registered],
    }
