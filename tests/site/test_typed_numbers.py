"""Numbers that are typed are found, names are not, and the list of what may stand is read strictly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buzanlib.errors import StudyError
from buzanlib.site.build import build_book
from buzanlib.site.typed_numbers import LIST, Text, check_typed_numbers, typed


def words(content: str) -> list[str]:
    """What is found in a text, as it stands there."""
    return [content[one.start : one.end] for one in typed(Text("page", 0, 1, content))]


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("Of the claims two are supported.", ["two"]),
        ("There were eight roll calls and three of them were close.", ["eight", "three"]),
        ("Two of the three are undecided, none is large.", ["Two", "none"]),
        ("The three of them differ; the two largest do not.", ["three", "two"]),
        ("In three of the four quadrants", ["three"]),
        ("It is named by 14 states, by 3.5 % and by −0.25, and by .667", ["14", "3.5", "−0.25", ".667"]),
        ("In 2018 it was 2011–2024, and the 3rd", ["2018", "2011", "3rd"]),
        ("Half of the states, a third of the speeches, twice as many, a dozen", ["Half", "a third", "twice", "dozen"]),
        ("ten per cent, or twenty percent, or nineteen", ["ten", "per cent", "twenty", "percent", "nineteen"]),
        ("One of the claims holds, one in five fails; one prediction is supported.", ["One", "one", "five", "one"]),
        ("Only one reaches it, and all but one pass at least one test", ["Only one", "all but one", "at least one"]),
        ("WS comes first, SW is second and SS comes last.", ["comes first", "is second", "comes last"]),
        ("the second most frequent, and crime second.", ["second", "second"]),
        ("| B1 | two |\n|---|---|\n| x | 7 |", ["two", "7"]),
        ("# Four findings\n\n![Three bars](x.png)", ["Four", "Three"]),
        ("```{admonition} Two\n:class: note\nThree more\n```\n\n```python\nx = 4\n```\n\n4", ["Two", "Three", "4"]),
        ("**Proof-read** by six", ["six"]),
    ],
)  # fmt: skip
def test_what_counts_is_found(prose: str, found: list[str]) -> None:
    assert words(prose) == found


@pytest.mark.parametrize(
    "prose",
    [
        "Table 2, Tables 1 and 2, sections 1 to 3, codebook 2, session 73, amendment 5, Python 3.11",
        "Hare (2010) on 73/27, B1 to B3, R3 and P3B1, with a 90 % interval and 95% intervals, from 0 to 1",
        "The four quadrants, two axes, four cells, three threats, and all four; the three, these two, its six",
        "One may say that one quadrant differs from one year to the next, and another one of a kind",
        "The first proposal, the second registration, at first, in the first; each in turn: first the one",
        'The paper has "three of the four quadrants", and “two of them”.',
        "`three` and ``4 x`` and {num}`B1.contrast:.2f` and {cite:p}`hare2010` and {doc}`two <executed/02_table1>`",
        "$n = 5$ and $$3^2\n= 9$$ and [here](https://a.example/2) and <https://b.example/3>",
        "1. Write it down.\n2. Look.\n\n> 3. Quoted",
        "```python\nx = 3\n```\n\n::::{grid} 1 1 2 2\n:gutter: 2\n::::\n\n<!-- 7 -->",
        "**Theorem.** *One half is the bound.*\n\n*Proof.* Two of three. ∎\n\n- **Theorem.** Up to one third.",
    ],
)
def test_what_is_a_name_or_no_prose_is_not_found(prose: str) -> None:
    assert words(prose) == []


def test_a_theorem_ends_where_its_paragraph_ends() -> None:
    assert words("**Theorem.** Two.\n\nThree.\n\n- **Theorem.** Four.\n- Five.") == ["Three", "Five"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of one page and one notebook, in each of which numbers are typed."""
    code = (
        'show(drawn, name="fig-x", caption=f"{version}: seven {\'of eight \' * 2} states")\n'
        'table(x, "Shares", note="Exploratory."\n    " Nine of all.")\nraise ValueError("at most 3 of them")'
    )
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Title\n\nNow this. So two are\nsupported."},
        {"cell_type": "code", "id": "b", "metadata": {}, "source": code, "outputs": [], "execution_count": None},
    ]  # fmt: skip
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notebook.ipynb").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "page.md").write_text("# Page\n\nA page.\n\nOnly one of\nthree is.\n", encoding="utf-8")
    return tmp_path


