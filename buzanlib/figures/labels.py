"""Names as tables and figures show them: words for what the data and the code call by a short name."""

from __future__ import annotations

import re

from buzanlib.theory.vocabulary import (
    Corpus,
    Effect,
    Measure,
    PoliticalKind,
    Quadrant,
    ReferentObject,
    Threat,
    ThreatAgent,
)

#: Quadrants as rows from the top: strong power above weak, and weak cohesion before strong.
FROM_TOP: tuple[Quadrant, ...] = (Quadrant.SW, Quadrant.SS, Quadrant.WW, Quadrant.WS)

#: The same as a legend of two columns fills them, which then stands as the matrix does.
MATRIX: tuple[Quadrant, ...] = FROM_TOP[::2] + FROM_TOP[1::2]

#: Ends the caption of a figure that has short names of quadrants.
SHORT_NAMES = (
    f"Short names give power before cohesion: {Quadrant.SW} is {Quadrant.SW.label.replace(', ', ' and ')}, "
    f"{Quadrant.WS} {Quadrant.WS.label.replace(', ', ' and ')}."
)

#: Words by name. A name that means different things in different places stands behind the place and a full stop, as
#: ``"terrorism.political"``: the option *political* of the choice *terrorism*.
LABELS: dict[str, str] = {
    **{threat.value: threat.label for threat in Threat},
    Effect.POWER: "power",
    Effect.COHESION: "cohesion",
    Effect.INTERACTION: "power × cohesion",
    Corpus.UNGDC: "General Debate",
    Corpus.NCSS: "national strategies",
    # Indices, and rivals of cohesion and power.
    "cinc": "CINC",
    "milex": "military spending",
    "gdp": "GDP",
    "sophisticated_gdp": "GDP and GDP per head",
    "sophisticated_milex": "military spending and GDP per head",
    "fsi_cohesion": "Fragile States Index",
    "wgi_stability": "Governance Indicators: stability",
    "sfi_legitimacy": "State Fragility Index: legitimacy",
    "bti_stateness": "Transformation Index: stateness",
    "fractionalization": "ethnic fractionalization",
    "polyarchy": "electoral democracy",
    "gdp_per_head": "GDP per head",
    "internet_users": "Internet users",
    # Variables of the codebook.
    "variable.relevant": "Relevant at all",
    "variable.primary": "Primary threat",
    "variable.level": "Strength (nominal)",
    "variable.level (ordinal)": "Strength (ordinal)",
    "variable.referent": "Referent object",
    "variable.agent": "Threat agent",
    "variable.measure": "Measure",
    "variable.pol_kind": "Kind of political action",
    "variable.hostile": "Hostile intent",
    f"agent.{ThreatAgent.STATE}": "another state",
    f"agent.{ThreatAgent.CRIMINAL}": "criminals",
    f"agent.{ThreatAgent.TERRORIST}": "terrorists",
    f"agent.{ThreatAgent.OTHER}": "others",
    f"agent.{ThreatAgent.NONE}": "not said",
    f"measure.{Measure.NORMS}": "norms and law",
    f"measure.{Measure.DEFEND}": "hardening",
    f"measure.{Measure.POLICE}": "police",
    f"measure.{Measure.CONTENT}": "control of content",
    f"measure.{Measure.MILITARY}": "armed force",
    f"measure.{Measure.NONE}": "no measure",
    f"referent.{ReferentObject.INDIVIDUAL}": "individuals",
    f"referent.{ReferentObject.SOCIETY}": "society",
    f"referent.{ReferentObject.ECONOMY}": "the economy",
    f"referent.{ReferentObject.STATE}": "the state",
    f"referent.{ReferentObject.INTERNATIONAL}": "the international order",
    f"referent.{ReferentObject.NONE}": "nothing named",
    **{f"relevant.{value}": word for value, word in enumerate(("no", "yes"))},
    **{f"hostile.{value}": word for value, word in enumerate(("no", "yes"))},
    "level.0": "a problem to manage",
    "level.1": "a threat to security",
    "level.2": "existential, or an emergency",
    "primary.none": "none",
    f"pol_kind.{PoliticalKind.REGIME}": "against the hold of government",
    f"pol_kind.{PoliticalKind.INTERFERENCE}": "another state's campaign",
    f"pol_kind.{PoliticalKind.SOCIETY}": "division of society",
    f"pol_kind.{PoliticalKind.HEALTH}": "harm to health or science",
    f"pol_kind.{PoliticalKind.GENERAL}": "in general",
    f"pol_kind.{PoliticalKind.NONE}": "none",
    # Annotators, and how texts came about.
    "role.coder": "coded alone",
    "role.adjudication": "decided where the others differed",
    "role.retest": "coded a part again",
    "kind.model": "answers of a model",
    "kind.sheet": "a coding sheet",
    "text.record": "the publisher's record",
    "text.delegation": "the delegation's own text, partly translated or read by machine",
    "text.transcription": "a machine transcription of the English interpretation",
    "text.provisional": "a provisional machine transcription; places are approximate",
    "text.added": "a session that was added",
    "text.document": "the document itself",
    # What a state says, counted.
    "breadth.passages": "passages",
    "breadth.kinds": "kinds",
    "breadth.kinds beyond": "kinds, beyond",
    "breadth.levels": "levels",
    "breadth.levels beyond": "levels, beyond",
    "breadth.several": "several kinds",
    "breadth.security": "threat to security",
    # Samples beside rivals.
    "beside R1": "beside regime",
    "beside R2": "beside bloc",
    "beside R3": "beside development",
    "outcome.speaks": "Speaks of cyber threats",
    "outcome.further": "Says more of them",
    # Choices of the multiverse, and their options.
    "threshold": "line between weak and strong",
    "threshold.median": "world median",
    "threshold.tercile": "upper tercile",
    "threshold.regional": "own region",
    "threshold.neighbour": "neighbours",
    "threshold.fuzzy": "fuzzy membership",
    "threshold.power80": "upper fifth of power",
    "threshold.contiguous": "neighbours by border",
    "threshold.great_powers": "neighbours and great powers",
    "threshold.continuous": "continuous axes",
    "window": "years",
    "corpus": "statements",
    "corpus.both": "both together",
    "annotator": "annotator",
    "annotator.adjudicated": "adjudicated, codebook 1",
    "annotator.A": "run A",
    "annotator.B": "run B",
    "annotator.adjudicated_2": "adjudicated, codebook 2",
    "annotator.C": "run C",
    "annotator.D": "run D",
    "terrorism": "terrorist use",
    "terrorism.apart": "apart",
    "terrorism.political": "as political action",
    "terrorism.crime": "as crime",
    "political": "political action",
    "political.any": "any",
    "political.strict": "regime and interference",
    "political.not_health": "without health",
    "political.serious": "threat or emergency",
    "denominator": "share of what",
    "denominator.relevant": "relevant passages",
    "denominator.specific": "passages naming a threat",
    "denominator.documents": "documents",
    "weighting": "what counts once",
    "weighting.states": "a state",
    "weighting.passages": "a passage",
    "exchange.region": "within regions",
    "exchange.bloc": "within blocs",
    "exchange.free": "over the world",
    # Rules by which a coalition amends its agenda.
    "rule.fixed": "fixed agenda",
    "rule.mean": "mean of members",
    "rule.weighted": "weighted mean",
    "rule.package": "package",
    # Contested resolutions of the General Assembly, by who put them forward or by their matter.
    **dict.fromkeys(["resolution.73/27", "resolution.74/29", "resolution.75/240"], "Russian text"),
    **dict.fromkeys(["resolution.73/266", "resolution.74/28", "resolution.75/32"], "US text"),
    **dict.fromkeys(["resolution.73/187", "resolution.74/247"], "crime text"),
    # Scales of the definitions.
    "scale.log odds": "logit",
    "scale.rank": "pairs in order, −1 to 1",
    "scale.bits, root": "distance, 0 to 1",
    "scale.agreement, 0 to 1": "agreement, 0 to 1",
    "scale.correlation": "correlation",
    "scale.standard deviations": "standard deviations",
    "scale.share of states": "share of states",
    "scale.share of error": "share of squared error",
    "scale.share": "share",
    "scale.kinds of danger": "kinds of danger",
    "scale.states": "states",
    "scale.log ratio": "log ratio",
    "scale.association": "association, 0 to 1",
}


