"""The file of numbers that notebooks record and prose reads.

A notebook calls `record` and `show`, which write into its outputs; the runner gathers these into ``results.json``.
Outside a notebook they only check their arguments.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from buzanlib.errors import BuzanError, check_name
from buzanlib.figures.account import ACCOUNT
from buzanlib.figures.typeset import Scalar
from buzanlib.files import write_whole
from buzanlib.strictjson import parse

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MIME = "application/vnd.buzan.results+json"
"""MIME type of the outputs of `record`."""

FINDINGS_MIME = "application/vnd.buzan.findings+json"
"""MIME type of the outputs of `record_findings`."""

PICTURE, CSV = "image/svg+xml", "text/csv"
"""MIME types of a figure that `show` shows, and of the numbers that were drawn."""

SHOWN = "buzan"
"""Key in the metadata of an output with name, caption and alternative text of `show`."""

_KEY = re.compile(r"[A-Za-z]\w*(\.\w+)*", re.ASCII)
_ACCOUNT = re.compile(rf"(^|\.){ACCOUNT}\.\w+$", re.ASCII)
_NAME = re.compile(r"fig-[a-z0-9]+(-[a-z0-9]+)*")


class Drawing(Protocol):
    """A figure and its text alternative."""

    @property
    def figure(self) -> Figure: ...  # noqa: D102
    @property
    def alt(self) -> str: ...  # noqa: D102


def record(values: Mapping[str, object]) -> None:
    """Write values under stable keys into the outputs of this notebook.

    Parameters
    ----------
    values : mapping of str to bool, int, float or str
        Keys are dotted names, such as ``"B1.contrast"``. NumPy scalars are accepted.

    Raises
    ------
    BuzanError
        If a key is not a dotted name, or a value is not a finite scalar.
    """
    plain = {key: _plain(key, value) for key, value in values.items()}
    if _in_notebook():
        count = f"{len(plain)} value{'s' if len(plain) != 1 else ''} recorded"
        _display({MIME: plain, "text/plain": count}, {})


def record_findings(findings: pd.DataFrame) -> None:
    """Write the rows of a ledger into the outputs of this notebook; the runner puts them into ``findings.json``.

    Parameters
    ----------
    findings : DataFrame
        One row a finding, the index its id; a missing value becomes null. An optional column ``chapter`` names the page
        that tested it, by default this one.

    Raises
    ------
    BuzanError
        If an id comes twice, or a value is not a scalar.
    """
    ids = findings.index
    if not ids.is_unique:
        raise BuzanError(f"finding {ids[ids.duplicated()][0]!r} is there twice")
    rows = [
        {"id": name}
        | {str(key): None if value is None else _plain(str(key), value) for key, value in row.items()}
        for name, row in findings.astype(object).where(findings.notna(), None).to_dict("index").items()
    ]
    if _in_notebook():
        _display({FINDINGS_MIME: rows, "text/plain": f"{len(rows)} findings recorded"}, {})


def show(drawn: Drawing, *, name: str, caption: str) -> None:
    """Show a figure with its caption and text alternative, numbered in the book.

    Parameters
    ----------
    drawn : Drawing
        Anything with ``.figure`` (a Matplotlib figure, closed afterwards) and ``.alt`` (str). If it has
        ``.data`` (a DataFrame, the numbers that were drawn), they can be had as CSV.
    name : str
        Label for references, such as ``"fig-placement"``.
    caption : str
        Caption, in Markdown.

    Raises
    ------
    BuzanError
        If the label is malformed, or caption or text alternative is empty.
    """
    if not _NAME.fullmatch(name):
        form = "a label such as 'fig-placement': lower case, digits and hyphens"
        raise BuzanError(f"figure {name!r} needs {form}")
    for what, text in (("caption", caption), ("text alternative", drawn.alt)):
        if not text.strip():
            raise BuzanError(f"figure {name!r} has an empty {what}")
    if not _in_notebook():
        return
    import matplotlib.pyplot as plt

    from buzanlib.figures.base import as_svg
    from buzanlib.figures.drawn_data import csv_of

    image = as_svg(drawn.figure)
    plt.close(drawn.figure)  # else the inline backend would show it a second time
    data = getattr(drawn, "data", None)
    about = {"name": name, "caption": caption, "alt": " ".join(drawn.alt.split())}
    numbers = {} if data is None else {CSV: csv_of(data)}
    _display({PICTURE: image, **numbers, "text/plain": about["alt"]}, {SHOWN: about})


def _plain(key: str, value: object) -> Scalar:
    """Turn NumPy scalars into Python's, and refuse all but finite scalars."""
    if not _KEY.fullmatch(key):
        raise BuzanError(f"cannot record under {key!r}: a key is a dotted name such as 'B1.contrast'")
    if not isinstance(value, bool | int | float | str) and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, str):
        return str(value)  # a member of a StrEnum becomes the plain string
    if not isinstance(value, bool | int | float):
        kind = type(value).__name__
        raise BuzanError(f"cannot record {key!r}: {kind} is not a bool, an int, a float or a str")
    if not math.isfinite(value):
        raise BuzanError(f"cannot record {key!r}: {value} is not finite")
    return value


