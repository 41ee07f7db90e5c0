"""The coding lab of the seminar: a page a language, each one file with style, words, passages and script in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from sphinx.application import Sphinx

from buzanlib.errors import BuzanError, nearest
from buzanlib.files import write_whole
from buzanlib.seminar.vignettes import Lab, read_lab

_FOLDER = Path("seminar", "lab")
_PLAIN = "en"
"""Language that does not stand in the names of its files."""

_CODED = ("A", "B")
"""Sets of which students get no key with the page."""

_INSTRUCTOR = "instructor"

_SCRIPTS = ("draw.js", "passages.js", "agreement.js", "teacher.js", "lab.js")
"""In the order in which they run, as one."""

_STYLES = ("lab.css", "teacher.css")

_POLICY = (
    "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'"
)
"""What the page may do, wherever it lies: run its own script, and ask nobody for anything."""


def lab_page(folder: Path, lab: Lab, language: str) -> str:
    """Put the coding lab together in one language.

    Codes and reasons of the training are in the page, those of the sets that are coded are not. Of a contested passage
    it has the kinds of speakers that a false label may describe.

    Parameters
    ----------
    folder : Path
        With ``lab.html``, style sheets and scripts.
    lab : Lab
        Passages and languages.
    language : str
        One of its languages.

    Returns
    -------
    str
        HTML that needs no other file.

    Raises
    ------
    UnknownNameError
        If there is no such language.
    BuzanError
        If a word that the page needs is missing, or a script would end early in HTML.
    """
    data = lab.public_items(language)
    data["kinds"] = {item: sorted(one.toward) for item, one in lab.vignettes.items() if one.toward}
    script = "\n".join(_lean(folder / name) for name in _SCRIPTS)
    if re.search("</script|<!--", script, re.IGNORECASE):
        raise BuzanError(f"{folder}: a script has '</script' or '<!--', at which HTML would end it")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    inside = {
        "language": escape(language),
        "policy": _POLICY.format(digest),
        "css": "\n".join(_lean(folder / name) for name in _STYLES),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "script": script,
    }
    words = data["words"]

    def fill(found: re.Match[str]) -> str:
        if (name := found[1]) in inside:
            return inside[name]
        if name not in words:
            raise BuzanError(
                f"{language}.yml, words: {name!r} is missing, which lab.html needs; {nearest(name, words)}"
            )
        return escape(words[name])

    return re.sub(r"\{\{([\w.]+)\}\}", fill, (folder / "lab.html").read_text(encoding="utf-8"))


def _lean(path: Path) -> str:
    """A script or style sheet without what only its authors need: comments on lines of their own, and indents."""
    text = re.sub(
        r"^\s*/\*(?:(?!\*/).)*\*/\s*$|^\s*//[^\n]*$",
        "",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)


def lab_files(folder: Path, *, keys: bool) -> Iterator[tuple[str, str]]:
    """Give name and text of every file of the lab.

    Parameters
    ----------
    folder : Path
        As for `lab_page`, with ``key.yml`` and a file a language.
    keys : bool
        Whether the keys of the sets that are coded go with them, for the teacher.

    Yields
    ------
    tuple of str
        ``lab.html`` or ``key-A.json``; where the language is not English, it stands in the name: ``lab.de.html``.
    """
    lab = read_lab(folder)
    for language in lab.languages:
        ending = "" if language == _PLAIN else f".{language}"
        yield f"lab{ending}.html", lab_page(folder, lab, language)
        for name in _CODED if keys else ():
            key = json.dumps(lab.key_file(name, language), ensure_ascii=False, indent=1)
            yield f"key-{name}{ending}.json", f"{key}\n"


def _write(app: Sphinx, error: Exception | None) -> None:
    """Write the lab into a book that has one."""
    folder = Path(app.srcdir) / _FOLDER
    if error or app.builder.name != "html" or not folder.is_dir():
        return
    for name, text in lab_files(folder, keys=getattr(app.config, "buzan_edition", "") == _INSTRUCTOR):
        write_whole(Path(app.outdir, "seminar", name), text)


def setup(app: Sphinx) -> None:
    """Register the handler, before those that list all pages of a book."""
    app.connect("build-finished", _write, priority=400)
