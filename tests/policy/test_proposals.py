"""Proposals and the file that holds one: what is read, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError
from buzanlib.policy.proposals import OF_MEASURE, PAPER, Proposal, Route, names_by_threats, read_proposal
from buzanlib.theory.vocabulary import Measure, Quadrant, Threat

GOOD = "name: Ours\nthreats: [inf, cri]\nroute: both\nintrusiveness: 0.5\npays: [WW]\n"


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str) -> Path:
        path = tmp_path / "ours.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_a_file_is_read(write) -> None:
    wanted = Proposal("Ours", (Threat.INF, Threat.CRI), Route.BOTH, 0.5, (Quadrant.WW,))
    assert read_proposal(write(GOOD)) == wanted


def test_what_may_be_left_out(write) -> None:
    short = read_proposal(write("name: Ours\nthreats: [pol]\nroute: threat\n"))
    assert (short.intrusiveness, short.pays) == (0.0, ())


def test_the_shipped_proposal_is_sound(data_dir: Path) -> None:
    assert read_proposal(data_dir / "proposal.yml").threats == (Threat.POL, Threat.INF)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: Ours", "nam: Ours", "ours.yml, line 1: unknown key 'nam'; nearest allowed: 'name'"),
        ("name: Ours", "name: ' '", "ours.yml, line 1: name: ' '; allowed: a text that is not empty"),
        ("name: Ours", "name: <b>", "ours.yml, line 1: name: '<b>'; allowed: a text that is not empty"),
        (
            "[inf, cri]",
            "[inf, crime]",
            "ours.yml, line 2: threats: unknown threat 'crime'; nearest allowed: 'cri'",
        ),
        ("[inf, cri]", "[inf, gen]", "ours.yml, line 2: threats: unknown threat 'gen'; allowed: 'pol'"),
        (
            "[inf, cri]",
            "[]",
            "ours.yml, line 2: threats: none is addressed; allowed: one or more of pol, inf",
        ),
        ("[inf, cri]", "inf", "ours.yml, line 2: threats: 'inf' is not a list; allowed: a list of pol, inf"),
        ("[inf, cri]", "[inf, inf]", "ours.yml, line 2: threats: 'inf' stands twice; allowed: once"),
        ("[inf, cri]", "[{inf: 1}]", "ours.yml, line 2: threats: unknown threat {'inf': 1}"),
        (
            "route: both",
            "route: threats",
            "ours.yml, line 3: route: unknown route 'threats'; nearest allowed: 'threat'",
        ),
        ("route: both", "route: [both]", "ours.yml, line 3: route: unknown route ['both']"),
        ("0.5", "1.5", "ours.yml, line 4: intrusiveness: 1.5; allowed: a number from 0 to 1"),
        ("0.5", "-0.1", "ours.yml, line 4: intrusiveness: -0.1; allowed: a number from 0 to 1"),
        ("0.5", "yes", "ours.yml, line 4: intrusiveness: True; allowed: a number from 0 to 1"),
        ("0.5", ".nan", "ours.yml, line 4: intrusiveness: nan; allowed: a number from 0 to 1"),
        ("[WW]", "[WX]", "ours.yml, line 5: pays: unknown quadrant 'WX'; allowed: 'WW', 'WS', 'SW', 'SS'"),
        ("route: both\n", "", "ours.yml: the key 'route' is missing"),
        ("pays: [WW]", "name: again", "ours.yml, line 5: the key 'name' stands twice"),
        (GOOD, "- a list\n", "ours.yml: ['a list'] is not a mapping of names to values"),
        (GOOD, "name: [\n", "ours.yml is not a proposal: "),
        (GOOD, "", "ours.yml: None is not a mapping of names to values"),
    ],
)
def test_a_fault_is_told_with_file_line_and_what_is_allowed(write, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(BuzanError, match=re.escape(message)):
        read_proposal(write(GOOD.replace(old, new)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"there is no proposal 'none\.yml'"):
        read_proposal(tmp_path / "none.yml")


def test_a_proposal_made_in_code_is_held_to_the_same() -> None:
    with pytest.raises(
        BuzanError, match="proposal 'x', threats: none is addressed; allowed: one or more of pol"
    ):
        Proposal("x", (), Route.BOTH)
    with pytest.raises(BuzanError, match=r"proposal 'x', intrusiveness: 2; allowed: a number from 0 to 1"):
        Proposal("x", (Threat.POL,), Route.BOTH, 2)


def test_the_three_of_the_paper_take_one_route_each_and_only_the_ban_acts_on_the_threat() -> None:
    routes = {name: proposal.route for name, proposal in PAPER.items()}
    assert routes == {"secure": Route.VULNERABILITY, "forbid": Route.THREAT, "regulate": Route.VULNERABILITY}


def test_every_measure_of_the_codebook_is_a_proposal() -> None:
    assert list(OF_MEASURE) == [measure for measure in Measure if measure is not Measure.NONE]


def test_proposals_on_the_same_threats_share_a_name():
    found = names_by_threats(PAPER.values())
    assert found == {
        (Threat.INF, Threat.CRI): "secure the networks, regulate at home",
        (Threat.INF,): "forbid the means",
    }
