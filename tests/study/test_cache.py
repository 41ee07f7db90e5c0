"""Pages that are kept: used again only where nothing has changed and nothing is damaged."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from buzanlib.study import dependencies, plan, user_key
from buzanlib.study.cache import DAMAGED, KEPT, Cache, Entry, Inputs
from buzanlib.study.data_staging import CHECKED, prepare
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.plan import status
from buzanlib.study.publish import Page
from buzanlib.study.study_file import load_study

INPUTS = Inputs(
    "template", {"count": 1}, {"buzanlib.errors": "1"}, {"Python": "3.13"}, "", {"tiles.csv": "1"}
)
PAGE = Page("{}\n", {"n": 0.1, "label": "ä"}, {"fig-line": "2"}, ("careful",), cells={"n": "last"})
ENTRY = Entry(INPUTS, PAGE, 1.5)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    """With one page in it."""
    with OwnedFolder.claimed(tmp_path) as output:
        cache = Cache(output)
        cache.save("one", ENTRY)
        yield cache


def note(cache: Cache) -> Path:
    (file,) = cache.folder.glob("one.*.json")
    return file


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def garbage(file: Path) -> None:
    file.write_bytes(bytes(range(256)))


def of_another_kind(file: Path) -> None:
    file.write_text('["a", "list"]', encoding="utf-8")


def one_digit(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "1" in text
    file.write_text(text.replace("1", "2", 1), encoding="utf-8")


def another_page(file: Path) -> None:
    file.write_text("[]\n", encoding="utf-8")


def missing(file: Path) -> None:
    file.unlink()


def test_a_page_is_found_as_it_was_saved(cache: Cache) -> None:
    found = cache.find("one", INPUTS)
    assert (found.entry, found.reason, found.seconds) == (ENTRY, "", 1.5)
    assert cache.find("one", replace(INPUTS, files={"tiles.csv": "1", "states.csv": "9"})).entry == ENTRY
    assert cache.find("two", INPUTS).reason == "it has not run yet"


@pytest.mark.parametrize("spoil", [truncated, empty, garbage, of_another_kind, one_digit])
def test_a_damaged_note_is_not_trusted(cache: Cache, spoil: Callable[[Path], None]) -> None:
    spoil(note(cache))
    found = cache.find("one", INPUTS)
    assert (found.entry, found.reason, found.seconds) == (None, DAMAGED, None)
    cache.save("one", ENTRY)
    assert cache.find("one", INPUTS).entry == ENTRY


def test_a_page_that_somebody_else_has_sealed_is_not_trusted(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashes and seals that were computed anew, by whoever knows how, but has another key."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(user_key, "_key", lambda: bytes(32))
        cache.save("one", replace(ENTRY, page=replace(PAGE, text='{"cells": []}\n')))
        cache.remember("checked.json", {"n": 1})
        assert cache.find("one", INPUTS).entry
    found = cache.find("one", INPUTS)
    assert (found.entry, found.reason, found.seconds) == (None, DAMAGED, None)
    assert cache.recall("checked.json") == {}


@pytest.mark.parametrize("spoil", [empty, garbage, another_page, missing])
def test_a_damaged_page_is_not_trusted(cache: Cache, spoil: Callable[[Path], None]) -> None:
    spoil(note(cache).with_suffix(".ipynb"))
    found = cache.find("one", INPUTS)
    assert (found.entry, found.reason, found.seconds) == (None, DAMAGED, 1.5)


def test_a_page_without_a_note_is_nothing_and_is_swept(cache: Cache) -> None:
    cache.save("two", ENTRY)
    missing(note(cache))
    assert cache.find("one", INPUTS).reason == "it has not run yet"
    cache.sweep()
    assert [file.name.split(".")[0] for file in cache.folder.iterdir()] == ["two", "two"]


@pytest.mark.parametrize("spoil", [truncated, garbage, one_digit])
def test_a_damaged_note_of_another_kind_says_nothing(cache: Cache, spoil: Callable[[Path], None]) -> None:
    cache.remember("checked.json", {"n": 1})
    assert cache.recall("checked.json") == {"n": 1}
    spoil(cache.folder / "checked.json")
    assert cache.recall("checked.json") == {}


def test_the_last_few_are_kept_whatever_the_clock_says(cache: Cache) -> None:
    versions = [replace(INPUTS, parameters={"count": number}) for number in range(1, KEPT + 3)]
    for version in versions:
        for file in cache.folder.iterdir():  # as after the clock was set back by a day
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime + 86_400))
        cache.save("one", replace(ENTRY, inputs=version))
        assert cache.find("one", version).entry == replace(ENTRY, inputs=version)
    assert len(list(cache.folder.glob("one.*.json"))) == KEPT
    assert len(list(cache.folder.glob("one.*.ipynb"))) == KEPT


@pytest.fixture
def kept(write_study, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # type: ignore[no-untyped-def]
    """A study over copies of data, templates and library, of which every page is kept as if it had run."""
    for source, name in (("data", "data"), ("tests/notebooks", "templates"), ("buzanlib", "buzanlib")):
        shutil.copytree(root / source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(dependencies, "ROOT", tmp_path / "buzanlib")
    path: Path = write_study("numbers reads", templates="templates", data="data")
    for step in status(path):
        read = {"tiles.csv": step.inputs.files["tiles.csv"]} if step.run.name == "reads" else {}
        with OwnedFolder.claimed(tmp_path / "executed") as output:
            Cache(output).save(step.run.name, Entry(replace(step.inputs, files=read), PAGE, 1.0))
    assert reasons(path) == {"numbers": "", "reads": ""}
    return path


def reasons(path: Path) -> dict[str, str]:
    return {step.run.name: step.reason for step in status(path)}


def add_line(file: Path, line: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + line, encoding="utf-8")


def test_a_module_counts_that_is_imported_by_another_and_no_other_does(kept: Path) -> None:
    add_line(kept.parent / "buzanlib" / "inference" / "models.py", "# changed\n")
    assert reasons(kept) == {"numbers": "", "reads": ""}
    # `buzanlib.study.results` imports this one, the notebooks do not.
    add_line(kept.parent / "buzanlib" / "figures" / "typeset.py", "# changed\n")
    assert set(reasons(kept).values()) == {"code has changed: buzanlib.figures.typeset"}


def test_what_is_touched_has_not_changed(kept: Path) -> None:
    for folder in ("data", "templates", "buzanlib"):
        for file in (kept.parent / folder).rglob("*"):
            os.utime(file, (0, 0))  # long before it was made
    assert reasons(kept) == {"numbers": "", "reads": ""}


def test_a_note_of_the_data_that_is_damaged_lets_them_be_checked_again(kept: Path) -> None:
    with OwnedFolder.claimed(kept.parent / "executed") as output:
        cache = Cache(output)
        folder = prepare(load_study(kept), cache, output)
        checked = cache.folder / CHECKED
        before = checked.read_bytes()
        content = json.loads(before)
        content["files"]["tiles.csv"] = "0" * 64
        checked.write_text(json.dumps(content), encoding="utf-8")
        assert prepare(load_study(kept), cache, output) == folder
        assert checked.read_bytes() == before


def test_the_work_of_looking_does_not_grow_with_the_pages_of_a_sweep(
    write_study: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_study(f"numbers: {{sweep: {{count: {list(range(1, 2001))}}}}}\ntotal:\n")
    with OwnedFolder.claimed(path.parent / "executed") as output:
        output.write(Cache(output).folder / f"numbers--count-7.{'0' * 16}.json", "{}")
    looked: list[str] = []

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def count(given: object, *others: object) -> object:
            looked.append(f"{name} {given.name if isinstance(given, Path) else given}")
            return function(given, *others)

        return count

    for name in ("modules_of", "sha256"):
        monkeypatch.setattr(plan, name, counted(name, getattr(plan, name)))
    monkeypatch.setattr(Path, "glob", counted("glob", Path.glob))
    steps = status(path)
    assert len(steps) == 2001
    assert {step.run.name: step.reason for step in steps if step.reason != "it has not run yet"} == {
        "numbers--count-7": DAMAGED,
        "total": "it reads the numbers of numbers--count-1, numbers--count-2, numbers--count-3 and 1997 more",
    }
    once = [
        f"{name} {template}.ipynb" for name in ("modules_of", "sha256") for template in ("numbers", "total")
    ]
    assert [looked.count(look) for look in ["glob .cache", *once]] == [1] * 5


def test_a_page_that_another_has_taken_away_is_not_found(cache: Cache) -> None:
    assert cache.find("one", INPUTS).entry == ENTRY
    note(cache).unlink()
    assert cache.find("one", INPUTS).reason == "it has not run yet"
