"""The locked predictions: what they say, and that no byte of what is locked changes unnoticed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buzanlib.errors import LockError
from buzanlib.files import sha256
from buzanlib.theory.predictions import (
    AMENDMENTS,
    LOCK,
    LOCKED,
    PREDICTIONS,
    REGISTRATION,
    load_predictions,
    verify_lock,
    write_lock,
)
from buzanlib.theory.vocabulary import Effect, Quadrant, Threat

# Of the file as it was fixed on 23 November 2026. Whoever changes the predictions and the lock together has
# to change this line as well.
FIXED = "f429e9783b12ca463c8dfb9a8cd8b966cc6cfbe5f247f7a0859a678965712b13"


@pytest.fixture
def folder(tmp_path: Path, data_dir: Path) -> Path:
    """A copy of what is locked, of the lock and of the amendments."""
    for name in (*LOCKED, LOCK, AMENDMENTS):
        (tmp_path / name).write_bytes((data_dir / name).read_bytes())
    return tmp_path


def edit(folder: Path, change: Callable[[Any], object]) -> None:
    """Change the predictions, and lock them as if they had been so from the start."""
    raw = json.loads((folder / PREDICTIONS).read_text(encoding="utf-8"))
    change(raw)
    (folder / PREDICTIONS).write_text(json.dumps(raw), encoding="utf-8")
    (folder / LOCK).unlink()
    write_lock(folder)


def test_the_predictions_that_ship_are_those_that_were_fixed(data_dir: Path) -> None:
    assert load_predictions(data_dir).sha256 == FIXED == sha256(data_dir / PREDICTIONS)


def test_numbers_of_the_locked_file_are_numbers(data_dir: Path) -> None:
    locked = load_predictions(data_dir)
    assert (locked.sesoi, locked.alpha) == (0.4, 0.05)
    assert (locked.draws, locked.seed) == (9999, 20100615)
    assert locked.window == (2011, 2024)
    assert locked.graded["WS"] == {"pol": 0.0, "inf": 1.0, "cri": 0.5}


@pytest.mark.parametrize(
    ("name", "threat", "effect", "sign"),
    [
        ("B1", Threat.POL, Effect.COHESION, -1),
        ("B2", Threat.INF, Effect.POWER, -1),
        ("B3", Threat.CRI, Effect.INTERACTION, +1),
    ],
)
def test_three_hypotheses_predict_a_sign(
    name: str, threat: Threat, effect: Effect, sign: int, data_dir: Path
) -> None:
    hypothesis = load_predictions(data_dir).hypotheses[name]
    assert (hypothesis.threat, hypothesis.effect, hypothesis.sign) == (threat, effect, sign)
    assert hypothesis.where.startswith("Table 2, ")


def test_no_other_hypothesis_predicts_a_sign(data_dir: Path) -> None:
    hypotheses = load_predictions(data_dir).hypotheses
    assert [name for name, hypothesis in hypotheses.items() if hypothesis.sign] == ["B1", "B2", "B3"]


def test_every_hypothesis_is_kept_under_its_own_name(data_dir: Path) -> None:
    raw = json.loads((data_dir / PREDICTIONS).read_text(encoding="utf-8"))
    hypotheses = load_predictions(data_dir).hypotheses
    assert list(hypotheses) == [entry["id"] for entry in raw["hypotheses"]]
    assert all(name == hypothesis.id for name, hypothesis in hypotheses.items())


def test_families_and_hypotheses_name_each_other(data_dir: Path) -> None:
    locked = load_predictions(data_dir)
    assert set(locked.families) == {"F1", "F2"}
    for family, members in locked.families.items():
        named = tuple(name for name, hypothesis in locked.hypotheses.items() if hypothesis.family == family)
        assert named == members


def test_both_versions_of_table2_have_every_quadrant(data_dir: Path) -> None:
    locked = load_predictions(data_dir)
    assert list(locked.table2) == list(locked.graded) == list(Quadrant)
    for quadrant, threats in locked.table2.items():
        first = [threat for threat, weight in locked.graded[quadrant].items() if weight == 1]
        assert first == list(threats)


@pytest.mark.parametrize("name", LOCKED)
def test_a_changed_byte_is_told_with_both_hashes(name: str, folder: Path) -> None:
    expected = sha256(folder / name)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(
        LockError,
        match=f"^{name}: SHA-256 {sha256(folder / name)}; allowed: {expected}, as locked in {LOCK}$",
    ):
        load_predictions(folder)


def test_all_changed_files_are_told_at_once(folder: Path) -> None:
    for name in LOCKED:
        (folder / name).write_bytes(b"")
    with pytest.raises(LockError, match="\n".join(f"{name}: .*" for name in LOCKED)):
        verify_lock(folder)


def test_a_locked_file_must_be_there(folder: Path) -> None:
    (folder / "codes.csv").unlink()
    with pytest.raises(
        LockError, match=r"^codes\.csv: SHA-256 no such file; allowed: [0-9a-f]{64}, as locked"
    ):
        verify_lock(folder)


def test_a_lock_must_be_there(folder: Path) -> None:
    (folder / LOCK).unlink()
    with pytest.raises(LockError, match=r"predictions\.lock is missing beside predictions\.json"):
        load_predictions(folder)


def test_a_file_that_the_lock_does_not_name_is_not_locked(folder: Path) -> None:
    hashes = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    del hashes["panel.csv"]
    (folder / LOCK).write_text(json.dumps(hashes), encoding="utf-8")
    with pytest.raises(LockError, match=r"^panel\.csv: SHA-256 [0-9a-f]{64}; allowed: nothing"):
        verify_lock(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", r"predictions\.lock: cannot be read as JSON"),
        (b"\xff", r"predictions\.lock: cannot be read as JSON"),
        (b"[]", r"predictions\.lock: \[\]; allowed: a JSON object"),
    ],
)
@pytest.mark.parametrize("use", [verify_lock, write_lock])
def test_a_lock_that_cannot_be_read_holds(
    use: Callable[[Path], object], content: bytes, said: str, folder: Path
) -> None:
    (folder / LOCK).write_bytes(content)
    with pytest.raises(LockError, match=said):
        use(folder)
    assert (folder / LOCK).read_bytes() == content


def test_locking_again_takes_in_new_tables(folder: Path) -> None:
    (folder / "panel.csv").write_bytes(b"iso3,year\n")
    assert write_lock(folder) == folder / LOCK
    verify_lock(folder)
    assert load_predictions(folder).sha256 == FIXED


def test_locking_again_gives_the_same_bytes(folder: Path, data_dir: Path) -> None:
    write_lock(folder)
    assert (folder / LOCK).read_bytes() == (data_dir / LOCK).read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == sorted([*LOCKED, LOCK, AMENDMENTS])


def test_changed_predictions_are_never_locked_again(folder: Path) -> None:
    before = (folder / LOCK).read_bytes()
    (folder / PREDICTIONS).write_bytes((folder / PREDICTIONS).read_bytes().replace(b"20100615", b"20100616"))
    with pytest.raises(
        LockError, match=rf"allowed: {FIXED}; predictions never change, add to amendments\.json"
    ):
        write_lock(folder)
    assert (folder / LOCK).read_bytes() == before


def test_a_changed_registration_is_never_locked_again(folder: Path, data_dir: Path) -> None:
    expected = sha256(data_dir / REGISTRATION)
    (folder / REGISTRATION).write_bytes((folder / REGISTRATION).read_bytes() + b" ")
    with pytest.raises(LockError, match=rf"^registration_2\.json: .* allowed: {expected}; predictions never"):
        write_lock(folder)
    hashes = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    del hashes[REGISTRATION]
    (folder / LOCK).write_text(json.dumps(hashes), encoding="utf-8")
    with pytest.raises(LockError, match=r"^registration_2\.json: .* allowed: nothing; predictions never"):
        write_lock(folder)


def test_what_is_to_be_locked_must_be_there(tmp_path: Path, folder: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copy(folder / "codes.csv", empty)
    with pytest.raises(
        LockError,
        match=r"^predictions\.json, registration_2\.json, codebook\.md, codebook_1\.md, panel\.csv: no such file; ",
    ):
        write_lock(empty)
    assert [path.name for path in empty.iterdir()] == ["codes.csv"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.pop("families"), "there is no field 'families'"),
        (lambda raw: raw["hypotheses"][0].pop("claim"), "there is no field 'claim'"),
        (lambda raw: raw["inference"].update(alpha="a twentieth"), "a field is of the wrong kind"),
        (lambda raw: raw["window"].update(test=[2011]), "a field is of the wrong kind"),
        (lambda raw: raw.update(families=[]), "a field is of the wrong kind"),
    ],
)
def test_predictions_of_ones_own_must_be_complete(
    change: Callable[[Any], object], said: str, folder: Path
) -> None:
    edit(folder, change)
    with pytest.raises(LockError, match=rf"predictions\.json: {said}"):
        load_predictions(folder)


def test_predictions_of_ones_own_can_be_locked(folder: Path) -> None:
    edit(folder, lambda raw: raw["inference"].update(seed=7))
    assert load_predictions(folder).seed == 7


def amendments_of(data: Path) -> list[dict[str, Any]]:
    return json.loads((data / "amendments.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["definitions.json", "multiverse.json", REGISTRATION])
def test_what_an_amendment_fixes_by_its_hash_has_not_changed(data_dir: Path, name: str) -> None:
    *_, amendment = [one for one in amendments_of(data_dir) if name in one["what"]]
    assert f"(SHA-256 {sha256(data_dir / name)})" in amendment["what"]


def test_the_definitions_of_the_first_version_stand_word_for_word_in_the_second(data_dir: Path) -> None:
    content = json.loads((data_dir / "definitions.json").read_text(encoding="utf-8"))
    del content["general"]["family X"], content["amended_on"]
    content["version"] = 1
    content["definitions"] = [one for one in content["definitions"] if one.get("family") != "X"]
    before = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (amendment,) = [one for one in amendments_of(data_dir) if one["number"] == 3]
    assert hashlib.sha256(before.encode()).hexdigest() in amendment["what"]


def test_amendments_are_numbered_and_give_their_reason(data_dir: Path) -> None:
    amendments = amendments_of(data_dir)
    assert [amendment["number"] for amendment in amendments] == list(range(1, len(amendments) + 1))
    for amendment in amendments:
        assert set(amendment) - {"fields"} == {"number", "date", "to", "what", "why", "status"}
        assert all(amendment.values())


def test_fields_of_an_amendment_are_the_numbers_of_the_locked_sentences(data_dir: Path) -> None:
    (amendment, _) = [one for one in amendments_of(data_dir) if "fields" in one]
    inference = json.loads((data_dir / PREDICTIONS).read_text(encoding="utf-8"))["inference"]
    assert f"a corner contrast of {amendment['fields']['sesoi']} " in inference["sesoi"]
    assert f"at least {amendment['fields']['draws']} draws" in inference["null"]
    predictions = load_predictions(data_dir)
    assert predictions.sesoi == 0.4
    assert predictions.draws == 9999


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (None, "there is no field 'sesoi'"),
        ({"sesoi": "2/5"}, "there is no field 'draws'"),
        ({"sesoi": "some", "draws": 9999}, "field 'sesoi' is 'some'; allowed: a number"),
    ],
)
def test_a_field_that_no_amendment_gives_is_named(
    fields: dict[str, Any] | None, said: str, folder: Path
) -> None:
    amendments = [one for one in amendments_of(folder) if "fields" not in one]
    amendments += [{"to": f"{PREDICTIONS} version 1", "fields": fields}] if fields else []
    amendments += [{"to": f"{REGISTRATION} version 1", "fields": {"sesoi": "9", "draws": 9}}]
    (folder / AMENDMENTS).write_text(json.dumps(amendments), encoding="utf-8")
    with pytest.raises(LockError, match=rf"amendments\.json: {said}"):
        load_predictions(folder)
