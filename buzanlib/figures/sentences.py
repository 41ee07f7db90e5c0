"""Words that numbers choose, for the prose of the chapters on votes, wording, rivals and moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from math import isnan

import pandas as pd

from buzanlib.figures.captions import none_or, verb
from buzanlib.figures.typeset import joined, listed, typeset
from buzanlib.inference.verdicts import Finding, Value, Verdict

#: A squared error this near to that of the plain mean is hardly better or worse.
NEAR = 0.05


def counted(verdicts: Iterable[str], always: Container[str] = ()) -> str:
    """How many claims have each word, in the order of `Verdict`: ``"one is reversed and nine are undecided"``.

    Words that none has are left out, unless they are `always` said.
    """
    number = Counter(map(str, verdicts))
    said = [
        f"{none_or(number[word])} {verb(number[word], 'are', 'is')} {word}"
        for word in Verdict
        if number[word] or word in always
    ]
    return joined(said)


def covers(low: float, high: float) -> str:
    """Where an interval lies: ``"lies wholly above zero"``, ``"lies wholly below zero"`` or ``"covers zero"``."""
    if low > 0:
        return "lies wholly above zero"
    return "lies wholly below zero" if high < 0 else "covers zero"


def on_its_own(finding: Finding, alpha: float) -> str:
    """What one finding says before p is adjusted for others: p against a level, and where the interval lies."""
    chance = f"chance alone {'seldom' if finding.p < alpha else 'often enough'} does as well"
    if isnan(finding.low90):
        return f"{chance}, and there is no interval"
    return f"{chance}, and the interval {covers(finding.low90, finding.high90)}"


def where_tested(names: Iterable[str], here: Container[str], found: Container[str]) -> str:
    """Sentences on the hypotheses that are tested `here`, since no chapter did, and on those that are not `found`."""
    names = list(names)
    late, missing = [one for one in names if one in here], [one for one in names if one not in found]
    said = f" No notebook before this one tested {', '.join(late)}: tested here." if late else ""
    if missing:
        said += f" These data cannot carry a test of {', '.join(missing)}: counted in the family as p = 1."
    return said


def signs(values: Iterable[float]) -> str:
    """A sentence on whether several numbers have the same sign."""
    above = [value > 0 for value in values]
    same = all(above) or not any(above)
    return (
        "All have the same sign." if same else "So even the sign depends on what is set beside these pairs."
    )


def kinds_of_pairs(key: str, by_kind: pd.DataFrame) -> dict[str, float | str]:
    """Values to record of what `pair_means` gives: the mean of each kind, as ``key.SS_WW``, and which ends they have.

    Those are ``key.lowest`` and ``key.highest``, such as ``"SS and WW"`` or ``"SW among themselves"``, each with its
    ``mean``; kinds without a pair are left out.
    """
    means = {str(kind): float(mean) for kind, mean in by_kind["mean"].dropna().items()}
    values: dict[str, float | str] = {f"{key}.{kind.replace('-', '_')}": mean for kind, mean in means.items()}
    order = sorted(means, key=lambda kind: means[kind])
    for end, kind in (("lowest", order[0]), ("highest", order[-1])):
        one, other = kind.split("-")
        values[f"{key}.{end}"] = f"{one} and {other}" if one != other else f"{one} among themselves"
        values[f"{key}.{end}.mean"] = means[kind]
    return values


def dispute_results(at_table: Finding | None, split: Finding | None, asked: int) -> dict[str, Value]:
    """Values to record of X62 and X59, those that could be tested, and words that follow from them.

    ``table.gap`` compares the difference on information technologies with that on other matters, and
    ``alliances.reading`` is a sentence on how many of the alliances that were `asked` about could be counted.
    """
    found: dict[str, Value] = {}
    if at_table:
        larger = at_table.contrast > float(at_table.beside["others.contrast"])
        found |= {**at_table.to_results(), "table.gap": "larger" if larger else "no larger"}
    if split:
        counted = int(split.beside["alliances"])
        few = ": this says next to nothing about alliances" if counted <= asked / 2 else ""
        short = f"Only {typeset(counted, 'word')} of the {typeset(asked, 'word')} can be counted{few}."
        reading = "All of them can be counted." if counted == asked else short
        found |= {**split.to_results(), "alliances.reading": reading}
    return found


def which_small(locked: float, primary: float, alpha: float) -> str:
    """What two p values of one claim say together, that of the locked test and that of the primary one."""
    if (locked < alpha) == (primary < alpha):
        return "both tests find it" if locked < alpha else "neither test finds it"
    if locked < alpha:
        return "only the locked test finds it, whose outcome leans"
    return "only the primary test finds it, which is a hint found afterwards"


def found_at(p: Mapping[str, float], alpha: float) -> str:
    """At which assumptions, by name, p is below a level: ``"at 0.98, but not at 0.95 and 0.97"``."""
    small = [name for name, value in p.items() if value < alpha]
    rest = [name for name in p if name not in small]
    if not small or not rest:
        return f"at {'each' if small else 'none'} of them"
    return f"at {joined(small)}, but not at {joined(rest)}"


def model_of_error(reliability: Mapping[str, float]) -> str:
    """A sentence on whether reliabilities by three waves, by axis, can be reliabilities."""
    above = [axis for axis, value in reliability.items() if value > 1]
    if not above:
        return "Neither is above one, so that the model of error may hold."
    which = "Both are" if len(above) == len(reliability) > 1 else f"That of {joined(above)} is"
    return f"{which} above one, which no reliability can be: the model of error does not hold on these data."


def beside_mean(errors: Mapping[str, float]) -> str:
    """How models guess beside the plain mean, whose squared error is 1, such as ``"hardly better: bloc (0.988)"``."""
    groups: dict[str, list[str]] = {}
    for name, error in sorted(errors.items(), key=lambda item: item[1]):
        word = f"{'hardly' if abs(error - 1) < NEAR else 'clearly'} {'better' if error < 1 else 'worse'}"
        groups.setdefault("no better" if error == 1 else word, []).append(f"{name} {typeset(error, '.3f')}")
    return listed(groups.items())


def cohesion_by_regime(means: pd.Series) -> str:
    """A sentence on whether weak cohesion goes with more under either regime.

    The means have the index of `buzanlib.inference.rival_explanations.by_regime`.
    """
    gaps = means["weak"] - means["strong"]
    if gaps.isna().any():
        return "Not all four kinds of states spoke, so that cohesion and regime cannot be told apart so."
    words = {regime: "more" if gap > 0 else "less" for regime, gap in gaps.items()}
    auto, demo = words["autocracy"], words["democracy"]
    if auto == demo:
        return f"Weak cohesion goes with {auto} of it among autocracies and among democracies."
    return (
        f"Weak cohesion goes with {auto} of it among autocracies and with {demo} among democracies. That is an "
        "interaction, which neither account foresees."
    )


def verdicts_counted(verdicts: Iterable[str]) -> str:
    """How many claims got each verdict."""
    words = list(verdicts)
    said = counted(words, {Verdict.SUPPORTED})
    return f"Of {typeset(len(words), 'word')} claim{'s' * (len(words) != 1)} {said}."
