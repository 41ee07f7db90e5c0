"""Write the sources of a book: chapters, generated pages, table of contents and settings for one study."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat.v4 import new_markdown_cell

from buzanlib.errors import StudyError
from buzanlib.site.pages import generated_pages
from buzanlib.site.study_pages import front_page, own_note, study_pages
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.results import Results
from buzanlib.study.runner import RESULTS
from buzanlib.study.spec import RESULTS as NUMBERS
from buzanlib.study.spec import Study
from buzanlib.theory.predictions import load_predictions

TOC = "_toc.yml"
CONFIG = "_config.yml"
GENERATED = "_generated"
EXECUTED = "executed"

_SHARED = ("glossary", "bibliography")
"""Chapters without results, which belong to the book of any study."""

_ABOUT_WHAT_SHIPS = "about-what-ships"
"""Tag of a cell that interprets the numbers of the study that ships, and has no place in another."""

_MORE = "Added"
"""Caption over notebooks that the table of contents does not know."""


@dataclass(frozen=True)
class Layout:
    """What a book is built from: the folder of its sources, and in it the table of contents and the settings."""

    book: Path
    toc: Path
    config: Path


def place_of(study: Study) -> Path:
    """Folder in which ``_build`` of the book of a study is made, unless another is asked for."""
    return study.output.parent.parent if _is_at_home(study) else study.output


def _is_at_home(study: Study) -> bool:
    """Whether the output of a study lies in the folder of a book, of which it makes all chapters."""
    return (study.output.parent / TOC).is_file() and study.output.name == EXECUTED


def sources_of(study: Study) -> Path:
    """Folder of the sources of the book of a study: where its chapters lie, or else a copy in the output."""
    return study.output.parent if _is_at_home(study) else study.output / "book"


def lay_out(study: Study, results: Results, output: OwnedFolder) -> Layout:
    """Write everything that the book of a study is built from.

    Parameters
    ----------
    study : Study
        A study that has been run. If its output lies in the folder of a book, the chapters are used where they are;
        else those that say nothing of results are copied, and a front page is written for the study.
    results : Results
        Its numbers.
    output : OwnedFolder
        That of generated pages if the chapters are used where they are, else the output folder.

    Returns
    -------
    Layout

    Raises
    ------
    StudyError
        If the study names no folder of a book.
    """
    at_home = _is_at_home(study)
    source = study.output.parent if at_home else study.book
    for file in (source / TOC, source.parent / CONFIG):
        if not file.is_file():
            raise StudyError(
                f"{study.file.name}: a book needs {file.name} in {file.parent.name!r}; name its folder under 'book',"
                " or run the notebooks alone with 'buzan run'"
            )
    book = sources_of(study)
    if not at_home:
        _copy(study, source, book, results, output)
    for name, text in (generated_pages(study.reads) | study_pages(study)).items():
        output.write(book / GENERATED / name, text)
    toc = yaml.safe_load((source / TOC).read_text(encoding="utf-8"))
    config = yaml.safe_load((source.parent / CONFIG).read_text(encoding="utf-8"))
    before = set(_files(toc))
    toc = _fitted(toc, study, None if at_home else _SHARED)
    if not at_home:
        config["title"] = study.title
    gone = sorted(before - set(_files(toc)))
    settings = config["sphinx"]["config"]
    settings["buzan_absent"] = {name: _title(study, source, name) for name in gone}
    chosen = {name for run in study.runs for name in run.given} - {"data", NUMBERS}
    settings["buzan_as_shipped"] = at_home and not gone and not chosen
    layout = Layout(book, book / GENERATED / TOC, book / GENERATED / CONFIG)
    output.write(layout.toc, yaml.safe_dump(toc, sort_keys=False, allow_unicode=True))
    output.write(layout.config, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    return layout


def _copy(study: Study, source: Path, book: Path, results: Results, output: OwnedFolder) -> None:
    """Copy what a study does not write, and remove what only an earlier copy had."""
    wanted = {Path("index.md")}
    for file in sorted(source.glob("_assets/**/*")) + sorted(source.glob("*.bib")):
        if file.is_file():
            wanted.add(file.relative_to(source))
            output.copy(file, book / file.relative_to(source))
    for name in _SHARED:
        wanted.add(Path(f"{name}.md"))
        output.copy(source / f"{name}.md", book / f"{name}.md")
    wanted.add(Path(EXECUTED, RESULTS))
    output.copy(study.output / RESULTS, book / EXECUTED / RESULTS)
    for run in study.runs:
        page = Path(EXECUTED, f"{run.name}.ipynb")
        wanted.add(page)
        output.write(book / page, _own_page(study.output / page.name, own_note(run)))
    hypotheses = load_predictions(study.reads).hypotheses
    claims = {name: hypothesis.claim for name, hypothesis in hypotheses.items()}
    output.write(book / "index.md", front_page(study, results, claims))
    for file in output.files(book):
        place = file.relative_to(book)
        if place not in wanted and place.parts[0] != GENERATED:
            output.remove(file)


def _own_page(file: Path, note: str) -> str:
    """A page without what it says of the data that ship, and with a note behind its title."""
    page = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    page.cells = [cell for cell in page.cells if _ABOUT_WHAT_SHIPS not in cell.metadata.get("tags", ())]
    page.cells.insert(1, new_markdown_cell(note, id="note"))  # type: ignore[no-untyped-call]
    return str(nbformat.writes(page)) + "\n"  # type: ignore[no-untyped-call]


def _fitted(toc: dict[str, Any], study: Study, shared: Iterable[str] | None) -> dict[str, Any]:
    """The table of contents with the pages of a study in place of notebooks, and of other chapters those to keep.

    All other chapters are kept if `shared` is None.
    """
    pages: dict[str, list[str]] = {}
    for run in study.runs:
        pages.setdefault(run.notebook, []).append(run.name)
    parts: list[dict[str, Any]] = []
    last = 0
    for part in toc["parts"]:
        chapters: list[dict[str, Any]] = []
        for chapter in part["chapters"]:
            folder, _, name = chapter["file"].rpartition("/")
            if folder == EXECUTED:
                chapters += [{"file": f"{EXECUTED}/{page}"} for page in pages.pop(name, ())]
                last = len(parts) + bool(chapters)
            elif shared is None or folder == GENERATED or chapter["file"] in shared:
                chapters.append(chapter)
        if chapters:
            parts.append({**part, "chapters": chapters})
    if pages:
        added = [{"file": f"{EXECUTED}/{page}"} for names in pages.values() for page in names]
        parts.insert(last, {"caption": _MORE, "chapters": added})
    return {**toc, "parts": parts}


def _files(toc: Mapping[str, Any]) -> Iterator[str]:
    """Every page in a table of contents but the root."""
    for key in ("parts", "chapters", "sections"):
        for entry in toc.get(key, ()):
            if "file" in entry:
                yield entry["file"]
            yield from _files(entry)


def _title(study: Study, source: Path, name: str) -> str:
    """Title of a page that is left out."""
    template = study.templates / f"{Path(name).name}.ipynb"
    if name.startswith(f"{EXECUTED}/") and template.is_file():
        cells = nbformat.read(template, as_version=4).cells  # type: ignore[no-untyped-call]
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    elif (source / f"{name}.md").is_file():
        text = (source / f"{name}.md").read_text(encoding="utf-8")
    else:
        text = ""
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else Path(name).name
