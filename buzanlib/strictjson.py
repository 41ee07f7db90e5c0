"""Strict JSON: no name twice in an object, no NaN, and nothing that could not be written again."""

from __future__ import annotations

import json
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
        NaN or infinite, a text cannot be encoded in UTF-8, or it is nested too deeply.
    """
    try:
        content = json.loads(text, object_pairs_hook=_object)
        # NaN or half a surrogate pair would fail only when it is written again.
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8")
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
