"""Codes that a model of one's own gave: the JSON Schema of an answer, and answers read as JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from buzanlib.errors import DataError, Fault, nearest, shown
from buzanlib.sources.annotation import ANNOTATOR, tidy_name
from buzanlib.sources.raw import opened
from buzanlib.sources.sheet_words import CODES
from buzanlib.sources.sheets import Entry, HandCodes, Known, checked
from buzanlib.strictjson import parse
from buzanlib.tables.reading import contents, undecodable
from buzanlib.tables.schema import FILE, Field, Table

SUFFIX = ".jsonl"

_OF_OBJECTS = ("required", "additionalProperties")

_ABOUT = ("model", "version", "settings")
"""What is one for all answers of an annotator."""

_WORD = {"type": "string", "pattern": r"^\w[^\x00-\x1f]*$"}
_SETTINGS = {"type": ["object", "string"], "pattern": r"^[\w{\[(][^\x00-\x1f]*$"}


def answer_schema(table: Table, meanings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """JSON Schema of one answer: every code of the codebook, and nothing else.

    Parameters
    ----------
    table : Table
        Description of ``codes.csv``.
    meanings : mapping of str to str, optional
        What to say of each code.
    """
    said = meanings or {}
    properties = {
        name: _code(table.field(name)) | ({"description": said[name]} if name in said else {})
        for name in CODES
    }
    return {
        "$schema": Draft202012Validator.META_SCHEMA["$id"],
        "title": "The codes of one passage",
        "type": "object",
        "properties": properties,
        "required": list(CODES),
        "additionalProperties": False,
    }


def meanings(data: Path) -> dict[str, str]:
    """What the descriptor of a data folder says of each code."""
    package = json.loads((data / FILE).read_text(encoding="utf-8"))
    fields = next(one for one in package["resources"] if one["name"] == "codes")["schema"]["fields"]
    return {
        one["name"]: one["description"] for one in fields if one["name"] in CODES and "description" in one
    }


def read_answers(path: Path, known: Known) -> HandCodes:
    """Read answers of a model, an object a line, and check them against the codebook.

    An object has ``passage_id``, ``model``, ``version``, ``date``, ``settings`` (an object or a text) and ``codes``,
    the answer as `answer_schema` has it; ``annotator``, if it is there, is the name to code under, else that is the
    model's. One annotator is one model, version and settings. Further names beside these are not read.

    Raises
    ------
    DataError
        With every fault of every line.
    """
    lines, faults = _lines(path)
    schema = _line_schema(known.table)
    validator = Draft202012Validator(schema)
    coded, named, further = [], [], dict[str, None]()
    first: dict[str, tuple[int, dict[str, str]]] = {}
    dates: dict[str, str] = {}
    for row, line in lines:
        found = _faults(path.name, row, validator.iter_errors(line))
        faults += found
        if any(one.place.partition(".")[2].partition(".")[0] != "codes" for one in found):
            continue  # of whom and what it is cannot be said
        entry, about = _entry(path.name, row, line)
        named.append(entry)
        coded += [] if found else [entry]
        further |= dict.fromkeys(line.keys() - schema["properties"].keys())
        at, before = first.setdefault(entry.coder, (row, about))
        differ = [name for name in _ABOUT if about[name] != before[name]]
        need = f"{entry.coder} has another in row {at}: one annotator is one model, version and settings"
        faults += [Fault(path.name, row, name, about[name], need) for name in differ]
        dates[entry.coder] = max(dates.get(entry.coder, ""), line["date"])
    if not lines and not faults:
        faults.append(Fault(path.name, 0, "", "no answer", "at least one passage must be coded"))
    frame, found = checked(coded, known, named)
    if faults := [*faults, *found]:
        raise DataError(faults)
    about_all = {
        coder: {"kind": "model", "coded": dates[coder], **about} for coder, (_, about) in first.items()
    }
    names = ", ".join(map(shown, sorted(further)))
    notes = (f"{path.name}: not read: further names {names}",) if further else ()
    return HandCodes(frame, 0, notes, about=about_all)


def coders_of(path: Path) -> list[str]:
    """Names of the annotators of answers; a line that names none is left to `read_answers`."""
    lines, _ = _lines(path)
    objects = [line for _, line in lines if isinstance(line, dict)]
    named = [{"model": "", **line} for line in objects]
    return sorted({_name(line) for line in named if isinstance(line["model"], str)} - {""})


def _lines(path: Path) -> tuple[list[tuple[int, Any]], list[Fault]]:
    """The object of every line that is not empty, with its number, and faults of lines that are no JSON."""
    try:
        text = opened(lambda: contents(path), path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError([undecodable(path.name, error)]) from None
    found, faults = [], []
    # Only a line feed ends a line: other separators may stand in a text.
    for row, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append((row, parse(line)))
            except ValueError as error:
                why = (
                    f"{error.msg} at character {error.pos + 1}"
                    if isinstance(error, json.JSONDecodeError)
                    else error
                )
                faults.append(
                    Fault(path.name, row, "", line.strip(), f"one JSON object a line is needed: {why}")
                )
    return found, faults


def _code(field: Field) -> dict[str, Any]:
    """Schema of one code."""
    if field.type == "integer":
        allowed = range(int(field.minimum or 0), int(field.maximum or 0) + 1)
        return {"type": "integer", "enum": list(allowed)}
    return {"type": "string", "enum": list(field.enum)}


def _line_schema(table: Table) -> dict[str, Any]:
    """Schema of a line: an answer, and which passage and model it is of."""
    properties = {
        "passage_id": {"type": "string"},
        "annotator": {"type": "string"},
        "model": _WORD,
        "version": _WORD,
        "date": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"},
        "settings": _SETTINGS,
        "codes": answer_schema(table),
    }
    required = [name for name in properties if name != "annotator"]
    return {"type": "object", "properties": properties, "required": required}


def _entry(file: str, row: int, line: Mapping[str, Any]) -> tuple[Entry, dict[str, str]]:
    """An answer as an entry of a sheet, and what is to be known of the model."""
    settings = line["settings"]
    if not isinstance(settings, str):
        settings = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    about = {"model": line["model"], "version": line["version"], "settings": settings}
    codes = line["codes"] if isinstance(line["codes"], dict) else {}
    cells = {name: (f"codes.{name}", str(codes[name])) for name in CODES if name in codes}
    cells |= {"passage_id": ("passage_id", line["passage_id"]), "annotator": ("annotator", _name(line))}
    return Entry(file, row, _name(line), cells), about


def _name(line: Mapping[str, Any]) -> str:
    """The name to code under: that which was given, else the model's without what no name may have."""
    given = tidy_name(str(line.get("annotator", "")))
    if given:
        return given
    name = tidy_name(line["model"])[:40]
    return name if re.fullmatch(ANNOTATOR, name) else re.sub(r"[^\w.-]+", "-", name).strip("-")


