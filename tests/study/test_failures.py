"""Notebooks that fail, in every way that we know: what is told, what is kept, and what is not touched."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from buzanlib.cli import main
from buzanlib.study.owned import RECORD
from buzanlib.study.plan import status

pytestmark = pytest.mark.usefixtures("server")

GOOD = """
from buzanlib.study.results import record

record({{"{name}.n": {number}}})
"""

FAILS = {
    "raises": ('shares = {"pol": 0.5}\nshares["inf"]', "KeyError: 'inf'"),
    "syntax": ("shares = (0.5\nshares + 1", "SyntaxError: '(' was never closed"),
    "leaves": ("import sys\nsys.exit()", "SystemExit"),
    "leaves_well": ("import sys\nsys.exit(0)", "SystemExit: 0"),
    "dies": ("import os\nos.kill(os.getpid(), 9)", "its process died, perhaps for lack of memory"),
    "mute": (
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError('no words')\n\nraise Mute",
        "ValueError: no words",
    ),
    "twice": (
        'from buzanlib.study.results import record\nfor n in (1, 2):\n    record({"twice.n": n})',
        "'twice.n' is recorded twice",
    ),
}
"""Source of the third cell, and what is told of it."""

WELL = {
    "plain": GOOD.format(name="plain", number=1),
    "huge": 'print("a line of some length\\n" * 100_000)\n' + GOOD.format(name="huge", number=2),
}


def write(folder: Path, name: str, source: str, parameters: str = 'data: str = ""  # unread') -> None:
    cells = [
        new_markdown_cell(f"# {name}"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        new_code_cell(source.strip()),
        new_code_cell("after = True"),
    ]
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    folder.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": about}), folder / f"{name}.ipynb")


def state(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.name != RECORD
    }


@pytest.mark.slow
@pytest.mark.xdist_group("failures")
def test_every_kind_of_failure(write_study, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    templates, output = tmp_path / "templates", tmp_path / "executed"
    for name in FAILS:
        write(templates, name, GOOD.format(name=name, number=0))
    write(
        templates,
        "total",
        "from pathlib import Path\n"
        "from buzanlib.study.results import Results, record\n"
        'record({"total.n": len(Results.load(Path(results)).values)})',
        'data: str = ""  # unread\nresults: str = ""  # numbers before',
    )
    first, last = list(FAILS), ["total"]
    path = str(write_study(" ".join(first + last), templates="templates"))
    assert main(["run", path]) == 0
    before = state(output)
    assert json.loads(before["results.json"])["values"]["total.n"]["value"] == len(FAILS)

    for name, (source, _) in FAILS.items():
        write(templates, name, source)
    for name, source in WELL.items():
        write(templates, name, source)
    write_study(" ".join([*first, *last, *WELL]), templates="templates")
    capsys.readouterr()
    for command in ("run", "book"):
        assert main([command, path]) == 1
        told = capsys.readouterr().err
        assert "Traceback" not in told
        for name, (source, error) in FAILS.items():
            lines = "".join(f"    {line}\n" if line else "\n" for line in source.splitlines())
            where = (
                f"{name}, cell 3: {error}\n{lines}"
                if name == "twice"
                else f"notebook {name} failed in cell 3:\n{lines}{error}"
            )
            assert where in told
            partial = nbformat.read(output / "failed" / f"{name}.ipynb", as_version=4)
            assert any(cell.source == source for cell in partial.cells)
        assert f"notebook total did not run: it reads the numbers of {', '.join(FAILS)}" in told
        assert sorted(file.stem for file in (output / "failed").iterdir()) == sorted(FAILS)
        assert state(output) == before
        assert not (output / "_build").exists()
        assert not (output / "book").exists()

    reasons = {step.run.name: step.reason for step in status(Path(path))}
    assert {name for name, reason in reasons.items() if not reason} == set(WELL)
    for name in FAILS:
        write(templates, name, GOOD.format(name=name, number=7))
    assert main(["run", path]) == 0
    told = capsys.readouterr().err
    assert f"2 of {len(FAILS) + 3} pages have not changed" in told
    assert f"[{len(FAILS) + 1}/{len(FAILS) + 1}] total" in told
    values = json.loads((output / "results.json").read_text(encoding="utf-8"))["values"]
    assert {key: entry["value"] for key, entry in values.items()} == {
        **{f"{name}.n": 7 for name in FAILS},
        "total.n": len(FAILS),
        "plain.n": 1,
        "huge.n": 2,
    }
    assert not (output / "failed").exists()
    assert len((output / "huge.ipynb").read_bytes()) > 2_000_000
