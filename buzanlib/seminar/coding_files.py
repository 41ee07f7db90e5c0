"""Files of coders, as the coding lab saves them: read strictly, for they come from other people's machines."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from buzanlib.errors import DataError, Fault, nearest, shown
from buzanlib.strictjson import parse
from buzanlib.tables.reading import contents
from buzanlib.theory.vocabulary import Measure, Quadrant, ReferentObject, Threat, ThreatAgent

FORMAT, VERSION = "buzanlib-coding", 1

KINDS = ("person", "model", "key")

#: Items of each set.
ITEMS: dict[str, tuple[str, ...]] = {
    "T": tuple(f"T{place}" for place in range(1, 7)),
    **{name: tuple(f"{name}{place:02}" for place in range(1, 13)) for name in "AB"},
}

THREATS = tuple(map(str, Threat))

#: Variables of which an item has one value, with their values in the order of the codebook.
VALUES: dict[str, tuple[str | int, ...]] = {
    "primary": (*THREATS, "none"),
    "level": (0, 1, 2),
    "referent": tuple(map(str, ReferentObject)),
    "agent": tuple(map(str, ThreatAgent)),
    "measure": tuple(map(str, Measure)),
}

#: Kinds of speakers that a false label can describe.
SPEAKERS = tuple(str(quadrant).lower() for quadrant in Quadrant)

#: What is coded in each form.
FORMS: dict[str, tuple[str, ...]] = {
    "short": ("threats", "primary", "level", "referent"),
    "long": ("threats", *VALUES),
}

#: Bytes above which a file is not read; one of a coder has about 2,000, a key 20,000.
LARGEST = 200_000

_NEEDED = ("format", "version", "session", "coder", "kind", "set", "form", "language", "labels", "codes")
_OF_A_KEY = ("why", "accept", "rules", "toward")

Codes = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Coding:
    """What one coder said of the items of one set.

    Attributes
    ----------
    file : str
        Name of the file.
    session, coder, kind, set, form, language : str
        As in the file; `kind` of `KINDS`, `form` of `FORMS`.
    labels : dict of str to str, or None
        The kind of speaker that the label of an item showed; None where no item had one.
    codes : dict of str to dict
        By item: ``threats`` (list of str) and variables of `VALUES`. What is not coded is absent.
    accept : dict of str to dict
        Of a key: by item and variable the values that are accepted beside that of the key.
    toward : dict of str to dict
        Of a key: by contested item and kind of speaker the threat to which the label would push.
    """

    file: str
    session: str
    coder: str
    kind: str
    set: str
    form: str
    language: str
    labels: dict[str, str] | None
    codes: Codes
    accept: dict[str, dict[str, list[str | int]]] = field(default_factory=dict)
    toward: dict[str, dict[str, str]] = field(default_factory=dict)

    def value(self, item: str, variable: str) -> str | int | None:
        """Give what was coded: of a threat 0 or 1, else a value of `VALUES`; None where it was not coded."""
        coded = self.codes.get(item, {})
        if variable in VALUES:
            found: str | int | None = coded.get(variable)
            return found
        return int(variable in coded["threats"]) if "threats" in coded else None


def read_codings(
    paths: Iterable[Path], keys: Iterable[Path] = (), items: Mapping[str, Collection[str]] = ITEMS
) -> tuple[list[Coding], list[Fault]]:
    """Read the files of a class; one that is at fault does not spoil the others.

    Parameters
    ----------
    paths : iterable of Path
        The files.
    keys : iterable of Path
        More of them, which must be keys.
    items : mapping of str to collection of str
        Items of each set.

    Returns
    -------
    list of Coding
        The files without a fault, in their order.
    list of Fault
        The first fault of each other one. Of several files with the same codes of one coder the first is kept; where
        their codes differ none is, for nobody can say which is meant.
    """
    found: list[Coding] = []
    faults: list[Fault] = []
    for path, kinds in (*((path, KINDS) for path in paths), *((path, KINDS[-1:]) for path in keys)):
        try:
            found.append(read_coding(path.name, _text(path), items, kinds))
        except DataError as error:
            faults += error.faults
    whose: dict[tuple[str, str, str], list[Coding]] = {}
    for one in found:
        whose.setdefault((one.set, one.session, one.coder), []).append(one)
    kept = []
    for first, *others in whose.values():
        same = all((one.codes, one.labels) == (first.codes, first.labels) for one in others)
        if same:
            kept.append(first)
        for one in others if same else (first, *others):
            other = first if one is not first else others[0]
            what = "the same codes" if same else "other codes"
            allowed = f"one file a coder and set is needed, and {other.file!r} has {what} of this coder"
            faults.append(Fault(one.file, 0, "", one.coder, allowed, "$.coder"))
    return kept, faults


def read_coding(
    name: str, text: str, items: Mapping[str, Collection[str]] = ITEMS, kinds: Collection[str] = KINDS
) -> Coding:
    """Read one file.

    Parameters
    ----------
    name : str
        Its name, for messages.
    text : str
        Its content.
    items : mapping of str to collection of str
        Items of each set.
    kinds : collection of str
        What kind of a file it may be, of `KINDS`.

    Returns
    -------
    Coding
        Its content. What an item has of a form is all that it may have; in a key it has all of the long one.

    Raises
    ------
    DataError
        With its first fault: where, what, and what would be allowed.
    """
    try:
        return _Reader(name).coding(parse(text), items, kinds)
    except ValueError as error:
        line, why = (error.lineno, error.msg) if isinstance(error, json.JSONDecodeError) else (0, str(error))
        value = text.split("\n")[line - 1] if line else text
        raise DataError(
            [Fault(name, line, "", value[:40], f"JSON of the coding lab is needed, whole: {why}")]
        ) from None


def _text(path: Path) -> str:
    """Content of a file that is not too large."""
    try:
        return contents(path, most=LARGEST).decode("utf-8-sig")
    except OSError as error:
        fault = Fault(path.name, 0, "", "cannot be read", error.strerror or str(error))
    except UnicodeDecodeError as error:
        value = repr(error.object[error.start : error.start + 4])
        fault = Fault(path.name, 0, "", value, "text in UTF-8 is needed")
    raise DataError([fault])


@dataclass(frozen=True)
class _Reader:
    """Checks the content of a file."""

    file: str

    def refuse(self, place: str, value: object, allowed: str) -> NoReturn:
        raise DataError(
            [Fault(self.file, 0, "", value if isinstance(value, str) else shown(value), allowed, place)]
        )

    def one_of(self, place: str, value: object, allowed: Collection[str | int]) -> Any:
        """The value, if it is allowed and of the same type; ``True`` is not 1."""
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value not in allowed:
            self.refuse(place, value, nearest(value, allowed))
        return value if isinstance(value, str) else int(value)

    def names(
        self, place: str, value: object, allowed: Collection[str], needed: Iterable[str] = ()
    ) -> dict[str, Any]:
        """The object, if all its names are allowed, and those that are needed are there."""
        if not isinstance(value, dict):
            self.refuse(place, value, "an object with names is needed")
        for name in value:
            if name not in allowed:
                self.refuse(place, name, f"an unknown name; {nearest(name, allowed)}")
        for name in needed:
            if name not in value:
                self.refuse(place, "missing", f"{name!r} is needed")
        return value

    def several(self, place: str, value: object, allowed: Collection[str | int]) -> list[Any]:
        """The list, if it has allowed values only, each once."""
        if not isinstance(value, list):
            self.refuse(place, value, "a list is needed")
        found = [self.one_of(f"{place}[{number}]", one, allowed) for number, one in enumerate(value)]
        for number, one in enumerate(found):
            if one in found[:number]:
                self.refuse(f"{place}[{number}]", one, "each may stand there only once")
        return found

    def coding(self, content: Any, items: Mapping[str, Collection[str]], kinds: Collection[str]) -> Coding:
        kind = content.get("kind") if isinstance(content, dict) else None
        is_key = kind == "key"
        whole = self.names("$", content, (*_NEEDED, *(_OF_A_KEY if is_key else ())), _NEEDED)
        self.one_of("$.format", whole["format"], [FORMAT])
        self.one_of("$.version", whole["version"], [VERSION])
        texts = {name: self.text(f"$.{name}", whole[name]) for name in ("session", "coder", "language")}
        self.one_of("$.kind", kind, kinds)
        chosen = self.one_of("$.set", whole["set"], list(items))
        form = self.one_of("$.form", whole["form"], ["long"] if is_key else list(FORMS))
        inside = items[chosen]
        labels = None if whole["labels"] is None else self.names("$.labels", whole["labels"], inside)
        for item, label in (labels or {}).items():
            self.one_of(f"$.labels.{item}", label, SPEAKERS)
        codes = self.names("$.codes", whole["codes"], inside)
        for item, coded in codes.items():
            self.codes(f"$.codes.{item}", coded, FORMS[form])
        for item in self.names("$.codes", codes, inside, inside) if is_key else ():
            self.names(f"$.codes.{item}", codes[item], FORMS[form], FORMS[form])
        for item, why in self.names("$.why", whole.get("why", {}), inside).items():
            if not isinstance(why, str):
                self.refuse(f"$.why.{item}", why, "a text is needed")
        for item, rules in self.names("$.rules", whole.get("rules", {}), inside).items():
            self.several(f"$.rules.{item}", rules, range(1, 100))
        accept = self.names("$.accept", whole.get("accept", {}), inside)
        for item, coded in accept.items():
            for name, values in self.names(f"$.accept.{item}", coded, FORMS["long"]).items():
                self.several(f"$.accept.{item}.{name}", values, VALUES.get(name, THREATS))
        toward = self.names("$.toward", whole.get("toward", {}), inside)
        for item, pushed in toward.items():
            for label, threat in self.names(f"$.toward.{item}", pushed, SPEAKERS).items():
                self.one_of(f"$.toward.{item}.{label}", threat, VALUES["primary"])
        return Coding(
            self.file, texts["session"], texts["coder"], str(kind), chosen, form, texts["language"], labels, codes,
            accept, toward,
        )  # fmt: skip

    def codes(self, place: str, coded: object, variables: Collection[str]) -> None:
        """Check what an item has, and that its threats can stand together and with the primary one."""
        found = self.names(place, coded, variables)
        for name, value in found.items():
            if name == "threats":
                self.several(f"{place}.threats", value, THREATS)
            else:
                self.one_of(f"{place}.{name}", value, VALUES[name])
        threats = found.get("threats", [])
        if Threat.GEN in threats and len(threats) > 1:
            self.refuse(f"{place}.threats", ", ".join(threats), "'gen' stands alone")
        if {"threats", "primary"} <= found.keys():
            self.one_of(f"{place}.primary", found["primary"], threats or ["none"])

    def text(self, place: str, value: object) -> str:
        """The text, if it is short and can be printed."""
        if not isinstance(value, str) or not re.fullmatch(r".{1,40}", value) or not value.isprintable():
            self.refuse(place, value, "one to forty letters, digits or signs are needed")
        return value