def _faults(file: str, row: int, errors: Iterable[ValidationError]) -> list[Fault]:
    """What does not fit the schema, each with its place and what would; of a value of the wrong type one fault."""
    found: dict[str, Fault] = {}
    for error in sorted(errors, key=lambda error: error.validator != "type"):
        place = ".".join(["$", *map(str, error.absolute_path)])
        held = error.instance
        value = held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)
        found[f"{place} {error.validator if error.validator in _OF_OBJECTS else ''}"] = Fault(
            file, row, "", value, _need(error), place
        )
    return list(found.values())


def _need(error: ValidationError) -> str:
    """What would be allowed in the place of an error."""
    held, rule = error.instance, error.validator_value
    if error.validator == "enum":
        numbers = all(isinstance(one, int) for one in rule)
        return f"a number is needed: {', '.join(map(str, rule))}" if numbers else nearest(held, rule)
    if error.validator == "required":
        return f"missing: {', '.join(repr(name) for name in rule if name not in held)}"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        hints = (f"{shown(name)}, {nearest(name, known)}" for name in held if name not in known)
        return f"unknown: {'; '.join(hints)}"
    if error.validator == "type":
        return f"needed: {rule if isinstance(rule, str) else ' or '.join(rule)}"
    return f"the form {rule} is needed"
