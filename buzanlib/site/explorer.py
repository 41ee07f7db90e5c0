"""The page on which every choice that places and counts can be made otherwise, and its data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import isnan
from typing import Any

from buzanlib.errors import EstimationError
from buzanlib.figures.choices_in_words import CHOICES as CHOICES
from buzanlib.figures.choices_in_words import REGISTERED, Exploration, explored, explorer_data
from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import typeset, with_interval
from buzanlib.figures.whose_statements import corpus_in_words, years_in_words
from buzanlib.measurement.indices import index_of
from buzanlib.site.pages import markdown_table, page
from buzanlib.site.scripts import data_script
from buzanlib.study.markup import escape
from buzanlib.study.results import Results
from buzanlib.study.spec import Study
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Annotator, Quadrant, Threat

NAME = "explorer"

_CORPORA = ("corpus", "replication")
"""Parameters that name statements which a study reads."""

_ASKED = _MULTIVERSE, _LOCKED = "multiverse.size", "locked.B1.contrast"
_SIGNS = {-1: "below zero", 0: "near zero", 1: "above zero"}


def explorer_pages(study: Study, results: Results, linked: Collection[str] = ()) -> dict[str, str]:
    """The page and the script with its data, by name; nothing where a study has no placement or no codes.

    Parameters
    ----------
    study : Study
        A study that has been run.
    results : Results
        Its numbers.
    linked : collection of str
        ``iso3`` of the states that have a page, ``states/ISO3.html`` beside this one.
    """
    runs = [run for run in study.runs if {*CHOICES} <= run.parameters.keys()]
    if not runs:
        return {}
    default = {name: runs[0].parameters[name] for name in CHOICES}
    data = Data.open(study.reads)
    found = explored(data, default)
    if found is None:
        return {}
    named = dict.fromkeys(run.parameters.get(name) for name in _CORPORA for run in study.runs)
    corpora = [str(one) for one in named if one in set(data.statements.documents["corpus"])]
    path, script = data_script(NAME, explorer_data(data, default, corpora) | {"linked": [*linked]})
    chapters = {run.notebook: f"{{doc}}`../executed/{run.name}`" for run in reversed(study.runs)}
    return {f"{NAME}.md": page(_parts(data, found, default, chapters, results)), path: script}


def _parts(
    data: Data,
    found: Exploration,
    default: Mapping[str, Any],
    chapters: Mapping[str, str],
    results: Results,
) -> Iterator[str]:
    """The page, with what it opens with as tables, which the script replaces."""
    registered = default == REGISTERED
    yield "# Explorer: place the states otherwise"
    yield (
        "Who is weak and who is strong depends on what measures power and cohesion, on where the line is drawn, and on"
        " the years; what a kind of state talks about depends on the statements, and on who coded them. Here every one"
        " of these choices can be made otherwise: states move and change colour, and shares and effects are computed"
        " anew, from the same tables as in every chapter."
    )
    opens = (
        "the indices, the line, the years and the statements that were registered, and with the codes on which the"
        " verdicts of this book rest"
    )
    caution = (
        "**To pick a setting by its result is not a test.** Among so many some please anybody by chance. The page opens"
        f" with {opens if registered else 'the setting of this study'}; every other setting is exploratory, and no"
        " verdict rests on one."
    )
    if _MULTIVERSE in results.scalars and "14_multiverse" in chapters:
        caution += (
            f" {chapters['14_multiverse']} has run {{num}}`{_MULTIVERSE}:,` settings, drawn from those that were"
            " declared, and says where the registered one lies among them."
        )
    yield f":::{{important}}\n{caution}\n:::"
    yield ":::{container} explorer"
    yield from _opening(data, found, default)
    yield ":::"
    yield "## What is computed"
    yield from _methods(default, chapters, locked=registered and _LOCKED in results.scalars)


def _opening(data: Data, found: Exploration, default: Mapping[str, Any]) -> Iterator[str]:
    """What the page shows without its script."""
    speaking = found.speaking
    named, coder = corpus_in_words(data, default["corpus"]), in_words(default["annotator"], of="annotator")
    yield (
        f"{len(found.placed)} states are placed by *{escape(index_of(default['power'], 'power').label)}* and"
        f" *{escape(index_of(default['cohesion'], 'cohesion').label)}*; {len(speaking)} of them speak of a cyber threat"
        f" ({escape(named)}, {years_in_words(default['first'], default['last'])}, codes: {escape(coder)})."
        " Below are their shares and effects. To choose otherwise needs the script of this page."
    )
    sizes, placed = speaking["quadrant"].value_counts(), found.placed["quadrant"].value_counts()
    heads = [f"{one.label} ({sizes.get(one, 0)} of {placed.get(one, 0)} states)" for one in Quadrant]
    shares = (
        [threat.label, *("–" if isnan(share) else typeset(float(share), ".0%") for share in row)]
        for threat, (_, row) in zip(Threat, found.shares.iterrows(), strict=True)
    )
    yield markdown_table(["share of a state's passages", *heads], shares, heads)
    try:
        effects = found.effects
    except EstimationError:
        yield "There are no effects: a quadrant has no state that speaks, or there are too few states."
        return
    predicted = {(one.threat, one.effect): _SIGNS[one.sign] for one in data.predictions.cells}
    rows = [
        [
            Threat(row["threat"]).label,
            in_words(row["effect"]),
            with_interval(row["contrast"], row["low90"], row["high90"], "+.2f"),
            predicted.get((row["threat"], row["effect"]), _SIGNS[0]),
        ]
        for _, row in effects.reset_index().iterrows()
    ]
    yield markdown_table(["threat", "effect of", "contrast (90 % interval)", "Table 2 says"], rows)


def _methods(default: Mapping[str, Any], chapters: Mapping[str, str], *, locked: bool) -> Iterator[str]:
    """By which estimator, by which rules, and from whose codes."""
    yield (
        "**Shares.** In what part of a state's relevant passages a threat occurs, averaged over the states of a"
        " quadrant that have such a passage. A passage may carry several threats."
    )
    simple = (
        "**Effects.** This is the simple estimator. A state's passages become one empirical logit a threat, every state"
        " counts once, and an effect is a difference between means of quadrants, in log odds: strong minus weak, and"
        " for the product alike minus unlike. Intervals are by Student's t with HC3 errors, or classical ones where a"
        " quadrant has a single state. There is no p value on this page."
    )
    if "06_quadrants" in chapters:
        simple += (
            f" {chapters['06_quadrants']} tests by another estimator, weighted shares within regions, and gives effects"
            " of a mixed model, too heavy for a browser to fit at every move; **its effects differ from those on this"
            " page**."
        )
        if locked:
            simple += (
                " With the codes of codebook 1, and all else as the page opens, the effects here are those of the test"
                " as it was locked, which stands near the end of that chapter."
            )
    yield simple
    where = f" ({chapters['04_placement']})" if "04_placement" in chapters else ""
    doubts = f" ({chapters['13_doubts']})" if "13_doubts" in chapters else ""
    yield (
        f"**Placement.** Scores and lines are those of every chapter{where}, exactly: an index that ends early is"
        " carried forward by the same rule, and a state on the line is weak. Two ways are left out, since they put no"
        f" state in a quadrant: fuzzy membership, and states taken anywhere on the axes{doubts}. The paper itself"
        " declines to place any state."
    )
    if default["annotator"] in set(Annotator):
        yield "**Codes.** They are of runs of one large language model, which did not know whose words they read."


def made_from(study: Study, results: Results, linked: Collection[str]) -> dict[str, str]:
    """All that `explorer_pages` makes the page from beside the code: choices, numbers and hashes of the data."""
    chosen = {
        f"{run.name}.{name}": repr(value) for run in study.runs for name, value in run.parameters.items()
    }
    known = {key: str(key in results.scalars) for key in _ASKED}
    return {**results.data, **chosen, **known, "linked": " ".join(linked)}
