"""What pages say of the run that made them, handed from the study to Sphinx in one file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from sphinx.application import Sphinx

from buzanlib.figures.labels import in_words
from buzanlib.site.hypotheses import Known
from buzanlib.study.manifest import Manifest
from buzanlib.study.parameters import declared
from buzanlib.study.spec import READS, RESULTS, Run

FACTS = "facts.json"

_COMMIT = 10
"""Characters of a commit that a page shows."""


@dataclass(frozen=True)
class PageFacts:
    """How a page was made."""

    notebook: str  #: name of its template
    template: str  #: SHA-256 of that
    commit: str  #: of the study, or of the library where that has none, cut; empty if none is known
    seconds: float  #: run time
    read: tuple[str, ...]  #: files that it read
    parameters: tuple[tuple[str, str, str, str], ...]  #: name, meaning, value in words and what is allowed


@dataclass(frozen=True)
class Facts:
    """What is known of a run."""

    pages: Mapping[str, PageFacts] = field(default_factory=dict)  #: by name
    hypotheses: Mapping[str, Known] = field(default_factory=dict)  #: by id

    @classmethod
    def of(cls, runs: Iterable[Run], manifest: Manifest, known: Mapping[str, Known]) -> Facts:
        """Gather them."""
        commit = (manifest.study.commit or manifest.library.commit)[:_COMMIT]
        pages = {}
        for run in runs:
            about = manifest.notebooks[run.name]
            pages[run.name] = PageFacts(
                run.notebook,
                about["template"],
                commit,
                about["seconds"],
                tuple(about["read"]),
                tuple(
                    (one.name, one.meaning, _value(one.name, run.parameters[one.name]), one.allowed.text)
                    for one in declared(run.template).values()
                    if one.name not in (READS, RESULTS)
                ),
            )
        return cls(pages, known)

    def to_json(self) -> str:
        """Text of the file."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """Read what `to_json` gives."""
        content = json.loads(text)
        pages = {name: PageFacts(**about) for name, about in content["pages"].items()}
        return cls(pages, {name: Known(**one) for name, one in content["hypotheses"].items()})


def _value(name: str, value: object) -> str:
    """A value in words, and as a study file has it."""
    words = in_words(str(value), of=name)
    return str(value) if words == str(value) else f"{words} ({value})"


def path_of(app: Sphinx) -> Path:
    """Where they lie."""
    return Path(app.srcdir) / str(app.config.buzan_facts)


def facts_of(app: Sphinx) -> Facts:
    """Facts of the book that is built; none where nobody wrote them."""
    path = path_of(app)
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> Facts:
    return Facts.from_json(path.read_text(encoding="utf-8")) if changed else Facts()
