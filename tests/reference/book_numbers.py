"""Every number and picture of the shipped book, so that no change to code moves one unseen.

``python tests/reference/book_numbers.py RESULTS`` writes ``numbers.json`` anew from the results.json of a run, and
``python tests/reference/book_numbers.py --compare OLD NEW`` says which numbers and pictures of two runs differ.
"""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

HELD = Path(__file__).with_name("numbers.json")

TOLERANCE, ELSEWHERE = 1e-9, 5e-3
"""Relative and absolute; the other where other code adds up: a tie in a simulation may then fall the other way."""


def made_by() -> dict[str, str]:
    """What, beside the code of this project, last digits and the bytes of a picture depend on."""
    import numpy as np  # loads the library that is asked for
    from matplotlib import ft2font
    from threadpoolctl import threadpool_info

    blas = [one["architecture"] for one in threadpool_info() if "numpy" in one["filepath"]]
    packages = {name: version(name) for name in ("matplotlib", "pillow")}
    about = {"machine": platform.machine(), "numpy": np.__version__, "blas": ", ".join(blas)}
    return {"freetype": ft2font.__freetype_version__, **about, **packages}


def taken(results: Mapping[str, Any]) -> dict[str, Any]:
    """What is held of the results of a run: values by notebook and key, hashes of pictures by label."""
    values: dict[str, dict[str, Any]] = {}
    for key, entry in results["values"].items():
        values.setdefault(entry["notebook"], {})[key] = entry["value"]
    return {"made_by": made_by(), "figures": results["figures"], "values": values}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Say what differs, a line each; both as `taken` gives it.

    Where they were made by other versions or on another processor, pictures count by their labels alone.
    """
    alike = old["made_by"] == new["made_by"]
    for page in sorted(old["values"].keys() | new["values"].keys()):
        was, now = (held["values"].get(page, {}) for held in (old, new))
        for key in sorted(was.keys() | now.keys()):
            if not (
                key in was and key in now and _same(was[key], now[key], TOLERANCE if alike else ELSEWHERE)
            ):
                yield f"{page}, {key}: {_shown(was, key)}, now {_shown(now, key)}"
    was, now = old["figures"], new["figures"]
    for label in sorted(was.keys() | now.keys() if alike else was.keys() ^ now.keys()):
        if was.get(label) != now.get(label):
            yield f"picture {label}: {_shown(was, label)}, now {_shown(now, label)}"


def _same(was: object, now: object, tolerance: float) -> bool:
    if isinstance(was, float) and isinstance(now, float):
        return math.isclose(was, now, rel_tol=tolerance, abs_tol=tolerance)
    return type(was) is type(now) and was == now


def _shown(held: Mapping[str, Any], key: str) -> str:
    return repr(held[key]) if key in held else "none"


def main(words: list[str]) -> int:
    """Write the file anew, or compare two runs."""
    compare = words[:1] == ["--compare"]
    files = [Path(word) for word in words[compare:]]
    if len(files) != 1 + compare or not all(file.is_file() for file in files):
        print(__doc__, file=sys.stderr)
        return 2
    read = [taken(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    if not compare:
        HELD.write_text(
            json.dumps(read[0], indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return 0
    lines = list(differences(*read))
    print("\n".join(lines) or "all numbers and pictures are the same")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
