"""The page of the token game as it is written: one file, all words in each language, the library's numbers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from buzanlib.errors import StudyError
from buzanlib.policy.token_game import ROUNDS, bounds
from buzanlib.site.token_page import TEMPLATE, game_data, game_pages
from buzanlib.theory.vocabulary import Quadrant


@pytest.fixture
def book(tmp_path: Path, root: Path) -> Path:
    """A book with the game alone."""
    (tmp_path / "seminar").mkdir()
    for file in (root / "book" / "seminar").glob("game.*"):
        shutil.copy(file, tmp_path / "seminar")
    return tmp_path


def test_the_page_is_one_file_in_every_language(book: Path) -> None:
    pages = game_pages(book)
    assert {*pages} == {"game.html", "game.de.html"}
    for text in pages.values():
        assert "{{" not in text
        assert len(text) < 40_000
        loaded = re.findall(r'(?:src|href)="([^"]*)"', text)
        assert loaded == ["data:,"]
        assert not re.search(r"https?:|innerHTML|fetch\(|verdict", text)


def test_words_of_kinds_of_state_are_those_of_the_book(book: Path) -> None:
    page = game_pages(book)["game.html"]
    words = json.loads(re.search(r'id="game-data">(.*?)</script>', page)[1])["words"]  # type: ignore[index]
    assert {name: words[name].lower() for name in Quadrant} == {one: one.label for one in Quadrant}


def test_every_word_that_the_script_asks_for_is_there(root: Path) -> None:
    folder = root / "book" / "seminar"
    script = (folder / "game.js").read_text(encoding="utf-8")
    template = (folder / "game.html").read_text(encoding="utf-8")
    words = {
        line.partition(":")[0]
        for line in (folder / "game.en.yml").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    }
    asked = {*re.findall(r'"([a-z]+\.\w+)"', script), *re.findall(r"\{\{([\w.]+)\}\}", template)}
    asked |= {f"reveal.{name}" for name in ("level", "whole", "best", "unite", "red", "redder")}
    asked |= {"fault.json", "fault.format", "fault.split", *Quadrant}
    assert words == asked - {"language", "policy", "css", "data", "script"}


def test_bounds_are_those_of_the_library() -> None:
    data = game_data()
    for told, matrix in zip(data["rounds"], ROUNDS, strict=True):
        found = bounds(matrix.weights())
        assert (told["whole"], told["unite"]) == (found.whole, found.unite)
        assert told["level"] == pytest.approx(found.level, abs=0.05)
        assert told["best"] == found.best.tolist()
    assert data["rounds"][1]["red"] == [30.0, 12.0]
    assert data["splits"] == 5151


def test_a_book_without_the_game_has_no_page(tmp_path: Path) -> None:
    assert game_pages(tmp_path) == {}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("title: Eine Resolution, vier Delegationen\n", ""), "'title' is missing"),
        (lambda text: f"{text}\nextra: 3\n", "line .*must be a text"),
    ],
    ids=["missing", "no text"],
)
def test_words_that_do_not_fit_are_refused(book: Path, spoil: Callable[[str], str], said: str) -> None:
    file = book / "seminar" / "game.de.yml"
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(StudyError, match=rf"game.de.yml.*{said}"):
        game_pages(book)


def test_a_word_cannot_become_markup(book: Path) -> None:
    file = book / "seminar" / "game.en.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("title: One", "title: </script><img>One"), encoding="utf-8")
    assert "<img>" not in game_pages(book)["game.html"]


def test_a_script_that_would_end_early_is_refused(book: Path) -> None:
    script = (book / TEMPLATE).with_suffix(".js")
    script.write_text(script.read_text(encoding="utf-8") + "let ended = '</script>'", encoding="utf-8")
    with pytest.raises(StudyError, match="</script"):
        game_pages(book)


def test_a_build_writes_the_page(folder: Path, root: Path, build: Callable[..., tuple[str, str]]) -> None:
    shutil.copytree(root / "book" / "seminar", folder / "seminar", ignore=lambda *_: {"slides.md"})
    _, warnings = build(folder, "Text.", exclude_patterns=["seminar"])
    assert not warnings
    assert (folder / "out" / TEMPLATE).is_file()
