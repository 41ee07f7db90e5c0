"""What a class gave beside what a key has: equal, accepted as an alternate, or another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from buzanlib.seminar.class_agreement import coders_of
from buzanlib.seminar.coding_files import THREATS, VALUES, Coding


def confusion_with_key(codings: Sequence[Coding], variable: str = "primary") -> pd.DataFrame:
    """Counts of what coders gave (columns) by what the key has (rows)."""
    found: Counter[tuple[str | int, str | int]] = Counter()
    for key, value, _ in _beside_key(codings, variable):
        found[key, value] += 1
    values = [one for one in VALUES[variable] if any(one in pair for pair in found)]
    counted = [[found[row, column] for column in values] for row in values]
    return pd.DataFrame(counted, index=pd.Index(values, name="key"), columns=values)


def against_key(codings: Sequence[Coding]) -> pd.DataFrame:
    """How often coders have the value of the key, one that is accepted beside it, or another.

    Returns
    -------
    DataFrame
        A row a variable; columns ``codes`` (of coders, where the key has one too), ``equal``, ``accepted``, ``other``
        (shares of them). Giving the threat that is accepted as primary is accepted, too.
    """
    rows = {}
    for name in (*THREATS, *VALUES):
        found = Counter(how for *_, how in _beside_key(codings, name))
        if total := found.total():
            rows[name] = {
                "codes": total,
                **{how: found[how] / total for how in ("equal", "accepted", "other")},
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable")


def _beside_key(codings: Sequence[Coding], variable: str) -> Iterable[tuple[str | int, str | int, str]]:
    """Value of the key, value of a coder, and ``equal``, ``accepted`` or ``other``; of all coders."""
    for key in (one for one in codings if one.kind == "key"):
        for one in coders_of(codings):
            for item in one.codes:
                right, value = key.value(item, variable), one.value(item, variable)
                if right is None or value is None:
                    continue
                beside = key.accept.get(item, {})
                if variable in VALUES:
                    accepted = value in beside.get(variable, ())
                else:
                    accepted = variable in {*beside.get("threats", ()), *beside.get("primary", ())}
                yield right, value, "equal" if value == right else "accepted" if accepted else "other"
