"""A seeded mutator: what can befall a table, and what must then be said of it.

Every corruption has a name, by which `pytest -k` repeats it alone: whatever it draws depends on the name only. It knows
what it does: whether the table still says the same, whether it says something else that is as good, or whether it is at
fault, and where.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20100615

DATA = Path(__file__).resolve().parents[2] / "data"

Rows = list[list[str]]

SCRIPT = "<script>window.pwned = 1</script>"
UP = "../../../etc/passwd"


@dataclass(frozen=True)
class Corrupted:
    """A table after its corruption.

    Attributes
    ----------
    content : bytes or None
        The file; None where there is none.
    place : str or None
        Regular expression of the place that must be named; None where the table is as good as it was.
    rows : list of list of str
        What must be read, with the header, where it is.
    """

    content: bytes | None
    place: str | None = None
    rows: Rows | None = None


Corruption = Callable[[bytes, random.Random], Corrupted]


def rng(name: str) -> random.Random:
    """The draws of one corruption."""
    return random.Random(f"{SEED} {name}")


def parsed(content: bytes) -> Rows:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def rendered(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def tree(folder: Path) -> dict[str, bytes]:
    """Everything below a folder: what writes nothing leaves it as it is."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"folder"
        for path in sorted(folder.rglob("*"))
    }


def fault(content: bytes | None, place: str) -> Corrupted:
    return Corrupted(content, place)


def good(content: bytes, rows: Rows) -> Corrupted:
    return Corrupted(content, None, rows)


# Of a file as such.


