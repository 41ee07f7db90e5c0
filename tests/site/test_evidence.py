"""The page of coded passages and its data."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.site.evidence import MOST, evidence_pages, made_from, placement_of
from buzanlib.study.spec import Run, Study
from buzanlib.tables.statements import load_statements

HOSTILE = '"><script>pwned()</script> {num}`x` </script> \u2028 | *'


def study_of(data: Path, **parameters: str | float) -> Study:
    run = Run("one", data / "one.ipynb", {}, parameters)
    return Study(data, HOSTILE, data, data, data, data, {}, (), (run,))


def read(pages: dict[str, str]) -> dict[str, Any]:
    head, _, text = pages["assets/evidence-data.js"].partition(" = ")
    assert head == "buzan.data.evidence"
    value: dict[str, Any] = json.loads(text.rstrip().rstrip(";"))
    return value


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> dict[str, str]:
    return evidence_pages(study_of(data_dir), whole=True, linked=["BRA", "XXX"])


def test_the_data_are_the_tables(shipped: dict[str, str], data_dir: Path) -> None:
    """Every passage once and every code, whatever form they have on the way."""
    found, statements = read(shipped), load_statements(data_dir)
    documents, passages = found["documents"], found["passages"]
    assert sorted(passages["id"]) == sorted(statements.passages["passage_id"])
    names = [name for name, *_ in found["variables"]]
    values = [[value for value, _ in known] for _, _, known in found["variables"]]
    rows = {
        (passages["id"][row], who): [of[place] for of, place in zip(values, found["codings"][coding], strict=True)]
        for (who, *_), codes in zip(found["annotators"], found["codes"], strict=True)
        for row, coding in enumerate(codes)
        if coding >= 0
    }  # fmt: skip
    codes = statements.codes.set_index(["passage_id", "annotator"])[names].astype(str)
    assert rows == {key: [*row] for key, row in zip(codes.index, codes.to_numpy(), strict=True)}
    places = statements.passages.set_index("passage_id")
    for row, name in enumerate(passages["id"]):
        here = [
            documents["id"][passages["document"][row]],
            *(passages[key][row] for key in ("start", "end", "sha256")),
        ]
        assert here == places.loc[name, ["doc_id", "start", "end", "sha256"]].to_list()
    origin = statements.documents.set_index("doc_id")
    for place, doc_id in enumerate(documents["id"]):
        assert found["corpora"][documents["corpus"][place]][0] == origin.loc[doc_id, "corpus"]
        assert found["states"][documents["state"][place]][0] == origin.loc[doc_id, "iso3"]
        assert documents["year"][place] == origin.loc[doc_id, "year"]
    gists = pd.read_csv(data_dir / "gists.csv").set_index("passage_id")["gist"]
    assert dict(zip(passages["id"], passages["gist"], strict=True)) == {
        name: gists.get(name, "") for name in passages["id"]
    }
    decisions = pd.read_csv(data_dir / "decisions.csv", dtype=str, keep_default_na=False)
    assert sorted(
        [passages["id"][row], found["annotators"][who][0], *said] for who, row, *said in found["decisions"]
    ) == sorted(decisions.to_numpy().tolist())


def test_the_data_are_compact(shipped: dict[str, str]) -> None:
    assert len(shipped["assets/evidence-data.js"].encode()) < 600_000
    assert len(shipped["evidence.md"].encode()) < 10_000


def test_the_page_counts_as_the_tables_do(shipped: dict[str, str], data_dir: Path) -> None:
    coded = load_statements(data_dir).coded()
    page = shipped["evidence.md"]
    for label, holds in {
        "Coded": coded["relevant"] >= 0,
        "A danger in cyberspace": coded["relevant"] == 1,
        "Criminal activity": coded["cri"] == 1,
    }.items():
        ours = {corpus: int(number) for corpus, number in holds.groupby(coded["corpus"]).sum().items()}
        assert f"| {label} | {ours['NCSS']} | {ours['UNGDC']} |" in page.replace("\\", "")


def test_what_ships_is_said_to_be_coded_by_no_human_being(shipped: dict[str, str]) -> None:
    page = " ".join(shipped["evidence.md"].split())
    assert "**All annotators are runs of one large language model,** none is a human being." in page
    assert "blind to the state" in page
    assert "our reading" in page
    assert "buzanlib developers" in page


def test_the_tables_are_offered_as_they_are(shipped: dict[str, str], data_dir: Path) -> None:
    for name in ("passages", "documents", "codes", "gists", "decisions", "annotators"):
        assert shipped[f"tables/{name}.csv"].encode() == (data_dir / f"{name}.csv").read_bytes()
        assert f"<tables/{name}.csv>" in shipped["evidence.md"]


def test_states_are_linked_that_have_a_page(shipped: dict[str, str]) -> None:
    assert [iso3 for iso3, _, linked in read(shipped)["states"] if linked] == ["BRA"]


def test_the_placement_is_that_of_the_study(data_dir: Path) -> None:
    of_study: dict[str, Any] = {
        **{"power": "gdp", "cohesion": "wgi_stability", "first": 2012, "last": 2020, "power_rule": "median"},
        **{"cohesion_rule": "quantile", "power_quantile": 0.5, "cohesion_quantile": 0.25, "annotator": "A"},
    }
    placed = placement_of(study_of(data_dir, **of_study))
    assert (placed.power, placed.cohesion_rule, placed.cohesion_quantile) == ("gdp", "quantile", 0.25)
    assert placement_of(study_of(data_dir, power="gdp")).power == "cinc"


def test_the_page_is_made_again_for_other_choices(data_dir: Path) -> None:
    one = made_from(study_of(data_dir, corpus="UNGDC"), {"codes.csv": "1"}, [])
    assert one == made_from(study_of(data_dir, corpus="UNGDC"), {"codes.csv": "1"}, [])
    for other in (
        made_from(study_of(data_dir, corpus="NCSS"), {"codes.csv": "1"}, []),
        made_from(study_of(data_dir, corpus="UNGDC"), {"codes.csv": "2"}, []),
        made_from(study_of(data_dir, corpus="UNGDC"), {"codes.csv": "1"}, ["BRA"]),
    ):
        assert one != other


@pytest.fixture
def other(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with a corpus of its own, three passages without gists, coded by one further annotator."""
    folder = tmp_path / "data"
    shutil.copytree(data_dir, folder)

    def add(name: str, *rows: list[object]) -> None:
        with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    add("documents", ["OEWG-BRA-2021", "OEWG", "BRA", 2021, "", "document", 10, 1, 0, 3, 3, "", 0])
    ids = [f"P{number:016x}" for number in range(3)]
    add("passages", *([one, "OEWG-BRA-2021", 10 * n, 10 * n + 9, f"{n:016x}"] for n, one in enumerate(ids)))
    code = [1, 0, 1, 0, 0, 0, 0, 0, "inf", 1, "state", "none", "norms", "none", 0]
    add("codes", *([one, "Ana", *code] for one in ids))
    add("annotators", ["Ana", 2, "coder", "", "", "sheet", "", "", ""])
    return folder


