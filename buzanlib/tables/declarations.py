"""What was declared beside the tables, in JSON: definitions, amendments and the multiverse, held against their form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from buzanlib.errors import Fault, shown
from buzanlib.strictjson import parse

_TEXT, _LIST = "a text", "a list of at least one entry"

_COUNT = range(1, 100_001)
_SEED = range(2**32)

#: By file: a mapping of the names that must be there, or of every name where it is ``...``; a list of entries that are
#: all alike; a text; or a range of whole numbers.
FORMS: dict[str, Any] = {
    "definitions.json": {
        "general": {...: str},
        "definitions": [{"id": str, "scale": str, "estimate": str, "test": str}],
    },
    "amendments.json": [{"number": _COUNT, "date": str, "to": str, "what": str, "why": str, "status": str}],
    "multiverse.json": {
        "axes": {
            axis: [str]
            for axis in (
                "power", "cohesion", "threshold", "window", "corpus", "annotator", "terrorism", "political",
                "denominator", "weighting",
            )
        },
        "excluded": str,
        "sample": {"size": _COUNT, "seed": _SEED},
        "exchange": [str],
        "permutations": _COUNT,
    },
}  # fmt: skip


def check_declarations(data_dir: Path) -> list[Fault]:
    """Hold the declarations of a data folder against their form.

    Parameters
    ----------
    data_dir : Path
        Folder of the tables; a declaration that is not there is none.

    Returns
    -------
    list of Fault
        All of them; each names the place in its file, such as ``definitions[3].scale``.
    """
    faults = []
    for name, form in FORMS.items():
        if not (data_dir / name).exists():
            continue
        try:
            content = parse((data_dir / name).read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            faults.append(Fault(name, error.lineno, "", error.msg, "valid JSON is needed"))
        except (OSError, ValueError) as error:
            faults.append(Fault(name, 0, "", "cannot be read", str(error)))
        else:
            faults += [
                Fault(name, 0, "", f"{place}: {shown(value)}".removeprefix(": "), f"{need} is needed")
                for place, value, need in _wrong(content, form, "")
            ]
    return faults


def _wrong(value: Any, form: Any, place: str) -> Iterator[tuple[str, Any, str]]:
    """Places where a value has not its form, with what is there and what is needed."""
    if form is str:
        if not isinstance(value, str) or not value.strip():
            yield place, value, _TEXT
    elif isinstance(form, range):
        if not isinstance(value, int) or isinstance(value, bool) or value not in form:
            yield place, value, f"a whole number from {form[0]} to {form[-1]}"
    elif isinstance(form, list):
        if not isinstance(value, list) or not value:
            yield place, value, _LIST
        else:
            for number, entry in enumerate(value):
                yield from _wrong(entry, form[0], f"{place}[{number}]")
            yield from _twice(value, place)
    elif not isinstance(value, dict):
        yield place, value, "an object"
    else:
        for name, inner in form.items():
            for key in value if name is ... else [name]:
                if key in value:
                    yield from _wrong(value[key], inner, f"{place}.{key}".removeprefix("."))
                else:
                    yield place, list(value), f"the name {key!r}"


def _twice(entries: list[Any], place: str) -> Iterator[tuple[str, Any, str]]:
    """Entries of a list that have the name of an earlier one, or are it."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        name = entry.get("id", entry.get("number")) if isinstance(entry, dict) else entry
        if json.dumps(name) in seen:
            yield f"{place}[{number}]", name, "an entry that does not stand there already"
        seen.add(json.dumps(name))