def _in_notebook() -> bool:
    from IPython.core.getipython import get_ipython

    return get_ipython() is not None


def _display(data: dict[str, Any], metadata: dict[str, Any]) -> None:
    from IPython.display import display

    display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Value:
    """A recorded value."""

    value: Scalar
    notebook: str  #: name of the notebook that recorded it
    cell: str = ""  #: id of the cell that did; empty in results of a notebook whose cells have none


@dataclass(frozen=True)
class Results:
    """All numbers of a run and their provenance; hashes are SHA-256."""

    lock: str  #: hash of the locked predictions
    data: Mapping[str, str]  #: hash of every file in the data folder
    #: for each page its ``parameters``, defaults included, and the ``prefix`` of its keys, empty except in a sweep
    notebooks: Mapping[str, Mapping[str, Any]]
    figures: Mapping[str, str]  #: hash of the picture of every figure, by label
    values: Mapping[str, Value]  #: recorded values by key

    def __getitem__(self, key: str) -> Scalar:
        """Return the value recorded under `key`; `UnknownNameError` names the nearest key otherwise."""
        check_name("result", key, self.values)
        return self.values[key].value

    @property
    def scalars(self) -> dict[str, Scalar]:
        """Recorded values without their notebooks, by key."""
        return {key: entry.value for key, entry in self.values.items()}

    @property
    def accounts(self) -> dict[str, list[str]]:
        """What pages say of the documents that they used and left out (`buzanlib.figures.account`), and which pages."""
        said: dict[str, list[str]] = {}
        for key, entry in self.values.items():
            if _ACCOUNT.search(key):
                said.setdefault(str(entry.value), []).append(entry.notebook)
        return said

    def page_of(self, key: str) -> str:
        """Name of the notebook that recorded a key."""
        return self.values[key].notebook

    def on(self, page: str, key: str) -> Scalar:
        """Return the value of a key on a page; raises as ``[]`` does."""
        return self[self.key_on(page, key)]

    def key_on(self, page: str, key: str) -> str:
        """Return the key in full by which a page means its own value, since each page of a sweep has its own."""
        prefix = self.notebooks[page]["prefix"] if page in self.notebooks else ""
        return prefix + key if prefix + key in self.values else key

    @classmethod
    def load(cls, path: Path) -> Results:
        """Read a file that `write` has written; raise BuzanError if it is missing or not a file of results."""
        try:
            content = parse(path.read_text(encoding="utf-8"))
            values = {key: Value(**entry) for key, entry in content.pop("values").items()}
            return cls(**content, values=values)
        except FileNotFoundError:
            raise BuzanError(f"no results at {path.name}: run the study first") from None
        except OSError as error:
            raise BuzanError(f"{path.name} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BuzanError(f"{path.name} is not a file of results: {error}") from error

    def write(self, path: Path) -> None:
        """Write atomically as JSON; keys are sorted, floats in their shortest form."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        write_whole(path, text + "\n")
