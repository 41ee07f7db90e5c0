"""Progress of a run: a line for every notebook, and at a terminal a bar below them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Self

from tqdm import tqdm

_WIDTH = 28


class Progress:
    """Reports on standard error every notebook that has ended; on a terminal a bar also shows those that run.

    Parameters
    ----------
    total : int
        Notebooks that run.
    shown : bool
        Whether anything is reported.
    """

    def __init__(self, total: int, *, shown: bool) -> None:
        self._total, self._done, self._shown = total, 0, shown
        self._running: list[str] = []
        self._live = shown and sys.stderr.isatty()
        disable = not self._live or not total
        self._bar = tqdm(total=total, desc="all notebooks".ljust(_WIDTH), unit="notebook", disable=disable)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def begin(self, name: str) -> None:
        """Report that a notebook starts."""
        self._running.append(name)
        self._bar.set_postfix_str(", ".join(self._running))

    def end(self, name: str, outcome: str) -> None:
        """Report that a notebook has ended, and its outcome."""
        self._done += 1
        if name in self._running:
            self._running.remove(name)
        self._bar.set_postfix_str(", ".join(self._running), refresh=False)
        self._bar.update()
        self.say(f"[{self._done}/{self._total}] {name:<{_WIDTH}}{outcome}")

    def say(self, line: str) -> None:
        """Print a line, above the bar if there is one."""
        if self._live:
            self._bar.write(line, file=sys.stderr)
        elif self._shown:
            print(line, file=sys.stderr, flush=True)


@contextmanager
def timed(what: str, *, shown: bool) -> Iterator[None]:
    """Print what is being done and then, on the same line, the seconds that it took or that it failed."""
    start, ending = perf_counter(), "failed"
    if shown:
        print(f"{what} ... ", end="", file=sys.stderr, flush=True)
    try:
        yield
        ending = f"{perf_counter() - start:.1f} s"
    finally:
        if shown:
            print(ending, file=sys.stderr)
