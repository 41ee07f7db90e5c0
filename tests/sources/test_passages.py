"""How passages are cut."""

from __future__ import annotations

import re
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzanlib.sources.passages import (
    DIGITAL,
    LONGEST_PASSAGE,
    LONGEST_WINDOW,
    Passage,
    cut,
    digital_passages,
    draw,
    fold,
    normalise,
    sentences,
    stem_places,
    threat_passages,
)

WORDS = (
    *("cyber", "cyberspace", "information", "security", "space", "warfare", "computer", "crimes", "hacking"),
    *("hackers", "disinformation", "fake", "news", "hybrid", "attacks", "digital", "technology", "platforms"),
    *(
        "ransomware",
        "internet",
        "social",
        "media",
        "networks",
        "online",
        "ICTs",
        "ICT",
        "conflict",
        "district",
    ),
    *("threat", "terrorism", "hatred", "war", "peace", "sea", "sovereignty", "and", "communication", "of"),
    *(
        "technologies",
        "CYBER",
        "İnternet",
        "ınternet",
        "dıgıtal",
        "hac\u212aing",
        "mi\u017fuse",
        "a. B",
        "?",
        "!",
        ".",
    ),
)
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def hit(sentence: str) -> bool:
    return "X" in sentence


def spans(text: str) -> list[str]:
    return [passage.text for passage in cut(text, hit)]


def test_white_space_collapses() -> None:
    assert normalise("  a\n\tb\u00a0 c ") == "a b c"


def test_sentences_end_before_a_capital() -> None:
    text = "One is 3.5 per cent. Two? “Three.” Four, e.g. five!"
    assert [text[low:high] for low, high in sentences(text)] == [
        "One is 3.5 per cent.",
        "Two?",
        "“Three.",
        "Four, e.g. five!",
    ]


def test_one_sentence_before_and_one_after() -> None:
    assert spans("A a. B b. X x. C c. D d.") == ["B b. X x. C c."]


def test_windows_that_share_a_sentence_merge() -> None:
    assert spans("X a. B b. X c. D d. E e.") == ["X a. B b. X c. D d."]


def test_neighbouring_windows_stay_apart() -> None:
    assert spans("X a. B b. C c. X d.") == ["X a. B b.", "C c. X d."]


def test_long_window_is_split_after_seven_sentences() -> None:
    text = " ".join(["A a.", *["X x."] * 8, "B b."])
    assert [len(sentences(passage)) for passage in spans(text)] == [7, 3]


def test_part_of_a_window_without_a_hit_is_left_out() -> None:
    text = " ".join(["X x.", *["A a. X x."] * 3, "B b."])
    assert [len(sentences(passage)) for passage in spans(text)] == [7]


def test_passage_ends_after_so_many_characters() -> None:
    (passage,) = cut("X" * 3000, hit)
    assert (passage.start, passage.end, len(passage.text)) == (0, LONGEST_PASSAGE, LONGEST_PASSAGE)


@given(texts)
def test_places_are_those_of_the_text(text: str) -> None:
    passages = digital_passages(normalise(text))
    assert all(normalise(text)[p.start : p.end] == p.text for p in passages)
    assert all(a.end <= b.start for a, b in pairwise(passages))


@given(texts)
@settings(max_examples=500)
def test_looking_for_stems_first_loses_no_match(text: str) -> None:
    text = normalise(text)
    assert digital_passages(text) == list(cut(text, lambda sentence: DIGITAL.search(sentence) is not None))


def test_fold_knows_every_letter_that_matches_an_ascii_letter() -> None:
    letters = re.compile("[a-z]", re.IGNORECASE)
    everything = map(chr, range(sys.maxunicode + 1))
    assert all(
        fold(letter) in "abcdefghijklmnopqrstuvwxyz" for letter in everything if letters.fullmatch(letter)
    )


def test_fold_keeps_the_length_of_every_letter() -> None:
    assert all(len(fold(chr(code))) == 1 for code in range(sys.maxunicode + 1))


