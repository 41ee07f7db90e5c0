"""Files of coders for the tests of agreement: random classes, and files that are wrong."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from buzanlib.seminar.coding_files import FORMS, ITEMS, SPEAKERS, THREATS, VALUES

CODED = {"threats": ["inf"], "primary": "inf", "level": 1, "referent": "state"}


def coding(coder: str, codes: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The content of a file of a person, or of a key."""
    found: dict[str, Any] = {
        "format": "buzanlib-coding", "version": 1, "session": "K7Q2", "coder": coder, "kind": "person", "set": "A",
        "form": "long", "language": "en", "labels": None, "codes": codes,
    } | changed  # fmt: skip
    if found["kind"] == "key":  # which has codes of all items
        found["codes"] = {item: _whole(codes.get(item, {})) for item in ITEMS[found["set"]]}
    return found


def _whole(given: dict[str, Any]) -> dict[str, Any]:
    """Codes of an item with whatever they lack."""
    primary = given.get("primary", "none")
    threats = [] if primary == "none" else [primary]
    nothing = {"level": 0, "referent": "none", "agent": "none", "measure": "none"}
    return {"threats": threats, "primary": primary} | nothing | given


def _possible(given: dict[str, Any]) -> dict[str, Any]:
    """Codes of an item of which the threats can stand together, and with the primary one."""
    if "gen" in given.get("threats", []):
        given["threats"] = ["gen"]
    if {"threats", "primary"} <= given.keys() and given["primary"] not in (given["threats"] or ["none"]):
        given["primary"] = (given["threats"] or ["none"])[-1]
    return given


def content(**changed: Any) -> dict[str, Any]:
    """The content of a small file."""
    return coding("amber-otter-41", {"A01": dict(CODED), "A02": {}}, form="short") | changed


def class_of_coders(seed: int) -> list[dict[str, Any]]:
    """Two to twenty coders, at times a model among them, and a key; items and variables may be missing or constant."""
    rng = np.random.default_rng(seed)
    items = ITEMS["A"][: int(rng.integers(1, 13))] if seed % 4 == 0 else ITEMS["A"]
    form = "long" if seed % 3 else "short"
    constant = rng.random() < 0.3
    skill, missing = rng.choice([0.3, 0.6, 0.9, 1.0]), rng.choice([0, 0.1, 0.5])
    right = {item: _one(rng, "long", constant) for item in ITEMS["A"]}
    found = []
    for number in range(int(rng.integers(2, 21))):
        codes: dict[str, Any] = {}
        for item in items:
            if rng.random() < missing:
                continue
            mine = _one(rng, form, constant)
            codes[item] = _possible({
                name: value if rng.random() > skill else right[item][name]
                for name, value in mine.items()
                if rng.random() > missing / 4
            })  # fmt: skip
        labels = {item: str(rng.choice(SPEAKERS[:3])) for item in items[::2] if rng.random() < 0.5}
        kind = "model" if number == 2 and seed % 2 else "person"
        found.append(coding(f"c{number}", codes, form=form, kind=kind, labels=labels if seed % 5 else None))
    accept = {item: {"primary": [str(rng.choice(THREATS))], "level": [1]} for item in items[::3]}
    toward = {item: dict(zip(SPEAKERS, map(str, rng.choice(THREATS, int(rng.integers(1, 4)))), strict=False))
              for item in items[::2]}  # fmt: skip
    return [*found, coding("key", right, kind="key", accept=accept, toward=toward)]


def _one(rng: np.random.Generator, form: str, constant: bool) -> dict[str, Any]:
    """Codes of one item."""
    found: dict[str, Any] = {"threats": [name for name in THREATS if rng.random() < 0.3]}
    for name in FORMS[form][1:]:
        values = VALUES[name]
        found[name] = values[0 if constant and name != "primary" else int(rng.integers(len(values)))]
    return _possible(found)


