"""Strict YAML: no key twice, no aliases, no tags, and the line of every key for messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError

from buzanlib.errors import BuzanError, nearest, shown

Keys = tuple[str, ...]

GREATEST = 100_000
"""Bytes that such a file may have, so that any content is refused within a moment."""


@dataclass(frozen=True)
class Document:
    """A YAML file."""

    name: str
    content: dict[Any, Any]
    lines: dict[
        Keys, int
    ]  #: Line of each key and item of a list, by the keys, and numbers from 0, that lead to it.
    family: type[BuzanError]  #: Raised where the file is wrong.

    def error(self, message: str, *path: object) -> BuzanError:
        """Make an error at a key, or at the nearest one above it."""
        keys = tuple(map(str, path))
        while keys and keys not in self.lines:
            keys = keys[:-1]
        where = f"{self.name}, line {self.lines[keys]}" if keys else self.name
        return self.family(f"{where}: {message}")

    def check_names(self, what: str, given: Iterable[object], allowed: Iterable[str], *path: object) -> None:
        """Raise an error at the first name that is not among the allowed ones, below the keys of `path`."""
        options = sorted(allowed)
        for name in given:
            if name not in options:
                raise self.error(f"unknown {what} {shown(name)}; {nearest(name, options)}", *path, name)


def read(path: Path, kind: str, family: type[BuzanError]) -> Document:
    """Read a file whose top level is a mapping; `kind` is what it should be, such as ``"study file"``.

    The `family` of errors is raised if there is no such file, it is not strict YAML, or the top level is not a mapping.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise family(f"there is no {kind} {path.name!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise family(f"{path.name} is not a {kind}: {error}") from error
    if len(content) > GREATEST:
        raise family(f"{path.name} is not a {kind}: it has {len(content)} bytes, more than {GREATEST}")
    lines: dict[Keys, int] = {}
    try:
        node = yaml.compose(text, Loader=_Loader)
        found = _value(family, path.name, node, (), lines) if node is not None else None
    except yaml.YAMLError as error:
        raise family(f"{path.name} is not a {kind}: {' '.join(str(error).split())}") from error
    except RecursionError:
        raise family(f"{path.name} is not a {kind}: it is nested too deeply") from None
    if not isinstance(found, dict):
        raise family(f"{path.name}: {shown(found)} is not a mapping of names to values")
    return Document(path.name, found, lines, family)


class _Loader(yaml.SafeLoader):
    """Refuses aliases: a few lines of them can expand to more than fits into memory."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, "an alias cannot stand here; write its value out", mark)
        return super().compose_node(parent, index)


def _value(family: type[BuzanError], name: str, node: yaml.Node, path: Keys, lines: dict[Keys, int]) -> Any:
    """Value of a node; the lines of its keys are added to `lines`."""
    if isinstance(node, yaml.MappingNode):
        _untagged(family, name, node, "map")
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key, line = _plain(family, name, key_node), key_node.start_mark.line + 1
            if key in found:
                raise family(f"{name}, line {line}: the key {shown(key)} stands twice")
            place = (*path, str(key))
            lines[place] = line
            found[key] = _value(family, name, value_node, place, lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        _untagged(family, name, node, "seq")
        items = []
        for number, item in enumerate(node.value):
            place = (*path, str(number))
            lines[place] = item.start_mark.line + 1
            items.append(_value(family, name, item, place, lines))
        return items
    return _plain(family, name, node)


def _untagged(family: type[BuzanError], name: str, node: yaml.Node, kind: str) -> None:
    if node.tag != f"tag:yaml.org,2002:{kind}":
        line = node.start_mark.line + 1
        raise family(f"{name}, line {line}: the tag {shown(node.tag)} cannot stand here")


def _plain(family: type[BuzanError], name: str, node: yaml.Node) -> Any:
    """A scalar as YAML types it."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise family(f"{name}, line {line}: a name is needed before the colon")
    try:
        value = yaml.SafeLoader("").construct_object(node)
        str(value).encode("utf-8")
    except ValueError as error:
        raise family(f"{name}, line {line}: {shown(node.value)} cannot be read: {error}") from None
    return value
