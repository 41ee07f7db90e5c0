"""Pages made from the data folder: its tables from the descriptor, the codebooks and the datasheet."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault
from buzanlib.strictjson import parse
from buzanlib.study.markup import code, escape
from buzanlib.tables.codebook import PAGES, read_codebook

DESCRIPTOR = "datapackage.json"

_FLAGS = {"unique": "unique", "required": "never empty"}


def data_page(package: Mapping[str, Any]) -> str:
    """Describe every table and field of a data package (the content of ``datapackage.json``) in Markdown."""
    parts = [
        "# The data",
        escape(package["description"]),
        "Every row is held against this description before any notebook runs. Empty cells are missing values."
        " No text begins with =, +, -, @ or a tab, which a spreadsheet would take for a formula."
        " The datasheet says how and why the tables were made.",
    ]
    for one in package["resources"]:
        parts += _section(one)
    return page(parts)


def _section(table: Mapping[str, Any]) -> list[str]:
    schema = table["schema"]
    fields = markdown_table(["field", "meaning", "type and unit", "allowed"], map(_field, schema["fields"]))
    facts = [f"**Key:** {_names(schema.get('primaryKey', []))}"]
    for foreign in schema.get("foreignKeys", []):
        there = foreign["reference"]
        facts.append(
            f"**Refers to:** {_names(foreign['fields'])} to {_names(there['fields'])} of"
            f" {escape(there['resource'] or 'the same table')}"
        )
    rules = [rule["says"] for key in ("buzan:rules", "buzan:coverage") for rule in table.get(key, [])]
    facts += [f"**Rule:** {escape(rule)}" for rule in rules]
    facts += [f"**Source:** {_linked(source)}" for source in table.get("sources", [])]
    facts += [f"**Terms:** {_linked(licence)}" for licence in table.get("licenses", [])]
    about = [f"## {escape(table['title'])}", code(table["path"]), escape(table["description"])]
    return [*about, fields, bullets(facts)]


def _field(field: Mapping[str, Any]) -> list[str]:
    meaning = field["description"]
    if "source" in field:
        meaning += f" ({field['source']}" + (f"; {field['licence']})" if "licence" in field else ")")
    kind = field["type"] + (f" ({field['unit']})" if "unit" in field else "")
    return [field["name"], meaning, kind, _allowed(field.get("constraints", {}))]


def _allowed(constraints: Mapping[str, Any]) -> str:
    """Put the constraints of a field into a phrase."""
    said = [", ".join(map(str, constraints["enum"]))] if "enum" in constraints else []
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None and high is not None:
        said.append(f"{low} to {high}")
    elif low is not None:
        said.append(f"from {low}")
    elif high is not None:
        said.append(f"up to {high}")
    if "pattern" in constraints:
        said.append(f"pattern {constraints['pattern']}")
    said += [words for name, words in _FLAGS.items() if constraints.get(name)]
    return "; ".join(said)


def page(parts: Iterable[str]) -> str:
    """Join the parts of a page."""
    return "\n\n".join(parts) + "\n"


def bullets(lines: Iterable[str]) -> str:
    """Make a list."""
    return "\n".join(f"- {line}" for line in lines)


def row(cells: Iterable[object]) -> str:
    """Make a row of a table; text in the cells is shown as it is."""
    return f"| {' | '.join(map(escape, cells))} |"


def markdown_table(
    head: Sequence[str], rows: Iterable[Iterable[object]], numbers: Container[str] = ()
) -> str:
    """Make a table; columns that are named as numbers are aligned to the right."""
    rule = "".join("|--:" if name in numbers else "|---" for name in head) + "|"
    return "\n".join([row(head), rule, *map(row, rows)])


def _names(names: str | list[str]) -> str:
    return ", ".join(map(escape, [names] if isinstance(names, str) else names))


def _linked(entry: Mapping[str, str]) -> str:
    title, path = entry.get("title", entry.get("name", "")), entry.get("path", "")
    if re.fullmatch(r"https?://[^\s<>()]+", path):
        return f"[{escape(title)}](<{path}>)"
    return escape(title)


def generated_pages(data: Path) -> dict[str, str]:
    """Make ``data.md``, ``datasheet.md`` and a page for each codebook from a data folder; the text of each by its name.

    Raises
    ------
    DataError
        If the descriptor or one of `PAGES` is missing or unreadable, or a page has more in it than plain Markdown:
        they come with the data, and nothing that comes with data may run on a page.
    """
    try:
        described = data_page(parse((data / DESCRIPTOR).read_text(encoding="utf-8")))
    except FileNotFoundError:
        fault = Fault(DESCRIPTOR, 0, "", "missing", "the descriptor must be in the data folder")
        raise DataError([fault]) from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError([Fault(DESCRIPTOR, 0, "", str(error), "must be a descriptor of tables")]) from error
    pages = {"data.md": described}
    for name in PAGES:
        text, faults = read_codebook(data, name)
        if text is None and not faults:
            faults = [Fault(name, 0, "", "missing", "this page must be in the data folder")]
        if text is None or faults:
            raise DataError(faults)
        pages["datasheet.md" if name == "README.md" else name] = text
    return pages
