"""How a run tells how far it has come: bars at a terminal, a line a notebook anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

_WIDTH = 28


class Progress:
    """Tells on the standard error stream of every notebook that is done; at a terminal also what is at work.

    Parameters
    ----------
    total : int
        Notebooks that run.
    shown : bool
        Whether anything is told at all.
    """

    def __init__(self, total: int, *, shown: bool) -> None:
        self._total, self._done = total, 0
        self._shown = shown
        self._live = shown and sys.stderr.isatty()
        self._free = list(range(total, 0, -1))  # lines below the bar of all
        self._all = tqdm(
            total=total,
            desc="all notebooks".ljust(_WIDTH),
            unit="notebook",
            disable=not self._live or not total,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._all.close()

    def begin(self, name: str) -> bool | dict[str, Any]:
        """Say that a notebook starts: the bar that papermill is to draw, or none."""
        if not self._live:
            return False
        return {"desc": name.ljust(_WIDTH), "position": self._free.pop(), "leave": False}

    def end(self, name: str, bar: bool | dict[str, Any], told: str) -> None:
        """Say that a notebook is done, and how it went."""
        self._done += 1
        self._all.update()
        if isinstance(bar, dict):
            self._free.append(bar["position"])
        self.say(f"[{self._done}/{self._total}] {name:<{_WIDTH}}{told}")

    def say(self, line: str) -> None:
        """Print a line, above the bars where there are any."""
        if self._live:
            self._all.write(line, file=sys.stderr)
        elif self._shown:
            print(line, file=sys.stderr, flush=True)


@contextmanager
def timed(what: str, *, shown: bool) -> Iterator[None]:
    """Print what is being done and, at the end of the same line, how many seconds it took or that it failed."""
    start, ending = perf_counter(), "failed"
    if shown:
        print(f"{what} ... ", end="", file=sys.stderr, flush=True)
    try:
        yield
        ending = f"{perf_counter() - start:.1f} s"
    finally:
        if shown:
            print(ending, file=sys.stderr)
