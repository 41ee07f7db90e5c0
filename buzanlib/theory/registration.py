"""The second registration: predictions for statements and votes that nobody here had coded or compared before.

`data/registration_2.json` never changes. Numbers that it gives within sentences are fields of the amendment with which
it entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from buzanlib.errors import LockError
from buzanlib.files import sha256
from buzanlib.theory.predictions import REGISTRATION, amended, read, verify_lock

_NUMBERS = ("alpha", "share", "not_large", "interval", "draws", "seed")


@dataclass(frozen=True)
class Registered:
    """One prediction."""

    id: str  #: such as ``"P1"``
    rank: str  #: ``"primary"``, or ``"secondary"`` and on what condition
    claim: str
    effect: str = ""  #: an `Effect`; empty where the claim is not of one
    sign: int = 0  #: predicted sign, -1 or 1; 0 where none is given


@dataclass(frozen=True)
class Registration:
    """The second registration."""

    predictions: Mapping[str, Registered]  #: by id, in the order of the file
    alpha: float  #: of each test, one-sided
    share: float  #: of bootstrap draws in which the claim of P5 has to hold
    not_large: float  #: smallest contrast on the logit scale that would be large
    interval: float  #: coverage of the intervals
    draws: int  #: permutations
    seed: int
    sha256: str  #: of the bytes of the file


def load_registration(data: Path) -> Registration:
    """Load the second registration of a data folder, once the lock is verified.

    Raises
    ------
    LockError
        As `verify_lock`; or if the file, though locked, or the amendments lack a field or have one of the wrong kind.
    """
    verify_lock(data)
    fields = amended(data, REGISTRATION, _NUMBERS)
    signs = {"+": 1, "-": -1, None: 0}
    try:
        found = [
            Registered(
                **{key: entry[key] for key in ("id", "rank", "claim")},
                effect=entry.get("effect", ""),
                sign=signs[entry.get("sign")],
            )
            for entry in read(data / REGISTRATION, dict, "object")["predictions"]
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise LockError(f"{REGISTRATION}: a field is missing or of the wrong kind ({error})") from None
    numbers = {name: float(Fraction(fields[name])) for name in _NUMBERS[:4]}
    return Registration(
        {one.id: one for one in found},
        **numbers,
        draws=int(fields["draws"]),
        seed=int(fields["seed"]),
        sha256=sha256(data / REGISTRATION),
    )
