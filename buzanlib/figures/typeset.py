"""Numbers as prose and tables show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan

MINUS = "\u2212"
NO_BREAK = "\u00a0"

#: Numbers as words, from zero, by format.
WORDS: dict[str, list[str]] = {
    "word": ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    "nth": [
        "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "eleventh", "twelfth",
    ],
}  # fmt: skip

Scalar = bool | int | float | str


def typeset(value: Scalar, form: str = "") -> str:
    r"""Format a value; numbers have a real minus sign.

    Parameters
    ----------
    value : bool, int, float or str
    form : str
        Python format specification; ``"p"`` is that of a p-value, with three decimals and never less than 0.001,
        and ``"=p"`` the same with the sign before it; ``"word"`` and ``"nth"`` write a whole number of at most
        twelve as a word, and others in digits.

    Raises
    ------
    ValueError
        Where the value cannot be formatted so.

    Examples
    --------
    >>> typeset(0.0004, "p"), typeset(0.0316, "p")
    ('<\xa00.001', '0.032')
    >>> typeset(-0.5, "+.2f"), typeset(3, "word"), typeset(2, "nth")
    ('−0.50', 'three', 'second')
    """
    if isinstance(value, str):
        return format(value, form)
    if form in WORDS:
        if not isinstance(value, int) or isinstance(value, bool) or value < (form == "nth"):
            raise ValueError(f"{value} is not a whole number that can be counted")
        known = WORDS[form]
        if value < len(known):
            return known[value]
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(value % 10 if value % 100 not in (11, 12, 13) else 0, "th")
        return f"{value:,}{suffix if form == 'nth' else ''}"
    if form in ("p", "=p"):
        if isinstance(value, bool) or not 0 <= value <= 1:
            raise ValueError(f"{value} is not a probability")
        if value < 0.001:
            return f"<{NO_BREAK}0.001"
        return f"{value:.3f}" if form == "p" else f"={NO_BREAK}{value:.3f}"
    return format(value, form).replace("-", MINUS)


def with_interval(value: float, low: float, high: float, form: str = ".2f") -> str:
    """A number as in `typeset`, and its interval unless an end is NaN, ``"0.45 (−0.10 to 1.00)"``."""
    said = typeset(value, form)
    return said if isnan(low) or isnan(high) else f"{said} ({typeset(low, form)} to {typeset(high, form)})"


def joined(names: Iterable[str], last: str = "and") -> str:
    """Names as a sentence lists them, ``"B1, B2 and B3"``; ``"none"`` where there are none."""
    *others, end = list(names) or ["none"]
    return f"{', '.join(others)} {last} {end}" if others else end


def in_groups(words: Mapping[str, str]) -> str:
    """Names by their words as a sentence says them, ``"B1 and B2 are undecided and B3 is not large"``."""
    groups: dict[str, list[str]] = {}
    for name, word in words.items():
        groups.setdefault(str(word), []).append(name)
    return joined(f"{joined(own)} {'is' if len(own) == 1 else 'are'} {word}" for word, own in groups.items())


def listed(groups: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Groups of facts as a text alternative says them, ``"one: a, b; other: c"``."""
    return "; ".join(f"{name}: {', '.join(facts)}" for name, facts in groups)
