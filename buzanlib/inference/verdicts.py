"""What a test finds, and the two rules that turn findings into words: the fair one, and the locked one on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import pandas as pd
from scipy.special import ndtr, ndtri
from statsmodels.stats.multitest import multipletests

from buzanlib.errors import UnknownNameError
from buzanlib.theory.predictions import GATE, GATED, Hypothesis, Predictions

#: What is recorded under a key of the results.
Value = bool | int | float | str

#: Coverage of the intervals by which the locked rule judges.
COVERAGE = 0.9

#: Power at which the smallest detectable effect is stated.
POWER = 0.8

#: How each family that is adjusted by its p values alone is adjusted, and the level at which it is read
#: (`predictions.json`, families; `definitions.json`, level). The others are adjusted within their own joint test.
CONTROL: dict[str, tuple[str, float]] = {
    "F2": ("holm", 0.05),
    "F3": ("fdr_bh", 0.10),
    "X": ("fdr_bh", 0.10),  # claims that the locked file leaves out
}


class Verdict(StrEnum):
    """The five words of the book; the first four are those of `registration_2.json`."""

    SUPPORTED = "supported"
    REVERSED = "reversed"
    NOT_LARGE = "not large"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"


class LockedVerdict(StrEnum):
    """The four words of `predictions.json`, which stay on record."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"


_LEDGER = (
    *("family", "claim", "where", "contrast", "low90", "high90", "p", "p_adjusted"),
    *("verdict", "n", "sesoi", "power", "detectable", "scale"),
)

_NUMBERS = ("contrast", "low90", "high90", "p", "n", "sesoi", "detectable")

#: Numbers without which there is no finding.
REQUIRED = ("contrast", "p", "n")

#: Type of each number of a finding that is recorded and read back.
_KINDS: dict[str, type] = {"n": int, **dict.fromkeys(("outside", "valid", "testable", "unbiased"), bool)}
_KINDS |= dict.fromkeys(("contrast", "low90", "high90", "p", "sesoi", "p_adjusted"), float)


