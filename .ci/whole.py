"""Check that an environment is complete, and exit with 1 if not: ``.venv/bin/python .ci/whole.py``.

An interrupted installer may have recorded a package as installed before all its files were there, and would not repair
it later. So every file is compared with the list of its package, and everything that the library needs is imported.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import Distribution, distributions, packages_distributions, requires
from pathlib import Path

PROJECT = "buzanlib"


def incomplete(packages: Iterable[Distribution]) -> Iterator[str]:
    """Files of packages that are missing, or not as long as they should be; byte code is compiled here."""
    for package in packages:
        # Read here, since from Python 3.12 on `files` leaves out what is missing.
        for name, _, length in csv.reader((package.read_text("RECORD") or "").splitlines()):
            path = Path(str(package.locate_file(name)))
            if (
                length
                and path.suffix != ".pyc"
                and not (path.is_file() and path.stat().st_size == int(length))
            ):
                yield name


def modules() -> set[str]:
    """Modules of the packages that the project says it needs."""
    needed = {
        _plain(re.split(r"[^\w.-]", line)[0]) for line in requires(PROJECT) or () if "extra ==" not in line
    }
    return {name for name, owners in packages_distributions().items() if needed & set(map(_plain, owners))}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Check, and print what is wrong."""
    if faults := list(incomplete(distributions())):
        print(
            f"{len(faults)} files of packages are not as they should be, such as {faults[0]}", file=sys.stderr
        )
        return 1
    check = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    if (told := subprocess.run(check, capture_output=True, text=True, check=False)).returncode:
        print(told.stdout + told.stderr, file=sys.stderr)
        return 1
    for name in sorted({f"{PROJECT}.cli", *modules()}):
        try:
            import_module(name)
        except ImportError as error:
            print(f"{name} cannot be imported: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
