"""The account of a corpus as a chapter gives it: what was used, what was left out and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import typeset

if TYPE_CHECKING:
    from buzanlib.measurement.account import Account

#: Where the sentence of each chapter is recorded, as ``"account.quadrants"``.
ACCOUNT = "account"

_ALWAYS = ("used", "outside", "silent", "unplaced")  # said even where there are none


def account_in_words(account: Account) -> str:
    """Sums of all there is by what became of it, a sentence each for documents, passages and states."""
    years = f"{account.years[0]}–{account.years[-1]}" if account.years else "no years"
    codes = in_words(account.annotator, of="annotator")
    head = f"{in_words(account.corpus)} ({years}), window {account.first}–{account.last}, codes: {codes}."
    return " ".join([head[0].upper() + head[1:], *map(partial(_sum, account), account.counts.columns)])


def _sum(account: Account, what: str) -> str:
    """Such as ``"States: 52 = 47 used + 5 outside the window + 0 without a cyber threat + 0 not placed."``."""
    words = {
        "used": "used",
        "outside": "outside the window",
        "shown": "shown by the paper itself",
        "uncoded": "not coded",
        "silent": "without a cyber threat",
        "unplaced": "not placed" if what == "states" else "of states that are not placed",
    }
    counts = account.counts[what]
    said = [fate for fate in words if counts[fate] or fate in _ALWAYS]
    parts = " + ".join(f"{typeset(int(counts[fate]), ',')} {words[fate]}" for fate in said)
    return f"{what.capitalize()}: {typeset(int(counts.sum()), ',')} = {parts}."


def account_results(chapter: str, account: Account) -> dict[str, int | str]:
    """Values to record: the words as ``account.CHAPTER``, and documents by fate, as ``account.CHAPTER.outside``.

    ``account.CHAPTER.documents`` is all there are, the sum of the others.
    """
    key, documents = f"{ACCOUNT}.{chapter}", account.counts["documents"]
    counted = {f"{key}.{fate}": int(count) for fate, count in documents.items()}
    return {key: account_in_words(account), f"{key}.documents": int(documents.sum()), **counted}
