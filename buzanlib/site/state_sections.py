"""The page of one state: HTML in which every text of the data is escaped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from buzanlib.figures import state_words as words
from buzanlib.figures.labels import in_words
from buzanlib.figures.state_map import StateMap
from buzanlib.figures.typeset import typeset
from buzanlib.figures.whose_statements import corpus_in_words, years_in_words
from buzanlib.measurement.member_states import MemberStates
from buzanlib.measurement.state_profile import Standing, StateProfile
from buzanlib.theory.vocabulary import Annotator

#: Sections of every page, by their place in its address.
SECTIONS: Mapping[str, str] = {
    "place": "Where it stands",
    "frequency": "How often it spoke",
    "table-2": "What Table 2 has for it, and what it stressed",
    "passages": "What it said",
    "votes": "How it voted",
    "memberships": "Where it is a member",
}

_CAUTION = (
    "The paper places no state: “I will not do so in this paper” (section 2). The place is our reading, by two indices"
    " and one rule. Others could be chosen; below stands what they give."
)
_RUNS = " They come from runs of one large language model, which did not see whose words it read"
_DECIDED = "; where two runs differed, a third decided"


class StateBody:
    """Makes the bodies of pages of states, which may link to these `pages` of the book."""

    def __init__(self, states: MemberStates, pages: Collection[str]) -> None:
        self._states, self._pages = states, pages
        self._map = StateMap(states.standings.values())
        self._corpora = {corpus: corpus_in_words(states.data, corpus) for corpus in states.corpora}

    def of(self, profile: StateProfile) -> str:
        """The body of the page of a state."""
        votes = [words.vote_words(profile, roll_call) for roll_call in self._states.resolutions]
        parts = {
            "place": self._place(profile),
            "frequency": self._frequency(profile),
            "table-2": self._stress(profile),
            "passages": self._said(profile),
            "votes": _table("Votes of the General Assembly on information technology and security", votes),
            "memberships": _list(words.membership_words(self._states, profile)),
        }
        facts = (
            f"{profile.region} group of the United Nations; member since {profile.since}. {_lead(profile)}"
        )
        head = f"<h1>{escape(profile.name)}</h1><p>{escape(facts)}{self._link('_generated/states', 'All states')}</p>"
        body = "".join(_section(name, SECTIONS[name], part) for name, part in parts.items())
        return f'<section class="state">{head}{body}</section>'

    def _link(self, page: str, text: str, at: str = "") -> str:
        """A sentence that links from the folder of these pages; nothing where the book has no such page."""
        if page not in self._pages:
            return ""
        return (
            f' <a class="reference internal" href="../../{escape(page)}.html{escape(at)}">{escape(text)}</a>.'
        )

    def _place(self, profile: StateProfile) -> str:
        standing, states = profile.standing, self._states
        if standing is None:
            return _paragraph(
                "Without a place there is no map, and no cell of Table 2 to hold its words against."
            )
        years = years_in_words(states.place.first, states.place.last)
        caption = (
            f"Power and cohesion of {len(states.standings)} states, {years}:"
            f" the ring is {profile.name}, the line its path from year to year, and dashed is where weak turns into"
            " strong."
        )
        rules = [
            {"rule": rule, "quadrant": quadrant.label if quadrant else "does not place it"}
            for rule, quadrant in standing.rules.items()
        ]
        return (
            f'<div class="admonition note"><p class="admonition-title">Our reading</p>'
            f"<p>{escape(_CAUTION)}{self._link('executed/04_placement', 'How states are placed')}</p></div>"
            f"<figure>{self._map.of(profile.name, standing)}<figcaption>{escape(caption)}</figcaption></figure>"
            + "".join(map(_paragraph, self._sure(standing)))
            + _table("Where each rule of placement puts it", rules)
        )

    def _sure(self, standing: Standing) -> list[str]:
        return [
            words.distance_words(self._states, standing),
            words.certainty_words(standing),
            words.path_words(standing),
        ]

    def _frequency(self, profile: StateProfile) -> str:
        rows = [
            {
                "statements": self._corpora[corpus],
                "documents": held.documents,
                "speak of a danger": len(held.years),
                "in the years": words.years_counted(held.years) or "–",
                "passages read": held.coded,
                "present a danger": held.relevant,
            }
            for corpus, held in profile.held.items()
        ]
        said = _paragraph(words.frequency_words(self._states, profile))
        return said + _table("All its documents, and the passages on something digital in them", rows)

    def _stress(self, profile: StateProfile) -> str:
        stress, standing = profile.stress, profile.standing
        if stress is None or standing is None:
            return _paragraph("Table 2 speaks of quadrants, and this state is in none here.")
        rows = [
            {
                "threat": threat.label,
                "in Table 2": words.PLACES[stress.weights[threat]],
                "passages that name it": f"{named} of {stress.passages}",
                "mean share in its quadrant": typeset(stress.beside[threat], ".0%") if stress.beside else "–",
            }
            for threat, named in stress.named.items()
        ]
        where = f"{words.window_words(self._states)}. A single state tests nothing: what it says has many reasons."
        test = self._link("executed/06_quadrants", "The test over all states")
        return (
            _paragraph(f"{words.cell_words(standing.at.quadrant)} {words.stress_words(stress)}")
            + _table("What Table 2 names, and what it named", rows)
            + f'<p class="note">{escape(where)}{test}</p>'
        )

    def _said(self, profile: StateProfile) -> str:
        if not profile.passages:
            return _paragraph("No passage of it was found and coded.")
        coder = self._states.annotator
        said = f"Each passage is told in our words, not quoted. Codes: {in_words(coder, of='annotator')}."
        if coder in set(Annotator):
            said += f"{_RUNS}{_DECIDED if coder in (Annotator.ADJUDICATED, Annotator.ADJUDICATED_2) else ''}."
        link = self._link("_generated/evidence", "Codes of all annotators", f"#state={profile.iso3}")
        speak = [self._passage(passage) for passage in profile.passages if passage["relevant"]]
        others = [self._passage(passage) for passage in profile.passages if not passage["relevant"]]
        shown = f'<ol class="passages">{"".join(speak)}</ol>' if speak else ""
        if others:
            summary = f"Passages that present nothing digital as a danger: {len(others)}"
            shown += (
                f'<details><summary>{summary}</summary><ol class="passages">{"".join(others)}</ol></details>'
            )
        return f"<p>{escape(said)}{link}</p>{shown}"

    def _passage(self, passage: Mapping[str, Any]) -> str:
        told = words.codes_words(passage).items() if passage["relevant"] else ()
        codes = "".join(f"<div><dt>{escape(what)}</dt><dd>{escape(said)}</dd></div>" for what, said in told)
        return (
            f'<li id="{escape(passage["passage_id"])}">'
            f'<p class="source">{passage["year"]}, {escape(self._corpora[passage["corpus"]])}</p>'
            + _paragraph(passage["gist"])
            + (f"<dl>{codes}</dl>" if codes else "")
            + f'<p class="locator">{escape(words.locator_words(passage))}</p></li>'
        )


def _lead(profile: StateProfile) -> str:
    place = (
        f"stands at {words.quadrant_words(profile)}"
        if profile.standing
        else "has no place, for want of an index"
    )
    return f"In this study it {place}; of digital dangers it spoke in {words.said_words(profile)}."


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _table(caption: str, rows: Sequence[Mapping[str, object]]) -> str:
    """A table as `buzanlib.figures.tables` sets it, stacked, without a data frame: there are some hundreds of these."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = []
    for row in rows:
        (_, first), *others = row.items()
        cells = "".join(f'<td data-label="{escape(name)}">{escape(str(cell))}</td>' for name, cell in others)
        body.append(f'<tr><th scope="row">{escape(str(first))}</th>{cells}</tr>')
    return (
        f'<div class="pst-scrollable-table-container" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="table stacked"><caption><span>{escape(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _section(name: str, title: str, content: str) -> str:
    mark = f'<a class="headerlink" href="#{name}" title="Link to this heading">#</a>'
    return f'<section id="{name}"><h2>{escape(title)}{mark}</h2>{content}</section>'
