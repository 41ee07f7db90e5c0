"""The command ``buzan``: a thin skin over functions that anyone can import."""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from buzanlib import __version__
from buzanlib.cli import assess, data, seminar, study
from buzanlib.cli.common import add_command, summary
from buzanlib.errors import BuzanError, DataError, RunError

# Rooms are imported inside the subcommands, so that `buzan version` does not load pandas.

_ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "; make room, and give the same command again"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "; name another place, or ask for the right to use it"),
    errno.EROFS: "; name another place",
}
"""What to do about an error of the system."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The arguments after ``buzan``; those of the process by default.

    Returns
    -------
    int
        0 if all went well, 1 if a run failed or was interrupted, 2 if the input is at fault.
    """
    given = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show must not stop us
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with _sigterm_as_interrupt():
            given.command(given)
            sys.stdout.flush()
        return 0
    except BrokenPipeError:  # the reader has closed the pipe
        _silence_stdout()
        return 0
    except DataError as error:
        said, status = summary(error.faults), 2
    except (BuzanError, RunError) as error:
        said, status = str(error), 1 if isinstance(error, RunError) else 2
    except (OSError, UnicodeError, MemoryError) as error:
        said, status = _system_error(error), 2
        try:
            sys.stdout.flush()
        except OSError:
            _silence_stdout()
    except KeyboardInterrupt:
        said, status = f"interrupted; {given.interrupted}", 1
    print(f"buzan: {said}", file=sys.stderr)
    return status


def _silence_stdout() -> None:
    """Discard what is still to be flushed when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _system_error(error: OSError | UnicodeError | MemoryError) -> str:
    """Describe an error of the system in one line."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    if isinstance(error, UnicodeError):
        return f"a text or the name of a file is not valid UTF-8: {error}"
    why = error.strerror or str(error)
    if not isinstance(error.filename, str | bytes):
        return why + _ADVICE.get(error.errno or 0, "")
    place = Path(os.fsdecode(error.filename))
    if error.errno == errno.ENOENT and not place.parent.is_dir():
        return f"{str(place)!r}: there is no folder {str(place.parent)!r}"
    return f"{str(place)!r}: {why}{_ADVICE.get(error.errno or 0, '')}"


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Handle SIGTERM as Ctrl-C; only the main thread gets signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="buzan",
        description="Data, notebooks and book of a test of Hare (2010).",
        epilog="exit codes: 0 all went well, 1 a run failed, 2 the input is at fault",
    )
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for part in (study, data, assess, seminar):
        part.add_to(commands)
    add = partial(add_command, commands)
    cite = add(_cite, "say how to cite the compendium, the paper and the data", "buzan cite --bibtex")
    cite.add_argument("--bibtex", action="store_true", help="compendium and paper as BibTeX")
    completion = add(
        _completion, "print a script that completes commands in a shell", 'eval "$(buzan completion bash)"'
    )
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    commands.add_parser("version", help="print the version").set_defaults(command=_version)
    return whole


def _cite(given: argparse.Namespace) -> None:
    """Print the references of the compendium, of the paper that it tests, and of every table's source."""
    from buzanlib.study.citation import bibtex, references

    print(bibtex() if given.bibtex else references())


def _completion(given: argparse.Namespace) -> None:
    """Print a script with which a shell completes the words of this command."""
    import shtab

    print(shtab.complete(parser(), shell=given.shell))


def _version(given: argparse.Namespace) -> None:
    print(f"buzan {__version__}")
