"""One family of errors: every message says where, what, and what would be allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


def nearest(value: object, allowed: Iterable[object]) -> str:
    """Say which allowed value is nearest to `value`, as the tail of an error message.

    Parameters
    ----------
    value : object
        What was given.
    allowed : iterable of object
        What would have been accepted.

    Returns
    -------
    str
        ``"nearest allowed: 'x'"`` where one is close, else the allowed values, at most eight of them.
    """
    options = [str(option) for option in allowed]
    folded = {option.casefold(): option for option in options}
    close = get_close_matches(str(value).casefold(), folded, n=1)
    if close:
        return f"nearest allowed: {folded[close[0]]!r}"
    shown = ", ".join(repr(option) for option in options[:8])
    return f"allowed: {shown}" + (f" and {len(options) - 8} more" if len(options) > 8 else "")


HINTED = 50
"""For so many wrong values of a column the nearest is looked for: among thousands of allowed ones that takes time."""

LONG = 120
"""Characters of a value that a message shows."""


def shown(value: object) -> str:
    """A value as a message shows it: its representation, cut where it is long.

    Parameters
    ----------
    value : object
        What was given.

    Returns
    -------
    str
        At most some `LONG` characters.
    """
    text = repr(value[: LONG + 1] if isinstance(value, str) else value)
    return text if len(text) <= LONG else f"{text[:LONG]}..."


class BuzanError(Exception):
    """Base of every error that a user can cause and mend; the command line turns it into exit code 2."""


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
        super().__init__(f"unknown {kind} {shown(value)}; {nearest(value, allowed)}")


class LockError(BuzanError):
    """A locked file is not, byte for byte, what its lock says."""


class EstimationError(BuzanError):
    """The data cannot carry the estimate asked for, such as a quadrant with fewer than two states."""


class StudyError(BuzanError):
    """A study file that names what does not exist or gives a value of the wrong kind."""


class ClusterError(BuzanError):
    """A cluster that cannot be used: not to be reached, without workers, or with other code than this machine."""


class RunError(Exception):
    """A notebook failed while it ran; the command line turns it into exit code 1."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in one cell (or column, or table) of the data.

    Attributes
    ----------
    file : str
        File name inside the data folder.
    row : int
        Line of the file, the header being line 1; 0 where the fault is not of one row.
    column : str
        Name of the field; empty where the fault is not of one column.
    value : str
        What stands there.
    allowed : str
        What would be allowed, as a phrase.
    """

    file: str
    row: int
    column: str
    value: str
    allowed: str

    def __str__(self) -> str:
        """``codes.csv, row 12, column primary: 'cry' ...``."""
        place = [self.file]
        if self.row:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {shown(self.column)[1:-1]}")
        return f"{', '.join(place)}: {shown(self.value)}; {self.allowed}"


class DataError(BuzanError):
    """The data break their descriptor; carries **all** faults, not only the first.

    Parameters
    ----------
    faults : sequence of Fault
        At least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__("\n".join([f"{count} in the data", *(f"  {fault}" for fault in self.faults)]))
