"""A corpus that is not of the project: no page of its book says what is only true of the study that ships."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from other_corpus import CORPUS, NAME, QUOTED, SHIPPED, YEARS, code_by_rule, write_other_corpus

from buzanlib.inference.open_claims import ON_STATEMENTS
from buzanlib.site.build import build_book
from buzanlib.sources.own_texts import gather_texts
from buzanlib.study.parameters import declared
from buzanlib.study.runner import run_study

ANY_CORPUS = (
    *("04_placement", "06_quadrants", "07_whole_table", "08_divergence", "10_wording", "11_rivals"),
    *("22_technology", "12_movement", "21_open_claims", "15_verdicts", "own_statements", "own_hypothesis"),
)
"""Chapters that may be about any corpus."""

OF_WHAT_SHIPS = {"13_doubts", "19_registered", "own_class"}
"""Chapters about statements and codes that were simulated from or registered, or that a class holds its own against."""

CONDITIONAL = re.compile(
    r"\{num\}`(?:codes|replication|strategies|hint\.one|hint\.two|later|P1|registration)\."
)
"""A number that only the study that ships has; without it the paragraph is left out."""

DATA_PAGES = {
    "data.html",
    "datasheet.html",
    "codebook_1.html",
    "bibliography.html",
    "genindex.html",
    "parameters.html",
    "search.html",
}
"""Pages that describe the data that ship and the defaults of notebooks, and say so, and those without prose."""


def strange(text: str) -> list[str]:
    """What a text says that is only true of the study that ships; words of the paper do not count."""
    own = QUOTED.sub("", " ".join(text.split()))
    return [
        f"{about}: …{own[max(0, found.start() - 60) : found.end() + 60]}…"
        for about, pattern in SHIPPED.items()
        for found in re.finditer(pattern, own)
    ]


def read(page: Path) -> str:
    """All that a reader of a page is told: its text, the captions, and what stands in place of pictures.

    Without the values of parameters, of which a default may name what the study does not use, and the year of a book in
    what it is cited by.
    """
    whole = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    body = whole.find("article") or whole
    assert isinstance(body, Tag)
    for code in body.select("div.cell_input, script, style, #how-this-page-was-made table, details.cite"):
        code.decompose()
    pictures = " ".join(str(picture.get("alt", "")) for picture in body.find_all("img"))
    title = whole.title.get_text() if whole.title else ""
    return f"{title} {body.get_text(' ')} {pictures}"


def book_of(study: Path) -> dict[str, str]:
    """Build a book; what its pages say, by the name of the file."""
    folder = build_book(study, progress=False).parent
    pages = {page.name: read(page) for page in folder.rglob("*.html") if "_static" not in page.parts}
    return {name: text for name, text in pages.items() if name not in DATA_PAGES}


def write_study(root: Path, folder: Path, **keys: object) -> Path:
    """A study file beside the tables of the corpus, with few draws."""
    few = {"draws": 99, "bootstrap": 49}
    of_all = {
        name: str(root / of)
        for name, of in {"data": "data", "templates": "notebooks", "book": "book"}.items()
    }
    content = {"title": "Another forum", "output": "out", **of_all, **keys}
    content["parameters"] = few | dict(keys.get("parameters", {}))  # type: ignore[call-overload]
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def test_the_chapters_for_any_corpus_are_those_that_take_one(root: Path) -> None:
    take = {file.stem for file in (root / "notebooks").glob("*.ipynb") if "corpus" in declared(file)}
    assert take == {*ANY_CORPUS, *OF_WHAT_SHIPS}


def cells(notebook: Path) -> Iterator[str]:
    """Prose and code of a template that the page of another corpus shows, but for what depends on its numbers."""
    for cell in nbformat.read(notebook, as_version=4).cells:  # type: ignore[no-untyped-call]
        tags = cell.metadata.get("tags", [])
        if not {"remove-cell", "parameters"} & {*tags} and not any(tag.startswith("about-") for tag in tags):
            yield from (
                block
                for block in cell.source.split("\n\n")
                if not block.startswith("#") and not CONDITIONAL.search(block)
            )


@pytest.mark.parametrize("chapter", ANY_CORPUS)
def test_no_template_says_what_is_only_true_of_the_study_that_ships(chapter: str, root: Path) -> None:
    found = [said for text in cells(root / "notebooks" / f"{chapter}.ipynb") for said in strange(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("Relevant passages of the General Debate by year", "its corpora"),
        ("States that spoke in 2011–2024", "its years"),
        ("What the second coding gives", "its coders"),
        ("All codings are by runs of one large language model.", "its coders"),
        ("fixed when the results of the tests were known", "its history"),
    ],
)
def test_a_sentence_of_the_study_that_ships_would_be_found(said: str, about: str) -> None:
    assert strange(said)[0].startswith(about)
    assert not strange(f"“{said}”, says the paper of {NAME}, {YEARS[0]}–{YEARS[1]}.")


@pytest.mark.soak
@pytest.mark.xdist_group("study")
@pytest.mark.parametrize(
    "notebooks",
    [
        {
            "04_placement": None,
            "own_statements": {"one": "Ana", "other": "Ben"},
            "own_hypothesis": None,
            "15_verdicts": None,
        },
        dict.fromkeys(name for name in ANY_CORPUS if not name.startswith("own_")),
    ],
    ids=["own", "chapters"],
)
def test_every_page_of_another_corpus_speaks_of_that_corpus(
    notebooks: dict[str, object], root: Path, data_dir: Path, tmp_path: Path
) -> None:
    first, last = YEARS
    study = write_study(
        root,
        tmp_path,
        tables=write_other_corpus(data_dir, tmp_path),
        corpora={CORPUS: NAME},
        parameters={"corpus": CORPUS, "annotator": "Ana", "first": first, "last": last},
        notebooks=notebooks,
    )
    pages = book_of(study)
    found = [f"{name}, {said}" for name, text in pages.items() for said in strange(text)]
    assert not found, "\n".join(found)
    years = f"{first}–{last}"
    for name in ("index.html", "15_verdicts.html"):
        assert NAME in pages[name]
        assert years in pages[name]
        assert "Ana" in pages[name]
    for name in {"own_statements.html", "06_quadrants.html", "07_whole_table.html"} & pages.keys():
        assert NAME in pages[name]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("years", "tested"),
    [({}, {"X9", "X52", "tech.cri"}), ({"first": 2009, "last": 2010}, {"X9"})],
    ids=["a state alone in its quadrant", "two states"],
)
def test_few_states_make_pages_with_what_can_be_told(
    years: dict[str, int], tested: set[str], root: Path, tmp_path: Path
) -> None:
    study = write_study(
        root,
        tmp_path,
        parameters={"corpus": "NCSS", **years},
        notebooks=dict.fromkeys(["21_open_claims", "22_technology"]),
    )
    results = run_study(study, progress=False)
    told = {key.rpartition(".")[0] for key in results.values}
    assert told & {*ON_STATEMENTS, "tech.cri"} == tested
    assert results["open.n"] == len(ON_STATEMENTS)
    page = nbformat.read(tmp_path / "out" / "21_open_claims.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    assert "cannot carry the test of" in str(page.cells)


@pytest.mark.raw
@pytest.mark.soak
def test_texts_of_another_forum_become_a_book_in_its_words(
    raw: Path, root: Path, data_dir: Path, tmp_path: Path
) -> None:
    """Real texts of years that the project does not test, under another name; codes by a rule, to test the plumbing."""
    texts = tmp_path / "texts"
    texts.mkdir()
    (packed,) = raw.rglob("UNGDC_1995-2024.tar.xz")
    with tarfile.open(packed) as archive:
        for member in archive:
            named = re.fullmatch(r"([A-Z]{3})_\d+_(200[6-9]|2010)\.txt", Path(member.name).name)
            if named and (file := archive.extractfile(member)):
                (texts / f"{named[1]}-{named[2]}.txt").write_bytes(file.read())
    gathered = gather_texts(texts, "HALL", data_dir, tmp_path / "tables")
    assert gathered.documents - gathered.silent >= 60
    code_by_rule(gathered.files[2])
    study = write_study(
        root,
        tmp_path,
        tables={name: f"tables/{name}.csv" for name in ("documents", "passages")},
        sheets=["tables/sheet.csv"],
        corpora={"HALL": "statements in the Hall"},
        parameters={"corpus": "HALL", "annotator": "Ana", "first": 2006, "last": 2010},
        notebooks=dict.fromkeys(["04_placement", "06_quadrants", "11_rivals", "12_movement", "15_verdicts"]),
    )
    pages = book_of(study)
    found = [f"{name}, {said}" for name, text in pages.items() for said in strange(text)]
    assert not found, "\n".join(found)
    assert all("statements in the Hall" in pages[name] for name in ("index.html", "06_quadrants.html"))
