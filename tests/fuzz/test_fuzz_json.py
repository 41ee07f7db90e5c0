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
from buzanlib.errors import DataError, LockError
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.predictions import LOCK, load_predictions, write_lock

pytestmark = pytest.mark.soak

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


@pytest.mark.parametrize(
    ("file", "kind"),
    [(file, kind) for file in FILES for n, kind in enumerate(BROKEN) if file == DESCRIPTOR or n % 6 == 0],
)
def test_what_is_no_json(file: str, kind: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(BROKEN[kind](content))
    assert (folder / file).read_bytes() != content
    if file == LOCKED:
        locked_anew(folder)
    refused(folder, capsys, rf"{re.escape(file)}(, [^:]+)?: ")


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


@pytest.mark.parametrize("turn", range(40))
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


FIELDS = ("resources", 0, "schema", "fields")

#: Place, what is put there, and what is said: of the place unless another is named.
FAULTS: dict[str, tuple[tuple[Any, ...], Any, str, str]] = {
    "path_above": (("resources", 0, "path"), UP, "", r"'\.\./.*'; the name of a CSV file in the data folder is needed"),
    "path_from_the_top": (("resources", 0, "path"), "/etc/passwd", "", "'/etc/passwd'; the name of a CSV file"),
    "path_twice": (("resources", 1, "path"), "states.csv", "", "'states.csv'; this may occur only once"),
    "name_twice": (("resources", 1, "name"), "states", "", "'states'; this may occur only once"),
    "no_type": ((*FIELDS, 0, "type"), "text", "", "'text'; allowed: 'string', 'integer'"),
    "type_misspelt": ((*FIELDS, 0, "type"), "strnig", "", "'strnig'; nearest allowed: 'string'"),
    "field_twice": ((*FIELDS, 1, "name"), "iso3", "", "'iso3'; this may occur only once"),
    "enum_of_letters": ((*FIELDS, 3, "constraints", "enum"), "African", "", "'African'; a list is needed"),
    "required_word": ((*FIELDS, 0, "constraints", "required"), "no", "", "'no'; true or false is needed"),
    "constraint": (
        (*FIELDS, 1, "constraints", "minimun"),
        3,
        "$.resources[0].schema.fields[1].constraints",
        "'minimun'; unknown property; nearest allowed: 'minimum'",
    ),
    "bound": ((*FIELDS, 1, "constraints", "minimum"), "two", "", "'two'; a number is needed"),
    "bound_of_date": ((*FIELDS, 5, "constraints", "minimum"), "1945", "", "'1945'; a date as YYYY-MM-DD is needed"),
    "pattern": ((*FIELDS, 0, "constraints", "pattern"), "[A-Z", "", r"'\[A-Z'; a regular expression is needed"),
    "key": (
        ("resources", 0, "schema", "primaryKey"), ["iso"], "",
        "'iso'; unknown field of states.csv; nearest allowed: 'iso3'",
    ),
    "foreign_table": (
        ("resources", 1, "schema", "foreignKeys", 0, "reference", "resource"),
        "state",
        "$.resources[1].schema.foreignKeys",
        "'state'; unknown table; nearest allowed: 'states'",
    ),
    "rule": (
        ("resources", 0, "buzan:rules", 0, "when"),
        {"kin": ["member"]},
        "$.resources[0].buzan:rules",
        "'kin'; unknown field of states.csv",
    ),
    "rules_misspelt": (
        ("resources", 0, "buzan:rulse"),
        [],
        "$.resources[0]",
        "'buzan:rulse'; unknown property; nearest allowed: 'buzan:rules'",
    ),
    "ordered": (("resources", 0, "buzan:ordered", 0), ["member_from"], "", ".*; a list of 2 texts is needed"),
    "coverage": (
        ("resources", 1, "buzan:coverage", 0, "every", "where"),
        {"king": ["member"]},
        "$.resources[1].buzan:coverage",
        "'king'; unknown field of states.csv",
    ),
}  # fmt: skip


def json_path(place: tuple[Any, ...]) -> str:
    """As the standard writes it."""
    steps = (
        f"[{step}]" if isinstance(step, int) else f".{step}" if step.isidentifier() else f"['{step}']"
        for step in place
    )
    return "$" + "".join(steps)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_descriptor_has_its_place(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, value, said, message = FAULTS[name]
    package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    at(package, place[:-1])[place[-1]] = value
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    file = re.escape(str(folder / DESCRIPTOR))
    refused(
        folder, capsys, rf"1 fault in the data\n  {file}, {re.escape(said or json_path(place))}: {message}"
    )


def test_every_fault_of_the_descriptor_is_named_at_once(folder: Path) -> None:
    package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    for name in ("no_type", "enum_of_letters", "rules_misspelt"):
        place, value, _, _ = FAULTS[name]
        at(package, place[:-1])[place[-1]] = value
    field = package["resources"][1]["schema"]["fields"][0]
    field["nmae"] = field.pop("name")
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(DataError, match="4 faults in the data") as raised:
        Descriptor.load(folder)
    assert {fault.value for fault in raised.value.faults} == {"text", "African", "buzan:rulse", "nmae"}


@pytest.mark.parametrize("turn", range(14))
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
    text_for_text = isinstance(before, str) and str in fits and "fields" not in place
    if free or text_for_text:
        assert main(["data", "check", str(folder)]) == 0
    else:
        refused(folder, capsys, rf"{re.escape(file)}, \$[^:]*: ")


def test_an_entry_that_stands_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.loads((folder / "definitions.json").read_text(encoding="utf-8"))
    content["definitions"].append(content["definitions"][0])
    (folder / "definitions.json").write_text(json.dumps(content), encoding="utf-8")
    last = len(content["definitions"]) - 1
    refused(
        folder, capsys, rf"definitions\.json, \$\.definitions\[{last}\]\.id: 'B4'; this may occur only once"
    )


@pytest.mark.parametrize("turn", range(14))
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
    locked = {LOCKED, "registration_2.json"}  # held by their hash
    assert {path.name for path in DATA.glob("*.json")} == {DESCRIPTOR, *locked, *DECLARED}
