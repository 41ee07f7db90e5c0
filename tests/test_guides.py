"""Every study that the guides show gives a book, and so does every notebook that is swept."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from buzanlib.site.build import build_book
from buzanlib.sources.new_session import add_session
from buzanlib.sources.own_index import merge_index
from buzanlib.sources.own_texts import gather_texts
from buzanlib.sources.sheet_workbook import render_workbook
from buzanlib.sources.sheets import CODES
from buzanlib.study.parameters import declared

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("guides"), pytest.mark.usefixtures("server")]

GUIDES = ("rerun", "bring_statements", "bring_index", "add_year", "add_hypothesis")
FEW = {"draws": 49, "bootstrap": 29, "worlds": 20, "size": 40}
BOOK = Path(__file__).parents[1] / "book"


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Each block of YAML in the guides; what one says of tables holds for those behind it in the same guide."""
    found = []
    for guide in GUIDES:
        tables: dict[str, str] = {}
        text = (BOOK / f"{guide}.md").read_text(encoding="utf-8")
        for number, block in enumerate(
            re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL), start=1
        ):
            content = yaml.safe_load(block)
            tables = content.setdefault("tables", tables)
            found.append((f"{guide}-{number}", content))
    return found


@pytest.fixture(scope="module")
def mine(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sheet, the panel and the tables that the guides speak of."""
    folder = tmp_path_factory.mktemp("mine")
    codes = pd.read_csv(data_dir / "codes.csv", dtype="str", keep_default_na=False)
    coded = codes[codes["annotator"] == "A"].assign(annotator="Ana")
    named = coded.rename(columns={"passage_id": "passage", "annotator": "coder"})
    (folder / "codes-Ana.xlsx").write_bytes(render_workbook(named, {}, ""))
    panel = pd.read_csv(data_dir / "panel.csv")
    reach = panel.loc[panel["gdp"].notna(), ["iso3", "year"]].assign(value=panel["gdp"] ** 0.5)
    reach.to_csv(folder / "reach.csv", index=False)
    merge_index(folder / "reach.csv", "power", "reach", data_dir, folder / "panel.csv")
    (folder / "texts").mkdir()
    speaking = panel.loc[(panel["year"] == 2015) & panel["fsi_cohesion_rank"].notna(), "iso3"].unique()[:120]
    for number, state in enumerate(speaking):
        said = "Cyber crime is a danger to all." if number % 2 else "Cyber attacks threaten our power grid."
        (folder / "texts" / f"{state}-2021.txt").write_text(said, encoding="utf-8")
    sheet = gather_texts(folder / "texts", "OEWG", data_dir, folder / "tables-of-mine").files[2]
    _coded(sheet)
    session = folder / "Session 82 - 2027"
    session.mkdir()
    for file in sorted((folder / "texts").iterdir()):
        shutil.copy(file, session / file.name.replace("-2021", "_82_2027"))
    _coded(add_session(session, data_dir, folder / "added").files[-1])
    return folder


def _coded(sheet: Path) -> None:
    """Fill in a sheet, as two people would who agree."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        blank = list(csv.DictReader(file))
    values = dict.fromkeys(CODES, "") | {"relevant": "yes", "level": "1", "referent": "state"}
    values |= {"agent": "none", "measure": "none"}
    pd.DataFrame(
        {**row, "coder": coder, **values, "primary": "crime" if "crime" in row["text"] else "infrastructure"}
        for row in blank
        for coder in ("Ana", "Ben")
    ).to_csv(sheet, index=False)


def build(folder: Path, root: Path, output: str, content: dict[str, Any]) -> None:
    """Build the book of a study."""
    head = {"title": "Mine", "data": str(root / "data"), "templates": str(root / "notebooks")}
    head |= {"book": str(root / "book"), "output": output}
    path = folder / f"{output}.yml"
    path.write_text(yaml.safe_dump(head | content, sort_keys=False), encoding="utf-8")
    front = build_book(path, progress=False)
    pages = {page.stem for page in (front.parent / "executed").glob("*.html")}
    assert pages
    assert all(any(page.startswith(name) for page in pages) for name in content["notebooks"])


@pytest.mark.parametrize(("name", "content"), examples(), ids=[name for name, _ in examples()])
def test_every_example_of_the_guides_gives_a_book(
    mine: Path, root: Path, name: str, content: dict[str, Any]
) -> None:
    notebooks = content.get("notebooks", {"04_placement": None, "06_quadrants": None})
    known = {key for notebook in notebooks for key in declared(root / "notebooks" / f"{notebook}.ipynb")}
    few = {key: value for key, value in FEW.items() if key in known}
    build(
        mine,
        root,
        name,
        content | {"parameters": few | content.get("parameters", {}), "notebooks": notebooks},
    )


def test_every_notebook_can_be_swept(tmp_path: Path, root: Path) -> None:
    with (root / "data" / "illustrations.csv").open(encoding="utf-8", newline="") as file:
        cases = [row["case_id"] for row in csv.DictReader(file)][:2]
    values = {
        "power": ["cinc", "gdp"],
        "measure": ["hamming", "jensen_shannon"],
        "case": cases,
        "draws": [49, 59],
    }
    values |= {"reservation": [0.4, 0.5], "taste": [0.2, 0.3]}
    swept: dict[str, dict[str, Any]] = {"chapters": {}, "own": {}}
    for template in sorted((root / "notebooks").glob("*.ipynb")):
        if (
            template.stem == "15_verdicts"
        ):  # it has no choice of its own, and needs findings that no sweep leaves
            continue
        name = next(name for name in values if name in declared(template))
        # Those of one's own record some findings under the keys of chapters, and are not for the same study.
        kind = "own" if template.stem.startswith("own_") else "chapters"
        swept[kind][template.stem] = {"sweep": {name: list(values[name])}}
    for kind, notebooks in swept.items():
        known = {key for name in notebooks for key in declared(root / "notebooks" / f"{name}.ipynb")}
        few = {key: value for key, value in FEW.items() if key in known}
        build(tmp_path, root, kind, {"parameters": few, "notebooks": notebooks})
