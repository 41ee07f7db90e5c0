"""The book on paper."""

from __future__ import annotations

import io
from pathlib import Path
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from buzanlib.errors import BuzanError
from buzanlib.site import pdf

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]


def test_the_whole_book_is_printed_with_the_right_page_numbers(html: Path) -> None:
    if pdf.CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    reader = PdfReader(io.BytesIO(pdf.book_as_pdf(html)))
    texts = [
        normalize("NFKC", " ".join(page.extract_text().split())) for page in reader.pages
    ]  # no ligatures
    title, parts = pdf.contents_of(html)
    assert texts[0].startswith(normalize("NFKC", title))
    # The number at the foot of a page is read first.
    start = next(place for place, text in enumerate(texts) if text.startswith(f"{place + 1} Contents"))
    contents = " ".join(texts[start : start + 3])
    for _, pages in parts:
        for page, named in pages:
            _, _, after = contents.partition(f" {normalize('NFKC', named)} ")
            number = int(after.split()[0])
            assert normalize("NFKC", named) in texts[number - 1], page
    links = [
        one.get_object()
        for page in reader.pages
        for one in page.get("/Annots", [])
        if one.get_object().get("/Subtype") == "/Link"
    ]
    outside = [str(one["/A"]["/URI"]) for one in links if "/A" in one and "/URI" in one["/A"]]
    assert links
    assert [address for address in outside if address.startswith("file:")] == []


def test_what_a_pdf_needs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BuzanError, match="no book in"):
        pdf.book_as_pdf(tmp_path)
    (tmp_path / "index.html").write_text("<article></article>", encoding="utf-8")
    monkeypatch.setattr(pdf, "CHROMIUM", None)
    with pytest.raises(BuzanError, match="Chromium, which is not installed"):
        pdf.book_as_pdf(tmp_path)
