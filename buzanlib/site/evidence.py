"""The page on which every coded passage can be looked up, and the data that its script reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any

from buzanlib.errors import BuzanError
from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import joined
from buzanlib.figures.whose_statements import corpus_in_words, years_in_words
from buzanlib.files import lies_in
from buzanlib.measurement.coded_passages import CodedPassages, coded_passages
from buzanlib.measurement.indices import index_of
from buzanlib.measurement.placement import AXES, Placement
from buzanlib.site.evidence_data import page_data
from buzanlib.site.pages import bullets, markdown_table, page
from buzanlib.site.scripts import data_script
from buzanlib.study.citation import PROJECT, references
from buzanlib.study.dependencies import hash_of
from buzanlib.study.markup import escape
from buzanlib.study.spec import Study
from buzanlib.tables.data_folder import Data
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.vocabulary import JOIN, Annotator, Threat

NAME = "evidence"
"""Of the page, its script and its data."""

MOST = 20_000
"""Passages that a page can hold; of more there are the counts and the tables alone."""

_TABLES = ("passages", "documents", "codes", "gists", "decisions", "annotators")


def placement_of(study: Study) -> Placement:
    """How the study places states, by the first of its pages that does; by default the locked way."""
    names = [field.name for field in fields(Placement)]
    given = (run.parameters for run in study.runs if run.parameters.keys() >= {*names})
    return Placement(**{name: values[name] for values in list(given)[:1] for name in names})  # type: ignore[arg-type]


def made_from(study: Study, hashes: Mapping[str, str], linked: Collection[str]) -> dict[str, str]:
    """All that `evidence_pages` makes the page from beside the code: choices of the study, and hashes of its data."""
    chosen = {
        f"{run.name}.{name}": repr(value) for run in study.runs for name, value in run.parameters.items()
    }
    of_study = {"title": study.title, "version": study.version, "linked": " ".join(sorted(linked))}
    return {**hashes, **chosen, **of_study, "cite": hash_of(PROJECT / "CITATION.cff")}


def evidence_pages(study: Study, *, whole: bool, linked: Collection[str] = ()) -> dict[str, str]:
    """Make ``evidence.md``, its data and the tables that it offers; the text of each by its name.

    Nothing, where nobody has coded a passage of the corpora of the study.

    Parameters
    ----------
    study : Study
        A study that has been run.
    whole : bool
        Whether it is the study that ships, of which every corpus is shown; of another only those that it names.
    linked : collection of str
        ``iso3`` of the states that have a page of their own.

    Raises
    ------
    DataError
        With the faults of the tables that are read.
    """
    data = Data.open(study.reads)
    named = {str(run.parameters["corpus"]) for run in study.runs if "corpus" in run.parameters}
    placement = placement_of(study)
    found = coded_passages(data, placement, None if whole or not named else named)
    if found.passages.empty:
        return {}
    small = len(found.passages) <= MOST
    shown = _chosen(study, found)
    value = page_data(data, found, shown, linked) if small else None
    script, text = data_script(NAME, value)
    offered = {}
    for name in _TABLES if small else ():
        described = Descriptor.load(study.reads).tables.get(name)
        # What leads out of the folder would publish a file of the reader's.
        if described and lies_in(file := study.reads / described.path, study.reads) and file.is_file():
            offered[f"tables/{name}.csv"] = file.read_bytes().decode("utf-8")
    parts = _parts(study, data, found, shown, placement, [*offered], whole)
    return {f"{NAME}.md": page(parts), script: text, **offered}


def _chosen(study: Study, found: CodedPassages) -> str:
    """Whose codes are shown first: those that the study tests, if there are any of them, or of who coded most."""
    known = set(found.codes["annotator"])
    for names in (*(str(run.parameters.get("annotator", "")) for run in study.runs), Annotator.ADJUDICATED_2):
        if names and set(names.split(JOIN)) <= known:
            return names
    return str(found.codes["annotator"].value_counts().index[0])


def _parts(
    study: Study,
    data: Data,
    found: CodedPassages,
    shown: str,
    placement: Placement,
    offered: Collection[str],
    whole: bool,
) -> Iterator[str]:
    """The parts of the page."""
    table = found.passages
    years = {
        str(corpus): years_in_words(int(own.min()), int(own.max()))
        for corpus, own in table.groupby("corpus")["year"]
    }
    named = joined(f"{escape(corpus_in_words(data, corpus))} ({span})" for corpus, span in years.items())
    yield "# What states said, passage by passage"
    told = ["who spoke and when"]
    told += ["what the passage says in one sentence of our own"] if table["gist"].notna().any() else []
    told += ["the codes of every annotator side by side"]
    told += ["the rule of the codebook that settled what they differed in"] if len(found.decisions) else []
    yield (
        f"The {len(table):,} passages that were coded, of {named}: {joined(told)}. The texts are not republished; of"
        " each passage it is said where it stands."
    )
    yield f":::{{note}}\n{_who(found)}\n:::"
    yield (
        ":::{container} evidence\nWith scripts the passages stand here as a table to filter, sort and open. Without,"
        " the counts and the tables below have all of it.\n:::"
        if len(offered)
        else f"More than {MOST:,} passages are too many for a page: the data folder of the study has them."
    )
    yield "## Counts"
    yield (
        f"Passages with each danger, by the codes of: {escape(in_words(shown, of='annotator'))}. A passage may name"
        " several."
    )
    yield _counts(data, found, shown)
    if offered:
        yield "## The tables"
        yield bullets(f"{{download}}`{path.rpartition('/')[2]} <{path}>`" for path in offered)
        yield (
            "{doc}`data` says what every column means. The buttons above the passages give what is filtered, or all, as"
            " one table with codes and words."
        )
    yield "## How to read a passage"
    yield _reading()
    yield "## Where the quadrants come from"
    rules = bullets(
        f"{axis}: {escape(index_of(getattr(placement, axis), axis).label)}; strong is what lies above"
        f" {escape(placement.in_words(axis))}"
        for axis in AXES
    )
    yield (
        "The quadrant of a passage is that of its speaker in its year, and our reading, not the paper's, which"
        " declines to place states. It rests on an index and a line for each axis:"
    )
    yield rules
    yield "A state that has no value of an index in that year, or within a few years before, is not placed."
    yield "## How to cite"
    yield _citation(study, whole)


def _who(found: CodedPassages) -> str:
    """Who the annotators are: the runs that ship, and others by what is known of them."""
    ours = {*map(str, Annotator)}
    rows = found.annotators.to_dict("records")
    runs = [
        row for row in rows if row["annotator"] in ours or row["annotator"].removesuffix(" again") in ours
    ]
    others = [row for row in rows if row not in runs]
    said = []
    if runs:
        which = "All annotators are"
        if others:
            which = (
                "; ".join(escape(in_words(row["annotator"], of="annotator")) for row in runs) + ": these are"
            )
        said.append(
            f"**{which} runs of one large language model,** none is a human being. They were blind to the state: its"
            " name was masked, and neither source nor date was shown. Masking is imperfect, and runs of one model share"
            " its blind spots: that they agree says how consistent the coding is, not how right ({doc}`datasheet`)."
        )
    if others:
        named = joined(_other(row) for row in others)
        said.append(f"{'Beside them' if runs else 'The passages'} were coded by {named}.")
    return " ".join(said)


def _other(row: Mapping[Any, Any]) -> str:
    """An annotator that does not ship: its name and what is known of it."""
    known = [in_words(row["kind"], of="kind")] if isinstance(row["kind"], str) and row["kind"] else []
    known += [str(row["model"])] if isinstance(row["model"], str) and row["model"] else []
    return escape(row["annotator"]) + (f" ({escape(', '.join(known))})" if known else "")


def _counts(data: Data, found: CodedPassages, shown: str) -> str:
    """Passages by danger and corpus."""
    names = shown.split(JOIN)
    codes = found.codes[found.codes["annotator"].isin(names)]
    codes = codes.assign(order=codes["annotator"].map(names.index)).sort_values("order")
    codes = codes.drop_duplicates("passage_id", keep="last").set_index("passage_id")
    corpus = found.passages["corpus"].reindex(codes.index)
    columns = {one: corpus_in_words(data, one) for one in dict.fromkeys(found.passages["corpus"])}
    counted = {
        "Coded": codes["relevant"] >= 0,
        "A danger in cyberspace": codes["relevant"] == 1,
        **{threat.label: codes[threat.value] == 1 for threat in Threat},
    }
    rows = [
        [label, *(f"{int((holds & (corpus == one)).sum()):,}" for one in columns)]
        for label, holds in counted.items()
    ]
    return markdown_table(["danger", *columns.values()], rows, {*columns.values()})


def _reading() -> str:
    return (
        "A passage is a document, a start, an end and a hash. Take the document from its publisher, as"
        " {doc}`datasheet` names it, put every run of white space to one space, and cut:\n\n"
        "```python\nfrom pathlib import Path\n\n"
        "from buzanlib.sources.passages import Passage, normalise\n\n"
        'text = normalise(Path("BRA_75_2020.txt").read_text(encoding="utf-8-sig"))\n'
        "passage = text[start:end]\n"
        "assert Passage(start, end, passage).sha256 == sha256\n```\n\n"
        "The hash, the beginning of the SHA-256 of the passage, says whether it is the text that was coded."
    )


def _citation(study: Study, whole: bool) -> str:
    """The words by which the page is cited."""
    version = f", version {escape(study.version)}" if study.version else ""
    cited = f"{escape(study.title)}{version}"
    if whole:
        with suppress(BuzanError):  # installed without the project, which names its authors
            cited = escape(references().splitlines()[1])
    return (
        f"{cited.rstrip('.')}. Page “What states said, passage by passage”. What is chosen above stands in the"
        " address of the page, so that a link leads to the same passages."
    )
