"""No number of a result is typed: what stands typed in a book is on a short list, each phrase under its reason.

`typed` finds digits and number words in prose, captions, titles and notes, unless they are names or were fixed by the
paper. What is no prose (code, math, roles, addresses) is blanked out first; so are quotations, which are the words of
somebody else, and paragraphs that begin with *Theorem* or *Proof*, which hold whatever the data say. Rules keep
pronouns and connectives apart from counts:

- *one* counts before *of the*, *of them* and the like, before *in* or *out of* a number, before what the book counts
  and a verb (*one prediction is*), and after *only*, *exactly*, *at least*, *at most* and *all but*;
- *two* to *twelve* and larger words count always, but for the arithmetic of the matrix (`_MATRIX`), and up to *four*
  behind a word that points back (*the two*, *these three*) unless *of* or a superlative follows;
- *first* to *twelfth* are ranks before a superlative, *place* or *rank*, behind *is*, *are*, *come* or *rank*, and at
  the end of a clause unless *the* or *at* stands before them; elsewhere they number steps and things;
- a number behind *Table*, *section*, *session* and the like is a name, and so are an id (``B1``), a resolution (73/27),
  a year behind an author, the level of an interval and the ends of a scale (*0 to 1*).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from buzanlib.errors import StudyError, nearest, shown
from buzanlib.seminar.exercises import FOLDER as EXERCISES
from buzanlib.seminar.exercises import TEXTS
from buzanlib.study.dependencies import ROOT, cells_of
from buzanlib.tables.yamlfile import Document, read

LIST = "typed_numbers.yml"
"""File in the folder of a book: page, reason, and the phrases that may stand there for that reason."""

EVERYWHERE = "everywhere"
"""In the place of a page in the `LIST`: phrases that may stand on any."""

_BLANK = "\u00b7"
_PROSE = ("{glossary}", "{admonition}", "{note}")
_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TENS = "(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NTH = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_COUNTED = "claim|hypothesis|interval|pair|prediction|quadrant|region|rival|roll call|state|test|verdict|vote"

_FENCE = re.compile(r"^(```+)([^\n]*)\n.*?^\1`*[ ]*$", re.MULTILINE | re.DOTALL)

_NO_PROSE = [
    re.compile(pattern, re.MULTILINE | re.DOTALL)
    for pattern in (
        r"^:::+\{grid\}[^\n]*|^:(?!alt)\w+:[^\n]*",  # columns and options of directives
        r"<!--.*?-->",
        r"(?:\{[\w:-]+\})?(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)",  # code and roles
        r"\$\$.+?\$\$|\$[^$\n]+?\$",  # math
        r"(?<=\])\([^)\s]*\)|<?https?://[^\s>)]+>?",  # where a link leads
        r"\"(?:(?!\n\s*\n)[^\"])+?\"|“[^”]+?”",  # quotations
        r"^[ >]*\d+\.(?=\s)|\(\d\)(?=\s)",  # the numbers of a list
        r"^(?:- )?(?:\*\*Theorem\b|\*Proof\.\*).*?(?=\n\s*\n|\n- |\Z)",
    )
]

_NAMES = re.compile(
    r"\b(?:Tables?|[Ss]ections?|[Aa]mendments?|[Cc]odebooks?|[Ss]essions?|Python)\s+\d[\d.]*(?:(?:,| and| to)\s+\d+)*"
    r"|\b[A-Z]\w+ \((?:19|20)\d\d\)|\b\d\d/\d+\b|\b\d\d ?% intervals?|[−-]?[01] to 1\b"
)

_MATRIX = re.compile(
    r"\b(?:two axes|three threats|four (?:quadrants|cells|agendas|kinds of state)|all four|six pairs of quadrants)\b"
    r"|\b(the|these|those|its|their|both|other)\s+(?:two|three|four)\b(?!\s+(?:of|most|least|\w+est)\b)",
    re.IGNORECASE,
)

_TYPED = re.compile(
    r"(?<![\w/.,–-])[+−-]?\.?\d+(?:[.,]\d+)*(?:st|nd|rd|th)?(?!\w)"
    rf"|\b(?:{_SMALL}|{_TENS}|hundreds?|thousands?|millions?|dozens?|half|halves|thirds|quarters|twice|thrice|none)\b"
    r"|\b(?:a|one|per) (?:third|quarter|cent)\b|\bpercent\b"
    rf"|\bone(?=\s+(?:of\s+(?:the|these|those|them|its|their|all|{_SMALL})|in\s+(?:{_SMALL})|out\s+of)\b)"
    rf"|\bone(?=\s+(?:{_COUNTED})\s+(?:is|was|has|had|does|did|holds|fails|passes)\b)"
    r"|\b(?:only|exactly|at least|at most|all but) one\b"
    rf"|\b(?:{_NTH}|last)(?=\s+(?:most|least|place|rank|\w+est)\b)|\b(?:is|are|comes?|came|ranks?) (?:{_NTH}|last)\b"
    rf"|(?<!\bthe )(?<!\bat )\b(?:{_NTH})(?=[.,;:)])",
    re.IGNORECASE,
)

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*{(])|\n\s*\n|\n(?=[-|#])|\|")


@dataclass(frozen=True)
class Text:
    """A piece of a book as it is written."""

    page: str  #: name of the file without its ending, behind that of its folder within the book
    cell: int  #: of a notebook, from 1; 0 on a page of Markdown
    line: int  #: of the cell or page, at which the piece begins
    content: str


@dataclass(frozen=True)
class Typed:
    """A number that is typed."""

    text: Text
    start: int  #: in the content of the text
    end: int

    def __str__(self) -> str:
        """Page, cell or line, the word and its sentence."""
        content = self.text.content
        line = self.text.line + content.count("\n", 0, self.start)
        cell = f"cell {self.text.cell}, " if self.text.cell else ""
        cuts = [0, *(cut.end() for cut in _SENTENCE.finditer(content)), len(content)]
        first = max(cut for cut in cuts if cut <= self.start)
        last = min(cut for cut in cuts if cut >= self.end)
        sentence = " ".join(content[first:last].strip(" |\n").split())
        return f"{self.text.page}, {cell}line {line}: {content[self.start : self.end]!r} in {sentence!r}"


def typed(text: Text) -> Iterator[Typed]:
    """Numbers that are typed in a text, in order."""
    left = _FENCE.sub(_unfenced, text.content)
    for pattern in (*_NO_PROSE, _NAMES):
        left = pattern.sub(_blank, left)
    left = _MATRIX.sub(lambda found: (found[1] or "") + _blank(found)[len(found[1] or "") :], left)
    for found in _TYPED.finditer(left):
        yield Typed(text, *found.span())


def _unfenced(block: re.Match[str]) -> str:
    """A block between fences without them, or blank if it is no prose."""
    return (
        block[0].replace(block[1], _BLANK * len(block[1])) if block[2].startswith(_PROSE) else _blank(block)
    )


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", _BLANK, found[0])


def texts_of(templates: Path, book: Path) -> Iterator[Text]:
    """Prose and strings of notebooks, pages and exercises of a book, and strings of the library's figures."""
    for template in sorted(templates.glob("*.ipynb")):
        for number, cell in enumerate(cells_of(template), start=1):
            if cell.cell_type == "markdown":
                yield Text(template.stem, number, 1, cell.source)
            elif cell.cell_type == "code":
                yield from _strings(template.stem, number, ast.parse(cell.source))
    pages = (book.glob(pattern) for pattern in ("*.md", f"{EXERCISES}/*.md", "seminar/**/*.md", "teach/*.md"))
    for page in sorted(chain.from_iterable(pages)):
        name = page.relative_to(book).with_suffix("").as_posix()
        yield Text(name, 0, 1, page.read_text(encoding="utf-8"))
    for file in sorted(book.glob(f"{EXERCISES}/*.yml")):
        found = read(file, "file of exercises", StudyError)
        yield from _of_exercises(f"{EXERCISES}/{file.stem}", found, found.content)
    for module in sorted((ROOT / "figures").glob("*.py")):
        yield from _strings(f"figures.{module.stem}", 0, ast.parse(module.read_text(encoding="utf-8")))


