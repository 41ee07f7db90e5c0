"""References to the compendium, the paper that it tests, and the publishers of the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from buzanlib.errors import BuzanError
from buzanlib.study.dependencies import ROOT

PROJECT = ROOT.parent
"""Folder of the project, if this is a clone of it."""


def references(project: Path = PROJECT) -> str:
    """List the compendium, the paper, and the sources of each table as plain text.

    Parameters
    ----------
    project : Path
        Folder with ``CITATION.cff`` and ``data``.

    Raises
    ------
    BuzanError
        If the folder is not a clone of the project.
    """
    cff = _read(project)
    lines = ["The compendium:", f"  {_line(cff, _date(cff))}", "The paper:"]
    lines += [f"  {_line(entry, entry['year'])}" for entry in cff["references"]]
    lines.append("The data, by table:")
    package = json.loads((project / "data" / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        for source in table.get("sources", ()):
            lines.append(f"  {table['name']}: {' '.join((source['title'], source.get('path', ''))).strip()}")
    return "\n".join(lines)


def bibtex(project: Path = PROJECT) -> str:
    """Format the compendium and the paper as BibTeX; see `references`."""
    cff = _read(project)
    own = {"author": f"{{{_names(cff)}}}", "title": f"{{{cff['title']}}}"}
    own |= {"year": _date(cff), "version": cff["version"]}
    entries = [_entry("software", "buzanlib", own)]
    for paper in cff["references"]:
        fields = {
            "author": _names(paper),
            "title": f"{{{paper['title']}}}",
            "booktitle": paper["collection-title"],
            "publisher": paper["publisher"]["name"],
            "address": paper["publisher"]["city"],
            "year": paper["year"],
            "pages": f"{paper['start']}--{paper['end']}",
        }
        key = f"{paper['authors'][0]['family-names'].lower()}{paper['year']}"
        entries.append(_entry("inproceedings", key, fields))
    return "\n\n".join(entries)


def _read(project: Path) -> Mapping[str, Any]:
    file = project / "CITATION.cff"
    if not file.exists():
        raise BuzanError("there is no CITATION.cff: install the library from a clone of the project")
    content: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _date(cff: Mapping[str, Any]) -> str:
    return str(cff["date-released"])[:4]


def _names(entry: Mapping[str, Any]) -> str:
    names = [
        author["name"] if "name" in author else f"{author['family-names']}, {author['given-names']}"
        for author in entry["authors"]
    ]
    return " and ".join(names)


def _line(entry: Mapping[str, Any], year: object) -> str:
    line = f"{_names(entry)} ({year}). {entry['title']}"
    line += "" if line.endswith(("?", ")")) else "."
    if "version" in entry:
        line += f" Version {entry['version']}."
    if "collection-title" in entry:
        publisher = entry["publisher"]
        pages = f"{entry['start']}–{entry['end']}"
        line += f" In {entry['collection-title']}, {pages}. {publisher['city']}: {publisher['name']}."
    return line


def _entry(kind: str, key: str, fields: Mapping[str, object]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])
