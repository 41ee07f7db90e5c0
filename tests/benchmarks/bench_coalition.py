"""Time coalitions of states against a plain loop that asks one state after the other.

The time of ours includes drawing orders and reservation levels; the loop is given its draws, for the first few hundred
of the same runs, and shows that both end with the same coalitions. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
from time import perf_counter

import numpy as np
import pandas as pd

from buzanlib.policy.agenda import TIE
from buzanlib.policy.coalition import RULES, Talks
from buzanlib.policy.simulation import BLOCK, STATES, Simulation
from buzanlib.theory.vocabulary import Quadrant

THREATS = 6
#: Runs that the loop takes.
LOOPED = 200
CLOUT, PULL = 2.0, 0.2


def loop(profiles: np.ndarray, clout: np.ndarray, rule: str, order: np.ndarray, least: np.ndarray) -> float:
    """Share of the states that hold together at the end of one run."""
    claims, appeal = [], []
    for profile, weight in zip(profiles.tolist(), clout.tolist(), strict=True):
        largest, total = max(profile), sum(profile)
        appeal.append([value / largest for value in profile])
        if rule == "package":
            claims.append([float(value >= largest - TIE) for value in profile])
        else:
            factor = weight if rule == "weighted" else 1.0
            claims.append([factor * value / total for value in profile])

    asked, wanted = order.tolist(), (least - TIE).tolist()
    tally, members, others = claims[asked[0]], [asked[0]], len(asked) - 1
    for state in asked[1:]:
        if rule == "fixed":
            amended = tally
        elif rule == "package":
            amended = [max(pair) for pair in zip(tally, claims[state], strict=True)]
        else:
            amended = [sum(pair) for pair in zip(tally, claims[state], strict=True)]
        satisfied = sum(a * b for a, b in zip(appeal[state], amended, strict=True)) / sum(amended)
        if satisfied + PULL * len(members) / others >= wanted[state]:
            tally = amended
            members.append(state)
    eased = PULL * (len(members) - 1) / others
    held = 0
    for state in members:
        satisfied = sum(a * b for a, b in zip(appeal[state], tally, strict=True)) / sum(tally)
        held += satisfied + eased >= wanted[state]
    return held / len(asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10**5, help="coalitions (default: a hundred thousand)")
    parser.add_argument("--states", type=int, default=190, help="states in each (default: 190)")
    given = parser.parse_args()

    rng = np.random.default_rng(1)
    profiles = pd.DataFrame(rng.dirichlet(np.ones(THREATS), given.states))
    quadrants = pd.Series(rng.choice(list(map(str, Quadrant)), given.states))
    codes = pd.Categorical(quadrants, categories=list(map(str, Quadrant))).codes.astype(np.intp)
    clout = np.where(quadrants.str[0] == "S", CLOUT, 1.0)

    print(
        f"{given.runs:,} runs, {given.states} states, {THREATS} threats, {os.cpu_count()} threads (the loop: 1)"
    )
    for rule in RULES:
        simulation = Simulation(Talks(rule, pull=PULL), runs=given.runs, clout=CLOUT)
        start = perf_counter()
        found = simulation(profiles, quadrants, STATES)
        ours = perf_counter() - start

        # The draws of the first block of runs.
        size = min(BLOCK, given.runs)
        seed = np.random.SeedSequence(simulation.seed).spawn(1)[0]
        orders, levels = simulation.drawn(codes, STATES, size, seed)
        looped = min(LOOPED, size)
        start = perf_counter()
        held = [
            loop(profiles.to_numpy(), clout, rule, *draws)
            for draws in zip(orders[:looped], levels[:looped], strict=True)
        ]
        each = (perf_counter() - start) / looped
        differ = np.abs(found.to_numpy()[:looped] - held).max()
        print(
            f"{rule:9} buzanlib {ours:6.2f} s   loop {each * given.runs:8.1f} s (from {looped} runs)   "
            f"ratio {each * given.runs / ours:6,.0f}   sizes differ by at most {differ:.1e}"
        )


if __name__ == "__main__":
    main()
