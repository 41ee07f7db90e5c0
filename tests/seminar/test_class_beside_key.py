"""A class against the key, accepted alternates apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from coder_files import coding

from buzanlib.seminar.class_beside_key import against_key, confusion_with_key
from buzanlib.seminar.coding_files import Coding, read_coding


def codings(*contents: dict[str, Any]) -> list[Coding]:
    return [read_coding(f"{number}.json", json.dumps(one)) for number, one in enumerate(contents)]


def test_the_key_is_met_accepted_or_missed() -> None:
    given = {
        "A01": {"primary": "pol"},
        "A02": {"primary": "inf", "threats": ["inf"]},
        "A03": {"primary": "cri"},
    }
    key = coding("key", given, kind="key", accept={"A02": {"primary": ["mil"]}})
    mine = {"A01": {"primary": "pol"}, "A02": {"primary": "mil"}, "A03": {"primary": "inf"}}
    found = codings(coding("a", mine), key)
    assert against_key(found).loc["primary"].tolist() == pytest.approx([3, 1 / 3, 1 / 3, 1 / 3])
    table = confusion_with_key(found)
    assert table.loc["cri", "inf"] == table.loc["inf", "mil"] == 1
    assert table.loc["inf", "cri"] == 0
    # The threat that may be primary may be given as well; another may not.
    threats = coding("b", {"A02": {"threats": ["inf", "mil", "ter"]}})
    shares = against_key(codings(threats, key))
    assert shares.loc["mil", "accepted"] == shares.loc["ter", "other"] == shares.loc["inf", "equal"] == 1
