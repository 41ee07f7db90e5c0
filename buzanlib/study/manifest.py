"""What a run was: versions, platform, hashes, parameters, times, and the commit of the project."""

from __future__ import annotations

import json
import os
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
from buzanlib.study.scheduler import Making
from buzanlib.theory.predictions import PREDICTIONS

MANIFEST = "run.json"

_ALONE = ("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}")
"""Options of git that let it neither start programs nor write."""

_NOTHING_FETCHED = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
"""For git, so that what a clone has left out stays out: whatever fetches it may be named by the configuration, too."""

_SAID = {"GIT_CEILING_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
"""Variables that git may know; the others of its own may mean another folder, as within a hook."""


@dataclass(frozen=True)
class Manifest:
    """What a run was."""

    title: str  #: of the study
    version: str  #: of this library
    commit: str  #: of the project, in git; empty where it is not under git
    clean: bool  #: whether nothing in the project differed from that commit
    #: version of Python, and the system
    python: str
    platform: str
    packages: Mapping[str, str]  #: version of every package that this library names as its own requirement
    #: SHA-256 of the lock of all packages; empty where the library was installed without it
    requirements: str
    predictions: str  #: SHA-256 of the locked predictions
    data: Mapping[str, str]  #: SHA-256 of every file of the data
    #: for every page the SHA-256 of its template, its parameters, the files that it read, and its seconds
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
    """The commit that a folder is at, and whether nothing tracked in it differs, submodules aside.

    What a file would become by a filter, such as that of Git LFS, is not asked: where git has to look into such a file
    again, it counts as different.
    """
    try:
        commit = _git(folder, "rev-parse", "--verify", "HEAD")
    except (OSError, ValueError, subprocess.CalledProcessError):
        return "", False
    try:
        named = _git(folder, "config", "--null", "--name-only", "--get-regexp", r"^filter\.", none=1)
        off = [f"{name}={'false' * name.endswith('.required')}" for name in named.split("\0") if name]
        if any(option.count("=") > 1 for option in off):
            return commit, False  # git would take the option for another
        options = [word for option in off for word in ("-c", option)]
        changed = _git(
            folder, *options, "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"
        )
    except (OSError, ValueError, subprocess.CalledProcessError):
        return commit, False
    return commit, not changed


def _git(folder: Path, *words: str, none: int = 0) -> str:
    """What git says, where `none` is its exit code for nothing.

    A folder may be a stranger's: git runs nothing that its configuration names, fetches nothing, and writes nothing.
    """
    kept = {name: value for name, value in os.environ.items() if name in _SAID or not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *_ALONE, *words],
        cwd=folder,
        env=kept | _NOTHING_FETCHED,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != none:
        done.check_returncode()
    return done.stdout.strip()
