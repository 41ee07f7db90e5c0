"""Reference values from Python packages that the library does not import: see README.md.

Run from the top of the project, after make.R: ``python tests/reference/make.py``. Each result goes to
values.json under its topic and its package; what other packages wrote there stays.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
from firthmodels import FirthLogisticRegression
from irrCAC.raw import CAC
from jonckheere_test import jonckheere_test
from scipy.spatial.distance import jensenshannon, pdist
from skbio import DistanceMatrix
from skbio.stats.composition import clr
from skbio.stats.distance import mantel, permanova, permdisp

FOLDER = Path(__file__).parent
TARGET = FOLDER / "values.json"

#: Topic, package, values.
Record = tuple[str, str, dict[str, Any]]


def table(name: str) -> pd.DataFrame:
    """One of the inputs."""
    return pd.read_csv(FOLDER / "inputs" / f"{name}.csv")


def plain(value: Any) -> Any:
    """Plain lists and numbers; a whole number without its point, as R writes it."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | np.ndarray):
        return [plain(part) for part in value]
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else float(value)


def distances() -> list[Record]:
    """Mantel's r, PERMANOVA and PERMDISP by scikit-bio, Jensen-Shannon by scipy."""
    points = table("points")
    r, _, _ = mantel(
        pdist(points[["a1", "a2"]]), pdist(points[["b1", "b2"]]), method="pearson", permutations=0
    )
    compositions = table("compositions")
    shares = compositions.drop(columns="group").to_numpy()
    group = compositions["group"].to_list()
    roots = DistanceMatrix(pdist(np.sqrt(shares)))
    spread = {
        test: {"F": permdisp(roots, group, test=test, permutations=0)["test statistic"]}
        for test in ("centroid", "median")
    }
    pairs = table("distributions").groupby("pair", sort=False)
    return [
        ("mantel", "scikit-bio", {"r": r}),
        ("permanova", "scikit-bio", {"F": permanova(roots, group, permutations=0)["test statistic"]}),
        ("permdisp", "scikit-bio", spread),
        ("aitchison", "scikit-bio", {"distances": pdist(clr(shares[:8]))}),
        (
            "jensen_shannon",
            "scipy",
            {name: jensenshannon(pair["left"], pair["right"], base=2) for name, pair in pairs},
        ),
    ]


def agreement() -> list[Record]:
    """Krippendorff's alpha and Gwet's AC1 of two tables of codes.

    A third, ``rare``, asks of the first only whether a code is 5.
    """
    coding = table("coding")
    tables = {
        "coding": coding,
        "canonical": table("coding_canonical"),
        "rare": coding.eq(5).astype(float).where(coding.notna()),
    }
    levels = ("nominal", "ordinal", "interval")
    alpha = {
        name: {level: krippendorff.alpha(codes.to_numpy().T, level_of_measurement=level) for level in levels}
        for name, codes in tables.items()
    }
    ac1 = {}
    for name, codes in (tables | {"complete": coding.dropna()}).items():
        # Left to find the categories itself, irrCAC counts a gap as one with pandas 3.
        categories = [0, 1] if name == "rare" else [1, 2, 3, 4, 5]
        found = CAC(codes, categories=categories, digits=15).gwet()["est"]
        ac1[name] = {"ac1": found["coefficient_value"], "observed": found["pa"], "expected": found["pe"]}
    return [("alpha", "krippendorff", alpha), ("ac1", "irrCAC", ac1)]


def trend() -> list[Record]:
    """The Jonckheere-Terpstra test, normal approximation with ties."""
    found = {}
    for name, rows in table("ordered_groups").groupby("set"):
        test = jonckheere_test(rows["value"], rows["group"], alternative="increasing", method="asymptotic")
        found[name] = {
            "J": test.statistic,
            "mean": test.mean,
            "variance": test.variance,
            "z": test.z_score,
            "p_greater": test.p_value,
        }
    return [("jonckheere", "jonckheere-test", found)]


def firth() -> list[Record]:
    """Firth's logistic regression of separated tables."""
    separated = table("separated").assign(pk=lambda rows: rows["p"] * rows["k"])
    found = {}
    for name, columns in {"cell": ["p", "k", "pk"], "slope": ["p", "x"]}.items():
        rows = separated[separated["set"] == name]
        # Full steps only: at this tolerance halving stops on the rounding of the likelihood.
        fit = FirthLogisticRegression(max_iter=1000, max_halfstep=0, gtol=1e-12, xtol=1e-12)
        fit.fit(rows[columns].to_numpy(), rows["y"].to_numpy())
        found[name] = {
            "coefficients": [fit.intercept_, *fit.coef_],
            "penalised_log_likelihood": fit.loglik_,
        }
    return [("firth", "firthmodels", found)]


def main() -> None:
    """Add the values to those that are there."""
    values = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    for topic, package, found in [*distances(), *agreement(), *trend(), *firth()]:
        values.setdefault(topic, {})[package] = {"version": version(package), **found}
    TARGET.write_text(json.dumps(plain(values), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
