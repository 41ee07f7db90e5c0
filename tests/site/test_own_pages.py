from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from buzanlib.site.own_pages import fit
from buzanlib.study.parameters import declared
from buzanlib.study.results import Results, Value
from buzanlib.study.spec import Run

KNOWN = {"B1.p": 0.2, "own.n": 3, "word": "few"}


def fitted(root: Path, *cells: nbformat.NotebookNode, **given: object) -> list[str]:
    """What is left of the cells on a page of the chapter on wording: prose, and code by its source."""
    template = root / "notebooks" / "10_wording.ipynb"
    values = {name: one.default for name, one in declared(template).items()} | given
    results = Results("", {}, {}, {}, {key: Value(value, "page") for key, value in KNOWN.items()})
    page = new_notebook(cells=[new_markdown_cell("# Title"), *cells])  # type: ignore[no-untyped-call]
    fit(page, Run("10_wording", template, {}, values), results)  # type: ignore[arg-type]
    return [cell.source for cell in page.cells[1:]]


def prose(text: str, *tags: str) -> nbformat.NotebookNode:
    return new_markdown_cell(text, metadata={"tags": [*tags]})  # type: ignore[no-untyped-call, no-any-return]


def test_a_cell_about_the_default_of_a_parameter_goes_with_another_value(root: Path) -> None:
    cells = prose("Of one corpus.", "about-default-corpus"), prose("Of its codes.", "about-default-annotator")
    assert fitted(root, *cells) == ["Of one corpus.", "Of its codes."]
    assert fitted(root, *cells, corpus="OEWG") == ["Of its codes."]
    assert fitted(root, *cells, corpus="OEWG", annotator="Ana") == []
    assert fitted(root, prose("Shipped.", "about-what-ships"), prose("All.")) == ["All."]


def test_a_paragraph_with_a_number_of_what_is_not_there_is_left_out(root: Path) -> None:
    first, gone, last = (
        *("B1 has p {num}`B1.p:=p`.", "On later ones it is {num}`P1.verdict`\n({num}`B1.p:p`)."),
        "So {num}`word` remain.",
    )
    assert fitted(root, prose(f"{first}\n\n{gone}\n\n{last}")) == [f"{first}\n\n{last}"]
    assert fitted(root, prose("Only {num}`unknown`.")) == []


def test_a_number_that_is_undefined_stays_where_others_of_its_test_are_known(root: Path) -> None:
    assert fitted(root, prose("From {num}`B1.low90:+.2f`.")) == ["From {num}`B1.low90:+.2f`."]


def test_items_and_rows_go_singly_and_their_introduction_with_the_last(root: Path) -> None:
    items = (
        "Against it:\n\n- It is {num}`own.n`,\n  all told.\n- Coded by {num}`codes.who`,\n  or so.\n- End."
    )
    assert fitted(root, prose(items)) == ["Against it:\n\n- It is {num}`own.n`,\n  all told.\n- End."]
    assert fitted(root, prose("Against it:\n\n- {num}`codes.who`\n- {num}`codes.how`\n\nElse.")) == ["Else."]
    assert fitted(root, prose("| a |\n|---|\n| {num}`gone` |\n| {num}`own.n` |")) == [
        "| a |\n|---|\n| {num}`own.n` |"
    ]


def test_a_box_keeps_what_a_study_can_support_and_goes_with_its_last_item(root: Path) -> None:
    head, end = ":::{admonition} What was found\n:class: found\n", ":::"
    box = f"{head}- {{num}}`gone`\n- It is {{num}}`own.n`.\n- {{num}}`also.gone`\n{end}"
    assert fitted(root, prose(box)) == [f"{head}- It is {{num}}`own.n`.\n{end}"]
    assert fitted(root, prose(f"{head}- {{num}}`gone`\n{end}\n\nText.")) == ["Text."]


def test_a_heading_with_nothing_below_it_goes(root: Path) -> None:
    shown = new_code_cell("show()", outputs=[new_output("stream", text="x")])  # type: ignore[no-untyped-call]
    hidden = new_code_cell("record()", metadata={"tags": ["remove-cell"]}, outputs=shown.outputs)  # type: ignore[no-untyped-call]
    cells = prose("## Gone\n\n{num}`gone`"), prose("## Figure"), shown, prose("## Also gone"), hidden
    assert fitted(root, *cells) == ["## Figure", "show()", "record()"]
    nested = prose("## Above\n\n### Empty\n\n## Next\n\nText.")
    assert fitted(root, nested) == ["## Next\n\nText."]


@pytest.mark.parametrize("chapter", ["06_quadrants", "15_verdicts", "21_open_claims"])
def test_tags_name_parameters_of_their_notebook(root: Path, chapter: str) -> None:
    file = root / "notebooks" / f"{chapter}.ipynb"
    tags = {tag for cell in nbformat.read(file, 4).cells for tag in cell.metadata.get("tags", ())}  # type: ignore[no-untyped-call]
    named = {tag.removeprefix("about-default-") for tag in tags if tag.startswith("about-default-")}
    assert named
    assert named <= declared(file).keys()
