"""The page of the token game: it records proposals, says who joins, and keeps the bounds until the teacher asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from buzanlib.errors import StudyError
from buzanlib.figures.labels import FROM_TOP
from buzanlib.files import write_whole
from buzanlib.policy.token_game import REQUIRED, ROUNDS, TOKENS, all_splits, bounds, red_lines
from buzanlib.site.one_file import one_file
from buzanlib.tables.yamlfile import read
from buzanlib.theory.vocabulary import TABLE2_THREATS

TEMPLATE = Path("seminar", "game.html")
"""In the folder of a book. Beside it lie ``game.css``, ``game.js`` and, for each language, words as ``game.en.yml``."""

_CONTROL = (0.0, 0.5)
"""How far content is controlled where red lines are counted: not at all, and halfway."""


def game_data() -> dict[str, Any]:
    """What the page computes with: the rules, the priorities of both rounds, and their bounds.

    Delegations stand in the order of the matrix from the top. Under ``red`` is the best for whoever gets least once red
    lines count, without control of content and with half of it.
    """
    rounds = []
    for matrix in ROUNDS:
        weights = matrix.weights().reindex(index=list(FROM_TOP), columns=list(TABLE2_THREATS))
        found = bounds(weights)
        rounds.append(
            {
                "weights": weights.to_numpy().tolist(),
                "level": round(found.level, 1),
                "whole": found.whole,
                "best": found.best.tolist(),
                "unite": found.unite,
                "red": [
                    round(float(red_lines(weights, control).min(axis=1).max()), 1) for control in _CONTROL
                ],
            }
        )
    return {
        "tokens": TOKENS,
        "required": REQUIRED,
        "splits": len(all_splits(len(TABLE2_THREATS))),
        "delegations": [str(quadrant) for quadrant in FROM_TOP],
        "threats": [str(threat) for threat in TABLE2_THREATS],
        "rounds": rounds,
    }


def game_pages(book: Path) -> dict[str, str]:
    """The page in every language of a book, by the name of its file; none if the book has no game.

    Raises
    ------
    StudyError
        If a file of words is not as it should be, or a language lacks words that another has.
    """
    template = book / TEMPLATE
    if not template.is_file():
        return {}
    words: dict[str, dict[str, str]] = {}
    for file in sorted(template.parent.glob(f"{template.stem}.*.yml")):
        document = read(file, "file of words", StudyError)
        wrong = [name for name, said in document.content.items() if not isinstance(said, str)]
        if wrong:
            raise document.error("must be a text", wrong[0])
        words[file.suffixes[0][1:]] = document.content
    data, pages = game_data(), {}
    names = set().union(*words.values())
    for language, said in words.items():
        if missing := sorted(names - said.keys()):
            raise StudyError(f"{template.stem}.{language}.yml: the word {missing[0]!r} is missing")
        name = template.name if language == "en" else f"{template.stem}.{language}.html"
        pages[name] = one_file(template, ["game.js"], ["game.css"], said, language, {**data, "words": said})
    return pages


def _write(app: Sphinx, error: Exception | None) -> None:
    """Write the pages into a book that has the game."""
    if error or app.builder.name != "html":
        return
    for name, text in game_pages(Path(app.srcdir)).items():
        write_whole(Path(app.outdir, TEMPLATE.parent, name), text)


def setup(app: Sphinx) -> None:
    """Register the handler, before those that list all pages of a book."""
    app.connect("build-finished", _write, priority=400)
