"""Dependencies of a notebook: modules of this library, by reading imports, and versions of packages."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path
from pkgutil import iter_modules

import nbformat
from nbformat import NotebookNode

import buzanlib
from buzanlib.files import sha256

PACKAGE = buzanlib.__name__
ROOT = Path(buzanlib.__file__).parent

#: Hashes of the modules that this process has loaded, or is about to load.
_LOADED = {file: sha256(file) for file in ROOT.rglob("*.py")}

#: Every package with its version, in the folder that holds the library.
LOCK = ROOT.parent / "requirements.txt"


def modules_of(template: Path, beside: Iterable[Path] = ()) -> dict[str, str]:
    """Modules of this library that a notebook imports, directly or by modules of its own, with their hashes.

    Imports are read from the source, so that conditional ones count, too: a notebook may run once too often for that,
    never once too seldom.

    Parameters
    ----------
    template : Path
        The notebook.
    beside : iterable of Path
        Folders of modules of its own; of a package every file counts.

    Returns
    -------
    dict of str to str
        SHA-256 by dotted name, sorted.
    """
    found: set[str] = set()
    read: set[Path] = set()
    sources, folders = [_source(template)], list(beside)
    while sources:
        names = frozenset.union(*_imported(sources.pop()))
        found |= names
        for folder in folders:
            for name in {name.partition(".")[0] for name in names} - {PACKAGE}:
                files = {folder / f"{name}.py", *(folder / name).rglob("*.py")} - read
                read |= files
                existing = filter(Path.is_file, files)
                sources += [file.read_text(encoding="utf-8", errors="replace") for file in existing]
    if PACKAGE in found:  # a notebook may use any name of the package
        found |= {origin.partition(":")[0] for origin in buzanlib.FACE.values()}
    return closure(_own(found) & _files().keys())


def closure(modules: Iterable[str]) -> dict[str, str]:
    """SHA-256 of modules of this library and all of it that they import, directly or not, by dotted name, sorted."""
    files = _files()
    found: dict[str, _Module] = {}
    ahead = set(modules)
    while ahead:
        new = {name: _look(files[name]) for name in ahead}
        found |= new
        ahead = {name for module in new.values() for name in module.own if name in files} - found.keys()
    return {name: found[name].sha256 for name in sorted(found)}


def others(modules: Iterable[str]) -> list[str]:
    """Modules of other packages that modules of this library import, anywhere in them, sorted."""
    files = _files()
    return sorted({name for module in modules for name in _look(files[module]).others})


def machinery() -> dict[str, str]:
    """SHA-256 of the modules of this library that run a notebook and make its page, by dotted name."""
    return closure(("buzanlib.study.pool", "buzanlib.study.publish"))


def hash_of(file: Path) -> str:
    """SHA-256 of a file; empty if it does not exist."""
    return sha256(file) if file.is_file() else ""


def reloaded(modules: Mapping[str, str]) -> str:
    """Name the first module of which this process may have loaded another version, or ``""`` if there is none."""
    return _differing(modules, lambda file, found: _LOADED.get(file, found))


def changed(modules: Mapping[str, str]) -> str:
    """Name the first module whose file has another hash or is missing, or ``""`` if there is none."""
    return _differing(modules, lambda file, _: hash_of(file))


def _differing(modules: Mapping[str, str], now: Callable[[Path, str], str]) -> str:
    files = _files()
    return next((name for name, found in modules.items() if now(files.get(name, ROOT), found) != found), "")


def hidden(folders: Iterable[Path]) -> dict[str, Path]:
    """Modules in some folders that cannot be imported, as others have the same names; their folders by name."""
    places = {folder.resolve(): folder for folder in folders}
    path = [place for place in sys.path if Path(place).resolve() not in places]
    return {
        name: folder
        for folder in places.values()
        for name in sorted(one.name for one in iter_modules([str(folder)]))
        if name in sys.stdlib_module_names or name == PACKAGE or _is_installed(name, path)
    }


def _is_installed(name: str, path: list[str]) -> bool:
    found = PathFinder.find_spec(name, path)
    return found is not None and found.origin is not None  # which folders without an __init__.py have not


def packages() -> dict[str, str]:
    """Installed versions of Python and of all packages in the lock; without a lock, of those that are required."""
    folders = {Path(place) for place in sys.path if place}
    return _packages(frozenset((folder, folder.stat().st_mtime_ns) for folder in folders if folder.is_dir()))


@cache
def _packages(changed: frozenset[tuple[Path, int]]) -> dict[str, str]:
    """Look again only after packages were installed or removed."""
    return versions(locked())


def code() -> dict[str, str]:
    """SHA-256 of every module of this library, by the path of its file."""
    return {file.relative_to(ROOT.parent).as_posix(): sha256(file) for file in sorted(ROOT.rglob("*.py"))}


def required() -> list[str]:
    """Names of the direct requirements of this library, sorted."""
    return _matched(r"[\w.-]+", metadata.requires(PACKAGE) or [], "extra ==")


def locked() -> list[str]:
    """Names of the packages of the lock that are not for one system only, sorted; without a lock, see `required`."""
    if not LOCK.is_file():
        return required()
    return _matched(r"[\w.-]+(?===)", LOCK.read_text(encoding="utf-8").splitlines(), "platform")


def _matched(pattern: str, lines: Iterable[str], without: str) -> list[str]:
    """Starts of lines that match a pattern, of lines without some text, sorted."""
    return sorted({found[0] for line in lines if without not in line and (found := re.match(pattern, line))})


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Versions of Python and of packages by name; empty for a package that is not installed."""
    found = {"Python": ".".join(map(str, sys.version_info[:3]))}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def differences(needed: Mapping[str, str]) -> list[str]:
    """Describe how this process differs from another, given its `code` and `versions`; empty ones do not count."""
    here = code() | versions(name for name in needed if name != "Python" and not name.endswith(".py"))
    wrong = {name: there for name, there in needed.items() if there and here.get(name, "") != there}
    return [
        f"other code in {name}"
        if name.endswith(".py")
        else f"{name} is {here[name] or 'missing'}, not {there}"
        for name, there in wrong.items()
    ]


