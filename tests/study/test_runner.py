from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from buzanlib.errors import BuzanError, DataError, LockError, RunError, StudyError
from buzanlib.files import sha256, write_whole
from buzanlib.study import pool, runner
from buzanlib.study.cache import DAMAGED
from buzanlib.study.manifest import MANIFEST
from buzanlib.study.owned import RECORD, OwnedFolder
from buzanlib.study.plan import status
from buzanlib.study.results import Results
from buzanlib.study.runner import run_study, warn_of_foreign_code
from buzanlib.study.study_file import load_study

pytestmark = pytest.mark.usefixtures("server")

ROWS = 1919
"""Sum of the rows of all tiles."""


def published(path: Path) -> dict[str, bytes]:
    """Files of the output folder, but not the folders in it, nor the manifest, which knows times, nor the record."""
    files = [file for file in (path.parent / "executed").glob("*") if file.is_file()]
    return {file.name: file.read_bytes() for file in files if file.name not in (MANIFEST, RECORD)}


def reasons(path: Path) -> dict[str, str]:
    """Why each page would run."""
    return {step.run.name: step.reason for step in status(path)}


def told_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Lines of progress, without the times."""
    return [re.sub(r"\s+[0-9.]+ s$", "", line) for line in capsys.readouterr().err.splitlines()]


def test_values_and_pages_of_all_notebooks_are_gathered(write_study, root: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers: {count: 5}\nfigure:\n", seed="7")
    results = run_study(path)
    executed = path.parent / "executed"

    assert results == Results.load(executed / "results.json")
    assert {key: results[key] for key in results.values} == {
        "tiny.count": 5,
        "tiny.share": 0.5,
        "tiny.negative": -1.5,
        "tiny.p": 0.0004,
        "tiny.label": "plain",
        "tiny.bold": False,
        "tiny.seed": 7,
        "tiny.found": True,  # the relative path of the data leads there from the folder of the templates
    }
    assert results.lock == sha256(root / "data" / "predictions.json")
    assert results.data["codes.csv"] == sha256(root / "data" / "codes.csv")
    assert results.notebooks["numbers"]["parameters"]["count"] == 5
    assert results.values["tiny.count"].notebook == "numbers"
    assert sorted(published(path)) == ["figure.ipynb", "numbers.ipynb", "results.json"]
    assert list(results.figures) == ["fig-line"]

    figure = nbformat.read(executed / "figure.ipynb", as_version=4).cells[-1]
    assert figure.metadata.mystnb.image.alt == "A line, rising."
    assert figure.outputs[0].data["image/svg+xml"].startswith("<svg")
    told = capsys.readouterr().err
    assert "[1/2] " in told
    assert "[2/2] " in told


def test_findings_are_gathered_with_where_they_come_from(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers: {count: 5}\nledger: {level: 0.2}\n")
    file = path.parent / "executed" / "findings.json"
    for _ in range(2):  # the second time from what is kept
        run_study(path, progress=False)
        first, second = json.loads(file.read_text(encoding="utf-8"))
        assert (first["id"], first["contrast"], first["chapter"]) == ("B1", 0.5, "numbers")
        assert first["parameters"]["count"] == 5
        assert second == {
            "id": "B2",
            "contrast": None,
            "verdict": "supported",
            "chapter": "ledger",
            "parameters": {"level": 0.2},
        }
        file.unlink()
    run_study(write_study("ledger"), progress=False)
    assert {row["chapter"] for row in json.loads(file.read_text(encoding="utf-8"))} == {"ledger"}
    run_study(write_study("numbers"), progress=False)
    assert not file.exists()


def test_a_finding_of_two_notebooks_is_refused(write_study, tmp_path: Path, root: Path) -> None:  # type: ignore[no-untyped-def]
    shutil.copytree(root / "tests" / "notebooks", tmp_path / "templates")
    shutil.copy(tmp_path / "templates" / "ledger.ipynb", tmp_path / "templates" / "other.ipynb")
    with pytest.raises(RunError, match="finding 'B1' is recorded by other and by another notebook"):
        run_study(write_study("numbers ledger other", templates="templates"), progress=False)


def test_the_same_study_gives_the_same_bytes(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers figure")
    first, second = [run_study(path, force=True, progress=False) and published(path) for _ in range(2)]
    assert first == second


def test_a_page_names_no_folder_of_this_machine(write_study, root: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers figure warns")
    run_study(path, progress=False)
    for content in published(path).values():
        text = content.decode()
        assert str(root) not in text
        assert str(path.parent) not in text


def test_a_warning_is_printed_and_not_published(write_study, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("warns")
    run_study(path, progress=False)
    assert "warning: warns, cell 3: " in capsys.readouterr().err
    (output,) = nbformat.read(path.parent / "executed" / "warns.ipynb", as_version=4).cells[-1].outputs
    assert output.text == "done\n"


@pytest.mark.parametrize(
    ("notebooks", "message"),
    [
        (
            "fails",
            r"notebook fails failed in cell 3:\n    shares = .*\n    shares\[\"inf\"\]\nKeyError: 'inf'",
        ),
        ("two_figures", "two_figures, cell 4: a cell that shows a figure may show nothing else"),
        ("numbers again", "'tiny.count' is recorded by numbers and by again"),
    ],
)
def test_a_failure_is_named_and_nothing_is_published(write_study, notebooks: str, message: str) -> None:  # type: ignore[no-untyped-def]
    path = write_study(notebooks)
    with pytest.raises(RunError, match=message):
        run_study(path, progress=False)
    assert published(path) == {}


def test_wrong_input_stops_before_anything_runs(write_study, tmp_path: Path, root: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StudyError, match="unknown notebook 'nubmers'"):
        run_study(write_study("nubmers"), progress=False)

    before = psutil.Process().children()  # among them the server
    data = tmp_path / "broken"
    shutil.copytree(root / "data", data)
    text = (data / "predictions.json").read_text(encoding="utf-8")
    (data / "predictions.json").write_text(text.replace("B1", "B9", 1), encoding="utf-8")
    with pytest.raises(LockError, match=r"predictions\.json"):
        run_study(write_study("fails", data="broken"), progress=False)

    (data / "states.csv").unlink()
    with pytest.raises(DataError, match=r"states\.csv"):
        run_study(write_study("fails", data="broken"), progress=False)
    assert psutil.Process().children() == before


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "study.yml, data: "),
        ({"sheets": "[x]"}, "study.yml, data: "),
        ({"tables": "{tiles: x}"}, ""),
    ],
)
def test_a_broken_descriptor_is_told_with_key_and_folder(
    keys: dict[str, str], said: str, write_study, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mine").mkdir()
    (tmp_path / "x").touch()
    for content, message in (("[]", r"\$: '\[\]'; an object"), ("{", "row 1: .* valid JSON is needed")):
        (tmp_path / "mine" / "datapackage.json").write_text(content)
        where = re.escape(f"{said}{tmp_path / 'mine' / 'datapackage.json'}")
        with pytest.raises(DataError, match=rf"^1 fault in the data\n  {where}, {message}"):
            run_study(write_study("reads", data="mine", **keys), progress=False)


@pytest.mark.usefixtures("alone")
def test_processes_come_before_the_plan_if_they_are_needed_in_any_case(
    write_study, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(pool, "_FIRST", ())  # so that it starts soon
    path = write_study("numbers")
    came: list[int] = []
    made = runner.plan

    def servers() -> int:
        return sum("forkserver" in str(child.cmdline()) for child in psutil.Process().children())

    before = servers()

    def noted(*about: Any, **settings: Any) -> Any:
        came.append(servers() - before)
        return made(*about, **settings)

    monkeypatch.setattr(runner, "plan", noted)
    for force in (False, False, True):
        run_study(path, progress=False, force=force)
    assert came == ([1, 0, 1] if pool.METHOD == "forkserver" else [0, 0, 0])
    assert servers() == before


def test_what_does_not_depend_on_a_failure_is_finished_and_kept(write_study, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("fails numbers total reads")
    with pytest.raises(RunError) as failure:
        run_study(path, jobs=1)
    told = str(failure.value)
    assert "notebook fails failed in cell 3" in told
    assert "notebook total did not run: it reads the numbers of fails" in told
    assert "what they left lies in executed/failed; nothing is published" in told
    partial = nbformat.read(path.parent / "executed" / "failed" / "fails.ipynb", as_version=4)
    assert partial.cells[-1].outputs[0].ename == "KeyError"
    assert published(path) == {}

    assert reasons(path) == {
        "fails": "it has not run yet",
        "numbers": "",
        "total": "it reads the numbers of fails",
        "reads": "",
    }
    capsys.readouterr()
    write_study("numbers total reads")
    run_study(path)
    assert told_of(capsys) == ["2 of 3 pages have not changed", "[1/1] total"]
    assert not (path.parent / "executed" / "failed").exists()


def test_what_an_earlier_run_published_outlives_a_failure(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    run_study(path, progress=False)
    before = published(path)
    write_study("numbers: {count: 9}\nfails:\n")
    with pytest.raises(RunError, match="notebook fails failed"):
        run_study(path, progress=False)
    assert published(path) == before


def test_pages_of_notebooks_that_are_left_out_go_and_nothing_else(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers figure")
    run_study(path, progress=False)
    mine = path.parent / "executed" / "mine.ipynb"
    mine.write_text("{}", encoding="utf-8")
    write_study("numbers")
    run_study(path, progress=False)
    assert sorted(published(path)) == ["mine.ipynb", "numbers.ipynb", "previous.json", "results.json"]


def test_a_notebook_reads_the_numbers_of_those_before_it(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers total reads")
    assert run_study(path, progress=False)["tiny.total"] == 3
    write_study("numbers reads total", output="again")
    assert run_study(path, progress=False)["tiny.total"] == 3 + ROWS


def test_only_what_depends_on_a_change_runs(write_study, tmp_path: Path, root: Path) -> None:  # type: ignore[no-untyped-def]
    data = tmp_path / "mine"
    shutil.copytree(root / "data", data)
    path = write_study("numbers figure reads total", data="mine")
    run_study(path, progress=False)
    assert set(reasons(path).values()) == {""}

    with (data / "README.md").open("a", encoding="utf-8") as file:
        file.write("No notebook reads this.\n")
    assert set(reasons(path).values()) == {""}

    table = (data / "tiles.csv").read_text(encoding="utf-8")
    (data / "tiles.csv").write_text(table.replace("AFG,8,21", "AFG,9,30"), encoding="utf-8")
    assert reasons(path) == {
        "numbers": "",
        "figure": "",
        "reads": "data have changed: tiles.csv",
        "total": "it reads the numbers of reads",
    }
    results = run_study(path, progress=False)
    assert (results["tiny.rows"], results["tiny.total"]) == (ROWS + 1, ROWS + 4)

    (data / "tiles.csv").write_text(table, encoding="utf-8")
    assert set(reasons(path).values()) == {""}  # the pages of the time before are still there


@pytest.mark.parametrize(
    ("notebooks", "reason"),
    [
        ("numbers: {count: 5}", "parameter count was 3 and is 5"),
        ("numbers: {share: 1}", "parameter share was 0.5 and is 1"),
    ],
)
def test_a_changed_parameter_is_named(write_study, notebooks: str, reason: str) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    run_study(path, progress=False)
    write_study(notebooks)
    assert reasons(path) == {"numbers": reason}


def test_a_changed_template_is_named(write_study, tmp_path: Path, root: Path) -> None:  # type: ignore[no-untyped-def]
    shutil.copytree(root / "tests" / "notebooks", tmp_path / "templates")
    path = write_study("numbers reads", templates="templates")
    run_study(path, progress=False)
    template = tmp_path / "templates" / "reads.ipynb"
    template.write_text(
        template.read_text(encoding="utf-8").replace("a table", "one table"), encoding="utf-8"
    )
    assert reasons(path) == {"numbers": "", "reads": "its template has changed"}


def test_numbers_that_come_out_the_same_make_nothing_run(
    write_study, tmp_path: Path, root: Path, capsys
) -> None:  # type: ignore[no-untyped-def]
    shutil.copytree(root / "tests" / "notebooks", tmp_path / "templates")
    path = write_study("reads total", templates="templates")
    run_study(path, progress=False)
    template = tmp_path / "templates" / "reads.ipynb"
    template.write_text(
        template.read_text(encoding="utf-8").replace("a table", "one table"), encoding="utf-8"
    )
    capsys.readouterr()
    run_study(path)
    assert told_of(capsys) == ["[1/2] reads", "[2/2] total                       as it was"]


def test_a_damaged_page_is_made_again(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    run_study(path, progress=False)
    before = published(path)
    (kept,) = (path.parent / "executed" / ".cache").glob("numbers.*.ipynb")
    kept.write_bytes(kept.read_bytes()[:-100])
    assert reasons(path) == {"numbers": DAMAGED}
    (path.parent / "executed" / "numbers.ipynb").write_text("{", encoding="utf-8")
    run_study(path, progress=False)
    assert published(path) == before


def test_pages_are_made_alone_but_not_published_alone(write_study, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers reads total")
    results = run_study(path, only=["reads"], progress=False)
    assert sorted(results.values) == ["tiny.rows"]
    assert published(path) == {}
    assert (path.parent / "executed" / "preview" / "reads.ipynb").exists()
    assert "not published, since 2 other pages have to run" in capsys.readouterr().err
    with pytest.raises(StudyError, match="total reads the numbers of numbers, which have to run first"):
        run_study(path, only=["total"], progress=False)
    with pytest.raises(StudyError, match="unknown page 'totel'; nearest allowed: 'total'"):
        run_study(path, only=["totel"], progress=False)
    run_study(path, progress=False)
    assert sorted(published(path)) == ["numbers.ipynb", "reads.ipynb", "results.json", "total.ipynb"]
    assert not (path.parent / "executed" / "preview").exists()


def test_a_parameter_given_on_the_way_comes_before_the_file(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers: {count: 5}")
    assert run_study(path, {"count": "7"}, progress=False)["tiny.count"] == 7
    assert run_study(path, progress=False)["tiny.count"] == 5


def test_a_sweep_gives_a_page_for_each_value(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers:\nreads: {sweep: {times: [1, 2]}}\n")
    results = run_study(path, progress=False)
    assert results["sweep.times.1.tiny.rows"] == ROWS
    assert results["sweep.times.2.tiny.rows"] == 2 * ROWS
    assert results.notebooks["reads--times-2"]["prefix"] == "sweep.times.2."
    page = nbformat.read(path.parent / "executed" / "reads--times-2.ipynb", as_version=4)
    assert page.cells[0].source == "# Reads a table \\(times\\: 2\\)"


@pytest.mark.soak
@pytest.mark.skipif(os.name != "posix", reason="signals to a group of processes")
def test_an_interrupt_from_the_keyboard_ends_with_one_line(write_study, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    cells = [
        nbformat.v4.new_code_cell("count: int = 1  # of nothing", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(
            f"import time\nopen({str(tmp_path / 'started')!r}, 'w').close()\ntime.sleep(600)"
        ),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "waits.ipynb")
    process = subprocess.Popen(
        [sys.executable, "-m", "buzanlib.cli", "run", write_study("waits")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    while not (tmp_path / "started").exists() and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and to all that it started
    said, told = process.communicate()
    about = "notebooks are code"
    lines = [line for line in told.splitlines() if not line.startswith(about)]
    assert lines == ["buzan: interrupted; what is finished is kept, and the same command goes on from there"]
    assert (said, process.returncode) == ("", 1)


def test_a_sweep_over_two_parameters_has_a_page_for_every_pair(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers: {sweep: {count: [1, 2], share: [0.5, 0.25]}}\n")
    results = run_study(path, progress=False)
    assert list(results.notebooks) == [
        f"numbers--count-{count}--share-{share}" for count in (1, 2) for share in ("0_5", "0_25")
    ]
    assert results["sweep.count.2.share.0_25.tiny.count"] == 2
    page = nbformat.read(path.parent / "executed" / "numbers--count-2--share-0_25.ipynb", as_version=4)
    assert page.cells[0].source.startswith("# Numbers \\(count\\: 2\\, share\\: 0\\.25\\)\n")


def test_tables_of_ones_own_take_the_place_of_those_that_ship(
    write_study, tmp_path: Path, root: Path
) -> None:  # type: ignore[no-untyped-def]
    table = (root / "data" / "tiles.csv").read_text(encoding="utf-8")
    (tmp_path / "mine.csv").write_text(table.replace("AFG,8,21", "AFG,9,30"), encoding="utf-8")
    path = write_study("reads", tables="{tiles: mine.csv}")
    results = run_study(path, progress=False)
    assert results["tiny.rows"] == ROWS + 1
    assert results.data["tiles.csv"] == sha256(tmp_path / "mine.csv")
    assert results.data["states.csv"] == sha256(root / "data" / "states.csv")
    assert results.notebooks["reads"]["parameters"]["data"].endswith("executed/data")

    (tmp_path / "mine.csv").write_text(table.replace("AFG,8,21", "AFG,9,far"), encoding="utf-8")
    with pytest.raises(DataError, match=r"mine\.csv, row 2, column col: 'far'"):
        run_study(path, progress=False)

    write_study("reads", tables="{tils: mine.csv}")
    with pytest.raises(
        StudyError, match=r"study\.yml, line 5: unknown table 'tils'; nearest allowed: 'tiles'"
    ):
        run_study(path, progress=False)


def test_codes_of_ones_own_are_locked_to_the_same_predictions(
    write_study, tmp_path: Path, root: Path
) -> None:  # type: ignore[no-untyped-def]
    shutil.copyfile(root / "data" / "codes.csv", tmp_path / "mine.csv")
    with (tmp_path / "mine.csv").open("r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        file.write(text.replace(",fear,", ",hope,"))
        file.truncate()
    changed = text != (tmp_path / "mine.csv").read_text(encoding="utf-8")
    path = write_study("reads", tables="{codes: mine.csv}")
    results = run_study(path, progress=False)
    assert results.lock == sha256(root / "data" / "predictions.json")
    assert (results.data["codes.csv"] == sha256(root / "data" / "codes.csv")) is not changed


def test_two_runs_of_one_study_do_not_meet(write_study, root: Path) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    run_study(path, progress=False)
    with (
        OwnedFolder.claimed(path.parent / "executed"),
        pytest.raises(BuzanError, match="another command is at work in 'executed'"),
    ):
        run_study(path, progress=False)
    run_study(path, progress=False)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_whole(path, "one\n")
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        write_whole(path, "half \ud800")
    assert path.read_bytes() == b"one\n"
    assert [file.name for file in path.parent.iterdir()] == ["a.txt"]


def test_what_is_neither_a_file_nor_a_link_is_not_written_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(BuzanError, match=f"{path.name} is neither a file nor a link"):
            write_whole(path, "one")
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


def test_a_notebook_beside_the_study_reads_the_same_data(write_study, root: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    # Its folder lies deeper than that of the other templates, so that paths from there would lead elsewhere.
    (tmp_path / "deep").mkdir()
    shutil.copy(root / "tests" / "notebooks" / "reads.ipynb", tmp_path / "deep" / "mine.ipynb")
    path = write_study("reads mine", output="../executed").rename(tmp_path / "deep" / "study.yml")
    text = path.read_text(encoding="utf-8").replace("output: ../executed", "output: executed")
    template = (tmp_path / "deep" / "mine.ipynb").read_text(encoding="utf-8")
    (tmp_path / "deep" / "mine.ipynb").write_text(
        template.replace("tiny.rows", "tiny.mine"), encoding="utf-8"
    )
    path.write_text(text, encoding="utf-8")
    results = run_study(path, progress=False)
    assert results["tiny.mine"] == results["tiny.rows"]


def test_notebooks_of_somebody_else_are_said_to_be_code_once(write_study, root: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = write_study("mine numbers")
    shutil.copy(root / "tests" / "notebooks" / "reads.ipynb", path.parent / "mine.ipynb")
    said = "notebooks are code and may do whatever you may: mine.ipynb did not come with buzanlib"
    for first in (True, False):
        run_study(path)
        assert (said in capsys.readouterr().err) == first
    path = write_study("numbers", output="elsewhere")
    for name in ("helper", "random"):  # of which the second cannot be imported, and is told as that
        (path.parent / f"{name}.py").write_text("")
    warn_of_foreign_code(load_study(path))
    assert f"{said.partition(': ')[0]}: module helper did not come with buzanlib" in capsys.readouterr().err
    (path.parent / "book").mkdir()
    warn_of_foreign_code(load_study(path), path.parent / "nowhere", path.parent / "book")
    assert "the book in 'book', module helper did not come" in capsys.readouterr().err
    (path.parent / "helper.py").unlink()
    run_study(path)
    assert "notebooks are code" not in capsys.readouterr().err


def test_a_study_whose_output_somebody_else_has_made_can_be_read_and_is_not_run(write_study) -> None:  # type: ignore[no-untyped-def]
    path = write_study("numbers")
    (path.parent / "executed").mkdir()
    (path.parent / "executed" / RECORD).write_text(f"{'0' * 64} .\n", encoding="utf-8")
    assert load_study(path).runs
    for act in (run_study, status):
        with pytest.raises(
            StudyError, match=r"output folder 'executed' cannot be written to: .* by somebody else"
        ):
            act(path)
