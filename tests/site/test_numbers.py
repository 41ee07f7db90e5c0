"""The role, in a small book of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from buzanlib.study.results import Results, Value

VALUES = {
    "B1.contrast": Value(-0.25, "06"),
    "B1.verdict": Value("hardly decided", "06"),
}


def build(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Build one page; its HTML and what Sphinx warned of."""
    monkeypatch.setenv("NO_COLOR", "1")
    (folder / "index.md").write_text(f"# Title\n\n{text}\n", encoding="utf-8")
    warnings = folder / "warnings.txt"
    with (
        docutils_namespace(),
        patch_docutils(str(folder)),
        warnings.open("w", encoding="utf-8") as stream,
    ):
        Sphinx(
            srcdir=folder,
            confdir=None,
            outdir=folder / "out",
            doctreedir=folder / "doctrees",
            buildername="html",
            confoverrides={
                "extensions": ["myst_parser", "buzanlib.site"],
                "buzan_results": "results.json",
                "html_math_renderer": "mathml",
            },
            status=None,
            warning=stream,
        ).build()
    return (folder / "out" / "index.html").read_text(encoding="utf-8"), warnings.read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Results("hash", {}, {}, {}, VALUES).write(tmp_path / "results.json")
    return tmp_path


def test_a_number_is_kept_on_one_line_and_words_may_break(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html, warned = build(folder, "{num}`B1.contrast:+.1f` is {num}`B1.verdict`.", monkeypatch)
    assert '<span class="num">\u22120.2</span> is <span>hardly decided</span>.' in html
    assert warned == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("B1.contrst", "unknown result 'B1.contrst'; nearest allowed: 'B1.contrast'"),
        ("B1.contrast:p", "-0.25 is not a probability"),
        ("B1.verdict:.2f", "Unknown format code 'f'"),
    ],
)
def test_a_key_or_format_that_does_not_fit_is_told_with_its_paragraph(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    html, warned = build(folder, f"Then {{num}}`{text}`.", monkeypatch)
    assert f"[{text}]" in html
    assert f"index.md:3: WARNING: {{num}}`{text}`: {message}" in warned


def test_without_results_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExtensionError, match=r"no results at results.json: run the study first"):
        build(tmp_path, "Text.", monkeypatch)
