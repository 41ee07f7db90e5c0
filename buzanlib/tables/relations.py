"""Checks between tables: foreign keys, coverage, and numbers that count the rows of another table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from buzanlib.errors import HINTED, Fault, nearest
from buzanlib.tables.checks import FORMS, faults_at, numbered_rows
from buzanlib.tables.schema import Count, Coverage, Descriptor, ForeignKey, Table, Values

Frames = Mapping[str, pd.DataFrame]
Known = Mapping[str, Sequence[Fault]]


def check_relations(descriptor: Descriptor, table: Table, frames: Frames, known: Known) -> list[Fault]:
    """Check one table, which must be in `frames`, against the others that could be read: all its faults.

    What only follows from a `known` fault within a table is not reported again, and a relation to a table or column
    that is missing is passed over: that is a fault of its own.
    """
    related = _Related(descriptor, table, frames, known)
    faults = []
    for key in table.foreign_keys:
        if _there(frames, (table.name, key.field), (key.resource, key.target)):
            faults += related.foreign(key)
    for rule in table.coverage:
        columns = [rule.field, *rule.each, *rule.years[:1]]
        there = [(rule.resource, column) for column in (rule.target, *rule.years[1:])]
        if _there(frames, *there, *((table.name, column) for column in columns)):
            faults += related.coverage(rule)
    for count in table.counts:
        there = [(count.resource, column) for column in (count.by, *count.where) if "." not in column]
        if _there(frames, (table.name, count.field), (table.name, count.by), *there):
            faults += related.count(count)
    return faults


def _there(frames: Frames, *columns: tuple[str, str]) -> bool:
    return all(name in frames and column in frames[name].columns for name, column in columns)


def _among(values: pd.Series[str], others: pd.Series[str]) -> pd.Series[bool]:
    """Mark the values that are among others, with Arrow: pandas takes a second for a million."""
    found = pc.is_in(pa.array(values, pa.large_string()), value_set=pa.array(others, pa.large_string()))
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index)


@dataclass(frozen=True)
class _Related:
    """A table among the others."""

    descriptor: Descriptor
    table: Table
    frames: Frames
    known: Known

    @property
    def frame(self) -> pd.DataFrame:
        return self.frames[self.table.name]

    def foreign(self, key: ForeignKey) -> list[Fault]:
        """Values that are not in the table that they refer to."""
        values, there = self.frame[key.field], self.frames[key.resource][key.target]
        bad = values[(values != "") & ~_among(values, there) & ~self.faulty(self.table.name, [key.field])]
        if bad.empty:
            return []
        bad = bad.drop_duplicates() if key.once else bad
        where = f"not in column {key.target} of {self.descriptor.table(key.resource).path}"
        if key.resource == "states":  # of a code, letters that look alike say nothing
            return faults_at(self.table.path, key.field, bad, f"{where}; a code of ISO 3166 is needed")
        options = sorted({*there.unique().tolist()} - {""})
        needs = {value: f"{where}; {nearest(value, options)}" for value in bad.unique()[:HINTED]}
        return faults_at(self.table.path, key.field, bad, (needs.get(value, where) for value in bad))

    def coverage(self, rule: Coverage) -> list[Fault]:
        """Keys, or keys and years, that are missing or too many."""
        frame, whole = self.frame, self.frames[rule.resource]
        columns = (rule.field, *rule.years[:1], *rule.each)
        source = self.rows(rule.resource, rule.where)
        if rule.years:
            needed = self.spans(rule, source)
        else:
            keys = source.loc[source[rule.target] != "", rule.target]
            if not rule.each and _among(keys, frame[rule.field]).all():
                return []
            needed = {(str(value),) for value in keys.unique().tolist()}
            # Rows of keys for which nothing is needed neither miss nor explain anything.
            about = _among(frame[rule.field], source[rule.target])
            frame = frame[about | ~_among(frame[rule.field], whole[rule.target])]
        for values in rule.each.values():
            needed = {(*key, value) for key in needed for value in values}
        rows = numbered_rows(frame[list(columns)])
        lines: dict[tuple[str, ...], int] = {tuple(row): line for line, *row in rows}
        faulty = set(frame.loc[self.faulty(self.table.name, columns[1:])[frame.index], rule.field])
        faulty |= set(whole.loc[self.faulty(rule.resource, [*rule.where, *rule.years[1:]]), rule.target])
        there = set(whole[rule.target])
        # A row whose key is unknown is a fault of its own, and explains one missing row that is otherwise like it.
        explained = Counter(key[1:] for key in lines if key[0] not in there)
        missing = sorted(key for key in needed - lines.keys() if key[0] not in faulty)
        alike = Counter(key[1:] for key in missing)

        def fault(line: int, key: tuple[str, ...], what: str) -> Fault:
            need = f"{what}; {rule.says}"
            return Fault(self.table.path, line, "+".join(columns), ", ".join(key), need, columns=columns)

        faults = [fault(0, key, "missing row") for key in missing if alike[key[1:]] > explained[key[1:]]]
        if rule.years:
            spare = (key for key in lines.keys() - needed if key[0] not in faulty and key[0] in there)
            faults += [fault(lines[key], key, "a row too many") for key in spare]
        return faults

    def spans(self, rule: Coverage, source: pd.DataFrame) -> set[tuple[str, ...]]:
        """Every (key, year) at whose end the span lasts, from the first year allowed to the last that the table has."""
        year, first, last = rule.years
        field = self.table.field(year)
        is_date, is_year = FORMS["date"][0].fullmatch, FORMS["year"][0].fullmatch
        low, high = int(field.minimum or 0), int(field.maximum or 9999)
        years = {int(value) for value in self.frame[year].unique() if is_year(value)}
        high = max((value for value in years if value <= high), default=high)
        found: set[tuple[str, ...]] = set()
        for key, start, end in zip(source[rule.target], source[first], source[last], strict=True):
            begin = int(start[:4]) if is_date(start) else low
            # A span that ends within a year does not last at its end; a successor has that year.
            stop = int(end[:4]) - (not end.endswith("-12-31")) if is_date(end) else high
            found |= {(str(key), str(value)) for value in range(max(low, begin), min(high, stop) + 1)}
        return found

    def count(self, count: Count) -> list[Fault]:
        """Numbers that are not those of the rows that they count."""
        frame, other = self.frame, self.frames[count.resource]
        source = self.rows(count.resource, count.where)
        found = frame[count.by].map(source[count.by].value_counts()).fillna(0).astype("int64").astype("str")
        faulty = set(other.loc[self.faulty(count.resource, [count.by, *count.where]), count.by])
        given = (frame[count.field] != "") & ~self.faulty(self.table.name, [count.field, count.by])
        bad = given & (frame[count.field] != found) & ~frame[count.by].isin(faulty)
        rest = "".join(f" and {name} {' or '.join(values)}" for name, values in count.where.items())
        where = f"rows of {self.descriptor.table(count.resource).path} have this {count.by}{rest}"
        needs = [f"{number} {where}" for number in found[bad]]
        return faults_at(self.table.path, count.field, frame.loc[bad, count.field], needs)

    def faulty(self, name: str, columns: Sequence[str]) -> pd.Series[bool]:
        """Mark the rows of a table with a known fault in one of the columns, or in the row as such."""
        frame, wanted = self.frames[name], set(columns)
        rows = {
            fault.row
            for fault in self.known[name]
            if not fault.column or fault.column in wanted or wanted & set(fault.columns)
        }
        return pd.Series(frame.index.isin(list(rows)), index=frame.index)

    def rows(self, name: str, where: Values) -> pd.DataFrame:
        """Rows of a table in which the fields of `where` have one of their values."""
        frame = self.frames[name]
        keep = pd.Series(True, index=frame.index)
        for path, values in where.items():
            keep &= self.follow(name, path).isin(values)
        return frame[keep]

    def follow(self, name: str, path: str) -> pd.Series[str]:
        """A column, or for ``"doc_id.corpus"`` the column that the foreign key of ``doc_id`` leads to."""
        field, _, other = path.partition(".")
        frame = self.frames[name]
        if not other and field in frame.columns:
            return frame[field]
        for key in self.descriptor.table(name).foreign_keys:
            columns = (name, field), (key.resource, key.target), (key.resource, other)
            if key.field == field and _there(self.frames, *columns):
                target = self.frames[key.resource].drop_duplicates(key.target).set_index(key.target)[other]
                return frame[field].map(target)
        return pd.Series("", index=frame.index)