def listing(root: Path, text: str) -> str:
    """A list with the phrases of the figures, and a text behind them."""
    whole = (root / "book" / LIST).read_text(encoding="utf-8")
    parts = whole.split("\n\n")
    return "\n\n".join([*(part for part in parts if part.startswith("figures.")), text])


def test_a_book_without_a_list_is_not_checked(book: Path) -> None:
    check_typed_numbers(book, book)


def test_everything_typed_is_named_at_once_with_its_place(root: Path, book: Path) -> None:
    (book / LIST).write_text(listing(root, "page: {a reason: [one of three]}"), encoding="utf-8")
    with pytest.raises(
        StudyError, match="5 typed numbers; record each and read it with the role 'num'"
    ) as raised:
        check_typed_numbers(book, book)
    assert str(raised.value).splitlines()[1:] == [
        "  notebook, cell 1, line 3: 'two' in 'So two are supported.'",
        "  notebook, cell 2, line 1: 'seven' in '·: seven · states'",
        "  notebook, cell 2, line 1: 'eight' in 'of eight'",
        "  notebook, cell 2, line 2: 'Nine' in 'Nine of all.'",
        "  page, line 5: 'Only one' in 'Only one of three is.'",
    ]
    many = "notebook: {why: [two are supported, seven, of eight, Nine of all]}\npage: {why: [Only one of three is]}"
    (book / LIST).write_text(listing(root, many), encoding="utf-8")
    check_typed_numbers(book, book)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("pege: {why: [x]}", "there is no page 'pege'; nearest allowed: 'page'"),
        ("page: [one]", "is no list of phrases under a reason"),
        ("page: {why: one}", "'one' is no list of phrases under a reason"),
        ("page: {why: [3]}", r"\[3\] is no list of phrases under a reason"),
        ("page: {why: [Only one of three, gone]}", "'gone' excuses nothing that others do not: remove it"),
        ("page: {why: [Only one of three, A page]}", "'A page' excuses nothing that others do not"),
        ("page: {why: [Only one of three]}\neverywhere: {why: [Nine of]}", "'Nine of' excuses nothing"),
    ],
)
def test_the_list_is_read_strictly(root: Path, book: Path, more: str, fault: str) -> None:
    base = "notebook: {why: [two are supported, seven, of eight, Nine of all]}\n"
    text = listing(root, base + more)
    (book / LIST).write_text(text, encoding="utf-8")
    line = len(text.splitlines())
    with pytest.raises(StudyError, match=rf"{LIST}, line {line}: .*{fault}"):
        check_typed_numbers(book, book)


def test_a_book_with_a_list_is_not_built_over_a_typed_number(root: Path, book: Path) -> None:
    (book / "_toc.yml").write_text("format: jb-book\nroot: page\n", encoding="utf-8")
    (book / LIST).write_text(listing(root, "page: {why: [Only one of three]}"), encoding="utf-8")
    study = f"title: x\ndata: {root / 'data'}\noutput: executed\nbook: .\nnotebooks: {{}}\n"
    (book / "study.yml").write_text(study, encoding="utf-8")
    with pytest.raises(StudyError, match="notebook, cell 1, line 3: 'two'"):
        build_book(book / "study.yml", progress=False)
    assert not (book / "executed").exists()


def test_the_book_that_ships_types_no_number(root: Path) -> None:
    check_typed_numbers(root / "notebooks", root / "book")
