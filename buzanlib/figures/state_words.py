"""What the tables have of one state, in sentences and in words for tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, groupby
from statistics import fmean
from typing import Any

from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import joined, typeset
from buzanlib.figures.whose_statements import corpus_in_words, years_in_words
from buzanlib.measurement.indices import index_of
from buzanlib.measurement.member_states import MemberStates
from buzanlib.measurement.placement import AXES
from buzanlib.measurement.state_profile import LITTLE, Standing, StateProfile, Stress
from buzanlib.theory.matrices import TABLE2_GRADED
from buzanlib.theory.securitization import Level
from buzanlib.theory.vocabulary import TABLE2_THREATS, Origin, Quadrant, Threat

#: What each weight of Table 2 means.
PLACES: Mapping[float, str] = {1.0: "in the cell", 0.5: "added by the text", 0.0: "not named"}

#: Organisations in full; what has no entry stands by its short name.
ORGANISATIONS: Mapping[str, str] = {
    "ASEAN": "Association of Southeast Asian Nations",
    "AU": "African Union",
    "CIS": "Commonwealth of Independent States",
    "CSTO": "Collective Security Treaty Organization",
    "CoE": "Council of Europe",
    "ECOWAS": "Economic Community of West African States",
    "EU": "European Union",
    "GCC": "Gulf Cooperation Council",
    "OAS": "Organization of American States",
    "OSCE": "Organization for Security and Co-operation in Europe",
    "SCO": "Shanghai Cooperation Organisation",
}

_VOTES = {"yes": "yes", "no": "no", "abstain": "abstained", "absent": "absent"}
_NONE = "none"


def quadrant_words(profile: StateProfile) -> str:
    """The quadrant of a state in words, or that it has none."""
    return profile.standing.at.quadrant.label if profile.standing else "not placed"


def window_words(states: MemberStates) -> str:
    """Whose statements are counted, of which years."""
    return f"{corpus_in_words(states.data, states.corpus)}, {years_in_words(states.place.first, states.place.last)}"


def distance_words(states: MemberStates, standing: Standing) -> str:
    """How far a state is from the line on each axis, and what measures it."""
    said = []
    for axis, score in zip(AXES, standing.at[:2], strict=True):
        beyond = score - standing.lines[axis]
        measured = index_of(getattr(states.place, axis), axis).label
        side = "above" if beyond > 0 else "below"
        line = states.place.in_words(axis)
        said.append(f"In {axis} ({measured}) it lies {typeset(abs(beyond), '.2f')} {side} {line}.")
    return f"{' '.join(said)} One unit is a standard deviation of a normal distribution."


_NEARLY = 0.99
"""Of a larger chance it is said that it is larger: none is certain."""


def certainty_words(standing: Standing) -> str:
    """How sure the place is: by the error of the indices, by other rules, and by other indices."""
    own = standing.at.quadrant
    said = ""
    if standing.chances:
        ordered = sorted(standing.chances.items(), key=lambda item: -item[1])
        rest = [
            f"{one.label} {typeset(share, '.0%')}" for one, share in ordered if one != own and share >= 0.005
        ]
        others = f" ({'; '.join(rest)})" if rest else ""
        share = standing.chances[own]
        sure = f"{'more than ' * (share > _NEARLY)}{typeset(min(share, _NEARLY), '.0%')}"
        said = (
            "By the error of the indices, as rival indices tell it, it belongs there with a probability of"
            f" {sure}{others}. "
        )
    rules = [one for one in standing.rules.values() if one]
    return (
        f"{said}Of {len(rules)} rules that place it {rules.count(own)} put it in this quadrant, and of"
        f" {len(standing.pairs)} pairs of indices that do {standing.pairs.count(own)}."
    )


def path_words(standing: Standing) -> str:
    """The quadrant year by year, years in a row together; empty where no single year places it."""
    spans = []
    for quadrant, group in groupby(standing.years.items(), key=lambda item: item[1].quadrant):
        held = [year for year, _ in group]
        spans.append(f"{years_in_words(held[0], held[-1])} {quadrant.label}")
    return f"By single years: {'; '.join(spans)}." if spans else ""


def frequency_words(states: MemberStates, profile: StateProfile) -> str:
    """How often a state spoke of a danger in the window, beside the mean of its quadrant."""
    own, where = profile.speaking, window_words(states)
    if own is None:
        return f"There is no document of it to be counted ({where})."
    passages = "passage" if own.relevant == 1 else "passages"
    said = (
        f"In {own.speaking} of its {own.documents} documents it spoke of a digital danger, in {own.relevant}"
        f" {passages} ({where})."
    )
    if profile.standing is None:
        return said
    fellows = states.fellows[profile.standing.at.quadrant]
    share, mean = own.speaking / own.documents, fmean(one.speaking / one.documents for one in fellows)
    further = round(share - mean, 9)
    word = "more often than" if further > 0 else "less often than" if further < 0 else "as often as"
    return (
        f"{said} That is {typeset(share, '.0%')} of its documents, {word} the mean of the {len(fellows)} states of its"
        f" quadrant, {typeset(mean, '.0%')}; these have {typeset(fmean(one.relevant for one in fellows), '.1f')} such"
        " passages on average."
    )


def cell_words(quadrant: Quadrant) -> str:
    """What Table 2 has for a quadrant, and what the text adds."""
    text = TABLE2_GRADED[quadrant].text
    return f"For {quadrant.label}, Table 2 has: {text[0].lower()}{text[1:]}."


def stress_words(stress: Stress) -> str:
    """Whether what a state stresses is what Table 2 has for its quadrant, as far as counts can say it."""
    count, never = stress.passages, "Whether it stressed that cannot be said:"
    if count < LITTLE:
        are = "is one such passage" if count == 1 else f"are {typeset(count, 'word')} such passages"
        return f"{never} there {are}, fewer than {typeset(LITTLE, 'word')}."
    if not stress.most:
        return f"{never} its {count} passages name no threat of the table."
    if len(stress.cell) == len(TABLE2_THREATS):
        unnamed = [_name(threat) for threat in stress.cell if not stress.named[threat]]
        if not unnamed:
            return "That is what it stressed: it names each of the three threats."
        return f"It stressed that in part: it does not name {joined(unnamed, 'or')}."
    top = stress.named[stress.most[0]]
    most = f"{joined(map(_name, stress.most))}, in {top} of {count} passages"
    if stress.holds is None:
        return f"{never} of the three threats it names most often {most} each."
    if stress.holds:
        return f"That is what it stressed: of the three threats it names most often {most}."
    (own,) = stress.cell
    each = " each" if len(stress.most) > 1 else ""
    return (
        f"That is not what it stressed: of the three threats it names most often {most}{each};"
        f" {_name(own)} in {stress.named[own]}."
    )


def codes_words(passage: Mapping[str, Any]) -> dict[str, str]:
    """The codes of a passage in words, by what they tell."""
    threats = [threat for threat in Threat if passage[threat] == 1]
    named = [
        f"{_name(threat)} (above all)" if len(threats) > 1 and threat == passage["primary"] else _name(threat)
        for threat in threats
    ]

    def said(of: str, nobody: str) -> str:
        return nobody if passage[of] == _NONE else in_words(passage[of], of=of)

    return {
        "Danger": "; ".join(named) or "not named",
        "How grave": Level(passage["level"]).label,
        "Endangered": said("referent", "not said"),
        "By whom": said("agent", "not said"),
        "Measure asked for": said("measure", _NONE),
    }


def locator_words(passage: Mapping[str, Any]) -> str:
    """Where a passage stands: document, characters and the beginning of its hash."""
    about = "about characters" if passage["text"] == Origin.PROVISIONAL else "characters"
    place = f"{typeset(passage['start'], ',')} to {typeset(passage['end'], ',')}"
    return f"{passage['doc_id']}, {about} {place}, SHA-256 {passage['sha256'][:8]}…"


def vote_words(profile: StateProfile, roll_call: Mapping[str, Any]) -> dict[str, str]:
    """How a state voted on a roll call, and what that was about, by headings."""
    name = roll_call["resolution"]
    kind = in_words(name, of="resolution")
    vote = profile.votes.get(roll_call["rcid"], "")
    return {
        "resolution": name,
        "date": f"{roll_call['date']:%Y-%m-%d}",
        "title": roll_call["title"] if isinstance(roll_call["title"], str) else "",
        "contested": ("contested" if kind == name else kind) if roll_call["contested"] else "",
        "its vote": _VOTES.get(vote, "no vote on record"),
        "yes, no, abstained": f"{roll_call['yes']}, {roll_call['no']}, {roll_call['abstain']}",
    }


def membership_words(states: MemberStates, profile: StateProfile) -> list[str]:
    """Organisations of which it is a full member, what changed, and whether it supports the Paris Call."""
    named = [
        f"{ORGANISATIONS.get(name, name)} (since {year}{' or before' * (year == states.since)})"
        for name, year in profile.organisations.items()
    ]
    said = [
        f"Full member in {states.place.last}: {'; '.join(named) or _NONE} (of the organisations in the table)."
    ]
    said += [
        f"{'Joined' if event == 'accession' else 'Left'} {ORGANISATIONS.get(name, name)} on {day}."
        for name, day, event in profile.moves
    ]
    call = "the Paris Call for Trust and Security in Cyberspace"
    if profile.paris_call is None:
        return [*said, f"Not on the public list of supporters of {call}."]
    return [*said, f"Supports {call}{f', since {profile.paris_call}' * bool(profile.paris_call)}."]


def said_words(profile: StateProfile) -> str:
    """How many passages of a state present a danger, and of which years."""
    years = sorted(chain.from_iterable(held.years for held in profile.held.values()))
    count = sum(held.relevant for held in profile.held.values())
    passages = f"{typeset(count, 'word')} {'passage' if count == 1 else 'passages'}"
    return f"{passages}, {years_in_words(years[0], years[-1])}" if count else passages


def years_counted(years: Sequence[int]) -> str:
    """Years in a list, with how often each where that is more than once."""
    return ", ".join(
        f"{year} ({count})" if count > 1 else str(year) for year, count in Counter(years).items()
    )


def _name(threat: Threat) -> str:
    return threat.label.lower()
