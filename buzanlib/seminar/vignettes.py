"""Vignettes of the coding lab: texts in every language, and one key for all, checked by the rules of the codebook.

They are read from a folder with ``key.yml`` and one file a language, such as ``en.yml``. The key rests on two codings
by a large language model, each blind to the other and to what the authors had in mind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, check_name, nearest, shown
from buzanlib.measurement.reliability import VARIABLES, krippendorff_alpha
from buzanlib.seminar.coding_files import FORMAT, FORMS, ITEMS, SPEAKERS, THREATS, VALUES, VERSION
from buzanlib.sources.sheet_words import NONE
from buzanlib.tables.yamlfile import Document, read
from buzanlib.theory.vocabulary import Threat

#: Sets of vignettes, the first for training, and how hard one can be.
SETS, GRADES = tuple(ITEMS), ("easy", "medium", "contested")

_CODED = FORMS["long"]
_CODERS = ("first", "second")
_KEY = "key.yml"


@dataclass(frozen=True)
class Codes:
    """What a vignette is coded as, by the codebook."""

    threats: tuple[str, ...]  #: of `THREATS`, in their order; empty where no digital threat is told
    primary: str
    level: int
    referent: str
    agent: str
    measure: str

    def number(self, variable: str) -> int:
        """Of a threat 0 or 1, of a variable of `VALUES` the place of its value there."""
        if variable in THREATS:
            return int(variable in self.threats)
        return VALUES[variable].index(getattr(self, variable))


@dataclass(frozen=True)
class Vignette:
    """What the key says of a vignette."""

    set: str  #: of `SETS`
    grade: str  #: of `GRADES`
    rules: tuple[int, ...]  #: of the codebook, by which it is decided
    codes: Codes
    #: By variable what else is accepted; of ``threats``, what may be given or not.
    accept: dict[str, tuple[str | int, ...]]
    keys: dict[str, Codes]  #: the codings on which the key rests, ``first`` and ``second``
    toward: dict[str, str]  #: of a contested one: primary threat to which a label pushes, by kind of speaker
    twin: str | None = None  #: the one that differs by what a common rule says


@dataclass(frozen=True)
class Language:
    """The words of the lab in one language, by the names that `Lab` and its page use."""

    language: str
    name: str
    words: dict[str, str]
    values: dict[str, dict[str, dict[str, str]]]  #: by variable and value: ``word`` and ``rule``
    labels: dict[str, str]  #: by kind of speaker
    items: dict[str, str]
    why: dict[str, str]


@dataclass(frozen=True)
class Lab:
    """Vignettes by name, and the languages in which they can be read."""

    vignettes: dict[str, Vignette]
    languages: dict[str, Language]

    def of_set(self, name: str) -> dict[str, Vignette]:
        """Vignettes of one of `SETS`; UnknownNameError if there is no such set."""
        check_name("set of vignettes", name, SETS)
        return {item: one for item, one in self.vignettes.items() if one.set == name}

    def key_file(self, name: str, language: str) -> dict[str, Any]:
        """Give the key of a set in the format of a coder's file, with reasons in a language.

        Raises
        ------
        UnknownNameError
            If there is no such set or language.
        """
        items = self.of_set(name)
        check_name("language", language, self.languages)
        return {
            "format": FORMAT, "version": VERSION, "session": "key", "coder": "key", "kind": "key", "set": name,
            "form": "long", "language": language, "labels": None,
            "codes": {item: asdict(one.codes) for item, one in items.items()},
            "why": {item: self.languages[language].why[item] for item in items},
            "accept": {item: one.accept for item, one in items.items() if one.accept},
            "rules": {item: one.rules for item, one in items.items()},
            "toward": {item: one.toward for item, one in items.items() if one.toward},
        }  # fmt: skip

    def public_items(self, language: str) -> dict[str, Any]:
        """Give what a student's page may hold: all texts of a language, and codes and reasons of the training alone.

        UnknownNameError if there is no such language.
        """
        check_name("language", language, self.languages)
        texts = asdict(self.languages[language])
        why = texts.pop("why")
        return texts | {
            "sets": {name: list(self.of_set(name)) for name in SETS},
            "training": {
                item: {"codes": asdict(one.codes), "accept": one.accept, "rules": one.rules, "why": why[item]}
                for item, one in self.of_set(SETS[0]).items()
            },
        }

    def key_agreement(self) -> pd.DataFrame:
        """Agreement of the two codings on which the key rests, over all vignettes that have both.

        Returns
        -------
        DataFrame
            Index ``variable``: threats, then `VALUES`, level also as ordinal. Columns ``alpha`` (Krippendorff; NaN
            where it is undefined), ``agreement`` (share of vignettes coded alike) and ``n`` (vignettes).
        """
        pairs = [one.keys for one in self.vignettes.values() if one.keys]
        rows = {}
        for name, (column, level) in VARIABLES.items():
            if column in (*THREATS, *VALUES):
                given = np.array([[pair[coder].number(column) for pair in pairs] for coder in _CODERS])
                rows[name] = (krippendorff_alpha(given, level), (given[0] == given[1]).mean(), len(pairs))
        columns = ["alpha", "agreement", "n"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("variable")


def read_lab(folder: Path) -> Lab:
    """Read the key and every language of a folder.

    Raises
    ------
    BuzanError
        At the first fault: file, line, vignette, key, value, and what would be allowed.
    """
    key = _Reader(read(folder / _KEY, "key of the coding lab", BuzanError))
    found = key.mapping(key.document.content, chain.from_iterable(ITEMS.values()))
    vignettes = {item: key.vignette(item, value) for item, value in found.items()}
    for item, one in vignettes.items():
        if one.twin is not None:
            twin = vignettes[key.one_of(one.twin, set(vignettes) - {item}, item, "twin")]
            if twin.twin != item or not set(one.rules) & set(twin.rules):
                key.refuse(one.twin, "allowed: twins that name each other and share a rule", item, "twin")
    files = sorted(set(folder.glob("*.yml")) - {folder / _KEY})
    readers = [_Reader(read(path, "language of the coding lab", BuzanError)) for path in files]
    given = [reader.document.content.get("words") for reader in readers]
    words = {str(word) for one in given if isinstance(one, dict) for word in one}
    languages = [reader.language(vignettes, words) for reader in readers]
    return Lab(vignettes, {one.language: one for one in languages})


@dataclass(frozen=True)
class _Reader:
    """Checks the content of a file; `path` are the keys that lead to a value."""

    document: Document

    def refuse(self, value: object, allowed: str, *path: object) -> NoReturn:
        where = ", ".join(map(str, path))
        raise self.document.error(f"{where}: {shown(value)}; {allowed}", *path)

    def one_of(self, value: object, allowed: Collection[Any], *path: object) -> Any:
        """The value, if it is allowed and of the same type; ``true`` is not 1."""
        if type(value) not in set(map(type, allowed)) or value not in allowed:
            self.refuse(value, nearest(value, sorted(allowed)), *path)
        return value

    def mapping(
        self, value: object, needed: Iterable[object], *path: object, optional: Iterable[str] = ()
    ) -> dict[str, Any]:
        """The mapping, if it has the needed keys and no unknown one. A number as a key is its text."""
        if not isinstance(value, dict):
            self.refuse(value, "allowed: a mapping", *path)
        found = {str(name): one for name, one in value.items()}
        names = list(map(str, needed))
        for name in (name for name in found if name not in (*names, *optional)):
            self.refuse(name, f"an unknown key, {nearest(name, (*names, *optional))}", *path, name)
        for name in (name for name in names if name not in found):
            self.refuse(name, "a key that is needed and missing", *path)
        return found

    def several(self, value: object, allowed: Collection[Any], *path: object) -> tuple[Any, ...]:
        """The list, if its values are allowed, each once."""
        if not isinstance(value, list):
            self.refuse(value, "allowed: a list", *path)
        found = tuple(self.one_of(one, allowed, *path) for one in value)
        if len(set(found)) < len(found):
            self.refuse(value, "allowed: each only once", *path)
        return found

    def texts(self, value: object, names: Iterable[object], *path: object) -> dict[str, str]:
        """Texts by these names, none empty."""
        found = self.mapping(value, names, *path)
        for name, text in found.items():
            if not isinstance(text, str) or not text.strip():
                self.refuse(text, "allowed: a text", *path, name)
        return found

    def vignette(self, item: str, value: object) -> Vignette:
        optional = ("accept", "keys", "toward", "twin")
        found = self.mapping(value, ("set", "grade", "contested", "rules", "codes"), item, optional=optional)
        grade = self.one_of(found["grade"], GRADES, item, "grade")
        contested = self.one_of(found["contested"], [grade == "contested"], item, "contested")
        codes = self.codes(found["codes"], item, "codes")
        accepted = self.mapping(found.get("accept", {}), (), item, "accept", optional=_CODED)
        accept = {
            name: self.several(values, VALUES.get(name, THREATS), item, "accept", name)
            for name, values in accepted.items()
        }
        speakers = SPEAKERS if contested else ()
        toward = self.mapping(found.get("toward", {}), (), item, "toward", optional=speakers)
        for speaker, threat in toward.items():
            self.one_of(threat, {codes.primary, *accept.get("primary", ())}, item, "toward", speaker)
        if contested and len(set(toward.values())) < 2:
            self.refuse(toward, "allowed: two speakers, each with a threat of its own", item, "toward")
        coders = _CODERS if "keys" in found else ()
        keys = self.mapping(found.get("keys", {}), coders, item, "keys")
        return Vignette(
            self.one_of(found["set"], [name for name in SETS if item in ITEMS[name]], item, "set"),
            grade,
            self.several(found["rules"], range(1, 100), item, "rules"),
            codes,
            accept,
            {coder: self.codes(given, item, "keys", coder) for coder, given in keys.items()},
            toward,
            found.get("twin"),
        )

    def codes(self, value: object, *path: object) -> Codes:
        """Codes that the codebook allows together."""
        found = self.mapping(value, _CODED, *path)
        threats = self.several(found["threats"], THREATS, *path, "threats")
        if Threat.GEN in threats and len(threats) > 1:
            self.refuse(found["threats"], "allowed: 'gen' alone", *path, "threats")
        for name, values in VALUES.items():
            allowed = values if threats else (0,) if name == "level" else (NONE,)
            self.one_of(found[name], threats if threats and name == "primary" else allowed, *path, name)
        return Codes(tuple(one for one in THREATS if one in threats), *(found[name] for name in VALUES))

    def language(self, items: Iterable[str], words: Iterable[str]) -> Language:
        """A language with every text that the vignettes and the other languages need."""
        sections = ("language", "name", "words", "values", "labels", "items", "why")
        found = self.mapping(self.document.content, sections)
        code = self.one_of(found["language"], [Path(self.document.name).stem], "language")
        variables = {"threat" if name == "primary" else name: codes for name, codes in VALUES.items()}
        values = {
            variable: {
                one: self.texts(described, ("word", "rule"), "values", variable, one)
                for one, described in self.mapping(given, variables[variable], "values", variable).items()
            }
            for variable, given in self.mapping(found["values"], variables, "values").items()
        }
        names = {"words": words, "labels": SPEAKERS, "items": items, "why": items}
        texts = {section: self.texts(found[section], names[section], section) for section in names}
        name = self.texts({"name": found["name"]}, ["name"])["name"]
        return Language(code, name, values=values, **texts)
