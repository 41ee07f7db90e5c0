from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_markdown_cell

from buzanlib.errors import StudyError
from buzanlib.site.build import _conf, build_book
from buzanlib.site.layout import Layout, _files, _fitted, lay_out
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.results import Results
from buzanlib.study.runner import run_loaded
from buzanlib.study.study_file import load_study

pytestmark = pytest.mark.usefixtures("server")


def study_of(folder: Path, root: Path, notebooks: str, **keys: str) -> Path:
    lines = {
        "title": "Mine",
        "templates": str(root / "notebooks"),
        "data": str(root / "data"),
        "output": "out",
        "book": str(root / "book"),
    } | keys
    path = folder / "study.yml"
    head = "".join(f"{key}: {value}\n" for key, value in lines.items())
    path.write_text(f"{head}notebooks:\n{notebooks}", encoding="utf-8")
    return path


def pages(toc: Path) -> dict[str, list[str]]:
    parts = yaml.safe_load(toc.read_text(encoding="utf-8"))["parts"]
    return {part["caption"]: [chapter["file"] for chapter in part["chapters"]] for part in parts}


def laid_out(path: Path) -> Layout:
    study = load_study(path)
    with OwnedFolder.claimed(study.output) as output:
        return lay_out(study, run_loaded(study, output, progress=False), output)


