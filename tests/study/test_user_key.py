"""The key of a user: made once, for nobody else's eyes, and not needed for a run."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from buzanlib.study import user_key
from buzanlib.study.user_key import fits, seal


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user without a key, and without another place for one."""
    monkeypatch.setattr(user_key, "user_data_path", lambda *_, **__: tmp_path / "home" / "buzanlib")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    user_key._key.cache_clear()
    yield tmp_path / "home" / "buzanlib"
    user_key._key.cache_clear()


def again(content: str) -> str:
    """The seal that a new process makes."""
    user_key._key.cache_clear()
    return seal(content)


def test_a_seal_is_of_this_user_and_of_this_content(home: Path) -> None:
    sealed = seal("a page")
    assert fits("a page", sealed)
    assert not fits("a pagf", sealed)
    assert not fits("a page", "ä" + sealed)
    assert again("a page") == sealed
    assert stat.S_IMODE((home / "key").stat().st_mode) == 0o600
    (home / "key").unlink()
    assert again("a page") != sealed


def test_a_key_that_others_can_read_or_that_is_none_is_not_used(home: Path) -> None:
    sealed = seal("a page")
    for spoil in (
        lambda: (home / "key").chmod(0o644),
        lambda: (home / "key").write_bytes(b"short"),
        lambda: ((home / "key").unlink(), (home / "key").symlink_to(home / "elsewhere")),
    ):
        spoil()
        other = again("a page")
        assert other != sealed
        assert again("a page") == other  # the one that lies with temporary files


def test_without_a_home_the_key_lies_with_temporary_files_and_else_nowhere(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.parent.write_text("a file where a folder is needed")
    sealed = seal("a page")
    (kept,) = (tmp_path / "temporary").glob("*/key")
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert again("a page") == sealed
    kept.parent.chmod(0o777)  # anybody may have put it there
    assert again("a page") != sealed
    assert again("a page") != again("a page")


def test_processes_that_make_it_at_once_have_the_same(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: user_key._kept(home), range(40)))
    assert len(keys) == 1
    assert [file.name for file in home.iterdir()] == ["key"]
