"""Does the rule of acceptance foretell votes: texts as they were read, and forecasts beside plainer ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.figures.base import Drawn, Look, new_axes, style
from buzanlib.figures.primitives import INK, QUIET, dot_intervals, name_rows
from buzanlib.figures.tables import Table, table
from buzanlib.figures.typeset import listed, with_interval

# One look for each set of priorities, in their order.
_LOOKS: tuple[Look, ...] = (
    {"marker": "o"},
    {"marker": "s", "color": "white", "markeredgecolor": INK},
    {"marker": "D", "color": QUIET, "markersize": 7},
)


@style()
def gains_map(gains: pd.DataFrame) -> Drawn:
    """Draw how much more the aid gives to the votes that were cast than each other forecast does, with intervals.

    The table is that of `buzanlib.policy.vote_proposals.VotesForetold.gains`, of at most three sets of priorities.
    """
    percent = 100 * gains[["gain", "low90", "high90"]].apply(np.expm1)
    named = [str(name) for name in gains.index.get_level_values("priorities").unique()]
    than = [str(name) for name in gains.loc[named[0]].index]
    figure, axes = new_axes(1.6 + 0.68 * len(than))
    axes.axvline(0, color=QUIET, linewidth=1, zorder=1)
    facts: dict[str, list[str]] = {name: [] for name in than}
    for place, (name, look) in enumerate(zip(named, _LOOKS, strict=False)):
        some = pd.DataFrame(percent.loc[name])
        rows = np.arange(len(some)) + 0.25 * (place - (len(named) - 1) / 2)
        dot_intervals(axes, some, rows, "gain", label=name, gid=name, **look)
        for other, row in some.iterrows():
            said = with_interval(row["gain"], row["low90"], row["high90"], "+.0f")
            facts[str(other)].append(f"{name} {said}")
    name_rows(axes, than, room=0.55, ruled=True)
    axes.set_xlabel(
        "Probability given to the votes cast, against the\nforecast named, in % (right: the aid does better)"
    )
    figure.legend(loc="outside upper center", ncols=2, title="Priorities of the aid")
    return Drawn(
        figure,
        "How much more probability the aid gives to the votes cast than another forecast, as a change, with "
        f"intervals, by priorities. {listed((f'Than {name}', some) for name, some in facts.items())}.",
    )


def texts_table(texts: pd.DataFrame) -> Table:
    """Set the texts as they were read, as `buzanlib.policy.vote_proposals.VotesForetold.texts` has them.

    Texts with the same reading share a row.
    """
    same = texts.reset_index().groupby(["side", "addresses", "route", "intrusiveness"], sort=False)
    frame = same.agg(resolutions=("resolution", ", ".join), yes=("yes", "mean")).reset_index()
    return table(
        frame.set_index("resolutions")[["side", "addresses", "route", "intrusiveness", "yes"]],
        "The contested texts, read as proposals",
        {"intrusiveness": "g", "yes": ".0%"},
        note="Opinion, fixed before the comparison. Side: who said yes where the other, Russia or the United States, "
        "said no. Yes: mean share of the placed states that voted.",
        stacked=True,
    )
