"""A page a state: the theme renders one, and every other is that one with its own words in the places kept for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx

from buzanlib.figures.state_words import quadrant_words, said_words
from buzanlib.measurement.member_states import MemberStates
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.state_profile import StateProfile
from buzanlib.site.state_index import INDEX, names_to_search, sections
from buzanlib.site.state_sections import SECTIONS, StateBody
from buzanlib.site.take_away import citation_box, citation_of, head_of
from buzanlib.tables.data_folder import Data

_PLACE = re.compile("__(code|title|head|body|citation|before|before_title|after|after_title)__")
"""What a page has of its own. Such a name stands as it is in addresses, in attributes and in text."""

_TITLE = "Look up a state"


class StatePages:
    """The pages of one build."""

    def __init__(self) -> None:
        self._states: MemberStates | None = None

    def gather(self, app: Sphinx) -> None:
        """Read the tables, before processes are forked to read and write pages, all of which need them."""
        self._states = None
        if not app.config.buzan_states:
            return
        chosen = dict(app.config.buzan_states)
        data = Data.open(Path(app.srcdir) / chosen.pop("data"))
        corpus, annotator, named = (chosen.pop(name) for name in ("corpus", "annotator", "corpora"))
        coded = set(data.statements.coded(annotator)["corpus"])
        corpora = [name for name in named if name in coded]
        self._states = MemberStates(data, Placement(**chosen), corpus, annotator, corpora)
        self._states.profiles  # noqa: B018  kept from here on

    def list_states(self, app: Sphinx, doctree: nodes.document) -> None:
        """Put the list into the index, which is read anew when the results have changed."""
        if self._states is None or app.env.docname != INDEX:
            return
        app.env.note_dependency(str(Path(app.srcdir) / app.config.buzan_results))
        doctree[0].extend(sections(self._states.profiles))

    def write(self, app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Let the theme render one page, and write all from it."""
        if self._states is None:
            return
        builder: Any = app.builder
        source = builder.globalcontext.get("theme_repository_url", "")
        yield f"{INDEX}/__code__", _context(source), "page.html"
        file = Path(builder.get_outfilename(f"{INDEX}/__code__"))
        shell = file.read_text(encoding="utf-8")
        file.unlink()
        profiles = list(self._states.profiles.values())
        bodies = StateBody(self._states, app.env.found_docs)
        edge = ("../states", _TITLE)
        around = [edge, *((one.iso3, one.name) for one in profiles), edge]
        for profile, before, after in zip(profiles, around, around[2:], strict=False):
            own = _own(app, profile, before, after) | {"body": bodies.of(profile)}
            # In one pass: what is put in is not looked at again.
            text = _PLACE.sub(lambda found, own=own: own[found[1]], shell)  # type: ignore[misc]
            file.with_name(f"{profile.iso3}.html").write_text(text, encoding="utf-8")
        if builder.indexer is not None:
            _index(builder.indexer, profiles)


def _context(source: str) -> dict[str, Any]:
    entries = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in SECTIONS.items())
    return {
        "title": "__title__",
        "pagetitle": "__title__",
        "body": f"__body__{citation_box('__citation__', source)}",
        "metatags": "__head__",
        "toc": f'<ul><li><a href="#">__title__</a><ul>{entries}</ul></li></ul>',
        "prev": {"link": "__before__.html", "title": "__before_title__"},
        "next": {"link": "__after__.html", "title": "__after_title__"},
    }


def _own(
    app: Sphinx, profile: StateProfile, before: tuple[str, str], after: tuple[str, str]
) -> dict[str, str]:
    """What stands in the places of a page but its body; every text can stand in an attribute."""
    page, name = f"{INDEX}/{profile.iso3}", profile.name
    about = f"{name}: {quadrant_words(profile)}; {said_words(profile)}. Its place, words and votes."
    own = {"code": profile.iso3, "title": name, "citation": citation_of(app, page, name)}
    own |= {"before": before[0], "before_title": before[1], "after": after[0], "after_title": after[1]}
    return {key: escape(text) for key, text in own.items()} | {"head": head_of(app, page, name, about)}


def _index(indexer: Any, profiles: list[StateProfile]) -> None:
    """Put the pages into the search index by their names, and keep them there: Sphinx drops what has no source."""
    pages = {f"{INDEX}/{profile.iso3}": profile for profile in profiles}
    prune = indexer.prune
    indexer.prune = lambda kept: prune([*kept, *pages])
    for page, profile in pages.items():
        document = new_document(page)
        section = nodes.section()
        title = escape(profile.name, quote=False)  # the search shows titles as HTML
        section += nodes.title("", title)
        section += nodes.paragraph("", " ".join(names_to_search(profile)))
        document += section
        indexer.feed(page, f"{page}.html", title, document)


def setup(app: Sphinx) -> None:
    """Register the setting that says what the pages are made from; without it there are none."""
    pages = StatePages()
    app.add_config_value("buzan_states", {}, "env", [dict])
    app.connect("builder-inited", pages.gather)
    app.connect("doctree-read", pages.list_states, priority=400)  # before the table of contents is collected
    app.connect("html-collect-pages", pages.write)
