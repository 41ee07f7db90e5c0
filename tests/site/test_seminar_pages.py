"""Pages for a class lead to no result, cards say what the matrices say, and the codebook on paper is the codebook."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from buzanlib.figures.labels import LABELS
from buzanlib.policy.token_game import REQUIRED, ROUNDS, TOKENS
from buzanlib.site.seminar_pages import is_for_class, role_cards
from buzanlib.study.results import Results, Value
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Measure, Quadrant, ReferentObject, ThreatAgent

MADE_APART = {"seminar/lab.html", "seminar/lab.de.html", "seminar/game.html", "seminar/game.de.html"}
"""Pages that Sphinx does not make, each whole in itself; their own tests look at them."""


@pytest.fixture(scope="module")
def small(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The pages for the class beside a page with a result, in the theme of the book; and what Sphinx warned of."""
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(root / "book" / "seminar", folder / "seminar")
    pages = "\n".join(
        f"seminar/{file.stem}" for file in sorted((folder / "seminar").glob("*.md")) if file.stem != "slides"
    )
    (folder / "index.md").write_text(
        f"# Results\n\n```{{toctree}}\n_generated/hypotheses\n{pages}\n```\n\nB1 is {{num}}`B1.verdict`.\n",
        encoding="utf-8",
    )
    (folder / "_generated").mkdir()
    (folder / "_generated" / "hypotheses.md").write_text("# The hypotheses\n", encoding="utf-8")
    Results("hash", {}, {}, {}, {"B1.verdict": Value("undecided", "06")}).write(folder / "results.json")
    settings = {
        "extensions": ["myst_parser", "sphinx_book_theme", "buzanlib.site"],
        "exclude_patterns": ["seminar/instructor/*", "seminar/slides.md"],
        "html_theme": "sphinx_book_theme",
        "html_theme_options": {"repository_url": "https://github.com/a/b"},
        "myst_enable_extensions": ["attrs_block", "colon_fence"],
        "buzan_results": "results.json",
        "source_suffix": {".md": "markdown"},
        "html_math_renderer": "mathml",
        "html_context": {"default_mode": "auto"},
    }
    warned = folder / "warned.txt"
    with docutils_namespace(), patch_docutils(str(folder)), warned.open("w", encoding="utf-8") as stream:
        Sphinx(
            srcdir=folder,
            confdir=None,
            outdir=folder / "out",
            doctreedir=folder / "doctrees",
            buildername="html",
            confoverrides=settings,
            status=None,
            warning=stream,
        ).build()
    return folder / "out", warned.read_text(encoding="utf-8")


def addresses(html: Path, page: str) -> set[str]:
    """Where the links, forms and the head of a page lead, but for style sheets and what it loads."""
    soup = BeautifulSoup((html / page).read_text(encoding="utf-8"), "html.parser")
    links = [*soup.select("a[href]"), *soup.select("link[href]:not([rel=stylesheet]):not([rel=icon])")]
    found = {str(link["href"]) for link in links} | {str(form["action"]) for form in soup.select("form")}
    return {one if ":" in one else normpath(join(dirname(page), one.partition("#")[0] or page.rpartition("/")[2]))
            for one in found}  # fmt: skip


def walked(html: Path) -> set[str]:
    """All that can be reached from the page of the seminar."""
    reached, ahead = set[str](), ["seminar/index.html"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        if page.endswith(".html") and page not in MADE_APART:
            ahead += addresses(html, page) - reached
    return reached


def test_from_a_page_for_the_class_no_way_leads_to_another(small: tuple[Path, str]) -> None:
    html, warned = small
    assert warned == ""
    reached = walked(html)
    made = {file.relative_to(html).as_posix() for file in (html / "seminar").glob("*.html")}
    cards = {"seminar/cards.html"}  # which the teacher deals
    assert reached & (made | MADE_APART) == (made | MADE_APART) - cards
    others = reached - made - MADE_APART
    assert all(one.startswith("_downloads/") and one.endswith("rubric.csv") for one in others), others


def test_nothing_on_such_a_page_searches_or_names_a_result(small: tuple[Path, str]) -> None:
    html, _ = small
    assert "undecided" in (html / "index.html").read_text(encoding="utf-8")
    for page in (html / "seminar").glob("*.html"):
        if page.relative_to(html).as_posix() in MADE_APART:
            continue
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        assert not soup.select(
            "form, input, .bd-sidebar, .prev-next-footer, #buzan-cards, .recorded, .hypothesis"
        )
        assert len(soup.select("article h1")) == 1
        assert len(soup.select("main")) == 1


def test_other_pages_are_as_they_were(small: tuple[Path, str]) -> None:
    html, _ = small
    soup = BeautifulSoup((html / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert soup.select(".bd-sidebar")
    assert soup.select("details.cite")
    assert is_for_class("seminar/codebook")
    assert not any(map(is_for_class, ("teach", "teach/plans", "seminar/instructor/placing")))


@pytest.mark.parametrize(("turn", "matrix"), enumerate(ROUNDS, start=1))
def test_a_card_says_what_a_token_counts(turn: int, matrix: object) -> None:
    assert matrix in (TABLE2, TABLE2_GRADED)
    weights = ROUNDS[turn - 1].weights()
    cards = BeautifulSoup(role_cards(ROUNDS[turn - 1], turn), "html.parser").select(".role-card")
    assert [card.strong.get_text() for card in cards if card.strong] == [
        f"{quadrant.label.capitalize()}." for quadrant in (Quadrant.SW, Quadrant.SS, Quadrant.WW, Quadrant.WS)
    ]
    words = {1.0: "1 point", 0.5: "½ point", 0.0: "nothing"}
    for card, quadrant in zip(cards, (Quadrant.SW, Quadrant.SS, Quadrant.WW, Quadrant.WS), strict=True):
        told = [cell.get_text() for cell in card.select("tbody td")]
        assert told == [words[weight] for weight in weights.loc[quadrant]]
        assert f"{TOKENS} tokens" in card.get_text()
        assert f"{REQUIRED} points or more" in card.get_text()
        assert "WW" not in card.get_text()


def test_the_codebook_on_paper_has_the_rules_and_words_of_the_codebook(root: Path) -> None:
    rules = re.compile(r"^(\d+)\. ", re.MULTILINE)
    paper = (root / "book" / "seminar" / "codebook.md").read_text(encoding="utf-8")
    assert rules.findall(paper) == rules.findall((root / "data" / "codebook.md").read_text(encoding="utf-8"))
    for kind, values in (("referent", ReferentObject), ("agent", ThreatAgent), ("measure", Measure)):
        for value in values:
            word = LABELS[f"{kind}.{value}"]
            assert f" {word}" in paper, word
    emergency = re.search(r"^17\. .*emergency.*$", paper, re.MULTILINE)
    assert emergency, "the notes for the teacher name rule 17 for this"


def test_a_sheet_has_twelve_rows(root: Path) -> None:
    sheet = (root / "book" / "seminar" / "sheet.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \| P I C M T O", sheet, re.MULTILINE)) == 12


def test_the_rubric_adds_up_and_marks_no_agreement(root: Path) -> None:
    import pandas as pd

    rubric = pd.read_csv(root / "book" / "seminar" / "rubric.csv")
    assert list(rubric) == ["part", "points", "full", "half", "none"]
    assert rubric["points"].sum() == 20
    assert rubric.notna().all(axis=None)
