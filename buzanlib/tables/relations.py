"""Checks between tables: foreign keys, coverage, and numbers that count the rows of another table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from buzanlib.errors import HINTED, Fault, nearest
from buzanlib.tables.checks import FORMS
from buzanlib.tables.schema import Count, Coverage, Descriptor, ForeignKey, Table

Frames = Mapping[str, pd.DataFrame]
Values = Mapping[str, tuple[str, ...]]
Known = Mapping[str, Sequence[Fault]]


def check_relations(descriptor: Descriptor, table: Table, frames: Frames, known: Known) -> list[Fault]:
    """Hold one table against the others.

    Parameters
    ----------
    descriptor : Descriptor
        The package, by which foreign keys are followed.
    table : Table
        The table to check; it must be in `frames`.
    frames : mapping of str to DataFrame of str
        The tables that could be read.
    known : mapping of str to sequence of Fault
        Faults within each table. What only follows from one of these is not reported a second time.

    Returns
    -------
    list of Fault
        All of them. A relation to a table or column that is not there is passed over: that fault is its own.
    """
    faults = []
    for key in table.foreign_keys:
        if _there(frames, (table.name, key.field), (key.resource, key.target)):
            faults += _foreign(descriptor, table, key, frames, known)
    for rule in table.coverage:
        columns = [rule.field, *rule.each, *rule.years[:1]]
        there = [(rule.resource, column) for column in (rule.target, *rule.years[1:])]
        if _there(frames, *there, *((table.name, column) for column in columns)):
            faults += _coverage(descriptor, table, rule, frames, known)
    for count in table.counts:
        there = [(count.resource, column) for column in (count.by, *count.where) if "." not in column]
        if _there(frames, (table.name, count.field), (table.name, count.by), *there):
            faults += _count(descriptor, table, count, frames, known)
    return faults


def _there(frames: Frames, *columns: tuple[str, str]) -> bool:
    return all(name in frames and column in frames[name].columns for name, column in columns)


def _among(values: pd.Series[str], others: pd.Series[str]) -> pd.Series[bool]:
    """Mark the values that stand among others; by Arrow, since pandas takes each of a million of these in hand."""
    found = pc.is_in(pa.array(values, pa.large_string()), value_set=pa.array(others, pa.large_string()))
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index)


def _ill(frame: pd.DataFrame, faults: Iterable[Fault], columns: Sequence[str]) -> pd.Series[bool]:
    """Mark the rows with a fault in one of the columns, or in the row as such."""
    rows = {fault.row for fault in faults if not fault.column or set(fault.column.split("+")) & set(columns)}
    return pd.Series(frame.index.isin(list(rows)), index=frame.index)


def _rows(descriptor: Descriptor, name: str, frames: Frames, where: Values) -> pd.DataFrame:
    """Give the rows of a table in which the fields of `where` hold one of their values."""
    frame = frames[name]
    keep = pd.Series(True, index=frame.index)
    for path, values in where.items():
        keep &= _follow(descriptor, name, frames, path).isin(values)
    return frame[keep]


def _follow(descriptor: Descriptor, name: str, frames: Frames, path: str) -> pd.Series[str]:
    """Give a column, or for ``"doc_id.corpus"`` the column that the foreign key of ``doc_id`` leads to."""
    field, _, other = path.partition(".")
    frame = frames[name]
    if not other and field in frame.columns:
        return frame[field]
    for key in descriptor.table(name).foreign_keys:
        if key.field == field and _there(
            frames, (name, field), (key.resource, key.target), (key.resource, other)
        ):
            target = frames[key.resource].drop_duplicates(key.target).set_index(key.target)[other]
            return frame[field].map(target)
    return pd.Series("", index=frame.index)


def _foreign(
    descriptor: Descriptor, table: Table, key: ForeignKey, frames: Frames, known: Known
) -> list[Fault]:
    frame, there = frames[table.name], frames[key.resource][key.target]
    values = frame[key.field]
    bad = (values != "") & ~_among(values, there) & ~_ill(frame, known[table.name], [key.field])
    if not bad.any():
        return []
    options = sorted({*there.unique().tolist()} - {""})
    where = f"not in column {key.target} of {descriptor.table(key.resource).path}"
    hints = {value: f"{where}; {nearest(value, options)}" for value in values[bad].unique()[:HINTED]}
    return [
        Fault(table.path, int(line), key.field, str(value), hints.get(value, where))
        for line, value in zip(frame.index[bad], values[bad], strict=True)
    ]


def _coverage(
    descriptor: Descriptor, table: Table, rule: Coverage, frames: Frames, known: Known
) -> list[Fault]:
    frame, whole = frames[table.name], frames[rule.resource]
    columns = [rule.field, *rule.years[:1], *rule.each]
    source = _rows(descriptor, rule.resource, frames, rule.where)
    if rule.years:
        needed = _spans(table, rule, source, frame)
    else:
        if (
            not rule.each
            and _among(source.loc[source[rule.target] != "", rule.target], frame[rule.field]).all()
        ):
            return []
        needed = {(str(value),) for value in source[rule.target].unique().tolist() if value}
        # Rows of keys for which nothing is asked neither miss nor explain anything.
        frame = frame[
            _among(frame[rule.field], source[rule.target]) | ~_among(frame[rule.field], whole[rule.target])
        ]
    for values in rule.each.values():
        needed = {(*key, value) for key in needed for value in values}
    lines: dict[tuple[str, ...], int] = {}
    for line, *row in frame[columns].itertuples(name=None):
        lines[tuple(row)] = int(line)
    ill = set(frame.loc[_ill(frame, known[table.name], columns[1:]), rule.field])
    ill |= set(whole.loc[_ill(whole, known[rule.resource], [*rule.where, *rule.years[1:]]), rule.target])
    keys = set(whole[rule.target])
    # A row whose key is unknown is a fault of its own, and explains one missing row that is otherwise like it.
    explained = Counter(key[1:] for key in lines if key[0] not in keys)
    missing = sorted(key for key in needed - lines.keys() if key[0] not in ill)
    alike = Counter(key[1:] for key in missing)
    name = "+".join(columns)
    faults = [
        Fault(table.path, 0, name, ", ".join(key), f"missing row; {rule.says}")
        for key in missing
        if alike[key[1:]] > explained[key[1:]]
    ]
    if rule.years:
        faults += [
            Fault(table.path, lines[key], name, ", ".join(key), f"a row too many; {rule.says}")
            for key in lines.keys() - needed
            if key[0] not in ill and key[0] in keys
        ]
    return faults


def _spans(table: Table, rule: Coverage, source: pd.DataFrame, frame: pd.DataFrame) -> set[tuple[str, ...]]:
    """Give every (key, year) at whose end the span lasts, from the first year allowed to the last there is."""
    year, first, last = rule.years
    field, date = table.field(year), FORMS["date"][0]
    low, high = int(field.minimum or 0), _last(frame[year], int(field.maximum or 9999))
    found: set[tuple[str, ...]] = set()
    for key, start, end in zip(source[rule.target], source[first], source[last], strict=True):
        begin = int(start[:4]) if date.fullmatch(start) else low
        # A span that ends within a year does not hold at its end; a successor has that year.
        stop = int(end[:4]) - (not end.endswith("-12-31")) if date.fullmatch(end) else high
        found |= {(str(key), str(value)) for value in range(max(low, begin), min(high, stop) + 1)}
    return found


def _last(years: pd.Series[str], limit: int) -> int:
    """The last year that a column has, of those that are years at all."""
    there = {int(year) for year in years.unique() if FORMS["year"][0].fullmatch(year)}
    return max((year for year in there if year <= limit), default=limit)


def _count(descriptor: Descriptor, table: Table, count: Count, frames: Frames, known: Known) -> list[Fault]:
    frame, other = frames[table.name], frames[count.resource]
    source = _rows(descriptor, count.resource, frames, count.where)
    found = frame[count.by].map(source[count.by].value_counts()).fillna(0).astype("int64").astype("str")
    ill = set(other.loc[_ill(other, known[count.resource], [count.by, *count.where]), count.by])
    given = (frame[count.field] != "") & ~_ill(frame, known[table.name], [count.field, count.by])
    bad = given & (frame[count.field] != found) & ~frame[count.by].isin(ill)
    rest = "".join(f" and {name} {' or '.join(values)}" for name, values in count.where.items())
    where = f"rows of {descriptor.table(count.resource).path} have this {count.by}{rest}"
    return [
        Fault(table.path, int(line), count.field, str(value), f"{number} {where}")
        for line, value, number in zip(frame.index[bad], frame.loc[bad, count.field], found[bad], strict=True)
    ]
