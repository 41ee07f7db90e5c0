"""Where a number comes from and what an id or a term means: links in the page, and what their cards say."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from docutils import nodes
from sphinx.addnodes import glossary
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import typeset
from buzanlib.site import hypotheses
from buzanlib.site.how_made import CHAPTERS
from buzanlib.site.how_made import anchor as anchor_of
from buzanlib.site.hypotheses import ID
from buzanlib.site.key_words import key_in_words
from buzanlib.site.linked_tables import link_table
from buzanlib.site.numbers import number, results_of
from buzanlib.site.run_facts import Facts, facts_of, path_of
from buzanlib.site.seminar_pages import is_for_class
from buzanlib.study.results import Results

_HYPOTHESES = f"_generated/{hypotheses.PAGE}"

_SENTENCE = 40
"""Characters from which on recorded words are a sentence, which is no link."""

_LIST = re.compile(rf"{ID.pattern}(?:(?:, (?:and )?| and | or | to |–){ID.pattern})+", re.ASCII)

_APART = (nodes.literal, nodes.title, nodes.reference, nodes.math, nodes.FixedTextElement)
"""In these nothing becomes a link."""


class Linker:
    """Links of one page, and what it has gathered for their cards."""

    def __init__(self, app: Sphinx, page: str) -> None:
        self.page = page
        self.results: Results = results_of(app)
        self.facts: Facts = facts_of(app)
        self._uri: Callable[[str], str] = lambda to: app.builder.get_relative_uri(page, to)
        self._pages = app.env.found_docs
        self._title = app.env.titles
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for key in self.results.values:
            self._by_tail[".".join(key.split(".")[-2:])].append(key)
        self.numbers: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        self._known = self.facts.hypotheses.keys()
        self._scales = {name: one.scale for name, one in self.facts.hypotheses.items()}
        apart = page == _HYPOTHESES or is_for_class(page) or _HYPOTHESES not in self._pages
        self._ids = None if apart else _ids(self.facts)

    def address(self, key: str) -> str:
        """Where the code stands that recorded a number; empty if that is on no page. Takes it among the cards."""
        value = self.results.values[key]
        target = f"{CHAPTERS}{value.notebook}"
        if target not in self._pages:
            return ""
        about = self.results.notebooks.get(value.notebook, {})
        what = key_in_words(key.removeprefix(about.get("prefix", "")), self._scales)
        claims = [name for name in key.split(".") if name in self._known]
        self.names |= {name: self.facts.hypotheses[name].in_words for name in claims}
        self.numbers[key] = [what[:1].upper() + what[1:], typeset(value.value), value.notebook, *claims[:1]]
        return self._uri(target) + (f"#{anchor_of(value.cell)}" if value.cell else "")

    def hypothesis(self, name: str) -> str:
        """Where a hypothesis is explained. Takes it among the cards."""
        self.names[name] = self.facts.hypotheses[name].in_words
        return f"{self._uri(_HYPOTHESES)}#{hypotheses.anchor(name)}"

    def split(self, text: str) -> list[str]:
        """Cut a text so that every second part is the id of a hypothesis.

        A list in which any other name of this form stands, as the indicators of an index, is no list of hypotheses.
        """
        if self._ids is None:
            return [text]
        others = [run.span() for run in _LIST.finditer(text) if not {*ID.findall(run[0])} <= self._known]
        parts, end = [], 0
        for found in self._ids.finditer(text):
            if not any(first <= found.start() < last for first, last in others):
                parts += [text[end : found.start()], found[0]]
                end = found.end()
        return [*parts, text[end:]]

    def key_of(self, tail: str, text: str, form: str) -> str:
        """The one key with an ending under which a number of this text is recorded; empty if it is not certain."""
        own = self.results.key_on(self.page.removeprefix(CHAPTERS), tail)
        fitting = [key for key in self._by_tail[tail] if _fits(self.results.values[key].value, text, form)]
        return own if own in fitting else fitting[0] if len(fitting) == 1 else ""

    def cards(self) -> dict[str, Any]:
        """What the script needs."""
        pages = {}
        for name in dict.fromkeys(about[2] for about in self.numbers.values()):
            made = self.facts.pages.get(name)
            chosen = [f"{in_words(one[0])}: {one[2]}" for one in made.parameters] if made else []
            read = [file for file in made.read if file.endswith(".csv")] if made else []
            title = self._title[f"{CHAPTERS}{name}"].astext()
            pages[name] = [title, "; ".join(chosen), ", ".join(read)]
        return {"numbers": self.numbers, "pages": pages, "ids": self.names}


def _ids(facts: Facts) -> re.Pattern[str] | None:
    """What finds the id of a hypothesis in a text; None where none is known."""
    names = "|".join(sorted(facts.hypotheses, key=len, reverse=True))
    return re.compile(rf"(?<![\w./-])({names})(?![\w/-]|\.\w)") if names else None


def _fits(value: object, text: str, form: str) -> bool:
    return (
        isinstance(value, str | int | float)
        and typeset(value, "" if isinstance(value, str) else form) == text
    )


def _link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make links of numbers and ids, and keep on the tree what their cards say."""
    if app.builder.format != "html":
        return
    linker = Linker(app, docname)
    for node in list(doctree.findall(number)):
        words = "num" not in node["classes"]
        text = node.astext()
        if not _is_apart(node) and not (words and (len(text) >= _SENTENCE or len(linker.split(text)) > 1)):
            node["address"] = linker.address(node["key"])
    for text in list(doctree.findall(nodes.Text)):
        parts = linker.split(text.astext())
        in_link = isinstance(text.parent, number) and "address" in text.parent
        if len(parts) > 1 and not in_link and not _is_apart(text):
            text.parent.replace(
                text, [_part(linker, part, place) for place, part in enumerate(parts) if part]
            )
    for raw in list(doctree.findall(nodes.raw)):
        if "html" in raw["format"].split() and "<table" in raw.astext():
            raw[:] = [nodes.Text(link_table(raw.astext(), linker))]
    meanings = {name: said for one in _all_terms(app.env).values() for name, said in one.items()}
    recorded = {term_of(about[1]) for about in linker.numbers.values()}
    terms = _terms_on(doctree, meanings) | {
        name: meanings[name] for name in sorted(recorded & meanings.keys())
    }
    if linker.numbers or linker.names or terms:
        doctree["cards"] = {**linker.cards(), "terms": terms}


