"""What a run was: versions, platform, hashes, parameters, times, and the commit of the project."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from buzanlib import __version__
from buzanlib.errors import BuzanError
from buzanlib.files import sha256, write_whole
from buzanlib.strictjson import parse
from buzanlib.study.dependencies import LOCK, required
from buzanlib.study.making import Making
from buzanlib.theory.predictions import PREDICTIONS

MANIFEST = "run.json"


@dataclass(frozen=True)
class Manifest:
    """What a run was.

    Attributes
    ----------
    title : str
        Of the study.
    version : str
        Of this library.
    commit : str
        Of the project, in git; empty where it is not under git.
    clean : bool
        Whether nothing in the project differed from that commit.
    python, platform : str
        Version of Python, and the system.
    packages : mapping of str to str
        Version of every package that this library names as its own requirement.
    requirements : str
        SHA-256 of the lock of all packages; empty where the library was installed without it.
    predictions : str
        SHA-256 of the locked predictions.
    data : mapping of str to str
        SHA-256 of every file of the data.
    notebooks : mapping of str to mapping
        For every page the SHA-256 of its template, its parameters, the files that it read, and its seconds.
    """

    title: str
    version: str
    commit: str
    clean: bool
    python: str
    platform: str
    packages: Mapping[str, str]
    requirements: str
    predictions: str
    data: Mapping[str, str]
    notebooks: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a file that `write` has written.

        Raises
        ------
        BuzanError
            Where there is no such file, or it is no manifest.
        """
        try:
            return cls(**parse(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise BuzanError(f"no manifest at {path.name}: run the study first") from None
        except (ValueError, TypeError) as error:
            raise BuzanError(f"{path.name} is not a manifest: {error}") from error

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        write_whole(path, json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def manifest_of(making: Making) -> Manifest:
    """Describe a run whose pages have all been made."""
    commit, clean = _commit(making.study.file.parent)
    return Manifest(
        title=making.study.title,
        version=__version__,
        commit=commit,
        clean=clean,
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: metadata.version(name) for name in required()},
        requirements=sha256(LOCK) if LOCK.is_file() else "",
        predictions=making.folder.hashes[PREDICTIONS],
        data=making.folder.hashes,
        notebooks={
            name: {
                "template": entry.inputs.template,
                "parameters": dict(entry.inputs.parameters),
                "read": sorted(entry.inputs.files),
                "seconds": round(entry.seconds, 1),
            }
            for name, entry in making.entries.items()
            if entry
        },
    )


def _commit(folder: Path) -> tuple[str, bool]:
    """The commit that a folder is at, and whether nothing tracked in it differs."""
    try:
        commit, changed = (
            subprocess.run(
                ["git", *words], cwd=folder, capture_output=True, text=True, check=True
            ).stdout.strip()
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        )
    except (OSError, subprocess.CalledProcessError):
        return "", False
    return commit, not changed
