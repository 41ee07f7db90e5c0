"""A securitizing move, what it lacks, and when it becomes a securitization."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.theory.securitization import Element, Level, Outcome, Securitization, SecuritizingMove
from buzanlib.theory.vocabulary import Measure, ReferentObject, Sector, Threat, ThreatAgent

FULL = SecuritizingMove(
    actor="a minister",
    threat=Threat.INF,
    referent=ReferentObject.STATE,
    agent=ThreatAgent.STATE,
    measure=Measure.MILITARY,
    audience="parliament",
    level=Level.EXISTENTIAL,
)

MOVES = st.builds(
    SecuritizingMove,
    actor=st.just("a minister"),
    threat=st.none() | st.sampled_from(Threat),
    referent=st.sampled_from(ReferentObject),
    agent=st.sampled_from(ThreatAgent),
    measure=st.sampled_from(Measure),
    audience=st.sampled_from(["", "parliament"]),
    level=st.sampled_from(Level),
)


def test_a_full_move_lacks_nothing() -> None:
    assert FULL.missing == ()
    assert FULL.is_complete


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"threat": None}, (Element.THREAT,)),
        ({"referent": ReferentObject.NONE}, (Element.REFERENT,)),
        ({"level": Level.THREAT}, (Element.EMERGENCY,)),
        ({"level": Level.PROBLEM}, (Element.UNDERSTANDING, Element.EMERGENCY)),
        ({"measure": Measure.NONE}, (Element.MEASURE,)),
        ({"audience": "  "}, (Element.AUDIENCE,)),
        ({"agent": ThreatAgent.NONE}, ()),
        ({"threat": Threat.GEN}, ()),
    ],
)
def test_what_is_taken_away_is_missing(change: dict[str, object], missing: tuple[Element, ...]) -> None:
    assert replace(FULL, **change).missing == missing


@given(MOVES)
def test_complete_is_lacking_nothing(move: SecuritizingMove) -> None:
    assert move.is_complete == (move.missing == ())
    assert list(move.missing) == [element for element in Element if element in move.missing]


@given(MOVES)
def test_an_emergency_is_always_one_to_security(move: SecuritizingMove) -> None:
    assert Element.EMERGENCY in move.missing or Element.UNDERSTANDING not in move.missing


@given(MOVES, st.sampled_from(Level), st.sampled_from(Level))
def test_a_stronger_claim_never_lacks_more(move: SecuritizingMove, one: Level, other: Level) -> None:
    weaker, stronger = (replace(move, level=level) for level in sorted((one, other)))
    assert set(stronger.missing) <= set(weaker.missing)


@given(MOVES, st.sampled_from(ThreatAgent))
def test_the_agent_completes_nothing(move: SecuritizingMove, agent: ThreatAgent) -> None:
    assert replace(move, agent=agent).missing == move.missing


@given(MOVES, st.sampled_from([True, False, None]))
def test_success_is_a_complete_move_and_an_audience_that_accepts(
    move: SecuritizingMove, accepted: bool | None
) -> None:
    outcome = Securitization(move, accepted).outcome
    assert (outcome is Outcome.SUCCESS) == (move.is_complete and accepted is True)
    assert (outcome is Outcome.UNKNOWN) == (accepted is None)


def test_without_an_answer_the_outcome_is_unknown() -> None:
    assert Securitization(FULL).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("threat", "sector"),
    [(Threat.POL, Sector.POLITICAL), (Threat.CRI, Sector.ECONOMIC), (Threat.GEN, None), (None, None)],
)
def test_the_sector_is_that_of_the_threat(threat: Threat | None, sector: Sector | None) -> None:
    assert replace(FULL, threat=threat).sector == sector


def test_a_move_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError, match="level"):
        FULL.level = Level.PROBLEM  # type: ignore[misc]


@pytest.mark.parametrize("kind", [Level, Element])
def test_every_word_is_explained_in_its_own_words(kind: type[Level] | type[Element]) -> None:
    labels = [member.label for member in kind]
    assert all(labels)
    assert len(set(labels)) == len(labels)
