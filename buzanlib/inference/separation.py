"""Counts in which a quadrant lacks a category, so that logits have no finite estimate, and the penalty that gives one.

Counts are whole numbers of shape (4 quadrants, categories), the base or lowest category first.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import connected_components

from buzanlib.inference.contrasts import CODING
from buzanlib.inference.permutation import Array
from buzanlib.inference.placed_sample import Codes


def is_separated(counts: Codes) -> bool:
    """Whether a quadrant lacks a category, so that its log odds are infinite (Albert and Anderson 1984)."""
    return bool((counts == 0).any())


def levels_are_separated(counts: Codes) -> bool:
    """The same for the ordered logit, whose quadrants share their thresholds.

    Coefficients can move without end if no quadrant moves past a threshold next to a level of its passages. These
    orders are the edges of a graph; if every node reaches every other, all must move alike, and nothing is gained.
    """
    quadrants, levels = counts.shape
    quadrant, level = np.nonzero(counts)
    edges = np.zeros((quadrants + levels - 1,) * 2)
    below, above = level < levels - 1, level > 0
    edges[quadrant[below], quadrants + level[below]] = 1
    edges[quadrants + level[above] - 1, quadrant[above]] = 1
    components, _ = connected_components(edges, connection="strong")
    return bool(components > 1)


def firth(counts: Codes) -> tuple[Array, Array]:
    """Saturated multinomial logit by Firth's penalised likelihood (1993): coefficients, and their covariance.

    Its log odds are those of the counts plus one half: ``log((y + 1/2) / (y0 + 1/2))``. The covariance is the inverse
    information of the multinomial counts at these probabilities. Coefficients are of shape (4, categories - 1);
    the covariance has those of the first column first.
    """
    halves = counts + 0.5
    values = CODING @ np.log(halves[:, 1:] / halves[:, :1]) / 4
    inverse = halves.sum(axis=1, keepdims=True) / halves / counts.sum(axis=1, keepdims=True)
    spread = inverse[:, :1, None] + inverse[:, 1:, None] * np.eye(counts.shape[1] - 1)
    covariance = np.einsum("aq,bq,qjl->jalb", CODING, CODING, spread).reshape(values.size, -1) / 16
    return values, covariance
