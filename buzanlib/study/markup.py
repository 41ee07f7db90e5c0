"""Text that Markdown shows as it is."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def code(text: object) -> str:
    """Make text that Markdown shows as code, on one line, however many backticks are in it."""
    line = " ".join(str(text).split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


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
