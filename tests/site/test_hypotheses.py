from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from markdown_it import MarkdownIt

from buzanlib.site.hypotheses import Known, hypotheses_page, known_hypotheses
from buzanlib.study.results import Results, Value
from buzanlib.study.runner import FINDINGS
from buzanlib.study.spec import Run, Study

HOSTILE = "<script>alert(1)</script>"


def test_all_registrations_and_what_a_study_adds_are_known(tmp_path: Path, data_dir: Path) -> None:
    rows = [
        {
            "id": "B1",
            "claim": "x",
            "family": "F1",
            "scale": "log odds",
            "verdict": "undecided",
            "chapter": "06_test",
        },
        {"id": "Y1", "claim": HOSTILE, "family": "added", "verdict": "supported", "chapter": "own"},
        {"id": "power", "claim": "Called like a word", "verdict": "supported", "chapter": "own"},
        {"id": "sweep.n.3.Y2", "claim": "Of a sweep", "verdict": "supported", "chapter": "own"},
    ]
    (tmp_path / FINDINGS).write_text(json.dumps(rows), encoding="utf-8")
    here = tmp_path / "study.yml"
    study = Study(
        here, "Mine", tmp_path, data_dir, tmp_path, tmp_path, {}, (), (Run("own", Path("own.ipynb"), {}, {}),)
    )
    known = known_hypotheses(study, Results("", {}, {}, {}, {"P1.verdict": Value("not large", "19")}))
    assert known["B1"].claim.startswith("States of weak cohesion")
    assert (known["B1"].scale, known["B1"].verdict, known["B1"].tested_on) == (
        "log odds",
        "undecided",
        "06_test",
    )
    assert (known["P1"].family, known["P1"].verdict) == ("second registration", "not large")
    assert known["X9"].family == "X"
    assert known["Y1"] == Known(HOSTILE, "added", "", "supported", "own")
    assert "power" not in known
    assert not any("." in name for name in known)
    names = list(known)
    assert names.index("B2") < names.index("B12") < names.index("C1")
    unjudged = known_hypotheses(replace(study, output=tmp_path / "none"), Results("", {}, {}, {}, {}))
    assert "Y1" not in unjudged
    assert unjudged["B1"].in_words.endswith("Not judged in this study.")
    assert unjudged["A2"].in_words.endswith("S strong and W weak.")


def test_the_page_explains_ids_gaps_and_groups_once() -> None:
    known = {
        "B1": Known("The weak fear more", "F1", "log odds", "undecided", "06_test"),
        "F1": Known(f"Routes differ {HOSTILE}", "F3"),
        "Y1": Known("Mine", "<b>own</b>"),
    }
    markdown = hypotheses_page(known)
    page = str(MarkdownIt("commonmark", {"html": True}).render(markdown))
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("Why numbers are missing") == 1
    assert "<li>the predictions of Table 2, one by one: B1</li>" in page
    assert "<strong>F</strong>: ways to answer a threat" in page
    assert "<strong>X</strong>" not in page, "no hypothesis here has this letter"
    assert "{#hypothesis-f1}" in markdown
    assert (
        ": **Undecided**, in {doc}`../executed/06_test`. Group: the predictions of Table 2, one by one."
        in markdown
    )
    assert ": Not judged in this study. Group: secondary hypotheses." in markdown
