"""Pages made from the data folder: its tables from the descriptor, and the codebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault
from buzanlib.strictjson import parse
from buzanlib.study.markup import code, escape
from buzanlib.tables.codebook import CODEBOOK, read_codebook

DESCRIPTOR = "datapackage.json"


def data_page(package: Mapping[str, Any]) -> str:
    """Describe every table and field of a data package in Markdown.

    Parameters
    ----------
    package : mapping
        Content of ``datapackage.json``.

    Returns
    -------
    str
        A page with a section a table: fields, types, units, what is allowed, sources and terms.
    """
    parts = [
        "# The data",
        escape(package["description"]),
        "Every row is held against this description before any notebook runs. Empty cells are missing values."
        " No text begins with =, +, -, @ or a tab, which a spreadsheet would take for a formula."
        " The datasheet in `data/README.md` says how and why the tables were made.",
    ]
    for table in package["resources"]:
        parts += _table(table)
    return "\n\n".join(parts) + "\n"


def _table(table: Mapping[str, Any]) -> list[str]:
    schema = table["schema"]
    key = schema.get("primaryKey", [])
    fields = [row(["field", "meaning", "type and unit", "allowed"]), "|---" * 4 + "|"]
    fields += [row(_field(field)) for field in schema["fields"]]
    facts = [f"**Key:** {_names([key] if isinstance(key, str) else key)}"]
    for foreign in schema.get("foreignKeys", []):
        there = foreign["reference"]
        facts.append(
            f"**Refers to:** {_names(_listed(foreign['fields']))} to {_names(_listed(there['fields']))} of"
            f" {escape(there['resource'] or 'the same table')}"
        )
    rules = [rule["says"] for key in ("buzan:rules", "buzan:coverage") for rule in table.get(key, [])]
    facts += [f"**Rule:** {escape(rule)}" for rule in rules]
    facts += [f"**Source:** {_linked(source)}" for source in table.get("sources", [])]
    facts += [f"**Terms:** {_linked(licence)}" for licence in table.get("licenses", [])]
    return [
        f"## {escape(table['title'])}",
        code(table["path"]),
        escape(table["description"]),
        "\n".join(fields),
        "\n".join(f"- {fact}" for fact in facts),
    ]


def _field(field: Mapping[str, Any]) -> list[str]:
    meaning = field["description"]
    if "source" in field:
        meaning += f" ({field['source']}" + (f"; {field['licence']})" if "licence" in field else ")")
    kind = field["type"] + (f" ({field['unit']})" if "unit" in field else "")
    return [field["name"], meaning, kind, _allowed(field.get("constraints", {}))]


def _allowed(constraints: Mapping[str, Any]) -> str:
    """Put the constraints of a field into a phrase."""
    said = []
    if "enum" in constraints:
        said.append(", ".join(str(value) for value in constraints["enum"]))
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None and high is not None:
        said.append(f"{low} to {high}")
    elif low is not None:
        said.append(f"from {low}")
    elif high is not None:
        said.append(f"up to {high}")
    if "pattern" in constraints:
        said.append(f"pattern {constraints['pattern']}")
    if constraints.get("unique"):
        said.append("unique")
    if constraints.get("required"):
        said.append("never empty")
    return "; ".join(said)


def row(cells: Iterable[object]) -> str:
    """Make a row of a table; whatever stands in the cells is shown as it is."""
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _names(names: Iterable[str]) -> str:
    return ", ".join(escape(name) for name in names)


def _linked(entry: Mapping[str, str]) -> str:
    title, path = entry.get("title", entry.get("name", "")), entry.get("path", "")
    if re.fullmatch(r"https?://[^\s<>()]+", path):
        return f"[{escape(title)}](<{path}>)"
    return escape(title)


def generated_pages(data: Path) -> dict[str, str]:
    """Make ``data.md`` and ``codebook.md`` for the book.

    Parameters
    ----------
    data : Path
        Data folder.

    Returns
    -------
    dict of str to str
        Text by name.

    Raises
    ------
    DataError
        Where the descriptor or the codebook is missing or cannot be read, or the codebook has more in it than plain
        Markdown: it comes with the data, and nothing that comes with data may run on a page.
    """
    try:
        package = parse((data / DESCRIPTOR).read_text(encoding="utf-8"))
        page = data_page(package)
    except FileNotFoundError:
        raise DataError(
            [Fault(DESCRIPTOR, 0, "", "missing", "the descriptor must be in the data folder")]
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError([Fault(DESCRIPTOR, 0, "", str(error), "must be a descriptor of tables")]) from error
    codebook, faults = read_codebook(data)
    if codebook is None and not faults:
        faults = [Fault(CODEBOOK, 0, "", "missing", "the codebook must be in the data folder")]
    if codebook is None or faults:
        raise DataError(faults)
    return {"data.md": page, "codebook.md": codebook}
