from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from buzanlib.figures.whose_statements import definitions_of, only_of_what_ships, whose, years_in_words
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 9, 1)


@pytest.fixture
def other(shipped: World, data_dir: Path, tmp_path: Path) -> World:
    """A world whose data folder names a corpus in full."""
    package = json.loads((data_dir / "datapackage.json").read_text(encoding="utf-8"))
    (documents,) = (one for one in package["resources"] if one["name"] == "documents")
    (field,) = (one for one in documents["schema"]["fields"] if one["name"] == "corpus")
    field["categories"] = [{"value": "OEWG", "label": "Working Group statements"}]
    shutil.copy(data_dir / "panel.csv", tmp_path)
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    data = Data(tmp_path)
    data.__dict__["panel"] = shipped.data.panel
    place = replace(shipped.placement, first=2013, last=2020)
    return replace(shipped, data=data, placement=place, corpus="OEWG", annotator="Ana")


def test_corpus_years_and_coder_are_those_of_the_study(shipped: World, other: World) -> None:
    assert whose(shipped) == "Statements: General Debate, 2011–2024; codes: adjudicated, codebook 2."
    assert whose(other) == "Statements: Working Group statements, 2013–2020; codes: Ana."
    assert "Statements: national strategies, " in whose(replace(other, corpus="NCSS"))
    assert years_in_words(2014, 2014) == "2014"


def test_sentences_hold_for_the_corpus_or_the_codes_that_ship(shipped: World, other: World) -> None:
    said = {"codes.errors": "One model.", "unpredicted": "Known."}
    assert only_of_what_ships(shipped, said) == said
    assert only_of_what_ships(replace(shipped, corpus="NCSS"), said) == {"codes.errors": "One model."}
    assert only_of_what_ships(other, said) == {}


def test_definitions_have_the_corpus_years_coder_and_windows_of_the_study(
    shipped: World, other: World, data_dir: Path
) -> None:
    definitions = json.loads((data_dir / "definitions.json").read_text(encoding="utf-8"))
    same = definitions_of(shipped, definitions)
    assert same == {key: definitions[key] for key in ("general", "definitions")}
    own = definitions_of(other, definitions)
    assert own["general"]["sample"].startswith("Working Group statements 2013-2020, codes of Ana, states")
    assert own["general"]["bloc"].startswith("By membership in 2013,")
    by_id = {one["id"]: one for one in own["definitions"]}
    assert "in 2017-2020 than in 2007-2010" in by_id["E3"]["estimate"]
    assert "from 2013-2016 to 2017-2020" in by_id["E4"]["estimate"]
    assert "in all statements of the state" in by_id["B16"]["estimate"]
