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

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from buzanlib.errors import DataError, Fault, UnknownNameError
from buzanlib.strictjson import parse

FILE = "datapackage.json"
TYPES = ("string", "integer", "number", "year", "date")

#: What may stand in each part of the descriptor; a name that is not known may be a rule that is misspelt.
KNOWN = {
    "resource": (
        "name", "path", "profile", "title", "description", "format", "mediatype", "encoding", "bytes", "hash",
        "licenses", "sources", "schema", "buzan:rules", "buzan:ordered", "buzan:begins", "buzan:own",
        "buzan:coverage", "buzan:counts",
    ),
    "schema": ("fields", "primaryKey", "foreignKeys", "missingValues"),
    "field": (
        "name", "type", "format", "title", "description", "example", "unit", "source", "licence", "constraints",
    ),
    "constraint": ("required", "unique", "minimum", "maximum", "enum", "pattern"),
    "foreign key": ("fields", "reference"),
    "rule": ("when", "then", "says"),
    "coverage": ("field", "every", "with", "years", "says"),
    "list of keys": ("resource", "field", "where"),
    "count": ("field", "resource", "by", "where"),
    "columns of one's own": ("pattern", "type", "description"),
}  # fmt: skip


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
            Where the file is missing, is no JSON, lacks a property or has one that is wrong, or names a table or
            field that there is not.
        """
        try:
            package = parse((data_dir / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            where = f"a data folder with {FILE} is needed"
            raise DataError([Fault(FILE, 0, "", "missing", where)]) from None
        except json.JSONDecodeError as error:
            raise DataError([Fault(FILE, error.lineno, "", error.msg, "valid JSON is needed")]) from None
        except UnicodeDecodeError as error:
            raise DataError([Fault(FILE, 0, "", error.reason, "UTF-8 is needed")]) from None
        except (OSError, ValueError) as error:
            raise DataError([Fault(FILE, 0, "", "cannot be read", str(error))]) from None
        try:
            resources = _listed(package["resources"], "resources")
        except (KeyError, TypeError, ValueError) as error:
            raise _refused("no tabular data package", error) from None
        tables: dict[str, Table] = {}
        for place, resource in enumerate(resources, start=1):
            try:
                table = _table(resource)
                if table.name in tables or table.path in {other.path for other in tables.values()}:
                    raise ValueError(f"name and path of {table.name!r} may stand only once")
            except (KeyError, TypeError, ValueError, AttributeError, UnknownNameError) as error:
                raise _refused(f"resource {place}", error) from None
            tables[table.name] = table
        found = cls(tables)
        for table in tables.values():
            try:
                _look_up(found, table)
            except UnknownNameError as error:
                raise _refused(f"resource {table.name}", error) from None
        return found

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


def _refused(where: str, error: Exception) -> DataError:
    why = f"the property {error} is needed" if isinstance(error, KeyError) else str(error)
    return DataError([Fault(FILE, 0, "", where, why)])


def _look_up(descriptor: Descriptor, table: Table) -> None:
    """Look up everything that a table names, so that no rule is passed over for a misspelt name."""
    names = [*table.key, *(name for pair in (*table.ordered, *table.begins) for name in pair)]
    names += [name for rule in table.rules for name in (*rule.when, *rule.then)]
    elsewhere = [(key.resource, key.target) for key in table.foreign_keys]
    names += [key.field for key in table.foreign_keys]
    for rule in table.coverage:
        names += [rule.field, *rule.each, *rule.years[:1]]
        elsewhere += [(rule.resource, name) for name in (rule.target, *rule.where, *rule.years[1:])]
    for count in table.counts:
        names += [count.field, count.by]
        elsewhere += [(count.resource, name) for name in (count.by, *count.where)]
    for name in names:
        table.field(name)
    for other, path in elsewhere:
        first, _, further = path.partition(".")
        descriptor.table(other).field(first)
        for key in descriptor.table(other).foreign_keys if further else ():
            if key.field == first:
                descriptor.table(key.resource).field(further)


def _listed(value: Any, what: str) -> list[Any]:
    """A list, which a text is not, although it can be walked through."""
    if not isinstance(value, list):
        raise ValueError(f"{what} must be a list")
    return value


def _texts(value: Any, what: str) -> tuple[str, ...]:
    """A list of texts, or one text."""
    texts = [value] if isinstance(value, str) else _listed(value, what)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{what} must be texts")
    return tuple(texts)


def _text(source: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A property that is a text, needed where it has no default."""
    value = source[name] if default is None else source.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"the property {name!r} must be a text")
    return value