def test_the_book_of_a_study_has_its_pages_and_no_others(tmp_path: Path, root: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    for ours, name in (("numbers", "02_table1"), ("reads", "03_table2")):  # which run sooner
        shutil.copy(root / "tests" / "notebooks" / f"{ours}.ipynb", templates / f"{name}.ipynb")
    shutil.copy(root / "notebooks" / "04_placement.ipynb", templates)
    path = study_of(tmp_path, root, "  02_table1:\n  03_table2:\n", templates=str(templates))
    layout = laid_out(path)
    assert pages(layout.toc)["The argument"] == ["executed/02_table1", "executed/03_table2"]
    assert "The evidence" not in pages(layout.toc)
    assert pages(layout.toc)["Look it up"] == ["_generated/evidence"]
    assert "glossary" in pages(layout.toc)["Reference"]
    config = yaml.safe_load(layout.config.read_text(encoding="utf-8"))
    assert config["title"] == "Mine"
    assert config["sphinx"]["config"]["buzan_absent"]["executed/04_placement"] == "Placing the states"

    study_of(tmp_path, root, "  02_table1:\n", templates=str(templates))
    layout = laid_out(path)
    assert pages(layout.toc)["The argument"] == ["executed/02_table1"]
    executed = layout.book / "executed"
    assert sorted(file.name for file in executed.iterdir()) == ["02_table1.ipynb", "results.json"]


def test_a_generated_page_that_a_study_cannot_fill_is_left_out(tmp_path: Path, root: Path) -> None:
    path = study_of(tmp_path, root, "  reads:\n", templates=str(root / "tests" / "notebooks"))
    toc = yaml.safe_load((root / "book" / "_toc.yml").read_text(encoding="utf-8"))
    made = ["data.md", "claims.md"]
    fitted = _fitted(toc, load_study(path), made, None)
    assert {name for name in _files(fitted) if name.startswith("_generated/")} == {
        "_generated/data",
        "_generated/claims",
    }
    assert "Look it up" not in {part["caption"] for part in fitted["parts"]}


def test_a_notebook_that_the_book_does_not_know_has_its_place(tmp_path: Path, root: Path) -> None:
    path = study_of(
        tmp_path, root, "  reads: {sweep: {times: [1, 2]}}\n", templates=str(root / "tests" / "notebooks")
    )
    layout = laid_out(path)
    assert pages(layout.toc)["Added"] == ["executed/reads--times-1", "executed/reads--times-2"]
    parts = yaml.safe_load(layout.toc.read_text(encoding="utf-8"))["parts"]
    assert [part["caption"] for part in parts if part.get("numbered") == 1] == [
        "Doubts and verdicts",
        "Added",
    ]
    assert set(json.loads((layout.book / "_generated" / "facts.json").read_text("utf-8"))["pages"]) == {
        "reads--times-1",
        "reads--times-2",
    }


def test_a_page_of_ones_own_says_how_it_was_made_and_leaves_out_what_is_said_of_other_data(
    tmp_path: Path, root: Path
) -> None:
    path = study_of(tmp_path, root, "  numbers: {count: 5}\n", templates=str(tmp_path / "templates"))
    template = nbformat.read(root / "tests" / "notebooks" / "numbers.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    template.cells.append(new_markdown_cell("Five is much.", metadata={"tags": ["about-what-ships"]}))  # type: ignore[no-untyped-call]
    (tmp_path / "templates").mkdir()
    nbformat.write(template, tmp_path / "templates" / "numbers.ipynb")  # type: ignore[no-untyped-call]
    layout = laid_out(path)
    page = nbformat.read(layout.book / "executed" / "numbers.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    texts = [cell.source for cell in page.cells if cell.cell_type == "markdown"]
    assert texts[0].startswith("# ")
    assert "Here count is 5." in texts[1]
    assert "Five is much." not in texts
    assert "Five is much." in (tmp_path / "out" / "numbers.ipynb").read_text(encoding="utf-8")


def test_a_study_without_a_book_is_told(tmp_path: Path, root: Path) -> None:
    path = study_of(tmp_path, root, "  02_table1:\n", book="nowhere")
    nothing = Results("", {}, {}, {}, {})
    with (
        OwnedFolder.claimed(tmp_path / "out") as output,
        pytest.raises(StudyError, match=r"study\.yml: a book needs _toc\.yml in 'nowhere'"),
    ):
        lay_out(load_study(path), nothing, output)


@pytest.fixture
def own_book(tmp_path: Path, root: Path) -> Path:
    """A copy of the chapters, and a file beside them that is nobody's business."""
    (tmp_path / "secret.txt").write_text("secret")
    shutil.copytree(
        root / "book", tmp_path / "own" / "book", ignore=shutil.ignore_patterns("executed", "api")
    )
    shutil.copy(root / "_config.yml", tmp_path / "own")
    return tmp_path / "own" / "book"


@pytest.mark.parametrize("place", ["_assets/secret.svg", "glossary.md", "more.bib", "_assets/folder"])
def test_a_book_with_a_link_that_leads_out_of_it_is_not_laid_out(
    tmp_path: Path, root: Path, own_book: Path, place: str
) -> None:
    path = study_of(tmp_path, root, "  02_table1:\n", book="own/book")
    laid_out(path)
    (own_book / place).unlink(missing_ok=True)
    (own_book / place).symlink_to(tmp_path if place.endswith("folder") else tmp_path / "secret.txt")
    with pytest.raises(StudyError, match=f"{place} is a link to what lies outside of the book"):
        laid_out(path)
    assert not [file for file in (tmp_path / "out").rglob("*") if file.is_file() and "secret" in file.name]


@pytest.mark.parametrize("setting", ["html_static_path", "html_extra_path", "templates_path"])
def test_settings_take_no_folder_from_outside_of_the_book(
    tmp_path: Path, root: Path, own_book: Path, setting: str
) -> None:
    path = study_of(tmp_path, root, "  02_table1:\n", book="own/book")
    file = own_book.parent / "_config.yml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    config["sphinx"]["config"][setting] = ["../../.."]
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    layout = laid_out(path)
    with pytest.raises(
        StudyError, match=rf"_config\.yml: {setting}: '\.\./\.\./\.\.' lies outside of the book"
    ):
        _conf(layout, tmp_path)


def test_a_book_cannot_ask_for_its_notebooks_to_be_executed(
    tmp_path: Path, root: Path, own_book: Path
) -> None:
    path = study_of(tmp_path, root, "  02_table1:\n", book="own/book")
    file = own_book.parent / "_config.yml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    config["execute"] = {"execute_notebooks": "force"}
    config["sphinx"]["extra_extensions"] = []
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    settings: dict[str, object] = {}
    exec(_conf(laid_out(path), tmp_path), settings)
    assert settings["nb_execution_mode"] == "off"
    assert "buzanlib.site" in settings["extensions"]


@pytest.mark.slow
def test_the_book_of_a_study_is_built_once(
    tmp_path: Path, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(root / "tests" / "notebooks" / "reads.ipynb", tmp_path)
    path = study_of(tmp_path, root, "  03_table2:\n  reads: {sweep: {times: [1, 2]}}\n")
    front = build_book(path, progress=False)
    assert front == tmp_path / "out" / "_build" / "html" / "index.html"
    swept = (front.parent / "executed" / "reads--times-2.html").read_text(encoding="utf-8")
    assert "Reads a table (times: 2)" in swept
    table2 = (front.parent / "executed" / "03_table2.html").read_text(encoding="utf-8")
    assert "<em>The test of the quadrant predictions</em>" in table2  # a chapter that is left out
    made = front.stat().st_mtime_ns
    build_book(path)
    assert "the book has not changed" in capfd.readouterr().err
    assert front.stat().st_mtime_ns == made

    study_of(tmp_path, root, "  03_table2:\n  reads:\n")
    build_book(path, progress=False)
    assert (front.parent / "executed" / "reads.html").is_file()
    assert not (front.parent / "executed" / "reads--times-2.html").exists()
