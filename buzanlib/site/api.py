"""Pages of the programming interface: modules are imported once, and imported names are left out."""

from __future__ import annotations

import importlib
import re
import sys
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_MODULE = re.compile(r"^\.\. automodule:: (\S+)", re.MULTILINE)


def _import(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Import what the pages document before Sphinx forks, so that not every process does."""
    if app.parallel == 1:
        return
    for name in names:
        for module in _MODULE.findall(Path(env.doc2path(name)).read_text(encoding="utf-8")):
            with suppress(Exception):  # autodoc reports it
                importlib.import_module(module)


def _pass_over(app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """Skip what a module has imported, which autodoc would find out by parsing the other module."""
    here = app.env.temp_data.get("autodoc:module")
    if what != "module" or here is None or not isinstance(member, type | FunctionType):
        return None
    named = name in getattr(sys.modules[here], "__all__", ())
    return True if member.__module__ != here and not named else None


def setup(app: Sphinx) -> None:
    """Run for modules and their members."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("env-before-read-docs", _import)
    app.connect("autodoc-skip-member", _pass_over)
