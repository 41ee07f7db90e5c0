"""First sentences of captions: what a figure of moves, coalitions, proposals or defence shows, from its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.figures.captions import none_or, some_of, states_of, verb
from buzanlib.figures.defence import ALIVE, ALPHA
from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import joined, typeset
from buzanlib.theory.vocabulary import Quadrant


def moved_between(table: pd.DataFrame, first: str, last: str) -> str:
    """How many states moved between two windows, and the largest move."""
    counts = table.to_numpy(dtype=int)
    total, moved = int(counts.sum()), int(counts.sum() - np.trace(counts))
    moves = counts - np.diag(np.diag(counts))
    said = f"{moved} of {total} states stand in another quadrant in {last} than in {first}"
    if not moved:
        return f"{said}."
    origin, goal = np.unravel_index(moves.argmax(), moves.shape)
    way = f"from {_label(str(table.index[origin]))} to {_label(str(table.columns[goal]))}"
    return f"{said}; the largest move is that of {moves.max()} {way}."


def moved_over(standing: pd.DataFrame) -> str:
    """How many states stand elsewhere at the end, and which quadrant grew and shrank most; shape (states, times)."""
    first, last = standing.iloc[:, 0], standing.iloc[:, -1]
    change = last.value_counts().sub(first.value_counts(), fill_value=0).astype(int)
    return (
        f"From {standing.columns[0]} to {standing.columns[-1]} {(first != last).sum()} of {len(standing)} states end "
        f"in another quadrant than they began in; the largest gain is that of {_label(str(change.idxmax()))} "
        f"({typeset(int(change.max()), '+d')}), the largest loss that of {_label(str(change.idxmin()))} "
        f"({typeset(int(change.min()), '+d')})."
    )


def after_shocks(crossed: pd.DataFrame, observed: Mapping[str, tuple[float, float]]) -> str:
    """How probably states change sides after the largest fall and the largest rise that have been seen."""
    fall, rise = (f([ends[place] for ends in observed.values()]) for place, f in ((0, min), (1, max)))
    sizes = crossed.index.to_numpy(dtype=float)
    said = []
    for size, word, side in ((fall, "fall", 1), (rise, "rise", -1)):
        chance = [
            f"{np.interp(size, sizes, crossed[str(quadrant)]):.0%} of {states_of([quadrant])}"
            for quadrant in Quadrant
            if quadrant.cohesion == side
        ]
        said.append(f"a {word} as large as the largest on record takes {joined(chance)} across")
    return f"{said[0][0].upper()}{said[0][1:]}; {said[1]}."


def backing(density: pd.DataFrame, printed: pd.DataFrame) -> str:
    """For which threats pairs of which both cells name the threat share it more often than the other kinds do."""
    above, tested = [], 0
    for threat in density:
        own, others = density[threat][printed[threat]].mean(), density[threat][~printed[threat]].mean()
        if not np.isnan(own - others):
            tested += 1
            above += [in_words(str(threat)).lower()] if own > others else []
    return (
        "Pairs of quadrants whose cells both name a threat share it more often, on average, than the others for "
        f"{some_of(above, tested, 'threats')}."
    )


def entry_reach(found: Mapping[str, Mapping[str, pd.DataFrame]]) -> str:
    """By table, which rule unites all four quadrants in every order of entry up to the highest level, and which."""
    said = []
    for title, by_rule in found.items():
        reach = {}
        for rule, table in by_rule.items():
            every = table.groupby("reservation")["holds"].min() == len(Quadrant)
            reach[in_words(rule, of="rule")] = float(every.index[every].max()) if every.any() else 0.0
        most = max(reach.values())
        best = joined(name for name, level in reach.items() if np.isclose(level, most))
        said.append(f"{most:.2f} by {title} ({best})")
    return f"All four quadrants hold together, whatever the order of entry, up to a level of at most {'; '.join(said)}."


def orders_matter(levels: Mapping[str, Mapping[str, pd.DataFrame]]) -> str:
    """Under how many rules the order of entry matters, and where most."""
    first, by_rule = next(iter(levels.items()))
    spans = {
        in_words(rule, of="rule"): float(table["holds"].max() - table["holds"].min())
        for rule, table in by_rule.items()
    }
    matters = sum(span > 1e-9 for span in spans.values())
    most = max(spans, key=lambda rule: spans[rule])
    said = f"{first}, the order of entry changes the outcome under {none_or(matters)} of {len(spans)} rules"
    return f"{said}, most under the rule {most} (by {spans[most]:.2f})." if matters else f"{said}."


def sizes_by_scheme(runs: Mapping[str, Mapping[str, pd.Series]]) -> str:
    """Between what the median coalition lies over the schemes of entry, by source of priorities."""
    said = []
    for title, by_scheme in runs.items():
        middles = {scheme: float(np.median(sizes)) for scheme, sizes in by_scheme.items()}
        least, most = (
            min(middles, key=lambda name: middles[name]),
            max(middles, key=lambda name: middles[name]),
        )
        said.append(f"{title}: {middles[least]:.0%} ({least}) to {middles[most]:.0%} ({most})")
    return f"Median part of the states that hold together, by scheme of entry. {'; '.join(said)}."


def consent_lost(shares: pd.DataFrame, about: pd.DataFrame) -> str:
    """How far the quadrants lie apart on the first resolution and on the one that divides them most."""
    gaps = shares.max(axis=1) - shares.min(axis=1)
    text, year = about["text"].to_dict(), about["year"].to_dict()
    return (
        f"In {year[gaps.index[0]]} the shares of yes lie at most {100 * gaps.iloc[0]:.0f} percentage points apart "
        f"between quadrants, at the widest {100 * gaps.max():.0f} ({text[gaps.idxmax()]}, {year[gaps.idxmax()]})."
    )


def sets_needed(shares: pd.DataFrame) -> str:
    """How many sets of threats are all that every quadrant cares for, and how many quadrants one threat can satisfy."""
    full = shares >= 1 - 1e-9
    every, single = int(full.all(axis=1).sum()), full[[len(some) == 1 for some in shares.index]].sum(axis=1)
    return (
        f"Of {typeset(len(shares), 'word')} sets of threats, {none_or(every)} {verb(every, 'make')} up all "
        f"priorities of all four quadrants, and a single threat those of at most {typeset(int(single.max()), 'word')}."
    )


def where_all_join(nets: Mapping[str, pd.DataFrame], reservation: float) -> str:
    """At which intrusiveness all four quadrants join each proposal; tables are those of `intrusiveness_lines`."""
    grid, said = np.linspace(0, 1, 1001), []
    for place, table in enumerate(nets.values(), start=1):
        lines = np.array([np.interp(grid, [0, 1], row) for row in table.to_numpy(dtype=float)])
        inside = grid[(lines >= reservation - 1e-9).all(axis=0)]
        where = f"from {inside[0]:.2f} to {inside[-1]:.2f}" if len(inside) else "at no intrusiveness"
        said.append(f"the {typeset(place, 'nth')} proposal {where}")
    return f"All four quadrants join {joined(said)}."


def aid_beside(gains: pd.DataFrame) -> str:
    """Which other forecasts the aid is better than, worse, or no better, of `VotesForetold.gains`."""
    total = gains.index.get_level_values("priorities").nunique()
    said = []
    for verdict, some in gains.groupby("verdict"):
        counts = some.groupby("than", sort=False).size()
        said.append(
            f"{verdict} than {joined(f'{than} ({count} of {total})' for than, count in counts.items())}"
        )
    return f"The assessment aid, with so many of its sets of priorities, forecasts votes {joined(said)}."


def read_as_hostile(readings: pd.DataFrame) -> str:
    """How many measures some quadrant reads as wholly hostile and another as harmless; columns the measures."""
    split = int(((readings.max() >= 1 - 1e-9) & (readings.min() <= 1e-9)).sum())
    return (
        f"{none_or(split).capitalize()} of {typeset(readings.shape[1], 'word')} measures "
        f"{verb(split, 'are', 'is')} read as wholly hostile by some quadrant and as harmless by another."
    )


def trust_needed(pairs: Mapping[str, Mapping[str, pd.DataFrame]]) -> str:
    """How much transparency the pair that needs most takes, by where trust begins and by set of profiles."""
    said = []
    for title, sets in pairs.items():
        most = [f"{table['transparency'].max():.2f} by {name}" for name, table in sets.items()]
        said.append(f"{joined(most)} ({title.lower()})")
    return f"The most transparency that any pair of quadrants needs for trust is {'; '.join(said)}."


def largest_pays(spending: pd.DataFrame) -> str:
    """What the largest member pays of all, with full reliance and with none; shape (reliances, members)."""
    share = spending.iloc[:, 0] / spending.sum(axis=1)
    total = spending.sum(axis=1)
    return (
        f"The largest member pays {share.iloc[0]:.0%} of the total where members rely on each other fully, and "
        f"{share.iloc[-1]:.0%} where they do not; the total goes from {total.iloc[0]:.2f} to {total.iloc[-1]:.2f}."
    )


def disagreement_protects(spreads: Sequence[float], protection: npt.NDArray[np.float64]) -> str:
    """On what part of each map protection is no lower than in an alliance of one mind."""
    parts = [
        f"{(area >= 1).mean():.0%}{where} with a spread of {spread:.1f}"
        for spread, area, where in zip(
            spreads, protection, [" of the map", *[""] * len(spreads)], strict=False
        )
    ]
    return f"Disagreement leaves protection no lower on {joined(parts)}."


def where_security_tips(worst: pd.DataFrame) -> str:
    """From which contagion on security may break down, case by case; index the contagion, columns the cases."""
    starts = {str(name): worst.index[worst[name] <= ALIVE] for name in worst}
    said = [
        f"{name} from {float(found[0]):.2f}" if len(found) else f"{name} never"
        for name, found in starts.items()
    ]
    return f"Security may break down from some contagion on: {', '.join(said)}."


def burden_shifts(years: pd.DataFrame) -> str:
    """In how many years size goes with spending beyond chance, of `Burden.by_year`, and both ends of the series."""
    sure = years.index[years["p"] < ALPHA]
    last = f", the last of them {sure[-1]}" if len(sure) else ""
    tau = years["tau"]
    return (
        f"Larger members spend more than is usual for their size, beyond chance, in {len(sure)} of {len(years)} "
        f"years{last}; the correlation is {typeset(float(tau.iloc[0]), '+.2f')} in {years.index[0]} and "
        f"{typeset(float(tau.iloc[-1]), '+.2f')} in {years.index[-1]}."
    )


def _label(quadrant: str) -> str:
    return Quadrant(quadrant).label.replace(", ", " and ")
