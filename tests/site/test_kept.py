from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from buzanlib.site.kept import kept
from buzanlib.study.cache import Cache
from buzanlib.study.owned import OwnedFolder


@pytest.fixture
def make() -> Callable[[], dict[str, str]]:
    """Makes another text every time."""
    made = iter("abcdef")
    return lambda: {"one.md": next(made), "deep/two.csv": "x\r\n"}


def test_texts_are_made_again_where_something_has_changed(
    tmp_path: Path, make: Callable[[], dict[str, str]]
) -> None:
    with OwnedFolder.claimed(tmp_path / "out") as output:

        def once(**made_from: str) -> dict[str, str]:
            texts = kept(Cache(output), "note", made_from, output.path, make)
            for name, text in texts.items():
                output.write(output.path / name, text)
            return texts

        assert once(data="1")["one.md"] == "a"
        assert once(data="1") == {"one.md": "a", "deep/two.csv": "x\r\n"}
        assert once(data="2")["one.md"] == "b"
        assert once(data="2", title="new")["one.md"] == "c"
        (output.path / "one.md").write_text("by hand")
        assert once(data="2", title="new")["one.md"] == "d"
        (output.path / "deep" / "two.csv").unlink()
        assert once(data="2", title="new")["one.md"] == "e"
