"""What the descriptor ``datapackage.json`` says, as frozen values.

The standard part is a Frictionless tabular data package (Table Schema: fields, constraints, keys, foreign
keys). Some properties of our own, which other readers ignore, say what that standard cannot:

``buzan:rules``
    Within a row: ``when`` these fields have one of these values, ``then`` those fields have one of those.
``buzan:ordered``
    Within a row: pairs of fields of which the first is smaller than the second.
``buzan:begins``
    Within a row: pairs of fields of which the first begins with the second and a hyphen.
``buzan:own``
    Names of further columns that a user may add behind the others, and their type.
``buzan:coverage`` and ``buzan:counts``
    Between tables: which keys must be there, and which numbers must equal a count of rows elsewhere. They are
    relations, not row counts, so that they hold for another corpus as well.
``buzan:once``
    Of a foreign key: a value that is not there is one fault, however many rows have it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault, UnknownNameError, check_name
from buzanlib.tables.declarations import PACKAGE
from buzanlib.tables.jsonfile import check_json, parse_json

FILE = "datapackage.json"

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Field:
    """One column."""

    name: str
    type: str  #: One of `buzanlib.tables.declarations.TYPES`.
    required: bool = False  #: Whether every row needs a value.
    unique: bool = False  #: Whether no two rows may have the same value.
    minimum: str | None = None  #: Lower bound, inclusive, as written in the descriptor.
    maximum: str | None = None  #: Upper bound, inclusive.
    enum: tuple[str, ...] = ()  #: Allowed values; empty where any is.
    pattern: str = ""  #: Regular expression that the whole value matches; empty where none applies.
    labels: tuple[tuple[str, str], ...] = ()  #: Values that have a name in full, and this name.


@dataclass(frozen=True)
class ForeignKey:
    """Values of `field` must be in column `target` of table `resource`."""

    field: str
    resource: str
    target: str
    once: bool = False  #: Whether a value that is not there is one fault, at its first row.


@dataclass(frozen=True)
class Rule:
    """When the fields of `when` have one of their values, those of `then` have one of theirs."""

    when: Values
    then: Values
    says: str


@dataclass(frozen=True)
class Coverage:
    """Every value of `target` in table `resource` must be in `field`."""

    field: str
    resource: str
    target: str
    where: Values  #: Only rows of `resource` with these values; ``"doc_id.corpus"`` follows the key of ``doc_id``.
    each: Values  #: Once with each of these values of another field here.
    #: ``(year field here, first date there, last date there)``, once for each year at whose end that span lasts,
    #: within the bounds of the year field; no other year may occur. Empty where years play no part.
    years: tuple[str, ...]
    says: str  #: The rule in words.


@dataclass(frozen=True)
class Count:
    """`field` equals the number of rows of `resource` with the same `by` (and the values of `where`)."""

    field: str
    resource: str
    by: str
    where: Values


@dataclass(frozen=True)
class Own:
    """Columns that a table may have beside those that are described: names that match `pattern`, all of one type."""

    pattern: str
    type: str


@dataclass(frozen=True)
class Table:
    """One resource of the package; `begins` names pairs of fields of which the first begins with the second."""

    name: str
    path: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()
    ordered: tuple[tuple[str, ...], ...] = ()
    begins: tuple[tuple[str, ...], ...] = ()
    coverage: tuple[Coverage, ...] = ()
    counts: tuple[Count, ...] = ()
    own: Own | None = None

    def fitted(self, columns: Iterable[str]) -> Table:
        """Give the table with a field for each column that a user has added."""
        if self.own is None:
            return self
        names = [
            name for name in columns if name not in self.columns and re.fullmatch(self.own.pattern, name)
        ]
        return replace(self, fields=(*self.fields, *(Field(name, self.own.type) for name in names)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the fields, in order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Give the field of that name; `UnknownNameError` where there is none."""
        check_name(f"field of {self.path}", name, self.columns)
        return self.fields[self.columns.index(name)]

    @property
    def refers_to(self) -> frozenset[str]:
        """Names of the tables that a check of this one must read as well."""
        relations = chain[ForeignKey | Coverage | Count](self.foreign_keys, self.coverage, self.counts)
        return frozenset(relation.resource for relation in relations)


