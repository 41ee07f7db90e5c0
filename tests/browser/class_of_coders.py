"""Random classes for the tests of agreement: what their coders' files hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from buzanlib.seminar.coding_files import FORMS, ITEMS
from buzanlib.seminar.vignettes import SPEAKERS, THREATS, VALUES


def coding(coder: str, codes: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The content of a file of a person."""
    return {
        "format": "buzanlib-coding", "version": 1, "session": "K7Q2", "coder": coder, "kind": "person", "set": "A",
        "form": "long", "language": "en", "labels": None, "codes": codes,
    } | changed  # fmt: skip


def class_of_coders(seed: int) -> list[dict[str, Any]]:
    """Two to twenty coders, at times a model among them, and a key; items and variables may be missing or constant."""
    rng = np.random.default_rng(seed)
    items = ITEMS["A"][: int(rng.integers(1, 13))] if seed % 4 == 0 else ITEMS["A"]
    form = "long" if seed % 3 else "short"
    constant = rng.random() < 0.3
    skill, missing = rng.choice([0.3, 0.6, 0.9, 1.0]), rng.choice([0, 0.1, 0.5])
    right = {item: _one(rng, "long", constant) for item in items}
    found = []
    for number in range(int(rng.integers(2, 21))):
        codes: dict[str, Any] = {}
        for item in items:
            if rng.random() < missing:
                continue
            mine = _one(rng, form, constant)
            codes[item] = {
                name: value if rng.random() > skill else right[item][name]
                for name, value in mine.items()
                if rng.random() > missing / 4
            }
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
    return found