def term_of(word: str) -> str:
    """Where the glossary explains a recorded word, such as a verdict; the script of the cards looks there, too."""
    return f"term-{word.replace(' ', '-')}"


def _terms_on(doctree: nodes.document, meanings: Mapping[str, str]) -> dict[str, str]:
    """Meanings of the terms to which a page leads, by their place."""
    links = (node for node in doctree.findall(nodes.reference) if "refuri" in node)
    terms = (
        link for link in links if any("std-term" in one["classes"] for one in link.findall(nodes.inline))
    )
    places = {link["refuri"].rpartition("#")[2] for link in terms}
    return {place: meanings[place] for place in sorted(places & meanings.keys())}


def _part(linker: Linker, part: str, place: int) -> nodes.Node:
    if place % 2 == 0:
        return nodes.Text(part)
    address = linker.hypothesis(part)
    return nodes.reference("", part, internal=True, refuri=address, classes=["hypothesis"])


def _is_apart(node: nodes.Node) -> bool:
    while (node := node.parent) is not None:
        if isinstance(node, _APART):
            return True
    return False


_TERMS = "buzan_terms"


def _gather(app: Sphinx, doctree: nodes.document) -> None:
    """Read a page again when what its cards say may have changed; keep the meanings of its terms, a paragraph each."""
    ids = _ids(facts_of(app))
    texts = (text for text in doctree.findall(nodes.Text) if ids and ids.search(text))
    if any(doctree.findall(number)) or not all(map(_is_apart, texts)):
        app.env.note_dependency(str(path_of(app)))
    found: dict[str, str] = {}
    for entry in (
        one for list_ in doctree.findall(glossary) for one in list_.findall(nodes.definition_list_item)
    ):
        first = next(iter(entry.findall(nodes.paragraph)), None)
        for term in entry.findall(nodes.term):
            found |= {name: " ".join(first.astext().split()) for name in term["ids"] if first is not None}
    _all_terms(app.env)[app.env.docname] = found


def _all_terms(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    if not hasattr(env, _TERMS):
        setattr(env, _TERMS, {})
    return getattr(env, _TERMS)  # type: ignore[no-any-return]


def _forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _all_terms(env).pop(docname, None)


def _merge(app: Sphinx, env: BuildEnvironment, names: list[str], other: BuildEnvironment) -> None:
    there = _all_terms(other)
    _all_terms(env).update({name: there[name] for name in names if name in there})


def _put(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put what cards say at the end of the page, as data that no browser runs."""
    if doctree is None or "cards" not in doctree:
        return
    text = json.dumps(doctree["cards"], ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    context["body"] += f'<script type="application/json" id="buzan-cards">{text}</script>\n'
    app.add_js_file("cards.js", loading_method="defer")


def _visit(self: Any, node: number) -> None:
    if node.get("address"):
        self.body.append(
            self.starttag(node, "a", "", CLASS="recorded", href=node["address"], **{"data-key": node["key"]})
        )
    else:
        self.body.append(self.starttag(node, "span", ""))


def _depart(self: Any, node: number) -> None:
    self.body.append("</a>" if node.get("address") else "</span>")


def setup(app: Sphinx) -> None:
    """Register the node and the handlers."""
    app.add_node(number, html=(_visit, _depart))
    app.connect("doctree-read", _gather)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("doctree-resolved", _link)
    app.connect("html-page-context", _put)
