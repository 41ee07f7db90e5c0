"""YAML in which no key stands twice, and of which every value knows its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from buzanlib.errors import BuzanError

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A YAML file.

    Attributes
    ----------
    name : str
        Of the file.
    content : mapping
        What it says.
    lines : mapping of tuple of str to int
        Line of each key, by the keys that lead to it.
    family : type of BuzanError
        Of what is wrong with it.
    """

    name: str
    content: dict[Any, Any]
    lines: dict[Keys, int]
    family: type[BuzanError]

    def error(self, message: str, *path: object) -> BuzanError:
        """An error at a key, or at the nearest one above it."""
        keys = tuple(map(str, path))
        while keys and keys not in self.lines:
            keys = keys[:-1]
        where = f"{self.name}, line {self.lines[keys]}" if keys else self.name
        return self.family(f"{where}: {message}")


def read(path: Path, kind: str, family: type[BuzanError]) -> Document:
    """Read a file whose top level is a mapping.

    Parameters
    ----------
    path : Path
        The file.
    kind : str
        What it should be, such as ``"study file"``.
    family : type of BuzanError
        What to raise.

    Raises
    ------
    BuzanError
        Of this family, where there is no such file, it is no YAML, a key stands twice, or the top level is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise family(f"there is no {kind} {path.name!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise family(f"{path.name} is not a {kind}: {error}") from error
    lines: dict[Keys, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = _value(family, path.name, node, (), lines) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise family(f"{path.name} is not a {kind}: {told}") from error
    if not isinstance(content, dict):
        raise family(f"{path.name}: {content!r} is not a mapping of names to values")
    return Document(path.name, content, lines, family)


def _value(family: type[BuzanError], name: str, node: yaml.Node, path: Keys, lines: dict[Keys, int]) -> Any:
    """Content of a node; the lines of its keys are noted on the way."""
    if isinstance(node, yaml.MappingNode):
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key, line = _plain(key_node), key_node.start_mark.line + 1
            if key in found:
                raise family(f"{name}, line {line}: the key {key!r} stands twice")
            place = (*path, str(key))
            lines[place] = line
            found[key] = _value(family, name, value_node, place, lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(family, name, item, path, lines) for item in node.value]
    return _plain(node)


def _plain(node: yaml.Node) -> Any:
    """A scalar as YAML types it; what is none becomes its text."""
    if not isinstance(node, yaml.ScalarNode):
        return str(node.tag)
    return yaml.SafeLoader("").construct_object(node)