@dataclass(frozen=True)
class Finding:
    """What one test found, in the predicted direction: positive speaks for the paper."""

    hypothesis: str  #: Its id, such as ``"C1"``.
    contrast: float  #: The estimate.
    low90: float  #: Lower end of its 90 % interval; NaN where it has none.
    high90: float  #: Upper end.
    p: float  #: One-sided p value, not adjusted.
    n: int  #: Units of the test, states or dyads.
    sesoi: float = 0.0  #: Smallest effect of interest on the scale of the estimate; 0 where none was fixed.
    #: Of a claim that effects are null, whether an interval lies wholly beyond the smallest effect of interest, which
    #: contradicts it.
    outside: bool | None = None
    p_adjusted: float | None = None  #: p value adjusted within the joint test of its family, if it has one.
    valid: bool = True  #: Whether the registered errors could be computed; if not, nothing is decided.
    testable: bool = True  #: Whether the assumptions of the test hold on these data.
    #: Whether the estimate is unbiased on its scale; only then can an effect be called not large.
    unbiased: bool = True
    beside: Mapping[str, Value] = field(default_factory=dict)  #: What else a reader needs, by name.

    @property
    def power(self) -> float:
        """Power of a single one-sided test at 1/20 if the effect were the smallest of interest.

        From the width of the interval, taken as normal. NaN without an interval or a smallest effect of interest, and
        for a claim that effects are null.
        """
        if self.outside is not None or not self.sesoi or not self._error:
            return float("nan")
        return float(ndtr(self.sesoi / self._error - ndtri(0.95)))

    @property
    def _error(self) -> float:
        """Standard error, from the interval."""
        return float((self.high90 - self.low90) / 2 / ndtri((1 + COVERAGE) / 2))

    @property
    def detectable(self) -> float:
        """Smallest effect that a single one-sided test at 1/20 would find in four cases of five.

        From the width of the interval, taken as normal: the sum of the normal quantiles of 0.95 and 0.8, times
        the standard error. NaN without an interval, and for a claim that effects are null, which does not seek one.
        """
        if self.outside is not None:
            return float("nan")
        return float(self._error * (ndtri(0.95) + ndtri(POWER)))

    def verdict(self, p_adjusted: float, alpha: float, *, gate: bool = True) -> Verdict:
        """Say in a word what was found.

        Parameters
        ----------
        p_adjusted, alpha : float
            p value, adjusted for the family, and level of the family.
        gate : bool
            Whether the joint test that gates the hypothesis is passed; without it nothing is supported.

        Returns
        -------
        Verdict
            ``supported``, if significant in the predicted direction and the gate is passed; ``reversed``, if the
            interval lies wholly on the wrong side of zero, or, of a claim that effects are null, one lies `outside`;
            ``not large``, if it lies wholly short of the smallest effect of interest on a scale on which the estimate
            is unbiased; ``not testable``, if an assumption of the test fails; else ``undecided``.
        """
        null = self.outside is not None
        if not self.testable:
            return Verdict.NOT_TESTABLE
        if not self.valid:
            return Verdict.UNDECIDED
        if gate and p_adjusted < alpha and (null or self.contrast > 0):
            return Verdict.SUPPORTED
        if self.outside if null else self.high90 < 0:
            return Verdict.REVERSED
        short = not null and self.unbiased and self.high90 < self.sesoi
        return Verdict.NOT_LARGE if short else Verdict.UNDECIDED

    def locked_verdict(self, p_adjusted: float, alpha: float, *, gate: bool = True) -> LockedVerdict:
        """Judge by the locked rule, whose conditions are tried in the order in which the locked file lists them.

        Takes what `verdict` does. ``supported`` or ``partly``, if significant and the gate is passed, as the contrast
        reaches the smallest effect of interest or not; ``contradicted``, if the interval lies wholly below the smallest
        effect of interest, or, of a claim that effects are null, one lies `outside`; else ``undecided``.
        """
        if not self.valid:
            return LockedVerdict.UNDECIDED
        if self.outside is not None:
            if p_adjusted < alpha:
                return LockedVerdict.SUPPORTED
            return LockedVerdict.CONTRADICTED if self.outside else LockedVerdict.UNDECIDED
        if gate and p_adjusted < alpha and self.contrast > 0:
            return LockedVerdict.SUPPORTED if self.contrast >= self.sesoi else LockedVerdict.PARTLY
        # Below zero is below the smallest effect of interest, too: one comparison covers both conditions.
        return LockedVerdict.CONTRADICTED if self.high90 < self.sesoi else LockedVerdict.UNDECIDED

    def to_results(self, prefix: str = "") -> dict[str, Value]:
        """Numbers under the keys by which prose calls them, after a `prefix` such as ``"strategies."``.

        What a finding does not have has no key.
        """
        values = {name: getattr(self, name) for name in (*_NUMBERS, "outside", "p_adjusted")}
        values |= {key: False for key in ("valid", "testable", "unbiased") if not getattr(self, key)}
        return {
            f"{prefix}{self.hypothesis}.{key}": value
            for key, value in {**values, **self.beside}.items()
            if not pd.isna(value)
        }

    @classmethod
    def from_results(cls, hypothesis: str, values: Mapping[str, Value]) -> Finding:
        """Read back what `to_results` gave, without a prefix.

        Raises
        ------
        UnknownNameError
            If its contrast, p value or number of units was not recorded.
        """
        start = f"{hypothesis}."
        own = {key.removeprefix(start): value for key, value in values.items() if key.startswith(start)}
        for key in REQUIRED:
            if key not in own:
                raise UnknownNameError("result", start + key, values)
        own.pop("detectable", None)  # follows from the interval
        found: dict[str, Any] = dict.fromkeys(("low90", "high90"), float("nan"))
        found |= {key: kind(own.pop(key)) for key, kind in _KINDS.items() if key in own}
        return cls(hypothesis, **found, beside=own)


def recorded(values: Mapping[str, Value]) -> dict[str, Finding]:
    """Every finding among recorded numbers, by id, in alphabetical order; `values` by key, as ``"B1.contrast"``."""
    ids = sorted({key.partition(".")[0] for key in values})
    found = [name for name in ids if all(f"{name}.{key}" in values for key in REQUIRED)]
    return {name: Finding.from_results(name, values) for name in found}


def intersection_union(hypothesis: str, parts: list[Finding]) -> Finding:
    """A claim of several conditions on one scale: the largest p of theirs, and the smallest estimate.

    References
    ----------
    Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. Technometrics 24(4), 295-300.
    """
    weakest = min(parts, key=lambda part: part.contrast)
    p, n = max(part.p for part in parts), min(part.n for part in parts)
    beside = {f"{part.hypothesis}.{key}": getattr(part, key) for part in parts for key in ("contrast", "p")}
    return replace(weakest, hypothesis=hypothesis, p=p, n=n, beside=beside)


