"""What ``datapackage.json`` says, as frozen values.

The standard part is a Frictionless tabular data package (Table Schema: fields, constraints, keys, foreign
keys). Some properties of our own, which other readers ignore, say what that standard cannot:

``buzan:rules``
    Within a row: ``when`` these fields hold one of these values, ``then`` those fields hold one of those.
``buzan:ordered``
    Within a row: pairs of fields of which the first is smaller than the second.
``buzan:begins``
    Within a row: pairs of fields of which the first begins with the second and a hyphen.
``buzan:own``
    Names of further columns that a user may add behind the others, and their type.
``buzan:coverage`` and ``buzan:counts``
    Between tables: which keys must be there, and which numbers must equal a count of rows elsewhere. They are
    relations, not row counts, so that they hold for another corpus as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault, UnknownNameError

FILE = "datapackage.json"
TYPES = ("string", "integer", "number", "year", "date")


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    name, type, unit, description : str
        ``type`` is one of `TYPES`; ``unit`` is empty where none applies.
    required, unique : bool
        Whether a value must stand in every row, and only once.
    minimum, maximum : str or None
        Bounds, inclusive, as written in the descriptor.
    enum : tuple of str
        Allowed values; empty where any is.
    pattern : str
        Regular expression that the whole value matches; empty where none applies.
    """

    name: str
    type: str
    description: str
    unit: str = ""
    required: bool = False
    unique: bool = False
    minimum: str | None = None
    maximum: str | None = None
    enum: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class ForeignKey:
    """Values of `field` that must stand in column `target` of table `resource`."""

    field: str
    resource: str
    target: str


@dataclass(frozen=True)
class Rule:
    """When the fields of `when` hold one of their values, those of `then` hold one of theirs."""

    when: Mapping[str, tuple[str, ...]]
    then: Mapping[str, tuple[str, ...]]
    says: str


@dataclass(frozen=True)
class Coverage:
    """Every value of `target` in table `resource` must stand in `field`.

    Attributes
    ----------
    field, resource, target : str
        The key here, the table that lists the values, and its column.
    where : mapping
        Only rows of `resource` with these values; ``"doc_id.corpus"`` follows the foreign key of ``doc_id``.
    each : mapping
        Once with each of these values of another field here.
    years : tuple of str
        ``(year field here, first date there, last date there)``: once for each year at whose end that
        span lasts, within the bounds of the year field; no other year may occur. Empty where years play
        no part.
    says : str
        The rule in words.
    """

    field: str
    resource: str
    target: str
    where: Mapping[str, tuple[str, ...]]
    each: Mapping[str, tuple[str, ...]]
    years: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Count:
    """`field` equals the number of rows of `resource` with the same `by` (and the values of `where`)."""

    field: str
    resource: str
    by: str
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Own:
    """Columns that a table may have beside those that are described: names like `pattern`, all of one type."""

    pattern: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """One resource of the package; `begins` names pairs of fields of which the first begins with the second."""

    name: str
    path: str
    title: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    rules: tuple[Rule, ...]
    ordered: tuple[tuple[str, str], ...]
    begins: tuple[tuple[str, str], ...]
    coverage: tuple[Coverage, ...]
    counts: tuple[Count, ...]
    own: Own | None

    def fitted(self, columns: Iterable[str]) -> Table:
        """The table with a field for each column of one's own that stands behind the others."""
        if self.own is None:
            return self
        own = (name for name in columns if re.fullmatch(self.own.pattern, name) and name not in self.columns)
        fields = [Field(name=name, type=self.own.type, description=self.own.description) for name in own]
        return replace(self, fields=(*self.fields, *fields))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the fields, in order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Give the field of that name.

        Raises
        ------
        UnknownNameError
            Where the table has no such field.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise UnknownNameError(f"field of {self.path}", name, self.columns)

    @property
    def refers_to(self) -> frozenset[str]:
        """Names of the tables that a check of this one must read as well."""
        return frozenset(
            [key.resource for key in self.foreign_keys]
            + [rule.resource for rule in self.coverage]
            + [count.resource for count in self.counts]
        )


