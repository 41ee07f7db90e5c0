"""GIFT read back by a parser of its own: nothing is lost, whatever signs a text has; and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.errors import StudyError
from buzanlib.seminar.gift import Option, Question, gift, plain, write_gift

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def unescaped(text: str) -> str:
    """What a platform shows."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def parsed(text: str) -> list[Question]:
    """Questions of a file, as Moodle's import reads it: blocks between empty lines, then signs that are not escaped."""
    category, found = "", []
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        if block.startswith("$CATEGORY:"):
            parts = re.split(r"(?<!/)/(?!/)", block.partition(":")[2].strip())
            assert parts[0] == "$course$"
            category = parts[1].replace("//", "/")
            continue
        free = r"(?:\\.|[^\\~=#{}:\n])*"
        match = re.fullmatch(rf"::({free})::\[plain\]({free})\{{(.*)\}}", block, re.DOTALL)
        assert match, block
        answers, _, why = match[3].partition("####")
        options = []
        for line in answers.strip().split("\n"):
            one = re.fullmatch(rf"([=~])(%0%)?({free})(?:#({free}))?", line)
            assert one, line
            options.append(Option(unescaped(one[3]), one[1] == "=", unescaped(one[4] or "")))
        assert re.fullmatch(free, why.strip()), why
        found.append(
            Question(
                category, unescaped(match[1]), unescaped(match[2]), tuple(options), unescaped(why.strip())
            )
        )
    return found


#: Texts as `plain` leaves them: no spaces around, no control signs; otherwise as hostile as can be.
texts = st.text(st.sampled_from("ab1%/ ~=#{}:\\n\n<>&\"'$*é→"), min_size=1).map(str.strip).filter(bool)


@given(
    st.lists(
        st.tuples(
            texts,
            texts,
            st.lists(st.tuples(texts, texts), min_size=2, max_size=4, unique_by=lambda one: one[0]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_what_is_written_is_read_back(drawn: list[tuple[str, str, list[tuple[str, str]]]]) -> None:
    questions = [
        Question(
            "Chapter 1/2: a",
            name,
            text,
            tuple(Option(said, place == 1, feedback) for place, (said, feedback) in enumerate(options)),
            text,
        )
        for name, text, options in drawn
    ]
    assert parsed(gift(questions)) == questions


def test_a_question_looks_as_the_format_wants_it() -> None:
    options = (
        Option("a = b", True, "Yes: it is"),
        Option("50% {or} less", False, "No\nnot so"),
        Option("%50%", False, ""),
    )
    assert gift([Question("A/B", "Q: 1", "Is ~ a \\ sign?", options, "So # it is")]) == (
        "$CATEGORY: $course$/A//B\n\n"
        "::Q\\: 1::[plain]Is \\~ a \\\\ sign?{\n"
        "=a \\= b#Yes\\: it is\n"
        "~50% \\{or\\} less#No\\nnot so\n"
        "~%0%%50%\n"
        "####So \\# it is\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*strong state* is **cohesive**", "strong state is cohesive"),
        ("see {doc}`06_quadrants`", "see “The four agendas”"),
        ("see {doc}`this chapter <executed/06_quadrants>`", "see this chapter"),
        ("a {term}`falsifier` in `data/codes.csv`", "a falsifier in data/codes.csv"),
        ("[a link](https://example.org/a)", "a link"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ],
)
def test_marks_become_plain_words(text: str, expected: str) -> None:
    assert plain(text, {"06_quadrants": "The four agendas"}) == expected


@pytest.mark.parametrize("role", ["num", "numref"])
def test_what_has_no_plain_words_is_refused(role: str) -> None:
    with pytest.raises(StudyError, match=f"{role}.* has no plain words"):
        plain(f"{{{role}}}`B1.contrast`")


def write(file: Path, value: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def check(*right: bool) -> dict[str, Any]:
    options = [
        {"text": f"option {place}", "right": one, "feedback": "So."} for place, one in enumerate(right)
    ]
    return {"check": {"question": "Which?", "options": options}, "questions": [{"solution": "SECRET"}]}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with one chapter and two training items."""
    write(tmp_path / "exercises" / "06_quadrants.yml", check(False, True, False))
    write(tmp_path / "exercises" / "problems.yml", {"problems": []})
    cells = [{"cell_type": "markdown", "source": ["# What *four* kinds say\n", "text"]}]
    (tmp_path / "executed").mkdir()
    (tmp_path / "executed" / "06_quadrants.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    items = {"T1": "Lights out in [STATE].", "T2": "A conference.", "A01": "HIDDEN"}
    words = {name: {"word": name.upper()} for name in ("inf", "cri", "mil", "none")}
    write(
        tmp_path / "seminar" / "lab" / "en.yml",
        {"items": items, "why": dict.fromkeys(items, "By rule 5."), "values": {"threat": words}},
    )
    key = {
        "T1": {"set": "T", "codes": {"primary": "inf"}, "accept": {"primary": ["mil"]}},
        "T2": {"set": "T", "codes": {"primary": "none"}},
        "A01": {"set": "A", "codes": {"primary": "cri"}},
    }
    write(tmp_path / "seminar" / "lab" / "key.yml", key)
    return tmp_path


def test_the_file_has_checks_and_training_and_no_key_of_what_students_code(
    book: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made" / "questions.gift"
    assert write_gift(book, out) == 3
    text = out.read_text(encoding="utf-8")
    quick, training, nothing = parsed(text)
    assert (quick.category, quick.name) == ("What four kinds say", "Quick check: What four kinds say")
    assert [one.right for one in quick.options] == [False, True, False]
    # What is accepted as well is not offered as wrong.
    assert [(one.text, one.right) for one in training.options] == [
        ("INF", True),
        ("CRI", False),
        ("NONE", False),
    ]
    assert training.why == "By rule 5."
    assert [one.text for one in nothing.options if one.right] == ["NONE"]
    assert "Lights out" in training.text
    assert not re.search("SECRET|HIDDEN", text)


@pytest.mark.parametrize("right", [(), (True,), (False, False), (True, True)], ids=str)
def test_a_check_without_one_right_answer_is_refused(book: Path, right: tuple[bool, ...]) -> None:
    write(book / "exercises" / "06_quadrants.yml", check(*right))
    with pytest.raises(StudyError, match=r"06_quadrants.yml.*exactly one right"):
        write_gift(book, book / "out.gift")
    assert not (book / "out.gift").exists()


def test_a_file_without_a_check_is_refused(book: Path) -> None:
    write(book / "exercises" / "06_quadrants.yml", {"questions": []})
    with pytest.raises(StudyError, match=r"06_quadrants.yml: the quick check needs"):
        write_gift(book, book / "out.gift")
