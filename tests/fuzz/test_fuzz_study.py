"""The study file, corrupted: accepted with the same result, or refused with the place, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from corruptions import SCRIPT, UP, rng, tree

from buzanlib.cli import main
from buzanlib.study.study_file import load_study

pytestmark = pytest.mark.soak

STUDY = """\
title: A study
templates: {templates}
data: {data}
output: out
seed: 7
parameters:
  height: 2.0
notebooks:
  numbers:
    count: 3
    label: a word
  reads: {{sweep: {{times: [1, 2]}}}}
  figure:
"""

KEYS = ("title", "templates", "data", "output", "seed", "parameters", "notebooks")

Change = Callable[[str], str]


def put(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return change


def line(key: str, value: str) -> Change:
    """Give a key of the top another value."""
    return lambda text: re.sub(rf"^{key}:.*$", lambda _: f"{key}: {value}", text, count=1, flags=re.MULTILINE)


def bomb(text: str) -> str:
    levels = ["a: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(12)]
    return "\n".join(levels) + "\n" + text


#: What changes nothing.
SAME: dict[str, Callable[[str], str | bytes]] = {
    "byte_order_mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "windows_line_ends": lambda text: text.replace("\n", "\r\n"),
    "old_line_ends": lambda text: text.replace("\n", "\r"),
    "comments": lambda text: "# " + "x" * 1000 + "\n" + text.replace("\n", " # y\n"),
    "start_of_document": lambda text: "---\n" + text,
    "end_of_document": lambda text: text + "...\n",
    "no_last_line_end": lambda text: text.rstrip("\n"),
    "quoted": put("title: A study", "title: 'A study'"),
    "folded": put("title: A study", "title: >-\n  A\n  study"),
    "an_anchor_that_nobody_names": put("title: A study", "title: &t A study"),
    "tagged_as_what_it_is": put("title: A study", "title: !!str A study"),
    "flow": put("parameters:\n  height: 2.0", "parameters: {height: 2.0}"),
    "other_order": lambda text: re.sub(r"(title:.*\n)((?:.*\n)*?)(output:.*\n)", r"\3\2\1", text, count=1),
}

AT = r"study\.yml, line {}: "

#: What is at fault, and what must be said.
FAULTS: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    **{
        f"no_{key}": (
            lambda text, key=key: re.sub(rf"^{key}:.*\n(  .*\n)*", "", text, flags=re.M),
            rf"study\.yml: the key '{key}' is missing",
        )
        for key in ("title", "data", "output", "notebooks")
    },
    **{
        f"{key}_twice": (
            lambda text, key=key: text + f"{key}: x\n",
            AT.format(14) + f"the key '{key}' stands twice",
        )
        for key in KEYS
    },
    **{
        f"{key}_misspelt": (
            put(f"{key}:", f"{key}x:"),
            rf"line [0-9]+: unknown key '{key}x'; nearest allowed: '{key}'",
        )
        for key in KEYS
    },
    **{
        f"{key}_is_a_list": (
            line(key, "[1]"),
            rf"line [0-9]+: {key}: \[1\] is not|study\.yml, line|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_is_nothing": (
            line(key, "null"),
            rf"line [0-9]+: {key}: None is not|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_is_a_date": (
            line(key, "2011-01-01"),
            rf"line [0-9]+: {key}: datetime.date|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_is_no_date": (
            line(key, "2011-02-30"),
            r"line [0-9]+: '2011-02-30' cannot be read: day|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_is_an_object": (
            line(key, "!!python/object/apply:os.system ['touch pwned']"),
            r"line [0-9]+: the tag .*python/object|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_is_a_name": (line(key, "!!python/name:os.system x"), r"is not a study file: .* line [0-9]+")
        for key in KEYS
    },
    **{
        f"{key}_is_an_alias": (
            line(key, "*nobody"),
            r"is not a study file: an alias cannot stand here.* line [0-9]+|line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_has_half_a_pair": (
            line(key, r'"a\ud800"'),
            r"line [0-9]+: .*cannot be read: .*surrogates|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
    },
    **{
        f"{key}_has_a_zero": (
            line(key, r'"a\0b"'),
            r"line [0-9]+: {}".format("(title|templates|data|output|seed|parameters|notebooks)")
            + r"|is not a study file: .* line [0-9]+",
        )
        for key in KEYS
        if key != "title"
    },
    "empty": (lambda text: "", r"study\.yml: None is not a mapping"),
    "a_list": (lambda text: "- 1\n", r"study\.yml: \['?1'?\] is not a mapping"),
    "a_word": (lambda text: "study\n", r"study\.yml: 'study' is not a mapping"),
    "two_documents": (
        lambda text: text + "---\n" + text,
        r"is not a study file: expected a single document.* line",
    ),
    "wide_characters": (lambda text: text.encode("utf-16"), r"study\.yml is not a study file: .*utf-8"),
    "western_letter": (lambda text: text.encode() + b"# \xe9\n", r"study\.yml is not a study file: .*0xe9"),
    "zero_byte": (lambda text: text + "\0", r"study\.yml is not a study file: .*position"),
    "escape": (lambda text: text + "# \x1b[2J\n", r"study\.yml is not a study file: .*position"),
    "tabs": (lambda text: text.replace("  count", "\tcount"), r"is not a study file: .*line [0-9]+"),
    "cut_off": (lambda text: text[: text.index("[1, 2")], r"is not a study file: .*line [0-9]+"),
    "bomb": (bomb, r"is not a study file: an alias cannot stand here.* line 2"),
    "endless": (lambda text: "a: &a [*a]\n" + text, r"an alias cannot stand here.* line 1"),
    "merged": (put("  numbers:", "  <<: {a: b}\n  numbers:"), r"line [0-9]+"),
    "deep": (
        lambda text: "a: " + "[" * 5000 + "]" * 5000 + "\n" + text,
        r"study\.yml is not a study file: it is nested too deeply",
    ),
    "deep_blocks": (lambda text: "".join(" " * n + f"a{n}:\n" for n in range(400)) + text, r"study\.yml"),
    "megabytes": (
        line("title", "x" * 10_000_000),
        r"study\.yml is not a study file: it has [0-9]+ bytes, more than",
    ),
    "a_key_that_is_a_list": (lambda text: text + "? [a, b]\n: c\n", r"study\.yml, line 14: a name is needed"),
    "a_key_that_is_a_mapping": (lambda text: text + "{a: b}: c\n", r"study\.yml, line 14: a name is needed"),
    "seed_without_end": (line("seed", "9" * 5000), AT.format(5) + ".*cannot be read"),
    "seed_is_true": (line("seed", "yes"), AT.format(5) + "seed: True is not a whole number"),
    "seed_is_no_number": (line("seed", ".nan"), AT.format(5) + "seed: nan is not a whole number"),
    "title_is_empty": (line("title", "''"), AT.format(1) + "title: '' is empty"),
    "title_is_a_script": (line("title", f'"{SCRIPT}"'), AT.format(1) + "title: '<script>.* is empty or has"),
    "height_is_a_word": (
        put("height: 2.0", "height: tall"),
        AT.format(7) + "parameter 'height' of figure is 'tall'",
    ),
    "height_is_infinite": (
        put("height: 2.0", "height: .inf"),
        AT.format(7) + "parameter 'height' of figure is inf",
    ),
    "height_is_a_list": (
        put("height: 2.0", "height: [2.0]"),
        AT.format(7) + r"parameter 'height' of figure is \[2.0\]",
    ),
    "count_is_a_fraction": (
        put("count: 3", "count: 3.5"),
        AT.format(10) + "parameter 'count' of numbers is 3.5",
    ),
    "count_is_a_script": (
        put("count: 3", f"count: '{SCRIPT}'"),
        AT.format(10) + "parameter 'count' of numbers is '<script>",
    ),
    "count_is_huge": (
        put("count: 3", f"count: '{'x' * 50_000}'"),
        AT.format(10) + "parameter 'count' of numbers is 'xxx",
    ),
    "count_twice": (
        put("count: 3", "count: 3\n    count: 3"),
        AT.format(11) + "the key 'count' stands twice",
    ),
    "count_misspelt": (
        put("count: 3", "cuont: 3"),
        AT.format(10) + "unknown parameter of numbers 'cuont'; nearest",
    ),
    "data_of_a_notebook": (
        put("count: 3", f"data: {UP}"),
        AT.format(10) + "unknown parameter of numbers 'data'",
    ),
    "notebook_elsewhere": (put("  numbers:", f"  {UP}:"), AT.format(9) + r"unknown notebook '\.\./"),
    "notebook_with_ending": (
        put("  figure:", "  figure.ipynb:"),
        AT.format(13) + "unknown notebook 'figure.ipynb'",
    ),
    "notebook_by_number": (put("  figure:", "  5:"), AT.format(13) + "unknown notebook 5"),
    "notebook_twice": (put("  figure:", "  numbers:"), AT.format(13) + "the key 'numbers' stands twice"),
    "notebooks_are_none": (
        lambda text: text[: text.index("notebooks:")] + "notebooks: {}\n",
        AT.format(8) + "notebooks: none is named",
    ),
    "sweep_of_nothing": (put("[1, 2]", "[]"), AT.format(12) + r"sweep, times: \[\] is not a list of values"),
    "sweep_of_one": (put("[1, 2]", "1"), AT.format(12) + "sweep, times: 1 is not a list"),
    "sweep_twice": (
        put("[1, 2]", "[1, 1]"),
        AT.format(12) + "sweep, times: 1 and 1 give pages of the same name",
    ),
    "sweep_alike": (
        put("{times: [1, 2]}", "{unit: [a/b, a.b]}"),
        AT.format(12) + "(sweep, unit: .* give pages of the same name|unknown)",
    ),
    "sweep_of_words": (put("[1, 2]", "[one, two]"), AT.format(12) + "parameter 'times' of reads is 'one'"),
    "sweep_of_a_stranger": (
        put("{times: [1, 2]}", "{times: [1], height: [1.0]}"),
        AT.format(12) + "unknown parameter of reads 'height'",
    ),
    "sweep_of_no_mapping": (
        put("{times: [1, 2]}", "[times]"),
        AT.format(12) + "sweep: .* is not a mapping of parameters to lists of values",
    ),
    "sweep_of_the_data": (
        put("{times: [1, 2]}", "{data: [a]}"),
        AT.format(12) + "unknown parameter of reads 'data'",
    ),
    "sweep_too_long": (
        lambda text: text.replace("  reads: {sweep: {times: [1, 2]}}\n", "").replace(
            "    label: a word", f"    sweep: {{label: [{'x' * 300}]}}"
        ),
        r"line 11: sweep, label: the name of a page would be [0-9]+ characters too long",
    ),
    "data_elsewhere": (
        line("data", UP),
        AT.format(3) + r"data: there is no folder '\.\./|data: .*cannot be a path",
    ),
    "data_is_a_file": (line("data", "study.yml"), AT.format(3) + "data: there is no folder 'study.yml'"),
    "data_too_long": (
        line("data", "x" * 5000),
        AT.format(3) + "data: 'xxx.* cannot be a path: .*[Tt]oo long",
    ),
    "templates_elsewhere": (
        line("templates", "/nowhere"),
        AT.format(2) + "templates: there is no folder '/nowhere'",
    ),
    "output_too_long": (
        line("output", "x" * 300),
        AT.format(4) + "output: 'xxx.* cannot be a path: .*[Tt]oo long",
    ),
    "output_is_the_study": (
        line("output", "."),
        AT.format(4) + "output: a run would write over the study file",
    ),
    "output_is_above": (
        line("output", "../.."),
        AT.format(4) + "output: a run would write over the study file",
    ),
    "output_is_everything": (
        line("output", "/"),
        AT.format(4) + "output: a run would write over the study file",
    ),
    "output_is_a_file": (line("output", "study.yml"), AT.format(4) + "output: a file lies there"),
    "output_below_a_file": (
        line("output", "study.yml/out"),
        AT.format(4) + "output: 'study.yml/out' cannot be a path",
    ),
    "tables_unknown": (
        lambda text: text + "tables: {code: x.csv}\n",
        AT.format(14) + "unknown table 'code'; nearest allowed: 'codes'",
    ),
    "tables_missing": (
        lambda text: text + "tables: {codes: x.csv}\n",
        AT.format(14) + "tables, codes: there is no file 'x.csv'",
    ),
    "tables_elsewhere": (
        lambda text: text + f"tables: {{codes: {UP}x}}\n",
        AT.format(14) + "tables, codes: (there is no file|.*cannot be a path)",
    ),
    "tables_are_folders": (
        lambda text: text + "tables: {codes: .}\n",
        AT.format(14) + "tables, codes: there is no file '.'",
    ),
    "tables_of_numbers": (
        lambda text: text + "tables: {codes: 5}\n",
        AT.format(14) + "tables, codes: 5 is not a text",
    ),
    "tables_with_zeros": (
        lambda text: text + 'tables: {codes: "a\\0"}\n',
        AT.format(14) + "tables, codes: .* cannot be a path",
    ),
}


@pytest.fixture
def study(tmp_path: Path, root: Path, small: Path) -> Path:
    path = tmp_path / "a" / "b" / "study.yml"
    path.parent.mkdir(parents=True)
    text = STUDY.format(templates=root / "tests" / "notebooks", data=small)
    path.write_text(text, encoding="utf-8")
    return path


def write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("name", SAME)
def test_what_changes_nothing(name: str, study: Path) -> None:
    wanted = load_study(study)
    text = study.read_text(encoding="utf-8")
    write(study, SAME[name](text))
    assert study.read_bytes() != text.encode()
    assert load_study(study) == wanted


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_at_fault_is_refused(
    name: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrupt, message = FAULTS[name]
    write(study, corrupt(study.read_text(encoding="utf-8")))
    before = tree(tmp_path)
    assert main(["status", str(study)]) == 2
    out, err = capsys.readouterr()
    assert (out, tree(tmp_path)) == ("", before)
    assert re.search(message, err), err
    assert len(err) < 1000
    assert "\x1b" not in err


@pytest.mark.parametrize("turn", range(20))
def test_a_study_file_of_which_bytes_have_changed(
    turn: int, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = rng(f"bytes {turn}")
    content = bytearray(study.read_bytes())
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(content))
        if draw.random() < 0.5:
            content[at] = draw.choice(b"\0\t\n !\"#&'*,-:<>?@[]{}|%=\xff09az")
        else:
            del content[at : at + draw.randint(1, 9)]
    study.write_bytes(content)
    before = tree(tmp_path)
    status = main(["status", str(study)])
    _, err = capsys.readouterr()
    if status:
        assert (status, tree(tmp_path)) == (2, before)
        assert re.search(r"^buzan: \w+\.\w+", err), err
    else:
        # Any word, whole number or title may stand in the place of another; nothing else is written than notes.
        assert all(name.startswith("a/b/") for name in tree(tmp_path).keys() - before.keys())


def test_own_tables_in_the_output_are_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = study.parent / "out" / "data" / "tiles.csv"
    table.parent.mkdir(parents=True)
    table.write_text("iso3,row,col\n", encoding="utf-8")
    study.write_text(
        study.read_text(encoding="utf-8") + "tables: {tiles: out/data/tiles.csv}\n", encoding="utf-8"
    )
    assert main(["status", str(study)]) == 2
    assert "study.yml, line 4: output: a run would write over the table tiles.csv" in capsys.readouterr().err
    assert table.read_text(encoding="utf-8") == "iso3,row,col\n"


@pytest.mark.parametrize("key", ["data", "templates", "book"])
def test_an_output_that_is_a_source_is_refused(
    key: str, study: Path, small: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"data": small, "templates": root / "tests" / "notebooks", "book": root / "book"}
    text = line("output", str(places[key]))(study.read_text(encoding="utf-8")) + f"book: {root / 'book'}\n"
    study.write_text(text, encoding="utf-8")
    assert main(["status", str(study)]) == 2
    assert f"study.yml, line 4: output: a run would write over {key}" in capsys.readouterr().err
