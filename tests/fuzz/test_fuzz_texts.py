"""A folder of texts of every kind, some broken: it comes out counted, or is refused and nothing is written."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from corruptions import SCRIPT, UP, rng, tree

from buzanlib.cli import main
from buzanlib.sources.text_files import SUFFIXES

pytestmark = pytest.mark.soak

CASES = 400
STATES = (
    "EST",
    "Estonia",
    "ee",
    "LVA",
    "Letland",
    "Maroc",
    "NLD",
    "Russian Federation",
    "EU",
    "Atlantis",
    "",
)
SAID = (
    "Cyber attacks threaten our power grid.",
    "We thank the Chair.",
    "Hackers rob us.",
    SCRIPT,
    "=1+1",
    UP,
)
OTHERS = (
    "Кибератаки угрожают критической инфраструктуре.",
    "Les cyberattaques menacent nos hôpitaux publics.",
)


def said(draws: random.Random) -> str:
    return " ".join(draws.choices(SAID, k=draws.randint(0, 12))) or draws.choice(("", " ", *OTHERS))


def word(draws: random.Random) -> bytes:
    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph(said(draws).replace("\0", ""))
    document.save(file)
    return file.getvalue()


def cut_off(draws: random.Random) -> bytes:
    content = word(draws)
    return content[: draws.randrange(len(content))]


def changed(draws: random.Random) -> bytes:
    content = bytearray(word(draws))
    for _ in range(20):
        content[draws.randrange(len(content))] = draws.randrange(256)
    return bytes(content)


def pdf(draws: random.Random) -> bytes:
    drawn = f"BT /F1 12 Tf ({said(draws)}) Tj ET"
    return (
        "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
        "3 0 obj <</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont"
        f"/Helvetica>>>>>>>> endobj\n4 0 obj <</Length {len(drawn)}>> stream\n{drawn}\nendstream endobj\n"
        "trailer <</Root 1 0 R>>\n%%EOF"
    ).encode()


def page(draws: random.Random) -> bytes:
    declared = draws.choice(("latin-1", "hex", "x"))
    return f"<html><meta charset={declared}><p>{said(draws)}".encode("cp1251", "replace")


CONTENTS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda draws: said(draws).encode(),
    lambda draws: said(draws).encode(),
    lambda draws: b"\xef\xbb\xbf" + said(draws).replace(" ", "\r\n").encode(),
    lambda draws: said(draws).encode("utf-16"),
    lambda draws: said(draws).encode("cp1251", "replace"),
    lambda draws: draws.randbytes(draws.randint(0, 300)),
    page,
    lambda draws: ("<div>" * draws.choice((1, 2000)) + said(draws)).encode(),
    word,
    cut_off,
    changed,
    pdf,
    lambda draws: pdf(draws)[: draws.randint(0, 400)],
)  # fmt: skip


def lay(folder: Path, draws: random.Random, sound: bool) -> int:
    """Lay files and links, and count them; `sound` are those that are named after state and year, and read alike."""
    folder.mkdir()
    count = draws.randint(1, 12)
    for number in range(count):
        place = folder / draws.choice(("", "a", "a/b", "session 1"))
        place.mkdir(parents=True, exist_ok=True)
        suffix = draws.choice(SUFFIXES if not sound else (".txt", ".md", ".html"))
        suffix = draws.choice((suffix, suffix.upper(), *([".odt", ""] if draws.random() < 0.2 else [])))
        state = draws.choice(STATES[:1] if sound else STATES)
        path = place / f"{draws.choice(('', '', '._'))}{state}_{draws.choice((2021, 2022))}-{number}{suffix}"
        content = f"{number}. {said(draws)}".encode() if sound else draws.choice(CONTENTS)(draws)
        if draws.random() < 0.1:
            path.symlink_to(draws.choice((UP, ".", "nowhere", "/dev/zero")))
        else:
            path.write_bytes(content)
    return count


@pytest.mark.parametrize("number", range(CASES))
def test_what_goes_in_comes_out_or_is_refused(
    number: int, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draws = rng(f"texts {number}")
    folder, out = tmp_path / "texts", tmp_path / "out"
    count = lay(folder, draws, sound=number % 2 == 0)
    before = tree(tmp_path)
    words = ["data", "texts", str(folder), "--corpus", "MANY", "--data", str(small), "--out", str(out)]
    words += ["--jobs", "1", "--duplicates", draws.choice(("refuse", "merge", "keep"))]
    words += draws.choice(([], ["--sample"], ["--any-language"]))
    status = main(words)
    told = capsys.readouterr()
    if status:
        assert status == 2
        assert told.err.startswith("buzan: ")
        assert tree(tmp_path) == before
        return
    assert told.out.startswith(f"in the folder: {count} = ")
    rows = {}
    for name in ("documents", "passages", "sheet", "files"):
        with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows[name] = list(csv.DictReader(file))
    read = [row for row in rows["files"] if row["became"] == "read"]
    assert len(rows["files"]) == count
    assert {row["document"] for row in read} == {
        row["doc_id"] for row in rows["documents"] if row["corpus"] == "MANY"
    }
    own = [row for row in rows["passages"] if row["doc_id"].startswith("MANY-")]
    assert sum(int(row["passages"]) for row in read) == len(own) == len(rows["sheet"]) > 0
