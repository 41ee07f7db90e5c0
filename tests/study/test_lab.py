"""A copy of a notebook runs where it lies, and is never written over."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

from buzanlib.errors import BuzanError, StudyError
from buzanlib.study import lab
from buzanlib.study.lab import copy_to_lab, open_lab


@pytest.fixture(scope="session")
def study(root: Path) -> Path:
    return root / "notebooks" / "study.yml"


def test_a_copy_has_the_parameters_of_the_study_and_runs_in_its_folder(study: Path, tmp_path: Path) -> None:
    copy = copy_to_lab(study, "01", tmp_path / "deep" / "lab")
    assert copy.name == "01_securitization.ipynb"
    papermill.execute_notebook(copy, tmp_path / "out.ipynb", cwd=copy.parent, progress_bar=False)
    cells = nbformat.read(copy, as_version=4).cells  # type: ignore[no-untyped-call]
    (injected,) = [cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", ())]
    assert 'data = "' in injected.source


def test_what_somebody_has_written_into_a_copy_stays(study: Path, tmp_path: Path) -> None:
    copy = copy_to_lab(study, "02_table1", tmp_path)
    copy.write_text("mine", encoding="utf-8")
    assert copy_to_lab(study, "02", tmp_path).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("0", "'0' begins 01_securitization, 02_table1.*; say more of one"),
        ("2_table1", "begins no page of the study; nearest allowed: '02_table1'"),
    ],
)
def test_a_name_that_fits_none_or_several_is_refused(
    name: str, message: str, study: Path, tmp_path: Path
) -> None:
    with pytest.raises(StudyError, match=message):
        copy_to_lab(study, name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_jupyterlab_the_copy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    with pytest.raises(BuzanError, match=r"x\.ipynb is ready, but JupyterLab is not installed"):
        open_lab(tmp_path / "x.ipynb")
