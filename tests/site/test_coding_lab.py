"""The coding lab as one file: what is in it, and what must not be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup

from buzanlib.errors import BuzanError
from buzanlib.seminar.vignettes import read_lab
from buzanlib.site import coding_lab
from buzanlib.site.coding_lab import lab_files, lab_page

Build = Callable[..., tuple[str, str]]
LANGUAGES = ["en", "de"]


@pytest.fixture(scope="module")
def folder_of_lab(root: Path) -> Path:
    return root / "book" / "seminar" / "lab"


@pytest.fixture(scope="module")
def files(folder_of_lab: Path) -> dict[str, str]:
    return dict(lab_files(folder_of_lab, keys=True))


@pytest.fixture
def own(folder_of_lab: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(folder_of_lab, tmp_path / "book" / "seminar" / "lab")


def name_of(language: str) -> str:
    return "lab.html" if language == "en" else f"lab.{language}.html"


def data_of(page: str) -> dict[str, Any]:
    tag = BeautifulSoup(page, "html.parser").select_one("#lab-data")
    assert tag is not None
    data: dict[str, Any] = json.loads(tag.get_text())
    return data


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_small_and_needs_no_other_file(language: str, files: dict[str, str]) -> None:
    page = files[name_of(language)]
    assert len(page.encode()) < 120_000
    soup = BeautifulSoup(page, "html.parser")
    assert soup.html is not None
    assert soup.html["lang"] == language
    assert [tag["href"] for tag in soup.select("link[href], a[href]")] == ["data:,"]
    assert not soup.select("[src], iframe, object, embed, base, form[action], style[media*=url]")
    assert not re.search(r"@import|url\(", page)
    assert set(re.findall(r"https?://[^\"'\s)]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert "{{" not in page.replace("${{", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_policy_runs_its_own_script_and_asks_nobody(language: str, files: dict[str, str]) -> None:
    soup = BeautifulSoup(files[name_of(language)], "html.parser")
    (script,) = soup.select("script:not([type])")
    digest = base64.b64encode(hashlib.sha256(script.get_text().encode()).digest()).decode()
    (policy,) = soup.select("meta[http-equiv=Content-Security-Policy]")
    rules = dict(rule.split(" ", 1) for rule in str(policy["content"]).split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert "connect-src" not in rules
    assert not [tag for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    for sign in ("innerHTML", "insertAdjacentHTML", "document.write", "fetch(", "XMLHttpRequest", "eval("):
        assert sign not in script.get_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_of_what_is_coded_is_in_it(language: str, files: dict[str, str], folder_of_lab: Path) -> None:
    page, lab = files[name_of(language)], read_lab(folder_of_lab)
    data = data_of(page)
    assert set(data["training"]) == set(lab.of_set("T"))
    assert set(data) == {
        *("language", "name", "words", "values", "labels", "items", "sets", "training", "kinds")
    }
    for name in ("A", "B"):
        for item in lab.of_set(name):
            assert lab.languages[language].items[item] in data["items"][item]
            assert lab.languages[language].why[item] not in page.replace("\\u003c", "<")
    assert {item: sorted(one.toward) for item, one in lab.vignettes.items() if one.toward} == data["kinds"]
    assert {len([one for one in data["kinds"] if one in lab.of_set(name)]) for name in "AB"} == {6}


def test_keys_go_with_it_only_where_they_are_asked_for(files: dict[str, str], folder_of_lab: Path) -> None:
    pages = {name_of(language) for language in LANGUAGES}
    assert set(dict(lab_files(folder_of_lab, keys=False))) == pages
    assert set(files) == pages | {f"key-{name}.json" for name in ("A", "B", "A.de", "B.de")}
    key = json.loads(files["key-A.de.json"])
    assert (key["kind"], key["set"], key["language"], len(key["codes"])) == ("key", "A", "de", 12)


def test_what_is_written_in_words_and_passages_stays_text(own: Path) -> None:
    hostile = "</script><script>window.pwned = 1</script><!-- {{script}} &amp; $& \\1"
    path = own / "en.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["words"]["start.title"] = content["items"]["A01"] = hostile
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    page = lab_page(own, read_lab(own), "en")
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.select("script")) == 2
    assert soup.h1 is not None
    assert soup.h1.get_text() == hostile
    assert data_of(page)["items"]["A01"] == hostile


def test_a_missing_word_or_a_script_that_would_end_early_is_named(own: Path) -> None:
    template = own / "lab.html"
    text = template.read_text(encoding="utf-8")
    template.write_text(text.replace("{{start.lead}}", "{{start.leed}}"), encoding="utf-8")
    with pytest.raises(BuzanError, match=r"'start\.leed' is missing.*'start\.lead'"):
        lab_page(own, read_lab(own), "en")
    template.write_text(text, encoding="utf-8")
    with (own / "lab.js").open("a", encoding="utf-8") as script:
        script.write('const end = "</SCRIPT>";\n')
    with pytest.raises(BuzanError, match="'</script'"):
        lab_page(own, read_lab(own), "en")


def test_scripts_ask_only_for_words_that_there_are(folder_of_lab: Path) -> None:
    words = set(read_lab(folder_of_lab).languages["en"].words)
    scripts = "".join(
        (folder_of_lab / f"{name}.js").read_text(encoding="utf-8") for name in ("lab", "passages", "draw")
    )
    asked = set(re.findall(r'"((?:start|train|code|save|key|name|link)\.[a-z_]+)"', scripts))
    assert len(asked) > 40
    assert asked <= words


def test_leaving_out_comments_and_indents_leaves_the_code(own: Path) -> None:
    (own / "lab.js").write_text(
        '/* a\n b */\nf("  /* kept */ // kept"); /* kept */\n  // gone\n  g();\n', encoding="utf-8"
    )
    page = lab_page(own, read_lab(own), "en")
    assert 'f("  /* kept */ // kept"); /* kept */\ng();\n</script>' in page


def test_a_book_that_has_a_lab_gets_its_pages(own: Path, folder: Path, build: Build) -> None:
    shutil.move(own.parent, folder / "seminar")
    build(folder, "Text.", html_baseurl="https://example.org")
    assert {path.name for path in (folder / "out" / "seminar").iterdir()} == {"lab.html", "lab.de.html"}
    assert "lab.de.html" in (folder / "out" / "sitemap.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("edition", ["student", "instructor"])
def test_only_the_edition_for_teachers_gets_keys(edition: str, own: Path, tmp_path: Path) -> None:
    app: Any = SimpleNamespace(
        srcdir=own.parents[1],
        outdir=tmp_path / "out",
        builder=SimpleNamespace(name="html"),
        config=SimpleNamespace(buzan_edition=edition),
    )
    coding_lab._write(app, None)
    keys = sorted(path.name for path in (tmp_path / "out" / "seminar").glob("key*"))
    assert keys == (
        [] if edition == "student" else ["key-A.de.json", "key-A.json", "key-B.de.json", "key-B.json"]
    )


def test_a_book_without_a_lab_gets_none(folder: Path, build: Build) -> None:
    build(folder, "Text.")
    assert not (folder / "out" / "seminar").exists()
