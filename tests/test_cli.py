"""The command `buzan`: exit codes, messages, and that nothing is half-written."""

from __future__ import annotations

import argparse
import csv
import io
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import types
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from buzanlib import __version__
from buzanlib.cli import main
from buzanlib.cli import parser as cli_parser
from buzanlib.cli.study import _pages
from buzanlib.errors import BuzanError, RunError
from buzanlib.site.serve import server
from buzanlib.study.results import Results, Value
from buzanlib.study.study_file import load_study


@pytest.fixture
def folder(tmp_path: Path, data_dir: Path) -> Path:
    """A copy of the shipped data, to be broken."""
    copy = tmp_path / "data"
    shutil.copytree(data_dir, copy)
    return copy


def put(path: Path, line: int, column: str, value: str) -> None:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_good_data_give_a_line_a_table(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(data_dir)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert lines["documents"] == "6126 rows"
    assert lines["codes"] == "8313 rows"
    assert {f"{name}.csv" for name in lines} == {path.name for path in data_dir.glob("*.csv")}


def no_table(folder: Path) -> None:
    (folder / "tiles.csv").unlink()


def renamed(folder: Path) -> None:
    path = folder / "memberships.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("status", "statu", 1), encoding="utf-8")


def unknown_state(folder: Path) -> None:
    put(folder / "tiles.csv", 3, "iso3", "USX")


def outside_codebook(folder: Path) -> None:
    put(folder / "codes.csv", 2, "primary", "mill")


def coded_twice(folder: Path) -> None:
    lines = (folder / "codes.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "codes.csv").write_text("".join([*lines, lines[1]]), encoding="utf-8")


def year_as_text(folder: Path) -> None:
    put(folder / "documents.csv", 3, "year", "two thousand and nine")


def changed_byte(folder: Path) -> None:
    path = folder / "predictions.json"
    path.write_bytes(path.read_bytes().replace(b"20100615", b"20100616"))


WRONG: dict[Callable[[Path], None], str] = {
    no_table: "tiles.csv: 'missing'; the table must be in the data folder",
    renamed: "memberships.csv, row 1, column statu: 'statu'; unknown column; nearest allowed: 'status'",
    unknown_state: "tiles.csv, row 3, column iso3: 'USX'; not in column iso3 of states.csv; "
    "a code of ISO 3166 is needed",
    outside_codebook: "codes.csv, row 2, column primary: 'mill'; nearest allowed: 'mil'",
    coded_twice: "codes.csv, row 8315, column passage_id+annotator: 'P000d663a, A'; "
    "a key may occur only once, and this one is in row 2",
    changed_byte: "predictions.json: SHA-256 ",
    year_as_text: "documents.csv, row 3, column year: 'two thousand and nine'; "
    "a year in four digits is needed, 1995 to 2050",
}


@pytest.mark.parametrize("spoil", WRONG, ids=lambda spoil: spoil.__name__)
def test_wrong_input_is_told_and_ends_with_two(
    folder: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    spoil(folder)
    before = state(folder)
    assert main(["data", "check", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert WRONG[spoil] in err
    assert len(err.splitlines()) == (1 if spoil is changed_byte else 2)
    assert state(folder) == before


def test_faults_of_all_tables_are_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for spoil in (renamed, outside_codebook, year_as_text, changed_byte):
        spoil(folder)
    assert main(["data", "check", str(folder)]) == 2
    err = capsys.readouterr().err
    for spoil in (renamed, outside_codebook, year_as_text, changed_byte):
        assert WRONG[spoil] in err


def test_the_same_fault_in_many_rows_is_told_in_short(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (folder / "states.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("EST,")]
    (folder / "states.csv").write_text("".join(kept), encoding="utf-8")
    assert main(["data", "check", str(folder)]) == 2
    err = capsys.readouterr().err
    assert err.count("panel.csv, row") == 5
    assert "... and 25 more like this in panel.csv" in err


def test_tables_of_ones_own_are_locked_once_they_are_sound(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "panel.csv", 2, "cinc", "0.002")
    assert main(["data", "check", str(folder)]) == 2
    assert "panel.csv: SHA-256" in capsys.readouterr().err
    assert main(["data", "lock", str(folder)]) == 0
    assert main(["data", "check", str(folder)]) == 0

    put(folder / "panel.csv", 2, "cinc", "two")
    before = state(folder)
    assert main(["data", "lock", str(folder)]) == 2
    assert "panel.csv, row 2, column cinc: 'two'" in capsys.readouterr().err
    changed_byte(folder)
    put(folder / "panel.csv", 2, "cinc", "0.002")
    assert main(["data", "lock", str(folder)]) == 2
    assert "predictions never change" in capsys.readouterr().err
    assert state(folder)["predictions.lock"] == before["predictions.lock"]


def test_a_folder_that_is_no_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(tmp_path / "nowhere")]) == 2
    missing = f"datapackage.json: 'missing'; there is no folder '{tmp_path / 'nowhere'}'"
    assert missing in capsys.readouterr().err
    assert main(["data", "sheet", "--data", str(tmp_path), "--out", str(tmp_path / "x.csv")]) == 2
    assert f"the folder '{tmp_path}' has none, so it is no folder of tables" in capsys.readouterr().err


def test_build_needs_raw_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BUZAN_RAW", raising=False)
    assert main(["data", "build", "--data", str(tmp_path)]) == 2
    assert "say where they are with --raw DIR, or set BUZAN_RAW" in capsys.readouterr().err
    assert main(["data", "build", "--raw", str(tmp_path / "nowhere"), "--data", str(tmp_path)]) == 2
    assert "no folder of raw files" in capsys.readouterr().err
    assert state(tmp_path) == {}


def test_build_from_an_empty_folder_leaves_the_tables_as_they_are(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "raw").mkdir()
    monkeypatch.setenv("BUZAN_RAW", str(tmp_path / "raw"))
    before = state(folder)
    assert main(["data", "build", "--data", str(folder)]) == 2
    assert capsys.readouterr().err.startswith("buzan: ")
    assert state(folder) == before


def test_list_looks_and_builds_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "nmc_v7.csv").write_text("not looked into")
    before = state(folder)
    assert main(["data", "build", "--raw", str(raw), "--data", str(folder), "--list"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "  Correlates of War, National Material Capabilities: nmc_v7.csv" in out.splitlines()
    assert "    get it: https://doi.org/10.7910/DVN/0TJX8Y" in out
    assert state(folder) == before

    (raw / "nmc_v7.csv").unlink()
    assert main(["data", "build", "--raw", str(raw), "--data", str(folder), "--list"]) == 0
    assert capsys.readouterr().out.startswith("found 0 of ")


def test_build_from_a_part_names_what_it_made_and_what_it_lacks(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    path = raw / "NMC-70-abridged.csv"
    path.write_text("stateabb,ccode,year,cinc\nUSA,2,2011,0.5\n")
    assert main(["data", "build", "--raw", str(raw), "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{folder / 'states.csv'}\n{folder / 'panel.csv'}\n")
    assert f"costs: panel.csv, column polyarchy: kept as it is in {folder}" in out
    rows = {
        (row["iso3"], row["year"]): row
        for row in csv.DictReader((folder / "panel.csv").read_text().splitlines())
    }
    assert (rows["USA", "2011"]["cinc"], rows["USA", "2012"]["cinc"]) == ("0.5", "")
    assert rows["USA", "2011"]["polyarchy"] != ""
    assert main(["data", "check", str(folder)]) == 0

    path.write_text("stateabb,ccode,year,cink\n")
    before = state(folder)
    assert main(["data", "build", "--raw", str(raw), "--data", str(folder)]) == 2
    assert "NMC-70-abridged.csv has no column 'cinc'; nearest allowed: 'cink'" in capsys.readouterr().err
    assert state(folder) == before


SHEET = "passage,coder,relevant,threats,level,referent,agent,measure\nP004205e7,Ana,{relevant},gen,0,none,none,none\n"


def test_a_sheet_is_written_filled_in_and_taken_in(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.csv"
    words = ["data", "sheet", "--data", str(folder), "--out", str(out), "--passages", "7", "--seed", "3"]
    assert main(words) == 0
    assert capsys.readouterr().out == f"{out}: 7 passages\n"
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err

    out.write_text(SHEET.format(relevant="yes") + "P008cf9d0,Ana,,,,,,\n")
    assert main(["data", "codes", str(out), "--data", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{'Ana':<20}     1 passages",
        "in the sheet: 2 = 1 coded + 1 without any code, skipped",
        str(folder / "codes.csv"),
    ]
    assert main(["data", "check", str(folder)]) == 0
    assert "8314 rows" in capsys.readouterr().out

    before = state(folder)
    assert main(["data", "codes", str(out), "--data", str(folder)]) == 2
    assert "Ana has coded this passage already" in capsys.readouterr().err
    assert state(folder) == before
    assert main(["data", "codes", str(out), "--data", str(folder), "--replace"]) == 0


def test_faults_of_a_sheet_are_told_in_short(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = SHEET.format(relevant="maybe").splitlines()
    passages = [line.partition(",")[0] for line in (folder / "passages.csv").read_text().splitlines()[1:9]]
    out = tmp_path / "sheet.csv"
    out.write_text("\n".join([lines[0], *(lines[1].replace("P004205e7", name) for name in passages)]))
    before = state(folder)
    assert main(["data", "codes", str(out), "--data", str(folder)]) == 2
    err = capsys.readouterr().err
    assert "8 faults" in err
    assert err.count("sheet.csv, row") == 5
    assert "... and 3 more like this in sheet.csv" in err
    assert state(folder) == before


@pytest.mark.parametrize(
    ("error", "status"), [(BuzanError("wrong key"), 2), (RunError("notebook 3 failed"), 1)]
)
@pytest.mark.parametrize(
    ("command", "module", "function"),
    [("run", "buzanlib.study.runner", "run_study"), ("book", "buzanlib.site.build", "build_book")],
)
def test_run_and_book_hand_the_study_on(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    module: str,
    function: str,
    error: Exception,
    status: int,
) -> None:
    given: list[Path] = []

    def fail(study: Path, *others: object, **options: object) -> None:
        given.append(study)
        raise error

    stand_in = types.ModuleType(module)
    setattr(stand_in, function, fail)
    monkeypatch.setitem(sys.modules, module, stand_in)
    assert main([command, "mine.yml"]) == status
    assert main([command]) == status
    assert given == [Path("mine.yml"), Path("notebooks/study.yml")]
    assert capsys.readouterr().err == f"buzan: {error}\n" * 2


def test_version_needs_no_heavy_import() -> None:
    code = "import sys; from buzanlib.cli import main; main(['version']); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"buzan {__version__}", "False"]


@pytest.mark.parametrize("words", [[], ["data"], ["dta"], ["data", "chek"]])
def test_unknown_words_end_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "usage: buzan" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["run", "-p", "power"], ["run", "-p", "=gdp"], ["book", "--jobs", "0"], ["serve", "--port", "many"]],
)
def test_arguments_of_the_wrong_form_end_with_two(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "error: argument" in capsys.readouterr().err


def test_an_interrupt_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*given: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("buzanlib.study.runner.run_study", interrupted)
    assert main(["run"]) == 1
    assert "interrupted; what is finished is kept" in capsys.readouterr().err
    monkeypatch.setattr("buzanlib.sources.own_texts.gather_texts", interrupted)
    assert main(["data", "texts", "mine", "--corpus", "OEWG"]) == 1
    assert capsys.readouterr().err == "buzan: interrupted; nothing is half-written\n"


def test_a_request_to_end_is_taken_as_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(
        "buzanlib.study.runner.run_study", lambda *given, **options: signal.raise_signal(signal.SIGTERM)
    )
    assert main(["run"]) == 1
    assert (
        capsys.readouterr().err
        == "buzan: interrupted; what is finished is kept, and the same command goes on from there\n"
    )
    assert signal.getsignal(signal.SIGTERM) == before


def commands(
    parser: argparse.ArgumentParser, name: str = "buzan"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its own commands."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from commands(below, f"{name} {word}")


def test_every_command_that_takes_words_has_an_example_that_parses() -> None:
    for name, parser in commands(cli_parser()):
        if parser._actions[1:] and not parser._subparsers:
            assert parser.epilog, name
            words = shlex.split((parser.epilog or "").partition("example: ")[2])
            if words[0] == "buzan":
                cli_parser().parse_args(words[1:])


def test_a_new_study_runs_as_it_is(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    assert main(["new", str(folder)]) == 0
    assert "What to do next" in capsys.readouterr().out
    study = load_study(folder / "study.yml")
    shipped = load_study(root / "notebooks" / "study.yml")
    assert [run.name for run in study.runs] == [run.name for run in shipped.runs]
    assert (study.data, study.book, study.output) == (root / "data", root / "book", folder / "out")
    assert main(["data", "check", str(folder)]) == 0
    assert main(["status", str(folder)]) == 0
    assert "02_table1                   it has not run yet" in capsys.readouterr().out

    described = (folder / "tables" / "README.md").read_text(encoding="utf-8")
    for table in (root / "data").glob("*.csv"):
        rows = list(csv.reader((folder / "tables" / table.name).read_text(encoding="utf-8").splitlines()))
        assert len(rows) == 3
        assert rows == list(csv.reader(table.read_text(encoding="utf-8").splitlines()))[:3]
        assert all(f"- {field} (" in described for field in rows[0])

    assert main(["new", str(folder)]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_what_is_cited_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite"]) == 0
    told = capsys.readouterr().out
    assert "Hare, Forrest (2010). The Cyber Threat to National Security: Why Can't We Agree?" in told
    assert "  panel: " in told
    assert main(["cite", "--bibtex"]) == 0
    told = capsys.readouterr().out
    assert "@software{buzanlib," in told
    assert "@inproceedings{hare2010," in told
    assert told.count("{") == told.count("}")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("new", "run", "book", "status", "diff", "serve", "--only", "check", "assess", "--profile"):
        assert word in script


def test_two_runs_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in (("old", 1), ("new", 2)):
        Results("", {}, {}, {}, {"n": Value(value, "one")}).write(tmp_path / name / "results.json")
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new" / "results.json")]) == 0
    assert capsys.readouterr().out == "1 value\n  n: 1 → 2 (+1)\n"
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "none.json")]) == 2
    assert f"no results at {str(tmp_path / 'none.json')!r}: run the study first" in capsys.readouterr().err


def test_runs_of_a_study_are_compared_by_its_folder_or_where_one_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["new", str(tmp_path / "mine")]) == 0
    out = tmp_path / "mine" / "out"
    for name, value in (("previous", 1), ("results", 2)):
        Results("", {}, {}, {}, {"n": Value(value, "one")}).write(out / f"{name}.json")
    Results("", {}, {}, {}, {"n": Value(5, "one")}).write(tmp_path / "other" / "results.json")
    capsys.readouterr()
    mine = str(tmp_path / "mine")
    for words in ([mine, str(out)], [mine, mine], [str(tmp_path / "mine" / "study.yml"), mine]):
        assert main(["diff", *words]) == 0
        assert capsys.readouterr().out == "nothing has changed\n"
    monkeypatch.chdir(tmp_path / "mine")
    assert main(["diff"]) == 0
    assert capsys.readouterr().out == "1 value\n  n: 1 → 2 (+1)\n"
    assert main(["diff", "../other"]) == 0
    assert capsys.readouterr().out == "1 value\n  n: 5 → 2 (−3)\n"
    (out / "previous.json").unlink()
    assert main(["diff"]) == 2
    assert "there was no run with other results before" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "book", "status"])
def test_a_study_is_found_in_the_folder_where_one_is_and_in_a_project(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def study(*words: str) -> Path:
        return Path(cli_parser().parse_args([command, *words]).study).resolve()

    mine, project = tmp_path / "mine", tmp_path / "project"
    for file in (mine / "study.yml", project / "notebooks" / "study.yml"):
        file.parent.mkdir(parents=True)
        file.touch()
    monkeypatch.chdir(mine)
    assert study() == study(".") == study("study.yml") == study(str(mine)) == mine / "study.yml"
    assert study("../project") == project / "notebooks" / "study.yml"
    monkeypatch.chdir(project)
    assert study() == study("notebooks") == project / "notebooks" / "study.yml"
    monkeypatch.chdir(tmp_path)
    assert study() == tmp_path / "study.yml"  # which is not there, and so named in the error


def test_a_book_is_served_by_the_folder_of_its_study(tmp_path: Path, root: Path) -> None:
    assert main(["new", str(tmp_path / "mine")]) == 0
    assert _pages(tmp_path / "mine") == tmp_path / "mine" / "out" / "_build" / "html"
    assert _pages(tmp_path) == tmp_path
    assert _pages(root / "notebooks").resolve() == root / "_build" / "html"


def test_a_book_is_served(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>front</p>", encoding="utf-8")
    with server(tmp_path) as book:
        thread = threading.Thread(target=book.serve_forever)
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{book.server_port}/") as page:
            assert page.read() == b"<p>front</p>"
        with pytest.raises(BuzanError, match=f"port {book.server_port} cannot be used"):
            server(tmp_path, book.server_port)
        book.shutdown()
        thread.join()
    with pytest.raises(BuzanError, match=r"no book in .*: build it first"):
        server(tmp_path / "none")


@pytest.mark.parametrize("profile", ["literal", "graded", "observed"])
def test_a_proposal_is_assessed(profile: str, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["assess", str(data_dir / "proposal.yml"), "--profile", profile, "--data", str(data_dir)]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0].endswith("(act on the threat; intrusiveness 0.6)")
    assert [line[:2] for line in lines[1:-1] if line[:2].strip()] == ["WW", "WS", "SW", "SS"]
    assert lines[-1] == "Whatever its intrusiveness, not all four would accept it."


def test_a_proposal_for_all_is_told_from_where_to_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.yml"
    path.write_text("name: All\nthreats: [pol, inf, cri]\nroute: both\n")
    assert main(["assess", str(path), "--profile", "literal", "--reach", "0.25"]) == 0
    assert "All four would accept it with an intrusiveness from 0.33 to 0.50." in capsys.readouterr().out
    path.write_text("name: All\nthreats: [pol, infra]\nroute: both\n")
    assert main(["assess", str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        "buzan: all.yml, line 2: threats: unknown threat 'infra'; nearest allowed: 'inf'\n",
    )
    path.write_text("name: All\nthreats: [pol]\nroute: both\n")
    assert main(["assess", str(path), "--reservation", "0"]) == 2
    assert "reservation 0.0 of a rule of acceptance; allowed: above 0, at most 1" in capsys.readouterr().err
    assert main(["assess", str(tmp_path / "none.yml")]) == 2
    assert capsys.readouterr().err == "buzan: there is no proposal 'none.yml'\n"


def test_faults_of_one_kind_collapse_and_their_values_are_named(
    tmp_path: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = ["QQA", "QQB", "QQC", "QQD", "QQE", "QQF", "QQG"]
    rows = [f"{state},{year},1" for state in states for year in (2010, 2011)]
    (tmp_path / "mine.csv").write_text("iso3,year,value\n" + "\n".join(rows) + "\nUSA,2010,much\n")
    words = ["data", "index", str(tmp_path / "mine.csv"), "--axis", "power", "--name", "mine"]
    assert main([*words, "--data", str(data_dir), "--out", str(tmp_path / "panel.csv")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "buzan: 15 faults in the data"
    assert [line.partition(";")[0] for line in lines[1:6]] == [
        f"  mine.csv, row {row}, column iso3: '{state}'"
        for row, state in zip(range(2, 12, 2), states, strict=False)
    ]
    assert lines[6] == "  ... and 9 more like this in mine.csv: 'QQF' in row 12, 'QQG' in row 14"
    assert lines[7].startswith("  mine.csv, row 16, column value: 'much'")
    assert len(lines) == 8


def test_a_study_of_own_tables_in_any_form_says_what_it_read(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = {
        name: (root / "data" / f"{name}.csv").read_text(encoding="utf-8") for name in ("tiles", "panel")
    }
    header, *rows = tables["tiles"].splitlines()
    tiles = [
        "My tiles;;",
        "",
        header.replace(",", ";") + ";remark",
        *(row.replace(",", ";") + ";x" for row in rows),
    ]
    (tmp_path / "tiles.csv").write_text("\n".join(tiles), encoding="utf-8-sig")
    head, *rows = tables["panel"].splitlines()
    panel = [f"{head},power_mine,note", *(f"{row},{row.split(',')[4] or 'NA'},x" for row in rows)]
    (tmp_path / "panel.tsv").write_bytes("\r\n".join(panel).replace(",", "\t").encode())
    study = tmp_path / "study.yml"
    study.write_text(
        f"title: Mine\ndata: {root}/data\ntemplates: {root}/notebooks\noutput: out\n"
        "tables: {tiles: tiles.csv, panel: panel.tsv}\n"
        "parameters: {power: power_mine}\nnotebooks: {04_placement: }\n"
    )
    assert main(["data", "check", str(study)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert (
        f"tiles.csv: {len(tiles) - 3} rows of tiles.csv, and further columns, which are kept: remark" in out
    )
    assert "tiles.csv: not read: 1 rows above the header, which is row 3" in out
    assert f"panel.tsv: {len(rows)} rows of panel.csv, and further columns, which are kept: note" in out
    (tmp_path / "tiles.csv").write_text("\n".join(tiles).replace("AFG;", "AFX;"), encoding="utf-8-sig")
    assert main(["data", "check", str(study)]) == 2
    assert "tiles.csv, row 4, column iso3: 'AFX'" in capsys.readouterr().err


def test_a_study_whose_data_is_no_folder_of_tables_is_told_the_line(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    study = tmp_path / "study.yml"
    study.write_text(
        f"title: Mine\ndata: empty\ntemplates: {root}/notebooks\noutput: out\nnotebooks: {{04_placement: }}\n"
    )
    assert main(["status", str(study)]) == 2
    assert (
        "study.yml, line 2: data: 'empty' is no folder of tables: it has no datapackage.json"
        in capsys.readouterr().err
    )
