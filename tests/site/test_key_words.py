from __future__ import annotations

import pytest

from buzanlib.site.key_words import key_in_words

SCALES = {"B1": "log odds", "P1": ""}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("B1.contrast", "B1: estimate (log odds)"),
        ("P1.contrast", "P1: estimate"),
        ("B1.p_adjusted", "B1: p value, adjusted among those of its group"),
        ("locked.strategies.B1.se", "B1, test as locked, national strategies: standard error (log odds)"),
        ("power.P1", "P1: chance of finding it"),
        ("said.WS.inf", "said, weak power, strong cohesion: Attacks on infrastructure"),
        ("coalition.n_predicted", "coalition: n predicted"),
        ("B1", "B1"),
    ],
)
def test_a_key_in_words(key: str, words: str) -> None:
    assert key_in_words(key, SCALES) == words
