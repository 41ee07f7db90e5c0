"""How far a run has come: a bar at a terminal, plain lines in a pipe."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios

import pytest

pytestmark = pytest.mark.xdist_group("kernels")

PLAIN = re.compile(r"\[(\d)/2\] (numbers|warns) +\d+\.\d s")


def at_terminal(words: list[str]) -> str:
    """What a command says on its error stream if that is a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    process = subprocess.Popen(words, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert process.wait() == 0, said
    return said.decode()


def test_a_bar_at_a_terminal_and_lines_in_a_pipe(write_study) -> None:  # type: ignore[no-untyped-def]
    words = [sys.executable, "-m", "buzanlib.cli", "run", str(write_study("numbers warns")), "--force"]
    said = at_terminal(words)
    assert "all notebooks" in said
    assert re.search(r"all notebooks.* (numbers|warns)\b", said)  # what is running
    assert "\r" in said
    assert sorted(found[2] for found in PLAIN.finditer(said)) == ["numbers", "warns"]

    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stdout + done.stderr)
    assert "all notebooks" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("[")]
    assert [PLAIN.fullmatch(line) is not None for line in lines] == [True, True]
    assert done.stdout == ""
