"""The programming interface has every module."""

from __future__ import annotations

import re
from pathlib import Path

ROOMS = ("theory", "sources", "tables", "measurement", "inference", "policy", "figures", "study", "site")


def test_every_module_of_every_room_has_its_place(root: Path) -> None:
    found = {
        path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        for room in ROOMS
        for path in (root / "buzanlib" / room).glob("*.py")
        if path.stem != "__init__"
    }
    shown = [
        name
        for page in sorted((root / "book" / "api").glob("*.md"))
        for name in re.findall(r"automodule:: (\S+)", page.read_text(encoding="utf-8"))
    ]
    assert sorted(shown) == sorted(found | {"buzanlib.errors"})
