"""Strict reading of a JSON file, and its check against a JSON Schema with one fault for each thing that is wrong.

Every schema that can fail has a ``title``, a phrase such as "a list of texts" that the message repeats. Beyond the
standard (draft 2020-12), ``unique`` names the properties in which no two entries of a list may agree, or is empty where
no two entries may be equal; and the formats ``date``, ``number`` and ``regex`` are checked in texts.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from buzanlib.errors import LONG, DataError, Fault, match_names, nearest
from buzanlib.strictjson import parse

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string", "pattern": r"\S", "title": "a text"}
TRUTH: Schema = {"type": "boolean", "title": "true or false"}


def entries(items: Schema, title: str = "a list", **more: Any) -> Schema:
    """Schema of a list whose entries are all alike."""
    return {"type": "array", "items": items, "title": title, **more}


def properties(inner: Mapping[str, Schema], *, others: bool = False) -> Schema:
    """Schema of an object with these properties, of which those that end in ``?`` may be missing, and no others."""
    return {
        "type": "object",
        "title": "an object",
        "properties": {name.removesuffix("?"): schema for name, schema in inner.items()},
        "required": [name for name in inner if not name.endswith("?")],
        "additionalProperties": others,
    }


def read_json(path: Path) -> Any:
    """Read a JSON file; see `parse_json`."""
    try:
        return parse_json(path.name, path.read_bytes())
    except OSError as error:
        raise DataError([Fault(path.name, 0, "", "cannot be read", error.strerror or str(error))]) from None


def parse_json(file: str, content: bytes) -> Any:
    """Parse the content of a JSON file.

    `DataError` if it is not JSON in UTF-8, or not strict (see `buzanlib.strictjson`).
    """
    try:
        return parse(content.decode("utf-8"))
    except json.JSONDecodeError as error:
        fault = Fault(file, error.lineno, "", error.msg, "valid JSON is needed")
    except UnicodeDecodeError as error:
        fault = Fault(file, 0, "", error.reason, "UTF-8 is needed")
    except ValueError as error:
        fault = Fault(file, 0, "", "cannot be read", str(error))
    raise DataError([fault])


def check_json(file: str, content: Any, schema: Schema) -> list[Fault]:
    """Check a JSON document: one fault for each thing that is wrong, with its JSON path.

    A misspelt property is one fault, not two; `file` is the name for the messages.
    """
    found: dict[Fault, None] = {}
    for error in _validator()(schema).iter_errors(content):
        place, value, about = error.json_path, error.instance, error.schema
        if error.validator in ("required", "additionalProperties"):
            found |= dict.fromkeys(_names(file, place, value, about))
            continue
        if error.validator == "enum":
            need = nearest(value, error.validator_value)
        elif error.validator == "unique":
            need = "this may occur only once"
        else:
            need = f"{about['title']} is needed"
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[: LONG + 1]
        found[Fault(file, 0, "", text, need, place)] = None
    return list(found)


def _names(file: str, place: str, found: Sequence[str], schema: Schema) -> Iterator[Fault]:
    """Properties that are unknown or missing; see `buzanlib.errors.match_names`."""
    known = schema["properties"]
    unknown = [] if schema["additionalProperties"] else [name for name in found if name not in known]
    hints, left = match_names(unknown, [name for name in schema["required"] if name not in found], known)
    for name, hint in hints:
        yield Fault(file, 0, "", name, f"unknown property; {hint}", place)
    for name in left:
        yield Fault(file, 0, "", "", f"the property {name!r} is needed", place)


@cache
def _validator() -> Callable[[Schema], Any]:
    """Draft 2020-12 with our keyword and formats; imported late, since it takes as long as a table."""
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def unique(_: Any, names: list[str], items: Any, __: Any) -> Iterator[ValidationError]:
        for name in names or [""]:
            seen: set[str] = set()
            for number, item in enumerate(items if isinstance(items, list) else ()):
                value = item.get(name) if name and isinstance(item, dict) else item
                if value is not None and (text := json.dumps(value)) in seen:
                    yield ValidationError("", path=[number, name] if name else [number], instance=value)
                elif value is not None:
                    seen.add(text)

    formats = FormatChecker(())
    for name, check, raised in (
        ("date", datetime.date.fromisoformat, ValueError),
        ("number", float, ValueError),
        ("regex", re.compile, (re.error, OverflowError, RecursionError)),
    ):
        formats.checks(name, raised)(
            lambda value, check=check: not isinstance(value, str) or check(value) is not None
        )
    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    validator = extend(Draft202012Validator, {"unique": unique}, type_checker=types, format_checker=formats)
    return partial(validator, format_checker=formats)