def _of_exercises(page: str, found: Document, value: object, *place: str) -> Iterator[Text]:
    """Every text of a file of exercises, at the line of its key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        here = (*place, str(key))
        if isinstance(one, str) and key in TEXTS:
            yield Text(page, 0, found.lines[here], one)
        yield from _of_exercises(page, found, one, *here)


def _strings(page: str, cell: int, node: ast.AST) -> Iterator[Text]:
    """Every string with a space, what is put into it being blank; not docstrings, and not what an error says."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    inner: Iterable[ast.AST] = ast.iter_child_nodes(node)
    content = node.value if isinstance(node, ast.Constant) else ""
    if isinstance(node, ast.JoinedStr):
        content = "".join(
            str(part.value) if isinstance(part, ast.Constant) else _BLANK for part in node.values
        )
        inner = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    if isinstance(content, str) and " " in content:
        yield Text(page, cell, getattr(node, "lineno", 1), content)
    for child in inner:
        yield from _strings(page, cell, child)


def check_typed_numbers(templates: Path, book: Path) -> None:
    """Hold the notebooks in a folder and a book (`texts_of`) against the `LIST` of the book, if it has one.

    Raises
    ------
    StudyError
        If a number is typed that the list does not excuse: all of them, each with page, cell or line and sentence. If
        the list names an unknown page, or a phrase without which nothing more would be found: with its line.
    """
    if not (book / LIST).is_file():
        return
    listed = read(book / LIST, "list of typed numbers", StudyError)
    texts = list(texts_of(templates, book))
    excuses = _excuses(listed, {text.page for text in texts})
    left, needed = [], set[Key]()
    for number in (number for text in texts for number in typed(text)):
        covering = [key for key, phrase in excuses.items() if _covers(key, phrase, number)]
        needed |= {*covering} if len(covering) == 1 else set()
        if not covering:
            left.append(number)
    if left:
        raise StudyError(
            f"{len(left)} typed number{'s' * (len(left) > 1)}; record each and read it with the role 'num', or put its"
            f" phrase under a reason in {LIST}:\n" + "\n".join(f"  {one}" for one in left)
        )
    for key in (key for key in reversed(excuses) if key not in needed):
        raise listed.error(f"{shown(key[-1])} excuses nothing that others do not: remove it", *key[:2])