def dropped_column(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(len(rows[0]))
    name = rows[0][at]
    return fault(rendered([row[:at] + row[at + 1 :] for row in rows]), f"row 1, column {name}: ")


def renamed_column(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(len(rows[0]))
    rows[0][at] = rows[0][at].upper()
    return fault(rendered(rows), f"row 1, column {rows[0][at]}: ")


def column_with_a_script_for_a_name(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    rows[0][draw.randrange(len(rows[0]))] = f"{SCRIPT}\x1b[2J"
    return fault(rendered(rows), rf"row 1, column {re.escape(SCRIPT)}\\x1b\[2J: ")


def moved_column(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(1, len(rows[0]))
    return fault(
        rendered([[row[at], *row[:at], *row[at + 1 :]] for row in rows]),
        "row 1: .*the order of columns must be",
    )


def swapped_headings(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    one, other = draw.sample(range(len(rows[0])), 2)
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    return fault(rendered(rows), "row 1: .*the order of columns must be")


def doubled_column(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(len(rows[0]))
    return fault(rendered([[*row, row[at]] for row in rows]), f"row 1, column {rows[0][at]}: .*only once")


def added_column(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    return fault(
        rendered([[*row, name] for row, name in zip(rows, ["remark", *"x" * len(rows)], strict=False)]),
        "row 1, column remark: 'remark'; unknown column",
    )


def columns_without_end(content: bytes, draw: random.Random) -> Corrupted:
    names = ",".join(f"x{number}" for number in range(20_000))
    header, _, rest = content.partition(b"\n")
    return fault(header + b"," + names.encode() + b"\n" + rest, "row 1: '[0-9]+ columns'; at most 1000")


def nothing(content: bytes, draw: random.Random) -> Corrupted:
    return fault(b"", "row 1: ''; a header line is needed")


def no_file(content: bytes, draw: random.Random) -> Corrupted:
    return fault(None, "'missing'; the table must be in the data folder")


def byte_order_mark(content: bytes, draw: random.Random) -> Corrupted:
    return fault(b"\xef\xbb\xbf" + content, "row 1: 'byte order mark'")


def two_bytes_a_letter(content: bytes, draw: random.Random) -> Corrupted:
    return fault(content.decode().encode("utf-16"), "row 1: 'byte 0xff'; every byte must be UTF-8")


def western_letter(content: bytes, draw: random.Random) -> Corrupted:
    return _spoilt(content, draw, b"\xe9", "'byte 0xe9'; every byte must be UTF-8")


def zero_byte(content: bytes, draw: random.Random) -> Corrupted:
    return _spoilt(content, draw, b"\0", "'NUL byte'")


def lone_quote(content: bytes, draw: random.Random) -> Corrupted:
    lines = content.splitlines(keepends=True)
    at = draw.randrange(1, len(lines))
    lines[at] = b'"' + lines[at].replace(b'"', b"")
    return fault(b"".join(lines), "row [0-9]+: .*quotes must be paired")


def windows_line_ends(content: bytes, draw: random.Random) -> Corrupted:
    return fault(content.replace(b"\n", b"\r\n"), "row 1: 'CR at [0-9]+ line ends'")


def old_line_ends(content: bytes, draw: random.Random) -> Corrupted:
    return fault(content.replace(b"\n", b"\r"), "row 1: 'CR at [0-9]+ line ends'")


def semicolons(content: bytes, draw: random.Random) -> Corrupted:
    header, _, rest = content.partition(b"\n")
    return fault(header.replace(b",", b";") + b"\n" + rest, "row 2: '[0-9]+ cells'; 1 cells are needed")


def every_cell_quoted(content: bytes, draw: random.Random) -> Corrupted:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(parsed(content))
    return good(text.getvalue().encode(), parsed(content))


def no_last_line_end(content: bytes, draw: random.Random) -> Corrupted:
    return good(content.removesuffix(b"\n"), parsed(content))


def other_order(content: bytes, draw: random.Random) -> Corrupted:
    header, *rows = parsed(content)
    draw.shuffle(rows)
    return good(rendered([header, *rows]), [header, *rows])


def short_row(content: bytes, draw: random.Random) -> Corrupted:
    return _row(content, draw, lambda row: row[:-1])


def long_row(content: bytes, draw: random.Random) -> Corrupted:
    return _row(content, draw, lambda row: [*row, ""])


def empty_row(content: bytes, draw: random.Random) -> Corrupted:
    return _row(content, draw, lambda row: [])


def cut_off(content: bytes, draw: random.Random) -> Corrupted:
    *lines, last = content.splitlines(keepends=True)
    kept = last[: last.index(b",")]
    return fault(b"".join(lines) + kept, f"row {len(lines) + 1}: '1 cells'")


def repeated_row(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(1, len(rows))
    return fault(
        rendered([*rows, rows[at]]), f"row {_line(rows, len(rows))}, column .*a key may occur only once"
    )


def header_again(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(1, len(rows))
    return fault(rendered([*rows[:at], rows[0], *rows[at:]]), f"row {_line(rows, at)}, column ")


def cell_of_megabytes(content: bytes, draw: random.Random) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(1, len(rows))
    rows[at][-1] = "x" * 10_000_000
    return fault(rendered(rows), "row [0-9]+: 'field larger .*a cell may have at most 131072 characters")


def _row(content: bytes, draw: random.Random, change: Callable[[list[str]], list[str]]) -> Corrupted:
    rows = parsed(content)
    at = draw.randrange(1, len(rows))
    place = f"row {_line(rows, at)}: '{len(change(rows[at]))} cells'; {len(rows[0])} cells are needed"
    rows[at] = change(rows[at])
    return fault(rendered(rows), place)


def _spoilt(content: bytes, draw: random.Random, byte: bytes, said: str) -> Corrupted:
    at = draw.randrange(content.index(b"\n"), len(content) - 1)
    line = content[:at].count(b"\n") + 1
    return fault(content[:at] + byte + content[at:], f"row {line}: {said}")


def _line(rows: Rows, at: int) -> int:
    """Line of the file in which a row begins."""
    return 1 + rendered(rows[:at]).count(b"\n")


FILES: tuple[Corruption, ...] = (
    dropped_column, renamed_column, column_with_a_script_for_a_name, moved_column, swapped_headings, doubled_column,
    added_column, columns_without_end, nothing, no_file, byte_order_mark, two_bytes_a_letter, western_letter, zero_byte,
    lone_quote, windows_line_ends, old_line_ends, semicolons, every_cell_quoted, no_last_line_end, other_order,
    short_row, long_row, empty_row, cut_off, repeated_row, header_again, cell_of_megabytes,
)  # fmt: skip


# Of one cell, by the type of its field: what is never a value of this type.

STRANGE = {
    "integer": {
        "words": "many", "point": "1.0", "exponent": "1e3", "other_digits": "１２", "space": " 1", "no_number": "NaN",
        "endless": "9" * 400, "formula": "=1+1", "script": SCRIPT, "base": "0x10",
    },
    "number": {
        "words": "many", "comma": "1,5", "infinite": "1e999", "no_number": "nan",
        "other_digits": "１.５", "space": "1 ",
        "two_signs": "--1", "formula": "=1+1", "script": SCRIPT, "unit": "5 %",
    },
    "year": {
        "two_digits": "99", "five_digits": "20111", "other_digits": "２０１１", "roman": "MMXI", "date": "2011-01-01",
        "early": "0000", "formula": "=2011", "script": SCRIPT,
    },
    "date": {
        "no_such_day": "2021-02-30", "other_way": "30/02/2021", "one_digit": "2021-2-3", "no_hyphen": "20210203",
        "zeros": "0000-00-00", "nines": "9999-99-99", "time": "2021-02-03T00:00", "formula": "=TODAY()",
    },
    "string": {
        "script": SCRIPT, "path": UP, "formula": "=HYPERLINK(\"http://x\")", "command": "+1+cmd|' /C calc'!A0",
        "at_sign": "@SUM(1)", "tab": "\t=1", "missing": "NA", "quotes": 'a "word", and a comma', "lines": "two\nlines",
        "long": "x" * 10_000, "backwards": "\u202eabc", "role": "{num}`B1.p`", "mathematics": "$\\frac{1", "empty": "",
    },
}  # fmt: skip

FORMULAS = ("formula", "command", "at_sign", "tab")

A_FIELD = 2
"""Corruptions of each field, drawn from those of its type."""


@dataclass(frozen=True)
class Cell:
    """A corruption of one cell of a field; the row is drawn."""

    field: str
    kind: str
    value: str
    accepted: bool

    def __call__(self, content: bytes, draw: random.Random) -> Corrupted:
        rows = parsed(content)
        at = draw.randrange(1, len(rows))
        place = f"row {_line(rows, at)}, column {self.field}: "
        rows[at][rows[0].index(self.field)] = self.value
        return good(rendered(rows), rows) if self.accepted else fault(rendered(rows), place)


def cells() -> Iterator[tuple[str, Cell]]:
    """Corruptions of every field of every table, with the name of its file."""
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    named = {name for table in package["resources"] for name in _named_elsewhere(table)}
    for table in package["resources"]:
        for field in table["schema"]["fields"]:
            kinds = STRANGE[field["type"]]
            chosen = rng(f"{table['path']} {field['name']}").sample(sorted(kinds), A_FIELD)
            for kind in chosen:
                free = _is_free(table, field) and (table["name"], field["name"]) not in named
                accepted = free and kind not in FORMULAS
                if kind == "empty":
                    limits = field.get("constraints", {})
                    ruled = any(field["name"] in rule["when"] for rule in table.get("buzan:rules", []))
                    if (ruled or not free) and not limits.get("required"):
                        continue  # whether it may be empty is for the rules of the table to say
                    accepted = not limits.get("required")
                yield table["path"], Cell(field["name"], kind, kinds[kind], accepted)


def _is_free(table: dict[str, Any], field: dict[str, Any]) -> bool:
    """Whether any text may stand in a field."""
    limits = field.get("constraints", {})
    refers = {name for key in table["schema"].get("foreignKeys", []) for name in key["fields"]}
    rules = [part for rule in table.get("buzan:rules", []) for part in (rule["when"], rule["then"])]
    ruled = {name for part in rules for name, values in part.items() if values != [""]}
    bound = field["name"] in refers | ruled or "enum" in limits or "pattern" in limits
    return field["type"] == "string" and not bound


def _named_elsewhere(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields to which a table refers."""
    for key in table["schema"].get("foreignKeys", []):
        yield key["reference"]["resource"], key["reference"]["fields"][0]
