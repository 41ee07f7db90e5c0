"""Strict JSON: no name twice in an object, no NaN, and nothing that could not be written again."""

from __future__ import annotations

import json
import math
from typing import Any


def parse(text: str) -> Any:
    """Read JSON.

    Parameters
    ----------
    text : str
        The whole document.

    Returns
    -------
    object
        Its content.

    Raises
    ------
    ValueError
        If it is not JSON (`json.JSONDecodeError`, which has the line), a name occurs twice in an object, a number is
        NaN, infinite or longer than Python reads, a text cannot be encoded in UTF-8, or it is nested too deeply.
    """
    try:
        content = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_decimal,
                             parse_int=_integer)  # fmt: skip
        # Half a surrogate pair would fail only when it is written again.
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("a text has half a surrogate pair in it") from None
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the name {name!r} occurs twice in an object")
        found[name] = value
    return found


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no number that JSON has")


def _decimal(text: str) -> float:
    if math.isinf(value := float(text)):
        raise ValueError(f"{text[:20]} is larger than any number that can be kept")
    return value


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"a whole number has {len(text)} digits, too many to be read") from None
