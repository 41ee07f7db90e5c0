"""The process in which Sphinx builds a book: strict, listed, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from buzanlib.errors import RunError, StudyError
from buzanlib.site.build import _sphinx_build
from buzanlib.site.layout import Layout
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.progress import timed
from buzanlib.study.results import Results

CONFIG = {
    "title": "Small",
    "bibtex_bibfiles": ["few.bib"],
    "html": {"favicon": "_assets/small.svg"},
    "execute": {"execute_notebooks": "off"},
    "sphinx": {
        "extra_extensions": ["buzanlib.site"],
        "config": {
            "html_static_path": ["_assets"],
            "html_css_files": ["small.css"],
            "html_math_renderer": "mathml",
            "buzan_results": "results.json",
            "nb_ipywidgets_js": {},
        },
    },
}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A book of some pages, with a style sheet, a picture and a bibliography."""
    book = tmp_path / "book"
    (book / "_assets").mkdir(parents=True)
    (book / "_generated").mkdir()
    (book / "_assets" / "small.css").write_text("p { color: red }\n")
    (book / "_assets" / "small.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>\n")
    (book / "few.bib").write_text(
        "@book{buzan1991, author={Buzan, B.}, title={People}, publisher={Wheatsheaf}, year={1991}}\n"
    )
    (book / "index.md").write_text("# Small\n\nAs {cite:t}`buzan1991` has it, {doc}`other`.\n")
    (book / "other.md").write_text("# Other\n\n```{bibliography}\n```\n")
    Results("hash", {}, {}, {}, {}).write(book / "results.json")
    names = ["other", *(f"page-{number}" for number in range(6))]  # Sphinx reads fewer by one process
    for name in names[1:]:
        (book / f"{name}.md").write_text(f"# {name}\n")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in names]}
    (book / "_generated" / "_toc.yml").write_text(yaml.safe_dump(toc))
    (book / "_generated" / "_config.yml").write_text(yaml.safe_dump(CONFIG))
    return Layout(book, book / "_generated" / "_toc.yml", book / "_generated" / "_config.yml")


def built(layout: Layout) -> Path:
    folder = layout.book.parent / "elsewhere" / "_build"
    with OwnedFolder.claimed(folder) as build:
        _sphinx_build(layout, build, 2)
    return folder


def test_every_file_of_a_build_is_listed(layout: Layout, capfd: pytest.CaptureFixture[str]) -> None:
    folder = built(layout)
    page = (folder / "html" / "index.html").read_text(encoding="utf-8")
    assert "Buzan" in page
    assert 'href="other.html"' in page
    for name in ("small.css", "small.svg"):
        assert name in page
        assert (folder / "html" / "_static" / name).is_file()
    assert OwnedFolder(folder).stranger(folder / "html") is None
    assert OwnedFolder(folder).stranger(folder / ".doctrees") is None
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("{doc}`nowhere`", "other.md:3: WARNING: unknown document: 'nowhere'"),
        ("{num}`nothing`", "other.md:3: WARNING: {num}`nothing`: unknown result 'nothing'"),
        ("$\\unknown$", "other.md:3: WARNING: unknown command"),
    ],
)
def test_a_warning_stops_the_build_and_is_shown(layout: Layout, text: str, warning: str) -> None:
    (layout.book / "other.md").write_text(f"# Other\n\n{text}\n\n```{{bibliography}}\n```\n")
    with pytest.raises(RunError, match="Sphinx is strict") as raised:
        built(layout)
    assert warning in str(raised.value)


def test_settings_that_jupyter_book_does_not_know_are_refused(layout: Layout) -> None:
    layout.config.write_text(yaml.safe_dump(CONFIG | {"title": 3}))
    with pytest.raises(StudyError, match=r"_config\.yml: .*3 is not of type 'string'"):
        built(layout)


def test_it_imports_nothing_that_lies_in_the_working_directory(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    for name in ("json", "random", "sitecustomize", "buzanlib", "jupyter_book", "pandas", "sphinx"):
        (tmp_path / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write(__name__)\n")
    monkeypatch.chdir(tmp_path)
    # Each empty part of the variable means the working directory.
    monkeypatch.setenv("PYTHONPATH", os.pathsep + os.environ.get("PYTHONPATH", ""))
    built(layout)
    assert not mark.exists()


def with_extension(layout: Layout, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the book have an extension of its own."""
    (layout.book.parent / "extension_here.py").write_text(code)
    own = {**CONFIG["sphinx"], "extra_extensions": ["buzanlib.site", "extension_here"]}  # type: ignore[dict-item]
    layout.config.write_text(yaml.safe_dump(CONFIG | {"sphinx": own}))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(layout.book.parent), os.environ.get("PYTHONPATH", "")])
    )


def test_a_process_that_dies_is_an_error(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, signal\ndef setup(app):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    with_extension(layout, code, monkeypatch)
    with pytest.raises(RunError, match="the book was not built"):
        built(layout)


SLEEPS = """
import os, time
from pathlib import Path

def sleep(app, docname, source):
    (Path(app.outdir).parents[2] / f"pid-{os.getpid()}").touch()
    time.sleep(600)

def setup(app):
    app.connect("source-read", sleep)
    return {"parallel_read_safe": True}
"""

BUILDS = """
import sys
from pathlib import Path
from buzanlib.site.build import _sphinx_build
from buzanlib.site.layout import Layout
from buzanlib.study.owned import OwnedFolder

book = Path(sys.argv[1])
layout = Layout(book, book / "_generated" / "_toc.yml", book / "_generated" / "_config.yml")
with OwnedFolder.claimed(book.parent / "elsewhere" / "_build") as build:
    _sphinx_build(layout, build, 2)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="the system ends processes with their parent on Linux only"
)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_builds(
    how: signal.Signals, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_extension(layout, SLEEPS, monkeypatch)
    builder = subprocess.Popen([sys.executable, "-c", BUILDS, str(layout.book)], stderr=subprocess.DEVNULL)
    while len(marks := list(layout.book.parent.glob("pid-*"))) < 2:
        assert builder.poll() is None
        time.sleep(0.05)
    builder.send_signal(how)
    builder.wait()
    for mark in marks:
        place = Path("/proc") / mark.name.removeprefix("pid-")
        while place.is_dir() and " Z " not in (place / "stat").read_text():
            time.sleep(0.05)


def test_what_is_built_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with timed("building", shown=True):
        pass
    with pytest.raises(KeyError), timed("building", shown=True):
        raise KeyError
    with timed("building", shown=False):
        pass
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("building ... ")
    assert first.endswith(" s")
    assert second == "building ... failed"
