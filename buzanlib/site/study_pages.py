"""Pages made from a study: the parameters of its notebooks, how the book was made, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from buzanlib.errors import BuzanError
from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import joined, typeset
from buzanlib.figures.whose_statements import corpus_in_words, years_in_words
from buzanlib.site.claims import claims_page
from buzanlib.site.hypotheses import PAGE as HYPOTHESES
from buzanlib.site.hypotheses import hypotheses_page, known_hypotheses
from buzanlib.site.pages import bullets, markdown_table, page
from buzanlib.site.run_facts import FACTS, Facts
from buzanlib.study.changes import VERDICT, Change, Changes, compare
from buzanlib.study.changes import in_words as value_in_words
from buzanlib.study.manifest import MANIFEST, Manifest, Origin
from buzanlib.study.markup import code, escape
from buzanlib.study.parameters import Parameter, declared
from buzanlib.study.results import Results
from buzanlib.study.runner import PREVIOUS, RESULTS
from buzanlib.study.spec import RESULTS as RESULTS_OF
from buzanlib.study.spec import Run, Study
from buzanlib.tables.data_folder import Data

_SHORT = 12
"""Characters of a hash that a table shows."""


def parameters_page(runs: Iterable[Run]) -> str:
    """Describe the parameters of the notebooks of a study: default, what is allowed, and what this study gives."""
    parts = [
        "# Parameters of the notebooks",
        "Read from the first code cell of each notebook. A study file gives other values, for all notebooks or for one"
        " (see {doc}`../rerun`); a value that is not allowed is refused before anything runs.",
    ]
    by_notebook: dict[Path, list[Run]] = {}
    for run in runs:
        by_notebook.setdefault(run.template, []).append(run)
    head = ["parameter", "meaning", "type", "default", "here", "allowed"]
    for template, of_one in by_notebook.items():
        rows = [_parameter(parameter, of_one) for parameter in declared(template).values()]
        parts += [f"## {code(template.stem)}", markdown_table(head, rows)]
    return page(parts)


def _parameter(parameter: Parameter, runs: list[Run]) -> list[str]:
    here = ", ".join(dict.fromkeys(str(run.parameters[parameter.name]) for run in runs))
    default = str(parameter.default)
    shown = "" if here == default else here
    return [parameter.name, parameter.meaning, parameter.kind, default, shown, parameter.allowed.text]


def colophon_page(manifest: Manifest) -> str:
    """Say how the book was made: versions, commit, hashes, and a row a notebook."""
    facts = [
        f"**Study:** {_origin(manifest.title, manifest.study)}",
        f"**Library:** {_origin('buzanlib', manifest.library)}",
        f"**Python:** {escape(manifest.python)} on {escape(manifest.platform)}",
        f"**Predictions:** SHA-256 {escape(manifest.predictions)}",
    ]
    if manifest.requirements:
        facts.append(f"**Lock of all packages:** SHA-256 {escape(manifest.requirements)}")
    notebooks = [
        [
            name,
            f"{about['seconds']:.1f}",
            about["parameters"].get("seed", "–"),
            about["template"][:_SHORT],
            ", ".join(about["read"]) or "–",
        ]
        for name, about in manifest.notebooks.items()
    ]
    head = ["page", "seconds", "seed", "template", "files read"]
    return page(
        [
            "# How this book was made",
            "`run.json` beside the executed notebooks says the same in full, with every parameter."
            " {doc}`../_generated/changes` lists what moved since the run before;"
            " {doc}`../_generated/parameters` has every choice.",
            bullets(facts),
            "## Notebooks",
            markdown_table(head, notebooks, {"seconds", "seed"}),
            "Hashes of templates are cut to their first characters.",
            "## Packages",
            markdown_table(["package", "version"], manifest.packages.items()),
            "## Data",
            markdown_table(["file", "SHA-256"], manifest.data.items()),
        ]
    )


def _origin(name: str, origin: Origin) -> str:
    """Name, version and commit, and whether anything differed from that."""
    states = {
        True: "nothing differed from it",
        False: "with changes that are in no commit",
        None: "not all of its files could be compared with it",
    }
    version = f"version {origin.version}" if origin.version else ""
    commit = f"commit {origin.commit}, {states[origin.clean]}" if origin.commit else "of no known commit"
    return ", ".join(map(escape, filter(None, (name, version, commit))))


def changes_page(changes: Changes | None) -> str:
    """Say which verdicts, parameters, numbers, data and figures changed since the run before, if there was one."""
    title = "# What changed since the last run"
    if changes is None:
        return page([title, "This is the first run: there is nothing to compare it with."])
    parts = [
        title,
        "Compared with the last run that gave other results. `buzan diff` compares any two runs in the same way.",
    ]
    numbers = [change for change in changes.values if change not in changes.verdicts]
    tables = {"Verdicts": changes.verdicts, "Parameters": changes.parameters, "Numbers": numbers}
    for heading, rows in tables.items():
        if rows:
            parts += [f"## {heading}", _moved(rows)]
    for heading, names in (("Data", changes.data), ("Figures", changes.figures)):
        if names:
            parts += [f"## {heading}", bullets(map(escape, names))]
    return page(parts)


def _moved(changes: Iterable[Change]) -> str:
    rows = [
        [
            one.key,
            value_in_words(one.before),
            value_in_words(one.after),
            "" if one.by is None else typeset(one.by, "+.4g"),
        ]
        for one in changes
    ]
    return markdown_table(["what", "before", "now", "by"], rows, {"before", "now", "by"})


def front_page(study: Study, results: Results, claims: Mapping[str, str]) -> str:
    """Introduce the book of a study of one's own: its tables, and its verdicts beside what each hypothesis claims."""
    parts = [
        f"# {escape(study.title)}",
        "A study made with buzanlib, the compendium that tests Hare (2010), on data or choices of its own. The numbers"
        " of its chapters, and the words that compare them, are chosen by these; what can only be said of the data that"
        " ship with buzanlib is left out.",
    ]
    if statements := _statements(study):
        parts.append(f"**Statements:** {joined(statements)}.")
    if study.tables:
        named = ", ".join(map(escape, study.tables))
        parts.append(
            f"**Tables of its own:** {named}. All others are those of the data folder that it names."
        )
    if study.sheets:
        sheets = ", ".join(escape(sheet.name) for sheet in study.sheets)
        parts.append(f"**Codes from sheets of its own:** {sheets}, beside those of the data folder.")
    judged = [key.removesuffix(VERDICT) for key in results.values if key.endswith(VERDICT)]
    known = {
        name: claims.get(name.rpartition(".")[2], results.scalars.get(f"{name}.claim")) for name in judged
    }
    if any(known.values()):
        rows = [
            [_finding_in_words(name, study.runs), claim, results[name + VERDICT]]
            for name, claim in known.items()
            if claim
        ]
        parts += ["## Verdicts", markdown_table(["hypothesis", "claim", "verdict"], rows)]
    parts += ["## Chapters", bullets(f"{{doc}}`executed/{run.name}`" for run in study.runs)]
    parts.append(
        "{doc}`_generated/claims` sets the claims of the paper beside these verdicts,"
        " {doc}`_generated/hypotheses` lists the hypotheses, {doc}`_generated/parameters` has every choice, and"
        " {doc}`_generated/colophon` says how the book was made, and what moved since the run before."
    )
    return page(parts)


