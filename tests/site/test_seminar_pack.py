"""Handouts are printed from a book that has them; `tests/browser/test_seminar_pages.py` looks at the paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from buzanlib.errors import BuzanError
from buzanlib.site import pdf
from buzanlib.site.seminar_pack import PARTS, print_pack


def test_every_handout_is_a_page_of_the_book(root: Path) -> None:
    assert [part.page for part in PARTS if not (root / "book" / f"{part.page}.md").is_file()] == []


def test_a_book_without_the_seminar_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "CHROMIUM", "chromium")
    with pytest.raises(BuzanError, match="no book in"):
        print_pack(tmp_path, tmp_path / "pack.pdf")
    (tmp_path / "index.html").write_text("<article></article>", encoding="utf-8")
    with pytest.raises(BuzanError, match="no page seminar/bets, seminar/descriptions"):
        print_pack(tmp_path, tmp_path / "pack.pdf")
    assert not (tmp_path / "pack.pdf").exists()