def _known(part: str, source: Mapping[str, Any], where: str = "") -> Mapping[str, Any]:
    """A part of the descriptor, in which nothing stands that would be passed over."""
    for name in source:
        if name not in KNOWN[part]:
            raise UnknownNameError(f"property of a {part}{where}", name, KNOWN[part])
    return source


def _values(mapping: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    return {
        field: tuple(str(value) for value in _listed(values, f"values of {field!r}"))
        for field, values in (mapping or {}).items()
    }


def _field(source: Mapping[str, Any], key: tuple[str, ...]) -> Field:
    name, kind = _text(source, "name"), _text(source, "type")
    if kind not in TYPES:
        raise UnknownNameError(f"type of the field {name!r}", kind, TYPES)
    _known("field", source, f", {name!r}")
    limits = _known("constraint", source.get("constraints", {}), f" of the field {name!r}")
    for flag in ("required", "unique"):
        if not isinstance(limits.get(flag, False), bool):
            raise ValueError(f"field {name!r}: {flag} must be true or false")
    return Field(
        name=name,
        type=kind,
        unit=_text(source, "unit", ""),
        description=_text(source, "description"),
        required=limits.get("required", False) or name in key,
        unique=limits.get("unique", False),
        minimum=_bound(name, kind, limits, "minimum"),
        maximum=_bound(name, kind, limits, "maximum"),
        enum=tuple(str(value) for value in _listed(limits.get("enum", []), f"field {name!r}: enum")),
        pattern=_pattern(name, limits.get("pattern", "")),
    )


def _bound(name: str, kind: str, limits: Mapping[str, Any], side: str) -> str | None:
    """A bound as it is written, once it is one."""
    if side not in limits:
        return None
    text = str(limits[side])
    try:
        if kind == "date":
            datetime.date.fromisoformat(text)
        else:
            float(text)
    except ValueError:
        raise ValueError(f"field {name!r}: {side} {text!r} is no {kind}") from None
    return text


def _pattern(name: str, pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"field {name!r}: the pattern is none: {error}") from None
    return pattern


def _foreign_key(source: Mapping[str, Any]) -> ForeignKey:
    there = _known("foreign key", source)["reference"]
    (field,), (target,) = _texts(source["fields"], "fields"), _texts(there["fields"], "fields")
    return ForeignKey(field, there["resource"], target)


def _coverage(source: Mapping[str, Any]) -> Coverage:
    every = _known("list of keys", _known("coverage", source)["every"])
    return Coverage(
        field=source["field"],
        resource=every["resource"],
        target=every["field"],
        where=_values(every.get("where")),
        each=_values(source.get("with")),
        years=_texts(source.get("years", []), "years"),
        says=source["says"],
    )


def _table(source: Mapping[str, Any]) -> Table:
    schema = _known("schema", _known("resource", source)["schema"])
    key = _texts(schema["primaryKey"], "primaryKey")
    path = _text(source, "path")
    if not re.fullmatch(r"\w[\w.-]*\.csv", path, re.ASCII):
        raise ValueError(f"the path {path!r} is not the name of a CSV file in the data folder")
    fields = tuple(_field(field, key) for field in _listed(schema["fields"], "fields"))
    if len({field.name for field in fields}) < len(fields):
        raise ValueError("a field may stand only once")
    return Table(
        name=_text(source, "name"),
        path=path,
        title=_text(source, "title"),
        description=_text(source, "description"),
        fields=fields,
        key=key,
        foreign_keys=tuple(_foreign_key(entry) for entry in schema.get("foreignKeys", ())),
        rules=tuple(
            Rule(_values(rule["when"]), _values(rule["then"]), rule["says"])
            for rule in (_known("rule", rule) for rule in source.get("buzan:rules", ()))
        ),
        ordered=tuple((first, second) for first, second in source.get("buzan:ordered", ())),
        begins=tuple((whole, part) for whole, part in source.get("buzan:begins", ())),
        coverage=tuple(_coverage(entry) for entry in source.get("buzan:coverage", ())),
        counts=tuple(
            Count(entry["field"], entry["resource"], entry["by"], _values(entry.get("where")))
            for entry in (_known("count", entry) for entry in source.get("buzan:counts", ()))
        ),
        own=_own(source["buzan:own"]) if "buzan:own" in source else None,
    )


def _own(source: Mapping[str, Any]) -> Own:
    if _known("columns of one's own", source)["type"] not in TYPES:
        raise UnknownNameError("type of columns of one's own", source["type"], TYPES)
    return Own(_pattern("of one's own", source["pattern"]), source["type"], _text(source, "description"))
