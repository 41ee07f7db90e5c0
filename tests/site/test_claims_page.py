from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from buzanlib.site.claims import claims_page
from buzanlib.study.results import Results, Value
from buzanlib.study.runner import FINDINGS
from buzanlib.study.spec import Run, Study

CLAIMS = """\
claim,section,text,quoted,treatment,chapter,findings,reason
1,abstract,All <b>fear</b> the same,0,explained,02_words,,No `data`
2,1,“the weak fear more”,1,tested,06_test;07_whole,B1;X21;X9,Not how much
3,1,They vote alike,0,tested,06_test,votes.alike,
4,2,Who joins last,0,modelled,06_test,order.least,
5,3,Nobody knows,0,left out,,,No table
"""
ADDED = "finding,chapter,reason\nR1,11_rivals,A rival\nR2,06_test,Another *rival*\n"
LEDGER = [
    {"id": "B1", "verdict": "undecided", "chapter": "06_test--power-gdp"},
    {"id": "R2", "verdict": "supported", "chapter": "06_test--power-gdp"},
]


def html(markdown: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).render(markdown))


@pytest.fixture
def study(tmp_path: Path, data_dir: Path) -> Study:
    """A study with one notebook of the three that the claims name, swept, and with the verdicts."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("datapackage.json", "definitions.json"):
        shutil.copy(data_dir / name, data)
    (data / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    (data / "added_hypotheses.csv").write_text(ADDED, encoding="utf-8")
    output = tmp_path / "out"
    output.mkdir()
    (output / FINDINGS).write_text(json.dumps(LEDGER), encoding="utf-8")
    swept = Run("06_test--power-gdp", Path("06_test.ipynb"), {}, {"power": "gdp"}, swept=("power",))
    verdicts = Run("15_verdicts", Path("15_verdicts.ipynb"), {}, {})
    here = tmp_path / "study.yml"
    return Study(here, "Mine", tmp_path, data, output, tmp_path, {}, (), (swept, verdicts))


RESULTS = Results("", {}, {}, {}, {"X9.verdict": Value("not large", "15_verdicts")})


def entry(page: str, number: int) -> str:
    """What stands below a claim."""
    return page.split(f"{{#claim-{number}}}")[1].split("\n: ")[1].split("\n\n")[0]


def test_each_claim_has_what_is_done_with_it(study: Study) -> None:
    page = claims_page(study, RESULTS)
    assert entry(page, 1) == r"**Explained** in `02_words` (not in this study). No \`data\`"
    assert entry(page, 2) == (
        "**Tested** in {doc}`../executed/06_test--power-gdp` and `07_whole` (not in this study):"
        " [B1 **undecided**](../executed/06_test--power-gdp.ipynb),"
        " [X21, a table without a test](../executed/06_test--power-gdp.ipynb),"
        " [X9 **not large**](../executed/15_verdicts.ipynb). Not how much"
    )
    assert entry(page, 3).endswith(": a comparison without a verdict.")
    assert entry(page, 4) == "**Modelled** in {doc}`../executed/06_test--power-gdp`."
    assert entry(page, 5) == "**Left out**. No table"
    assert "R1, not judged in this study. A rival" in page
    assert r"[R2 **supported**](../executed/06_test--power-gdp.ipynb). Another \*rival\*" in page
    assert "<b>" not in html(page)


def test_counts_and_sections_are_those_of_the_tables_and_the_ledger(study: Study) -> None:
    page = claims_page(study, RESULTS)
    assert "it makes 5 claims" in page
    for said in ("**Tested** (held against data): 2", "here can speak to it): 1"):
        assert said in page
    assert "stand 2 hypotheses that this study judges: one undecided and one not large (" in page
    heads = [line for line in page.splitlines() if line.startswith("## ")]
    assert [head.split(":")[0] for head in heads] == [
        "## Abstract", "## Section 1", "## Section 2", "## Section 3", "## Added hypotheses",
    ]  # fmt: skip


def test_a_study_without_verdicts_says_so(study: Study) -> None:
    (study.output / FINDINGS).unlink()
    page = claims_page(study, Results("", {}, {}, {}, {}))
    assert "This study judges no hypothesis that stands behind a claim." in page
    assert "B1, not judged in this study" in page


def test_a_folder_without_such_tables_has_a_page_that_says_so(study: Study) -> None:
    package = json.loads((study.data / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [
        table for table in package["resources"] if table["name"] not in ("claims", "added_hypotheses")
    ]
    (study.data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert "has no table of the claims" in claims_page(study, RESULTS)


def test_the_page_is_built_with_a_place_for_each_claim(
    study: Study, folder: Path, build: Callable[..., tuple[str, str]]
) -> None:
    text = claims_page(study, RESULTS).replace("../executed/", "").split("\n", 1)[1]
    for name in ("06_test--power-gdp", "15_verdicts"):
        (folder / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
    text = text.replace(".ipynb)", ".md)")
    page, warnings = build(
        folder, text, myst_enable_extensions=["attrs_block", "attrs_inline", "deflist"], nitpicky=True
    )
    assert [line for line in warnings.splitlines() if "toctree" not in line] == []
    assert page.count('<dl class="simple myst claims">') == 4
    assert 'id="claim-2"' in page
    assert 'href="15_verdicts.html"' in page
    assert "<strong>not large</strong>" in page
