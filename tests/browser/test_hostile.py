"""Whatever stands in tables, descriptor, parameters and results: the book shows it, and never runs it."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser

from buzanlib.site.build import build_book
from buzanlib.theory.predictions import write_lock

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("hostile")]

RUN = "window.pwned = 1"

HOSTILE = (
    f"<script>{RUN}</script>",
    f'"><img src=x onerror="{RUN}">',
    f"</title></textarea></style><script>{RUN}</script>",
    f"[a]( javascript:{RUN.replace(' ', '')}) <javascript:{RUN.replace(' ', '')}>",
    f"{{num}}`no.key` {{raw}}`html <script>{RUN}</script>` {{{{ pwned }}}} {{% raw %}}",
    f"```{{raw}} html\n<script>{RUN}</script>\n```\n",
    f"<svg/onload={RUN.replace(' ', '')}><iframe srcdoc='&lt;script>parent.{RUN}&lt;/script>'>",
    f"$\\frac{{1 \\href{{javascript:{RUN.replace(' ', '')}}}{{x}}$ $$",
    f"\\<script>{RUN}</script>\\ `<script>{RUN}</script> | * _ ~~ [^1] [^1]: x",
    f"' onmouseover='{RUN}' autofocus onfocus='{RUN}",
    f"&lt;script&gt;{RUN}&lt;/script&gt; <!-- --!> <![CDATA[<script>{RUN}</script>]]>",
)

#: A title may have no angle brackets.
TITLE = f'" onload="{RUN}" &lt;img src=x onerror="{RUN}"&gt; {{num}}`no.key` [a](javascript:pwned)'

FREE = {
    "states.csv": ("name", "note"),
    "illustrations.csv": ("actor", "audience", "citation", "gist"),
    "resolutions.csv": ("title",),
    "gists.csv": ("gist",),
    "memberships.csv": ("source",),
    "accessions.csv": ("source",),
    "claims.csv": ("text", "reason"),
    "added_hypotheses.csv": ("reason",),
}

LOOSE = {
    "claims": ("section", "treatment", "chapter", "findings"),
    "added_hypotheses": ("chapter",),
}
"""Columns with names and numbers by the descriptor that ships, and with anything by that of a stranger."""

TEMPLATE = f"""\
data: str = "data"  # the folder {HOSTILE[1]}
word: str = "x"  # a word {" ".join(HOSTILE[4].split())}
many: int = 1  # {HOSTILE[0]} {HOSTILE[8]} [at least 1]
"""

CODE = """\
import pandas as pd
from buzanlib.figures.tables import table
from buzanlib.study.results import record
hostile = {hostile!r}
record({{f"hostile.n{{place}}": text for place, text in enumerate(hostile)}} | {{"hostile.word": word}})
frame = pd.DataFrame({{text: hostile for text in hostile}}, index=pd.Index(hostile, name=hostile[0]))
table(frame, hostile[1], links={{hostile[2]: hostile[9]}}, note=hostile[3], stacked=True)
"""

# An attribute that would run if it were touched counts as much as one that has run.
ARMED = """() => [...document.querySelectorAll('*')].flatMap(element => [...element.attributes]
  .filter(one => one.value.includes('window.pwned'))
  .filter(one => /^on|^srcdoc$/i.test(one.name) || /^\\s*javascript:/i.test(one.value))
  .map(one => `${element.tagName} ${one.name}=${one.value}`))
  .concat([...document.querySelectorAll('script, style, title')]
  .filter(element => element.tagName.toUpperCase() !== 'TITLE')
  .filter(element => element.type !== 'application/json') // data, which never runs
  .filter(element => element.textContent.includes('window.pwned'))
  .map(element => `${element.tagName}: ${element.textContent}`))"""


def fill(path: Path, columns: tuple[str, ...]) -> None:
    """Put hostile texts into every row of columns."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    texts = itertools.cycle(HOSTILE)
    for row in rows:
        row.update({column: next(texts) for column in columns})
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def spoil(value: Any, texts: Iterator[str]) -> Any:
    """Add hostile texts to all that a descriptor says in words."""
    if isinstance(value, list):
        return [spoil(entry, texts) for entry in value]
    if not isinstance(value, dict):
        return value
    worded = ("title", "description", "says", "unit", "source", "licence")
    changed = {
        name: f"{entry} {next(texts)}" if name in worded and isinstance(entry, str) else spoil(entry, texts)
        for name, entry in value.items()
    }
    if "sources" in value:
        changed["sources"] = [*changed["sources"], {"title": next(texts), "path": f"javascript:{RUN}"}]
        changed["sources"].append({"title": next(texts), "path": f'https://x.invalid/"onclick="{RUN}'})
    return changed


