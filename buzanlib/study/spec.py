"""A study file: which notebooks run, on which data, with which choices; refused at once where it is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from buzanlib.errors import StudyError, nearest
from buzanlib.study.parameters import Parameter, declared

_KEYS: dict[str, type] = {
    "title": str,
    "templates": str,
    "data": str,
    "output": str,
    "seed": int,
    "parameters": dict,
    "notebooks": dict,
}
_OPTIONAL = {"templates", "seed", "parameters"}
_OWN = ("data", "seed")
"""Parameters that a study sets by keys of its own."""


@dataclass(frozen=True)
class Run:
    """One notebook of a study.

    Attributes
    ----------
    name : str
        File name of the template without its ending.
    template : Path
        The template.
    given : mapping
        Values to inject.
    parameters : mapping
        All values with which it runs, defaults included.
    """

    name: str
    template: Path
    given: Mapping[str, Any]
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes
    ----------
    title : str
        What the study is, in a phrase.
    templates, data, output : Path
        Folders, absolute.
    runs : tuple of Run
        In the order of the file.
    """

    title: str
    templates: Path
    data: Path
    output: Path
    runs: tuple[Run, ...]


def load_study(path: Path) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : Path
        YAML with the keys ``title``, ``data``, ``output`` and ``notebooks``, and if wanted ``templates``
        (folder of the notebooks; that of the file by default), ``seed`` and ``parameters`` (for all notebooks
        that have them). Folders are relative to the file.

    Returns
    -------
    Study
        Everything that `run_study` needs.

    Raises
    ------
    StudyError
        At an unknown key, notebook or parameter (with the nearest allowed), a value of the wrong kind, or a
        folder that does not exist.
    """
    content = _read(path)
    _known(path, "key", content, _KEYS)
    for key, kind in _KEYS.items():
        if key not in content:
            if key not in _OPTIONAL:
                raise StudyError(f"{path.name}: the key {key!r} is missing")
        elif not isinstance(content[key], kind) or isinstance(content[key], bool):
            raise StudyError(f"{path.name}, {key}: {content[key]!r} is not {_kind(kind)}")
    base = path.resolve().parent
    folders = {
        key: Path(os.path.normpath(base / content.get(key, "."))) for key in ("templates", "data", "output")
    }
    for key in ("templates", "data"):
        if not folders[key].is_dir():
            raise StudyError(f"{path.name}, {key}: there is no folder {content.get(key, '.')!r}")
    return Study(
        title=content["title"], runs=_runs(path, content, folders["templates"], folders["data"]), **folders
    )


def _runs(path: Path, content: Mapping[str, Any], templates: Path, data: Path) -> tuple[Run, ...]:
    found = {file.stem: file for file in sorted(templates.glob("*.ipynb"))}
    if not content["notebooks"]:
        raise StudyError(f"{path.name}, notebooks: none is named")
    _known(path, "notebook", content["notebooks"], found)
    has = {name: declared(found[name]) for name in content["notebooks"]}
    common = content.get("parameters", {})
    everywhere = {name for parameters in has.values() for name in parameters}
    _known(path, "parameter", common, everywhere - set(_OWN))
    own = {"data": Path(os.path.relpath(data, templates)).as_posix()}
    if "seed" in content:
        own["seed"] = content["seed"]
    runs = []
    for name, parameters in has.items():
        special = content["notebooks"][name]
        special = {} if special is None else special
        if not isinstance(special, dict):
            raise StudyError(f"{path.name}, notebooks, {name}: {special!r} is not {_kind(dict)}")
        _known(path, f"parameter of {name}", special, parameters.keys() - set(_OWN))
        wanted = {key: value for key, value in {**own, **common}.items() if key in parameters} | special
        for key, value in wanted.items():
            _fits(path, name, parameters[key], value)
        defaults = {key: parameter.default for key, parameter in parameters.items()}
        given = {key: value for key, value in wanted.items() if value != defaults[key]}
        runs.append(Run(name, found[name], given, defaults | given))
    return tuple(runs)


def _fits(path: Path, notebook: str, parameter: Parameter, value: object) -> None:
    if not parameter.accepts(value):
        raise StudyError(
            f"{path.name}: parameter {parameter.name!r} of {notebook} is {value!r}, which is not of the kind"
            f" {parameter.kind} (default {parameter.default!r})"
        )


def _known(path: Path, what: str, given: Iterable[object], allowed: Iterable[str]) -> None:
    options = sorted(allowed)
    for name in given:
        if name not in options:
            raise StudyError(f"{path.name}: unknown {what} {name!r}; {nearest(name, options)}")


def _kind(kind: type) -> str:
    return {str: "a text", int: "a whole number", dict: "a mapping of names to values"}[kind]


class _Strict(yaml.SafeLoader):
    """YAML in which no key may stand twice."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = [(loader.construct_object(key, deep=True), key.start_mark.line + 1) for key, _ in node.value]
    for index, (key, line) in enumerate(pairs):
        if key in [earlier for earlier, _ in pairs[:index]]:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice (again in line {line})")
    return loader.construct_mapping(node, deep=True)


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _read(path: Path) -> dict[Any, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)  # a SafeLoader
    except FileNotFoundError:
        raise StudyError(f"there is no study file {path.name!r}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyError(f"{path.name} is not a study file: {error}") from error
    if not isinstance(content, dict):
        raise StudyError(f"{path.name}: {content!r} is not {_kind(dict)}")
    return content
