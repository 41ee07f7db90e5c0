from __future__ import annotations

import doctest
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.figures import labels as module
from buzanlib.figures.labels import LABELS, in_plain_words, in_words
from buzanlib.measurement.indices import INDICES
from buzanlib.measurement.reliability import VARIABLES
from buzanlib.policy.coalition import RULES
from buzanlib.theory.vocabulary import Corpus, Effect, Measure, Threat, ThreatAgent

ROOT = Path(__file__).resolve().parents[2]


def _choices() -> Iterator[tuple[str, str]]:
    declared = json.loads((ROOT / "data" / "multiverse.json").read_text(encoding="utf-8"))
    for choice, options in declared["axes"].items():
        yield choice, ""
        yield from ((option, choice) for option in options if choice != "window")
    yield from ((rule, "exchange") for rule in declared["exchange"])


def _scales() -> Iterator[tuple[str, str]]:
    definitions = json.loads((ROOT / "data" / "definitions.json").read_text(encoding="utf-8"))
    yield from sorted({(entry["scale"], "scale") for entry in definitions["definitions"]})


NAMES = [
    *((name, "") for kind in (Threat, Effect, Corpus) for name in kind),
    *((name, "") for name in (*INDICES, "polyarchy", "gdp_per_head", "internet_users")),
    *((name, "variable") for name in VARIABLES),
    *((name, "agent") for name in ThreatAgent),
    *((name, "measure") for name in Measure),
    *((name, "rule") for name in RULES),
    *_choices(),
    *_scales(),
]


@pytest.mark.parametrize(("name", "of"), NAMES)
def test_every_name_has_words(name: str, of: str) -> None:
    assert f"{of}.{name}" in LABELS or name in LABELS
    # A colon stands before a space or not at all: "power:cohesion" is no word.
    assert "_" not in in_words(name, of)
    assert ":" not in in_words(name, of).replace(": ", "")


def test_every_contested_resolution_has_the_short_name_of_its_title(data_dir: Path) -> None:
    resolutions = pd.read_csv(data_dir / "resolutions.csv")
    contested = resolutions[resolutions["contested"] == 1]
    begins = {"Developments": "Russian text", "Advancing": "US text", "Countering": "crime text"}
    for name, title in zip(contested["resolution"], contested["title"], strict=True):
        assert in_words(name, of="resolution") == begins[title.split()[0]]


def test_options_of_one_choice_differ() -> None:
    for choice in {of for _, of in NAMES} - {""}:
        said = [in_words(name, of) for name, of in NAMES if of == choice]
        assert len(set(said)) == len(said)


def test_a_place_decides_where_it_must() -> None:
    assert in_words("political") != in_words("political", of="terrorism")
    assert in_words("pol", of="variable") == Threat.POL.label


def test_a_name_without_words_is_left_readable() -> None:
    assert in_words("my_index") == "my index"


def test_the_examples_are_true() -> None:
    assert doctest.testmod(module).failed == 0


WW, WS, SW, SS = "weak and divided", "weak but cohesive", "powerful but divided", "powerful and cohesive"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SW-WS, SS-SW", f"{SW} states and {WS} ones; {SS} states and {SW} ones"),
        ("SS-SS", f"{SS} states among themselves"),
        ("WS-SS-WW", f"{WS} states, then {SS} states, then {WW} states"),
        ("SW has the cell of WW", f"{SW} states have the cell of {WW} states"),
        ("SW that of WW and SS that of SW", f"{SW} states that of {WW} states and {SS} states that of {SW} states"),
        ("Here quadrant WW holds 1", f"Here the quadrant of {WW} states holds 1"),
        ("most states of WW", f"most {WW} states"),
        ("a SW state", f"a {SW} state"),
        ("M1.WS and B2", "M1.WS and B2"),
        ("MOSSWS, polite, criminal", "MOSSWS, polite, criminal"),
    ],
)  # fmt: skip
def test_short_names_of_kinds_become_words_and_nothing_else_does(text: str, said: str) -> None:
    assert in_plain_words(text) == said


def test_a_sentence_begins_with_a_capital_and_a_label_does_not() -> None:
    assert in_plain_words("WS states ask", begins=True) == "Weak but cohesive states ask"
    assert in_plain_words("WS", begins=True) == "weak power, strong cohesion"
    assert in_plain_words("no code", begins=True) == "no code"
