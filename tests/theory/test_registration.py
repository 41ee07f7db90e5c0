"""The second registration: what it says, and that its numbers are those of its sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buzanlib.errors import LockError
from buzanlib.files import sha256
from buzanlib.theory.predictions import AMENDMENTS, LOCK, LOCKED, REGISTRATION, write_lock
from buzanlib.theory.registration import load_registration
from buzanlib.theory.vocabulary import Effect

# Of the file as it was fixed on 28 November 2026.
FIXED = "2a0e7681165b63a4ee40287077f4662f1b296b399d46107483e37b720845712a"


@pytest.fixture
def folder(tmp_path: Path, data_dir: Path) -> Path:
    for name in (*LOCKED, LOCK, AMENDMENTS):
        (tmp_path / name).write_bytes((data_dir / name).read_bytes())
    return tmp_path


def test_the_registration_that_ships_is_the_one_that_was_fixed(data_dir: Path) -> None:
    found = load_registration(data_dir)
    assert found.sha256 == FIXED == sha256(data_dir / REGISTRATION)
    assert list(found.predictions) == ["P1", "P2", "P3", "P4", "P5"]
    assert [one.id for one in found.predictions.values() if one.rank == "primary"] == ["P1"]
    assert (found.predictions["P1"].effect, found.predictions["P1"].sign) == (Effect.COHESION, -1)
    assert [one.sign for one in found.predictions.values()] == [-1, 0, 0, -1, 0]


def test_its_numbers_are_those_of_its_sentences(data_dir: Path) -> None:
    found, raw = (
        load_registration(data_dir),
        json.loads((data_dir / REGISTRATION).read_text(encoding="utf-8")),
    )
    assert f"{found.draws} draws, seed {found.seed}," in raw["estimator"]["null"]
    assert f"below {found.not_large} on the logit scale" in raw["verdicts"]["not large"]
    assert f"{found.interval:.0%} interval" in raw["estimator"]["estimate"]
    levels = [entry["alpha"].split(",")[0].split()[0] for entry in raw["predictions"]]
    assert levels == ["1/20"] * 4 + ["19/20"]
    assert (found.alpha, found.share) == (1 / 20, 19 / 20)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.pop("predictions"), "a field is missing or of the wrong kind"),
        (lambda raw: raw["predictions"][0].pop("claim"), r"a field is missing .*claim"),
        (lambda raw: raw["predictions"][0].update(sign="minus"), r"a field is missing .*minus"),
    ],
)
def test_a_registration_of_ones_own_must_be_complete(
    change: Callable[[Any], object], said: str, folder: Path
) -> None:
    raw = json.loads((folder / REGISTRATION).read_text(encoding="utf-8"))
    change(raw)
    (folder / REGISTRATION).write_text(json.dumps(raw), encoding="utf-8")
    (folder / LOCK).unlink()
    write_lock(folder)
    with pytest.raises(LockError, match=rf"^registration_2\.json: {said}"):
        load_registration(folder)


def test_a_number_that_no_amendment_gives_is_named(folder: Path) -> None:
    amendments = json.loads((folder / AMENDMENTS).read_text(encoding="utf-8"))
    (entry,) = [one for one in amendments if "seed" in one.get("fields", {})]
    del entry["fields"]["seed"]
    (folder / AMENDMENTS).write_text(json.dumps(amendments), encoding="utf-8")
    with pytest.raises(LockError, match=r"amendments\.json: there is no field 'seed'"):
        load_registration(folder)
