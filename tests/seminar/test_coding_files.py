"""Files of coders: what is right is read, and whatever is wrong is named and refused, alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coder_files import CODED, WRONG, at, coding, content

from buzanlib.errors import DataError
from buzanlib.seminar.coding_files import FORMS, ITEMS, LARGEST, read_coding, read_codings
from buzanlib.seminar.vignettes import read_lab

LAB = Path(__file__).parents[2] / "book" / "seminar" / "lab"


def test_a_file_is_read_with_what_is_not_coded() -> None:
    found = read_coding("x.json", json.dumps(content(labels={"A03": "sw"})))
    assert (found.coder, found.set, found.labels) == ("amber-otter-41", "A", {"A03": "sw"})
    assert [found.value("A01", name) for name in ("inf", "pol", "primary", "level", "agent")] == [
        1,
        0,
        "inf",
        1,
        None,
    ]
    assert found.value("A02", "inf") is found.value("A03", "level") is None


def test_the_items_and_keys_of_the_lab_are_those_that_are_read() -> None:
    lab = read_lab(LAB)
    assert {name: tuple(lab.of_set(name)) for name in ITEMS} == ITEMS
    for name in "AB":
        key = read_coding("key.json", json.dumps(lab.key_file(name, "en")))
        assert key.kind == "key"
        assert key.codes.keys() == set(ITEMS[name])
        assert len(key.toward) == 6
        assert all(set(coded) == set(FORMS["long"]) for coded in key.codes.values())


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_named_with_one_fault(name: str) -> None:
    text, message = WRONG[name]
    with pytest.raises(DataError, match=r"x\.json.*" + message.replace("$", r"\$")) as raised:
        read_coding("x.json", text)
    assert len(raised.value.faults) == 1
    assert len(str(raised.value)) < 1000


#: Codes that cannot stand together, JSON that Python would read or not say why not, and what is said of them.
IMPOSSIBLE = {
    "a primary threat of none": (at("codes/A01/threats", []), "$.codes.A01.primary: 'inf'; allowed: 'none'"),
    "no primary threat of some": (
        at("codes/A01/primary", "none"),
        "$.codes.A01.primary: 'none'; allowed: 'inf'",
    ),
    "another primary threat": (at("codes/A01/primary", "mil"), "$.codes.A01.primary: 'mil'; allowed: 'inf'"),
    "any and another": (
        at("codes/A01/threats", ["gen", "inf"]),
        "$.codes.A01.threats: 'gen, inf'; 'gen' stands alone",
    ),
    "a line": (json.dumps(content(), indent=1).replace('"short"', "short"), "row 8: .*form.*Expecting value"),
    "NaN": ("[NaN]", "NaN is no number that JSON has"),
    "infinity": ("[-Infinity]", "-Infinity is no number that JSON has"),
    "too large": ("[1e999]", "1e999 is larger than any number"),
    "too long": (f"[{'9' * 5000}]", "a whole number has 5000 digits"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_is_named(name: str) -> None:
    text, message = IMPOSSIBLE[name]
    with pytest.raises(DataError, match=r"x\.json.*" + message.replace("$", r"\$")):
        read_coding("x.json", text)


@pytest.mark.parametrize("coded", [
    {}, {"primary": "inf"}, {"threats": []}, {"threats": [], "primary": "none"}, {"threats": ["pol", "inf"]},
])  # fmt: skip
def test_what_is_coded_in_part_is_read(coded: dict[str, Any]) -> None:
    assert read_coding("x.json", at("codes/A01", coded)).codes["A01"] == coded


@pytest.mark.parametrize(("changed", "match"), [
    ({"codes": {}}, r"\$\.codes: 'missing'; 'A01' is needed"),
    ({"codes": dict.fromkeys(ITEMS["A"], CODED)}, r"\$\.codes\.A01: 'missing'; 'agent' is needed"),
    ({"form": "short"}, r"\$\.form: 'short'; allowed: 'long'"),
    ({"why": {"A01": {"x": 1}}}, r"\$\.why\.A01: .*; a text is needed"),
    ({"rules": {"A01": "<b>"}}, r"\$\.rules\.A01: '<b>'; a list is needed"),
    ({"rules": {"A01": [1, "<b>"]}}, r"\$\.rules\.A01\[1\]: '<b>'; allowed: '1', "),
])  # fmt: skip
def test_a_key_is_whole(changed: dict[str, Any], match: str) -> None:
    key = coding("key", {}, kind="key", why={"A01": "so"}, rules={"A01": [5, 17]})
    assert read_coding("x.json", json.dumps(key)).codes.keys() == set(ITEMS["A"])
    with pytest.raises(DataError, match=match):
        read_coding("x.json", json.dumps(key | changed))


def saved(folder: Path, name: str, **changed: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(content(**changed)), encoding="utf-8")
    return path


def test_a_wrong_file_does_not_spoil_the_others(tmp_path: Path) -> None:
    good = [saved(tmp_path, f"{number}.json", coder=f"c{number}") for number in range(3)]
    large, binary = tmp_path / "large.json", tmp_path / "binary.json"
    large.write_text(" " * (LARGEST + 1))
    binary.write_bytes(b'{"coder": "\xff\xfe"}')
    found, faults = read_codings([large, *good, binary])
    assert [one.coder for one in found] == ["c0", "c1", "c2"]
    assert [fault.file for fault in faults] == ["large.json", "binary.json"]
    assert "at most 200,000 bytes" in str(faults[0])
    assert "UTF-8" in str(faults[1])


def test_a_mark_of_byte_order_is_no_fault(tmp_path: Path) -> None:
    path = saved(tmp_path, "x.json")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_codings([path])[0]) == 1


def test_one_coder_twice_counts_once_if_the_codes_are_the_same_and_else_not_at_all(tmp_path: Path) -> None:
    first, copy = saved(tmp_path, "first.json"), saved(tmp_path, "copy.json")
    other = saved(tmp_path, "other.json", codes={})
    apart = [saved(tmp_path, "session.json", session="X"), saved(tmp_path, "set.json", set="B", codes={})]
    found, faults = read_codings([first, copy, *apart])
    assert [one.file for one in found] == ["first.json", "session.json", "set.json"]
    assert [str(fault) for fault in faults] == [
        "copy.json, $.coder: 'amber-otter-41'; one file a coder and set is needed, and 'first.json' has the same codes"
        " of this coder"
    ]
    found, faults = read_codings([first, other, *apart])
    assert [one.file for one in found] == ["session.json", "set.json"]
    assert [fault.file for fault in faults] == ["first.json", "other.json"]
    assert "'other.json' has other codes" in str(faults[0])
