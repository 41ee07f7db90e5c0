"""The index of the pages of states: by regional group as it stands, and to be searched where scripts run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes

from buzanlib.figures.state_words import quadrant_words, said_words
from buzanlib.measurement.state_profile import StateProfile
from buzanlib.sources.state_names import names_of
from buzanlib.study.spec import Study

#: Name of the page, and of the folder of the pages of states beside it.
INDEX = "_generated/states"

_NEEDED = (
    *("corpus", "annotator", "power", "cohesion", "first", "last"),
    *("power_rule", "cohesion_rule", "power_quantile", "cohesion_quantile"),
)
_CORPORA = ("corpus", "replication")
"""Parameters that name statements which a study reads."""

TEXT = """\
# Look up a state

Every member of the United Nations has a page: where it stands on the two axes and how sure that is, how often it spoke
of digital dangers, each of its passages in our words with its codes, its votes and memberships, and what Table 2 has
for a state like it beside what it stressed. The paper itself places no state; every place is our reading of it. Counted
here are passages that present something digital as a danger.
"""


def chosen_by(study: Study, book: Path) -> dict[str, Any]:
    """What pages of states are made from: the values of the first notebook that places states and reads them.

    Parameters
    ----------
    study : Study
        Of which these are.
    book : Path
        Folder of the sources of its book, from which that of the data is named.

    Returns
    -------
    dict
        The parameters, ``data`` and ``corpora``; empty where no notebook has all that is needed.
    """
    for run in study.runs:
        if run.parameters.keys() >= {*_NEEDED}:
            read = (one.parameters.get(name) for one in study.runs for name in _CORPORA)
            corpora = dict.fromkeys([str(run.parameters["corpus"]), *(str(name) for name in read if name)])
            folder = Path(os.path.relpath(study.reads, book)).as_posix()
            return {name: run.parameters[name] for name in _NEEDED} | {"data": folder, "corpora": [*corpora]}
    return {}


def names_to_search(profile: StateProfile) -> list[str]:
    """Every name and code by which a reader may look for a state, its own first."""
    return list(dict.fromkeys([profile.name, profile.iso3, *names_of(profile.iso3)]))


def sections(profiles: dict[str, StateProfile]) -> Iterator[nodes.section]:
    """A section a regional group, with a list of its states."""
    for region in sorted({profile.region for profile in profiles.values()}):
        of = [profile for profile in profiles.values() if profile.region == region]
        section = nodes.section(ids=[f"group-{nodes.make_id(region)}"], names=[region])
        section += nodes.title("", f"{region} group")
        section += nodes.raw("", f'<ul class="states">{"".join(map(_entry, of))}</ul>', format="html")
        yield section


def _entry(profile: StateProfile) -> str:
    names = escape("|".join(names_to_search(profile)))
    place = escape(quadrant_words(profile))
    colour = f' class="quadrant-{profile.standing.at.quadrant.value.lower()}"' if profile.standing else ""
    return (
        f'<li data-names="{names}"><a class="reference internal" href="states/{escape(profile.iso3)}.html">'
        f'{escape(profile.name)}</a> <span class="place"><i{colour}></i>{place}</span>'
        f' <span class="said">{said_words(profile)}</span></li>'
    )