def in_words(name: str, of: str = "") -> str:
    """A short name, as the data and the code have it, in words.

    Where `LABELS` tells several apart, `of` is what it is an option or value of. A name without an entry, such as one
    that a rerun has added, has its underscores replaced by spaces.

    Examples
    --------
    >>> in_words("power:cohesion"), in_words("political"), in_words("political", of="terrorism")
    ('power × cohesion', 'political action', 'as political action')
    """
    return LABELS.get(f"{of}.{name}") or LABELS.get(name) or name.replace("_", " ")


#: The kinds of state as a sentence has them, where the label of a quadrant would be too long.
KINDS: dict[str, str] = {
    Quadrant.WW: "weak and divided",
    Quadrant.WS: "weak but cohesive",
    Quadrant.SW: "powerful but divided",
    Quadrant.SS: "powerful and cohesive",
}

_CODE = rf"(?<![\w.])(?:{'|'.join(KINDS)})\b"  # M1.SW is the name of a part of a hypothesis
_CHAIN = re.compile(rf"{_CODE}(?:[-–]{_CODE})+(?: states\b)?")
_CHAINS = re.compile(rf"(?:{_CHAIN.pattern}(?:, |$))+")
_BOTH = re.compile(rf"({_CODE}) and ({_CODE})(?: states\b)?(?! that)")
_ONE = re.compile(rf"(?:states of )?(\bquadrant )?({_CODE})(?: (states?)\b)?")
_THREAT = re.compile(rf"\b(?:{'|'.join(Threat)})\b")


