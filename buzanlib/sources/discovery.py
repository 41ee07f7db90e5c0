"""Which publishers' files lie in a reader's folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import RawFolder
from buzanlib.sources.source import Form, Source


@dataclass(frozen=True)
class Find:
    """What was found of one source.

    Attributes
    ----------
    source : Source
        Which.
    paths : tuple of pathlib.Path
        Its files (or folders), in the order of the form; empty where it is missing.
    lacks : tuple of str
        Where some but not all files of a form are there, the names of the others.
    spare : tuple of pathlib.Path
        Files of other forms, which are not used.
    """

    source: Source
    paths: tuple[Path, ...]
    lacks: tuple[str, ...] = ()
    spare: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Stock:
    """What was found of every source.

    Attributes
    ----------
    folder : pathlib.Path
        Top of the reader's folder.
    finds : mapping of str to Find
        By the key of the source, in order.
    packed : tuple of pathlib.Path
        Zip archives that are no source themselves; some publishers deliver their tables in one.
    """

    folder: Path
    finds: Mapping[str, Find]
    packed: tuple[Path, ...]

    @classmethod
    def take(cls, folder: Path, sources: Iterable[Source]) -> Stock:
        """Look for every source below a folder; nothing is opened.

        Raises
        ------
        BuzanError
            If there is no such folder, or a file of which one is needed lies there twice.
        """
        raw = RawFolder(folder)
        finds = {source.key: _find(raw, source) for source in sources}
        known = {path for find in finds.values() for path in (*find.paths, *find.spare)}
        return cls(folder, finds, tuple(path for path in raw.matching("*.zip") if path not in known))

    def paths(self, source: Source) -> tuple[Path, ...]:
        """Files of a source; empty where it is missing."""
        return self.finds[source.key].paths

    def path(self, source: Source) -> Path | None:
        """The one file of a source; None where it is missing."""
        paths = self.paths(source)
        return paths[0] if paths else None

    @property
    def found(self) -> list[Find]:
        """Sources that are there."""
        return [find for find in self.finds.values() if find.paths]

    @property
    def missing(self) -> list[Find]:
        """Sources that are not."""
        return [find for find in self.finds.values() if not find.paths]


def _find(raw: RawFolder, source: Source) -> Find:
    """The first form that is whole, and what else is there."""
    there = {form: [raw.matching(name) for name in form.files] for form in source.forms}
    whole = next((form for form, places in there.items() if all(places)), None)
    if whole is None:
        partly = next((form for form, places in there.items() if any(places)), None)
        if partly is None:
            return Find(source, ())
        return Find(source, (), tuple(name for name in partly.files if not raw.matching(name)))
    paths = tuple(path for places in there[whole] for path in places)
    if not whole.many:
        _once(raw, source, whole, there[whole])
    others = {path for places in there.values() for group in places for path in group} - set(paths)
    # What lies in a folder that is named already goes without saying.
    spare = sorted(path for path in others if not {*paths, *others} & set(path.parents))
    return Find(source, paths, spare=tuple(spare))


def _once(raw: RawFolder, source: Source, form: Form, places: list[list[Path]]) -> None:
    for name, group in zip(form.files, places, strict=True):
        if len(group) > 1:
            where = ", ".join(str(path.relative_to(raw.path)) for path in group)
            raise BuzanError(
                f"{source.title}: one {name} is needed, but {raw.path} has {len(group)}: {where}"
            )
