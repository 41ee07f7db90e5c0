"""Write the small tables in `inputs/` from which R and Python packages make reference values.

Run from the top of the project: ``python tests/reference/make_inputs.py``. Every table has its own stream of
random numbers, so that a change of one leaves the others as they are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from buzanlib.measurement.placement import Placement
from buzanlib.tables.statements import count_tensor, load_statements
from buzanlib.tables.states import load_panel, load_regions

DATA = Path(__file__).parents[2] / "data"
INPUTS = Path(__file__).parent / "inputs"
SEED = 2010


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn each row of scores into shares that add to one."""
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def four_digits(shares: np.ndarray) -> np.ndarray:
    """Round shares to four digits; the last takes what is left, so that they still add to one."""
    rounded = shares.round(4)
    rounded[..., -1] = (1 - rounded[..., :-1].sum(axis=-1)).round(4)
    return rounded


def quadrant_columns(codes: np.ndarray) -> dict[str, np.ndarray]:
    """Power and cohesion, -1 weak and +1 strong, from the codes 0, 1, 2, 3 of WW, WS, SW, SS."""
    return {"p": np.where(codes >= 2, 1, -1), "k": np.where(codes % 2 == 1, 1, -1)}


def statements(rng: np.random.Generator) -> pd.DataFrame:
    """300 statements of 40 states: a category of four and a level of three, more alike within states."""
    clusters, rows = 40, 300
    quadrants = rng.permutation(np.repeat([0, 1, 2, 3], [12, 8, 7, 13]))
    # Every state speaks at least once; the rest falls on some more than on others.
    extra = rng.choice(clusters, rows - clusters, p=rng.dirichlet(np.full(clusters, 1.5)))
    state = np.sort(np.concatenate([np.arange(clusters), extra]))
    design = quadrant_columns(quadrants[state])
    p, k = design["p"], design["k"]
    own = rng.normal(0, 0.6, (clusters, 4))[state]
    scores = np.column_stack([0.3 * p * k, -0.4 * p, -0.3 * k - 0.2, 0.2 * p + 0.1]) + own
    category = (rng.random(rows)[:, None] > softmax(scores).cumsum(axis=1)).sum(axis=1)
    latent = 0.4 * p - 0.5 * k + 0.3 * p * k + own[:, 0] + rng.logistic(size=rows)
    level = np.digitize(latent, [-0.7, 0.8])
    return pd.DataFrame({"state": state + 1, **design, "category": category, "level": level})


def states(rng: np.random.Generator) -> pd.DataFrame:
    """60 states in unequal quadrants, with an outcome whose spread differs between them."""
    quadrants = rng.permutation(np.repeat([0, 1, 2, 3], [23, 11, 5, 21]))
    design = quadrant_columns(quadrants)
    spread = np.array([0.5, 1.0, 2.0, 0.8])[quadrants]
    outcome = -1 + 0.3 * design["p"] - 0.5 * design["k"] + rng.normal(size=60) * spread
    return pd.DataFrame({"state": np.arange(1, 61), **design, "outcome": outcome})


def points(rng: np.random.Generator) -> pd.DataFrame:
    """20 items at two sets of places in the plane, the second like the first but for noise."""
    first = rng.normal(size=(20, 2))
    second = first + rng.normal(0, 0.9, (20, 2))
    return pd.DataFrame(np.hstack([first, second]), columns=["a1", "a2", "b1", "b2"])


def compositions(rng: np.random.Generator) -> pd.DataFrame:
    """40 shares of five parts without zeros, in four groups of unequal size, place and spread."""
    group = np.repeat([0, 1, 2, 3], [6, 9, 12, 13])
    centre = rng.normal(0, 0.5, (4, 5))[group]
    spread = np.array([0.3, 0.6, 0.9, 0.5])[group][:, None]
    shares = four_digits(softmax(centre + spread * rng.normal(size=(40, 5))))
    table = pd.DataFrame(shares, columns=[f"part{i}" for i in range(1, 6)])
    table.insert(0, "group", group + 1)
    return table


def dyads(rng: np.random.Generator) -> pd.DataFrame:
    """All pairs of 20 nodes: a symmetric outcome and three predictors, all of which depend on the nodes."""
    nodes = 20
    i, j = np.triu_indices(nodes, 1)
    place, size = rng.normal(size=nodes), rng.normal(size=nodes)
    bloc = rng.integers(0, 3, nodes)
    x1 = np.abs(place[i] - place[j])
    x2 = size[i] + size[j] + 0.5 * x1
    x3 = (bloc[i] == bloc[j]).astype(float)
    own = rng.normal(0, 0.5, nodes)
    y = 0.5 - 0.4 * x1 + 0.3 * x2 + 0.5 * x3 + own[i] + own[j] + rng.normal(0, 0.7, len(i))
    return pd.DataFrame({"i": i + 1, "j": j + 1, "y": y, "x1": x1, "x2": x2, "x3": x3})


