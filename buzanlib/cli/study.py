"""``buzan new``, ``run``, ``book``, ``status``, ``diff``, ``serve``, ``pdf`` and ``lab``: what is done with a study."""

from __future__ import annotations

import argparse
import os
import shlex
from functools import partial
from pathlib import Path
from typing import Any

from buzanlib.cli.common import add_command
from buzanlib.errors import BuzanError

STUDY = Path("notebooks/study.yml")
HTML = Path("_build/html")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    add = partial(add_command, commands)
    new = add(_new, "write a new study with templates of every table", "buzan new mine")
    new.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    about = "of a class that codes passages, instead of tables of one's own"
    new.add_argument("--class", dest="of_class", action="store_true", help=about)
    run = add(
        _run,
        "run what has changed of a study",
        "buzan run mine/study.yml -p power=gdp --scheduler tcp://10.0.0.1:8786",
    )
    _of_study(run)
    _of_run(run)
    run.add_argument(
        "--only", action="append", default=[], metavar="PAGE", help="make this page alone (may be repeated)"
    )
    book = add(
        _book, "run a study and build the book from it", "buzan book mine/study.yml --out mine/site --jobs 4"
    )
    _of_study(book)
    _of_run(book)
    book.add_argument("--out", type=Path, help="folder in which _build is made")
    status = add(_status, "say what would run, and why", "buzan status -p power=gdp")
    _of_study(status)
    diff = add(_diff, "say what moved between two runs", "buzan diff mine/out book/executed")
    of_run = "results.json of a run, its output folder, or a study"
    diff.add_argument("old", type=Path, nargs="?", help=f"{of_run} (default: the run before)")
    diff.add_argument("new", type=Path, nargs="?", default=Path(), help="the same of another (default: here)")
    serve = add(_serve, "show a built book in the browser", "buzan serve mine --port 8000")
    place = f"folder of the pages, or of a study (default: {HTML})"
    serve.add_argument("html", type=Path, nargs="?", default=HTML, help=place)
    serve.add_argument("--port", type=_count, default=0, metavar="N", help="port (default: any free one)")
    pdf = add(_pdf, "print a built book into one PDF", "buzan pdf mine --out mine.pdf")
    pdf.add_argument("html", type=Path, nargs="?", default=HTML, help=place)
    pdf.add_argument("--out", type=Path, metavar="FILE", help="where to (default: book.pdf beside the pages)")
    lab = add(_lab, "open a copy of a notebook in JupyterLab", "buzan lab 06")
    lab.add_argument("notebook", help="its name, or how that begins")
    lab.add_argument(
        "--to", type=Path, default=Path("lab"), metavar="DIR", help="folder of copies (default: lab)"
    )


def _of_study(parser: argparse.ArgumentParser) -> None:
    """Arguments of every command that is about a study."""
    parser.add_argument(
        "study",
        type=_study,
        nargs="?",
        default=".",
        help=f"study file, or its folder (default: {STUDY.name} here, or {STUDY})",
    )
    parser.add_argument(
        "-p",
        dest="changes",
        type=_parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter in place of what the study says (may be repeated)",
    )


def _of_run(parser: argparse.ArgumentParser) -> None:
    """Arguments of every command that runs notebooks."""
    parser.set_defaults(interrupted="what is finished is kept, and the same command goes on from there")
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    of_workers(
        parser, "notebooks at the same time (default: processors; with --scheduler, threads of all workers)"
    )


def of_workers(parser: argparse.ArgumentParser, jobs: str) -> None:
    """Arguments of every command whose work can be shared out."""
    parser.add_argument("--jobs", type=_count, metavar="N", help=jobs)
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="do the work on the workers of the Dask scheduler at this address, such as tcp://10.0.0.1:8786"
        " (needs pip install 'buzanlib[cluster]')",
    )


