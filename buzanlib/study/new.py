"""A new study: a folder with a study file that can be run, and a template of every table."""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from buzanlib.errors import BuzanError
from buzanlib.files import BUSY, alone, write_whole
from buzanlib.study.citation import PROJECT
from buzanlib.study.study_file import in_utf8, load_study

FILE = "study.yml"

_EXAMPLES = 2  # rows of a template

_STUDY = """\
# A study of your own. Folders and files are relative to this file. What is misspelt is refused before anything runs.
title: {title}
data: {data}
templates: {templates}
book: {book}
output: out
seed: 20100615

# Tables of your own take the place of those in the data folder; tables/ has a template of each.
# tables:
#   codes: tables/codes.csv
#   panel: tables/panel.csv

# Codes that people filled into a sheet; each coder is an annotator. `buzan data sheet` writes an empty one.
# sheets: [my-coding.xlsx]

# Names in full of corpora, as captions and prose have them.
# corpora:
#   MINE: statements in my forum

# For every notebook that has such a parameter. `buzan book` makes a page of all of them, with what each may be.
parameters:
  power: cinc
  cohesion: fsi_cohesion
  # Years that count. Unless they are set, a corpus of your own has those of its documents.
  # first: 2011
  # last: 2024

# In this order. A notebook may have parameters of its own, and may take several values of one in turn:
#   04_placement: {{sweep: {{power: [cinc, gdp]}}}}
notebooks:
{notebooks}
#  own_statements: {{corpus: MINE, annotator: Ana, one: Ana, other: Ben}}   # a corpus and coders of your own
"""

_CLASS = """\
# The study of a class. Folders and files are relative to this file.
title: {title}
data: {data}
templates: {templates}
book: {book}
output: out
seed: 20100615

# What `buzan data class` makes of the sheets of the class: all its coders, and `class`, who codes as most of them do.
sheets: [class.csv]

# In this order. `adjudicated_2+class` are the codes of the class where it has coded, and those that ship elsewhere.
notebooks:
  04_placement:
  own_class: {{annotator: class}}
#  06_quadrants: {{annotator: adjudicated_2+class}}
#  15_verdicts: {{annotator: adjudicated_2+class}}
"""


def new_study(folder: Path, project: Path = PROJECT, *, of_class: bool = False) -> Path:
    """Write a new study.

    Parameters
    ----------
    folder : Path
        Must be empty or not exist.
    project : Path
        Folder with ``data``, ``notebooks`` and ``book``, from which the study starts.
    of_class : bool
        Whether it is of a class, which brings codes and no tables.

    Returns
    -------
    Path
        The study file.

    Raises
    ------
    BuzanError
        If a folder is not as said above, its name is not valid UTF-8, or another command uses it.
    """
    folder = in_utf8(folder)
    _demand_empty(folder)
    for name in ("data", "notebooks", "book"):
        if not (project / name).is_dir():
            raise BuzanError(f"there is no folder {name!r}: install the library from a clone of the project")
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        _demand_empty(folder)
        return _write(folder, project, of_class)


def _demand_empty(folder: Path) -> None:
    if os.path.lexists(folder) and (not folder.is_dir() or {file.name for file in folder.iterdir()} - {BUSY}):
        raise BuzanError(f"{str(folder)!r} is not empty: a new study needs a folder of its own")


def _write(folder: Path, project: Path, of_class: bool) -> Path:
    if of_class:
        (folder / "sheets").mkdir()
    else:
        _write_templates(folder, project)
    shipped = load_study(project / "notebooks" / FILE)
    names = dict.fromkeys(run.notebook for run in shipped.runs)
    paths = {
        key: _in_quotes(Path(os.path.relpath(project / name, folder.resolve())).as_posix())
        for key, name in (("data", "data"), ("templates", "notebooks"), ("book", "book"))
    }
    text = (_CLASS if of_class else _STUDY).format(
        title=_in_quotes(f"Study {_in_a_line(folder.resolve().name)}"),
        notebooks="\n".join(f"  {name}:" for name in names),
        **paths,
    )
    write_whole(folder / FILE, text)
    return folder / FILE


def _write_templates(folder: Path, project: Path) -> None:
    """Write a template of every table, and what its columns mean."""
    package = json.loads((project / "data" / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:
        write_whole(folder / "tables" / table["path"], _first(project / "data" / table["path"]))
    write_whole(folder / "tables" / "README.md", _fields(package))


def _in_quotes(text: str) -> str:
    """Quote any text for YAML."""
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))).rstrip("\n")


def _in_a_line(name: str) -> str:
    """Replace what a title cannot have by spaces: angle brackets, control characters, ends of lines."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "<>" else c for c in name)
    return " ".join("".join(kept).split())


def _first(table: Path) -> str:
    """The header and the first rows of a table, as in the file."""
    with table.open(encoding="utf-8", newline="") as file:
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(islice(csv.reader(file), 1 + _EXAMPLES))
        return lines.getvalue()


def _fields(package: Mapping[str, Any]) -> str:
    """Describe the fields of every table, to be read as text."""
    parts = [
        "# Templates of the tables",
        "Each has its header and two rows of the data that ship, to show the form: replace them. `buzan data check`"
        " holds every row against the descriptions below and names each fault with its row and column.",
    ]
    for table in package["resources"]:
        key = table["schema"]["primaryKey"]
        parts += [
            f"## {table['path']}",
            table["description"],
            f"Key: {key if isinstance(key, str) else ', '.join(key)}.",
            "\n".join(_field(field) for field in table["schema"]["fields"]),
        ]
    return "\n\n".join(parts) + "\n"


def _field(field: Mapping[str, Any]) -> str:
    limits = ", ".join(f"{name} {value}" for name, value in field.get("constraints", {}).items())
    kind = field["type"] + (f"; {limits}" if limits else "")
    return f"- {field['name']} ({kind}): {field['description']}"
