"""A page that is one file: style, words, data and script in it, so that it can be handed out and works anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from buzanlib.errors import StudyError, nearest

_POLICY = (
    "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'"
)
"""What the page may do, wherever it lies: run its own script, and ask nobody for anything."""


def one_file(
    template: Path,
    scripts: Sequence[str],
    styles: Sequence[str],
    words: Mapping[str, str],
    language: str,
    data: Any,
) -> str:
    """Fill a page.

    Parameters
    ----------
    template : Path
        HTML. It has ``{{policy}}``, ``{{css}}``, ``{{script}}``, ``{{language}}`` and ``{{data}}`` where these belong,
        and the names of words likewise.
    scripts, styles : sequence of str
        Names of files beside it. The scripts run as one, in this order.
    words : mapping of str to str
        Of one language.
    language : str
        Its code, such as ``"en"``.
    data : object
        What JSON can say; the script reads it.

    Raises
    ------
    StudyError
        If a word is missing, or a script would end early in HTML.
    """
    script = _lean(template.parent, scripts)
    if re.search("</script|<!--", script, re.IGNORECASE):
        raise StudyError(f"{template.name}: a script has '</script' or '<!--', at which HTML would end it")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    told = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    inside = {
        "language": escape(language),
        "policy": _POLICY.format(digest),
        "css": _lean(template.parent, styles),
        "data": told.replace("<", "\\u003c"),
        "script": script,
    }

    def fill(found: re.Match[str]) -> str:
        if (name := found[1]) in inside:
            return inside[name]
        if name not in words:
            raise StudyError(
                f"the word {name!r} is missing in {language!r}, which {template.name} needs; {nearest(name, words)}"
            )
        return escape(words[name])

    return re.sub(r"\{\{([\w.]+)\}\}", fill, template.read_text(encoding="utf-8"))


def _lean(folder: Path, names: Sequence[str]) -> str:
    """Scripts or style sheets without what only their authors need: comments on lines of their own, and indents."""
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    text = re.sub(r"^\s*/\*(?:(?!\*/).)*\*/\s*$|^\s*//[^\n]*$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)
