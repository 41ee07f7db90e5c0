"""Executed pages, kept by content: one is used again only if nothing that it was made from has changed.

Every page is kept as two files, the notebook and a note with its inputs and results. The note is written last, with the
hash of the notebook and a seal of this user, so that a run that is killed leaves both or nothing, and a page that is
damaged or was made by another user is made again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from buzanlib.errors import some
from buzanlib.files import sha256
from buzanlib.strictjson import parse
from buzanlib.study.owned import OwnedFolder
from buzanlib.study.publish import Page
from buzanlib.study.trace import BESIDE
from buzanlib.study.user_key import fits, seal

FOLDER = ".cache"

DAMAGED = "what it left is damaged, or was made by somebody else"

_NOTE = re.compile(r"(.+)\.[0-9a-f]{16}\.json")

KEPT = 4
"""Versions that are kept of each page, so that going back to earlier data or parameters costs nothing."""


@dataclass(frozen=True)
class Inputs:
    """All that a page is made from; hashes are SHA-256."""

    template: str  #: hash of the template
    parameters: Mapping[str, Any]  #: values of all parameters
    modules: Mapping[str, str]  #: hashes of the modules of this library that it imports
    packages: Mapping[str, str]  #: versions of Python and of every package, as installed
    numbers: str  #: hash of the numbers of the notebooks before it, if it reads them; else empty
    #: hashes of the files that it read, by name, of data and beside the study; empty for a file that did not exist.
    #: Before a run, when these are unknown, those of all data, and of any other file that is asked for.
    files: Mapping[str, str]
    #: hashes of the modules of this library that run it and make its page
    machinery: Mapping[str, str] = field(default_factory=dict)

    def reason(self, before: Inputs) -> str:
        """Describe why a page that was made from `before` has to be made again; empty if it need not be."""
        if self.template != before.template:
            return "its template has changed"
        for name in sorted(self.parameters.keys() | before.parameters.keys()):
            was, now = before.parameters.get(name), self.parameters.get(name)
            if was != now or type(was) is not type(now):
                return f"parameter {name} was {was!r} and is {now!r}"
        if code := _changed({**before.machinery, **before.modules}, {**self.machinery, **self.modules}):
            return f"code has changed: {some(code)}"
        if changed := _changed(before.packages, self.packages):
            was, now = before.packages.get, self.packages.get
            versions = ((name, was(name) or "missing", now(name) or "missing") for name in changed)
            moved = [f"{name} was {old} and is {new}" for name, old, new in versions]
            return f"packages have changed: {some(moved)}"
        # Only files that it read the last time count: with the same code and parameters it would read the same again.
        read = {name: self.files.get(name, "") for name in before.files}
        changed = _changed(before.files, read)
        if data := [name for name in changed if not name.startswith(BESIDE)]:
            return f"data have changed: {some(data)}"
        if changed:
            return f"files have changed: {some([name.removeprefix('./') for name in changed])}"
        if self.numbers != before.numbers:
            return "numbers of notebooks before it have changed"
        return ""


@dataclass(frozen=True)
class Entry:
    """A page that is kept."""

    inputs: Inputs
    page: Page
    seconds: float  #: run time


@dataclass(frozen=True)
class Found:
    """Result of a search for a page."""

    entry: Entry | None  #: a page that was made from the same
    reason: str  #: why there is none; empty if there is one
    seconds: float | None  #: run time of the last time; None if the page is new


class Cache:
    """Pages in a folder, the last few versions of each.

    Parameters
    ----------
    output : OwnedFolder or Path
        Output folder of a study, in which pages are kept in a hidden folder. With a path nothing is written.
    """

    def __init__(self, output: OwnedFolder | Path) -> None:
        self._output = output if isinstance(output, OwnedFolder) else None
        self.folder = (output if isinstance(output, Path) else output.path) / FOLDER

    def find(self, name: str, inputs: Inputs) -> Found:
        """Look for a page that was made from these inputs."""
        seconds, reason = None, ""
        for note in self._notes(name):
            content = _read(note)
            try:
                why = inputs.reason(Inputs(**content["inputs"]))
                if seconds is None:
                    seconds, reason = content["seconds"], why or DAMAGED
                if not why and (page := _page(note, content)):
                    return Found(Entry(Inputs(**content["inputs"]), page, content["seconds"]), "", seconds)
            except (KeyError, TypeError, AttributeError):
                reason = reason or DAMAGED  # or of an earlier version
        return Found(None, reason or "it has not run yet", seconds)

    def save(self, name: str, entry: Entry) -> None:
        """Keep a page; does nothing in a folder that is only read."""
        if self._output is None:
            return
        note = self.folder / f"{name}.{_digest(entry.inputs)}.json"
        self._output.remove(note)
        self._output.write(note.with_suffix(".ipynb"), entry.page.text)
        about = asdict(entry.page)
        del about["text"]
        about |= {"inputs": asdict(entry.inputs), "seconds": entry.seconds}
        self.remember(note.name, about | {"sha256": sha256(note.with_suffix(".ipynb"))})
        self._of_pages[name].add(note)
        # Excluded by name, since a clock that was set back would make the newest look old.
        others = [other for other in self._notes(name) if other != note]
        for old in others[KEPT - 1 :]:
            self._output.remove(old, old.with_suffix(".ipynb"))

    def is_empty(self) -> bool:
        """Say whether it has no page."""
        return not any(self.folder.glob("*.ipynb"))

    def sweep(self) -> None:
        """Remove pages without a note, left by a run that was killed between the two."""
        if self._output:
            pages = self.folder.glob("*.ipynb")
            self._output.remove(*(page for page in pages if not page.with_suffix(".json").exists()))

    def remember(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a sealed note; does nothing in a folder that is only read."""
        if self._output:
            sealed = {**content, "seal": seal(_canonical(content))}
            text = json.dumps(sealed, indent=1, sort_keys=True, allow_nan=False)
            self._output.write(self.folder / name, text + "\n")

    def recall(self, name: str) -> dict[str, Any]:
        """Read a note; empty if there is none with a seal of this user."""
        return _read(self.folder / name)

    def _notes(self, name: str) -> list[Path]:
        """Notes of a page, the latest first."""
        notes = [note for note in self._of_pages[name] if note.is_file()]
        return sorted(notes, key=lambda note: (-note.stat().st_mtime_ns, note.name))

    @cached_property
    def _of_pages(self) -> defaultdict[str, set[Path]]:
        """Notes by the name of their page; the folder is listed only once, even for a sweep with many pages."""
        found = defaultdict(set)
        for note in self.folder.glob("*.json"):
            if parts := _NOTE.fullmatch(note.name):
                found[parts[1]].add(note)
        return found


def _page(note: Path, content: Mapping[str, Any]) -> Page | None:
    """The page that belongs to a note, if it exists and is undamaged."""
    try:
        text = note.with_suffix(".ipynb").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if hashlib.sha256(text.encode()).hexdigest() != content["sha256"]:
        return None
    warned, findings = tuple(content["warned"]), tuple(content["findings"])
    return Page(text, content["values"], content["figures"], warned, findings, content["cells"])


def _read(note: Path) -> dict[str, Any]:
    """Content of a note; empty if it is missing or its seal is not one of this user."""
    try:
        content: dict[str, Any] = parse(note.read_text(encoding="utf-8"))
        sealed = content.pop("seal")
        return content if fits(_canonical(content), sealed) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _canonical(content: Mapping[str, Any]) -> str:
    """The text that is sealed for a note, distinct from all others that are sealed."""
    return "note " + json.dumps(content, sort_keys=True)


def _digest(inputs: Inputs) -> str:
    return hashlib.sha256(json.dumps(asdict(inputs), sort_keys=True).encode()).hexdigest()[:16]


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
