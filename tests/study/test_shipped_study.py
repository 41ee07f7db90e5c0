"""The study that ships: the same bytes however it is run, and the numbers that are held of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from book_numbers import HELD, differences, made_by, taken

from buzanlib.inference.verdicts import Verdict
from buzanlib.study.manifest import MANIFEST
from buzanlib.study.results import Results
from buzanlib.study.runner import FINDINGS, RESULTS, run_study
from buzanlib.tables.declarations import load_open_claims
from buzanlib.theory.predictions import load_predictions

FEW = {"draws": 199, "bootstrap": 99, "worlds": 200, "size": 40}


@pytest.fixture(scope="module")
def quick(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default study with few draws of everything."""
    folder = tmp_path_factory.mktemp("quick")
    text = (root / "notebooks" / "study.yml").read_text(encoding="utf-8")
    text = text.replace("data: ../data", f"templates: {root / 'notebooks'}\ndata: {root / 'data'}")
    text = text.replace("output: ../book/executed", "output: executed")
    text = re.sub(r"draws: \d+", f"draws: {FEW['draws']}", text)
    common = "".join(f"  {name}: {value}\n" for name, value in FEW.items())
    path = folder / "study.yml"
    path.write_text(text.replace("parameters:\n", f"parameters:\n{common}", 1), encoding="utf-8")
    return path


@pytest.mark.soak
@pytest.mark.xdist_group("study")
def test_two_runs_on_one_and_on_two_processes_give_the_same_bytes(quick: Path, data_dir: Path) -> None:
    written = []
    for jobs in (2, 1):
        results = run_study(quick, force=True, progress=False, jobs=jobs)
        files = [path for path in sorted((quick.parent / "executed").iterdir()) if path.is_file()]
        written.append({path.name: path.read_bytes() for path in files if path.name != MANIFEST})
    assert list(written[0]) == list(written[1])
    assert [name for name in written[0] if written[0][name] != written[1][name]] == []
    assert RESULTS in written[0]
    every_hypothesis_has_a_verdict(results, data_dir)
    findings = {row["id"]: row for row in json.loads(written[0][FINDINGS])}
    locked = load_predictions(data_dir).hypotheses
    later = {name for name, row in findings.items() if row["family"] == "second registration"}
    assert later == {"P1", "P2", "P3B1", "P3B2", "P3B3", "P4", "P5"}
    left_out = {name for name, one in load_open_claims(data_dir).items() if one.tested}
    assert {name for name, row in findings.items() if row["family"] == "X"} == left_out
    assert findings.keys() - later - left_out == locked.keys()
    for name, row in ((name, findings[name]) for name in (*locked, *sorted(left_out))):
        for key in ("contrast", "low90", "p", "p_adjusted", "verdict", "n"):
            assert row[key] == results.scalars.get(f"{name}.{key}"), (name, key)
        assert row["chapter"] in results.notebooks
        assert row["parameters"]["seed"] == 20100615


def every_hypothesis_has_a_verdict(results: Results, data_dir: Path) -> None:
    words = set(Verdict)
    for name in load_predictions(data_dir).hypotheses:
        assert results[f"{name}.verdict"] in words
        assert 0 < float(results[f"{name}.p_adjusted"]) <= 1
        if f"{name}.low90" in results.values:
            assert float(results[f"{name}.low90"]) <= float(results[f"{name}.high90"])
        else:
            assert name == "E3"  # its reliability may leave no error, and then no interval


@pytest.fixture(scope="module")
def held() -> dict[str, Any]:
    """The numbers and pictures of the book, as they were last looked at."""
    content: dict[str, Any] = json.loads(HELD.read_text(encoding="utf-8"))
    return content


@pytest.mark.soak
@pytest.mark.xdist_group("browser")
def test_no_number_and_no_picture_of_the_book_has_moved(html: Path, held: dict[str, Any]) -> None:
    results = html.parents[1] / "book" / "executed" / RESULTS
    now = taken(json.loads(results.read_text(encoding="utf-8")))
    moved = list(differences(held, now))
    assert not moved, "\n".join(
        [f"{len(moved)} moved; if they should: python tests/reference/book_numbers.py RESULTS", *moved]
    )


def test_what_is_held_is_what_the_locked_versions_make(root: Path, held: dict[str, Any]) -> None:
    locked = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    for name in ("matplotlib", "numpy", "pillow"):
        assert f"{name}=={held['made_by'][name]}" in locked, "make tests/reference/numbers.json anew"
    assert held["made_by"].keys() == made_by().keys()


def test_whatever_moves_is_named() -> None:
    def run(**values: object) -> dict[str, Any]:
        recorded = {key: {"notebook": "nb", "value": value} for key, value in values.items()}
        return taken(
            {"figures": {f"fig-{key}": str(value) for key, value in values.items()}, "values": recorded}
        )

    old = run(a=1.0, b=1, c="x", d=True, e=1e-12)
    new = run(a=1.0 + 1e-8, b=2, c="y", d=1, f=0)
    assert [line for line in differences(old, new) if "picture" not in line] == [
        "nb, a: 1.0, now 1.00000001",
        "nb, b: 1, now 2",
        "nb, c: 'x', now 'y'",
        "nb, d: True, now 1",
        "nb, e: 1e-12, now none",
        "nb, f: none, now 0",
    ]
    assert list(differences(run(a=1), run(a=1.0))) == ["nb, a: 1, now 1.0", "picture fig-a: '1', now '1.0'"]
    again = run(a=1.0 + 1e-10, b=1, c="x", d=True, e=2e-12)
    assert {line.partition(" ")[0] for line in differences(old, again)} == {"picture"}
    elsewhere = {**run(a=1.0 + 1e-8, b=2, c="x", d=True, f=1e-12), "made_by": {}}
    assert list(differences(old, elsewhere)) == [
        "nb, b: 1, now 2",
        "nb, e: 1e-12, now none",
        "nb, f: none, now 1e-12",
        "picture fig-e: '1e-12', now none",
        "picture fig-f: none, now '1e-12'",
    ]
