"""Declarations beside the tables: the JSON Schemas of definitions, amendments and the multiverse."""

from __future__ import annotations

from pathlib import Path

from buzanlib.errors import DataError, Fault
from buzanlib.tables.jsonfile import TEXT, Schema, check_json, entries, properties, read_json


def _some(items: Schema, *unique: str) -> Schema:
    return entries(items, "a list of at least one entry", minItems=1, unique=unique)


def _whole(first: int, last: int) -> Schema:
    """Schema of a whole number within bounds."""
    title = f"a whole number from {first} to {last}"
    return {"type": "integer", "minimum": first, "maximum": last, "title": title}


_COUNT = _whole(1, 100_000)
_AXES = (
    "power", "cohesion", "threshold", "window", "corpus", "annotator", "terrorism", "political", "denominator",
    "weighting",
)  # fmt: skip
_GENERAL: Schema = {"type": "object", "additionalProperties": TEXT, "title": "an object"}
_DEFINITION = properties(dict.fromkeys(("id", "scale", "estimate", "test"), TEXT), others=True)
_FRACTION: Schema = {**TEXT, "pattern": r"^[0-9]+(/[1-9][0-9]*)?\Z", "title": "a fraction such as '2/5'"}
_AMENDMENT = properties(
    {
        "number": _COUNT,
        **dict.fromkeys(("date", "to", "what", "why", "status"), TEXT),
        "fields?": properties(
            {
                **dict.fromkeys(("sesoi?", "alpha?", "share?", "not_large?", "interval?"), _FRACTION),
                "draws?": _COUNT,
                "seed?": _whole(0, 2**32 - 1),
            }
        ),
    },
    others=True,
)
_MULTIVERSE = {
    "axes": properties(dict.fromkeys(_AXES, _some(TEXT)), others=True),
    "excluded": TEXT,
    "sample": properties({"size": _COUNT, "seed": _whole(0, 2**32 - 1)}, others=True),
    "exchange": _some(TEXT),
    "permutations": _COUNT,
}
SCHEMAS: dict[str, Schema] = {
    "definitions.json": properties(
        {"general": _GENERAL, "definitions": _some(_DEFINITION, "id")}, others=True
    ),
    "amendments.json": _some(_AMENDMENT, "number"),
    "multiverse.json": properties(_MULTIVERSE, others=True),
}
"""By file; other properties are left to the reader."""


def check_declarations(data_dir: Path) -> list[Fault]:
    """Check the declarations of a data folder: all faults, each with its path, as ``$.definitions[3].scale``."""
    faults = []
    for name, schema in SCHEMAS.items():
        if (data_dir / name).exists():
            try:
                faults += check_json(name, read_json(data_dir / name), schema)
            except DataError as error:
                faults += error.faults
    return faults
