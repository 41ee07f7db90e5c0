"""Write the sources of a book: chapters, generated pages, table of contents and settings for one study."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat.v4 import new_markdown_cell

from buzanlib.errors import StudyError
from buzanlib.files import lies_in
from buzanlib.measurement.member_states import members_today
from buzanlib.seminar.exercises import FOLDER as EXERCISES
from buzanlib.seminar.exercises import PROBLEMS, load_exercises, load_problems
from buzanlib.site import evidence, explorer
from buzanlib.site.editions import FOR_INSTRUCTORS, INSTRUCTOR, STUDENT
from buzanlib.site.kept import kept
from buzanlib.site.own_pages import fit
from buzanlib.site.pages import generated_pages
from buzanlib.site.scripts import ASSETS
from buzanlib.site.state_index import INDEX, TEXT, chosen_by
from buzanlib.site.study_pages import front_page, own_note, study_pages
from buzanlib.study.cache import Cache
from buzanlib.study.dependencies import closure
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.results import Results
from buzanlib.study.runner import RESULTS
from buzanlib.study.spec import RESULTS as NUMBERS
from buzanlib.study.spec import Run, Study
from buzanlib.tables.declarations import load_open_claims
from buzanlib.theory.predictions import load_predictions

TOC = "_toc.yml"
CONFIG = "_config.yml"
GENERATED = "_generated"
EXECUTED = "executed"

_SHARED = ("glossary", "bibliography", "licence")
"""Chapters without results, which belong to the book of any study."""

_COPIED = ("_assets/**/*", "*.bib", f"{EXERCISES}/*.yml")
"""Other files that the book of any study needs."""

_CHAPTERS_ONLY = 1
"""Depth of numbers in a part of the table of contents: sections have none."""

_DATASHEET = "datasheet.md"
_OF_WHAT_SHIPS = (
    ":::{note}\nThis page is about the data that ship with buzanlib. Tables, statements and codes of this study's own"
    " are described by whoever made it.\n:::\n"
)


@dataclass(frozen=True)
class Layout:
    """What a book is built from: the folder of its sources, and in it the table of contents and the settings."""

    book: Path
    toc: Path
    config: Path

    def of_instructor(self) -> Layout:
        """That of the instructor's edition, from the same sources."""
        names = (file.with_stem(f"{file.stem}-{INSTRUCTOR}") for file in (self.toc, self.config))
        return Layout(self.book, *names)


def place_of(study: Study) -> Path:
    """Folder in which ``_build`` of the book of a study is made, unless another is asked for."""
    return study.output.parent.parent if is_at_home(study) else study.output


def is_at_home(study: Study) -> bool:
    """Whether the output of a study lies in the folder of a book, of which it makes all chapters."""
    return (study.output.parent / TOC).is_file() and study.output.name == EXECUTED


