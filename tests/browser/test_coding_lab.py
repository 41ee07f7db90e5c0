"""The student's way through the coding lab, from a file and from a server, as a phone and a desk show it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Download, Page, expect

from buzanlib.seminar.coding_files import read_coding
from buzanlib.seminar.vignettes import read_lab
from buzanlib.site.coding_lab import lab_files
from buzanlib.site.serve import server

pytestmark = [pytest.mark.browser, pytest.mark.soak, pytest.mark.xdist_group("browser")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LINK = "#set=A&form=short&labels=on&train=3&session=K7Q2"
KEPT = "Object.keys(localStorage).filter(name => name.startsWith('buzanlib-lab/'))"


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lab and its keys, served as a book is."""
    out = tmp_path_factory.mktemp("lab")
    (out / "index.html").write_text("", encoding="utf-8")
    for name, text in lab_files(root / "book" / "seminar" / "lab", keys=True):
        (out / name).write_text(text, encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[str]:
    with server(built) as book:
        threading.Thread(target=book.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{book.server_port}"
        book.shutdown()


@pytest.fixture(params=["file", "http"])
def base(request: pytest.FixtureRequest, built: Path, served: str) -> str:
    return built.as_uri() if request.param == "file" else served


@pytest.fixture
def faults() -> list[str]:
    """What no page may say or ask for."""
    return []


def opened(context: BrowserContext, address: str, faults: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    here = address.partition("#")[0].rpartition("/")[0]
    page.on(
        "request",
        lambda r: None if r.url.startswith((here, "data:", "blob:")) else faults.append(f"asks {r.url}"),
    )
    page.goto(address)
    return page


@pytest.fixture
def desk(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def page(desk: BrowserContext, served: str, faults: list[str]) -> Iterator[Page]:
    page = opened(desk, f"{served}/lab.html{LINK}", faults)
    yield page
    assert faults == []


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by keyboard")


def to_code(page: Page) -> None:
    """Begin, and leave the training."""
    page.click("#begin")
    page.click("#train-code")


def code_all(page: Page, threat: str = "1") -> None:
    """Code every passage of the set alike, in the short form."""
    for _ in range(12):
        press(page, threat, "Enter", "1", "Enter", "1", "Enter")
    expect(page.locator("#save-title")).to_be_focused()


def order(page: Page) -> list[str]:
    """Names of the passages, in the order in which this tab shows them."""
    found: list[str] = page.evaluate(
        """() => {
          const { file } = JSON.parse(localStorage.getItem(sessionStorage.getItem("buzanlib-lab/")));
          return draw.order(passages.data, file.session, file.coder, file.set);
        }"""
    )
    return found


def to_passage(page: Page, item: str) -> None:
    page.locator("#steps [data-view=code]").click()
    page.locator("#places button").nth(order(page).index(item)).click()


def saved(page: Page) -> tuple[str, dict[str, Any]]:
    with page.expect_download() as found:
        page.click("#save-file")
    return content(found.value)


def content(download: Download) -> tuple[str, dict[str, Any]]:
    text = Path(download.path()).read_text(encoding="utf-8")
    read_coding(download.suggested_filename, text)  # as the teacher's machine reads it
    file: dict[str, Any] = json.loads(text)
    return download.suggested_filename, file


def given(name: str, text: str) -> Any:
    return {"name": name, "mimeType": "application/json", "buffer": text.encode()}


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_whole_set_by_keyboard_alone(
    viewport: dict[str, int], base: str, built: Path, browser: Browser, faults: list[str]
) -> None:
    context = browser.new_context(viewport=viewport)  # type: ignore[arg-type]
    page = opened(context, f"{base}/lab.html", faults)
    tab_to(page, "#session")
    page.keyboard.type("k7q2")
    press(page, "Enter")
    expect(page.locator("#train-title")).to_be_focused()
    press(page, "2", "Enter", "1", "Enter", "1", "Enter")  # what T1 is coded as
    expect(page.locator("#feedback h3")).to_be_focused()
    expect(page.locator("#feedback .same")).to_have_count(4)
    press(page, "Enter")
    expect(page.locator("#train-title")).to_have_text("Practice 2 of 6")
    tab_to(page, "#train-code")
    press(page, "Enter")
    expect(page.locator("#code-title")).to_be_focused()
    expect(page.locator("#code-title")).to_have_text("Passage 1 of 12")
    press(page, "0", "Enter")  # no digital threat, and that is all
    press(page, "1", "2", "Enter", "2", "Enter", "2", "Enter", "6", "Enter")
    for _ in range(10):
        press(page, "3", "Enter", "0", "Enter", "4", "Enter")
    expect(page.locator("#save-title")).to_be_focused()
    tab_to(page, "#save-file")
    with page.expect_download() as found:
        press(page, "Enter")
    name, file = content(found.value)
    coder, shown = file["coder"], order(page)
    assert name == f"coding-K7Q2-A-{coder}.json"
    assert file["codes"][shown[0]] == {"threats": [], "primary": "none", "level": 0, "referent": "none"}
    assert file["codes"][shown[1]] == {
        "threats": ["pol", "inf"],
        "primary": "inf",
        "level": 2,
        "referent": "none",
    }
    assert file["codes"][shown[11]] == {
        "threats": ["cri"],
        "primary": "cri",
        "level": 0,
        "referent": "individual",
    }
    assert {name: file[name] for name in file if name not in ("codes", "coder")} == {
        "format": "buzanlib-coding", "version": 1, "session": "K7Q2", "kind": "person", "set": "A", "form": "short",
        "language": "en", "labels": None,
    }  # fmt: skip
    tab_to(page, "#save-key")
    press(page, "Enter")
    tab_to(page, "#key-file")
    page.set_input_files("#key-file", built / "key-A.json")
    expect(page.locator("#compared article")).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()
    assert faults == []


def test_a_reload_restores_and_another_tab_can_go_on(page: Page, served: str, faults: list[str]) -> None:
    name = page.locator("#coder").inner_text()
    to_code(page)
    press(page, "1", "Enter", "2", "Enter", "1", "Enter", "3")
    page.reload()
    expect(page.locator("#code-title")).to_have_text("Passage 2 of 12")
    expect(page.locator("#code [name=threats]:checked")).to_have_value("cri")
    expect(page.locator("#places .done")).to_have_count(1)
    expect(page.locator("#places .part")).to_have_count(1)
    other = opened(page.context, f"{served}/lab.html", faults)
    other.get_by_role("button", name=name).click()
    expect(other.locator("#code-title")).to_have_text("Passage 2 of 12")


def test_two_tabs_with_the_same_work_lose_nothing(base: str, desk: BrowserContext, faults: list[str]) -> None:
    tabs = [opened(desk, f"{base}/lab.html#set=A&session=K7Q2", faults)]
    to_code(tabs[0])
    tabs.append(opened(desk, f"{base}/lab.html", faults))
    press(tabs[0], "1")  # while the other one offers what was there before
    tabs[1].locator("#kept button").click()
    tabs[1].locator("#places button").nth(4).click()
    tabs[1].locator("#code [value=cri]").first.check()
    expect(tabs[0].locator("#places .part")).to_have_count(2)
    expect(tabs[0].locator("#notice")).to_contain_text("open in another tab")
    expect(tabs[0].locator("#code-title")).to_have_text("Passage 1 of 12")
    tabs[0].locator("#places button").nth(7).click()
    tabs[0].locator("#code [value=ter]").first.check()
    expect(tabs[1].locator("#places .part")).to_have_count(3)
    codes = tabs[1].evaluate(f"JSON.parse(localStorage.getItem({KEPT}[0])).file.codes")
    assert sorted(one["primary"] for one in codes.values()) == ["cri", "pol", "ter"]
    # Where one of them has no room left, what it has stays.
    tabs[0].evaluate(
        """() => {
          window.setItem = Storage.prototype.setItem;
          Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
        }"""
    )
    tabs[0].locator("#places button").nth(8).click()
    tabs[0].locator("#code [value=mil]").first.check()
    tabs[1].locator("#places button").nth(9).click()
    tabs[1].locator("#code [value=mil]").first.check()
    expect(tabs[0].locator("#places .part")).to_have_count(5)
    expect(tabs[0].locator("#notice")).to_contain_text("keeps nothing")
    tabs[0].evaluate("() => { Storage.prototype.setItem = window.setItem; }")
    tabs[0].locator("#places button").nth(0).click()
    expect(tabs[1].locator("#places .part")).to_have_count(5)
    tabs[0].click("#clear")
    tabs[0].click("#ask [value=yes]")
    expect(tabs[1].locator("#notice")).to_contain_text("removed")
    expect(tabs[1].locator("#start")).to_be_visible()
    assert tabs[1].evaluate(KEPT) == []
    assert faults == []


def test_the_language_of_a_file_is_that_in_which_it_was_coded_last(
    page: Page, served: str, faults: list[str]
) -> None:
    to_code(page)
    press(page, "1")
    other = opened(page.context, f"{served}/lab.de.html", faults)
    language = f"JSON.parse(localStorage.getItem({KEPT}[0])).file.language"
    other.locator("#kept button").click()
    assert other.evaluate(language) == "en"  # nothing was coded in German yet
    other.locator("#code [value=cri]").first.check()
    assert other.evaluate(language) == "de"


def test_clear_asks_and_then_empties(page: Page) -> None:
    to_code(page)
    press(page, "1")
    page.evaluate("localStorage.setItem('theme', 'dark')")  # of the book, which is none of the lab's business
    page.click("#clear")
    page.click("#ask [value=no]")
    assert len(page.evaluate(KEPT)) == 1
    page.click("#clear")
    page.click("#ask [value=yes]")
    assert page.evaluate("[Object.keys(localStorage), sessionStorage.length]") == [["theme"], 0]
    expect(page.locator("#start-title")).to_be_focused()
    expect(page.locator("#kept")).to_be_hidden()
    page.reload()
    expect(page.locator("#start")).to_be_visible()


def test_two_sessions_in_one_browser_do_not_mix(page: Page, served: str, faults: list[str]) -> None:
    first = page.locator("#coder").inner_text()
    to_code(page)
    press(page, "1")
    other = opened(page.context, f"{served}/lab.html#set=A&session=ZZ9", faults)
    second = other.locator("#coder").inner_text()
    assert second != first
    to_code(other)
    press(other, "3")
    for tab, code in ((page, "pol"), (other, "cri")):
        tab.reload()
        expect(tab.locator("#code [name=threats]:checked")).to_have_value(code)
    # The second set of the same session is coded under the same name.
    third = opened(page.context, f"{served}/lab.html#set=B&session=K7Q2", faults)
    expect(third.locator("#coder")).to_have_text(first)
    # A link to another session takes over from what this tab had.
    page.goto(f"{served}/lab.html#set=A&session=NEW1")
    expect(page.locator("#by-link")).to_contain_text("NEW1")
    assert len(page.evaluate(KEPT)) == 2


@pytest.mark.parametrize("way", ["no storage", "full"])
def test_without_storage_the_lab_says_so_and_goes_on(
    way: str, served: str, desk: BrowserContext, faults: list[str]
) -> None:
    broken = {
        "no storage": "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });",
        "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    }
    desk.add_init_script(broken[way])
    page = opened(desk, f"{served}/lab.html#session=K7Q2", faults)
    to_code(page)
    expect(page.locator("#notice")).to_contain_text("keeps nothing")
    code_all(page)
    for way_back in ("#begin", "#kept button"):
        page.locator("#steps [data-view=start]").click()
        page.click(way_back)
        page.locator("#steps [data-view=code]").click()
        expect(page.locator("#places .done")).to_have_count(12)
    page.evaluate("location.hash = 'session=K7Q2&set=A&train=3'")  # the same class and set
    page.locator("#steps [data-view=code]").click()
    page.evaluate("location.hash = 'session=K7Q2&set=B'")
    page.click("#ask [value=no]")
    expect(page.locator("#places .done")).to_have_count(12)
    page.locator("#steps [data-view=start]").click()
    page.click("#begin")
    expect(page.locator("#ask-text")).to_contain_text("Shall they be lost?")
    page.click("#ask [value=no]")
    page.locator("#steps [data-view=save]").click()
    assert len(saved(page)[1]["codes"]) == 12
    page.evaluate("location.hash = 'session=K7Q2'")
    page.evaluate("location.hash = 'session=ZZ9'")  # what is saved as a file is not lost
    expect(page.locator("#by-link")).to_contain_text("ZZ9")
    page.click("#clear")
    page.click("#ask [value=yes]")
    expect(page.locator("#start-title")).to_be_focused()
    assert faults == []


def test_codes_hang_together(page: Page) -> None:
    page.goto(page.url.replace("form=short", "form=long"))
    to_code(page)

    def box(word: str) -> Any:
        return page.locator("#code [data-name=threats] label", has_text=word).locator("input")

    codes = "JSON.parse(localStorage.getItem(sessionStorage.getItem('buzanlib-lab/'))).file.codes"
    codes += f".{order(page)[0]}"
    box("Crime").check()
    expect(page.locator("#code [data-name=primary]")).to_be_hidden()
    box("Military force").check()
    expect(page.locator("#code [data-name=primary] label:visible")).to_have_count(2)
    page.locator("#code [data-name=primary] label:visible").last.click()
    assert page.evaluate(codes) == {"threats": ["cri", "mil"], "primary": "mil"}
    box("Military force").uncheck()
    assert page.evaluate(codes) == {"threats": ["cri"], "primary": "cri"}
    box("in general").check()
    expect(box("Crime")).not_to_be_checked()
    assert page.evaluate(codes) == {"threats": ["gen"], "primary": "gen"}
    expect(page.locator("#status")).to_contain_text("coded")
    box("No digital threat").check()
    expect(page.locator("#code .question:visible")).to_have_count(1)
    nothing = dict.fromkeys(("primary", "referent", "agent", "measure"), "none") | {"threats": [], "level": 0}
    assert page.evaluate(codes) == nothing
    box("Terrorist").check()
    assert page.evaluate(codes) == {"threats": ["ter"], "primary": "ter"}
    box("Terrorist").uncheck()
    assert page.evaluate(codes) is None


def test_the_codebook_opens_beside_and_gives_the_focus_back(page: Page) -> None:
    to_code(page)
    button = page.locator("#code .book")
    button.click()
    expect(page.locator("#codebook-title")).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    rules = page.locator("#codebook dd")
    assert rules.count() == 8 + 3 + 6
    assert page.locator("#codebook").bounding_box()["x"] > 800  # type: ignore[index]
    press(page, "Escape")
    expect(page.locator("#codebook")).to_be_hidden()
    expect(button).to_be_focused()


def test_labels_are_seeded_balanced_and_only_at_contested_passages(page: Page, root: Path) -> None:
    lab = read_lab(root / "book" / "seminar" / "lab")
    for name in ("A", "B"):
        draw = f"Array.from({{ length: 600 }}, (_, n) => draw.labels(passages.data, 'K7Q2', 'coder-' + n, '{name}'))"
        drawn = page.evaluate(draw)
        assert drawn == page.evaluate(draw)
        kinds = {item: set(one.toward) for item, one in lab.of_set(name).items() if one.toward}
        for one in drawn:
            assert len(one) == len(kinds) / 2
            assert all(kind in kinds[item] for item, kind in one.items())
        # Of the students half see a label at an item; of the labels each kind is as often as the items have it.
        often = Counter(item for one in drawn for item in one)
        assert set(often) == set(kinds)
        assert all(abs(count / 600 - 0.5) < 0.08 for count in often.values())
        spoken = Counter(kind for one in drawn for kind in one.values())
        whole = Counter(kind for several in kinds.values() for kind in several)
        for kind, count in spoken.items():
            assert abs(count / 1800 - whole[kind] / whole.total()) < 0.06
    drawn = "['A1', 'A2', 'A3', 'A4'].map(one => JSON.stringify(draw.labels(passages.data, one, 'x', 'A')))"
    assert len(set(page.evaluate(drawn))) > 1


def test_each_student_has_an_own_order_that_does_not_tell_what_is_contested(page: Page, root: Path) -> None:
    lab = read_lab(root / "book" / "seminar" / "lab")
    for name in ("A", "B"):
        drawn = f"Array.from({{ length: 600 }}, (_, n) => draw.order(passages.data, 'K7Q2', 'coder-' + n, '{name}'))"
        orders = page.evaluate(drawn)
        assert orders == page.evaluate(drawn)
        assert len(set(map(tuple, orders))) > 590
        vignettes = lab.of_set(name)
        assert all(sorted(one) == sorted(vignettes) for one in orders)
        for place in range(12):
            contested = sum(bool(vignettes[one[place]].toward) for one in orders)
            assert abs(contested / 600 - 0.5) < 0.08
    to_code(page)
    for place, item in enumerate(names := order(page)):
        page.locator("#places button").nth(place).click()
        begin = lab.languages["en"].items[item].partition("[STATE]")[0]
        assert begin in page.locator("#code .text p:last-child").inner_text()
    assert names != sorted(names)


def test_labels_are_shown_recorded_and_explained_after_saving(page: Page) -> None:
    to_code(page)
    shown, names = {}, order(page)
    for place in range(12):
        speaker = page.locator("#code .speaker")
        if speaker.count():
            shown[names[place]] = speaker.inner_text()
        if place == 5:
            page.reload()
        press(page, "1", "Enter", "1", "Enter", "1", "Enter") if place != 5 else page.click("#code-next")
    expect(page.locator("#debrief")).to_be_hidden()
    page.click("#save-file")
    expect(page.locator("#ask-text")).to_contain_text("1 of your passages")
    page.click("#ask [value=no]")
    expect(page.locator("#debrief")).to_be_hidden()
    page.locator("#save-state button").click()
    press(page, "0")
    page.locator("#steps [data-view=save]").click()
    _, file = saved(page)
    assert set(file["labels"]) == set(shown)
    assert len(shown) == 3
    expect(page.locator("#debrief li")).to_have_count(3)
    for item, kind in file["labels"].items():
        text = page.evaluate(
            "kind => JSON.parse(document.getElementById('lab-data').textContent).labels[kind]", kind
        )
        assert text in shown[item]
    page.click("#save-back")  # what was coded before the debrief stays
    expect(page.locator("#closed")).to_be_visible()
    expect(page.locator("#code input:enabled")).to_have_count(0)


def test_without_the_switch_no_passage_has_a_speaker(page: Page) -> None:
    page.goto(page.url.replace("labels=on&", ""))
    to_code(page)
    for _ in range(12):
        assert page.locator("#code .speaker").count() == 0
        press(page, "1", "Enter", "1", "Enter", "1", "Enter")
    assert saved(page)[1]["labels"] is None
    expect(page.locator("#debrief")).to_be_hidden()


def test_the_key_opens_only_after_coding_and_closes_the_codes(page: Page, built: Path) -> None:
    page.goto(page.url.replace("labels=on&", ""))
    to_code(page)
    expect(page.locator("#steps [data-view=key]")).to_be_disabled()
    code_all(page)
    expect(page.locator("#steps [data-view=key]")).to_be_enabled()
    page.click("#save-key")
    own = page.evaluate(f"localStorage.getItem({KEPT}[0])")
    whole = json.loads((built / "key-A.json").read_text(encoding="utf-8"))
    refused = {
        "nothing coded": json.dumps(whole | {"codes": {}}),
        "short form": json.dumps(whole | {"form": "short"}),
        "one passage in part": json.dumps(whole | {"codes": whole["codes"] | {"A12": {"primary": "inf"}}}),
        "reasons that are no text": json.dumps(whole | {"why": {"A01": None}}),
        "truncated": (built / "key-A.json").read_text(encoding="utf-8")[:500],
        "key of set B": (built / "key-B.json").read_text(encoding="utf-8"),
        "not a file of a key": json.dumps(json.loads(own)["file"]),
    }
    for text in refused.values():
        page.set_input_files("#key-file", given("<img src=x onerror=alert(1)>.json", text))
        expect(page.locator("#key-fault")).not_to_be_empty()
        expect(page.locator("#compared article")).to_have_count(0)
    wide = {"buffer": json.dumps(whole).encode("utf-16")}
    page.set_input_files("#key-file", given("utf-16.json", "") | wide)
    expect(page.locator("#key-fault")).to_contain_text("it cannot be read as text")
    page.evaluate(
        """async () => { // a folder that is dropped is a file without content
          const folder = new File([], "folder");
          folder.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotFoundError"));
          const event = new Event("drop", { bubbles: true, cancelable: true });
          event.dataTransfer = { files: [folder] };
          document.querySelector("#key-drop").dispatchEvent(event);
        }"""
    )
    expect(page.locator("#key-fault")).to_contain_text("folder was not read")
    assert page.evaluate(f"localStorage.getItem({KEPT}[0])") == own
    page.set_input_files("#key-file", built / "key-A.json")
    expect(page.locator("#compared article")).to_have_count(12)
    expect(page.locator("#key-fault")).to_be_empty()
    key = json.loads((built / "key-A.json").read_text(encoding="utf-8"))
    expect(page.locator("#compared article").first).to_contain_text(key["why"][order(page)[0]])
    well = sum(
        "pol" in (key["codes"][item]["primary"], *key["accept"].get(item, {}).get("primary", ()))
        for item in key["codes"]
    )
    expect(page.locator("#compared .lead")).to_contain_text(f"{well} of 12")
    page.locator("#steps [data-view=code]").click()
    expect(page.locator("#code input:enabled")).to_have_count(0)


HOSTILE = '<img src=x onerror="window.pwned = 1">'
WHOLE: dict[str, Any] = {
    "format": "buzanlib-coding", "version": 1, "session": "K7Q2", "coder": "tidy-owl-12", "kind": "person", "set": "A",
    "form": "short", "language": "en", "labels": None,
    "codes": {"A01": {"threats": ["mil"], "primary": "mil", "level": 2, "referent": "state"}},
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        json.dumps(WHOLE)[:-20],
        json.dumps(WHOLE | {"format": HOSTILE}),
        json.dumps(WHOLE | {"codes": {HOSTILE: {}}}),
        json.dumps(WHOLE | {"codes": {"A01": {"level": "2"}}}),
        json.dumps(WHOLE | {"codes": {"__proto__": {"level": 2}}}),
        json.dumps(WHOLE | {"session": HOSTILE}),
        json.dumps(WHOLE | {"kind": "model"}),
        json.dumps(WHOLE | {"set": "T", "codes": {}}),
        json.dumps(WHOLE).replace('"set": "A"', '"set": "A", "set": "B"'),
        json.dumps(WHOLE | {"coder": "x" * 300_000}),
        "[" * 50_000,
    ],
    ids=[
        "empty",
        "cut",
        "format",
        "item",
        "level",
        "proto",
        "session",
        "model",
        "training",
        "twice",
        "large",
        "deep",
    ],
)
def test_a_file_that_is_wrong_is_named_and_nothing_is_lost(text: str, page: Page) -> None:
    to_code(page)
    press(page, "1")
    before = page.evaluate("JSON.stringify(localStorage)")
    page.locator("#steps [data-view=start]").click()
    page.locator("#start summary").click()
    page.set_input_files("#own-file", given(f"{HOSTILE}.json", text))
    expect(page.locator("#own-fault")).not_to_be_empty()
    assert page.evaluate("JSON.stringify(localStorage)") == before
    assert page.evaluate("window.pwned") is None
    page.locator("#steps [data-view=code]").click()
    expect(page.locator("#code [name=threats]:checked")).to_have_value("pol")


def test_ones_own_file_is_read_back_and_asks_before_it_replaces(page: Page) -> None:
    page.locator("#start summary").click()
    page.set_input_files(
        "#own-file", given("mine.json", json.dumps(WHOLE | {"coder": f"owl {HOSTILE[:20]}"}))
    )
    to_passage(page, "A01")
    expect(page.locator("#code [name=threats]:checked")).to_have_value("mil")
    page.locator("#steps [data-view=start]").click()
    expect(page.locator("#kept")).to_contain_text(HOSTILE[:20])
    page.set_input_files("#own-file", given("mine.json", json.dumps(WHOLE)))
    to_passage(page, "A01")
    expect(page.locator("#code [name=threats]:checked")).to_have_value("mil")
    page.locator("#code [data-name=threats] .nothing").click()
    page.locator("#steps [data-view=start]").click()
    page.set_input_files("#own-file", given("mine.json", json.dumps(WHOLE)))
    page.click("#ask [value=no]")
    to_passage(page, "A01")
    expect(page.locator("#code [name=threats]:checked")).to_have_value("none")
    page.locator("#steps [data-view=start]").click()
    page.set_input_files("#own-file", given("mine.json", json.dumps(WHOLE)))
    page.click("#ask [value=yes]")
    to_passage(page, "A01")
    expect(page.locator("#code [name=threats]:checked")).to_have_value("mil")


def test_what_a_browser_kept_and_something_else_spoiled_is_left_alone(page: Page) -> None:
    to_code(page)
    page.evaluate(f"localStorage.setItem({KEPT}[0], '{{\"file\": {{}}}}')")
    page.reload()
    expect(page.locator("#start")).to_be_visible()
    expect(page.locator("#kept")).to_be_hidden()


def test_three_passages_of_training_lead_on_and_six_are_offered(page: Page) -> None:
    page.click("#begin")
    expect(page.locator("#train-title")).to_have_text("Practice 1 of 3")
    for place in range(6):
        expect(page.locator("#train-next")).to_be_disabled()
        press(page, "0")
        page.click("#train-next")
        expect(page.locator("#feedback .why")).not_to_be_empty()
        expect(page.locator("#train input:enabled")).to_have_count(0)
        if place == 2:
            expect(page.locator("#train-next")).to_have_text("Start coding")
            page.click("#train-code")  # "Practise more"
        elif 2 < place < 5:
            page.click("#train-code")
        else:
            page.click("#train-next")
    expect(page.locator("#code-title")).to_have_text("Passage 1 of 12")
    assert page.evaluate(f"JSON.parse(localStorage.getItem({KEPT}[0])).file.codes") == {}


def test_the_link_for_a_class_fills_in_what_it_says(page: Page, served: str, faults: list[str]) -> None:
    page.click("footer [data-view=for-teacher]")
    page.fill("#link-session", "ab12")
    page.check("[name=link-set][value=B]")
    page.check("[name=link-form][value=long]")
    page.check("#link-labels")
    address = page.input_value("#link-address")
    assert address.startswith(f"{served}/lab.html#")
    assert set(address.partition("#")[2].split("&")) == {
        "set=B",
        "form=long",
        "train=6",
        "labels=on",
        "session=AB12",
    }
    page.fill("#link-session", "no spaces!")
    expect(page.locator("#link-copy")).to_be_disabled()
    other = opened(page.context, address, faults)
    expect(other.locator("#by-link")).to_contain_text("AB12")
    to_code(other)
    expect(other.locator("#code .question")).to_have_count(6)


@pytest.mark.parametrize(
    ("name", "said"), [("lab.html", "this device alone"), ("lab.de.html", "nur auf diesem Gerät")]
)
def test_a_link_to_a_file_is_said_to_be_of_no_use_to_others(
    name: str, said: str, built: Path, served: str, desk: BrowserContext, faults: list[str]
) -> None:
    for base, seen in ((built.as_uri(), True), (served, False)):
        page = opened(desk, f"{base}/{name}", faults)
        page.click("footer [data-view=for-teacher]")
        assert page.locator("#link-local").is_visible() == seen
        expect(page.locator("#link-local")).to_contain_text(said)
    assert faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["lab.html", "lab.de.html"])
def test_axe_finds_nothing_on_the_way(
    name: str, theme: Any, viewport: Any, served: str, built: Path, browser: Browser, faults: list[str]
) -> None:
    context = browser.new_context(viewport=viewport, color_scheme=theme)
    page = opened(context, f"{served}/{name}{LINK.replace('short', 'long')}", faults)
    found = []

    def look(where: str) -> None:
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found.extend(
            f"{where}: {one['id']}: {node['html'][:90]}" for one in violations for node in one["nodes"]
        )
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            found.append(f"{where}: too wide")

    look("start")
    page.click("#begin")
    press(page, "1", "2", "Enter")
    look("train")
    press(page, "1", "Enter", "1", "Enter", "1", "Enter", "1", "Enter", "1", "Enter")
    look("feedback")
    page.click("#train-code")
    page.click("#code .book")
    look("codebook")
    press(page, "Escape")
    page.locator("#code-title").focus()
    for _ in range(12):
        press(page, "0", "Enter")
        if not found and page.locator("#code .speaker").count() == 1:
            look("speaker")
    saved(page)
    look("save")
    page.click("#save-key")
    page.set_input_files("#key-file", built / "key-A.json")
    look("key")
    page.click("#clear")
    look("ask")
    page.click("#ask [value=no]")
    page.click("footer [data-view=for-teacher]")
    look("teacher")
    context.close()
    assert found == []
    assert faults == []


def test_without_scripts_the_page_says_what_to_do(served: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{served}/lab.html")
    expect(page.get_by_text("on paper")).to_be_visible()
    expect(page.locator("h2").first).to_be_visible()
    context.close()
