"""The programming interface has every module, and of each what is its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from buzanlib.site import api
from buzanlib.site.architecture import imports

ROOMS = [room for room in imports() if room != "cli"]  # which is documented by its own help


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
    assert sorted(shown) == sorted(found | {"buzanlib.errors", "buzanlib.files"})


class Sphinx:
    """As much of Sphinx as is asked for: which module is being documented, and what is to be done when."""

    def __init__(self, module: str = "", parallel: int = 2) -> None:
        self.env = SimpleNamespace(temp_data={"autodoc:module": module} if module else {}, doc2path=str)
        self.parallel = parallel
        self.handlers: dict[str, Any] = {}
        api.setup(self)  # type: ignore[arg-type]

    def setup_extension(self, name: str) -> None:
        assert name == "sphinx.ext.autodoc"

    def connect(self, event: str, handler: Any) -> None:
        self.handlers[event] = handler

    def skipped(self, name: str, what: str = "module") -> bool | None:
        member = getattr(sys.modules[self.env.temp_data.get("autodoc:module", __name__)], name)
        skip: bool | None = self.handlers["autodoc-skip-member"](self, what, name, member, False, {})
        return skip


@pytest.mark.parametrize(
    ("module", "name", "skip"),
    [
        ("buzanlib.tables.descriptor", "load", None),
        ("buzanlib.tables.descriptor", "Descriptor", None),  # from elsewhere, but named in __all__
        ("buzanlib.tables.descriptor", "Fault", True),
        ("buzanlib.tables.descriptor", "read", True),
        ("buzanlib.study.dependencies", "LOCK", None),  # a value of its own, of a class from elsewhere
        ("buzanlib.study.dependencies", "dataclass", True),
        ("buzanlib.study.dependencies", "metadata", None),  # a module, which autodoc passes over by itself
    ],
)
def test_what_is_from_elsewhere_is_skipped(module: str, name: str, skip: bool | None) -> None:
    __import__(module)
    assert Sphinx(module).skipped(name) is skip


def test_members_of_classes_are_left_to_autodoc() -> None:
    __import__("buzanlib.tables.descriptor")
    assert Sphinx("buzanlib.tables.descriptor").skipped("Fault", "class") is None
    assert Sphinx().skipped("Sphinx") is None


@pytest.mark.parametrize("parallel", [1, 2])
def test_what_is_documented_is_imported_once_for_all(
    parallel: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "documented_here.py").write_text("")
    (tmp_path / "broken_here.py").write_text("1 / 0")
    (tmp_path / "plain.md").write_text("Nothing")
    page = tmp_path / "page.md"
    page.write_text("```{eval-rst}\n.. automodule:: broken_here\n.. automodule:: documented_here\n```\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    sphinx = Sphinx(parallel=parallel)
    names = [str(tmp_path / "plain.md"), str(page)]
    sphinx.handlers["env-before-read-docs"](sphinx, sphinx.env, names)
    assert ("documented_here" in sys.modules) == (parallel > 1)
    sys.modules.pop("documented_here", None)