def coding(rng: np.random.Generator) -> pd.DataFrame:
    """60 units in five categories by two coders, who agree more often than not and leave gaps."""
    truth = rng.choice(np.arange(1, 6), 60, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    columns = {}
    for coder in ("first", "second"):
        slip = np.clip(truth + rng.choice([-1, 1, 2], 60), 1, 5)
        codes = pd.array(np.where(rng.random(60) < 0.75, truth, slip), dtype="Int64")
        codes[rng.choice(60, 5, replace=False)] = pd.NA
        columns[coder] = codes
    return pd.DataFrame(columns)


def coding_canonical() -> pd.DataFrame:
    """Twelve units by four coders: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, C."""
    gap = pd.NA
    return pd.DataFrame(
        {
            "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
            "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
            "C": [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
            "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
        },
        dtype="Int64",
    )


def ordered_groups(rng: np.random.Generator) -> pd.DataFrame:
    """Three ordered groups with many ties, and three so small that every arrangement can be listed."""
    group = np.repeat([1, 2, 3], [9, 12, 10])
    value = np.round(rng.normal(4 + 0.7 * group, 1.5)).astype(int)
    small = pd.DataFrame(
        {"set": "small", "group": [1, 1, 1, 2, 2, 2, 3, 3], "value": [1, 2, 2, 2, 3, 4, 3, 5]}
    )
    return pd.concat([pd.DataFrame({"set": "large", "group": group, "value": value}), small])


def distributions(rng: np.random.Generator) -> pd.DataFrame:
    """Pairs of distributions over five parts: with zeros on neither, one or both sides, equal, disjoint."""
    pairs = {
        "inner": tuple(four_digits(rng.dirichlet(np.ones(5), 2))),
        "zero_left": ([0, 0.5, 0.25, 0.125, 0.125], [0.2, 0.2, 0.2, 0.2, 0.2]),
        "zero_both": ([0.5, 0.5, 0, 0, 0], [0, 0.5, 0.25, 0.25, 0]),
        "corner": ([1, 0, 0, 0, 0], [0.7, 0.1, 0.1, 0.05, 0.05]),
        "equal": ([0.1, 0.2, 0.3, 0.4, 0], [0.1, 0.2, 0.3, 0.4, 0]),
        "disjoint": ([0.5, 0.5, 0, 0, 0], [0, 0, 0.25, 0.25, 0.5]),
    }
    return pd.concat(
        pd.DataFrame({"pair": name, "part": range(1, 6), "left": left, "right": right})
        for name, (left, right) in pairs.items()
    )


def p_values() -> pd.DataFrame:
    """P values out of order, with ties, and some that correction brings to one."""
    return pd.DataFrame({"p": [0.03, 0.001, 0.2, 0.01, 0.04, 0.01, 0.9, 0.04, 0.04, 0.0004, 0.5, 0.2, 1.0]})


def separated(rng: np.random.Generator) -> pd.DataFrame:
    """Yes and no where maximum likelihood has no finite answer.

    The set ``cell`` has a quadrant (SW) without a yes; in the set ``slope`` a yes comes with every x above
    zero and with none below.
    """
    codes = np.repeat([0, 1, 2, 3], [10, 8, 5, 9])
    yes = np.concatenate(
        [np.arange(size) < count for size, count in zip([10, 8, 5, 9], [6, 3, 0, 4], strict=True)]
    )
    cell = pd.DataFrame({"set": "cell", **quadrant_columns(codes), "x": 0.0, "y": yes.astype(int)})
    x = rng.normal(size=24)
    power = np.where(rng.random(24) < 0.5, -1, 1)
    slope = pd.DataFrame({"set": "slope", "p": power, "k": 1, "x": x, "y": (x > 0).astype(int)})
    return pd.concat([cell, slope])


def mixed(rng: np.random.Generator) -> pd.DataFrame:
    """Counts of states, several sets under one another, for a logit of passages with states as random effects.

    The sets ``pol``, ``inf``, ``cri`` and ``mil`` are the placed states of the General Debate of 2011-2024 as the
    tables of `data/` had them; ``small`` and ``large`` are drawn, the latter with a further predictor.
    """
    regions = load_regions(DATA)
    placed = Placement()(load_panel(DATA), regions)
    counts = count_tensor(load_statements(DATA), "adjudicated").window("UNGDC", 2011, 2024)
    states = counts.index[counts["relevant"] > 0].intersection(placed.index)
    frame = placed.loc[states, ["p", "k"]].assign(region=regions.loc[states], x=0, n=counts["relevant"])
    sets = [frame.assign(set=threat, y=counts[threat]) for threat in ("pol", "inf", "cri", "mil")]
    for name, size, spread, mean in (("small", 60, 1.2, -1.0), ("large", 250, 0.6, 0.5)):
        design = quadrant_columns(rng.integers(0, 4, size))
        region, n = rng.integers(0, 4, size), rng.geometric(0.12, size)
        x = rng.normal(size=size) if name == "large" else np.zeros(size)
        x = (x - x.mean()) / (x.std() or 1)
        own = spread * rng.normal(size=size) + 0.4 * (region - 1) + 0.5 * x
        y = rng.binomial(n, 1 / (1 + np.exp(-(mean + 0.3 * design["p"] - 0.2 * design["k"] + own))))
        index = pd.Index([f"S{place:03}" for place in range(size)], name="iso3")
        drawn = pd.DataFrame({**design, "region": region, "x": x, "n": n, "set": name, "y": y}, index)
        sets.append(drawn.assign(region=drawn["region"].map("R{}".format)))
    return pd.concat(sets).reset_index()[["set", "iso3", "region", "p", "k", "x", "n", "y"]]


def strata(rng: np.random.Generator) -> pd.DataFrame:
    """Passages by quadrant, measure and threat, which go together; no third measure meets the fourth threat."""
    size = 240
    threat, row = rng.integers(0, 4, size), rng.integers(0, 4, size)
    column = (rng.integers(0, 4, size) + (row == 2) * rng.integers(0, 2, size)) % 4
    column = np.where((threat == 3) & (column == 2), 0, column)
    return pd.DataFrame({"row": row, "column": column, "stratum": threat})


def soft(rng: np.random.Generator) -> pd.DataFrame:
    """A further set like those of `mixed`, of 150 states that stand anywhere on power and cohesion."""
    states = pd.Index([f"S{place:03}" for place in range(150)], name="iso3")
    p, k = rng.normal(0, 1.2, (2, 150))
    region, n = rng.integers(0, 5, 150), rng.geometric(0.2, 150)
    own = rng.normal(size=150) + 0.3 * (region - 2)
    y = rng.binomial(n, 1 / (1 + np.exp(-(0.3 * p - 0.4 * k + 0.2 * p * k - 0.8 + own))))
    region = np.char.add("R", region.astype(str))
    columns = {"set": "soft", "region": region, "p": p, "k": k, "x": 0, "n": n, "y": y}
    return pd.DataFrame(columns, states).reset_index()[["set", "iso3", "region", "p", "k", "x", "n", "y"]]


def placement() -> pd.DataFrame:
    """Indices of 2012, regional group, and whether a state is a great power, as the tables of `data/` had them."""
    panel = load_panel(DATA).query("year == 2012").set_index("iso3")[["cinc", "fsi_cohesion_rank"]].dropna()
    great = panel.index.isin(["CHN", "DEU", "FRA", "GBR", "JPN", "RUS", "USA"]).astype(int)
    return panel.assign(region=load_regions(DATA), great=great).reset_index()


def borders() -> pd.DataFrame:
    """Pairs of states that border on each other in 2012, by kind of contiguity."""
    pairs = pd.read_csv(DATA / "contiguity.csv").query("first <= 2012 <= last")
    return pairs[["iso3", "neighbour", "kind"]]


def main() -> None:
    """Write every table."""
    drawn = [
        statements,
        states,
        points,
        compositions,
        dyads,
        coding,
        ordered_groups,
        distributions,
        separated,
        mixed,
        strata,
        soft,
    ]
    tables = {make.__name__: make(np.random.default_rng([SEED, place])) for place, make in enumerate(drawn)}
    tables |= {make.__name__: make() for make in (coding_canonical, p_values, placement, borders)}
    INPUTS.mkdir(exist_ok=True)
    for name, table in tables.items():
        # Six digits are enough, and the same wherever the last ones of a logarithm or a root differ.
        table.round(6).to_csv(INPUTS / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