def at(path: str, value: object) -> str:
    """A file with another value at a place."""
    whole: Any = content()
    *way, last = path.split("/")
    place = whole
    for name in way:
        place = place[name]
    place[last] = value
    return json.dumps(whole)


#: Files that are wrong, and what is said of each; of a place only what follows the name of the file.
WRONG: dict[str, tuple[str, str]] = {
    "truncated": (json.dumps(content())[:-30], "JSON of the coding lab is needed, whole: "),
    "empty": ("", "JSON of the coding lab is needed, whole: "),
    "a list": ("[]", r"$: '\[\]'; an object with names is needed"),
    "a name twice": (json.dumps(content())[:-1] + ', "set": "B"}', "the name 'set' occurs twice"),
    "deep": ("[" * 50_000 + "]" * 50_000, "nested too deeply"),
    "not a number": (json.dumps(content()).replace(": 1,", ": NaN,", 1), "JSON of the coding lab"),
    "another format": (at("format", "coding"), "$.format: 'coding'; allowed: 'buzanlib-coding'"),
    "another version": (at("version", 2), "$.version: '2'; allowed: '1'"),
    "no set": (json.dumps(content()).replace('"set": "A", ', ""), "$: 'missing'; 'set' is needed"),
    "an unknown set": (at("set", "C"), "$.set: 'C'; allowed: 'T', 'A', 'B'"),
    "an unknown name": (at("device", "x"), "$: 'device'; an unknown name; "),
    "a name of a key": (at("toward", {}), "$: 'toward'; an unknown name; "),
    "an item of the other set": (at("codes/B01", CODED), "$.codes: 'B01'; an unknown name; nearest allowed: 'A01'"),
    "a prototype": (at("codes/__proto__", CODED), "$.codes: '__proto__'; an unknown name; allowed: "),
    "a constructor": (at("codes/A01/constructor", 1), "$.codes.A01: 'constructor'; an unknown name; "),
    "a variable of the other form": (at("codes/A01/agent", "none"), "$.codes.A01: 'agent'; an unknown name; "),
    "an unknown value": (at("codes/A01/primary", "inff"), "$.codes.A01.primary: 'inff'; nearest allowed: 'inf'"),
    "an unknown threat": (at("codes/A01/threats", ["pol", "cry"]), r"$.codes.A01.threats\[1\]: 'cry'; nearest"),
    "a threat twice": (at("codes/A01/threats", ["inf", "inf"]), r"$.codes.A01.threats\[1\]: 'inf'; each may stand"),
    "threats as a text": (at("codes/A01/threats", "inf"), "$.codes.A01.threats: 'inf'; a list is needed"),
    "true for one": (at("codes/A01/level", True), "$.codes.A01.level: 'True'; allowed: '0', '1', '2'"),
    "a level between": (at("codes/A01/level", 1.5), "$.codes.A01.level: '1.5'; allowed: '0', '1', '2'"),
    "a list for a value": (at("codes/A01/level", [1]), r"$.codes.A01.level: '\[1\]'; "),
    "an item as a list": (at("codes/A01", []), r"$.codes.A01: '\[\]'; an object"),
    "an unknown label": (at("labels", {"A01": "sq"}), "$.labels.A01: 'sq'; allowed: 'ww', 'ws', 'sw', 'ss'"),
    "labels as a list": (at("labels", []), r"$.labels: '\[\]'; an object"),
    "no pseudonym": (at("coder", ""), "$.coder: ''; one to forty letters"),
    "a long pseudonym": (at("coder", "x" * 41), "$.coder: 'x+'; one to forty letters"),
    "a line in a session": (at("session", "K7\nQ2"), r"$.session: .*; one to forty letters"),
    "a pseudonym in halves": (json.dumps(content()).replace("amber", "\\ud800"), "half a surrogate pair"),
    "a number as a session": (at("session", 7), "$.session: '7'; one to forty letters"),
}  # fmt: skip