Key = tuple[str, str, str]  # page, reason, phrase


def _excuses(listed: Document, pages: Collection[str]) -> dict[Key, re.Pattern[str]]:
    """Phrases of the list by page and reason, as patterns; raises as `check_typed_numbers`."""
    found: dict[Key, re.Pattern[str]] = {}
    for page, reasons in listed.content.items():
        if page not in pages and page != EVERYWHERE:
            raise listed.error(f"there is no page {shown(page)}; {nearest(page, [*pages, EVERYWHERE])}", page)
        for reason, said in reasons.items() if isinstance(reasons, dict) else [("", None)]:
            if not isinstance(said, list) or not all(
                isinstance(phrase, str) and phrase.strip() for phrase in said
            ):
                raise listed.error(
                    "every page needs reasons, and every reason a list of phrases", page, reason
                )
            for phrase in said:
                words = r"\s+".join(map(re.escape, phrase.split()))
                found[page, reason, phrase] = re.compile(rf"(?<!\w){words}(?!\w)")
    return found


def _covers(key: Key, phrase: re.Pattern[str], number: Typed) -> bool:
    """Whether a phrase of the list stands around a number."""
    places = phrase.finditer(number.text.content) if key[0] in (EVERYWHERE, number.text.page) else ()
    return any(place.start() <= number.start and number.end <= place.end() for place in places)
