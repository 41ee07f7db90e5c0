"""One family of errors: every message says where, what, and what would be allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


def closest(value: object, allowed: Iterable[object]) -> str | None:
    """Find the allowed value that `value` most likely stands for.

    Parameters
    ----------
    value : object
        What was given.
    allowed : iterable of object
        What would have been accepted.

    Returns
    -------
    str or None
        The closest in spelling, capitals or not; None where none is close.
    """
    folded = {str(option).casefold(): str(option) for option in allowed}
    close = get_close_matches(str(value).casefold(), folded, n=1)
    return folded[close[0]] if close else None


def nearest(value: object, allowed: Iterable[object]) -> str:
    """Give the tail of an error message: the allowed value that is `closest`, else at most eight of them."""
    options = list(map(str, allowed))
    if (close := closest(value, options)) is not None:
        return f"nearest allowed: {close!r}"
    return f"allowed: {some(list(map(repr, options)), 8)}"


def some(names: Sequence[str], most: int = 3) -> str:
    """List the first names, at most so many, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def match_names(
    unknown: Iterable[str], missing: Iterable[str], known: Collection[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Match names that are unknown with those that are missing, since one that is misspelt is both.

    Parameters
    ----------
    unknown, missing : iterable of str
        Names that are there and should not be, and the reverse.
    known : collection of str
        What else a name may have been meant for.

    Returns
    -------
    list of (str, str)
        Each unknown name and the tail of its message (see `nearest`).
    list of str
        The missing names for which no unknown one was meant.
    """
    hints, left = [], list(missing)
    for name in unknown:
        meant = closest(name, left)
        hints.append((name, nearest(name, left if meant else known)))
        left = [other for other in left if other != meant]
    return hints, left


HINTED = 50
"""Wrong values of a column for which the nearest allowed one is looked up; among thousands that takes time."""

LONG = 120
"""Characters of a value that a message shows."""


def shown(value: object) -> str:
    """Give the representation of a value as messages show it, cut after `LONG` characters."""
    text = repr(value[: LONG + 1] if isinstance(value, str) else value)
    return text if len(text) <= LONG else f"{text[:LONG]}..."


class BuzanError(Exception):
    """Base of every error that a user can cause and fix; the command line exits with 2."""


class UnknownNameError(BuzanError):
    """A name that is not among the allowed ones.

    Parameters
    ----------
    kind : str
        What the name should have been, such as ``"quadrant"``.
    value : object
        What was given.
    allowed : iterable of object
        What would have been accepted.
    """

    def __init__(self, kind: str, value: object, allowed: Iterable[object]) -> None:
        self.kind, self.value, self.hint = kind, value, nearest(value, allowed)
        super().__init__(f"unknown {kind} {shown(value)}; {self.hint}")


def check_name(kind: str, value: object, allowed: Collection[object]) -> None:
    """Raise `UnknownNameError` if a value is not among the allowed ones."""
    if value not in allowed:
        raise UnknownNameError(kind, value, allowed)


class LockError(BuzanError):
    """A locked file is not, byte for byte, what its lock says.

    Parameters
    ----------
    message : str
        What is wrong.
    files : mapping of str to str, optional
        How each file differs, by its name; follows the message.
    """

    def __init__(self, message: str = "", files: Mapping[str, str] | None = None) -> None:
        self.files = dict(files or {})
        lines = [message] if message else []
        super().__init__("\n".join([*lines, *(f"{name}: {how}" for name, how in self.files.items())]))


class EstimationError(BuzanError):
    """The data do not identify an estimate, such as a quadrant with fewer than two states."""


class StudyError(BuzanError):
    """A study file names something that does not exist, or has a value of the wrong type."""


class ClusterError(BuzanError):
    """A cluster cannot be reached, has no workers, or runs other code than this machine."""


class RunError(Exception):
    """A notebook failed while it ran; the command line exits with 1."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in one cell, column, file or place of a JSON document.

    Attributes
    ----------
    file : str
        File name inside the data folder.
    row : int
        Line of the file, the header being line 1; 0 where the fault is not of one row.
    column : str
        Name of the field, several joined by ``+``; empty where the fault is not of a column.
    value : str
        What was found.
    allowed : str
        What would be allowed, as a phrase; for readers only, never to be compared.
    place : str
        JSON path, such as ``$.definitions[3].scale``, or cell of a worksheet; else empty.
    columns : tuple of str
        Names of the fields, where they are several.
    """

    file: str
    row: int
    column: str
    value: str
    allowed: str
    place: str = ""
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        """``codes.csv, row 12, column primary: 'cry' ...``."""
        place = [shown(self.file)[1:-1]]
        if self.row:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {shown(self.column)[1:-1]}")
        if self.place:
            place.append(shown(self.place)[1:-1])
        return f"{', '.join(place)}: {shown(self.value)}; {self.allowed}"


class DataError(BuzanError):
    """The data do not match their descriptor; carries all faults, not only the first.

    Parameters
    ----------
    faults : sequence of Fault
        At least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__("\n".join([f"{count} in the data", *(f"  {fault}" for fault in self.faults)]))
