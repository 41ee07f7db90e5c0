"""Texts from files of every kind, made here, and the language that they are in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader, PdfWriter

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources import text_files
from buzanlib.sources.text_files import File, Reading, other_language, read_files
from buzanlib.sources.text_folder import look, read_texts

SAID = "Cyber attacks threaten our power grid. We act."


def pdf(*pages: str) -> bytes:
    """A file with some lines of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, page in enumerate(pages):
        lines = " T* ".join(f"({line}) Tj" for line in page.split("\n") if line)
        drawn = f"BT /F1 12 Tf 14 TL 50 700 Td {lines} ET" if lines else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    content, places = "%PDF-1.4\n", list[int]()
    for number, one in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{one}\nendobj\n"
    start = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    content += "".join(f"{place:010} 00000 n \n" for place in places)
    content += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return content.encode("ascii")


def word(*paragraphs: str, table: tuple[str, ...] = ()) -> bytes:
    document, file = docx.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        cells = document.add_table(1, len(table)).rows[0].cells
        for cell, text in zip(cells, table, strict=True):
            cell.text = text
    document.save(file)
    return file.getvalue()


def extracted(suffix: str, data: bytes) -> str:
    return text_files._extracted(File(suffix, data))[0]


def read(suffix: str, data: bytes) -> Reading:
    (reading,) = read_files([File(suffix, data)])
    return reading


def named(value: str | bytes) -> str:
    """Name a case by its suffix and words: the bytes of some files have the time in them."""
    return value if isinstance(value, str) else "data"


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".txt", SAID.encode()),
        (".text", b"\xef\xbb\xbf" + SAID.replace(" ", "\r\n").encode()),
        (".md", SAID.encode()),
        (
            ".html",
            f"<title>Cyber</title><script>cyber()</script><p>{SAID[:38]}</p><p>We<b> act</b>.".encode(),
        ),
        (".htm", f"<html><head><meta charset='utf-8'><body><ul><li>{SAID}</ul><!-- cyber -->".encode()),
        (".docx", word(SAID[:38], SAID[39:])),
        (".docx", word(table=(SAID[:38], SAID[39:]))),
        (".pdf", pdf("Cyber attacks threaten our po-\nwer grid.\nWe act.")),
        (".pdf", pdf(SAID[:38], SAID[39:])),
    ],
    ids=named,
)
def test_the_text_of_every_kind_of_file_is_the_same(suffix: str, data: bytes) -> None:
    assert extracted(suffix, data) == SAID
    assert [passage.text for passage in read(suffix, data).passages] == [SAID]


def test_pages_and_files_without_text_are_told() -> None:
    assert read(".pdf", pdf(SAID, "", "")).note == "2 of 3 pages without text"
    assert read(".pdf", pdf("", "")) == Reading(
        skipped="without a text layer", note="2 of 2 pages without text"
    )
    for suffix in text_files.SUFFIXES:
        assert read(suffix, b"").skipped == "empty"
    assert read(".docx", word()).skipped == "empty"
    assert read(".html", b"<p> </p>").skipped == "empty"


def locked() -> bytes:
    writer, file = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(SAID)))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("suffix", "data", "fault"),
    [
        (".pdf", b"%PDF-1.4 cut off", "it is damaged, or no PDF file"),
        (".pdf", SAID.encode(), "it is damaged, or no PDF file"),
        (".pdf", locked(), "a password protects it: save it without one"),
        (".docx", b"PK", "it is damaged, or no DOCX file"),
        (".docx", word(SAID)[:900], "it is damaged, or no DOCX file"),
        (".html", "<p>sécurité".encode("cp1252"), "UTF-8 is needed, and line 1 is not; "),
        (".html", "<meta charset=rot13><p>sécurité".encode("cp1252"), "UTF-8 is needed, and line 1 is not; "),
        (".txt", b"a\n\0", "UTF-8 is needed, and line 2 has a NUL; save it as UTF-8"),
    ],
    ids=named,
)
def test_what_cannot_be_read_without_doubt_is_refused(suffix: str, data: bytes, fault: str) -> None:
    assert read(suffix, data).fault.startswith(fault)


def test_an_encoding_that_a_page_declares_is_taken_and_said() -> None:
    page = (
        "<meta charset=windows-1252><p>The cyber attack on our café threatens us all, and we shall act.</p>"
    )
    reading = read(".html", page.encode("cp1252"))
    assert reading.note == "in windows-1252, as the page says"
    assert "café" in reading.passages[0].text


def test_a_document_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b" " * 2 * 10**6)
    monkeypatch.setattr(text_files, "LARGEST", 10**6)
    assert len(bomb.getvalue()) < 10**4
    assert read(".docx", bomb.getvalue()).fault == "it has more than 1 MB once it is unpacked"


def test_signs_that_no_table_can_hold_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = ("Cyber\x00 attacks \ud800 threaten \ud83d\ude00 us all.", "")
    monkeypatch.setattr(text_files, "_READERS", {".pdf": lambda data: odd})
    assert extracted(".pdf", b"%") == "Cyber attacks \ufffd threaten \U0001f600 us all."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (SAID, ""),
        ("The climate matters.", ""),
        ("Cyber.", ""),
        ("1 2 3", ""),
        ("Кибератаки угрожают критической инфраструктуре.", "Russian"),
        ("Les cyberattaques menacent nos infrastructures. Nous devons agir ensemble contre elles.", "French"),
        ("网络攻击威胁关键基础设施", "Chinese"),
        ("الهجمات الإلكترونية تهدد البنية التحتية", "Arabic"),
        ("La ciberseguridad es una responsabilidad compartida de todos los Estados.", "Spanish"),
        ("Bonjour. " + SAID * 200, ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert other_language(text).startswith(language) if language else other_language(text) == ""


def test_a_missing_package_is_told_once_with_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EST-2021.pdf", "EST-2022.PDF", "EST-2021.docx", "EST-2021.txt"):
        (tmp_path / name).write_text(SAID)
    monkeypatch.setattr("buzanlib.sources.text_folder.find_spec", lambda name: None)
    texts = look(tmp_path).texts
    need = r"texts in DOCX and PDF need python-docx and pypdf: pip install 'buzanlib\[documents\]'"
    with pytest.raises(BuzanError, match=need):
        read_texts("texts", texts, [""] * 4, False, map)
    plain = [text for text in texts if text.suffix == ".txt"]
    assert read_texts("texts", plain, [""], False, map)[0].windows == 1


def test_what_has_gone_or_is_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "EST-2021.txt").write_text(SAID)
    texts = look(tmp_path).texts
    texts[0].path.unlink()
    with pytest.raises(DataError, match=r"'EST-2021\.txt'; it cannot be read: No such file"):
        read_texts("texts", texts, [""], False, map)
    monkeypatch.setattr("buzanlib.sources.text_folder.LARGEST", 10**6)
    (tmp_path / "EST-2021.txt").write_bytes(b" " * (10**6 + 1))
    with pytest.raises(DataError, match=r"'EST-2021\.txt'; at most 1 MB are read"):
        look(tmp_path)
