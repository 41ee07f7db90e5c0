"""The study that ships, with few draws: the same bytes however it is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buzanlib.study.manifest import MANIFEST
from buzanlib.study.results import Results
from buzanlib.study.runner import RESULTS, run_study
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


@pytest.mark.slow
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


def every_hypothesis_has_a_verdict(results: Results, data_dir: Path) -> None:
    words = {"supported", "partly", "contradicted", "undecided"}
    for name in load_predictions(data_dir).hypotheses:
        assert results[f"{name}.verdict"] in words
        assert 0 < float(results[f"{name}.p_adjusted"]) <= 1
        if f"{name}.low90" in results.values:
            assert float(results[f"{name}.low90"]) <= float(results[f"{name}.high90"])
        else:
            assert name == "E3"  # its reliability may leave no error, and then no interval
