"""Questions for a learning platform, in the GIFT format, which Moodle, Canvas and others import.

``write_gift(book, out)`` takes the quick check of every chapter from ``exercises/*.yml`` in the folder of a book, and
the training items of the coding lab from ``seminar/lab``, whose answers a student sees in any case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from buzanlib.errors import StudyError
from buzanlib.files import write_whole
from buzanlib.tables.yamlfile import Document, read

_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\~=#{}:"} | {"\n": "\\n"})

_ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
_LABELLED = re.compile(r"(.+?)\s*<([^<>]+)>", re.DOTALL)
_MARKS = [
    (re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)"), r"\1"),  # a link
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])", re.DOTALL), r"\2"),
    (re.compile(r"(`+)(.+?)\1", re.DOTALL), r"\2"),
]


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen, and what is said to whoever does."""

    text: str
    right: bool
    feedback: str = ""


@dataclass(frozen=True)
class Question:
    """A question with exactly one right option, in plain text."""

    category: str
    name: str
    text: str
    options: tuple[Option, ...]
    why: str = ""  #: said whatever was chosen


def write_gift(book: Path, out: Path) -> int:
    """Write all questions of a book to a file, and give their number.

    Parameters
    ----------
    book : Path
        Folder of the sources of a book, such as ``book``; executed chapters in it give categories their titles.
    out : Path
        The file, such as ``_build/seminar/questions.gift``; its folder is made.

    Raises
    ------
    StudyError
        If a file is not as the seminar's files are, has no right option or several, or a text has a recorded number.
    """
    questions = [*_quick_checks(book), *_training(book / "seminar" / "lab")]
    write_whole(out, gift(questions))
    return len(questions)


def gift(questions: Iterable[Question]) -> str:
    """Questions in the GIFT format, each category before its questions.

    Texts are marked as plain, so that nothing in them is taken for HTML.
    """
    blocks, category = [], ""
    for question in questions:
        if question.category != category:
            category = question.category
            # In the path of a category a slash parts levels, and two are one of a name.
            blocks.append(f"$CATEGORY: $course$/{' '.join(category.replace('/', '//').split())}")
        lines = [f"::{_escaped(question.name)}::[plain]{_escaped(question.text)}{{"]
        for one in question.options:
            # What begins with a percentage would be read as a weight, unless another stands before it.
            sign = "=" if one.right else "~%0%" if one.text.startswith("%") else "~"
            feedback = f"#{_escaped(one.feedback)}" if one.feedback else ""
            lines.append(f"{sign}{_escaped(one.text)}{feedback}")
        if question.why:
            lines.append(f"####{_escaped(question.why)}")
        blocks.append("\n".join([*lines, "}"]))
    return "\n\n".join(blocks) + "\n"


def plain(text: str, titles: Mapping[str, str] | None = None) -> str:
    """A text in MyST Markdown as a platform can show it: no marks, and words in the place of roles.

    Parameters
    ----------
    text : str
    titles : mapping of str to str, optional
        Titles of pages by name, for links that give none.

    Raises
    ------
    StudyError
        If the text has a recorded number, or any role that is more than a link, a term or code: a platform would show
        what no longer holds, or nothing.
    """

    def word(found: re.Match[str]) -> str:
        role, content = found[1], found[2]
        labelled = _LABELLED.fullmatch(content)
        if role in ("doc", "ref", "term", "abbr") and labelled:
            return labelled[1]
        if role == "doc":
            name = content.rpartition("/")[2]
            return f"“{(titles or {}).get(name, name)}”"
        if role in ("term", "code"):
            return content
        raise StudyError(f"the role {role!r} of {found[0]} has no plain words; allowed: doc, term, code")

    said = _ROLE.sub(word, text)
    for pattern, kept in _MARKS:
        said = pattern.sub(kept, said)
    return said.strip()


def _escaped(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_SIGNS)


def _quick_checks(book: Path) -> Iterator[Question]:
    titles = _titles(book)
    for file in sorted((book / "exercises").glob("[0-9]*.yml")):
        document = read(file, "file of exercises", StudyError)
        title = titles.get(file.stem, file.stem)
        try:
            check = document.content["check"]
            options = tuple(
                Option(
                    plain(one["text"], titles),
                    one.get("right", False),
                    plain(one.get("feedback", ""), titles),
                )
                for one in check["options"]
            )
            asked = plain(check["question"], titles)
        except (KeyError, TypeError, AttributeError) as error:
            raise document.error(
                f"the quick check needs a question and options ({error!r})", "check"
            ) from None
        yield _checked(Question(title, f"Quick check: {title}", asked, options), document)


def _training(lab: Path) -> Iterator[Question]:
    """The training items of the lab, if there is one, asked for the threat that is stressed most."""
    if not (lab / "key.yml").is_file():
        return
    words = read(lab / "en.yml", "file of items", StudyError)
    key = read(lab / "key.yml", "key of items", StudyError)
    try:
        names = {value: said["word"] for value, said in words.content["values"]["threat"].items()}
        for item, about in key.content.items():
            right = about["codes"]["primary"]
            if about["set"] != "T":
                continue
            accepted = {right, *about.get("accept", {}).get("primary", [])}
            options = tuple(
                Option(word, value == right)
                for value, word in names.items()
                if value == right or value not in accepted
            )
            text = f"Which threat does this passage stress most?\n\n{words.content['items'][item]}"
            why = plain(words.content["why"][item])
            yield _checked(Question("Coding lab: training", f"Coding lab: {item}", text, options, why), key)
    except (KeyError, TypeError, AttributeError) as error:
        raise key.error(f"items and key do not fit each other ({error!r})") from None


def _checked(question: Question, document: Document) -> Question:
    right = sum(one.right is True for one in question.options)
    if right != 1 or len({one.text for one in question.options}) < max(2, len(question.options)):
        raise document.error(
            f"{question.name}: {len(question.options)} options, {right} right; allowed: two or more, all different,"
            " exactly one right"
        )
    return question


def _titles(book: Path) -> dict[str, str]:
    """Titles of the executed chapters, by name."""
    titles = {}
    for file in (book / "executed").glob("*.ipynb"):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        if found := next((re.search(r"^# (.+)$", text, re.MULTILINE) for text in texts), None):
            titles[file.stem] = plain(found[1])
    return titles
