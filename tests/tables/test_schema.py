"""The descriptor as frozen values, and as a Frictionless package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from buzanlib.errors import DataError, UnknownNameError
from buzanlib.tables.schema import FILE, Descriptor
from buzanlib.theory.vocabulary import (
    Annotator,
    Corpus,
    Origin,
    PoliticalKind,
    Quadrant,
    ReferentObject,
    Threat,
    ThreatAgent,
)
from buzanlib.theory.vocabulary import Measure as Remedy


@pytest.fixture(scope="module")
def package(data_dir: Path) -> dict[str, Any]:
    return json.loads((data_dir / FILE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def descriptor(data_dir: Path) -> Descriptor:
    return Descriptor.load(data_dir)


def test_every_table_of_the_folder_is_described(data_dir: Path, descriptor: Descriptor) -> None:
    assert {path.name for path in data_dir.glob("*.csv")} == {
        table.path for table in descriptor.tables.values()
    }


def test_every_table_has_terms_sources_and_a_key(package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        assert resource["path"] == f"{resource['name']}.csv"
        assert all(licence["title"] for licence in resource["licenses"])
        assert all(source["title"] for source in resource["sources"])
        assert resource["licenses"]
        assert resource["sources"]
        assert resource["schema"]["missingValues"] == [""]
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert set(resource["schema"]["primaryKey"]) <= set(names)
        assert len(names) == len(set(names))
        assert all(field["description"] for field in resource["schema"]["fields"])


def test_every_index_of_the_panel_has_unit_source_and_licence(package: dict[str, Any]) -> None:
    (panel,) = (resource for resource in package["resources"] if resource["name"] == "panel")
    for field in panel["schema"]["fields"][2:]:
        assert field["unit"]
        assert field["source"]
        assert field["licence"]


def test_sources_with_unclear_terms_give_ranks_only(package: dict[str, Any]) -> None:
    (panel,) = (resource for resource in package["resources"] if resource["name"] == "panel")
    closed = {field["name"] for field in panel["schema"]["fields"] if field.get("licence") == "ranks only"}
    assert closed == {"milex_rank", "fsi_cohesion_rank", "sfi_legitimacy_rank", "bti_stateness_rank"}


def test_relations_name_tables_and_fields_that_exist(descriptor: Descriptor) -> None:
    for table in descriptor.tables.values():
        for key in table.foreign_keys:
            assert table.field(key.field).type == descriptor.table(key.resource).field(key.target).type
        for rule in table.rules:
            for name, values in (*rule.when.items(), *rule.then.items()):
                field = table.field(name)
                assert all(value in field.enum for value in values if field.enum and value)
        for pair in table.ordered:
            assert len({table.field(name).type for name in pair}) == 1
        for rule in table.coverage:
            source = descriptor.table(rule.resource)
            names = [rule.target, *rule.years[1:], *(name for name in rule.where if "." not in name)]
            assert [source.field(name).name for name in names] == names
            names = [rule.field, *rule.each, *rule.years[:1]]
            assert [table.field(name).name for name in names] == names
        for count in table.counts:
            assert table.field(count.by).type == descriptor.table(count.resource).field(count.by).type


@pytest.mark.parametrize(
    ("table", "field", "words"),
    [
        ("codes", "referent", ReferentObject),
        ("codes", "agent", ThreatAgent),
        ("codes", "measure", Remedy),
        ("codes", "pol_kind", PoliticalKind),
        ("illustrations", "threat", Threat),
        ("illustrations", "quadrant_read", Quadrant),
    ],
)
def test_allowed_values_are_the_vocabulary(
    descriptor: Descriptor, table: str, field: str, words: Any
) -> None:
    assert set(descriptor.table(table).field(field).enum) == {str(word) for word in words}


def test_annotators_that_ship_are_needed_and_others_are_allowed(descriptor: Descriptor) -> None:
    codes = descriptor.table("codes")
    field = codes.field("annotator")
    assert field.enum == ()
    names = (*Annotator, "Ana", "coder-2", "Ana B", "O'Neill", "李明", "x" * 40)
    assert all(re.fullmatch(field.pattern, name) for name in names)
    wrong = ("", "2nd", "C+D", "Ana, Ben", "=Ana", "<b>", "Ana\n", "x" * 41)
    assert not any(re.fullmatch(field.pattern, name) for name in wrong)
    first, second, own = codes.coverage
    assert {*first.each["annotator"], *second.each["annotator"]} == set(map(str, Annotator))
    for shipped in (first, second):
        assert shipped.where["doc_id.corpus"] == tuple(map(str, Corpus))
    of_first, of_second = ({*shipped.where["doc_id.text"]} for shipped in (first, second))
    assert set(Origin) - of_first == {Origin.TRANSCRIPTION, Origin.PROVISIONAL, Origin.ADDED}
    assert set(Origin) - of_second == {Origin.ADDED}
    assert (own.each, own.where) == ({}, {})


def test_origins_are_those_of_the_vocabulary(descriptor: Descriptor) -> None:
    assert descriptor.table("documents").field("text").enum == tuple(map(str, Origin))


def test_primary_is_a_threat_or_none(descriptor: Descriptor) -> None:
    assert descriptor.table("codes").field("primary").enum == (*map(str, Threat), "none")


def test_closure_follows_every_reference(descriptor: Descriptor) -> None:
    assert descriptor.closure(("gists",)) == ("states", "documents", "passages", "gists")
    assert descriptor.closure(("states",)) == ("states",)


def test_unknown_table_and_field_name_the_nearest(descriptor: Descriptor) -> None:
    with pytest.raises(UnknownNameError, match=r"unknown table 'code'; nearest allowed: 'codes'"):
        descriptor.table("code")
    with pytest.raises(
        UnknownNameError, match=r"unknown field of codes.csv 'primry'; nearest allowed: 'primary'"
    ):
        descriptor.table("codes").field("primry")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"datapackage.json, row 1: .*valid JSON is needed"),
        ("[]", r"datapackage.json, \$: '\[\]'; an object is needed"),
        ("{}", r"datapackage.json, \$: ''; the property 'resources' is needed"),
        ('{"resources": [{"name": "codes"}]}', r"\$\.resources\[0\]: ''; the property 'schema' is needed"),
    ],
)
def test_a_bad_descriptor_is_a_fault_of_its_own(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        Descriptor.load(tmp_path)


def test_a_folder_without_descriptor(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"datapackage.json: 'missing'; the folder '.*' has none"):
        Descriptor.load(tmp_path)


def test_an_unknown_type_names_the_allowed_ones(tmp_path: Path, package: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(package))
    changed["resources"][0]["schema"]["fields"][1]["type"] = "integr"
    (tmp_path / FILE).write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(
        DataError,
        match=r"\$\.resources\[0\]\.schema\.fields\[1\]\.type: 'integr'; nearest allowed: 'integer'",
    ):
        Descriptor.load(tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore"
)  # of frictionless and what it imports, which this project only tests with
def test_frictionless_accepts_descriptor_and_tables(data_dir: Path) -> None:
    from frictionless import Package

    report = Package(str(data_dir / FILE)).validate()
    assert report.flatten(["rowNumber", "fieldName", "type", "note"]) == []
    assert report.valid
