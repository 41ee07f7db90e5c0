"""What a notebook depends on: modules of this library, by reading imports, and the lock of packages."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import nbformat

import buzanlib
from buzanlib.files import sha256

PACKAGE = buzanlib.__name__
ROOT = Path(buzanlib.__file__).parent

#: Every package with its version, in the folder that holds the library.
LOCK = ROOT.parent / "requirements.txt"


def modules_of(template: Path) -> dict[str, str]:
    """Modules of this library that a notebook imports, directly or not, with their hashes.

    Imports are read from the source, so that a module counts although it is imported only if some condition holds: a
    notebook may run once too often for that, never once too seldom.

    Parameters
    ----------
    template : Path
        The notebook.

    Returns
    -------
    dict of str to str
        SHA-256 by dotted name, sorted.
    """
    modules, taken = _imported(_source(template))
    return closure(_own(modules | taken))


def closure(modules: Iterable[str]) -> dict[str, str]:
    """Modules of this library with all that they import, directly or not, and their hashes.

    Parameters
    ----------
    modules : iterable of str
        Dotted names.

    Returns
    -------
    dict of str to str
        SHA-256 by dotted name, sorted.
    """
    found: set[str] = set()
    ahead = set(modules)
    while ahead:
        found |= ahead
        ahead = {
            name for module in ahead for name in _own(_look(module).modules | _look(module).taken)
        } - found
    return {name: _look(name).sha256 for name in sorted(found)}


def others(modules: Iterable[str]) -> list[str]:
    """Modules of other packages that modules of this library import, anywhere in them, sorted.

    Parameters
    ----------
    modules : iterable of str
        Dotted names.
    """
    return sorted({name for module in modules for name in _look(module).modules if not _is_own(name)})


def packages() -> str:
    """Hash of the versions of Python and of everything that is installed by the lock."""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{version} {sha256(LOCK)}" if LOCK.is_file() else version


def code() -> dict[str, str]:
    """SHA-256 of every module of this library, by the path of its file."""
    return {file.relative_to(ROOT.parent).as_posix(): sha256(file) for file in sorted(ROOT.rglob("*.py"))}


def required() -> list[str]:
    """Names of the packages that this library names as its own requirements, sorted."""
    lines = metadata.requires(PACKAGE) or []
    return sorted(
        {name[0] for line in lines if (name := re.match(r"[\w.-]+", line)) and "extra ==" not in line}
    )


def locked() -> list[str]:
    """Names of the packages of the lock that are not of one system alone, sorted; without a lock what is required."""
    if not LOCK.is_file():
        return required()
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return sorted(
        {name[0] for line in lines if (name := re.match(r"[\w.-]+(?===)", line)) and "platform" not in line}
    )


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Version of Python and of packages; empty where a package is not installed.

    Parameters
    ----------
    packages : iterable of str
        Their names.
    """
    found = {"Python": ".".join(map(str, sys.version_info[:3]))}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _source(template: Path) -> str:
    """Code of a notebook; lines that are no Python, such as magics, are passed over."""
    content = nbformat.read(template, as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell.source for cell in content.cells if cell.cell_type == "code"]
    return "\n".join(
        "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in cell.splitlines())
        for cell in cells
    )


@dataclass(frozen=True)
class _Module:
    """The file of a module: its hash, the modules that are imported anywhere in it, and what is taken from them."""

    sha256: str
    modules: frozenset[str]
    taken: frozenset[str]


def _look(module: str) -> _Module:
    file = _file(module)
    return _parsed(file, file.stat().st_mtime_ns)


@cache
def _parsed(file: Path, changed: int) -> _Module:
    """Parse a file once for as long as it does not change."""
    return _Module(sha256(file), *_imported(file.read_text(encoding="utf-8")))


def _imported(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Modules that a source imports, and what it takes from them, which may be modules too."""
    modules: set[str] = set()
    taken: set[str] = set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset()  # whoever runs it will be told
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
            taken |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(modules), frozenset(taken)


def _is_own(name: str) -> bool:
    return name.partition(".")[0] == PACKAGE


def _own(names: Iterable[str]) -> Iterator[str]:
    """Modules of this library among names, with the packages that hold them."""
    for name in filter(_is_own, names):
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            module = ".".join(parts[:length])
            if _file(module).is_file():
                yield module


def _file(module: str) -> Path:
    """Source of a module; the file need not be there."""
    path = ROOT.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
