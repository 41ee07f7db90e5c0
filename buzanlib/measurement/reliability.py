"""Agreement between annotators: Krippendorff's alpha and Gwet's AC1, with intervals over documents.

Both are computed from counts of units by category, so that a bootstrap over documents is one matrix product. Ratings
are array_like of float, shape (annotators, units), NaN where an annotator did not rate a unit. Of a coefficient 1 is
perfect agreement and 0 that of chance; it is NaN where it is undefined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError, check_name
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import Annotator, Threat

Array = npt.NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]
LEVELS = ("nominal", "ordinal", "interval")

#: Variables of the codebook, each with its column and level of measurement; ``level`` is shown at both.
VARIABLES: dict[str, tuple[str, Level]] = {
    **{name: (name, "nominal") for name in ("relevant", *map(str, Threat), "primary", "level")},
    "level (ordinal)": ("level", "ordinal"),
    **{name: (name, "nominal") for name in ("referent", "agent", "measure", "pol_kind", "hostile")},
}

#: What `Reliability` gives beside the number of units.
COEFFICIENTS = ("alpha", "alpha_low", "alpha_high", "ac1", "ac1_low", "ac1_high", "agreement")

#: Coded in a second pass. In the table of codes they are blank where an annotator had not given the political
#: threat, so that they can be compared only over the passages to which two or more gave it.
SECOND_PASS = ("pol_kind", "hostile")


def unit_counts(ratings: npt.ArrayLike) -> tuple[Array, Array]:
    """Ratings of each unit in each category, shape (units, categories), and the categories that occur, sorted."""
    values = np.asarray(ratings, dtype=float)
    categories = np.unique(values[~np.isnan(values)])
    return (values[:, :, None] == categories).sum(axis=0).astype(float), categories


def coincidences(counts: Array) -> Array:
    """Coincidence matrices, shape (units, categories, categories); zero for units without a pair of ratings."""
    ratings = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    weight = np.divide(1.0, ratings - 1, out=np.zeros_like(ratings), where=ratings > 1)
    return np.asarray(pairs * weight[:, None, None], dtype=float)


def _ratio(above: Array, below: Array) -> Array:
    """Quotient; NaN where `below` is zero, for there the coefficient is undefined."""
    above, below = np.broadcast_arrays(above, below)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0), dtype=float)


def _check_level(level: str) -> None:
    """Raise UnknownNameError for an unknown level of measurement."""
    check_name("level of measurement", level, LEVELS)


def alpha_of(coincidence: Array, categories: Array, level: str) -> Array:
    """Alpha from coincidence matrices of shape (..., categories, categories); NaN where undefined."""
    margin = coincidence.sum(axis=-1)
    total = margin.sum(axis=-1)
    if level == "nominal":
        difference = 1 - np.eye(len(categories))
    elif level == "interval":
        difference = (categories[:, None] - categories) ** 2
    else:
        # Ranks between the middles of two categories; it depends on the margin, and so on the bootstrap draw.
        middle = margin.cumsum(axis=-1) - margin / 2
        difference = (middle[..., :, None] - middle[..., None, :]) ** 2
    observed = (coincidence * difference).sum(axis=(-2, -1)) * (total - 1)
    products = margin[..., :, None] * margin[..., None, :]
    expected = (products * difference).sum(axis=(-2, -1))
    return 1 - _ratio(observed, expected)


def krippendorff_alpha(ratings: npt.ArrayLike, level: str = "nominal") -> float:
    """Krippendorff's alpha at a level of measurement of `LEVELS`.

    It is undefined where all paired ratings are equal, or no unit was rated twice.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability.

    Examples
    --------
    >>> round(krippendorff_alpha([[1, 2, 3, 3], [1, 2, 3, 2]]), 3)
    0.696
    """
    _check_level(level)
    counts, categories = unit_counts(ratings)
    return float(alpha_of(coincidences(counts).sum(axis=0), categories, level))


def agreement_of_units(counts: Array) -> Array:
    """What AC1 needs of each unit: shape (units, 3 + categories).

    Columns: agreement among the pairs of ratings, whether there is a pair, whether there is a rating, the
    shares of categories.
    """
    ratings = counts.sum(axis=1)
    pairs = ratings * (ratings - 1)
    agree = np.divide((counts * (counts - 1)).sum(axis=1), pairs, out=np.zeros_like(pairs), where=pairs > 0)
    shares = counts / np.maximum(ratings, 1)[:, None]
    return np.column_stack([agree, pairs > 0, ratings > 0, shares])


def ac1_of(sums: Array) -> tuple[Array, Array]:
    """AC1 and observed agreement from sums of `agreement_of_units`, shape (..., 3 + categories)."""
    agreement = _ratio(sums[..., 0], sums[..., 1])
    share = _ratio(sums[..., 3:], sums[..., 2:3])
    categories = share.shape[-1]
    chance = (share * (1 - share)).sum(axis=-1) / max(categories - 1, 1)
    return (agreement - chance) / (1 - chance), agreement


def gwet_ac1(ratings: npt.ArrayLike) -> float:
    """Gwet's AC1, for nominal categories; undefined where no unit was rated twice.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high
    agreement. British Journal of Mathematical and Statistical Psychology 61(1), 29-48.

    Examples
    --------
    >>> round(gwet_ac1([[1] * 118 + [1] * 5 + [2] * 2, [1] * 118 + [2] * 5 + [1] * 2]), 4)
    0.9408
    """
    counts, _ = unit_counts(ratings)
    return float(ac1_of(agreement_of_units(counts).sum(axis=0))[0])


@dataclass(frozen=True)
class Reliability:
    """Alpha and AC1 of one variable with percentile intervals from a bootstrap over documents.

    Passages of one document resemble each other, so that whole documents are drawn.
    """

    level: Level = "nominal"  #: of measurement, for alpha
    draws: int = 2000
    seed: int = 20100615
    coverage: float = 0.95  #: of the intervals

    def __post_init__(self) -> None:
        _check_level(self.level)
        if self.draws < 1:
            raise BuzanError(f"{self.draws} bootstrap draws; allowed: at least 1")
        if not 0 < self.coverage < 1:
            raise BuzanError(f"coverage {self.coverage}; allowed: between 0 and 1, both excluded")

    def __call__(self, ratings: npt.ArrayLike, documents: npt.ArrayLike) -> dict[str, float]:
        """Estimate the coefficients and their intervals; `documents`, shape (units,), is where each unit comes from.

        Returns `COEFFICIENTS` and ``n`` (units) by name. Draws that leave a coefficient undefined are passed over;
        where all do, its interval is NaN, and so is every interval of units of a single document, which say nothing of
        how documents differ. Without a unit everything but ``n`` is NaN.
        """
        counts, categories = unit_counts(ratings)
        if not len(counts):
            return dict.fromkeys(COEFFICIENTS, np.nan) | {"n": 0.0}
        _, document = np.unique(np.asarray(documents), return_inverse=True)
        size = int(document.max()) + 1
        width = len(categories)
        per_unit = np.concatenate(
            [coincidences(counts).reshape(len(counts), width * width), agreement_of_units(counts)], axis=1
        )
        per_document = np.zeros((size, per_unit.shape[1]))
        np.add.at(per_document, document, per_unit)
        rng = np.random.default_rng(self.seed)
        weights = rng.multinomial(size, np.full(size, 1 / size), size=self.draws)
        sums = np.vstack([per_document.sum(axis=0), weights @ per_document])
        alpha = alpha_of(sums[:, : width * width].reshape(-1, width, width), categories, self.level)
        ac1, agreement = ac1_of(sums[:, width * width :])
        # Of one document every draw is the same, which would look like certainty.
        ends = [self._interval(one[1:] if size > 1 else one[:0]) for one in (alpha, ac1)]
        found = [alpha[0], *ends[0], ac1[0], *ends[1], agreement[0]]
        return dict(zip(COEFFICIENTS, map(float, found), strict=True)) | {"n": float(len(counts))}

    def _interval(self, drawn: Array) -> Array:
        """Percentile interval of the draws that are defined."""
        defined = drawn[~np.isnan(drawn)]
        if not defined.size:
            return np.full(2, np.nan)
        return np.quantile(defined, [(1 - self.coverage) / 2, (1 + self.coverage) / 2])


def reliability_table(
    statements: Statements,
    draws: int = 2000,
    seed: int = 20100615,
    annotators: Sequence[str] = (Annotator.C, Annotator.D),
    variables: Sequence[str] = tuple(VARIABLES),
) -> pd.DataFrame:
    """Agreement of annotators on every variable, over the passages that at least two of them coded.

    C and D, compared by default, are two runs of one large language model.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    draws, seed : int
        As in `Reliability`.
    annotators : sequence of str
        Whom to compare, at least two. Each may have coded a part of the passages.
    variables : sequence of str
        Of `VARIABLES`.

    Returns
    -------
    DataFrame
        A row a variable (``level`` twice: as nominal and as ordinal), columns as `Reliability` gives them.
        The variables of the second pass are compared among those who gave a passage the political threat; where
        no two did, their coefficients are NaN and ``n`` is 0.

    Raises
    ------
    UnknownNameError
        If there is no such annotator or variable.
    BuzanError
        If fewer than two annotators are named, one is named twice, or no passage was coded by two of them.
    """
    names = [str(name) for name in annotators]
    if len(names) < 2 or len(set(names)) < len(names):
        raise BuzanError(f"annotators {', '.join(names) or 'none'}; allowed: two or more, each named once")
    coded = {name: statements.coded(name).set_index("passage_id") for name in names}
    if not len(_twice(coded)):
        raise BuzanError(f"no passage was coded by two of {', '.join(names)}")
    documents = statements.passages.set_index("passage_id")["doc_id"]
    rows = {}
    for name in variables:
        check_name("variable", name, VARIABLES)
        column, level = VARIABLES[name]
        given = {
            who: codes[codes["pol"] == 1] if column in SECOND_PASS else codes for who, codes in coded.items()
        }
        shared = _twice(given)
        values = pd.DataFrame({who: codes[column].reindex(shared) for who, codes in given.items()}).T
        rows[name] = Reliability(level, draws, seed)(_numbered(values), documents[shared].to_numpy())
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable").astype({"n": int})


def reliability_by(
    statements: Statements,
    groups: str | pd.Series[str],
    draws: int = 2000,
    seed: int = 20100615,
    annotators: Sequence[str] = (Annotator.C, Annotator.D),
    variables: Sequence[str] = tuple(VARIABLES),
) -> pd.DataFrame:
    """Agreement of annotators within groups of documents, each as `reliability_table` has it.

    Parameters
    ----------
    groups : str or pandas.Series of str
        A column of the documents, such as ``"corpus"`` or ``"text"``; or the group of each state by ``iso3``, such as
        the quadrants that a placement gives. Documents without a group are left out.

    Returns
    -------
    DataFrame
        Index ``group`` and ``variable``. A group of which no two of the annotators coded a passage is left out.

    Raises
    ------
    UnknownNameError, BuzanError
        As `reliability_table`; or if the documents have no such column.
    """
    documents = statements.documents.set_index("doc_id")
    if isinstance(groups, str):
        check_name("column of the documents", groups, list(documents.columns))
        of = documents[groups]
    else:
        of = documents["iso3"].map(groups)
    group = statements.passages.set_index("passage_id")["doc_id"].map(of)
    coded = {str(name): statements.coded(name).set_index("passage_id") for name in annotators}
    shared = group.reindex(_twice(coded)).dropna()
    tables = {}
    for name in sorted(shared.unique()):
        inside = statements.codes["passage_id"].isin(shared.index[shared == name])
        part = replace(statements, codes=statements.codes[inside])
        tables[name] = reliability_table(part, draws, seed, annotators, variables)
    if not tables:
        raise BuzanError(f"no group has a passage that was coded by two of {', '.join(coded) or 'nobody'}")
    found: pd.DataFrame = pd.concat(tables, names=["group"])
    return found


def _twice(coded: Mapping[str, pd.DataFrame]) -> pd.Index[str]:
    """Passages that two or more annotators coded, sorted."""
    counted = pd.concat([codes.index.to_series() for codes in coded.values()]).value_counts()
    shared: pd.Index[str] = counted.index[counted >= 2].sort_values()
    return shared


def _numbered(values: pd.DataFrame) -> Array:
    """Codes as numbers, in the order of their words; NaN where there is none."""
    missing = values.isna().to_numpy(dtype=bool)
    _, ratings = np.unique(values.to_numpy()[~missing].astype(str), return_inverse=True)
    numbers = np.full(values.shape, np.nan)
    numbers[~missing] = ratings
    return numbers
