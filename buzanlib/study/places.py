"""Where the files of a study are that a notebook may read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BESIDE = ("./", "../")
"""How the names of files begin that lie beside the study and are no data; those of data never do."""


@dataclass(frozen=True)
class Folders:
    """Folders of a study."""

    data: Path  #: what notebooks read; its files have their names there
    #: that of the study file. The names of files in it, and in that of the templates, are relative to it.
    study: Path
    templates: Path  #: where notebooks run
    output: Path  #: what a run writes; files in it do not count, unless they are data