def in_plain_words(text: str, *, begins: bool = False) -> str:
    """A text with kinds of state and threats in words where it has their short names.

    A text that is such a name and nothing else heads a row or a column, and becomes its label. Others have a capital
    where they begin with one if a sentence begins there.

    Examples
    --------
    >>> in_plain_words("WS"), in_plain_words("Of SW states most, of WW least.")
    ('weak power, strong cohesion', 'Of powerful but divided states most, of weak and divided states least.')
    >>> in_plain_words("SW-WS"), in_plain_words("share of pol")
    ('powerful but divided states and weak but cohesive ones', 'share of de-stabilising political action')
    """
    if text in KINDS:
        return Quadrant(text).label
    if _CHAINS.fullmatch(text):
        text = text.replace(", ", "; ")
    said = _CHAIN.sub(lambda found: _chain(re.findall(_CODE, found[0])), text)
    said = _BOTH.sub(lambda found: _pair(found[1], found[2]), said)
    said = _ONE.sub(_one, said)
    said = said.replace(" states has ", " states have ").replace("pol_kind", "kind of political action:")
    said = _THREAT.sub(lambda found: Threat(found[0]).label.lower(), said)
    if begins and said[:1] != text[:1]:
        said = said[:1].upper() + said[1:]
    return said


def _one(found: re.Match[str]) -> str:
    return f"{'the quadrant of ' if found[1] else ''}{KINDS[found[2]]} {found[3] or 'states'}"


def _pair(one: str, other: str) -> str:
    return f"{KINDS[one]} states {'among themselves' if one == other else f'and {KINDS[other]} ones'}"


def _chain(names: list[str]) -> str:
    """Of two kinds a pair, of more an order."""
    return _pair(*names) if len(names) == 2 else ", then ".join(f"{KINDS[name]} states" for name in names)
