"""Claims that the locked file leaves out, as the definitions give them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buzanlib.errors import DataError
from buzanlib.tables.data_folder import Data
from buzanlib.tables.declarations import load_open_claims

DEFINITIONS = "definitions.json"


@pytest.fixture
def changed(data_dir: Path, tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], object]], Path]:
    """A folder with the definitions, of which the entry of X9 is another."""

    def change(edit: Callable[[dict[str, Any]], object]) -> Path:
        content = json.loads((data_dir / DEFINITIONS).read_text(encoding="utf-8"))
        edit(next(one for one in content["definitions"] if one["id"] == "X9"))
        (tmp_path / DEFINITIONS).write_text(json.dumps(content), encoding="utf-8")
        return tmp_path

    return change


def test_open_claims_are_what_the_definitions_say(data_dir: Path) -> None:
    found = Data.open(data_dir).open_claims
    entries = json.loads((data_dir / DEFINITIONS).read_text(encoding="utf-8"))["definitions"]
    added = {entry["id"]: entry for entry in entries if "family" in entry}
    assert list(found) == list(added)
    for name, one in found.items():
        entry = added[name]
        assert (one.id, one.claim, one.where, one.scale) == (
            name,
            entry["claim"],
            entry["where"],
            entry["scale"],
        )
        assert (one.family, list(one.claims)) == ("X", entry["claims"])
        assert f"X{one.claims[0]}" == name
    assert [name for name, one in found.items() if not one.tested] == ["X21"]


def test_no_claim_is_open_without_definitions(tmp_path: Path) -> None:
    assert load_open_claims(tmp_path) == {}


@pytest.mark.parametrize("name", ["claims", "claim", "where"])
def test_what_has_a_family_says_what_it_claims(
    name: str, changed: Callable[[Callable[[dict[str, Any]], object]], Path]
) -> None:
    with pytest.raises(DataError, match=rf"the property '{name}' is needed"):
        load_open_claims(changed(lambda entry: entry.pop(name)))


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([], "a list of at least one entry is needed"),
        ([0], "a whole number from 1"),
        (["9"], "a whole number from 1"),
    ],
)
def test_claims_are_numbers(
    claims: list[object], said: str, changed: Callable[[Callable[[dict[str, Any]], object]], Path]
) -> None:
    with pytest.raises(DataError, match=said):
        load_open_claims(changed(lambda entry: entry.update(claims=claims)))


def test_a_definition_of_a_locked_hypothesis_needs_no_claim(data_dir: Path) -> None:
    assert "B4" not in load_open_claims(data_dir)
