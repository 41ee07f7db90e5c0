"""Who is not heard: silent states by quadrant, and contrasts of speaking beside those of what is said."""

from __future__ import annotations

import pandas as pd

from buzanlib.figures.base import Drawn, style
from buzanlib.figures.labels import FROM_TOP, in_words
from buzanlib.figures.primitives import QUADRANT_LOOKS, Rows, dot_intervals
from buzanlib.figures.second_registration import contrasts_by_sample
from buzanlib.figures.tables import Table, interval, table
from buzanlib.figures.typeset import typeset, with_interval
from buzanlib.theory.vocabulary import Effect, Quadrant

_EFFECTS = {Effect.POWER: "Power", Effect.COHESION: "Cohesion", Effect.INTERACTION: "Product"}


@style()
def silent_states(by_quadrant: pd.DataFrame) -> Drawn:
    """Draw the share of silent states by quadrant with intervals, the most silent on top.

    The table is that of `buzanlib.inference.silence.SilenceResult`; quadrants without states are left out.
    """
    ranked = by_quadrant.dropna(subset="share").sort_values("share", ascending=False, kind="stable")
    names = [Quadrant(name).label for name in ranked.index]
    rows = Rows.of(names, margin=1.2, width=15, least=0.5)
    for place, name in zip(rows.middles, ranked.index, strict=True):
        look = QUADRANT_LOOKS[Quadrant(name)] | {"gid": name}
        dot_intervals(rows.axes, ranked.loc[[name]], [place], "share", line={"color": look["color"]}, **look)
    rows.axes.set_xlim(left=0)
    rows.axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    rows.axes.set_xlabel("Share of states that are silent, 90% interval")
    counts = [
        f"{silent} of {states}" for silent, states in zip(ranked["silent"], ranked["states"], strict=True)
    ]
    rows.write_right(counts, "Silent states")
    said = "; ".join(
        f"{name} {with_interval(share, low, high, '.0%')}, {count} states"
        for name, share, low, high, count in zip(
            names, ranked["share"], ranked["low90"], ranked["high90"], counts, strict=True
        )
    )
    return Drawn(rows.figure, f"Share of silent states by quadrant, with 90% intervals. {said}.")


def silence_table(by_quadrant: pd.DataFrame) -> Table:
    """Set the same table to be read, cards on a narrow screen."""
    columns = {
        "states": "states",
        "silent": "silent",
        "share": "share silent",
        "90 % interval": "90 % interval",
        "documents": "speeches",
        "rate": "naming a threat",
        "each": "passages each",
        "relevant": "passages",
    }
    by_quadrant = by_quadrant.loc[[name for name in FROM_TOP if name in by_quadrant.index]]
    ends = interval(by_quadrant["low90"], by_quadrant["high90"], ".0%")
    frame = by_quadrant.assign(**{"90 % interval": ends})[list(columns)].rename(
        columns=columns, index=lambda name: Quadrant(name).label
    )
    forms = dict(zip(("share", "documents", "rate", "each"), (".0%", ",", ".0%", ".2f"), strict=True))
    formats = {columns[name]: form for name, form in forms.items()}
    note = "Of the speeches, so many name a threat, and these have so many passages each."
    return table(frame, "Silence and speech by quadrant", formats, note=note, stacked=True)


def hurdle_contrasts(parts: pd.DataFrame) -> Drawn:
    """Draw contrasts of speaking, of saying more and of what is said (`buzanlib.inference.silence.hurdle`)."""
    rows = parts.reset_index()
    rows = rows.assign(
        sample=[in_words(name, of="outcome") for name in rows["outcome"]], outcome=rows["effect"]
    )
    named = {effect.value: title for effect, title in _EFFECTS.items()}
    return contrasts_by_sample(rows, named, right="strong (or alike) more")


def hurdle_table(parts: pd.DataFrame) -> Table:
    """Set the same contrasts to be read with their p, ``"+0.34 (0.150)"``: outcomes down, effects across."""
    said: dict[str, dict[str, str]] = {}
    for (outcome, effect), contrast, p in zip(parts.index, parts["contrast"], parts["p"], strict=True):
        column = said.setdefault(f"{_EFFECTS[effect]} (p)", {})
        column[in_words(outcome, of="outcome")] = f"{typeset(contrast, '+.2f')} ({typeset(p, 'p')})"
    return table(
        pd.DataFrame(said).rename_axis("outcome"),
        "The same contrasts in log odds, with two-sided p by permutation within region and volume",
        note="Exploratory: nothing on silence was registered, and these p are not adjusted.",
    )
