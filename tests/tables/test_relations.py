"""Checks between tables."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buzanlib.tables.descriptor import check, load


def told(world: Any, *names: str) -> list[str]:
    return [str(fault) for fault in check(world.path, names or None)]


def test_the_small_world_is_sound(world: Any) -> None:
    assert told(world) == []


def test_an_unknown_state_is_told_without_a_guess(world: Any) -> None:
    world.set("documents.csv", 3, "iso3", "ESX")
    assert told(world) == [
        "documents.csv, row 3, column iso3: 'ESX'; not in column iso3 of states.csv; a code of ISO 3166 is needed"
    ]


def test_a_value_wrong_in_itself_is_not_reported_as_unknown_too(world: Any) -> None:
    world.set("gists.csv", 2, "passage_id", "p1")
    assert told(world) == [
        "gists.csv, row 2, column passage_id: 'p1'; the form P[0-9a-f]{8}([0-9a-f]{8})? is needed",
    ]


def test_a_row_with_another_fault_is_still_held_against_the_other_tables(world: Any) -> None:
    world.set("documents.csv", 4, "iso3", "EUX")
    world.set("documents.csv", 4, "words", "many")
    assert told(world) == [
        "documents.csv, row 4, column iso3: 'EUX'; not in column iso3 of states.csv; a code of ISO 3166 is needed",
        "documents.csv, row 4, column words: 'many'; a whole number is needed, 1 or more",
    ]


def test_an_unknown_state_in_the_panel_is_not_reported_as_a_missing_row_too(world: Any) -> None:
    world.set("panel.csv", 2, "iso3", "ESX")
    assert told(world) == [
        "panel.csv, row 2, column iso3: 'ESX'; not in column iso3 of states.csv; a code of ISO 3166 is needed"
    ]


def test_an_unknown_state_explains_no_more_than_one_missing_row(world: Any) -> None:
    world.rewrite("panel.csv", lambda lines: [line for line in lines if not line.startswith("NLD,1995")])
    world.set("panel.csv", 2, "iso3", "ESX")
    assert [text.partition(";")[0] for text in told(world)] == [
        "panel.csv, column iso3+year: 'EST, 1995'",
        "panel.csv, column iso3+year: 'NLD, 1995'",
        "panel.csv, row 2, column iso3: 'ESX'",
    ]


def test_only_a_passage_of_a_session_that_was_added_needs_no_gist_and_no_shipped_code(world: Any) -> None:
    """Its codes may come from anyone, and a gist of it is allowed."""
    document, passage = "UNGDC-EST-82-2027", "P00000004"
    own = "1,0,1,0,0,0,0,0,inf,0,state,state,none,none,0"
    more = {
        "documents.csv": f"{document},UNGDC,EST,2027,82,added,900,1,0,1,1,,0",
        "passages.csv": f"{passage},{document},10,90,0123456789abcdec",
        "conventional.csv": f"{document},0,0,0",
        "codes.csv": f"{passage},Ana,{own}",
        "annotators.csv": "Ana,2,coder,2027-10,,sheet,,,",
    }
    for file, line in more.items():
        world.rewrite(file, lambda lines, line=line: [*lines, line])
    assert told(world) == []
    world.rewrite("gists.csv", lambda lines: [*lines, f"{passage},Names a danger."])
    assert told(world) == []
    world.rewrite("gists.csv", lambda lines: [line for line in lines if not line.startswith("P0000000")])
    assert told(world) == [
        f"gists.csv, column passage_id: 'P0000000{number}'; missing row; every passage of the General Debate and of "
        "the strategies has a gist, but for sessions that were added"
        for number in (1, 2, 3)
    ]
    world.rewrite(
        "documents.csv", lambda lines: [line.replace(",82,added,", ",82,provisional,") for line in lines]
    )
    assert f"gists.csv, column passage_id: '{passage}'; missing row" in "\n".join(told(world))


def test_a_code_given_by_the_wrong_annotator_is_one_fault(world: Any) -> None:
    world.set("codes.csv", 3, "annotator", "A")
    assert told(world) == [
        "codes.csv, row 3, column passage_id+annotator: 'P00000001, A'; "
        "a key may occur only once, and this one is in row 2"
    ]


def test_a_passage_without_one_annotator(world: Any) -> None:
    world.rewrite("codes.csv", lambda lines: [line for line in lines if not line.startswith("P00000002,B")])
    assert told(world) == [
        "codes.csv, column passage_id+annotator: 'P00000002, B'; missing row; "
        "every passage of the General Debate up to 2024 and of the strategies is coded once by A, by B and by the "
        "adjudication"
    ]
    world.rewrite("codes.csv", lambda lines: [line for line in lines if not line.startswith("P00000002,D")])
    assert "codes.csv, column passage_id+annotator: 'P00000002, D'; missing row; " in told(world)[1]


def test_only_the_second_coding_has_later_passages(world: Any) -> None:
    world.set("documents.csv", 3, "text", "transcription")
    world.rewrite("codes.csv", lambda lines: [line for line in lines if not line.startswith("P00000002,B")])
    assert told(world) == []


def test_of_a_provisional_text_nothing_is_counted(world: Any) -> None:
    world.set("documents.csv", 4, "text", "provisional")
    assert [text.partition(";")[0] for text in told(world)] == [
        f"documents.csv, row 4, column {name}: '{value}'"
        for name, value in (
            ("cyber_security", 0),
            ("information_security", 0),
            ("windows", 0),
            ("words", 1000),
        )
    ]
    for name in ("cyber_security", "information_security", "windows", "words"):
        world.set("documents.csv", 4, name, "")
    assert told(world) == []
    world.set("documents.csv", 4, "text", "record")
    assert (
        told(world)
        == [
            "documents.csv, row 4, column text: 'record'; provisional is needed here: only of a provisional text "
            "this is unknown"
        ]
        * 4
    )


def test_an_annotator_without_a_codebook_is_one_fault_however_much_is_coded(world: Any) -> None:
    more = [line.replace(",B,", ",Ana,") for line in world.lines("codes.csv") if ",B," in line]
    world.rewrite("codes.csv", lambda lines: [*lines, *more])
    assert [text.partition(";")[0] for text in told(world)] == ["codes.csv, row 20, column annotator: 'Ana'"]
    world.rewrite("annotators.csv", lambda lines: [*lines, "Ana,,coder,,,,,,"])
    assert told(world) == ["annotators.csv, row 8, column codebook: ''; a value is needed, 1 to 2"]
    world.set("annotators.csv", 8, "codebook", "2")
    assert told(world) == []


def test_a_further_annotator_may_code_a_part_but_by_the_same_rules(world: Any) -> None:
    world.rewrite("annotators.csv", lambda lines: [*lines, "Ana,2,coder,,,sheet,,,"])
    world.rewrite("codes.csv", lambda lines: [*lines, lines[2].replace(",B,", ",Ana,")])
    assert told(world) == []
    world.rewrite("codes.csv", lambda lines: [*lines, lines[-1], lines[-1].replace("P00000001", "P00000009")])
    assert told(world) == [
        "codes.csv, row 21, column passage_id+annotator: 'P00000001, Ana'; "
        "a key may occur only once, and this one is in row 20",
        "codes.csv, row 22, column passage_id: 'P00000009'; not in column passage_id of passages.csv; "
        "nearest allowed: 'P00000003'",
    ]


def test_a_misspelt_annotator_leaves_a_gap(world: Any) -> None:
    world.set("codes.csv", 4, "annotator", "adjudicatd")
    assert told(world) == [
        "codes.csv, column passage_id+annotator: 'P00000001, adjudicated'; missing row; "
        "every passage of the General Debate up to 2024 and of the strategies is coded once by A, by B and by the "
        "adjudication",
        "codes.csv, row 4, column annotator: 'adjudicatd'; not in column annotator of annotators.csv; "
        "nearest allowed: 'adjudicated'",
    ]
    world.set("codes.csv", 4, "annotator", "2nd coder")
    assert any(
        fault.startswith("codes.csv, row 4, column annotator: '2nd coder'; the form ")
        for fault in told(world)
    )


@pytest.mark.parametrize("number", [2, 3])
def test_speeches_and_strategies_need_a_gist(number: int, world: Any) -> None:
    world.rewrite(
        "gists.csv", lambda lines: [one for one in lines if not one.startswith(f"P0000000{number}")]
    )
    assert told(world) == [
        f"gists.csv, column passage_id: 'P0000000{number}'; missing row; every passage of the General Debate and of "
        "the strategies has a gist, but for sessions that were added"
    ]


def test_a_year_missing_from_the_panel(world: Any) -> None:
    world.rewrite("panel.csv", lambda lines: [line for line in lines if not line.startswith("NLD,2003")])
    assert told(world) == [
        "panel.csv, column iso3+year: 'NLD, 2003'; missing row; "
        "the panel has every year of membership of every member, and no other"
    ]


def test_a_year_after_membership_is_one_too_many(world: Any) -> None:
    world.rewrite("panel.csv", lambda lines: [*lines, "YUG,2006,,,,,,,,,,,"])
    (fault,) = told(world)
    assert fault.startswith(
        f"panel.csv, row {len(world.lines('panel.csv'))}, column iso3+year: 'YUG, 2006'; a row too"
    )


def test_an_observer_has_no_place_in_the_panel(world: Any) -> None:
    world.rewrite("panel.csv", lambda lines: [*lines, "EU,2006,,,,,,,,,,,"])
    (fault,) = told(world)
    assert "'EU, 2006'; a row too many" in fault


def test_a_count_must_be_the_number_of_rows(world: Any) -> None:
    world.set("documents.csv", 3, "sampled", "5")
    assert told(world) == [
        "documents.csv, row 3, column sampled: '5'; 2 rows of passages.csv have this doc_id"
    ]


def test_a_tally_must_be_the_number_of_votes(world: Any) -> None:
    world.set("resolutions.csv", 2, "yes", "7")
    assert told(world) == [
        "resolutions.csv, row 2, column yes: '7'; 1 rows of votes.csv have this rcid and vote yes"
    ]


def test_a_table_that_cannot_be_read_is_one_fault_and_no_echo(world: Any) -> None:
    (world.path / "states.csv").unlink()
    assert told(world) == ["states.csv: 'missing'; the table must be in the data folder"]


def test_a_renamed_key_column_gives_no_echo(world: Any) -> None:
    world.rewrite("states.csv", lambda lines: [lines[0].replace("iso3", "iso"), *lines[1:]])
    assert told(world) == ["states.csv, row 1, column iso: 'iso'; unknown column; nearest allowed: 'iso3'"]


def test_a_broken_row_gives_no_echo(world: Any) -> None:
    world.rewrite("codes.csv", lambda lines: [lines[0], lines[1] + ",9", *lines[2:]])
    assert told(world) == ["codes.csv, row 2: '18 cells'; 17 cells are needed, as in the header"]


def test_only_the_tables_asked_for_are_checked(world: Any) -> None:
    world.set("states.csv", 2, "kind", "membr")
    world.set("gists.csv", 2, "gist", "")
    assert told(world, "gists") == ["gists.csv, row 2, column gist: ''; a value is needed"]
    assert len(told(world)) == 2


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_any_cell_may_hold_anything(world: Any, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(path.name for path in world.path.glob("*.csv"))))
    before = (world.path / file).read_bytes()
    rows = list(csv.reader(world.lines(file)))
    line = data.draw(st.integers(1, len(rows)))
    column = data.draw(st.sampled_from(rows[0]))
    value = data.draw(
        st.text(max_size=8) | st.sampled_from(["0", "1", "EST", "pol", "none", "2011-01-01", "1e9"])
    )
    try:
        world.set(file, line, column, value)
        faults = check(world.path)
        assert all((world.path / fault.file).exists() and fault.allowed for fault in faults)
        if line == 1 and value != column:
            assert any(fault.file == file and fault.row == 1 for fault in faults)
    finally:
        (world.path / file).write_bytes(before)


@pytest.mark.parametrize("file", ["states.csv", "documents.csv", "codes.csv", "votes.csv", "panel.csv"])
def test_a_table_without_rows_is_found_wanting(world: Any, file: str) -> None:
    world.rewrite(file, lambda lines: lines[:1])
    assert check(world.path) != []


def test_statements_of_ones_own_need_one_coder(world: Any) -> None:
    world.rewrite(
        "documents.csv", lambda lines: [*lines, "OEWG-EST-2021,OEWG,EST,2021,,document,900,1,0,1,1,,0"]
    )
    world.rewrite("passages.csv", lambda lines: [*lines, "P00000004,OEWG-EST-2021,0,80,0123456789abcdec"])
    assert told(world) == [
        "codes.csv, column passage_id: 'P00000004'; missing row; every passage is coded by somebody"
    ]
    world.rewrite("codes.csv", lambda lines: [*lines, lines[1].replace("P00000001,A,", "P00000004,Ana,")])
    world.rewrite("annotators.csv", lambda lines: [*lines, "Ana,2,coder,,,sheet,,,"])
    assert told(world) == []
    world.set("documents.csv", 5, "corpus", "UNGDC")
    assert (
        "documents.csv, row 5, column doc_id: 'OEWG-EST-2021'; doc_id must begin with corpus, 'UNGDC', and a hyphen"
        in told(world)
    )


def test_later_years_are_needed_of_every_member(world: Any) -> None:
    world.rewrite("panel.csv", lambda lines: [*lines, "EST,2025,0.001,,,,,,,,,,"])
    assert told(world) == [
        "panel.csv, column iso3+year: 'NLD, 2025'; missing row; "
        "the panel has every year of membership of every member, and no other"
    ]
    world.rewrite("panel.csv", lambda lines: [*lines, "NLD,2025,,,,,,,,,,,"])
    assert told(world) == []


def test_an_index_of_ones_own_is_a_further_column(world: Any) -> None:
    world.rewrite(
        "panel.csv", lambda lines: [lines[0] + ",power_ships", *(line + ",2.5" for line in lines[1:])]
    )
    assert told(world) == []
    panel = load(world.path, "panel")
    assert panel.columns[-1] == "power_ships"
    assert panel["power_ships"].eq(2.5).all()
    world.set("panel.csv", 3, "power_ships", "many")
    assert told(world) == [
        "panel.csv, row 3, column power_ships: 'many'; a number with a decimal point is needed"
    ]
