"""What lies in a folder: whatever it is, it is read, skipped with why, or refused by name."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.text_files import SUFFIXES, File, read_files
from buzanlib.sources.text_folder import look, read_texts

NAMES = st.sampled_from(["EST-2021", ".hidden", "._EST-2021", "b c", "ü", "x.y", "=1"])
ENDINGS = st.sampled_from(["", ".odt", *SUFFIXES, *map(str.upper, SUFFIXES)])
BYTES = st.binary(max_size=60) | st.sampled_from(
    [b"", b"Cyber attacks threaten us.", b"PK\3\4", b"%PDF-1.4", b"<p>Hackers</p>", b"\xff\xfeC\0"]
)
FILES = st.dictionaries(
    st.tuples(st.lists(NAMES, max_size=2), NAMES, ENDINGS).map(
        lambda one: "/".join([*one[0], one[1] + one[2]])
    ),
    BYTES,
    max_size=8,
)


def laid(folder: Path, files: dict[str, bytes]) -> set[str]:
    """Lay the files, and tell the paths that count: of what is hidden, the first hidden part of the path."""
    counted = set()
    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError:  # a file where a folder is, or the reverse
            continue
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = next((k for k, part in enumerate(parts) if part.startswith(".")), None)
        if hidden is not None:
            counted.add("/".join(parts[: hidden + 1]))
        elif path.is_file() or path.suffix.lower() in SUFFIXES:
            counted.add("/".join(parts))
    return counted


@given(FILES)
@settings(max_examples=60, deadline=None)
def test_every_file_of_a_tree_is_read_or_skipped_or_refused(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        counted = laid(folder, files)
        found = look(folder)
        names = [one.name for one in (*found.texts, *found.skipped)]
        assert sorted(names) == sorted(counted)
        assert all(one.why for one in found.skipped)
        readings = read_files([File(one.suffix, one.path.read_bytes()) for one in found.texts])
        assert all(bool(one.skipped) + bool(one.sha256) + bool(one.fault) == 1 for one in readings)
        refused = [text.name for text, one in zip(found.texts, readings, strict=True) if one.fault]
        seeds = [""] * len(found.texts)
        if refused:
            with pytest.raises(DataError) as raised:
                read_texts("texts", found.texts, seeds, False, map)
            assert sorted(fault.value for fault in raised.value.faults) == sorted(refused)
        else:
            assert read_texts("texts", found.texts, seeds, False, map) == readings


def test_a_name_that_is_no_utf_8_is_shown_by_its_bytes(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"EST-2021\xff.txt")).write_text("Said.")
    except OSError:
        pytest.skip("this file system has names in UTF-8 alone")
    assert [one.name for one in look(tmp_path).texts] == ["EST-2021\\xff.txt"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match="there is no folder"):
        look(tmp_path / "none")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open every folder")
def test_a_subfolder_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    with pytest.raises(DataError, match="'shut'; a folder that can be opened: Permission denied"):
        look(tmp_path)
