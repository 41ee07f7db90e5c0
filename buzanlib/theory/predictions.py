"""The predictions, fixed from the text of the paper before any statement was scored; the lock of both registrations.

`data/predictions.json` and `data/registration_2.json` (see `registration`) never change; what is added later stands in
`data/amendments.json`, with date and reason. `data/predictions.lock` has the SHA-256 of both and of what they were
tested on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from buzanlib.errors import LockError
from buzanlib.files import sha256, write_whole
from buzanlib.strictjson import parse
from buzanlib.theory.vocabulary import TABLE2_THREATS

T = TypeVar("T")

PREDICTIONS, REGISTRATION = "predictions.json", "registration_2.json"
AMENDMENTS = "amendments.json"
LOCK = "predictions.lock"

#: What the lock covers: both registrations, the rules of coding in both versions, the codes, and the indices that
#: place the states.
LOCKED = (PREDICTIONS, REGISTRATION, "codebook.md", "codebook_1.md", "codes.csv", "panel.csv")

#: What keeps the hash of an existing lock.
FIXED = (PREDICTIONS, REGISTRATION)


#: Family of the hypotheses on single effects in Table 2, and that of the hypothesis which gates them.
GATED, GATE = "F1", "gate"


@dataclass(frozen=True)
class Hypothesis:
    """One claim of the paper, or of a rival, as it was locked, or as `definitions.json` fixes it later."""

    id: str  #: such as ``"B1"``
    family: str  #: the family in which its p value is adjusted, or ``"gate"``
    claim: str
    where: str  #: place in the paper
    threat: str = ""  #: a kind of danger of the codebook; empty where the claim is not of one kind
    effect: str = ""  #: an `Effect`; empty where the claim is not of one
    sign: int = 0  #: predicted sign of the effect, -1 or 1; 0 where none is predicted
    claims: tuple[
        int, ...
    ] = ()  #: numbers of the paper's claims in ``claims.csv``; of a locked one none are given
    scale: str = ""  #: of the estimate; of a locked one, see `definitions.json`
    tested: bool = True  #: whether it has a p value, and so counts when those of its family are adjusted


@dataclass(frozen=True)
class Predictions:
    """The locked file."""

    hypotheses: Mapping[str, Hypothesis]  #: by id, in the order of the file
    families: Mapping[str, tuple[str, ...]]  #: ids of the members of each family that lists them
    table2: Mapping[str, tuple[str, ...]]  #: threats in the cell of each quadrant, as printed in the paper
    graded: Mapping[str, Mapping[str, float]]  #: the same with 1/2 for threats that the text names second
    sesoi: float  #: smallest effect of interest, a corner contrast on the logit scale
    alpha: float
    draws: int  #: permutations
    seed: int
    window: tuple[int, int]  #: first and last year of the test
    sha256: str  #: of the bytes of the file; carried by every result

    @property
    def cells(self) -> tuple[Hypothesis, ...]:
        """The hypotheses on single effects in Table 2, one a threat, in the order of the threats."""
        members = [self.hypotheses[name] for name in self.families[GATED]]
        threats = [threat.value for threat in TABLE2_THREATS]
        return tuple(sorted(members, key=lambda hypothesis: threats.index(hypothesis.threat)))

    @property
    def gate(self) -> Hypothesis:
        """The hypothesis on Table 2 as a whole, without which none of `cells` is supported."""
        (hypothesis,) = (one for one in self.hypotheses.values() if one.family == GATE)
        return hypothesis


def verify_lock(data: Path) -> None:
    """Compare every locked file of a data folder with the lock.

    Raises
    ------
    LockError
        If the lock is missing or cannot be read, or if a locked file is missing or has changed: names every such file
        with the hash expected and the hash found.
    """
    if not (data / LOCK).is_file():
        raise LockError(f"{LOCK} is missing beside {PREDICTIONS}: the predictions cannot be verified")
    lock = read(data / LOCK, dict, "object")
    differ = {}
    for name in LOCKED:
        expected = lock.get(name, "nothing")
        found = sha256(data / name) if (data / name).is_file() else "no such file"
        if found != expected:
            differ[name] = f"SHA-256 {found}; allowed: {expected}, as locked in {LOCK}"
    if differ:
        raise LockError(files=differ)


def write_lock(data: Path) -> Path:
    """Write the lock of a data folder anew and return its path; what is `FIXED` keeps the hash of an existing lock.

    Raises
    ------
    LockError
        If a registration is not what an existing lock says, since predictions are amended, never changed; if that
        lock cannot be read; if a file to be locked is missing.
    """
    lock = data / LOCK
    missing = [name for name in LOCKED if not (data / name).is_file()]
    if missing:
        raise LockError(f"{', '.join(missing)}: no such file; {LOCK} needs each of {', '.join(LOCKED)}")
    hashes = {name: sha256(data / name) for name in LOCKED}
    if lock.is_file():
        expected = read(lock, dict, "object")
        differ = {
            name: f"SHA-256 {hashes[name]}; allowed: {expected.get(name, 'nothing')}; predictions never change, "
            f"add to {AMENDMENTS} instead"
            for name in FIXED
            if hashes[name] != expected.get(name)
        }
        if differ:
            raise LockError(files=differ)
    write_whole(lock, json.dumps(hashes, indent=2) + "\n")
    return lock


def load_predictions(data: Path) -> Predictions:
    """Load the predictions of a data folder, once the lock is verified.

    Raises
    ------
    LockError
        As `verify_lock`; or if the file, though locked, or the fields of its amendments lack a field or have one of the
        wrong kind.
    """
    verify_lock(data)
    fields = amended(data, PREDICTIONS, ("sesoi", "draws"))
    raw = read(data / PREDICTIONS, dict, "object")
    try:
        return _typed(raw, fields, sha256(data / PREDICTIONS))
    except KeyError as error:
        raise LockError(f"{PREDICTIONS}: there is no field {error}") from None
    except (ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as error:
        raise LockError(f"{PREDICTIONS}: a field is of the wrong kind ({error})") from None


def read(path: Path, kind: type[T], what: str) -> T:
    """Read a JSON object or list, as `what` says, from a file; `LockError` if it is none."""
    try:
        read = parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LockError(files={path.name: f"cannot be read as JSON ({error})"}) from None
    if not isinstance(read, kind):
        raise LockError(files={path.name: f"{read!s:.40}; allowed: a JSON {what}"})
    return read


def amended(data: Path, file: str, numbers: Iterable[str]) -> dict[str, Any]:
    """Give the numbers of the sentences of a locked file, which amendments to it have as fields.

    Raises
    ------
    LockError
        If one of these numbers is missing, or no number.
    """
    path, fields = data / AMENDMENTS, dict[str, Any]()
    for amendment in read(path, list, "list"):
        about = isinstance(amendment, dict) and str(amendment.get("to")).startswith(file)
        if about and isinstance(amendment.get("fields"), dict):
            fields |= amendment["fields"]
    for name in numbers:
        try:
            Fraction(fields[name])
        except KeyError:
            raise LockError(files={path.name: f"there is no field {name!r}"}) from None
        except (ArithmeticError, TypeError, ValueError):
            need = f"field {name!r} is {fields[name]!r}; allowed: a number"
            raise LockError(files={path.name: need}) from None
    return fields


def _typed(raw: Mapping[str, Any], fields: Mapping[str, Any], sha256: str) -> Predictions:
    """The locked file with its numbers as numbers."""
    signs = {"+": 1, "-": -1, None: 0}
    ids = [entry["id"] for entry in raw["hypotheses"]]
    if len(set(ids)) < len(ids):
        raise ValueError("the id of a hypothesis stands twice")
    return Predictions(
        hypotheses={
            entry["id"]: Hypothesis(
                **{key: entry[key] for key in ("id", "family", "claim", "where")},
                **{key: entry[key] for key in ("threat", "effect") if key in entry},
                sign=signs[entry.get("sign")],
            )
            for entry in raw["hypotheses"]
        },
        families={
            name: tuple(family["members"])
            for name, family in raw["families"].items()
            if isinstance(family["members"], list)
        },
        table2={quadrant: tuple(threats) for quadrant, threats in raw["table2"]["literal"].items()},
        graded={
            quadrant: {threat: float(Fraction(weight)) for threat, weight in cell.items()}
            for quadrant, cell in raw["table2"]["graded"].items()
        },
        sesoi=float(Fraction(fields["sesoi"])),
        alpha=float(Fraction(raw["inference"]["alpha"])),
        draws=int(fields["draws"]),
        seed=int(raw["inference"]["seed"]),
        window=(int(raw["window"]["test"][0]), int(raw["window"]["test"][1])),
        sha256=sha256,
    )
