"""What a publisher's download is: how it is recognised, what depends on it, where it is, how it is cited."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """One way in which a download may lie there.

    Attributes
    ----------
    files : tuple of str
        Names, with ``*``, ``?`` and ``[0-9]`` as in a shell, capitals or not; every one is needed. A name that ends
        in ``/`` is that of a folder.
    many : bool
        Whether all files of a name make up the source together; otherwise there may be only one.
    """

    files: tuple[str, ...]
    many: bool = False

    def __str__(self) -> str:
        """The names in words."""
        return " and ".join(self.files) + (" (each year's)" if self.many else "")


def any_of(*names: str) -> tuple[Form, ...]:
    """Forms of one file each, the first before the second."""
    return tuple(Form((name,)) for name in names)


@dataclass(frozen=True)
class Source:
    """A publisher's data set.

    Attributes
    ----------
    key : str
        Short name.
    title : str
        What it is.
    forms : tuple of Form
        Ways in which it may lie there; the first that is whole is used.
    gives : tuple of tuple of str
        Table and what of it comes from here.
    url : str
        Where the publisher has it, and under what name if that is not plain.
    cite : str
        How to cite it.
    checks : str
        What is held against it, where no table comes from it.
    """

    key: str
    title: str
    forms: tuple[Form, ...]
    gives: tuple[tuple[str, str], ...]
    url: str
    cite: str
    checks: str = ""


def column(name: str) -> tuple[tuple[str, str], ...]:
    """A column of the panel, as `Source.gives` has it."""
    return (("panel.csv", f"column {name}"),)
