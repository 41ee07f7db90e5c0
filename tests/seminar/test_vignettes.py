"""Vignettes of the coding lab: what their sets must be for a class to learn from them, and what is refused."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from dataclasses import asdict, astuple
from pathlib import Path

import numpy as np
import pytest
from babel import Locale

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.measurement.reliability import krippendorff_alpha
from buzanlib.seminar.coding_files import read_coding
from buzanlib.seminar.vignettes import SETS, THREATS, VALUES, Lab, Vignette, read_lab
from buzanlib.sources.state_names import names_of
from buzanlib.theory.matrices import TABLE2
from buzanlib.theory.vocabulary import Quadrant

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "book" / "seminar" / "lab"

#: What twins differ in, by the rule that they share: variables of the codebook.
RULE_OF_TWINS = {
    5: {"threats", "primary"},
    6: {"threats", "primary", "referent"},
    8: {"threats", "primary", "referent", "agent", "measure"},
    9: {"threats", "primary", "measure"},
    12: {"threats", "referent"},
    15: {"threats", "primary"},
    16: {"agent"},
    17: {"level"},
}


@pytest.fixture(scope="module")
def lab() -> Lab:
    return read_lab(FOLDER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(
        shutil.copytree(FOLDER, tmp_path / "lab", ignore=shutil.ignore_patterns("*.js", "*.css", "*.html"))
    )


def test_there_are_six_to_train_and_twice_twelve(lab: Lab) -> None:
    assert [len(lab.of_set(name)) for name in SETS] == [6, 12, 12]
    with pytest.raises(UnknownNameError, match="unknown set of vignettes 'C'"):
        lab.of_set("C")


def counts(vignettes: dict[str, Vignette], variable: str) -> Counter[object]:
    return Counter(
        one.grade if variable == "grade" else getattr(one.codes, variable) for one in vignettes.values()
    )


@pytest.mark.parametrize("variable", ["primary", "level", "referent", "grade"])
def test_both_sets_are_equally_hard(lab: Lab, variable: str) -> None:
    one, other = (counts(lab.of_set(name), variable) for name in "AB")
    assert one == other
    assert set(VALUES.get(variable, one)) == set(one), "every value occurs"


def test_half_of_each_set_is_contested_between_threats_of_table_2(lab: Lab) -> None:
    for name in "AB":
        pairs = Counter(
            frozenset({one.codes.primary, *one.toward.values()})
            for one in lab.of_set(name).values()
            if one.toward
        )
        assert pairs == {frozenset(pair): 2 for pair in (("pol", "inf"), ("pol", "cri"), ("inf", "cri"))}


def test_a_label_pushes_to_a_threat_that_table_2_has_for_such_a_speaker(lab: Lab) -> None:
    for item, one in lab.vignettes.items():
        for speaker, threat in one.toward.items():
            printed = set(TABLE2.weights().columns[TABLE2.weights().loc[Quadrant(speaker.upper())] > 0])
            assert threat in printed, item
            assert not printed & ({one.codes.primary, *one.accept["primary"]} - {threat}), item


def test_no_two_threats_always_come_with_one_strength_or_referent(lab: Lab) -> None:
    codes = [one.codes for one in lab.vignettes.values() if one.set in "AB"]
    for threat in ("pol", "inf", "cri"):
        ours = [one for one in codes if one.primary == threat]
        assert min(len({one.level for one in ours}), len({one.referent for one in ours})) > 1


def test_twins_differ_by_what_their_rule_says(lab: Lab) -> None:
    rules = set()
    for item, one in lab.vignettes.items():
        if one.twin:
            other = lab.vignettes[one.twin]
            differ = {
                name for name in asdict(one.codes) if asdict(one.codes)[name] != asdict(other.codes)[name]
            }
            allowed = {rule for rule in {*one.rules} & {*other.rules} if RULE_OF_TWINS.get(rule) == differ}
            assert len(allowed) == 1, (item, differ)
            rules |= allowed
    assert rules == set(RULE_OF_TWINS)


@pytest.mark.parametrize("language", ["en", "de"])
def test_twins_are_told_in_almost_the_same_words(lab: Lab, language: str) -> None:
    texts = {item: set(re.findall(r"\w+", text)) for item, text in lab.languages[language].items.items()}
    for item, one in lab.vignettes.items():
        if one.twin:
            ours, theirs = texts[item], texts[one.twin]
            assert len(ours & theirs) > 0.4 * len(ours | theirs), item


def test_rules_are_those_of_the_codebook(lab: Lab, data_dir: Path) -> None:
    rules = {
        int(rule) for rule in re.findall(r"^(\d+)\. ", (data_dir / "codebook.md").read_text("utf-8"), re.M)
    }
    assert {rule for one in lab.vignettes.values() for rule in one.rules} <= rules
    for language in lab.languages.values():
        for item, text in language.why.items():
            named = {
                int(rule) for rule in re.findall(r"\d+", " ".join(re.findall(r"(?:rule|Regel)[^):;]*", text)))
            }
            assert named <= {*lab.vignettes[item].rules}, (language.language, item)


def test_no_text_names_a_state_or_says_who_speaks(lab: Lab, data_dir: Path) -> None:
    with (data_dir / "states.csv").open(encoding="utf-8", newline="") as file:
        ours = {name for row in csv.DictReader(file) for name in names_of(row["iso3"])}
    for language in lab.languages.values():
        names = ours.union(Locale(language.language).territories.values())
        for item, text in language.items.items():
            assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)], item
            assert 2 <= len(re.findall(r"[.!?](?:\s|$)", text)) <= 5, item


def test_every_language_has_every_text(lab: Lab) -> None:
    assert set(lab.languages) >= {"en", "de"}
    english = lab.languages["en"]
    for one in lab.languages.values():
        for section in ("words", "labels", "items", "why"):
            assert getattr(one, section).keys() == getattr(english, section).keys()
        assert {"threat", "level", "referent", "agent", "measure"} == set(one.values)
        for item, text in one.items.items():
            assert text.count("[STATE]") == english.items[item].count("[STATE]")


def test_labels_differ_by_the_two_axes_alone(lab: Lab) -> None:
    for language in lab.languages.values():
        said = language.labels
        ends = {speaker: text.split(". ", 1) for speaker, text in said.items()}
        assert ends["ww"][0] == ends["ws"][0] != ends["sw"][0] == ends["ss"][0]
        assert ends["ww"][1] == ends["sw"][1] != ends["ws"][1] == ends["ss"][1]


def test_a_key_is_a_file_of_a_coder(lab: Lab) -> None:
    text = json.dumps(lab.key_file("A", "de"))
    read = read_coding("key-A.json", text)
    assert read.toward == {item: one.toward for item, one in lab.of_set("A").items() if one.toward}
    key = json.loads(text)
    assert (key["kind"], key["set"], key["form"], key["language"], key["labels"]) == (
        "key",
        "A",
        "long",
        "de",
        None,
    )
    assert set(key["codes"]) == set(key["why"]) == set(key["rules"]) == set(lab.of_set("A"))
    assert key["codes"]["A01"]["threats"] == ["inf"]
    assert key["why"]["A01"] == lab.languages["de"].why["A01"]
    with pytest.raises(UnknownNameError, match="unknown language 'dee'; nearest allowed: 'de'"):
        lab.key_file("A", "dee")


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_students_get_has_no_key(lab: Lab, language: str) -> None:
    public = lab.public_items(language)
    assert set(public["training"]) == set(lab.of_set("T"))
    assert "why" not in public
    text = json.dumps(public, ensure_ascii=False)
    said = lab.languages[language]
    assert public["training"]["T1"]["why"] == said.why["T1"]
    for item in (*lab.of_set("A"), *lab.of_set("B")):
        assert said.items[item] == public["items"][item]
        assert said.why[item][:40] not in text
        assert text.count(f'"{item}"') == 2, "in its set, and with its text"


def test_two_keys_agree_as_far_as_is_said(lab: Lab) -> None:
    pairs = [one.keys for one in lab.vignettes.values() if one.set in "AB"]
    assert all(set(pair) == {"first", "second"} for pair in pairs)
    found = lab.key_agreement()
    assert list(found.index) == [
        *THREATS,
        "primary",
        "level",
        "level (ordinal)",
        "referent",
        "agent",
        "measure",
    ]
    assert set(found["n"]) == {24}
    levels = [[pair[coder].level for pair in pairs] for coder in ("first", "second")]
    assert found.loc["level (ordinal)", "alpha"] == krippendorff_alpha(levels, "ordinal")
    assert found.loc["level", "agreement"] == np.mean(np.equal(*levels))


def test_what_either_key_says_is_accepted(lab: Lab) -> None:
    for item, one in lab.vignettes.items():
        for key in one.keys.values():
            assert set(key.threats) ^ set(one.codes.threats) <= set(one.accept.get("threats", ())), item
            for name, given in zip(VALUES, astuple(key)[1:], strict=True):
                assert given in (getattr(one.codes, name), *one.accept.get(name, ())), (item, name)


def test_where_both_keys_agree_so_does_what_was_settled(lab: Lab) -> None:
    for item, one in lab.vignettes.items():
        if one.keys and one.keys["first"].primary == one.keys["second"].primary and not one.toward:
            assert one.codes.primary == one.keys["first"].primary, item


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "key.yml",
            "grade: easy",
            "grade: eesy",
            "key.yml, line 6: T1, grade: 'eesy'; nearest allowed: 'easy'",
        ),
        ("key.yml", "set: T", "set: A", "T1, set: 'A'; allowed: 'T'"),
        ("key.yml", "rules: [16, 17]", "rules: [seven]", "T1, rules: 'seven'; allowed: '1'"),
        ("key.yml", "level: 1", "level: true", "T1, codes, level: True; allowed: '0', '1', '2'"),
        (
            "key.yml",
            "measure: defend}",
            "measure: defense}",
            "T1, codes, measure: 'defense'; nearest allowed: 'defend'",
        ),
        ("key.yml", ", measure: defend}", "}", "T1, codes: 'measure'; a key that is needed and missing"),
        ("key.yml", "threats: [inf]", "threats: inf", "T1, codes, threats: 'inf'; allowed: a list"),
        (
            "key.yml",
            "threats: [inf]",
            "threats: [inf, gen]",
            "T1, codes, threats: ['inf', 'gen']; allowed: 'gen' alone",
        ),
        ("key.yml", "threats: [inf]", "threats: [inf, inf]", "allowed: each only once"),
        ("key.yml", "threats: [inf]", "threats: [cri]", "T1, codes, primary: 'inf'; allowed: 'cri'"),
        (
            "key.yml",
            "threats: [inf], primary: inf",
            "threats: [], primary: none",
            "T1, codes, level: 1; allowed: '0'",
        ),
        ("key.yml", "contested: false", "contested: true", "T1, contested: True; allowed: 'False'"),
        (
            "key.yml",
            "twin: T4",
            "twin: T5",
            "T2, twin: 'T5'; allowed: twins that name each other and share a rule",
        ),
        ("key.yml", "twin: T4", "twin: T9", "T2, twin: 'T9'; allowed: 'A01', "),
        ("key.yml", "toward: {sw: pol", "toward: {sw: mil", "A02, toward, sw: 'mil'; allowed: 'cri', 'pol'"),
        ("key.yml", "toward: {sw: pol, ss: cri}", "toward: {sw: pol}", "allowed: two speakers"),
        (
            "key.yml",
            "accept: {",
            "accept: {refferent: [], ",
            "'refferent'; an unknown key, nearest allowed: 'referent'",
        ),
        ("key.yml", "accept: {", "accept: {agent: [nobody], ", "T3, accept, agent: 'nobody'; "),
        ("de.yml", "language: de", "language: en", "language: 'en'; allowed: 'de'"),
        ("de.yml", "name: Deutsch", "nahme: Deutsch", "'nahme'; an unknown key, nearest allowed: 'name'"),
        ("de.yml", "  T1: >-", "  T7: >-", "items, T7: 'T7'; an unknown key, allowed: 'T1', "),
        ("de.yml", "key.source:", "key.sauce:", "de.yml, line 4: words: 'key.source'; a key that is needed"),
        ("de.yml", "word: Der Staat", "word: ''", "values, referent, state, word: ''; allowed: a text"),
        ("key.yml", "B12:", "B13:", "'B13'; an unknown key, nearest allowed: 'B1"),
        ("de.yml", "words:\n", "words: 5\nworts:\n", "'worts'; an unknown key, nearest allowed: 'words'"),
        ("de.yml", "name: Deutsch", "name: 5", "name: 5; allowed: a text"),
        ("de.yml", "labels:\n", "labels: none\nlables:\n", "'lables'; an unknown key"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, name: str, old: str, new: str, message: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BuzanError) as error:
        read_lab(folder)
    assert message in str(error.value)


def test_a_lab_without_a_key_is_refused(folder: Path) -> None:
    (folder / "key.yml").unlink()
    with pytest.raises(BuzanError, match=r"there is no key of the coding lab 'key.yml'"):
        read_lab(folder)
