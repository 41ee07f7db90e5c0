"""What the chapter on statements says of speeches, passages and years: values to record."""

from __future__ import annotations

from buzanlib.measurement.profiles import TOP_LEVEL, speech_counts
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import Corpus

#: Below this share of passages at the highest level, a test of what is said is mostly one of priorities.
FEW = 0.1


def statement_results(
    statements: Statements, annotator: str, first: int, last: int
) -> dict[str, int | float | str]:
    """Numbers of speeches, strategies, passages and states, by keys such as ``statements.n_speeches``.

    Years of passages are those of the General Debate that the annotator read; ``statements.read`` is the last of them.
    `first` and `last` are the years of the window.
    """
    documents, coded = statements.documents, statements.coded(annotator)
    speech = documents["corpus"] == Corpus.UNGDC
    speeches, others = documents[speech], documents[~speech]
    relevant = coded[coded["relevant"] == 1]
    years = relevant.loc[relevant["corpus"] == Corpus.UNGDC, "year"]
    spoken = speech_counts(statements, Corpus.UNGDC, first, last, annotator)["relevant"]
    severe = float((relevant["level"] == TOP_LEVEL).mean())
    few = severe < FEW
    found: dict[str, int | float | str] = {
        "n_speeches": len(speeches),
        "from": int(speeches["year"].min()),
        "to": int(speeches["year"].max()),
        "read": int(coded.loc[coded["corpus"] == Corpus.UNGDC, "year"].max()),
        "n_strategies": len(others),
        "most_sampled": int(max(others["sampled"], default=0)),
        "n_speeches_hit": int(speeches["doc_id"].isin(statements.passages["doc_id"]).sum()),
        "n_passages": len(coded),
        "n_relevant": len(relevant),
        **{f"text.{kind}": int(n) for kind, n in documents["text"].value_counts().items()},
        "first": first,
        "last": last,
        "median": int(years.median()),
        "share_late": float(years.between(first, last).mean()),
        "share_before": float((years < first).mean()),
        "share_after": float((years > last).mean()),
        "n_states_window": int((spoken > 0).sum()),
        "n_states_silent": int((spoken == 0).sum()),
        "level.1": float((relevant["level"] == 1).mean()),
        "level.2": severe,
        "level.reading": f"What follows is thus {'mostly' if few else 'not only'} a test of which threats "
        f"states prioritize, and {'only a little' if few else 'also one'} of which they securitize in the full sense.",
    }
    return {f"statements.{key}": value for key, value in found.items()}
