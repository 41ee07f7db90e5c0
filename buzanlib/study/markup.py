"""Text that Markdown shows as it is."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape(text: object) -> str:
    """Make text that Markdown shows as it is, whatever stands in it.

    Parameters
    ----------
    text : object
        Anything; its string is used, on one line.

    Returns
    -------
    str
        The text with a backslash before every ASCII punctuation mark, which CommonMark takes literally then.
    """
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """Make a code span, whatever stands in it.

    Parameters
    ----------
    text : object
        Anything; its string is used, on one line.

    Returns
    -------
    str
        The text between more backticks than stand together in it.
    """
    said = " ".join(str(text).split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", said)), default=0))
    pad = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{fence}{pad}{said}{pad}{fence}"
