"""The locked rule that turns an estimate into a word."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The four words of `predictions.json`."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"


def verdict(
    contrast: float, low: float, high: float, p_adjusted: float, *, sesoi: float, alpha: float, gate: bool
) -> Verdict:
    """Judge one prediction.

    The conditions are tried in the order in which the locked file lists them.

    Parameters
    ----------
    contrast : float
        Corner contrast in the predicted direction: positive speaks for the paper.
    low, high : float
        Its 90 % interval; NaN where it has none.
    p_adjusted : float
        One-sided p value, adjusted for the family.
    sesoi : float
        Smallest effect of interest, a corner contrast on the logit scale.
    alpha : float
        Level of the test.
    gate : bool
        Whether the joint test of the table (B5) is passed; without it nothing is supported, wholly or partly.

    Returns
    -------
    Verdict
        ``supported`` or ``partly``, if significant and the gate is passed, as the contrast reaches the
        smallest effect of interest or not; ``contradicted``, if the interval lies wholly below zero or
        wholly below the smallest effect of interest; else ``undecided``.
    """
    if gate and p_adjusted < alpha and contrast > 0:
        return Verdict.SUPPORTED if contrast >= sesoi else Verdict.PARTLY
    # Below zero is below the smallest effect of interest, too: one comparison covers both conditions.
    if high < sesoi:
        return Verdict.CONTRADICTED
    return Verdict.UNDECIDED