@pytest.fixture(scope="module")
def html(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book of a study of one's own in which every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    data, templates = folder / "data", folder / "templates"
    shutil.copytree(root / "data", data)
    templates.mkdir()
    for name, columns in FREE.items():
        fill(data / name, columns)
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for table in package["resources"]:  # which a stranger's descriptor need not have
        if table["name"] in LOOSE:
            table.pop("buzan:rules", None)
            for field in table["schema"]["fields"]:
                if field["name"] in LOOSE[table["name"]]:
                    field.update(type="string", constraints={})
            fill(data / table["path"], LOOSE[table["name"]])
    (data / "datapackage.json").write_text(
        json.dumps(spoil(package, itertools.cycle(HOSTILE))), encoding="utf-8"
    )
    (data / "`<img src=x onerror=pwned=1>.txt").write_text("x", encoding="utf-8")
    write_lock(data)
    for name in ("01_securitization", "04_placement"):
        shutil.copy(root / "notebooks" / f"{name}.ipynb", templates)
    shown = "\n\n".join(f"{{num}}`hostile.n{place}`" for place in range(len(HOSTILE)))
    own = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    own.cells = [
        nbformat.v4.new_markdown_cell(f"# Hostile\n\n{shown}\n\n{{num}}`hostile.word`"),  # type: ignore[no-untyped-call]
        nbformat.v4.new_code_cell(TEMPLATE, metadata={"tags": ["parameters"]}),  # type: ignore[no-untyped-call]
        nbformat.v4.new_code_cell(CODE.format(hostile=HOSTILE)),  # type: ignore[no-untyped-call]
    ]
    nbformat.write(own, templates / "hostile.ipynb")  # type: ignore[no-untyped-call]
    study = {
        "title": TITLE,
        "templates": "templates",
        "data": "data",
        "output": "out",
        "book": str(root / "book"),
        "notebooks": {
            "01_securitization": None,
            "04_placement": None,
            "hostile": {"sweep": {"word": list(HOSTILE)}},
        },
    }
    (folder / "study.yml").write_text(json.dumps(study), encoding="utf-8")
    return build_book(folder / "study.yml", progress=False).parent


def test_no_text_of_the_data_runs_on_any_page(html: Path, address: str, browser: Browser) -> None:
    faults: list[str] = []
    page = browser.new_page()
    here = ""
    page.on("dialog", lambda dialog: (faults.append(f"{here}: asks {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda m: faults.append(f"{here}: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"{here}: {error}"))
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:")) else faults.append(f"{here}: asks {r.url}"),
    )
    found = sorted(
        str(path.relative_to(html)) for path in html.rglob("*.html") if "_static" not in path.parts
    )
    states = [name for name in found if name.startswith("_generated/states/")]
    assert len(states) == 193
    found = [name for name in found if name not in states or name in states[:: len(HOSTILE) + 1]]
    shows = {}
    for here in [*found, "search.html?q=pwned"]:
        page.goto(f"{address}/{here}", wait_until="load")
        if "?" in here:
            page.wait_for_selector("#search-results li a")
        for button in page.locator("article button[aria-expanded]").all():
            button.click()  # what a page shows on demand
        shows[here] = page.locator("body").inner_text()
        faults += [f"{here}: {fault}" for fault in page.evaluate(ARMED)]
        if page.evaluate("'pwned' in window"):
            faults.append(f"{here}: ran a script")
    page.close()
    assert faults == []
    for text in HOSTILE:
        (first, *_) = text.splitlines()
        assert any(first in shown for shown in shows.values()), f"{first} is shown nowhere as it is"
    for name in (
        "index",
        "_generated/parameters",
        "_generated/colophon",
        "_generated/data",
        "_generated/claims",
        "_generated/states",
        states[0].removesuffix(".html"),
        "_generated/evidence",
    ):
        assert "pwned" in shows[f"{name}.html"]
    assert len([name for name in found if name.startswith("executed/hostile--")]) == len(HOSTILE)
