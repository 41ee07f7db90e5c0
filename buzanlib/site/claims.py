"""The page that sets every claim of the paper beside what a study does with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from buzanlib.figures.labels import in_plain_words
from buzanlib.figures.typeset import joined, typeset
from buzanlib.site.pages import bullets, page
from buzanlib.study.markup import code, escape
from buzanlib.study.results import Results
from buzanlib.study.runner import FINDINGS
from buzanlib.study.spec import Study, slug
from buzanlib.tables.declarations import read_declaration
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.schema import Descriptor

CLAIMS, ADDED = "claims", "added_hypotheses"

_COLUMNS = {
    CLAIMS: {"claim", "section", "text", "treatment", "chapter", "findings", "reason"},
    ADDED: {"finding", "chapter", "reason"},
}
"""Columns of the tables that the page is made from."""

_SECTIONS = {
    "abstract": "Abstract",
    "introduction": "Introduction",
    "1": "Section 1: Cyber security as national security",
    "2": "Section 2: Security studies applied to cyber security",
    "3": "Section 3: Public policy implications and conclusions",
}
_TREATMENTS = {
    "tested": "held against data",
    "modelled": "worked out in a model, with data where there are any, and not judged",
    "explained": "said what it means, and no more",
    "left out": "nothing here can speak to it",
}
_VERDICT = ".verdict"


@dataclass(frozen=True)
class Evidence:
    """What a study has, to set beside claims."""

    pages: Mapping[str, Sequence[str]]  #: Names of its pages, by notebook.
    verdicts: Mapping[str, str]  #: The word for each hypothesis that it judges.
    tested_on: Mapping[
        str, str
    ]  #: The page that tests each of these; one that is not here is on that of its claim.
    untested: frozenset[str]  #: Definitions that are tables, without a test.

    @classmethod
    def of(cls, study: Study, results: Results) -> Evidence:
        """Gather it from a study that has been run.

        The words are those of the ledger, and for hypotheses that this lacks the recorded ones.
        """
        pages: dict[str, list[str]] = {}
        for run in study.runs:
            pages.setdefault(run.notebook, []).append(run.name)
        ledger = study.output / FINDINGS
        rows = json.loads(ledger.read_text(encoding="utf-8")) if ledger.is_file() else []
        rows = [row for row in rows if isinstance(row.get("verdict"), str)]  # a user's notebook may give none
        keys = [key for key in results.scalars if key.endswith(_VERDICT)]
        verdicts = {key.removesuffix(_VERDICT): str(results[key]) for key in keys}
        tested_on = {key.removesuffix(_VERDICT): results.page_of(key) for key in keys}
        definitions = read_declaration(study.reads, "definitions.json")["definitions"]
        return cls(
            pages,
            verdicts | {row["id"]: row["verdict"] for row in rows},
            tested_on | {row["id"]: row["chapter"] for row in rows},
            frozenset(one["id"] for one in definitions if one["test"].startswith("none:")),
        )


def claims_page(study: Study, results: Results) -> str:
    """Set every claim of the tables ``claims`` and ``added_hypotheses`` beside what a study does with it, in Markdown.

    A chapter or finding that the study lacks is said to be missing; so is the whole table, where the data folder of
    the study describes none.
    """
    parts = ["# The paper, claim by claim"]
    described = {name: table.columns for name, table in Descriptor.load(study.reads).tables.items()}
    if not all(needed <= {*described.get(name, ())} for name, needed in _COLUMNS.items()):
        return page([*parts, "The data folder of this study has no table of the claims."])
    # As text, whatever the descriptor says: it comes with the data.
    tables = {
        name: frame.astype(object).where(frame.notna(), "").astype(str)
        for name, frame in load_tables(study.reads, [*_COLUMNS]).items()
    }
    return page([*parts, *_sections(tables[CLAIMS], tables[ADDED], Evidence.of(study, results))])


def _sections(claims: pd.DataFrame, added: pd.DataFrame, evidence: Evidence) -> Iterator[str]:
    """The parts of the page behind its title."""
    yield (
        f"What does the paper say, and what becomes of it here? By our count it makes {len(claims)} claims; where one"
        " ends and the next begins is our reading. Words in quotation marks are the paper's own, all others ours."
    )
    counted = claims["treatment"].value_counts()
    yield bullets(
        f"**{escape(name.capitalize())}** ({meaning}): {counted.get(name, 0)}"
        for name, meaning in _TREATMENTS.items()
    )
    yield _counted(claims, evidence)
    for section, own in claims.groupby("section", sort=False):
        entries = (_claim(row, evidence) for row in own.to_dict("records"))
        yield f"## {_SECTIONS.get(str(section), escape(section))}"
        yield "{.claims}\n" + "\n\n".join(entries)
    yield "## Added hypotheses"
    yield (
        "Hypotheses that were registered with the others, and that the paper does not state."
        " Their words are not counted above."
    )
    yield bullets(
        f"{_finding(row['finding'], row['chapter'], evidence)}. {escape(row['reason'])}"
        for row in added.to_dict("records")
    )


def _counted(claims: pd.DataFrame, evidence: Evidence) -> str:
    """How the hypotheses came out that stand behind the tested claims."""
    names = claims.loc[claims["treatment"] == "tested", "findings"].str.split(";").explode()
    judged = [evidence.verdicts[name] for name in names.unique() if name in evidence.verdicts]
    if not judged:
        return "This study judges no hypothesis that stands behind a claim."
    words = pd.Series(judged).value_counts()
    said = joined(f"{typeset(int(number), 'word')} {escape(word)}" for word, number in words.items())
    where = (
        " ({doc}`../executed/15_verdicts` says what the words mean)"
        if "15_verdicts" in evidence.pages
        else ""
    )
    return f"Behind the tested claims stand {len(judged)} hypotheses that this study judges: {said}{where}."


def _claim(row: Mapping[Any, Any], evidence: Evidence) -> str:
    """An entry of a definition list: the claim, what is done with it, and why not more, or what that does not show."""
    done = f"**{escape(row['treatment'].capitalize())}**"
    if row["chapter"]:
        chapters = joined(_chapter(name, evidence) for name in row["chapter"].split(";"))
        done += f"{'; see' if row['treatment'] == 'left out' else ' in'} {chapters}"
    if found := _findings(row, evidence):
        done += f": {', '.join(found)}"
    number = f"[**{escape(row['claim'])}**]{{#claim-{slug(row['claim'])}}}"
    text, reason = (escape(in_plain_words(row[name], begins=True)) for name in ("text", "reason"))
    return f"{number} {text}\n: {done}. {reason}".rstrip()


def _chapter(notebook: str, evidence: Evidence) -> str:
    """Links to the pages of a notebook."""
    if pages := evidence.pages.get(notebook):
        return joined(f"{{doc}}`../executed/{name}`" for name in pages)
    return f"{code(notebook)} (not in this study)"


def _findings(row: Mapping[Any, Any], evidence: Evidence) -> list[str]:
    """The hypotheses of a claim, each with its word; of a test that nobody judges, that it is one."""
    given = row["findings"].split(";") if row["findings"] else []
    names = [name for name in given if "." not in name]  # a key of a number has a dot
    if not names and row["treatment"] == "tested":
        return ["a comparison without a verdict"]
    return [_finding(name, row["chapter"], evidence) for name in names]


def _finding(name: str, chapters: str, evidence: Evidence) -> str:
    """A hypothesis and its word, as a link to the page that tests it."""
    pages = [page for chapter in chapters.split(";") for page in evidence.pages.get(chapter, ())]
    shown = escape(name)
    if name in evidence.verdicts:
        return (
            f"[{shown} **{escape(evidence.verdicts[name])}**](../executed/{evidence.tested_on[name]}.ipynb)"
        )
    if name in evidence.untested and pages:
        return f"[{shown}, a table without a test](../executed/{pages[0]}.ipynb)"
    return f"{shown}, not judged in this study"
