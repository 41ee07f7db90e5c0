"""Provenance of a run: versions, platform, hashes, parameters, times, and commits of the library and of the study."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from buzanlib import __version__
from buzanlib.errors import BuzanError
from buzanlib.files import write_whole
from buzanlib.strictjson import parse
from buzanlib.study.dependencies import LOCK, PACKAGE, ROOT, hash_of, required
from buzanlib.study.scheduler import Making
from buzanlib.study.trace import BESIDE
from buzanlib.theory.predictions import PREDICTIONS

MANIFEST = "run.json"

_ALONE = (
    *("--no-pager", "--literal-pathspecs", "--no-optional-locks"),
    *("-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}"),
)
"""Options with which git neither starts programs nor writes."""

_NO_FETCH = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
"""Variables with which git fetches nothing that a clone lacks; its configuration may name a program that would."""

_INHERITED = {"GIT_CEILING_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
"""Variables that git inherits; others of its own may name another folder, as within a hook."""


@dataclass(frozen=True)
class Origin:
    """Which state of some files a run has used."""

    version: str  #: as its authors name it; empty if they do not
    commit: str  #: in git; empty if none is known
    clean: bool | None  #: whether nothing differed from that commit; None if not all files could be looked at


@dataclass(frozen=True)
class Manifest:
    """Provenance of a run; hashes are SHA-256."""

    title: str  #: of the study
    library: Origin  #: this library, and what of the data and notebooks comes with it
    study: Origin  #: the study file and all that the study reads, but for what comes with the library
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
            content = parse(path.read_text(encoding="utf-8"))
            library, study = (Origin(**content.pop(name)) for name in ("library", "study"))
            return cls(library=library, study=study, **content)
        except FileNotFoundError:
            raise BuzanError(f"no manifest at {path.name}: run the study first") from None
        except OSError as error:
            raise BuzanError(f"{path.name} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BuzanError(f"{path.name} is not a manifest: {error}") from error

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        write_whole(path, json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def manifest_of(making: Making) -> Manifest:
    """Describe a run in which all pages have been made."""
    library, study = _origins(making)
    return Manifest(
        title=making.study.title,
        library=library,
        study=study,
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


def _origins(making: Making) -> tuple[Origin, Origin]:
    """Origins of the library and of the study, each file being looked at in the repository in which it lies."""
    study = making.study
    beside = {
        name: sha for entry in making.entries.values() if entry for name, sha in entry.inputs.files.items()
    }
    read = {study.file, *study.tables.values(), *study.sheets, *(run.template for run in study.runs)}
    read |= {study.data / name for name in making.folder.hashes if (study.data / name).is_file()}
    read |= {study.file.parent / name for name, sha in beside.items() if sha and name.startswith(BESIDE)}
    files = {Path(os.path.normpath(file)) for file in read}
    code = {*ROOT.rglob("*.py"), *filter(Path.is_file, [LOCK])}
    shipped = _top(ROOT)
    ours = {file for file in files if shipped and file.is_relative_to(shipped)}
    commit, clean = _commit(ROOT / "__init__.py", code | ours)
    library = Origin(__version__, *((commit, clean) if commit else (_installed_from(), None)))
    theirs = files - ours if study.file not in ours else files
    return library, Origin(study.version, *_commit(study.file, theirs))


def _installed_from() -> str:
    """The commit that was installed without a clone, as from an address of git; empty if it was not."""
    about = metadata.distribution(PACKAGE).read_text("direct_url.json")
    found = parse(about).get("vcs_info", {}).get("commit_id", "") if about else ""
    return str(found)


def _top(folder: Path) -> Path | None:
    """The repository in which a folder lies."""
    try:
        return Path(_git(folder, "rev-parse", "--show-toplevel"))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def _commit(first: Path, files: Collection[Path]) -> tuple[str, bool | None]:
    """The commit in which a file is, and whether none of these differs from it; None if one cannot be looked at.

    Filters such as that of Git LFS are turned off: a file that git would have to filter again counts as different.
    """
    folder, top = first.parent, _top(first.parent)
    try:
        commit = _git(folder, "rev-parse", "--verify", "HEAD") if top else ""
        if not top or not commit or not _git(folder, "ls-files", "--", str(first)):
            return "", None
    except (OSError, ValueError, subprocess.CalledProcessError):
        return "", None
    inside = sorted(str(file) for file in files if file.is_relative_to(top))
    try:
        named = _git(folder, "config", "--null", "--name-only", "--get-regexp", r"^filter\.", none=1)
        off = [f"{name}={'false' * name.endswith('.required')}" for name in named.split("\0") if name]
        if any(option.count("=") > 1 for option in off):
            return commit, None  # git would take the option for another
        options = [word for option in off for word in ("-c", option)]
        tracked = _git(folder, "ls-files", "--", *inside).splitlines()
        changed = _git(folder, *options, "status", "--porcelain", "--ignore-submodules=all", "--", *inside)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return commit, None
    if changed or len(tracked) < len(inside):
        return commit, False
    return commit, True if len(inside) == len(files) else None


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
