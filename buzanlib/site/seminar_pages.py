"""Pages for a class, from which no way leads to a result before the teacher opens one, and the cards of the game."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from buzanlib.errors import UnknownNameError, check_name
from buzanlib.figures.labels import FROM_TOP
from buzanlib.policy.acceptability import relative_priorities
from buzanlib.policy.token_game import REQUIRED, ROUNDS, TOKENS
from buzanlib.seminar.vignettes import read_lab
from buzanlib.theory.matrices import Matrix
from buzanlib.theory.vocabulary import Quadrant, Threat

FOLDER = "seminar/"
"""Pages for the class lie here, and below it in a folder of their own what only the teacher has."""

_TEACHER = f"{FOLDER}instructor/"
_PRACTICE = "T"
_TEMPLATE = "for_class.html"
_LAST = 999
"""Priority of the handler: Sphinx calls none after one that names a template."""


def is_for_class(page: str) -> bool:
    """Whether a page is for the class: it leads to no other part of the book, whatever stands on it.

    Examples
    --------
    >>> [is_for_class(page) for page in ("seminar/bets", "seminar/instructor/placing", "teach/plans")]
    [True, False, False]
    """
    return page.startswith(FOLDER) and not page.startswith(_TEACHER)


#: Who speaks, by kind of state: the arguments of section 2 of the paper in our words.
_VOICES = {
    Quadrant.WW: "You are poor in means and your country is torn. Nearly everything that can happen to you in networks"
    " may be more than you can bear, and you lack the people to tell which danger is the greatest.",
    Quadrant.WS: "You are small, and your people stand together. Their daily life runs over networks for which there is"
    " no second set, and in a war you could not protect them.",
    Quadrant.SW: "Nobody attacks you lightly, but your country is divided. What is said in networks, at home"
    " and from abroad, may turn parts of it against you.",
    Quadrant.SS: "You are rich, armed, and your people stand together. What networks cost you every day can be counted"
    " in money, and the owners of money and ideas ask you to act.",
}


def role_cards(matrix: Matrix, turn: int) -> str:
    """The four role cards of one round of the token game, standing as the quadrants do, as HTML.

    Parameters
    ----------
    matrix : Matrix
        The table whose weights are played: what a token on a threat counts for a delegation, over its first priority.
    turn : int
        Number of the round, from 1.
    """
    counts = relative_priorities(matrix.weights()).T
    cards = "".join(_card(quadrant, turn, counts[quadrant]) for quadrant in FROM_TOP)
    return f'<div class="role-cards">{cards}</div>'


def _card(quadrant: Quadrant, turn: int, counts: pd.Series[float]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(Threat(str(threat)).label)}</th><td>{_counted(count)}</td></tr>'
        for threat, count in counts.items()
    )
    return (
        f'<div class="role-card"><p class="round">Round {turn}</p>'
        f"<p><strong>{escape(quadrant.label.capitalize())}.</strong> {escape(_VOICES[quadrant])}</p>"
        '<table class="table"><thead><tr><th scope="col">A token on</th><th scope="col">gives you</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f"<p>A resolution divides {TOKENS} tokens. <strong>Join it if it gives you {REQUIRED} points or more.</strong>"
        "</p></div>"
    )


def _counted(count: float) -> str:
    return {1.0: "1 point", 0.5: "½ point", 0.0: "nothing"}.get(count) or f"{count:g} points"


class RoleCards(SphinxDirective):
    """`role_cards` of a round, whose number is the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the node."""
        rounds = {str(turn): matrix for turn, matrix in enumerate(ROUNDS, start=1)}
        try:
            check_name("round", self.arguments[0], rounds)
        except UnknownNameError as error:
            raise self.error(str(error)) from error
        text = role_cards(rounds[self.arguments[0]], int(self.arguments[0]))
        return [nodes.raw("", text, format="html")]


class Passages(SphinxDirective):
    """Passages of the coding lab in English, of a set; or, as a second argument says, what explains those for practice.

    Only practice is explained: this page is the students'.
    """

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the nodes."""
        folder = Path(self.env.srcdir) / FOLDER / "lab"
        for file in folder.glob("*.yml"):
            self.env.note_dependency(str(file))
        lab = read_lab(folder)
        chosen, *explained = self.arguments
        try:
            items = lab.of_set(chosen)
        except UnknownNameError as error:
            raise self.error(str(error)) from error
        if explained and (explained != ["explained"] or chosen != _PRACTICE):
            raise self.error(f"{' '.join(self.arguments)!r}: only 'T explained' is explained")
        english = lab.languages["en"]
        said = english.why if explained else english.items
        listed = nodes.definition_list(classes=["passages"])
        for item in items:
            text = nodes.definition("", nodes.paragraph("", said[item]))
            listed += nodes.definition_list_item("", nodes.term("", item), text)
        return [listed]


def _template(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> str | None:
    """Name the template of a page for the class, without scripts, which look for what is not there."""
    if not is_for_class(page):
        return None
    context["script_files"] = []
    return _TEMPLATE


def setup(app: Sphinx) -> None:
    """Register the directives and the handler."""
    app.add_directive("role-cards", RoleCards)
    app.add_directive("passages", Passages)
    app.connect("html-page-context", _template, priority=_LAST)
