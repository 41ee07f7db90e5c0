"""What a test finds, and the locked rule that turns findings into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd
from scipy.special import ndtri
from statsmodels.stats.multitest import multipletests

from buzanlib.errors import UnknownNameError
from buzanlib.theory.predictions import Predictions

#: Coverage of the intervals by which the locked rule judges.
COVERAGE = 0.9

#: Power at which the smallest detectable effect is stated.
POWER = 0.8

#: How each family that is adjusted by its p values alone is adjusted, and at which level it is read
#: (`predictions.json`, families; `definitions.json`, level). F1 is adjusted by maxT within its own test.
CONTROL: dict[str, tuple[str, float]] = {"F2": ("holm", 0.05), "F3": ("fdr_bh", 0.10)}


class Verdict(StrEnum):
    """The four words of `predictions.json`."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Finding:
    """What one test found, in the predicted direction: positive speaks for the paper.

    Attributes
    ----------
    hypothesis : str
        Its id, such as ``"C1"``.
    contrast : float
        The estimate.
    low90, high90 : float
        Its 90 % interval; NaN where it has none.
    p : float
        One-sided p value, not adjusted.
    n : int
        Units of the test: states or dyads.
    sesoi : float
        Smallest effect of interest on the scale of the estimate; 0 where none was fixed.
    outside : bool
        For a claim that effects are null: whether an interval lies wholly beyond the smallest effect of
        interest, which contradicts it.
    beside : mapping of str to bool, int, float or str
        What else a reader needs, by name.
    """

    hypothesis: str
    contrast: float
    low90: float
    high90: float
    p: float
    n: int
    sesoi: float = 0.0
    outside: bool | None = None
    beside: Mapping[str, bool | int | float | str] = field(default_factory=dict)

    @property
    def detectable(self) -> float:
        """Smallest effect that a single one-sided test at 1/20 would find in four cases of five.

        From the width of the interval, taken as normal: the sum of the normal quantiles of 0.95 and 0.8, times
        the standard error. NaN without an interval, and for a claim that effects are null, which does not seek one.
        """
        if self.outside is not None:
            return float("nan")
        error = (self.high90 - self.low90) / 2 / ndtri((1 + COVERAGE) / 2)
        return float(error * (ndtri(0.95) + ndtri(POWER)))

    def to_results(self, prefix: str = "") -> dict[str, bool | int | float | str]:
        """Numbers under the keys by which prose calls them; what a finding does not have has no key.

        Parameters
        ----------
        prefix : str
            Put before every key, such as ``"strategies."``.
        """
        values: dict[str, bool | int | float | str] = {
            "contrast": self.contrast,
            "low90": self.low90,
            "high90": self.high90,
            "p": self.p,
            "n": self.n,
            "sesoi": self.sesoi,
            "detectable": self.detectable,
            **({} if self.outside is None else {"outside": self.outside}),
            **self.beside,
        }
        return {
            f"{prefix}{self.hypothesis}.{key}": value for key, value in values.items() if not pd.isna(value)
        }

    @classmethod
    def from_results(cls, hypothesis: str, values: Mapping[str, bool | int | float | str]) -> Finding:
        """Read back what `to_results` gave.

        Parameters
        ----------
        hypothesis : str
            Its id.
        values : mapping
            Recorded numbers by key, among them those of the finding.

        Raises
        ------
        UnknownNameError
            Where its contrast, p value or number of units was not recorded.
        """
        start = f"{hypothesis}."
        own = {key.removeprefix(start): value for key, value in values.items() if key.startswith(start)}
        for key in ("contrast", "p", "n"):
            if key not in own:
                raise UnknownNameError("result", start + key, values)
        numbers = {key: float(own.pop(key, float("nan"))) for key in ("contrast", "low90", "high90", "p")}
        outside = own.pop("outside", None)
        own.pop("detectable", None)  # follows from the interval
        return cls(
            hypothesis,
            **numbers,
            n=int(own.pop("n")),
            sesoi=float(own.pop("sesoi", 0.0)),
            outside=None if outside is None else bool(outside),
            beside=own,
        )


