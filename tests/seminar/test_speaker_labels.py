"""The experiment on the coder: what is estimated, how it is tested, and what it can detect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from coder_files import coding
from scipy import stats

from buzanlib.errors import BuzanError
from buzanlib.seminar.coding_files import ITEMS, Coding, read_coding
from buzanlib.seminar.speaker_labels import Finding, Passage, _uniform_blocks, experiment, power, students
from buzanlib.seminar.vignettes import read_lab

CONTESTED = ITEMS["A"][:6]
TOWARD = {item: {"sw": "pol", "ws": "inf"} for item in CONTESTED}
KEY = coding("key", {}, kind="key", toward=TOWARD)


def student(coder: str, values: str, labels: dict[str, str] | None, **changed: Any) -> dict[str, Any]:
    codes = {item: {"primary": value} for item, value in zip(CONTESTED, values.split(), strict=False)}
    return coding(coder, codes, labels=labels, **changed)


def codings(*contents: dict[str, Any]) -> list[Coding]:
    return [read_coding(f"{number}.json", json.dumps(one)) for number, one in enumerate(contents)]


def test_the_shift_by_hand() -> None:
    labels = {"A01": "sw", "A02": "ws"}
    # With a label: pol is what sw pushes to, pol is not what ws does: 1/2. Without: pol and inf are one of two each.
    one = student("a", "pol pol pol inf", labels)
    # With: both, 1. Without: neither, 0.
    two = student("b", "pol inf cri cri", labels)
    found = experiment(codings(one, two, KEY), draws=100)
    assert (found.students, found.labelled, found.unlabelled, found.shift) == (2, 0.75, 0.25, 0.5)
    half = stats.t.ppf(0.975, 1) * np.std([0, 1], ddof=1) / np.sqrt(2)
    assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half))
    assert found.finding == "undecided"


def test_the_lab_has_a_debrief_for_whatever_is_found() -> None:
    words = read_lab(Path(__file__).parents[2] / "book" / "seminar" / "lab").languages["en"].words
    assert {f"teacher.debrief.{finding}" for finding in (*get_args(Finding), "always")} <= words.keys()


def test_who_cannot_be_compared_is_counted_and_left_out() -> None:
    labels = {"A01": "sw", "A02": "ws"}
    found = experiment(
        codings(
            student("a", "pol inf pol pol", labels),
            student("all", "pol inf", labels),
            student("none", "pol inf", {}),
            student("off", "pol inf", None),
            student("model", "pol inf pol", labels, kind="model"),
            KEY,
        ),
        draws=10,
    )
    assert (found.students, found.left_out) == (1, 2)
    assert found.finding == "undefined"
    assert np.isnan(found.low)
    nobody = experiment(codings(student("off", "pol inf", None), KEY))
    assert (nobody.students, nobody.finding) == (0, "undefined")
    assert np.isnan(nobody.shift)


def test_a_label_without_a_reading_is_no_label_of_the_experiment() -> None:
    (found,) = students(codings(student("a", "pol inf cri", {"A01": "ss", "A02": "ws"}), KEY))
    kinds = ("sw", "ws")
    assert found == [Passage("A", kinds, (0.0, 1.0), 1), Passage("A", kinds, (0.0, 0.0), -1)]


def test_a_student_of_both_sets_is_one() -> None:
    one, two = (
        student("a", "pol inf", {"A01": "sw"}),
        coding("a", {"B01": {"primary": "inf"}}, set="B", labels={"B01": "ws"}),
    )
    keys = [KEY, coding("key", {}, kind="key", set="B", toward={"B01": TOWARD["A01"]})]
    (found,) = students(codings(one, two, *keys))
    assert [(item.set, item.shown) for item in found] == [("A", 0), ("A", -1), ("B", 1)]


def simulated(seed: int, shift: float, people: int = 20) -> list[Coding]:
    """A class whose labels move this share of what is coded."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(people):
        drawn = rng.permutation(CONTESTED)[:3]
        labels = dict(
            zip(
                map(str, drawn),
                [*map(str, rng.permutation(["sw", "ws"])), str(rng.choice(["sw", "ws"]))],
                strict=True,
            )
        )
        values = ["pol" if rng.random() < 0.5 else "inf" for _ in CONTESTED]
        for place, item in enumerate(CONTESTED):
            if item in labels and rng.random() < shift:
                values[place] = TOWARD[item][labels[item]]
        found.append(student(f"c{number}", " ".join(values), labels))
    return codings(*found, KEY)


def test_a_shift_is_seen_and_its_p_is_small() -> None:
    found = experiment(simulated(1, 0.9))
    assert found.finding == "toward"
    assert found.p == pytest.approx(1 / 2001)
    assert 0.2 < found.shift < 0.7
    assert experiment(simulated(1, 0.9)) == found


def test_p_is_even_where_labels_do_nothing() -> None:
    p = [experiment(simulated(seed, 0, people=8), draws=99).p for seed in range(60)]
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(p) <= 0.1) < 0.25


def test_the_generator_is_mulberry32() -> None:
    # First numbers of seed 1, by the published C of the generator.
    state, expected = 1, []
    for _ in range(5):
        state = (state + 0x6D2B79F5) % 2**32
        mixed = (state ^ state >> 15) * (state | 1) % 2**32
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % 2**32
        expected.append((mixed ^ mixed >> 14) / 2**32)
    assert next(_uniform_blocks(5, 1)).tolist() == expected


def test_power_grows_with_items_and_people_and_is_the_level_without_a_shift() -> None:
    assert power(20, 12) == pytest.approx(0.84, abs=0.03)
    assert power(20, 12, base=0.3) == pytest.approx(0.86, abs=0.03)
    assert power(20, 6) == pytest.approx(0.55, abs=0.03)
    assert power(40, 6) > power(20, 6) > power(10, 6)
    assert power(20, 12, shift=0) < 0.04
    assert power(20, 12, shift=-0.2, base=0.6) == pytest.approx(0.84, abs=0.03)
    with pytest.raises(BuzanError, match=r"1 students, 12 items.*; allowed: two or more of each"):
        power(1, 12)
