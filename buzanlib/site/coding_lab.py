"""The coding lab of the seminar: a page a language, each one file with style, words, passages and script in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from buzanlib.files import write_whole
from buzanlib.seminar.vignettes import Lab, read_lab
from buzanlib.site.editions import has_solutions
from buzanlib.site.one_file import one_file

_FOLDER = Path("seminar", "lab")
_PLAIN = "en"
"""Language that does not stand in the names of its files."""

_CODED = ("A", "B")
"""Sets of which students get no key with the page."""

_SCRIPTS = ("draw.js", "passages.js", "agreement.js", "teacher.js", "lab.js")
"""In the order in which they run, as one."""

_STYLES = ("lab.css", "teacher.css")


def lab_page(folder: Path, lab: Lab, language: str) -> str:
    """Put the coding lab together in one language.

    Codes and reasons of the training are in the page, those of the sets that are coded are not. Of a contested passage
    it has the kinds of speakers that a false label may describe, for it draws the labels itself: whoever reads its
    source can tell which passages are contested. No order that it shows tells that.

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
    StudyError
        If a word that the page needs is missing, or a script would end early in HTML.
    """
    data = lab.public_items(language)
    data["kinds"] = {item: sorted(one.toward) for item, one in lab.vignettes.items() if one.toward}
    return one_file(folder / "lab.html", _SCRIPTS, _STYLES, data["words"], language, data)


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
    for name, text in lab_files(folder, keys=has_solutions(app)):
        write_whole(Path(app.outdir, "seminar", name), text)


def setup(app: Sphinx) -> None:
    """Register the handler, before those that list all pages of a book."""
    app.connect("build-finished", _write, priority=400)
