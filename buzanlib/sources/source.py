"""A publisher's data set: how its files are recognised and found, what comes from them, and how to cite it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import RawFolder


@dataclass(frozen=True)
class Form:
    """One set of files in which a data set may come."""

    #: Names, with ``*``, ``?`` and ``[0-9]`` as in a shell, capitals or not; every one is needed. A name that ends in
    #: ``/`` is that of a folder.
    files: tuple[str, ...]
    many: bool = (
        False  #: Whether all files of a name make up the source together; otherwise there may be only one.
    )

    def __str__(self) -> str:
        """The names in words."""
        return " and ".join(self.files) + (" (each year's)" if self.many else "")


def any_of(*names: str) -> tuple[Form, ...]:
    """Forms of one file each, in order of preference."""
    return tuple(Form((name,)) for name in names)


@dataclass(frozen=True)
class Source:
    """A publisher's data set."""

    key: str  #: Short name.
    title: str  #: Full name.
    forms: tuple[Form, ...]  #: The first of which every file is there is used.
    gives: tuple[tuple[str, str], ...]  #: Table, and what of it comes from here.
    url: str  #: Where to get it, and under what name if that is not plain.
    cite: str  #: How to cite it.
    checks: str = ""  #: What is compared with it, where no table comes from it.


@dataclass(frozen=True)
class FoundSource:
    """The files of one source."""

    source: Source
    paths: tuple[Path, ...] = ()  #: Files (or folders) in the order of the form; empty where it is missing.
    lacks: tuple[str, ...] = ()  #: Where only some of the files of a form are there, the names of the others.
    spare: tuple[Path, ...] = ()  #: Files of other forms.


@dataclass(frozen=True)
class Inventory:
    """The files of every source."""

    folder: Path
    sources: Mapping[str, FoundSource]  #: By the key of the source, in order.
    #: Zip archives that are no source themselves; some publishers deliver their tables in one.
    packed: tuple[Path, ...]

    @classmethod
    def take(cls, folder: Path, sources: Iterable[Source]) -> Inventory:
        """Look for every source below a folder, without opening a file.

        Raises
        ------
        BuzanError
            If there is no such folder, or a file of which one is needed is there twice.
        """
        raw = RawFolder(folder)
        found = {source.key: _find(raw, source) for source in sources}
        known = {path for one in found.values() for path in (*one.paths, *one.spare)}
        return cls(folder, found, tuple(path for path in raw.matching("*.zip") if path not in known))

    def paths(self, source: Source) -> tuple[Path, ...]:
        """Files of a source; empty where it is missing."""
        return self.sources[source.key].paths

    def path(self, source: Source) -> Path | None:
        """The one file of a source; None where it is missing."""
        return next(iter(self.paths(source)), None)

    @property
    def found(self) -> list[FoundSource]:
        """Sources that are there."""
        return [one for one in self.sources.values() if one.paths]

    @property
    def missing(self) -> list[FoundSource]:
        """Sources that are not."""
        return [one for one in self.sources.values() if not one.paths]


def _find(raw: RawFolder, source: Source) -> FoundSource:
    """The first form of which every file is there, and what else is there."""
    there = {form: [raw.matching(name) for name in form.files] for form in source.forms}
    whole = next((form for form, places in there.items() if all(places)), None)
    if whole is None:
        partly = next((form for form, places in there.items() if any(places)), None)
        lacks = [name for name in partly.files if not raw.matching(name)] if partly else []
        return FoundSource(source, lacks=tuple(lacks))
    for name, group in zip(whole.files, there[whole], strict=True):
        if len(group) > 1 and not whole.many:
            where = ", ".join(str(path.relative_to(raw.path)) for path in group)
            raise BuzanError(
                f"{source.title}: one {name} is needed, but {raw.path} has {len(group)}: {where}"
            )
    paths = tuple(path for places in there[whole] for path in places)
    others = {path for places in there.values() for group in places for path in group} - set(paths)
    # Files in a folder that is listed need not be listed as well.
    spare = sorted(path for path in others if not {*paths, *others} & set(path.parents))
    return FoundSource(source, paths, spare=tuple(spare))
