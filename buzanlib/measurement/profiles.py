"""What each state says: counts of passages by everything that is coded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError, check_name
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import (
    STRICTLY_POLITICAL,
    Annotator,
    Corpus,
    Measure,
    ReferentObject,
    Threat,
    ThreatAgent,
)

#: Threats of which a profile consists: all that are named, a danger in general not among them.
NAMED: tuple[Threat, ...] = tuple(threat for threat in Threat if threat is not Threat.GEN)

#: Blocs by the organisations that make them, in the order in which they are tried.
BLOCS: Mapping[str, tuple[str, ...]] = {
    "NATO/EU": ("NATO", "EU"),
    "CSTO/SCO": ("CSTO", "SCO"),
    "ASEAN": ("ASEAN",),
    "AU": ("AU",),
    "OAS": ("OAS",),
}

#: Count of the passages that are political in the strict sense.
STRICT = "pol.strict"

#: Steps of the scale of securitizing strength: from the former on, a threat to security; the highest.
THREAT_LEVEL, TOP_LEVEL = 1, 2

#: Counts of the passages that name several kinds of danger, and of those that want the economy defended, or content
#: controlled where a state is the agent.
SEVERAL, DEFEND_ECONOMY, CONTENT_OF_STATES = "several", "defend.economy", "content.state"

#: What a passage may see endangered, a count each.
REFERENTS: tuple[str, ...] = tuple(
    f"referent.{referent}" for referent in ReferentObject if referent is not ReferentObject.NONE
)


def relevant_passages(
    statements: Statements, corpus: str, first: int, last: int, annotator: str = Annotator.ADJUDICATED_2
) -> pd.DataFrame:
    """Relevant passages of one corpus and span of years, those of the paper's own documents left out.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    corpus : str
        ``"UNGDC"``, ``"NCSS"``, or another of which there are documents.
    first, last : int
        Years, both included.
    annotator : str
        Whose codes; the rows are those of `Statements.coded`.

    Raises
    ------
    UnknownNameError
        If there is no such corpus or annotator.
    """
    known = sorted({*Corpus, *statements.documents["corpus"]})
    check_name("corpus", corpus, known)
    coded = statements.coded(annotator)
    inside = (coded["corpus"] == corpus) & coded["year"].between(first, last)
    return coded[inside & (coded["relevant"] == 1) & (coded["in_paper"] == 0)]


def speech_counts(
    statements: Statements, corpus: str, first: int, last: int, annotator: str = Annotator.ADJUDICATED_2
) -> pd.DataFrame:
    """Count the documents of each state and those that speak of a cyber threat, silent states included.

    Takes and raises what `relevant_passages` does. Years after the last that the annotator read are left out:
    nobody knows who was silent in them.

    Returns a DataFrame of int: index ``iso3``, sorted, every state that has a document. Columns: ``documents``,
    ``speaking`` (those with a relevant passage), ``relevant`` (passages).
    """
    passages = relevant_passages(statements, corpus, first, last, annotator)
    coded, every = statements.coded(annotator), statements.documents
    read = min([last, *coded.loc[coded["corpus"] == corpus, "year"].nlargest(1)])
    inside = (every["corpus"] == corpus) & every["year"].between(first, read) & (every["in_paper"] == 0)
    documents = every[inside].set_index("doc_id")
    each = passages["doc_id"].value_counts().reindex(documents.index, fill_value=0)
    counted = pd.DataFrame({"documents": 1, "speaking": (each > 0).astype(int), "relevant": each})
    return counted.groupby(documents["iso3"]).sum().sort_index()


def state_counts(passages: pd.DataFrame) -> pd.DataFrame:
    """Count the passages of each state, as `relevant_passages` gives them, by everything that is coded.

    Returns a DataFrame of int: index ``iso3``, sorted, the states that have a passage. Columns: ``relevant``; one a
    threat; `STRICT`; `SEVERAL`, `DEFEND_ECONOMY` and `CONTENT_OF_STATES`; ``level`` (sum of the levels); ``security``
    and ``emergency`` (passages that speak of a threat to security, and those at the highest level); ``measure.norms``
    and so on; ``agent.state``; ``referent.individual``.
    """
    columns: dict[str, pd.Series] = {"relevant": pd.Series(1, index=passages.index)}
    columns |= {threat.value: passages[threat.value] for threat in Threat}
    columns |= {STRICT: passages["pol_kind"].isin(STRICTLY_POLITICAL)}
    level, measure, agent, referent = (passages[name] for name in ("level", "measure", "agent", "referent"))
    columns |= {"level": level, "security": level >= THREAT_LEVEL, "emergency": level == TOP_LEVEL}
    columns |= {f"measure.{one}": measure == one for one in Measure}
    columns |= {f"agent.{one}": agent == one for one in ThreatAgent}
    columns |= {f"referent.{one}": referent == one for one in ReferentObject}
    columns |= {SEVERAL: passages[[threat.value for threat in NAMED]].sum(axis=1) > 1}
    columns |= {DEFEND_ECONOMY: (measure == Measure.DEFEND) & (referent == ReferentObject.ECONOMY)}
    columns |= {CONTENT_OF_STATES: (measure == Measure.CONTENT) & (agent == ThreatAgent.STATE)}
    return pd.DataFrame(columns).astype(int).groupby(passages["iso3"]).sum().sort_index()


def shares_of_mentions(counts: pd.DataFrame) -> pd.DataFrame:
    """Profiles: how a state's mentions (`state_counts`) are divided among the threats that are named.

    Returns a DataFrame of float, shape (states, 6): index ``iso3``, the states that name a threat; rows sum to one.
    `EstimationError` if no state names one.
    """
    named = counts[[threat.value for threat in NAMED]]
    total = named.sum(axis=1)
    if not (total > 0).any():
        raise EstimationError("no state names a threat, so that there are no profiles")
    return named[total > 0].div(total[total > 0], axis=0)


def names_of_the_matter(statements: Statements, corpus: str, first: int, last: int) -> pd.DataFrame:
    """Uses of *cyber security* and of *information security* in all documents of a state of which they are known.

    Takes corpus and years as `relevant_passages` does; gives, by ``iso3``, the columns ``cyber_security``,
    ``information_security`` and ``either`` (their sum).
    """
    documents = statements.documents
    inside = (documents["corpus"] == corpus) & documents["year"].between(first, last)
    names = ["cyber_security", "information_security"]
    known = documents[inside & (documents["in_paper"] == 0)].dropna(subset=names)
    counted = known.astype(dict.fromkeys(names, "int64")).groupby("iso3")[names].sum()
    return counted.assign(either=counted.sum(axis=1))


def full_members(memberships: pd.DataFrame, year: int) -> pd.DataFrame:
    """The rows of the table of memberships that are of full members in a year, the years of both ends included."""
    until = memberships["to"].isna() | (memberships["to"] >= year)
    return memberships[(memberships["status"] == "full") & (memberships["from"] <= year) & until]


def blocs(memberships: pd.DataFrame, states: pd.Index, year: int) -> pd.Series[str]:
    """Bloc of each state in a year: the first of `BLOCS` in whose organisations it is a full member, or ``"none"``.

    `memberships` are as described in ``datapackage.json``, `states` are ``iso3``.
    """
    held = full_members(memberships, year)
    inside = [states.isin(held.loc[held["organisation"].isin(names), "iso3"]) for names in BLOCS.values()]
    return pd.Series(np.select(inside, list(BLOCS), "none"), index=states, name="bloc", dtype="str")
