"""Time `buzan book` against the plain way: papermill, one notebook after another, then `jupyter-book build`.

Both work on a copy of the project in a temporary folder, with the study that ships. The plain way calls both commands
as their manuals have them, a process each. Ours comes first, since the plain way borrows the pages that are generated
from the data, and the numbers that a notebook reads. Then ours runs again with nothing changed, and says what it would
run after one code in `codes.csv` was changed. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from buzanlib.study.study_file import load_study
from buzanlib.theory.predictions import write_lock

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def copy(to: Path) -> Path:
    """The project without what was made; its study file."""
    made = shutil.ignore_patterns("executed", "_generated", "__pycache__")
    for folder in ("book", "notebooks", "data"):
        shutil.copytree(ROOT / folder, to / folder, ignore=made)
    shutil.copy(ROOT / "_config.yml", to)
    return to / "notebooks" / "study.yml"


def timed(*words: str | Path, cwd: Path) -> float:
    """Seconds of a command, which must succeed."""
    start = perf_counter()
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{words[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return perf_counter() - start


def plain(study: Path, project: Path) -> tuple[float, float]:
    """Seconds of papermill and of Jupyter Book."""
    executed = project / "book" / "executed"
    notebooks = 0.0
    for run in load_study(study).runs:
        words = [
            BIN / "papermill",
            run.template,
            executed / f"{run.name}.ipynb",
            "--cwd",
            run.template.parent,
        ]
        for name, value in run.given.items():
            words += ["-p", name, str(value)]
        notebooks += timed(*words, cwd=project)
    generated = project / "book" / "_generated"
    words = [BIN / "jupyter-book", "build", project / "book", "--path-output", project / "plain"]
    words += ["--toc", generated / "_toc.yml", "--config", project / "_config.yml"]
    return notebooks, timed(*words, cwd=project)


def change_one_code(data: Path) -> None:
    """Let the first passage ask for another measure, and lock the codes again."""
    path = data / "codes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",defend,", ",norms,", 1), encoding="utf-8")
    write_lock(data)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "project"
        study = copy(project)
        buzan = [BIN / "buzan", "book", study]
        first = timed(*buzan, cwd=project)
        again = timed(*buzan, cwd=project)
        notebooks, book = plain(study, project)
        change_one_code(project / "data")
        said = subprocess.run([BIN / "buzan", "status", study], capture_output=True, text=True, check=True)
    print(
        f"plain way         {notebooks + book:8.1f} s  (papermill {notebooks:.1f}, jupyter-book {book:.1f})"
    )
    print(f"buzan book        {first:8.1f} s  ratio {(notebooks + book) / first:.1f}")
    print(f"nothing changed   {again:8.1f} s  ratio {(notebooks + book) / again:.0f}")
    print(f"one code changed:\n{said.stdout}")


if __name__ == "__main__":
    main()