def cells_of(template: Path) -> list[NotebookNode]:
    """Cells of a notebook, which is read again only if it has changed; raises as `nbformat.read`."""
    return _cells(template, template.stat().st_mtime_ns)


@cache
def _cells(template: Path, changed: int) -> list[NotebookNode]:
    return list(nbformat.read(template, as_version=4).cells)  # type: ignore[no-untyped-call]


def _source(template: Path) -> str:
    """Code of a notebook without magics and shell commands, which are not Python."""
    lines = "\n".join(cell.source for cell in cells_of(template) if cell.cell_type == "code").splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


@dataclass(frozen=True)
class _Module:
    """A module and what is imported anywhere in it."""

    sha256: str
    own: frozenset[str]  #: names of this library that may be modules
    others: frozenset[str]  #: modules of other packages


def _look(file: Path) -> _Module:
    return _parsed(file, file.stat().st_mtime_ns)


@cache
def _parsed(file: Path, changed: int) -> _Module:
    """Parse a file again only if it has changed."""
    modules, taken = _imported(file.read_text(encoding="utf-8"))
    others = frozenset(name for name in modules if name.partition(".")[0] != PACKAGE)
    return _Module(sha256(file), _own(modules | taken), others)


def _imported(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Modules that a source imports, and names imported from them, which may be modules too."""
    modules: set[str] = set()
    taken: set[str] = set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), frozenset()  # running it will show the error
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
            if any(one.name.startswith(f"{PACKAGE}.") and not one.asname for one in node.names):
                modules.add(PACKAGE)  # `import buzanlib.study` also binds `buzanlib`
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
            taken |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(modules), frozenset(taken)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements that may run, without visiting the many expressions."""
    ahead = [tree]
    while ahead:
        node = ahead.pop()
        yield node
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            ahead += node.orelse
            continue
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            ahead += getattr(node, part, ())


def _own(names: Iterable[str]) -> frozenset[str]:
    """Names of this library among others, with those of their packages; not all need be modules."""
    parts = [name.split(".") for name in names]
    return frozenset(
        ".".join(one[:length]) for one in parts if one[0] == PACKAGE for length in range(1, len(one) + 1)
    )


def _files() -> dict[str, Path]:
    """Files of all modules of this library by dotted name; listed again only if one of its folders has changed."""
    if ROOT not in _found or any(_time(folder) != time for folder, time in _found[ROOT][0].items()):
        files = list(ROOT.rglob("*.py"))
        folders = {folder: _time(folder) for folder in {ROOT, *(file.parent for file in files)}}
        parts = ((PACKAGE, *file.relative_to(ROOT).with_suffix("").parts) for file in files)
        names = (".".join(part).removesuffix(".__init__") for part in parts)
        _found[ROOT] = folders, dict(zip(names, files, strict=True))
    return _found[ROOT][1]


_found: dict[Path, tuple[dict[Path, int], dict[str, Path]]] = {}


def _time(folder: Path) -> int:
    return folder.stat().st_mtime_ns if folder.is_dir() else 0
