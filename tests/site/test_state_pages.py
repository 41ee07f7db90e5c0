"""Pages of states in a small book of their own: from the tables that ship to the last of them, and to the search."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from buzanlib.measurement.member_states import MemberStates
from buzanlib.measurement.placement import Placement
from buzanlib.site.state_index import INDEX, TEXT, chosen_by, names_to_search
from buzanlib.site.state_sections import SECTIONS, StateBody
from buzanlib.study.study_file import load_study
from buzanlib.tables.data_folder import Data

Build = Callable[..., tuple[str, str]]

RUN = "<script>window.pwned = 1</script>\"'&__body__ |"


@pytest.fixture(scope="module")
def states(data_dir: Path) -> MemberStates:
    return MemberStates(Data.open(data_dir), Placement(), "UNGDC", "adjudicated_2", ("UNGDC", "NCSS"))


def small_book(folder: Path, build: Build, root: Path) -> Path:
    """Build a book of one page and those of the states; the folder of what was built."""
    (folder / "_generated").mkdir()
    (folder / "_generated" / "states.md").write_text(TEXT, encoding="utf-8")
    chosen = chosen_by(load_study(root / "notebooks" / "study.yml"), folder)
    html, warned = build(folder, "```{toctree}\n_generated/states\n```", buzan_states=chosen)
    assert warned == ""
    assert "Look up a state" in html
    return folder / "out"


def test_each_member_has_a_page_and_a_place_in_index_and_search(
    folder: Path, build: Build, root: Path, states: MemberStates
) -> None:
    out = small_book(folder, build, root)
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (out / INDEX).glob("*.html")}
    assert pages.keys() == states.profiles.keys()
    titles, shown = [], 0
    around = list(states.profiles)
    for place, iso3 in enumerate(around):
        html = pages[iso3]
        assert not re.search(
            r"__(code|title|head|body|citation|before|before_title|after|after_title)__", html
        )
        name = escape(states.profiles[iso3].name)
        assert re.findall("<h1>(.*?)</h1>", html) == [name]
        assert re.findall('<section id="(.*?)">', html) == list(SECTIONS)
        assert re.search(f"<title>{re.escape(name)}\\b", html)
        assert f'<meta name="description" content="{name}: ' in html
        assert f"title = {{{{{name}}}}}," in html
        shown += len(re.findall('<p class="locator">', html))
        titles.append(states.profiles[iso3].name)
        after = f"{around[place + 1]}.html" if place < len(around) - 1 else "../states.html"
        assert f'href="{after}"' in html
    assert shown == sum(len(profile.passages) for profile in states.profiles.values())

    index = BeautifulSoup((out / f"{INDEX}.html").read_text(encoding="utf-8"), "html.parser")
    links = {link["href"]: link.get_text() for link in index.select("ul.states a")}
    assert links == {f"states/{iso3}.html": profile.name for iso3, profile in states.profiles.items()}
    groups = {f"{profile.region} group" for profile in states.profiles.values()}
    heads = [head.get_text(strip=True).rstrip("¶#") for head in index.select("section > section > h2")]
    assert heads == sorted(groups)

    search = json.loads((out / "searchindex.js").read_text(encoding="utf-8").split("(", 1)[1].rstrip(")"))
    assert set(titles) <= set(search["titles"])
    place = search["docnames"].index(f"{INDEX}/BRA")
    assert search["alltitles"]["Brazil"] == [[place, None]]
    assert search["titleterms"]["brazil"] == place
    terms = search["terms"]["irn"]
    assert search["docnames"].index(f"{INDEX}/IRN") in (terms if isinstance(terms, list) else [terms])


def test_a_book_without_the_setting_has_no_page_of_a_state(folder: Path, build: Build) -> None:
    _, warned = build(folder, "Text.")
    assert warned == ""
    assert not (folder / "out" / INDEX).exists()


def test_what_stands_in_the_data_is_text(states: MemberStates) -> None:
    profile = states.profiles["USA"]
    passages = [{**profile.passages[0], "gist": RUN, "doc_id": RUN, "passage_id": RUN}]
    profile = replace(profile, name=RUN, region=RUN, passages=passages, organisations={RUN: 1995})
    body = StateBody(states, ())
    html = body.of(profile)
    page = BeautifulSoup(html, "html.parser")
    assert page.find("script") is None
    assert "<script" not in html
    assert page.h1 is not None
    assert page.h1.get_text() == RUN
    assert page.select("ol.passages li p")[1].get_text() == RUN
    assert page.select("ol.passages li")[0]["id"] == RUN
    assert RUN in unescape(html)
    assert not [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]


def test_a_page_links_only_to_what_the_book_has(states: MemberStates) -> None:
    links = re.compile(r'href="(?!#)([^"]*)"')
    profile = states.profiles["USA"]
    assert links.findall(StateBody(states, ()).of(profile)) == []
    some = StateBody(states, ("executed/04_placement", "_generated/evidence"))
    assert links.findall(some.of(profile)) == [
        "../../executed/04_placement.html",
        "../../_generated/evidence.html#state=USA",
    ]


def test_only_annotators_that_ship_are_called_runs_of_a_model(states: MemberStates) -> None:
    assert "language model" in StateBody(states, ()).of(states.profiles["USA"])
    own = replace(states, annotator="Ana")
    own.__dict__["profiles"], own.__dict__["standings"] = states.profiles, states.standings
    assert "language model" not in StateBody(own, ())._said(states.profiles["USA"])


def test_a_state_is_found_by_all_its_names(states: MemberStates) -> None:
    assert {"Iran", "IRN"} <= set(names_to_search(states.profiles["IRN"]))
    assert {"Côte d’Ivoire", "Ivory Coast", "CIV"} <= {
        name.replace("'", "’") for name in names_to_search(states.profiles["CIV"])
    }
    for profile in states.profiles.values():
        assert names_to_search(profile)[0] == profile.name


def test_a_study_that_places_nobody_has_no_pages(root: Path, tmp_path: Path) -> None:
    study = load_study(root / "notebooks" / "study.yml")
    chosen = chosen_by(study, tmp_path)
    assert (chosen["corpus"], chosen["annotator"], chosen["power"]) == ("UNGDC", "adjudicated_2", "cinc")
    assert chosen["corpora"] == ["UNGDC", "NCSS"]
    assert (tmp_path / chosen["data"]).resolve() == (root / "data").resolve()
    bare = replace(
        study, runs=tuple(run for run in study.runs if run.notebook in ("01_securitization", "02_table1"))
    )
    assert chosen_by(bare, tmp_path) == {}