@dataclass(frozen=True)
class Descriptor:
    """The data package: its tables by name."""

    tables: Mapping[str, Table]

    @classmethod
    def load(cls, data_dir: Path) -> Descriptor:
        """Read ``datapackage.json`` of a data folder; `DataError` with every fault, under the path of the file.

        The file may be missing, not JSON, not match `PACKAGE`, or name a table or field that does not exist.
        """
        try:
            content = (data_dir / FILE).read_bytes()
        except FileNotFoundError:
            there = (
                f"the folder {str(data_dir)!r} has none"
                if data_dir.is_dir()
                else f"there is no folder {str(data_dir)!r}"
            )
            need = f"{there}, so it is no folder of tables; name the one that has this file"
            raise DataError([Fault(FILE, 0, "", "missing", need)]) from None
        except OSError as error:
            raise DataError([Fault(FILE, 0, "", "cannot be read", str(error))]) from None
        if content not in _known:
            try:
                _known[content] = cls._parsed(content)
            except DataError as error:
                found = [replace(fault, file=str(data_dir / FILE)) for fault in error.faults]
                raise DataError(found) from None
        return _known[content]

    @classmethod
    def _parsed(cls, content: bytes) -> Descriptor:
        package = parse_json(FILE, content)
        if faults := check_json(FILE, package, PACKAGE):
            raise DataError(faults)
        found = cls({source["name"]: _table(source) for source in package["resources"]})
        tables = enumerate(found.tables.values())
        if faults := [fault for number, table in tables for fault in _look_up(found, table, number)]:
            raise DataError(faults)
        return found

    def table(self, name: str) -> Table:
        """Give the table of that name; `UnknownNameError` where there is none."""
        check_name("table", name, self.tables)
        return self.tables[name]

    def closure(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give `names` and every table that they refer to, directly or not, in the order of the package."""
        found: set[str] = set()
        ahead = set(names)
        while ahead:
            found |= ahead
            ahead = {other for name in ahead for other in self.table(name).refers_to} - found
        return tuple(name for name in self.tables if name in found)


_known: dict[bytes, Descriptor] = {}
"""Descriptors by the content of the file, since checking one takes as long as a table."""


def remember(descriptors: Mapping[bytes, Descriptor]) -> None:
    """Let `Descriptor.load` take these, by the content of the file, without checking it again."""
    _known.update(descriptors)


def _named(table: Table) -> Iterator[tuple[str, str, str]]:
    """Every field that a table names: the part of the descriptor, the table that must have it, and its name."""
    here = table.name
    yield from (("schema.primaryKey", here, name) for name in table.key)
    for key in table.foreign_keys:
        yield "schema.foreignKeys", here, key.field
        yield "schema.foreignKeys", key.resource, key.target
    yield from (("buzan:rules", here, name) for rule in table.rules for name in (*rule.when, *rule.then))
    yield from (("buzan:ordered", here, name) for pair in table.ordered for name in pair)
    yield from (("buzan:begins", here, name) for pair in table.begins for name in pair)
    for rule in table.coverage:
        yield from (("buzan:coverage", here, name) for name in (rule.field, *rule.each, *rule.years[:1]))
        there = (rule.target, *rule.where, *rule.years[1:])
        yield from (("buzan:coverage", rule.resource, name) for name in there)
    for count in table.counts:
        yield from (("buzan:counts", here, name) for name in (count.field, count.by))
        yield from (("buzan:counts", count.resource, name) for name in (count.by, *count.where))


def _look_up(descriptor: Descriptor, table: Table, number: int) -> Iterator[Fault]:
    """Look up every field that a table names, so that no rule is ignored because of a misspelt name."""
    for part, other, path in _named(table):
        field, *further = path.split(".", 1)
        try:
            descriptor.table(other).field(field)
            for key in descriptor.table(other).foreign_keys if further else ():
                if key.field == field:
                    descriptor.table(key.resource).field(*further)
        except UnknownNameError as error:
            need = f"unknown {error.kind}; {error.hint}"
            yield Fault(FILE, 0, "", str(error.value), need, f"$.resources[{number}].{part}")


def _names(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _values(source: Mapping[str, list[Any]]) -> Values:
    return {field: tuple(map(str, values)) for field, values in source.items()}


def _field(source: Mapping[str, Any], key: tuple[str, ...]) -> Field:
    limits, name = source.get("constraints", {}), source["name"]
    low, high = (None if (end := limits.get(each)) is None else str(end) for each in ("minimum", "maximum"))
    required, unique = limits.get("required", False) or name in key, limits.get("unique", False)
    enum, pattern = tuple(map(str, limits.get("enum", ()))), limits.get("pattern", "")
    labels = tuple((one["value"], one["label"]) for one in source.get("categories", ()))
    return Field(name, source["type"], required, unique, low, high, enum, pattern, labels)


def _foreign_key(source: Mapping[str, Any]) -> ForeignKey:
    there = source["reference"]
    (field,), (target,) = _names(source["fields"]), _names(there["fields"])
    return ForeignKey(field, there["resource"], target, source.get("buzan:once", False))


def _rule(source: Mapping[str, Any]) -> Rule:
    return Rule(_values(source["when"]), _values(source["then"]), source["says"])


def _coverage(source: Mapping[str, Any]) -> Coverage:
    every, years = source["every"], tuple(source.get("years", ()))
    where, each = _values(every.get("where", {})), _values(source.get("with", {}))
    return Coverage(source["field"], every["resource"], every["field"], where, each, years, source["says"])


def _count(source: Mapping[str, Any]) -> Count:
    return Count(source["field"], source["resource"], source["by"], _values(source.get("where", {})))


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "rules": _rule, "ordered": tuple, "begins": tuple, "coverage": _coverage, "counts": _count
}  # fmt: skip


def _table(source: Mapping[str, Any]) -> Table:
    """A table from a resource that matches its schema."""
    schema, own = source["schema"], source.get("buzan:own")
    key = _names(schema["primaryKey"])
    relations = {name: tuple(map(make, source.get(f"buzan:{name}", ()))) for name, make in _MAKERS.items()}
    return Table(
        name=source["name"],
        path=source["path"],
        fields=tuple(_field(field, key) for field in schema["fields"]),
        key=key,
        foreign_keys=tuple(map(_foreign_key, schema.get("foreignKeys", ()))),
        own=Own(own["pattern"], own["type"]) if own else None,
        **relations,
    )
