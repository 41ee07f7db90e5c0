"""A notebook and its parameters cell, corrupted: read as it was, or refused with its name and line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from corruptions import SCRIPT, rng, tree

from buzanlib.cli import main
from buzanlib.errors import StudyError
from buzanlib.study.parameters import declared

pytestmark = pytest.mark.soak

CELL = 'data: str = "data"  # the folder\ncount: int = 3  # how many [at least 1]\nshare: float = 0.5  # of one\n'

Change = Callable[[str], str]


def line(text: str, number: int = 2) -> Change:
    """Another line in the place of one."""

    def change(cell: str) -> str:
        lines = cell.splitlines()
        lines[number - 1] = text
        return "\n".join(lines)

    return change


SAME: dict[str, Change] = {
    "windows_line_ends": lambda cell: cell.replace("\n", "\r\n"),
    "lines_between": lambda cell: cell.replace("\n", "\n\n"),
    "brackets": line("count: int = (3)  # how many [at least 1]"),
    "underscore": line("count: int = 0_3  # how many [at least 1]".replace("0_3", "0x3")),
    "spaces": line("count : int=3 # how many   [at least 1]"),
    "comment_above": line("# how many [at least 1]\ncount: int = 3"),
}

FORM = "is not of the form 'name: kind = value'"

FAULTS: dict[str, tuple[Change, str]] = {
    "no_kind": (line("count = 3  # how many"), f"line 2: 'count = 3' {FORM}"),
    "no_value": (line("count: int  # how many"), f"line 2: 'count: int' {FORM}"),
    "no_comment": (line("count: int = 3"), "line 2: 'count' needs a comment"),
    "other_kind": (line("count: list = [3]  # how many"), f"line 2: .* {FORM}"),
    "other_value": (line("count: int = 'three'  # how many"), f"line 2: .* {FORM}"),
    "infinite": (line("count: float = 1e999  # how many"), f"line 2: .* {FORM}"),
    "endless": (
        line(f"count: int = {'9' * 5000}  # how many"),
        "parameters cell, (line 2: )?.*(Exceeds|not of)",
    ),
    "call": (
        line("count: int = __import__('os').system('touch pwned')  # how many"),
        f"line 2: .*__import__.* {FORM}",
    ),
    "import": (line("import os  # how many"), f"line 2: 'import os' {FORM}"),
    "many": (line("count, share = 3, 4  # how many"), f"line 2: .* {FORM}"),
    "attribute": (line("count.x: int = 3  # how many"), f"line 2: .* {FORM}"),
    "unhashable": (line("count: int = {[]: 1}  # how many"), f"line 2: .* {FORM}"),
    "bytes": (line("count: str = b'x'  # how many"), f"line 2: .* {FORM}"),
    "huge": (line(f"count: list = '{'x' * 1_000_000}'  # how many"), f"line 2: .*{FORM}"),
    "twice": (line("share: float = 0.5  # of one"), "line 3: 'share' is declared twice"),
    "outside": (
        line("count: int = 0  # how many [at least 1]"),
        "line 2: the default 0 of 'count'; allowed: at least 1",
    ),
    "word_in_bounds": (
        line("count: str = 'c'  # how many [at least 1]"),
        "line 2: 'count' is of the kind str; only a number",
    ),
    "not_an_option": (
        line("count: str = 'c'  # how many [a, b]"),
        "line 2: the default 'c' of 'count'; allowed",
    ),
    "script_for_a_name": (line(f"{SCRIPT}: int = 3  # how many"), "parameters cell, line 2: invalid syntax"),
    "indent": (line("  count: int = 3  # how many"), "parameters cell, line 2: unexpected indent"),
    "lone_quote": (line("count: str = 'x  # how many"), "parameters cell, line 2: unterminated string"),
    "zero_byte": (line("count: str = 'a\0b'  # how many"), "parameters cell, .*null"),
    "magic": (line("%run ../../x.py"), "parameters cell, line 2: invalid syntax"),
    "deep": (
        line(f"count: int = {'(' * 500}3{')' * 500}  # how many"),
        "parameters cell, .*(too many|nested)",
    ),
    "signs": (
        line(f"count: int = {'-' * 50_000}3  # how many"),
        "parameters cell, .*(recursion|nested|memory|too complex|cannot be read)|not of the",
    ),
}

#: Of the whole file.
BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no_cells": lambda book: {name: value for name, value in book.items() if name != "cells"},
    "cells_are_words": lambda book: book | {"cells": ["x"]},
    "cells_are_none": lambda book: book | {"cells": None},
    "no_metadata": lambda book: book | {"cells": [{"cell_type": "code", "source": CELL}]},
    "tags_are_a_number": lambda book: book | {"cells": [book["cells"][0] | {"metadata": {"tags": 5}}]},
    "source_is_a_number": lambda book: book | {"cells": [book["cells"][0] | {"source": 5}]},
    "source_is_an_object": lambda book: book | {"cells": [book["cells"][0] | {"source": {}}]},
    "two_cells": lambda book: book | {"cells": [*book["cells"], book["cells"][0] | {"id": "b"}]},
    "other_version": lambda book: book | {"nbformat": 99},
    "version_is_a_word": lambda book: book | {"nbformat": "four"},
    "a_list": lambda book: [book],
    "a_number": lambda book: 5,
    "nothing": lambda book: None,
}

BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut_off": lambda content: content[:-20],
    "wide_characters": lambda content: content.decode().encode("utf-16"),
    "western_letter": lambda content: content.replace(b"folder", b"folder\xe9"),
    "deep": lambda content: b"[" * 100_000,
}


def book(cell: str) -> dict[str, Any]:
    code = {
        "cell_type": "code", "execution_count": None, "id": "a", "outputs": [], "source": cell,
        "metadata": {"tags": ["parameters"]},
    }  # fmt: skip
    return {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "templates" / "one.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(book(CELL)), encoding="utf-8")
    return path


@pytest.fixture
def study(notebook: Path, small: Path, tmp_path: Path) -> Path:
    path = tmp_path / "study.yml"
    path.write_text(f"title: A\ntemplates: templates\ndata: {small}\noutput: out\nnotebooks: {{one: }}\n")
    return path


@pytest.mark.parametrize("name", SAME)
def test_what_declares_the_same(name: str, notebook: Path) -> None:
    wanted = declared(notebook)
    assert SAME[name](CELL) != CELL
    notebook.write_text(json.dumps(book(SAME[name](CELL))), encoding="utf-8")
    assert declared(notebook) == wanted


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_parameter_is_refused(
    name: str, notebook: Path, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrupt, message = FAULTS[name]
    notebook.write_text(json.dumps(book(corrupt(CELL))), encoding="utf-8")
    refused(
        study, tmp_path, capsys, rf"one\.ipynb, parameters cell.*{message.removeprefix('parameters cell')}"
    )


@pytest.mark.parametrize("name", [*BROKEN, *BYTES])
def test_what_is_no_notebook_is_refused(
    name: str, notebook: Path, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name in BROKEN:
        notebook.write_text(json.dumps(BROKEN[name](book(CELL))), encoding="utf-8")
    if name in BYTES:
        notebook.write_bytes(BYTES[name](notebook.read_bytes()))
    refused(study, tmp_path, capsys, r"one\.ipynb(: | cannot be read as a notebook: |, parameters cell)")


def refused(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], message: str) -> None:
    before = tree(tmp_path)
    assert main(["status", str(study)]) == 2
    out, err = capsys.readouterr()
    assert (out, tree(tmp_path)) == ("", before)
    assert re.search(message, err, re.DOTALL), err
    assert len(err) < 3000


@pytest.mark.parametrize("turn", range(20))
def test_a_cell_of_which_letters_have_changed(turn: int, notebook: Path) -> None:
    draw = rng(f"cell {turn}")
    letters = list(CELL)
    for _ in range(draw.randint(1, 4)):
        letters[draw.randrange(len(letters))] = draw.choice("\0\t\n '\"#()*,-.:;<=>[]\\{}0aé\x1b")
    notebook.write_text(json.dumps(book("".join(letters))), encoding="utf-8")
    try:
        found, why = declared(notebook), ""
    except StudyError as error:
        found, why = None, str(error)
    if found is None:
        assert why.startswith("one.ipynb, parameters cell")
    else:
        assert all(parameter.accepts(parameter.default) for parameter in found.values())


@pytest.mark.parametrize(
    "file", ["a b.ipynb", "a`b.ipynb", f"{SCRIPT.replace('/', '')}.ipynb", "-x.ipynb", "a\nb.ipynb"]
)
def test_a_name_that_cannot_be_a_page(
    file: str, notebook: Path, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.rename(notebook.with_name(file))
    text = study.read_text(encoding="utf-8").replace("one: ", f"{json.dumps(file.removesuffix('.ipynb'))}: ")
    study.write_text(text, encoding="utf-8")
    refused(study, tmp_path, capsys, r"study\.yml, line 5: notebooks: .*the name of a notebook has letters")
