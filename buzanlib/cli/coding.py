"""``buzan data sheet``, ``codes`` and ``class``: sheets to be coded, and what comes back."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from buzanlib.cli.common import DATA
from buzanlib.errors import BuzanError

if TYPE_CHECKING:
    from buzanlib.sources.class_items import Items

DIFFICULTIES = ("easy", "medium", "contested")
"""As `class_items.Difficulty` has them, which is not loaded to print a help."""


def add_to(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands, by a function that adds one (`common.add_command`)."""
    sheet = add(
        _sheet,
        "write sheets for coding passages, blind, or prompts for a model",
        "buzan data sheet --passages 200 --coders Ana,Li --out codes.xlsx",
    )
    sheet.add_argument("--data", type=Path, default=DATA, help="folder (default: data)")
    sheet.add_argument("--out", type=Path, help="new file, CSV, XLSX or JSONL (default: sheet.csv)")
    sheet.add_argument("--passages", type=int, metavar="N", help="a random sample (default: every passage)")
    sheet.add_argument("--seed", type=int, default=20100615, metavar="S", help="of sample and order")
    sheet.add_argument(
        "--coders", type=_listed, default=[], metavar="NAMES", help="a file each, such as Ana,Li"
    )
    sheet.add_argument("--texts", type=Path, metavar="FILE", help="table of passage and text, to code these")
    about = "only passages on which these annotators differ, with their codes, for a third to decide"
    sheet.add_argument("--disagreements", type=_listed, default=[], metavar="NAMES", help=about)
    sheet.add_argument(
        "--jsonl", action="store_true", help="prompts for a model, and the schema of its answers"
    )
    about = (
        "numbered passages for a class, and their key: N that are as often of each difficulty and primary threat as"
        " can be, or all"
    )
    sheet.add_argument("--class", dest="items", type=_number, nargs="?", const=0, metavar="N", help=about)
    about = f"with --class: any of {', '.join(DIFFICULTIES)} (default: all)"
    sheet.add_argument("--difficulty", type=_listed, default=[], metavar="HOW", help=about)
    sheet.add_argument("--corpus", default="", help="with --class: of what corpus (default: all)")
    sheet.add_argument("--region", default="", help="with --class: regional group of the states that speak")
    about = "with --class: a year, or the first and the last, such as 2019-2022"
    sheet.add_argument("--years", type=_years, metavar="YEARS", help=about)
    about = "with --class: key of a sheet, none of whose passages comes again"
    sheet.add_argument("--without", type=Path, metavar="FILE", help=about)
    codes = add(_codes, "add the coders of a sheet, or a model, to codes.csv", "buzan data codes ana.xlsx")
    codes.add_argument("sheet", type=Path, metavar="SHEET", help="the sheet, filled in; or answers, .jsonl")
    codes.add_argument("--data", type=Path, default=DATA, help="folder (default: data)")
    codes.add_argument(
        "--replace", action="store_true", help="replace the codes that a coder has of the same passages"
    )
    codes.add_argument(
        "--worksheet", default="", metavar="NAME", help="of a workbook (default: all that fit)"
    )
    codes.add_argument("--key", type=Path, metavar="FILE", help="key of a sheet whose passages are numbered")
    of_class = add(
        _class,
        "gather the sheets of a class into one, with what most of it codes",
        "buzan data class sheets --key sheet-key.csv --out class.csv",
    )
    of_class.add_argument("folder", type=Path, metavar="FOLDER", help="sheets, filled in; CSV or XLSX")
    of_class.add_argument(
        "--key", type=Path, metavar="FILE", help="key of sheets whose passages are numbered"
    )
    of_class.add_argument("--name", default="class", help="of the class as a coder (default: class)")
    of_class.add_argument("--data", type=Path, default=DATA, help="folder (default: data)")
    of_class.add_argument("--out", type=Path, default=Path("class.csv"), help="new file (default: class.csv)")


def _listed(text: str) -> list[str]:
    """Names that are separated by commas."""
    return [name.strip() for name in text.split(",")]


def _number(text: str) -> int:
    """One or more."""
    if not re.fullmatch(r"0*[1-9]\d{0,8}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"a class codes one passage or more, not {text!r}")
    return int(text)


def _years(text: str) -> tuple[int, int]:
    """A year, or the first and the last."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text, re.ASCII)
    if not found or int(found[1]) > int(found[2] or found[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is no year, and no span of years such as 2019-2022")
    return int(found[1]), int(found[2] or found[1])


def _items(given: argparse.Namespace) -> Items | None:
    """Which passages a class codes, if it is for one."""
    from buzanlib.sources.class_items import Items, read_key

    if given.items is None:
        if given.difficulty or given.corpus or given.region or given.years or given.without:
            raise BuzanError("difficulty, corpus, region, years and without need --class")
        return None
    before = read_key(given.without).values() if given.without else ()
    difficulties = given.difficulty or DIFFICULTIES
    return Items(given.items, difficulties, given.corpus, given.region, given.years, [*before])


def _sheet(given: argparse.Namespace) -> None:
    """Write sheets with a row a passage and blank cells for codes, in CSV or XLSX; or prompts for a model."""
    from buzanlib.sources.blank_sheets import write_sheets

    out = given.out or Path("sheet.jsonl" if given.jsonl else "sheet.csv")
    if given.jsonl and out.suffix.casefold() != ".jsonl":
        raise BuzanError(f"{out.name}: prompts are a file that ends in .jsonl")
    items = _items(given)
    written = write_sheets(
        given.data, out, given.passages, given.seed, given.coders, given.texts, given.disagreements, items
    )
    for file in written.files[:-1] if items else written.files:
        what = "what an answer must be" if file.suffix == ".json" else f"{written.passages} passages"
        print(f"{file}: {what}")
    if items:
        print(f"{written.files[-1]}: the key, which is not for those who code")
    if written.without:
        print(
            f"left out: {written.without} passages of which neither text nor gist is at hand; --texts brings texts"
        )


def _codes(given: argparse.Namespace) -> None:
    """Add everyone who coded in a sheet (CSV or XLSX), or a model (JSONL), as an annotator, and lock the codes."""
    from buzanlib.sources.coders import add_codes

    added = add_codes(given.sheet, given.data, given.replace, given.worksheet, given.key)
    print(*added.counts(), *added.notes, given.data / "codes.csv", sep="\n")


def _class(given: argparse.Namespace) -> None:
    """Write one sheet of all that a class has filled in, with a coder more, who codes as most of the class does."""
    from buzanlib.sources.class_codes import gather

    made = gather(given.folder, given.data, given.out, given.key, given.name)
    print(*made.counts(), *made.notes, sep="\n")
    print(f"{given.out}: name it in a study under sheets")