def test_another_study_shows_its_own_corpus_and_coder_and_nothing_that_it_lacks(other: Path) -> None:
    pages = evidence_pages(study_of(other, corpus="OEWG", annotator="Ana"), whole=False)
    found, page = read(pages), pages["evidence.md"]
    assert found["passages"]["gist"] == ["", "", ""]
    assert [name for name, *_ in found["annotators"]] == ["Ana"]
    assert found["shown"] == "Ana"
    assert found["decisions"] == []
    assert [corpus for corpus, _ in found["corpora"]] == ["OEWG"]
    assert "who spoke and when and the codes of every annotator side by side." in page
    for word in ("General Debate", "blind to the state", "buzanlib developers"):
        assert word not in page
    assert "coded by Ana (a coding sheet)." in page


def test_a_table_that_leads_out_of_its_folder_is_not_published(other: Path) -> None:
    aside = other.parent / "gists.csv"
    (other / "gists.csv").rename(aside)
    (other / "gists.csv").symlink_to(aside)
    pages = evidence_pages(study_of(other, corpus="OEWG"), whole=False)
    assert "tables/codes.csv" in pages
    assert "tables/gists.csv" not in pages
    assert "gists.csv" not in pages["evidence.md"]


def test_annotators_together_are_offered_as_the_study_names_them(other: Path) -> None:
    found = read(evidence_pages(study_of(other, annotator="adjudicated_2+Ana"), whole=False))
    assert found["shown"] == "adjudicated_2+Ana"
    assert len(found["annotators"]) == 9
    unknown = read(evidence_pages(study_of(other, corpus="OEWG", annotator="Ben"), whole=False))
    assert unknown["shown"] == "Ana"


def test_there_is_no_page_where_nobody_has_coded(data_dir: Path) -> None:
    assert evidence_pages(study_of(data_dir, corpus="OEWG"), whole=False) == {}


def test_more_passages_than_a_page_holds_are_counted_only(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buzanlib.site.evidence.MOST", 5)
    pages = evidence_pages(study_of(data_dir, corpus="UNGDC"), whole=False)
    assert pages.keys() == {"evidence.md", "assets/evidence-data.js"}
    assert read(pages) is None
    assert "More than 5 passages are too many" in pages["evidence.md"]
    assert MOST > 1_428