@pytest.mark.parametrize(
    "sentence",
    [
        "Cyberspace is for all.",
        "They hacked us.",
        "Fake news spreads.",
        "Crime on the Internet grows.",
        "Social media are abused.",
        "Terrorists recruit online.",
        "The misuse of ICTs worries us.",
        "Information technology may be exploited.",
        "Digital sovereignty matters.",
    ],
)
def test_digital_danger_is_found(sentence: str) -> None:
    assert stem_places(fold(sentence))
    assert [passage.text for passage in digital_passages(sentence)] == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "The Internet connects schools.",
        "Conflict and war.",
        "Information is a right.",
        "Digital tools teach. Crime falls.",
    ],
)
def test_the_merely_digital_is_not(sentence: str) -> None:
    assert digital_passages(sentence) == []


def test_headings_and_tables_of_strategies_are_left_out() -> None:
    heading = "Threats and attacks."
    table = "Threat 1 2 3 4 5 6 7 8 9 " * 20
    prose = "The state faces attacks upon its networks and it is for the government to answer them. " * 2
    assert threat_passages(heading) == []
    assert threat_passages(normalise(table)) == []
    assert len(threat_passages(normalise(prose))) == 1


def test_draw_is_of_ten_and_repeats() -> None:
    passages = [p for k in range(40) for p in cut(f"X{k}", hit)]
    first = draw(passages, "seed")
    assert len(first) == 10
    assert first == draw(passages, "seed") != draw(passages, "other")
    assert draw(passages[:3], "seed") != []
    assert sorted(p.text for p in draw(passages[:3], "seed")) == ["X0", "X1", "X2"]


def _cut_as_it_is_defined(text: str, hits: list[int], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows of one sentence around each hit, merged where they share one, in pieces of seven that have a hit."""
    taken = sorted({k for hit in hits for k in (hit - 1, hit, hit + 1) if 0 <= k < len(spans)})
    windows: list[list[int]] = []
    for k in taken:
        alone = not windows or k != windows[-1][-1] + 1
        apart = (
            not alone and k not in hits and k - 1 not in hits
        )  # the end of one window, the start of the next
        if alone or apart:
            windows.append([k])
        else:
            windows[-1].append(k)
    found = []
    for window in windows:
        for at in range(0, len(window), LONGEST_WINDOW):
            piece = window[at : at + LONGEST_WINDOW]
            if any(k in hits for k in piece):
                start, end = spans[piece[0]][0], spans[piece[-1]][1]
                found.append((start, min(end, start + LONGEST_PASSAGE)))
    return found


@given(st.lists(st.booleans(), min_size=1, max_size=80))
def test_passages_are_cut_as_they_are_defined(marked: list[bool]) -> None:
    text = " ".join("A cyber attack." if hit else "Something else." for hit in marked)
    hits = [k for k, hit in enumerate(marked) if hit]
    found = [(passage.start, passage.end) for passage in cut(text, lambda sentence: "cyber" in sentence)]
    assert found == _cut_as_it_is_defined(text, hits, sentences(text))


def test_the_work_of_cutting_grows_with_the_text_and_not_with_its_square() -> None:
    work = []
    for number in (500, 2000):
        text = " ".join(["A cyber attack."] * number)
        called = 0

        def count(frame: object, event: str, about: object) -> None:
            nonlocal called
            called += event == "call"

        sys.setprofile(count)
        try:
            found = list(cut(text, lambda sentence: "cyber" in sentence))
        finally:
            sys.setprofile(None)
        assert len(found) == -(-number // LONGEST_WINDOW)
        work.append(called)
    assert work[1] < 5 * work[0]


def test_ids_of_ones_own_are_long_and_keep_document_and_start_apart() -> None:
    one, other = Passage(15, 20, "x"), Passage(5, 10, "x")
    assert re.fullmatch("P[0-9a-f]{8}", one.passage_id("A-2"))
    assert re.fullmatch("P[0-9a-f]{16}", one.own_id("A-2"))
    assert one.own_id("A-2") != other.own_id("A-21")
    assert one.passage_id("A-2") == other.passage_id("A-21")  # which is why