def _finding_in_words(name: str, runs: Iterable[Run]) -> str:
    """The id of a hypothesis, and in words of which page of a sweep, or of what else, its finding is."""
    for run in runs:
        if run.prefix and name.startswith(run.prefix):
            swept = ", ".join(
                f"{in_words(one)}: {in_words(str(run.parameters[one]), of=one)}" for one in run.swept
            )
            return f"{_finding_in_words(name.removeprefix(run.prefix), ())} ({swept})"
    before, _, last = name.rpartition(".")
    return f"{last} ({in_words(before).replace('.', ' ')})" if before else last


def _statements(study: Study) -> list[str]:
    """Whose statements the pages of a study are about, each with its years and coder."""
    found = []
    for run in study.runs:
        of = run.parameters
        if {"corpus", "annotator", "first", "last"} <= of.keys():
            corpus, coder = str(of["corpus"]), in_words(str(of["annotator"]), of="annotator")
            years = years_in_words(int(of["first"]), int(of["last"]))
            named = corpus_in_words(Data.open(study.reads), corpus)
            found.append(f"{escape(named)} ({years}, coded by {escape(coder)})")
    return list(dict.fromkeys(found))


def own_note(run: Run) -> str:
    """Say, on a page of such a book, with which choices it was made."""
    given = {name: value for name, value in run.given.items() if name not in ("data", RESULTS_OF)}
    chosen = ", ".join(f"{name} is {escape(str(value))}" for name, value in given.items())
    if chosen:
        choices = f"Here {chosen}."
    elif run.reads_results:
        choices = "Its numbers are those of the pages before it."
    else:
        choices = "Every choice is that of the notebook."
    return (
        f":::{{note}}\n{choices} Numbers, figures and the words that compare them are those of this study; what can"
        " only be said of the data that ship with buzanlib is left out.\n:::"
    )


def study_pages(study: Study) -> dict[str, str]:
    """Make the pages of a study on itself, and what its chapters need to know of their run; the text of each by name.

    `BuzanError` if the study has not been run.
    """
    after = Results.load(study.output / RESULTS)
    try:
        changes = compare(Results.load(study.output / PREVIOUS), after)
    except BuzanError:
        changes = None
    manifest, known = Manifest.load(study.output / MANIFEST), known_hypotheses(study, after)
    return {
        "parameters.md": parameters_page(study.runs),
        "colophon.md": colophon_page(manifest),
        "changes.md": changes_page(changes),
        "claims.md": claims_page(study, after),
        f"{HYPOTHESES}.md": hypotheses_page(known),
        FACTS: Facts.of(study.runs, manifest, known).to_json(),
    }
