"""All that a seminar needs, made at once: both editions of the book, handouts, slides and questions."""

from __future__ import annotations

from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.seminar.gift import write_gift
from buzanlib.site.build import build_book
from buzanlib.site.editions import INSTRUCTOR
from buzanlib.site.layout import sources_of
from buzanlib.site.pdf import CHROMIUM
from buzanlib.site.seminar_pack import print_pack
from buzanlib.site.slides import build_slides
from buzanlib.study.progress import timed
from buzanlib.study.study_file import load_study


def build_seminar(
    study: Path, *, force: bool = False, jobs: int | None = None, scheduler: str = "", progress: bool = True
) -> list[Path]:
    """Build both editions, and beside them what a teacher prints, shows and imports.

    Parameters
    ----------
    study : Path
        The study file; its book must be built from its own chapters.
    force, jobs, scheduler, progress
        As in `build_book`.

    Returns
    -------
    list of Path
        Front pages of the student's and the instructor's edition, the handouts as PDF, the slides, and the questions
        for a learning platform.

    Raises
    ------
    BuzanError
        If Chromium, which prints the handouts, is not there; else as `build_book`, `print_pack`, `build_slides` and
        `write_gift`.
    RunError
        If a notebook or Chromium fails, or Sphinx warns of anything.
    """
    if CHROMIUM is None:
        raise BuzanError(
            "the handouts need Chromium, which is not installed (Debian, Ubuntu: apt install chromium)"
        )
    front = build_book(study, force=force, jobs=jobs, scheduler=scheduler, progress=progress, instructor=True)
    place, book = front.parent.parent, sources_of(load_study(study))
    out = place / "seminar"
    with timed("printing the handouts", shown=progress):
        print_pack(front.parent, out / "pack.pdf")
    with timed("making the slides", shown=progress):
        slides = build_slides(book, out / "slides")
    write_gift(book, out / "questions.gift")
    instructor = place / INSTRUCTOR / "html" / "index.html"
    return [front, instructor, out / "pack.pdf", slides, out / "questions.gift"]