def recorded(values: Mapping[str, bool | int | float | str], predictions: Predictions) -> dict[str, Finding]:
    """Find every finding among recorded numbers.

    Parameters
    ----------
    values : mapping
        By key, such as ``"B1.contrast"``.
    predictions : Predictions
        The locked file.

    Returns
    -------
    dict of str to Finding
        By id: those of the locked file in its order, then those that were added, by name.
    """
    keys = ("contrast", "p", "n")
    ids = {key.partition(".")[0] for key in values}
    found = [name for name in ids if all(f"{name}.{key}" in values for key in keys)]
    order = {name: place for place, name in enumerate(predictions.hypotheses)}
    found.sort(key=lambda name: (order.get(name, len(order)), name))
    return {name: Finding.from_results(name, values) for name in found}


def intersection_union(hypothesis: str, parts: list[Finding]) -> Finding:
    """A claim of several conditions: the largest p of theirs, and the smallest estimate.

    Parameters
    ----------
    hypothesis : str
        Its id.
    parts : list of Finding
        On one scale.

    References
    ----------
    Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. Technometrics 24(4), 295-300.
    """
    weakest = min(parts, key=lambda part: part.contrast)
    return Finding(
        hypothesis,
        weakest.contrast,
        weakest.low90,
        weakest.high90,
        max(part.p for part in parts),
        min(part.n for part in parts),
        weakest.sesoi,
        beside={
            f"{part.hypothesis}.{key}": value
            for part in parts
            for key, value in (("contrast", part.contrast), ("p", part.p))
        },
    )


def verdict(
    contrast: float, low: float, high: float, p_adjusted: float, *, sesoi: float, alpha: float, gate: bool
) -> Verdict:
    """Judge one prediction.

    The conditions are tried in the order in which the locked file lists them.

    Parameters
    ----------
    contrast : float
        In the predicted direction: positive speaks for the paper.
    low, high : float
        Its 90 % interval; NaN where it has none.
    p_adjusted : float
        One-sided p value, adjusted for the family.
    sesoi : float
        Smallest effect of interest; 0 where none was fixed.
    alpha : float
        Level of the family.
    gate : bool
        Whether the joint test of the table (B5) is passed, for the predictions that it gates; without it nothing
        is supported, wholly or partly.

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


def equivalence_verdict(p_adjusted: float, outside: bool, *, alpha: float) -> Verdict:
    """Judge a claim that effects are null, which is supported only where their intervals show it.

    Parameters
    ----------
    p_adjusted : float
        Of the two one-sided tests, adjusted for the family.
    outside : bool
        Whether the interval of an effect lies wholly beyond the smallest effect of interest.
    alpha : float
        Level of the family.
    """
    if p_adjusted < alpha:
        return Verdict.SUPPORTED
    return Verdict.CONTRADICTED if outside else Verdict.UNDECIDED


def judge(findings: Mapping[str, Finding], predictions: Predictions) -> pd.DataFrame:
    """Adjust the p values of the families F2 and F3 and give every hypothesis in them its verdict.

    Parameters
    ----------
    findings : mapping of str to Finding
        By id.
    predictions : Predictions
        The locked file, which says what belongs to which family.

    Returns
    -------
    DataFrame
        Index the ids, in the order of the locked file; columns ``family``, ``p_adjusted``, ``verdict``. The
        gate B5 has a family of its own.
    """
    rows = []
    for name, hypothesis in predictions.hypotheses.items():
        if name in findings and hypothesis.family != "F1":
            rows.append((name, hypothesis.family, findings[name].p))
    table = pd.DataFrame(rows, columns=["hypothesis", "family", "p_adjusted"]).set_index("hypothesis")
    levels = pd.Series(predictions.alpha, index=table.index)
    for family, (method, level) in CONTROL.items():
        inside = table["family"] == family
        if inside.any():
            table.loc[inside, "p_adjusted"] = multipletests(table.loc[inside, "p_adjusted"], method=method)[1]
            levels[inside] = level
    words = []
    for name, p_adjusted, alpha in zip(table.index, table["p_adjusted"], levels, strict=True):
        found = findings[name]
        words.append(
            equivalence_verdict(p_adjusted, found.outside, alpha=alpha)
            if found.outside is not None
            else verdict(
                found.contrast,
                found.low90,
                found.high90,
                p_adjusted,
                sesoi=found.sesoi,
                alpha=alpha,
                gate=True,
            )
        )
    return table.assign(verdict=[str(word) for word in words])