def judge(
    findings: Mapping[str, Finding],
    predictions: Predictions,
    open_claims: Mapping[str, Hypothesis] | None = None,
    *,
    locked_words: bool = False,
) -> pd.DataFrame:
    """Adjust the p values of each family and give every hypothesis its verdict.

    A family has the size with which it was fixed: a hypothesis of it without a finding counts as p = 1.

    Parameters
    ----------
    findings : mapping of str to Finding
        By id; those that are neither in the locked file nor open claims are ignored.
    predictions : Predictions
        The locked file.
    open_claims : mapping of str to Hypothesis, optional
        Claims that the locked file leaves out (`Data.open_claims`); none by default. Those that have no test are
        ignored.
    locked_words : bool
        Whether the verdicts are those of the locked rule (`LockedVerdict`).

    Returns
    -------
    DataFrame
        Index the ids, in the order of the locked file and then of the open claims; columns ``family``, ``p_adjusted``,
        ``verdict``.
    """
    tested = {name: one for name, one in (open_claims or {}).items() if one.tested}
    known = {**predictions.hypotheses, **tested}
    found = {name: findings[name] for name in known if name in findings}
    adjusted = {name: one.p if one.p_adjusted is None else one.p_adjusted for name, one in found.items()}
    for family, (method, _) in CONTROL.items():
        members = [name for name, hypothesis in known.items() if hypothesis.family == family]
        ps = [findings[name].p if name in findings else 1.0 for name in members]
        if members:
            adjusted |= zip(members, multipletests(ps, method=method)[1].tolist(), strict=True)
    gates = [name for name, hypothesis in known.items() if hypothesis.family == GATE]
    passed = all(adjusted.get(name, 1.0) < predictions.alpha for name in gates)
    rows = {}
    for name, one in found.items():
        family = known[name].family
        _, level = CONTROL.get(family, ("", predictions.alpha))
        rule = one.locked_verdict if locked_words else one.verdict
        word = rule(adjusted[name], level, gate=passed or family != GATED)
        rows[name] = (family, adjusted[name], str(word))
    table = pd.DataFrame.from_dict(rows, "index", columns=["family", "p_adjusted", "verdict"])
    return table.rename_axis("hypothesis")


def ledger(
    findings: Mapping[str, Finding],
    predictions: Predictions,
    scales: Mapping[str, str],
    open_claims: Mapping[str, Hypothesis] | None = None,
) -> pd.DataFrame:
    """One row a finding, with everything that is said about it anywhere.

    Parameters
    ----------
    findings : mapping of str to Finding
        By id.
    predictions : Predictions
        The locked file.
    scales : mapping of str to str
        Scale of the estimate by id (`definitions.json`).
    open_claims : mapping of str to Hypothesis, optional
        As `judge` takes them.

    Returns
    -------
    DataFrame
        Index the ids: those of the locked file in its order, the open claims, then those that a study added. Columns
        ``family`` (of the last ``"added"``, or what was recorded beside the finding; their p is not adjusted),
        ``claim``, ``where`` in the paper, ``contrast``, ``low90``, ``high90``, ``p``, ``p_adjusted``, ``verdict``,
        ``n``, ``sesoi``, ``power`` at that effect, ``detectable`` and ``scale``.
    """
    judged = judge(findings, predictions, open_claims)
    claims = {**predictions.hypotheses, **(open_claims or {})}
    rows = {}
    for name in (*judged.index, *(name for name in findings if name not in judged.index)):
        one, known = findings[name], name in judged.index
        rows[name] = {
            "family": claims[name].family if known else str(one.beside.get("family", "added")),
            "claim": claims[name].claim if known else str(one.beside.get("claim", "–")),
            "where": claims[name].where if known else "",
            "p_adjusted": judged["p_adjusted"][name] if known else one.p,
            "verdict": judged["verdict"][name] if known else _own_verdict(one, predictions.alpha),
            "scale": scales.get(name, "log odds"),
            **{key: getattr(one, key) for key in (*_NUMBERS, "power")},
        }
    return pd.DataFrame.from_dict(rows, "index", columns=list(_LEDGER))


def _own_verdict(finding: Finding, alpha: float) -> str:
    """The verdict that was recorded beside a finding, or else its own at a level."""
    return str(finding.beside.get("verdict") or finding.verdict(finding.p, alpha))
