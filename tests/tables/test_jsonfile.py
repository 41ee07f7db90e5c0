"""JSON files, strict and against a schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.errors import DataError
from buzanlib.tables.declarations import PACKAGE, SCHEMAS
from buzanlib.tables.jsonfile import TEXT, TRUTH, check_json, entries, properties, read_json

COUNT = {"type": "integer", "minimum": 1, "maximum": 9, "title": "a whole number from 1 to 9"}
PERSON = properties(
    {"name": TEXT, "age": COUNT, "born?": {"type": "string", "format": "date", "title": "a date"}}
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def told(content: Any, schema: Any) -> list[str]:
    return [str(fault) for fault in check_json("x.json", content, schema)]


@pytest.mark.parametrize(
    ("content", "schema", "message"),
    [
        ({"name": "Ana", "age": 3}, PERSON, None),
        ({"name": "Ana", "age": 3, "born": "2001-02-03"}, PERSON, None),
        ([], PERSON, "$: '[]'; an object is needed"),
        ({"age": 3}, PERSON, "$: ''; the property 'name' is needed"),
        ({"nmae": "Ana", "age": 3}, PERSON, "$: 'nmae'; unknown property; nearest allowed: 'name'"),
        (
            {"name": "Ana", "age": 3, "bron": ""},
            PERSON,
            "$: 'bron'; unknown property; nearest allowed: 'born'",
        ),
        ({"name": " ", "age": 3}, PERSON, "$.name: ' '; a text is needed"),
        ({"name": 5, "age": 3}, PERSON, "$.name: '5'; a text is needed"),
        ({"name": "Ana", "age": 10}, PERSON, "$.age: '10'; a whole number from 1 to 9 is needed"),
        ({"name": "Ana", "age": 3.0}, PERSON, "$.age: '3.0'; a whole number from 1 to 9 is needed"),
        ({"name": "Ana", "age": True}, PERSON, "$.age: 'true'; a whole number from 1 to 9 is needed"),
        ({"name": "Ana", "age": 3, "born": "2001-02-30"}, PERSON, "$.born: '2001-02-30'; a date is needed"),
        ("yes", TRUTH, "$: 'yes'; true or false is needed"),
        ("gree", {"enum": ["green", "red"]}, "$: 'gree'; nearest allowed: 'green'"),
        ("[a", {"type": "string", "format": "regex", "title": "a pattern"}, "$: '[a'; a pattern is needed"),
        ("1,5", {"type": "string", "format": "number", "title": "a number"}, "$: '1,5'; a number is needed"),
        (["a", "b", "a"], entries(TEXT, unique=[]), "$[2]: 'a'; this may occur only once"),
        ([{"a": 1}, {"a": 2}, {"a": 1}], entries({}, unique=["a"]), "$[2].a: '1'; this may occur only once"),
    ],
)
def test_each_kind_of_fault_has_its_place_and_what_is_needed(
    content: Any, schema: Any, message: str | None
) -> None:
    assert told(content, schema) == ([] if message is None else [f"x.json, {message}"])


def test_all_faults_are_found_at_once() -> None:
    people = [{"name": "Ana"}, {"name": "", "age": 0}, 5]
    assert told(people, entries(PERSON)) == [
        "x.json, $[0]: ''; the property 'age' is needed",
        "x.json, $[1].name: ''; a text is needed",
        "x.json, $[1].age: '0'; a whole number from 1 to 9 is needed",
        "x.json, $[2]: '5'; an object is needed",
    ]


def test_other_properties_are_left_alone_where_a_schema_says_so() -> None:
    schema = properties({"name": TEXT}, others=True)
    assert told({"name": "Ana", "note": 5}, schema) == []
    assert told({"nmae": "Ana"}, schema) == ["x.json, $: ''; the property 'name' is needed"]


@pytest.mark.parametrize("schema", [PACKAGE, *SCHEMAS.values(), PERSON])
@given(content=JSON)
def test_nothing_that_is_json_breaks_the_check(schema: Any, content: Any) -> None:
    for fault in check_json("x.json", content, schema):
        assert fault.place.startswith("$")
        assert len(str(fault)) < 1000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", r"x\.json, row 1: .*; valid JSON is needed"),
        (b'{\n"a": 1,}', r"x\.json, row [12]: .*; valid JSON is needed"),
        (b"\xff", r"x\.json: 'invalid start byte'; UTF-8 is needed"),
        (b'{"a": 1, "a": 2}', r"x\.json: 'cannot be read'; the name 'a' occurs twice"),
        (b"[NaN]", r"x\.json: 'cannot be read'; NaN is no number"),
    ],
)
def test_a_file_that_is_not_strict_json(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_json(tmp_path / "x.json")


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x\.json: 'cannot be read'; No such file"):
        read_json(tmp_path / "x.json")
