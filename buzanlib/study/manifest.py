"""Provenance of a run: versions, platform, hashes, parameters, times, and the commit of the project."""

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
from buzanlib.files import write_whole
from buzanlib.strictjson import parse
from buzanlib.study.dependencies import LOCK, hash_of, required
from buzanlib.study.scheduler import Making
from buzanlib.theory.predictions import PREDICTIONS

MANIFEST = "run.json"

_ALONE = ("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}")
"""Options with which git neither starts programs nor writes."""

_NO_FETCH = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
"""Variables with which git fetches nothing that a clone lacks; its configuration may name a program that would."""

_INHERITED = {"GIT_CEILING_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
"""Variables that git inherits; others of its own may name another folder, as within a hook."""


@dataclass(frozen=True)
class Manifest:
    """Provenance of a run; hashes are SHA-256."""

    title: str  #: of the study
    version: str  #: of this library
    commit: str  #: of the project, in git; empty if it is not under git
    clean: bool  #: whether no tracked file differed from that commit
    python: str  #: version
    platform: str
    packages: Mapping[str, str]  #: versions of the direct requirements of this library
    requirements: str  #: hash of the lock of all packages; empty if the library was installed without it
    predictions: str  #: hash of the locked predictions
    data: Mapping[str, str]  #: hash of every file of the data
    notebooks: Mapping[
        str, Mapping[str, Any]
    ]  #: ``template``, ``parameters``, ``read`` and ``seconds`` by page

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a file that `write` has written; raise BuzanError if it is missing, unreadable or not a manifest."""
        try:
            return cls(**parse(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise BuzanError(f"no manifest at {path.name}: run the study first") from None
        except OSError as error:
            raise BuzanError(f"{path.name} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise BuzanError(f"{path.name} is not a manifest: {error}") from error

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        write_whole(path, json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def manifest_of(making: Making) -> Manifest:
    """Describe a run in which all pages have been made."""
    commit, clean = _commit(making.study.file.parent)
    return Manifest(
        title=making.study.title,
        version=__version__,
        commit=commit,
        clean=clean,
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: metadata.version(name) for name in required()},
        requirements=hash_of(LOCK),
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
    """The commit of a folder, and whether no tracked file differs, submodules aside.

    Filters such as that of Git LFS are turned off: a file that git would have to filter again counts as different.
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
        only = ("--untracked-files=no", "--ignore-submodules=all")
        changed = _git(folder, *options, "status", "--porcelain", *only)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return commit, False
    return commit, not changed


def _git(folder: Path, *words: str, none: int = 0) -> str:
    """Output of git, where `none` is its exit code for no result.

    The folder may be untrusted: git runs nothing that its configuration names, fetches nothing, and writes nothing.
    """
    env = {key: own for key, own in os.environ.items() if key in _INHERITED or not key.startswith("GIT_")}
    argv, env = ["git", *_ALONE, *words], env | _NO_FETCH
    done = subprocess.run(argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != none:
        done.check_returncode()
    return done.stdout.strip()
