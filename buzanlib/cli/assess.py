"""``buzan assess``: who would accept a proposal, and who would see a threat in it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from buzanlib.cli.common import add_command

if TYPE_CHECKING:
    import pandas as pd

    from buzanlib.policy.proposals import Proposal

_PROFILES = ("literal", "graded", "observed")

#: Numbers of `buzanlib.policy.acceptability.Rule`, and what each means.
_RULE = {
    "reservation": "net benefit from which on a quadrant joins (default: 0.5)",
    "reach": "share of the political danger that can be met without control of content (default: 0.5)",
    "intrusion": "weight of the objection to control of content (default: 1)",
    "suspicion": "weight of the fear of hardening that passes over political action (default: 0.5)",
    "burden": "weight of an expense for a weak power (default: 0.25)",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    assess = add_command(
        commands,
        _assess,
        "say who would accept a proposal, and who would see a threat in it",
        "buzan assess data/proposal.yml --profile literal",
    )
    assess.add_argument("proposal", type=Path, metavar="FILE", help="a proposal, such as data/proposal.yml")
    assess.add_argument(
        "--profile",
        choices=_PROFILES,
        default="graded",
        help="priorities: Table 2 as printed or graded, or those observed in the General Debate (default: graded)",
    )
    assess.add_argument(
        "--data", type=Path, default=Path("data"), help="folder, for what is observed (default: data)"
    )
    for name, text in _RULE.items():
        assess.add_argument(f"--{name}", type=float, metavar="X", help=text)


def _assess(given: argparse.Namespace) -> None:
    """Weigh a proposal as each quadrant would. How it is weighed is opinion, and yours to set."""
    from buzanlib.policy.acceptability import Rule, assess, windows
    from buzanlib.policy.proposals import read_proposal

    proposal = read_proposal(given.proposal)
    rule = Rule(**{name: getattr(given, name) for name in _RULE if getattr(given, name) is not None})
    weights = _priorities(given.profile, given.data)
    low, high = windows(proposal, weights, rule).to_numpy()[-1]
    print(_as_text(proposal, assess(proposal, weights, rule)))
    if low <= high:
        print(f"All four would accept it with an intrusiveness from {low:.2f} to {high:.2f}.")
    else:
        print("Whatever its intrusiveness, not all four would accept it.")


def _priorities(profile: str, data: Path) -> pd.DataFrame:
    """The table of priorities of this name."""
    from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED

    if profile != "observed":
        return (TABLE2 if profile == "literal" else TABLE2_GRADED).weights()
    from buzanlib.measurement.placement import Placement
    from buzanlib.measurement.profiles import relevant_passages, shares_of_mentions, state_counts
    from buzanlib.policy.acceptability import mean_profiles
    from buzanlib.tables.statements import load_statements
    from buzanlib.tables.states import load_panel, load_regions
    from buzanlib.theory.vocabulary import Corpus

    place = Placement()
    quadrants = place(load_panel(data), load_regions(data))["quadrant"]
    passages = relevant_passages(load_statements(data), Corpus.UNGDC, place.first, place.last)
    return mean_profiles(shares_of_mentions(state_counts(passages)), quadrants)


def _as_text(proposal: Proposal, assessed: pd.DataFrame) -> str:
    """An assessment as lines of text."""
    from buzanlib.theory.vocabulary import Quadrant

    lines = [f"{proposal.name} ({proposal.route.label}; intrusiveness {proposal.intrusiveness:g})"]
    for quadrant in Quadrant:
        row = assessed.loc[quadrant]
        lines.append(f"{quadrant}  {quadrant.label:<30}{row['verdict']:<15}{row['net']:+.2f}")
        lines += [f"      {part}" for part in str(row["reason"]).split("; ")]
    return "\n".join(lines)