@dataclass(frozen=True)
class Descriptor:
    """The data package: its tables by name."""

    tables: Mapping[str, Table]

    @classmethod
    def load(cls, data_dir: Path) -> Descriptor:
        """Read ``datapackage.json`` of a data folder.

        Parameters
        ----------
        data_dir : Path
            Folder of the tables.

        Raises
        ------
        DataError
            Where the file is missing, is no JSON, or lacks a property.
        """
        path = data_dir / FILE
        try:
            package = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            where = f"a data folder with {FILE} is needed"
            raise DataError([Fault(FILE, 0, "", "missing", where)]) from None
        except json.JSONDecodeError as error:
            raise DataError([Fault(FILE, error.lineno, "", error.msg, "valid JSON is needed")]) from None
        except UnicodeDecodeError as error:
            raise DataError([Fault(FILE, 0, "", error.reason, "UTF-8 is needed")]) from None
        try:
            tables = [_table(resource) for resource in package["resources"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = f"the property {error} is needed" if isinstance(error, KeyError) else str(error)
            raise DataError([Fault(FILE, 0, "", "no tabular data package", why)]) from None
        return cls({table.name: table for table in tables})

    def table(self, name: str) -> Table:
        """Give the table of that name.

        Raises
        ------
        UnknownNameError
            Where the package has no such table.
        """
        if name not in self.tables:
            raise UnknownNameError("table", name, self.tables)
        return self.tables[name]

    def closure(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give `names` and every table that they refer to, directly or not, in the order of the package."""
        found: set[str] = set()
        ahead = set(names)
        while ahead:
            found |= ahead
            ahead = {other for name in ahead for other in self.table(name).refers_to} - found
        return tuple(name for name in self.tables if name in found)


def _values(mapping: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    return {field: tuple(str(value) for value in values) for field, values in (mapping or {}).items()}


def _field(source: Mapping[str, Any], key: tuple[str, ...]) -> Field:
    if source["type"] not in TYPES:
        raise UnknownNameError(f"type of the field {source['name']!r}", source["type"], TYPES)
    limits = source.get("constraints", {})

    def bound(name: str) -> str | None:
        return str(limits[name]) if name in limits else None

    return Field(
        name=source["name"],
        type=source["type"],
        unit=source.get("unit", ""),
        description=source["description"],
        required=bool(limits.get("required", False)) or source["name"] in key,
        unique=bool(limits.get("unique", False)),
        minimum=bound("minimum"),
        maximum=bound("maximum"),
        enum=tuple(str(value) for value in limits.get("enum", ())),
        pattern=limits.get("pattern", ""),
    )


def _foreign_key(source: Mapping[str, Any]) -> ForeignKey:
    (field,), (target,) = source["fields"], source["reference"]["fields"]
    return ForeignKey(field, source["reference"]["resource"], target)


def _coverage(source: Mapping[str, Any]) -> Coverage:
    every = source["every"]
    return Coverage(
        field=source["field"],
        resource=every["resource"],
        target=every["field"],
        where=_values(every.get("where")),
        each=_values(source.get("with")),
        years=tuple(source.get("years", ())),
        says=source["says"],
    )


def _table(source: Mapping[str, Any]) -> Table:
    schema = source["schema"]
    key = tuple(schema["primaryKey"])
    return Table(
        name=source["name"],
        path=source["path"],
        title=source["title"],
        description=source["description"],
        fields=tuple(_field(field, key) for field in schema["fields"]),
        key=key,
        foreign_keys=tuple(_foreign_key(entry) for entry in schema.get("foreignKeys", ())),
        rules=tuple(
            Rule(_values(rule["when"]), _values(rule["then"]), rule["says"])
            for rule in source.get("buzan:rules", ())
        ),
        ordered=tuple((first, second) for first, second in source.get("buzan:ordered", ())),
        begins=tuple((whole, part) for whole, part in source.get("buzan:begins", ())),
        coverage=tuple(_coverage(entry) for entry in source.get("buzan:coverage", ())),
        counts=tuple(
            Count(entry["field"], entry["resource"], entry["by"], _values(entry.get("where")))
            for entry in source.get("buzan:counts", ())
        ),
        own=Own(**source["buzan:own"]) if "buzan:own" in source else None,
    )