def sources_of(study: Study) -> Path:
    """Folder of the sources of the book of a study: where its chapters lie, or else a copy in the output."""
    return study.output.parent if is_at_home(study) else study.output / "book"


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

    Raises
    ------
    StudyError
        If the study names no folder of a book, or a link leads out of that.
    """
    at_home = is_at_home(study)
    source = study.output.parent if at_home else study.book
    for file in (source / TOC, source.parent / CONFIG):
        if not file.is_file():
            raise StudyError(
                f"{study.file.name}: a book needs {file.name} in {file.parent.name!r}; name its folder under 'book',"
                " or run the notebooks alone with 'buzan run'"
            )
    for entry in source.rglob("*"):
        if entry.is_symlink() and not lies_in(entry, source.parent):
            raise StudyError(
                f"{entry} is a link to what lies outside of the book, and would be published: remove it"
            )
    book = sources_of(study)
    if not at_home:
        _copy(study, source, book, results, output)
    pages = generated_pages(study.reads, results.data) | study_pages(study)
    if states := chosen_by(study, book):
        pages[f"{Path(INDEX).name}.md"] = TEXT
    pages |= _looked_up(study, results, bool(states), Cache(output), book / GENERATED)
    if not at_home:
        title, end, rest = pages[_DATASHEET].partition("\n")
        pages[_DATASHEET] = f"{title}{end}\n{_OF_WHAT_SHIPS}\n{rest}"
    for name, text in pages.items():
        output.write(book / GENERATED / name, text)
    whole = yaml.safe_load((source / TOC).read_text(encoding="utf-8"))
    toc = _fitted(whole, study, pages, None if at_home else _SHARED)
    gone = sorted({*_files(whole)} - {*_files(toc)})
    config = yaml.safe_load((source.parent / CONFIG).read_text(encoding="utf-8"))
    if not at_home:
        config["title"] = study.title
    settings = config["sphinx"]["config"]
    if any(name.startswith(f"{ASSETS}/") for name in pages):
        settings["html_static_path"] = [*settings["html_static_path"], f"{GENERATED}/{ASSETS}"]
    settings["buzan_states"] = states
    settings["buzan_absent"] = {name: _title(study, source, name) for name in gone}
    chosen = {name for run in study.runs for name in run.given} - {"data", NUMBERS}
    settings["buzan_as_shipped"] = at_home and not gone and not chosen
    settings["buzan_exercises"] = _with_exercises(toc, study, source / EXERCISES)
    layout = Layout(book, book / GENERATED / TOC, book / GENERATED / CONFIG)
    _write(layout, _for_students(toc), config, STUDENT, output)
    if at_home:
        _write(layout.of_instructor(), toc, config, INSTRUCTOR, output)
    return layout


def _write(
    layout: Layout, toc: dict[str, Any], config: dict[str, Any], edition: str, output: OwnedFolder
) -> None:
    """Write table of contents and settings of an edition."""
    config["sphinx"]["config"]["buzan_edition"] = edition
    for file, content in ((layout.toc, toc), (layout.config, config)):
        output.write(file, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def _with_exercises(toc: Mapping[str, Any], study: Study, folder: Path) -> list[list[str | int]]:
    """Page, notebook and number of each chapter with exercises, all files of which are checked."""
    found = load_exercises(folder)
    if (problems := folder / f"{PROBLEMS}.yml").is_file():
        load_problems(problems)
    notebooks = {f"{EXECUTED}/{run.name}": run.notebook for run in study.runs}
    numbered = [
        chapter["file"] for part in toc["parts"] if part.get("numbered") for chapter in part["chapters"]
    ]
    return [
        [Path(file).name, notebooks[file], number]
        for number, file in enumerate(numbered, 1)
        if notebooks.get(file) in found
    ]


def _for_students(entry: dict[str, Any]) -> dict[str, Any]:
    """A table of contents, or an entry of one, without the pages that only instructors have."""
    left = dict(entry)
    for key in {"parts", "chapters", "sections"} & entry.keys():
        inner = [
            _for_students(one) for one in entry[key] if not one.get("file", "").startswith(FOR_INSTRUCTORS)
        ]
        left[key] = [one for one in inner if "file" in one or one.get("chapters")]
        if not left[key]:
            del left[key]
    return left


def _looked_up(
    study: Study, results: Results, with_states: bool, cache: Cache, folder: Path
) -> dict[str, str]:
    """Coded passages and explorer, kept from build to build; they link to the pages of states, if there are any."""
    linked = sorted(members_today(study.reads).index) if with_states else []
    passages = evidence.made_from(study, results.data, linked) | closure([evidence.__name__])
    explored = explorer.made_from(study, results, linked) | closure([explorer.__name__])
    whole = is_at_home(study)
    return kept(
        cache,
        evidence.NAME,
        passages,
        folder,
        lambda: evidence.evidence_pages(study, whole=whole, linked=linked),
    ) | kept(cache, explorer.NAME, explored, folder, lambda: explorer.explorer_pages(study, results, linked))


def _copy(study: Study, source: Path, book: Path, results: Results, output: OwnedFolder) -> None:
    """Copy what a study does not write, and remove what only an earlier copy had."""
    files = [file for pattern in _COPIED for file in sorted(source.glob(pattern))]
    copies = {file.relative_to(source): file for file in files if file.is_file()}
    copies |= {Path(f"{name}.md"): source / f"{name}.md" for name in _SHARED}
    copies[Path(EXECUTED, RESULTS)] = study.output / RESULTS
    hypotheses = {**load_predictions(study.reads).hypotheses, **load_open_claims(study.reads)}
    claims = {name: hypothesis.claim for name, hypothesis in hypotheses.items()}
    texts = {Path("index.md"): front_page(study, results, claims)}
    for run in study.runs:
        page = f"{run.name}.ipynb"
        texts[Path(EXECUTED, page)] = _own_page(study.output / page, run, results)
    for place, file in copies.items():
        output.copy(file, book / place)
    for place, text in texts.items():
        output.write(book / place, text)
    for file in output.files(book):
        place = file.relative_to(book)
        if place not in copies | texts and place.parts[0] != GENERATED:
            output.remove(file)


def _own_page(file: Path, run: Run, results: Results) -> str:
    """A page without what does not hold for its study, and with a note behind its title."""
    page = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    fit(page, run, results)
    page.cells.insert(1, new_markdown_cell(own_note(run), id="note"))  # type: ignore[no-untyped-call]
    return str(nbformat.writes(page)) + "\n"  # type: ignore[no-untyped-call]


def _fitted(
    toc: dict[str, Any], study: Study, made: Iterable[str], shared: Iterable[str] | None
) -> dict[str, Any]:
    """The table of contents with the pages of a study in place of notebooks, and of other chapters those to keep.

    Of generated pages those are kept that were made, and all other chapters if `shared` is None.
    """
    pages: dict[str, list[dict[str, Any]]] = {}
    for run in study.runs:
        pages.setdefault(run.notebook, []).append({"file": f"{EXECUTED}/{run.name}"})
    parts: list[dict[str, Any]] = []
    last = 0
    for part in toc["parts"]:
        chapters: list[dict[str, Any]] = []
        for chapter in part["chapters"]:
            folder, _, name = chapter["file"].rpartition("/")
            if folder == EXECUTED:
                chapters += pages.pop(name, ())
                last = len(parts) + bool(chapters)
            elif f"{name}.md" in made if folder == GENERATED else shared is None or chapter["file"] in shared:
                chapters.append(chapter)
        if chapters:
            parts.append({**part, "chapters": chapters})
    if pages:  # that the table of contents does not know
        added = [*chain.from_iterable(pages.values())]
        parts.insert(last, {"caption": "Added", "numbered": _CHAPTERS_ONLY, "chapters": added})
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
    template, chapter = study.templates / f"{Path(name).name}.ipynb", source / f"{name}.md"
    text = ""
    if name.startswith(f"{EXECUTED}/") and template.is_file():
        cells = nbformat.read(template, as_version=4).cells  # type: ignore[no-untyped-call]
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    elif chapter.is_file():
        text = chapter.read_text(encoding="utf-8")
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else Path(name).name
