"""Descriptor, predictions, lock and declarations, corrupted: never a rule passed over in silence."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from corruptions import DATA, SCRIPT, UP, rng, tree

from buzanlib.cli import main
from buzanlib.errors import LockError
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.predictions import LOCK, load_amendments, load_predictions, write_lock

DESCRIPTOR, LOCKED = "datapackage.json", "predictions.json"
DECLARED = ("amendments.json", "definitions.json", "multiverse.json")
FILES = (DESCRIPTOR, LOCKED, LOCK, *DECLARED)

#: Of a whole file: what JSON is not.
BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "byte_order_mark": lambda content: b"\xef\xbb\xbf" + content,
    "wide_characters": lambda content: content.decode().encode("utf-16"),
    "western_letter": lambda content: content.replace(b'"', b'"\xe9', 1),
    "zero_byte": lambda content: content.replace(b'"', b'"\0', 1),
    "cut_off": lambda content: content[: len(content) // 2],
    "one_comma_more": lambda content: re.sub(rb"([}\]])\s*$", rb",\1", content),
    "single_quotes": lambda content: content.replace(b'"', b"'"),
    "comment": lambda content: b"// yes\n" + content,
    "half_a_pair": lambda content: content.replace(b'": "', b'": "\\ud800', 1),
    "no_number": lambda content: content.replace(b'": "', b'": NaN, "x": "', 1),
    "endless_number": lambda content: content.replace(b'": "', b'": 1e999, "x": "', 1),
    "number_of_thousands": lambda content: content.replace(b'": "', b'": ' + b"9" * 5000 + b', "x": "', 1),
    "name_twice": lambda content: content.replace(b"{", b'{"x": 1, "x": 2, ', 1),
    "deep": lambda content: b"[" * 100_000 + b"]" * 100_000,
    "a_word": lambda content: b'"word"',
    "a_number": lambda content: b"5",
    "nothing": lambda content: b"null",
    "list_in_a_list": lambda content: b"[[]]",
}


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "data"))


def locked_anew(folder: Path) -> None:
    """As a folder in which nobody has locked anything else."""
    (folder / LOCK).unlink()
    write_lock(folder)


def refused(folder: Path, capsys: pytest.CaptureFixture[str], message: str) -> None:
    before = tree(folder.parent)
    assert main(["data", "check", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert (out, tree(folder.parent)) == ("", before)
    assert re.search(message, err), err
    assert max(map(len, err.splitlines())) < 1500


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("file", FILES)
def test_what_is_no_json(file: str, kind: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(BROKEN[kind](content))
    assert (folder / file).read_bytes() != content
    if file == LOCKED:
        locked_anew(folder)
    refused(folder, capsys, rf"{re.escape(file)}(, row [0-9]+)?: ")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


#: In place of any value; of each the types of the value that it is no fault for.
OTHERS: dict[str, tuple[Any, tuple[type, ...]]] = {
    "nothing": (None, ()),
    "word": ("no such word", (str,)),
    "number": (-5.5, (int, float)),
    "list": ([[]], (list,)),
    "object": ({"x": {}}, (dict,)),
    "script": (SCRIPT, (str,)),
    "path": (UP, (str,)),
}

#: Parts of the descriptor that only describe.
WORDS = {
    "title",
    "description",
    "says",
    "licenses",
    "sources",
    "source",
    "licence",
    "unit",
    "format",
    "mediatype",
    "encoding",
    "profile",
    "missingValues",
    "version",
}


def ruled(path: tuple[Any, ...]) -> bool:
    return path[0] == "resources" and not WORDS & set(path)


@pytest.mark.parametrize("turn", range(120))
def test_a_descriptor_that_rules_something_else(turn: int, folder: Path) -> None:
    """A misspelt or swapped rule is refused; what is accepted has the same rules or, in one place, another."""
    draw = rng(f"descriptor {turn}")
    path = folder / DESCRIPTOR
    package = json.loads(path.read_text(encoding="utf-8"))
    before = Descriptor.load(folder)
    place = draw.choice([place for place in places(package) if ruled(place)])
    inner, misspelt = at(package, place[:-1]), False
    if draw.random() < 0.4 and isinstance(inner, dict):
        inner[f"{place[-1]}x"] = inner.pop(place[-1])
        misspelt = True
    else:
        inner[place[-1]] = draw.choice([value for value, _ in OTHERS.values()])
    path.write_text(json.dumps(package), encoding="utf-8")
    kept = tree(folder.parent)
    status = main(["data", "check", str(folder)])
    assert status == 2 or (status == 0 and not misspelt)
    assert tree(folder.parent) == kept
    if status == 0:
        after = Descriptor.load(folder)
        assert after.tables.keys() == before.tables.keys()
        changed = [name for name in after.tables if after.tables[name] != before.tables[name]]
        assert len(changed) <= 1


FAULTS: dict[str, tuple[tuple[Any, ...], Any, str]] = {
    "path_above": (
        ("resources", 0, "path"),
        UP,
        r"'resource 1'; the path '\.\./.*' is not the name of a CSV file",
    ),
    "path_from_the_top": (
        ("resources", 0, "path"),
        "/etc/passwd",
        "'resource 1'; the path '/etc/passwd' is not",
    ),
    "path_twice": (
        ("resources", 1, "path"),
        "states.csv",
        "'resource 2'; name and path of 'panel' may stand only once",
    ),
    "name_twice": (
        ("resources", 1, "name"),
        "states",
        "'resource 2'; name and path of 'states' may stand only once",
    ),
    "no_type": (
        ("resources", 0, "schema", "fields", 0, "type"),
        "text",
        "unknown type of the field 'iso3' 'text'",
    ),
    "field_twice": (
        ("resources", 0, "schema", "fields", 1, "name"),
        "iso3",
        "'resource 1'; a field may stand only once",
    ),
    "enum_of_letters": (
        ("resources", 0, "schema", "fields", 3, "constraints", "enum"),
        "African",
        "'region': enum must be a list",
    ),
    "required_word": (
        ("resources", 0, "schema", "fields", 0, "constraints", "required"),
        "no",
        "'iso3': required must be true or false",
    ),
    "constraint": (
        ("resources", 0, "schema", "fields", 1, "constraints", "minimun"),
        3,
        "unknown property of a constraint of the field 'cow' 'minimun'; nearest allowed: 'minimum'",
    ),
    "bound": (
        ("resources", 0, "schema", "fields", 1, "constraints", "minimum"),
        "two",
        "field 'cow': minimum 'two' is no integer",
    ),
    "bound_of_date": (
        ("resources", 0, "schema", "fields", 5, "constraints", "minimum"),
        "1945",
        "field 'member_from': minimum '1945' is no date",
    ),
    "pattern": (
        ("resources", 0, "schema", "fields", 0, "constraints", "pattern"),
        "[A-Z",
        "field 'iso3': the pattern is none: unterminated",
    ),
    "key": (
        ("resources", 0, "schema", "primaryKey"),
        ["iso"],
        "'resource states'; unknown field of states.csv 'iso'; nearest allowed: 'iso3'",
    ),
    "foreign_table": (
        ("resources", 1, "schema", "foreignKeys", 0, "reference", "resource"),
        "state",
        "'resource panel'; unknown table 'state'",
    ),
    "rule": (
        ("resources", 0, "buzan:rules", 0, "when"),
        {"kin": ["member"]},
        "'resource states'; unknown field of states.csv 'kin'",
    ),
    "rules_misspelt": (
        ("resources", 0, "buzan:rulse"),
        [],
        "unknown property of a resource 'buzan:rulse'; nearest allowed: 'buzan:rules'",
    ),
    "ordered": (("resources", 0, "buzan:ordered", 0), ["member_from"], "'resource 1'; not enough values"),
    "coverage": (
        ("resources", 1, "buzan:coverage", 0, "every", "where"),
        {"king": ["member"]},
        "'resource panel'; unknown field of states.csv 'king'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_descriptor_has_its_place(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, value, message = FAULTS[name]
    package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    at(package, place[:-1])[place[-1]] = value
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    refused(folder, capsys, rf"datapackage\.json: .*{message}")


@pytest.mark.parametrize("turn", range(40))
@pytest.mark.parametrize("file", DECLARED)
def test_a_declaration_with_another_value(
    file: str, turn: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = rng(f"{file} {turn}")
    content = json.loads((folder / file).read_text(encoding="utf-8"))
    place = draw.choice(list(places(content)))
    before = at(content, place)
    value, fits = OTHERS[draw.choice(sorted(OTHERS))]
    at(content, place[:-1])[place[-1]] = value
    (folder / file).write_text(json.dumps(content), encoding="utf-8")
    named = place[0] in ("version", "fixed_on", "what", "meanings", "estimable", "joint")
    free = (named and file != "amendments.json") or place[-1] in ("note", "how")
    text_for_text = isinstance(before, str) and str in fits
    if free or text_for_text:
        assert main(["data", "check", str(folder)]) == 0
    else:
        refused(folder, capsys, rf"{re.escape(file)}: ")


def test_an_entry_that_stands_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads((folder / "definitions.json").read_text(encoding="utf-8"))
    content["definitions"].append(content["definitions"][0])
    (folder / "definitions.json").write_text(json.dumps(content), encoding="utf-8")
    last = len(content["definitions"]) - 1
    refused(
        folder, capsys, rf"definitions\.json: \"definitions\[{last}\]: 'B4'\"; an entry that does not stand"
    )


def test_amendments_that_cannot_be_read(folder: Path) -> None:
    (folder / "amendments.json").write_text("[", encoding="utf-8")
    with pytest.raises(LockError, match=r"amendments\.json: cannot be read as JSON"):
        load_amendments(folder)


@pytest.mark.parametrize("turn", range(40))
def test_predictions_of_another_kind(turn: int, folder: Path) -> None:
    """Locked as they are found, predictions are what they say, or refused; never half of them."""
    draw = rng(f"predictions {turn}")
    path = folder / LOCKED
    content = json.loads(path.read_text(encoding="utf-8"))
    used = ("hypotheses", "families", "table2", "inference", "window")
    place = draw.choice([place for place in places(content) if place[0] in used])
    at(content, place[:-1])[place[-1]], _ = OTHERS[draw.choice(sorted(OTHERS))]
    path.write_text(json.dumps(content), encoding="utf-8")
    locked_anew(folder)
    try:
        found, why = load_predictions(folder), ""
    except LockError as error:
        found, why = None, str(error)
    if found is None:
        assert why.startswith(LOCKED)
    else:
        assert len(found.hypotheses) == len(content["hypotheses"])


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("inference", "alpha"), "1/0"),
        (("inference", "seed"), 1e400),
        (("hypotheses", 0, "sign"), "plus"),
        (("hypotheses", 1, "id"), "A1"),
        (("window", "test"), [2011]),
    ],
)
def test_predictions_at_fault(place: tuple[Any, ...], value: Any, folder: Path) -> None:
    content = json.loads((folder / LOCKED).read_text(encoding="utf-8"))
    content["hypotheses"][0]["id"] = "A1"
    at(content, place[:-1])[place[-1]] = value
    (folder / LOCKED).write_text(json.dumps(content), encoding="utf-8")
    locked_anew(folder)
    with pytest.raises(LockError, match=r"predictions\.json: "):
        load_predictions(folder)


def test_the_declarations_that_ship_are_held_against_their_form() -> None:
    assert {path.name for path in DATA.glob("*.json")} == {DESCRIPTOR, LOCKED, *DECLARED}
