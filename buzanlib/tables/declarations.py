"""JSON Schemas of the descriptor, and of the declarations beside it: definitions, amendments and the multiverse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault
from buzanlib.tables.jsonfile import TEXT, TRUTH, Schema, check_json, entries, properties, read_json
from buzanlib.theory.predictions import Hypothesis

TYPES = ("string", "integer", "number", "year", "date")


def _texts(number: int) -> Schema:
    return entries(TEXT, f"a list of {number} texts", minItems=number, maxItems=number)


def _free(*names: str) -> dict[str, Schema]:
    """Optional properties that only describe, and may have any value."""
    return {f"{name}?": {} for name in names}


def _bounds(of: Schema) -> Schema:
    return {"properties": {"constraints": {"properties": {"minimum": of, "maximum": of}}}}


_PATTERN: Schema = {"type": "string", "format": "regex", "title": "a regular expression"}
_SCALAR: Schema = {"type": ["string", "number"], "title": "a text or a number"}
_VALUES: Schema = {"type": "object", "additionalProperties": entries(_SCALAR), "title": "an object of lists"}
_NAMES: Schema = {"type": ["string", "array"], "items": TEXT, "minItems": 1, "title": "one or several names"}
_NAME: Schema = {**_NAMES, "maxItems": 1, "title": "one name"}
_PATH: Schema = {
    "type": "string",
    "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv\Z",
    "title": "the name of a CSV file in the data folder",
}
_CONSTRAINTS = {
    "required?": TRUTH, "unique?": TRUTH, "enum?": entries(_SCALAR), "pattern?": _PATTERN,
    **_free("minimum", "maximum"),
}  # fmt: skip
_FIELD: Schema = {
    **properties(
        {
            "name": TEXT,
            "type": {"enum": TYPES},
            "description": TEXT,
            "unit?": TEXT,
            "constraints?": properties(_CONSTRAINTS),
            **_free("format", "title", "example", "source", "licence"),
            "categories?": entries(properties({"value": TEXT, "label": TEXT})),
        }
    ),
    "if": {"properties": {"type": {"const": "date"}}},
    "then": _bounds({"type": "string", "format": "date", "title": "a date as YYYY-MM-DD"}),
    "else": _bounds({**_SCALAR, "format": "number", "title": "a number"}),
}
_FOREIGN_KEY = {
    "fields": _NAME,
    "reference": properties({"resource": TEXT, "fields": _NAME}),
    "buzan:once?": TRUTH,
}
_EVERY = {"resource": TEXT, "field": TEXT, "where?": _VALUES}
_COVERAGE = {"field": TEXT, "every": properties(_EVERY), "says": TEXT, "with?": _VALUES, "years?": _texts(3)}
_COUNT = {"field": TEXT, "resource": TEXT, "by": TEXT, "where?": _VALUES}
_SCHEMA = {
    "fields": entries(_FIELD, unique=["name"]),
    "primaryKey": _NAMES,
    "foreignKeys?": entries(properties(_FOREIGN_KEY)),
    **_free("missingValues"),
}
_RESOURCE = {
    "name": TEXT,
    "path": _PATH,
    "title": TEXT,
    "description": TEXT,
    "schema": properties(_SCHEMA),
    "buzan:rules?": entries(properties({"when": _VALUES, "then": _VALUES, "says": TEXT})),
    "buzan:ordered?": entries(_texts(2)),
    "buzan:begins?": entries(_texts(2)),
    "buzan:own?": properties({"pattern": _PATTERN, "type": {"enum": TYPES}, "description": TEXT}),
    "buzan:coverage?": entries(properties(_COVERAGE)),
    "buzan:counts?": entries(properties(_COUNT)),
    **_free("profile", "format", "mediatype", "encoding", "bytes", "hash", "licenses", "sources"),
}
PACKAGE = properties({"resources": entries(properties(_RESOURCE), unique=["name", "path"])}, others=True)
"""Schema of the whole file. A property that is unknown may be a misspelt rule, and is an error."""


def _some(items: Schema, *unique: str) -> Schema:
    return entries(items, "a list of at least one entry", minItems=1, unique=unique)


def _whole(first: int, last: int) -> Schema:
    """Schema of a whole number within bounds."""
    title = f"a whole number from {first} to {last}"
    return {"type": "integer", "minimum": first, "maximum": last, "title": title}


_NUMBER = _whole(1, 100_000)
_AXES = (
    "power", "cohesion", "threshold", "window", "corpus", "annotator", "terrorism", "political", "denominator",
    "weighting",
)  # fmt: skip
_GENERAL: Schema = {"type": "object", "additionalProperties": TEXT, "title": "an object"}
_ADDED = {"claims": _some(_NUMBER), "claim": TEXT, "where": TEXT}
_DEFINITION: Schema = {
    **properties({**dict.fromkeys(("id", "scale", "estimate", "test"), TEXT), "family?": TEXT}, others=True),
    # What is in no locked file says here what it claims.
    "if": {"required": ["family"]},
    "then": properties(_ADDED, others=True),
}
_FRACTION: Schema = {**TEXT, "pattern": r"^[0-9]+(/[1-9][0-9]*)?\Z", "title": "a fraction such as '2/5'"}
_AMENDMENT = properties(
    {
        "number": _NUMBER,
        **dict.fromkeys(("date", "to", "what", "why", "status"), TEXT),
        "fields?": properties(
            {
                **dict.fromkeys(("sesoi?", "alpha?", "share?", "not_large?", "interval?"), _FRACTION),
                "draws?": _NUMBER,
                "seed?": _whole(0, 2**32 - 1),
            }
        ),
    },
    others=True,
)
_MULTIVERSE = {
    "axes": properties(dict.fromkeys(_AXES, _some(TEXT)), others=True),
    "excluded": TEXT,
    "sample": properties({"size": _NUMBER, "seed": _whole(0, 2**32 - 1)}, others=True),
    "exchange": _some(TEXT),
    "permutations": _NUMBER,
}
SCHEMAS: dict[str, Schema] = {
    "definitions.json": properties(
        {"general": _GENERAL, "definitions": _some(_DEFINITION, "id")}, others=True
    ),
    "amendments.json": _some(_AMENDMENT, "number"),
    "multiverse.json": properties(_MULTIVERSE, others=True),
}
"""By file; other properties are left to the reader."""


def read_declaration(data_dir: Path, name: str) -> Any:
    """Content of a declaration, a key of `SCHEMAS`; `DataError` with all its faults, or if there is no such file."""
    content = read_json(data_dir / name)
    if faults := check_json(name, content, SCHEMAS[name]):
        raise DataError(faults)
    return content


def load_open_claims(data_dir: Path) -> dict[str, Hypothesis]:
    """Claims of the paper that the locked file leaves out, by id, as ``definitions.json`` gives them; none without it.

    Raises
    ------
    DataError
        As `read_declaration`.
    """
    if not (data_dir / "definitions.json").exists():
        return {}
    return {
        entry["id"]: Hypothesis(
            **{key: entry[key] for key in ("id", "family", "claim", "where", "scale")},
            claims=tuple(entry["claims"]),
            tested=entry["test"].partition(":")[0] != "none",
        )
        for entry in read_declaration(data_dir, "definitions.json")["definitions"]
        if "family" in entry
    }


def check_declarations(data_dir: Path) -> list[Fault]:
    """Check the declarations of a data folder: all faults, each with its path, as ``$.definitions[3].scale``."""
    faults: list[Fault] = []
    for name in SCHEMAS:
        if (data_dir / name).exists():
            try:
                read_declaration(data_dir, name)
            except DataError as error:
                faults += error.faults
    return faults
