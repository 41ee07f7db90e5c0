"""JSON in which no name stands twice, every number is one, and nothing is nested deeper than it can be read."""

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
        Where it is no JSON (`json.JSONDecodeError`, which has the line), a name stands twice in an object, a number
        is infinite or none, a text could not be written again in UTF-8, or it is nested too deeply.
    """
    try:
        content = json.loads(text, object_pairs_hook=_object)
        # What cannot be written again, such as NaN or half a surrogate pair, would fail much later and elsewhere.
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
            raise ValueError(f"the name {name!r} stands twice in an object")
        found[name] = value
    return found
