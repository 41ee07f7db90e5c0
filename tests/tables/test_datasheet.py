"""What the datasheet says of the tables is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from buzanlib.tables.descriptor import examine, load
from buzanlib.tables.schema import FILE


@pytest.fixture(scope="module")
def datasheet(data_dir: Path) -> str:
    return (data_dir / "README.md").read_text(encoding="utf-8")


def test_row_counts_are_those_of_the_tables(data_dir: Path, datasheet: str) -> None:
    stated = re.findall(r"^\| `(\w+)\.csv` \| [^|]+ \| ([0-9,]+) \|", datasheet, flags=re.M)
    frames, _ = examine(data_dir)
    assert {name: int(rows.replace(",", "")) for name, rows in stated} == {
        name: len(frame) for name, frame in frames.items()
    }


def test_terms_are_those_of_the_descriptor(data_dir: Path, datasheet: str) -> None:
    words = {
        "CC0-1.0": "CC0",
        "CC-BY-4.0": "CC BY 4.0",
        "other-at": "free with citation",
        "other-pd": "public record",
        "EUPL-1.2": "EUPL 1.2",
    }
    package = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    stated = dict(re.findall(r"^\| `(\w+)\.csv` \| [^|]+ \| [^|]+ \| ([^|]+) \|", datasheet, flags=re.M))
    assert stated.pop("panel") == "by column, see below"
    for resource in package["resources"]:
        if resource["name"] != "panel":
            assert stated[resource["name"]] == "; ".join(words[one["name"]] for one in resource["licenses"])


def test_terms_of_the_panel_are_those_of_its_columns(data_dir: Path, datasheet: str) -> None:
    package = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    (panel,) = (resource for resource in package["resources"] if resource["name"] == "panel")
    rows = re.findall(r"^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$", datasheet, flags=re.M)
    for field in panel["schema"]["fields"][2:]:
        (terms,) = {licence for names, licence in rows if f"`{field['name']}`" in names}
        assert terms == field["licence"]


def test_coding_is_never_called_human(datasheet: str) -> None:
    assert "one large language model" in datasheet
    assert "people who work apart may well agree less" in " ".join(datasheet.split())
    assert not re.search(r"human (coders|annotators) coded", datasheet)


def test_every_file_of_the_folder_is_named(data_dir: Path, datasheet: str) -> None:
    names = {path.name for path in data_dir.iterdir() if not path.name.startswith(".")} - {"README.md"}
    assert {name for name in names if f"`{name}`" not in datasheet} == set()


def test_every_illustration_cites_a_work_of_the_bibliography(data_dir: Path, root: Path) -> None:
    bibliography = (root / "book" / "references.bib").read_text(encoding="utf-8")
    known = re.findall(r"^@\w+\{([^,]+)", bibliography, flags=re.M)
    assert set(load(data_dir, "illustrations")["citation"]) <= set(known)
