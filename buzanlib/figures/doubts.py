"""Tables of the chapter on doubts, and the numbers that its prose takes from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan

import pandas as pd

from buzanlib.figures.labels import in_words
from buzanlib.figures.tables import Table, interval, table
from buzanlib.figures.typeset import joined
from buzanlib.inference.coding_error import misread
from buzanlib.inference.false_contradiction import FalseContradiction
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.statement_content import Rate
from buzanlib.inference.statistical_power import PowerReport

#: Contrasts of logits that are off by more than this lean.
LEANS = 0.1

#: Positions of states, as a table heads them.
POSITIONS = {"hard": "quadrants", "fuzzy": "fuzzy", "continuous": "continuous"}

#: What the mixed model says of true contrasts: columns of `PowerReport.model`, headings and formats.
_MODEL = {
    "median": ("middle estimate", ".2f"),
    "coverage": ("interval holds the truth", ".0%"),
    "below": ("“not large”, wrongly", ".0%"),
    "reversed": ("“reversed”, wrongly", ".0%"),
}

Values = dict[str, float | int | str]


def error_table(errors: pd.DataFrame) -> Table:
    """What `CodingErrorStudy` found, in percentage points."""
    ends = interval(100 * errors["low90"], 100 * errors["high90"], "+.1f")
    shown = errors.assign(contrast=100 * errors["contrast"], range=ends).set_index("hypothesis")
    return table(
        shown[["error", "contrast", "range"]],
        "Weighted contrasts in the predicted direction, in percentage points, when passages are coded with error; "
        "range of 90 % of the codings",
        {"contrast": "+.1f"},
    )


def error_values(rates: pd.DataFrame, errors: pd.DataFrame, read: int, wrong: int) -> Values:
    """Of the rates of error between annotators, of the study of errors, and of the independent reading."""
    share, most = misread(read, wrong)
    worst = errors[errors["error"] == errors["error"].iloc[-1]]
    kept = worst.loc[worst["low90"] * worst["high90"] > 0, "hypothesis"]
    return {
        "error.largest": float(rates.to_numpy().max()),
        "error.read": read,
        "error.wrong": wrong,
        "error.share": share,
        "error.most": most,
        "error.kept": joined(kept),
    }


def leak_table(leaks: pd.DataFrame) -> Table:
    """The table ``mask_leak``, in words."""
    named = leaks.assign(corpus=leaks["corpus"].map(in_words)).set_index("target")
    shown = named[["corpus", "passages", "states", "accuracy", "largest"]]
    return table(
        shown.rename(columns={"accuracy": "guessed", "largest": "always the largest"}),
        "How often region and quadrant are guessed from the masked words, and how often always naming the largest "
        "class would be right",
        {"guessed": ".1%", "always the largest": ".1%"},
    )


def leak_values(leaks: pd.DataFrame) -> Values:
    """Of the corpus with most passages: its name, and percentage points above naming the largest class."""
    leak = leaks.sort_values("passages").groupby("target").last()
    gains = (100 * (leak["accuracy"] - leak["largest"])).items()
    return {
        **{f"leak.{target}.gain": float(gain) for target, gain in gains},
        "leak.corpus": in_words(str(leak["corpus"].iloc[0])),
    }


def position_table(contrasts: pd.DataFrame) -> Table:
    """What `contrasts_by_position` gives: a row an outcome, an estimate with its interval and p for each position."""
    columns: dict[str, pd.Series] = {}
    for kind, heading in POSITIONS.items():
        own = contrasts.xs(kind, level="placement")
        ends = interval(own["low90"], own["high90"])
        columns[heading] = own["estimate"]
        columns[f"{heading}, interval"] = ends
        columns[f"{heading}, p"] = own["p"]
    shown = pd.DataFrame(columns).loc[contrasts.index.unique("outcome")].rename_axis("contrast")
    names = POSITIONS.values()
    forms = dict.fromkeys(names, "+.2f") | dict.fromkeys((f"{name}, p" for name in names), "p")
    return table(
        shown,
        "Contrasts between quadrants in the predicted direction, in log odds, by where states stand; p by the primary "
        "estimator, one-sided, not adjusted",
        forms,
        note="A dash: no finite estimate. B5 is the mean of B1 to B3 and their gate; M1.WS is WS against the rest, "
        "M1.SS the rest against SS, M1.SW a rival, M1.weak weak power against strong; P1 is on later statements.",
        stacked=True,
    )


def position_values(contrasts: pd.DataFrame, alpha: float) -> Values:
    """Estimates and p by outcome and position, which of them are found, and of which the sign depends on it."""
    values: Values = {}
    rows = contrasts[["estimate", "p"]].to_numpy(dtype=float).tolist()
    for (outcome, kind), (estimate, p) in zip(contrasts.index.to_list(), rows, strict=True):
        values[f"position.{outcome}.{kind}.p"] = p
        if not isnan(estimate):
            values[f"position.{outcome}.{kind}"] = estimate
    small = contrasts["p"] < alpha
    for kind in POSITIONS:
        own = small.xs(kind, level="placement")
        values[f"position.found.{kind}"] = joined(map(str, own.index[own]))
    above = contrasts["estimate"].dropna().gt(0).groupby("outcome", sort=False)
    mixed = above.any() & ~above.all()
    values["position.turned"] = joined(map(str, mixed.index[mixed]))
    return values


def size_table(report: PowerReport) -> Table:
    """Size of each estimator, a row a kind of world and estimator."""
    return table(
        report.in_rows(report.size, "tested on"),
        "Share of worlds without any effect in which each prediction, by itself, is significant at one in twenty; B5 "
        "is the gate",
        dict.fromkeys(report.size.columns, ".3f"),
    )


def power_table(report: PowerReport) -> Table:
    """Power at the smallest effect of interest, a row a kind of world and estimator."""
    return table(
        report.in_rows(report.power, "tested on"),
        "Share of worlds with the smallest effect of interest in which each prediction, by itself, is significant",
        dict.fromkeys(report.power.columns, ".0%"),
        note="The locked test is left out: it has no power in this sense where it does not keep its size.",
    )


def model_table(report: PowerReport) -> Table:
    """What the mixed model says of true contrasts, a row a kind of world and prediction."""
    shown = report.model[list(_MODEL)].rename(columns={name: words for name, (words, _) in _MODEL.items()})
    return table(
        report.in_rows(shown, "prediction"),
        "What the mixed model says of true contrasts of exactly the smallest effect of interest, by 90 % intervals",
        dict(_MODEL.values()),
        note="The middle estimate is the median over worlds: where a region never says a thing, an estimate can be of "
        "any size.",
    )


def size_values(report: PowerReport, record: pd.Series[float]) -> Values:
    """Numbers of the report, what is too large in it, and sizes of the locked test on the codes of record."""
    return {
        **report.to_results(),
        **{f"size.over.{name}": joined(some) for name, some in report.over.items()},
        **{f"size.record.{name}": float(x) for name, x in record.items()},
        "power.reached": joined(report.reached),
    }


def leaning_table(lean: pd.DataFrame, rates: Mapping[str, Rate]) -> Table:
    """What `rate_leanings` gives, with what each contrast is of; shares in percentage points."""
    shown = pd.DataFrame(
        {
            "of": [in_words(column) for column, _ in rates.values()],
            "logit": lean["contrast"],
            "if all were alike": lean["leaning"],
            "shares, points": 100 * lean["share"],
        },
        index=lean.index.rename("contrast"),
    )
    return table(
        shown,
        "What contrasts of empirical logits owe to unequal speaking, in the predicted direction",
        {"logit": "+.2f", "if all were alike": "+.2f", "shares, points": "+.1f"},
        note="M1.WS is WS against the rest, M1.SS the rest against SS, M1.SW a rival of the former, M1.weak weak power "
        "against strong.",
        stacked=True,
    )


def leaning_values(lean: pd.DataFrame, sample: Sample, three: Iterable[str]) -> Values:
    """Which contrasts lean and by how much, and how many strong and weak states have a single passage.

    Those of shares are of the `three` predictions of Table 2.
    """
    shares = {name: float(lean["share"][name]) for name in three}
    single = (sample.counts["relevant"] == 1).groupby(sample.placed["p"]).mean()
    return {
        "single.strong": float(single[1]),
        "single.weak": float(single[-1]),
        "lean.enough": LEANS,
        "lean.towards": joined(lean.index[lean["leaning"] > LEANS]),
        "lean.away": joined(lean.index[lean["leaning"] < -LEANS]),
        "lean.less": joined(lean.index[lean["contrast"] < lean["leaning"]]),
        **{f"leaning.{name}": float(value) for name, value in lean["leaning"].items()},
        **{f"share.{name}.contrast": share for name, share in shares.items()},
        **{f"points.{name}": 100 * share for name, share in shares.items()},
    }


def contradicted_values(study: FalseContradiction) -> Values:
    """How often the locked rule says a word of an effect that is exactly the smallest of interest."""
    shares = {**study.table2(), **study.wording()}
    return {f"contradicted.sesoi.{name}": float(share) for name, share in shares.items()}
