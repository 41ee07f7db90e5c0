"""Why can't states agree on the cyber threat? A test of Hare (2010) after Buzan.

The rooms, in the order in which data flow through them: `theory` (vocabulary, the two matrices, the locked
predictions), `sources` (publishers' files to tidy tables), `tables` (loading and checking), `measurement`
(placement, counts, reliability), `inference` (contrasts, permutations, verdicts), `policy` (what follows for those who
propose, join, arm and defend), `figures`, `study` (running notebooks) and `site` (the book). Rooms import only from
earlier ones.

For everyday use the package itself has a short list of names (``dir(buzanlib)``), each loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from buzanlib.inference.hypothesis_tests import findings as findings
    from buzanlib.inference.verdicts import judge as judge
    from buzanlib.inference.world import World as World
    from buzanlib.measurement.placement import Placement as Placement
    from buzanlib.site.build import build_book as build_book
    from buzanlib.study.results import Results as Results
    from buzanlib.study.results import record as record
    from buzanlib.study.results import show as show
    from buzanlib.study.runner import run_study as run_study
    from buzanlib.tables.data_folder import Data as Data

__version__ = "0.1.0"

FACE = {
    "Data": "buzanlib.tables.data_folder:Data",
    "Placement": "buzanlib.measurement.placement:Placement",
    "World": "buzanlib.inference.world:World",
    "findings": "buzanlib.inference.hypothesis_tests:findings",
    "judge": "buzanlib.inference.verdicts:judge",
    "run_study": "buzanlib.study.runner:run_study",
    "build_book": "buzanlib.site.build:build_book",
    "Results": "buzanlib.study.results:Results",
    "record": "buzanlib.study.results:record",
    "show": "buzanlib.study.results:show",
}
"""Where each name of the package comes from; the imports above, for type checkers, are the same."""


def __getattr__(name: str) -> Any:
    """Load a name of the package when it is first used."""
    if name not in FACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(FACE)}")
    module, _, attribute = FACE[name].partition(":")
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *FACE})