def _study(text: str) -> Path:
    """The study file that is named, or that of a folder, or of a project, which has it in a folder of its own."""
    path = Path(text)
    if not path.is_dir():
        return path
    here, inside = path / STUDY.name, path / STUDY
    return inside if inside.is_file() and not here.is_file() else here


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    return name, value


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _new(given: argparse.Namespace) -> None:
    """Write a study file that runs as it is, and a template of every table."""
    from buzanlib.study.new import new_study

    file = new_study(given.folder, of_class=given.of_class)
    place = shlex.quote(f"{'./' * str(given.folder).startswith('-')}{given.folder}")
    print(f"{file} is ready. What to do next:")
    if given.of_class:
        print("  buzan data sheet --class 12 --coders NAMES --out ...   writes sheets, and their key")
        print(f"  {given.folder / 'sheets'}      is for the sheets, filled in")
        print(f"  buzan data class ... --out {given.folder / 'class.csv'}   gathers them")
        print(f"  buzan book {place}      runs it and builds its book")
        return
    print(f"  buzan book {place}      runs it as it is and builds its book")
    print(f"  {given.folder / 'tables'}      has a template of every table; name yours in {file.name}")
    print(f"  buzan data check {place}  holds them against their description")
    print("Notebooks are code and may do whatever you may: before you add one of somebody else's, read it.")


def _how(given: argparse.Namespace) -> dict[str, Any]:
    """What the arguments of `_of_run` say."""
    return {"force": given.force, "jobs": given.jobs, "scheduler": given.scheduler}


def _run(given: argparse.Namespace) -> None:
    """Run the notebooks of a study that have to be, and publish the pages and numbers of all."""
    from buzanlib.study.runner import run_study

    run_study(given.study, dict(given.changes), only=given.only, **_how(given))


def _book(given: argparse.Namespace) -> None:
    """Run what has changed of a study, and build the book from it if anything has."""
    from buzanlib.site.build import build_book

    print(os.path.relpath(build_book(given.study, given.out, dict(given.changes), **_how(given))))


def _status(given: argparse.Namespace) -> None:
    """Say of every page of a study whether it would run, and why; nothing runs."""
    from buzanlib.study.plan import status

    steps = list(status(given.study, dict(given.changes)))
    width = max(26, *(len(step.run.name) for step in steps))
    for step in steps:
        print(f"{step.run.name:<{width}}  {step.reason or 'has not changed'}")


def _diff(given: argparse.Namespace) -> None:
    """Compare the numbers, verdicts and figures of two runs."""
    from buzanlib.study.changes import compare, format_changes
    from buzanlib.study.results import Results
    from buzanlib.study.runner import PREVIOUS

    new = _results(given.new)
    files = [_results(given.old) if given.old else new.parent / PREVIOUS, new]
    for file in files:
        if not file.is_file():
            before = file.name == PREVIOUS
            hint = "there was no run with other results before" if before else "run the study first"
            raise BuzanError(f"no results at {str(file)!r}: {hint}")
    print(format_changes(compare(*map(Results.load, files))))


def _results(path: Path) -> Path:
    """The file of results of a run, given that or its folder, or its study or the folder of that."""
    from buzanlib.study.runner import RESULTS
    from buzanlib.study.study_file import load_study

    if path.is_dir() and (path / RESULTS).exists():
        return path / RESULTS
    study = _study(str(path))
    of_study = study.is_file() and study.suffix in (".yml", ".yaml")
    return load_study(study).output / RESULTS if of_study else path / RESULTS if path.is_dir() else path


def _pages(folder: Path) -> Path:
    """Folder of the pages of a study, or the one that is named."""
    from buzanlib.site.layout import place_of
    from buzanlib.study.study_file import load_study

    study = folder / STUDY.name
    return place_of(load_study(study)) / HTML if study.is_file() else folder


def _serve(given: argparse.Namespace) -> None:
    """Serve a built book to the browser of this machine, until interrupted."""
    from buzanlib.site.serve import server

    with server(_pages(given.html), given.port) as book:
        print(f"http://127.0.0.1:{book.server_port}/ (end with Ctrl-C)", flush=True)
        try:
            book.serve_forever()
        except KeyboardInterrupt:
            print()


def _pdf(given: argparse.Namespace) -> None:
    """Print a built book into one PDF, with page numbers, contents and references; needs Chromium and pypdf."""
    from buzanlib.files import write_whole
    from buzanlib.site.pdf import book_as_pdf

    html = _pages(given.html)
    out = given.out or html.parent / "book.pdf"
    write_whole(out, book_as_pdf(html))
    print(os.path.relpath(out))


def _lab(given: argparse.Namespace) -> None:
    """Copy a notebook of the study that ships, unless there is a copy already, and open that in JupyterLab."""
    from buzanlib.study.lab import copy_to_lab, open_lab

    open_lab(copy_to_lab(STUDY, given.notebook, given.to))
