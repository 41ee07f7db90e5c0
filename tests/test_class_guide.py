"""The guide for a class's own data: every command as it stands there, with coders who are invented."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import yaml
from python_calamine import CalamineWorkbook

from buzanlib.cli import main
from buzanlib.sources.class_items import read_key
from buzanlib.sources.sheet_words import CODES
from buzanlib.sources.sheet_workbook import render_workbook

pytestmark = pytest.mark.xdist_group("class guide")

FEW = ["-p", "draws=49", "-p", "bootstrap=29"]
CODERS = {"amber-otter": "C", "teal-heron": "D", "rust-finch": "adjudicated_2"}
"""Who codes as which annotator that ships."""


def guide(root: Path) -> str:
    return (root / "book" / "class_data.md").read_text(encoding="utf-8")


def commands(root: Path) -> list[list[str]]:
    """Every command of the guide, in order."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", guide(root), re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def code(seminar: Path, root: Path) -> None:
    """Fill in each coder's workbook, and put it into the folder of sheets."""
    codes = pd.read_csv(root / "data" / "codes.csv", dtype="str", keep_default_na=False)
    behind = read_key(seminar / "sheet-key.csv")
    for coder, ships in CODERS.items():
        theirs = codes[codes["annotator"] == ships].set_index("passage_id")
        workbook = CalamineWorkbook.from_path(seminar / f"sheet-{coder}.xlsx")
        header, *rows = workbook.get_sheet_by_name("codes").to_python()
        blank = pd.DataFrame(rows, columns=header, dtype="str").to_dict("records")
        filled = [row | theirs.loc[behind[row["passage"]], list(CODES)].to_dict() for row in blank]
        (seminar / "sheets" / f"sheet-{coder}.xlsx").write_bytes(
            render_workbook(pd.DataFrame(filled), {}, "")
        )


@pytest.fixture(scope="module")
def walked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the study once every command was given that builds no book."""
    place = tmp_path_factory.mktemp("class")
    (place / "project").mkdir()
    (place / "project" / "data").symlink_to(root / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "project")
        for words in commands(root):
            if words[:2] == ["data", "class"]:
                code(place / "seminar", root)
            assert words[0] == "book" or main(words) == 0, words
    return place / "seminar"


def test_the_commands_of_the_guide_make_a_study(walked: Path, root: Path) -> None:
    assert {words[0] for words in commands(root)} == {"new", "data", "book"}
    gathered = pd.read_csv(walked / "class.csv", dtype="str", keep_default_na=False)
    assert gathered["coder"].value_counts().to_dict() == dict.fromkeys([*CODERS, "class"], 12)
    first, second = (read_key(walked / f"{name}-key.csv") for name in ("sheet", "second"))
    assert len(second) == 12
    assert not {*first.values()} & {*second.values()}
    assert len(read_key(walked / "region-key.csv")) > 12


def test_every_option_that_is_named_exists(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ""
    for words in (["new"], ["data", "sheet"], ["data", "codes"], ["data", "class"]):
        with pytest.raises(SystemExit):
            main([*words, "--help"])
        told += capsys.readouterr().out
    for option in set(re.findall(r"--[a-z]+", guide(root))):
        assert option in told


@pytest.mark.slow
def test_the_page_of_a_class_has_its_agreement_and_the_verdicts_beside_each_other(
    walked: Path, root: Path
) -> None:
    study = walked / "study.yml"
    before = study.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", guide(root), re.MULTILINE | re.DOTALL)
    study.write_text(yaml.safe_dump(yaml.safe_load(before) | yaml.safe_load(block)), encoding="utf-8")
    try:
        assert main(["run", str(walked), *FEW]) == 0
    finally:
        study.write_text(before, encoding="utf-8")
    results = json.loads((walked / "out" / "results.json").read_text(encoding="utf-8"))
    values = {name: one["value"] for name, one in results["values"].items()}
    codes = pd.read_csv(walked / "class.csv", dtype="str", keep_default_na=False)
    assert (values["class.coders"], values["class.passages"]) == (3, 12)
    assert values["class.in_test"] <= 12 < values["class.tested"]
    assert values["class.tied"] == 12 - (codes["coder"] == "class").sum() == 0
    page = (walked / "out" / "own_class.ipynb").read_text(encoding="utf-8")
    assert all(coder in page for coder in CODERS)
    assert page.count("verdict, with the class") > 0


@pytest.mark.soak
@pytest.mark.usefixtures("server")
def test_the_guide_gives_a_book(walked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["book", str(walked), *FEW]) == 0
    html = (walked / "out" / "_build" / "html" / "executed" / "own_class.html").read_text(encoding="utf-8")
    assert "confirms nothing" in html
    assert "class_data" not in html  # the guide is of the project's own book
