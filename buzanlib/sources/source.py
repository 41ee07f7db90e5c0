"""A publisher's data set: how its files are recognised, what comes from them, and how to cite it."""

from __future__ import annotations

from dataclasses import dataclass


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
