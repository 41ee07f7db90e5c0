"""Table 2 as a whole: the other ways to assign its cells, and how well it predicts what a state speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import CODING
from buzanlib.inference.permutation import Array, p_value
from buzanlib.inference.placed_sample import THREATS, Sample
from buzanlib.inference.verdicts import Value
from buzanlib.theory.vocabulary import Quadrant

#: Shares of the marginal that are mixed into what a table predicts, since one mention refutes a probability of zero.
#: The first decides (`definitions.json`).
MIXTURES = (0.5, 0.3, 0.1)


def assignment_statistics(statistics: Array, cells: npt.NDArray[np.bool_]) -> pd.Series[float]:
    """Joint statistic for every way of giving the cells of a table to the quadrants, shape (24,), largest first.

    Parameters
    ----------
    statistics : ndarray of float, shape (3 effects, threats)
        Studentised effects.
    cells : ndarray of bool, shape (4 quadrants, threats)
        Which quadrant's cell names which threat; each threat must stand in two cells.
    """
    found = {}
    for order in permutations(range(4)):
        signs = 2.0 * cells[list(order)] - 1
        # A threat in two of four cells loads on one effect only, with weight +-1.
        loadings = CODING[1:] @ signs / 4
        found["-".join(list(Quadrant)[place] for place in order)] = float((loadings * statistics).sum())
    return pd.Series(found, name="statistic").sort_values(ascending=False, kind="stable")


def mention_shares(counts: pd.DataFrame) -> Array:
    """Mentions of each state divided among the threats of Table 2, shape (states, 3): ``(y + 1/2) / (sum + 3/2)``."""
    y = counts[THREATS].to_numpy(dtype=float) + 0.5
    return np.asarray(y / y.sum(axis=1, keepdims=True), dtype=float)


def others_mean(shares: Array, groups: npt.ArrayLike) -> Array:
    """Mean shares, shape (states, threats), of the others in each state's group; of all others if it is alone in it."""
    if len(shares) < 2:
        raise EstimationError(f"{len(shares)} states; to leave one out takes at least 2")
    groups = np.asarray(groups)
    same = (groups[:, None] == groups[None, :]) & ~np.eye(len(groups), dtype=bool)
    alone = ~same.any(axis=1)
    same[alone] = ~np.eye(len(groups), dtype=bool)[alone]
    return np.asarray(same @ shares / same.sum(axis=1, keepdims=True), dtype=float)


def table_scores(
    sample: Sample, literal: Mapping[str, tuple[str, ...]], graded: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    """Log and Brier scores of what each model predicts of a state that was left out.

    Takes counts of the threats of Table 2, and that table as `Predictions` gives it.

    Returns
    -------
    DataFrame
        Index ``model``: ``marginal``, ``power``, ``cohesion``, ``saturated`` (means of the other states, of all or
        of the same group), and ``literal`` and ``graded`` at each of `MIXTURES`. Columns ``log_score`` (nats, mean
        over states; higher is better), ``brier`` (lower is better), ``skill`` (log score above the marginal) and
        ``p`` (of the log score among permuted placements; NaN for models without a table). Both scores are strictly
        proper (Gneiting and Raftery 2007).
    """
    shares, quadrants = mention_shares(sample.counts), sample.quadrants
    marginal = others_mean(shares, np.zeros(len(shares)))
    groupings: dict[str, npt.ArrayLike] = {
        "marginal": np.zeros(len(shares)),
        "power": sample.placed["p"].to_numpy(),
        "cohesion": sample.placed["k"].to_numpy(),
        "saturated": quadrants,
    }
    rows = []
    for name, groups in groupings.items():
        predicted = others_mean(shares, groups)
        rows.append((name, _log_score(shares, predicted).mean(), _brier(shares, predicted).mean(), np.nan))
    states = np.arange(len(shares))
    for name, table in (("literal", _weights(literal)), ("graded", _weights(graded))):
        for mixture in MIXTURES:
            # By state and quadrant, so that permuting is indexing.
            predicted = (1 - mixture) * table[None] + mixture * marginal[:, None]
            log_scores, briers = (score(shares[:, None], predicted) for score in (_log_score, _brier))
            own = float(log_scores[states, quadrants].mean())
            p = float(p_value(own, log_scores[states, sample.permuted].mean(axis=1)))
            rows.append((f"{name}, {mixture:g}", own, briers[states, quadrants].mean(), p))
    scored = pd.DataFrame(rows, columns=["model", "log_score", "brier", "p"]).set_index("model")
    scored.insert(2, "skill", scored["log_score"] - float(_log_score(shares, marginal).mean()))
    return scored


def scores_in_results(scores: pd.DataFrame) -> dict[str, Value]:
    """Scores of `table_scores` under the keys by which prose calls them, and the words that follow from them.

    ``score.above`` counts the models that score above the marginal; ``score.saturated.gain`` says whether the means of
    the quadrants do, and ``score.brier.order`` whether both scores put marginal, means and both tables in one order.
    """
    shown = {"marginal": "marginal", "saturated": "saturated"}
    shown |= {name: f"{name}, {MIXTURES[0]:g}" for name in ("literal", "graded")}
    chosen, skill = scores.loc[list(shown.values())], scores["skill"].drop("marginal")
    values: dict[str, Value] = {}
    for name, row in zip(shown, chosen[["skill", "brier", "p"]].to_dict("records"), strict=True):
        values |= {f"score.{name}.{key}": float(value) for key, value in row.items() if not np.isnan(value)}
    same = (chosen["log_score"].rank() == (-chosen["brier"]).rank()).all()
    return {
        **values,
        "score.models": len(skill),
        "score.above": int((skill > 0).sum()),
        "score.saturated.gain": "score above it" if skill["saturated"] > 0 else "do not score above it",
        "score.brier.order": "in the same order" if same else "in another order",
    }


def _weights(table: Mapping[str, tuple[str, ...]] | Mapping[str, Mapping[str, float]]) -> Array:
    """Weights of the threats by quadrant as shares, shape (4, 3)."""
    cells = (table[str(quadrant)] for quadrant in Quadrant)
    named = [dict.fromkeys(cell, 1.0) if isinstance(cell, tuple) else dict(cell) for cell in cells]
    weights = np.array([[float(cell.get(threat, 0.0)) for threat in THREATS] for cell in named])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=float)


def _log_score(shares: Array, predicted: Array) -> Array:
    """Expected logarithm of the predicted probability, shape (...)."""
    return np.asarray((shares * np.log(predicted)).sum(axis=-1), dtype=float)


def _brier(shares: Array, predicted: Array) -> Array:
    """Squared distance of shares and predicted probabilities, shape (...)."""
    return np.asarray(((shares - predicted) ** 2).sum(axis=-1), dtype=float)
