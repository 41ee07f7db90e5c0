"""What a page loads, kept small: scripts and style sheets only where they are used, and of these only what is used."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tinycss2
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

_NEVER = re.compile(r"(?!)")
_CODE = re.compile(r'class="[^"]*\bhighlight\b')
_TOGGLED = re.compile(r'class="[^"]*\b(?:toggle|dropdown)\b')

#: By a part of the name or text of a script or style sheet: what a page must have for it to be loaded.
_NEEDED_BY: Mapping[str, re.Pattern[str]] = {
    # Names an outside address, and declares a constant twice; Jupyter Book has no setting that leaves it out.
    "THEBE_JS_URL": _NEVER,
    "sphinx-thebe": _NEVER,
    "togglebutton": _TOGGLED,
    "toggleHint": _TOGGLED,
    "toggleOpenOnPrint": _TOGGLED,
    "clipboard": _CODE,
    "copybutton": _CODE,
    "design-tabs": re.compile(r'class="[^"]*\bsd-tab-set\b'),
    "sphinx-design": re.compile(r'class="[^"]*\bsd-'),
    "mystnb": re.compile(r'class="[^"]*\bcell\b'),
}

_AT_ONCE = "documentation_options.js"
"""Read by scripts within pages; all others wait until the page is there."""

_VENDOR = Path("_static", "vendor", "fontawesome")
_ICONS = Path("_static", "icons.css")
_FACE = (
    '@font-face{{font-family:"Font Awesome 6 Free";font-style:normal;font-weight:900;'
    "src:url(data:font/woff;base64,{font}) format('woff')}}\n"
)


def _choose(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave out what a page does not need, and let no script stand in the way of the first paint."""
    body = context.get("body", "")
    for kind in ("script_files", "css_files"):
        context[kind] = [one for one in context.get(kind, []) if _is_needed(one, body)]
    if template == "search.html":
        return  # has scripts of its own in the page, which use those
    context["script_files"] = [_later(script) for script in context["script_files"]]


def _later(script: Any) -> Any:
    """A script that waits until the page is there; a copy, since all pages share what Sphinx has."""
    if not script.filename or str(script.filename).endswith(_AT_ONCE):
        return script
    return type(script)(script.filename, priority=script.priority, **script.attributes | {"defer": "defer"})


def _is_needed(one: Any, body: str) -> bool:
    named = f"{getattr(one, 'filename', one)} {getattr(one, 'attributes', {}).get('body', '')}"
    return all(need.search(body) for part, need in _NEEDED_BY.items() if part in named)


def trimmed(css: str, used: Collection[str]) -> str:
    """A style sheet without the rules for classes and ids that no page has; notes of licence are kept.

    Parameters
    ----------
    css : str
        A style sheet.
    used : collection of str
        Classes and ids.

    Examples
    --------
    >>> trimmed("p, .b i { top: 0 } .b { top: 1px } @media print { .b { top: 2px } .a { top: 3px } }", {"a"})
    'p{ top: 0 }@media print {.a{ top: 3px }}'
    """
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_whitespace=True), used))


def _kept(rules: Iterable[Any], used: Collection[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "comment" and rule.value.startswith("!"):
            yield rule.serialize()
        elif rule.type == "qualified-rule":
            chosen = [text for text, names in _selectors(rule.prelude) if names <= set(used)]
            if chosen:
                yield f"{','.join(chosen)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = "".join(_kept(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), used))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type == "at-rule":
            yield rule.serialize()


def _selectors(prelude: list[Any]) -> Iterator[tuple[str, set[str]]]:
    """Each selector of a rule, with the classes and ids that it cannot do without."""
    one: list[Any] = []
    for token in [*prelude, None]:
        if token is None or token == ",":
            after_dot = zip([None, *one], one, strict=False)
            names = {here.value for before, here in after_dot if here.type == "ident" and before == "."}
            names |= {here.value for here in one if here.type == "hash"}
            yield tinycss2.serialize(one).strip(), names
            one = []
        else:
            one.append(token)


def _names(out: Path) -> set[str]:
    """Classes and ids of all pages, and every word of their scripts, which may set some."""
    found: set[str] = set()
    for page in out.rglob("*.html"):
        for names in set(re.findall(r'\b(?:class|id)="([^"]*)"', page.read_text(encoding="utf-8"))):
            found.update(names.split())
    for script in (out / "_static").rglob("*.js"):
        if "vendor" not in script.parts and "locales" not in script.parts:
            found.update(re.findall(r"[\w-]+", script.read_text(encoding="utf-8")))
    return found


def _icons(folder: Path, sheets: Iterable[str], used: Collection[str]) -> str:
    """Style sheet of the icons that are used, here or by other sheets, with a font that has no other."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    css = trimmed((folder / "css" / "all.min.css").read_text(encoding="utf-8"), used)
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    signs = {ord(sign) for text in (css, *sheets) for sign in re.findall("[\ue000-\uf8ff]", text)}
    signs |= {int(sign, 16) for text in sheets for sign in re.findall(r"\\([ef][0-9a-f]{3})\b", text)}
    options = subset.Options(flavor="woff", notdef_outline=True)
    with TTFont(folder / "webfonts" / "fa-solid-900.ttf", recalcTimestamp=False) as font:
        cut = subset.Subsetter(options)
        cut.populate(unicodes=signs)
        cut.subset(font)
        font.flavor = "woff"
        stream = io.BytesIO()
        font.save(stream)
    return css + _FACE.format(font=base64.b64encode(stream.getvalue()).decode())


def _trim(app: Sphinx, error: Exception | None) -> None:
    """Cut the style sheets and icons of a book down to what its pages use."""
    out = Path(app.outdir)
    if error or app.builder.name != "html" or not (out / _VENDOR).is_dir():
        return
    used = _names(out)
    files = [file for file in sorted((out / "_static").rglob("*.css")) if _VENDOR.name not in file.parts]
    sheets = {file: trimmed(file.read_text(encoding="utf-8"), used) for file in files if file != out / _ICONS}
    (version,) = (out / _VENDOR).iterdir()
    (out / _ICONS).write_text(_icons(version, sheets.values(), used), encoding="utf-8")
    for file, sheet in sheets.items():
        file.write_text(sheet, encoding="utf-8")
    shutil.rmtree(out / _VENDOR)
    for unused in (*(out / "_static").glob("sphinx-thebe.*"), *(out / "_static").rglob("*.map")):
        unused.unlink()


def _add_templates(app: Sphinx, config: Config) -> None:
    config.templates_path.append(str(Path(__file__).parent / "templates"))


def setup(app: Sphinx) -> None:
    """Register the handlers, and the templates that stand in place of those of the theme."""
    app.connect("config-inited", _add_templates)
    # After the theme and the extensions, which have the usual priority.
    app.connect("html-page-context", _choose, priority=901)
    app.connect("build-finished", _trim)
