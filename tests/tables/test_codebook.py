from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from myst_parser.config.main import check_extensions

from buzanlib.tables import codebook
from buzanlib.tables.codebook import CODEBOOK, PAGES, read_codebook
from buzanlib.tables.descriptor import check


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    (folder / CODEBOOK).write_text(text, encoding="utf-8", newline="")
    return [(fault.row, fault.value) for fault in read_codebook(folder)[1]]


def test_the_pages_that_ship_are_plain(data_dir: Path) -> None:
    for name in PAGES:
        assert read_codebook(data_dir, name) == ((data_dir / name).read_text(encoding="utf-8"), [])


@pytest.mark.parametrize(
    "plain",
    [
        "One\n===\n\n*a* **b** `{raw}` \\{\\{ c \\}\\} \\$d\\$\\\nnew line  \nother",
        "- a\n  1. b\n\n> c\n\n---\n\n    <code>",
        "| a | b |\n|:--|--:|\n| `c` | d |",
        "```\n{{ a }} <b>\n```\n\n~~~ python\n:::\n~~~",
        "[a](https://a.org/b?c=d 'e'), <http://a.org>, [f], <mailto:g@h.org>\n\n[f]: https://f.org",
        'A "quoted" -- word (c) and 1 < 2 & 3 > 2, x@y.org, www.a.org\r\nline',
        "[^note] <file:///etc/passwd> [a](javascript:b)",  # no links for CommonMark, but text
        "",
    ],
)
def test_plain_markdown_passes(plain: str, tmp_path: Path) -> None:
    assert faults(tmp_path, plain) == []


@pytest.mark.parametrize(
    "live",
    [
        "<script>alert(1)</script>",
        "a <b>c</b>",
        "a <!-- b -->",
        "> ```{raw} html",
        "```{code-cell}",
        "```nothing",
        "```python x",
        "- :::{include} x",
        ":::note",
        "{raw}`<b>`",
        "a {eval}`b`",
        "{{ cycler.__init__ }}",
        "$a$",
        "$$a$$",
        "\\begin{equation}a\\end{equation}",
        "% comment",
        "+++ {}",
        "(target)=",
        "[^note]: text",
        ":field: value",
        "~~a~~",
        "- [x] a",
        "![a](https://a.org/b.png)",
        "![a](../b.png)",
        "[a](table.csv)",
        "[a](../../secret)",
        "[a](/etc/passwd)",
        "[a](//a.org/b)",
        "[a](#b)",
        "[a](https:b)",
        "[a](<>)",
        "<ftp://a.org>",
        "<inv:#a>",
        "<project:a.md>",
        "<path:a.md>",
        "[a](https://a.org){.b}",
        "[a]{.b}",
        "`a`{l=python}",
        # Taken for a comment in attributes by one parser, and for what it is by another.
        "[a](https://a.org){% {raw}`b` %}",
        "a\x0bb",
        "a\u2028b",
    ],
)
def test_whatever_else_is_a_fault_of_its_line(live: str, tmp_path: Path) -> None:
    found = faults(tmp_path, f"# Codebook\n\nText\ngoes on\n\n{live}\n")
    assert [row for row, _ in found] == [6]
    assert found[0][1] in live


@pytest.mark.parametrize(
    "front",
    [
        "---\nmyst:\n  enable_extensions: [substitution]\n---\n\n# Codebook",
        "---\nfile_format: mystnb\n...\n\n# Codebook",  # an end that only some programs know
        "---\u2028file_format: mystnb\n---\n",
        "---",
    ],
)
def test_there_is_no_front_matter(front: str, tmp_path: Path) -> None:
    assert faults(tmp_path, front)[0][0] == 1
    assert (1, "\ufeff") in faults(tmp_path, "\ufeff" + front)  # Sphinx would drop it, and read settings


def test_all_faults_are_told_at_once_with_what_stands_there(tmp_path: Path) -> None:
    cell = f"| {'a ' * 100} <i> {'b ' * 100} |"
    found = faults(tmp_path, f"one\ntwo\n![a](b) three\n\n| a |\n|---|\n{cell}\n\n<ftp://a.org>")
    assert [row for row, _ in found] == [3, 7, 9]
    assert found[0][1] == "![a](b) three"
    assert found[1][1].startswith("a a ")
    assert "<i>" in found[1][1]


def test_what_cannot_be_read_is_a_fault_and_nothing_is_none(tmp_path: Path) -> None:
    assert read_codebook(tmp_path) == (None, [])
    (tmp_path / CODEBOOK).write_bytes(b"\xff")
    text, (fault,) = read_codebook(tmp_path)
    assert text is None
    assert str(fault).startswith("codebook.md: 'cannot be read'; 'utf-8' codec")


@pytest.mark.parametrize("name", PAGES)
def test_a_link_out_of_the_folder_is_a_fault_and_is_not_read(name: str, world: Any, tmp_path: Path) -> None:
    page = world.path / name
    secret = tmp_path / "secret.md"
    secret.write_text("<b>secret</b>", encoding="utf-8")
    for target in (secret, Path("..") / "secret.md", page):  # the last leads to itself
        page.unlink(missing_ok=True)
        page.symlink_to(target)
        faults = [str(fault) for fault in check(world.path)]
        assert faults == [
            f"{name}: 'a link'; a page of the data must lie in their folder itself: copy what it leads to"
        ]
    page.unlink()
    (world.path / "beside.md").write_text("# Plain\n", encoding="utf-8")
    page.symlink_to("beside.md")
    assert check(world.path) == []


def test_it_is_part_of_the_check_of_the_data(world: Any) -> None:
    (world.path / CODEBOOK).write_text("# Codebook\n\n{{ a }}\n", encoding="utf-8")
    (world.path / "README.md").write_text("{a}`b`\n", encoding="utf-8")
    assert [str(fault).partition(";")[0] for fault in check(world.path)] == [
        "README.md, row 1: '{a}`b`'",
        "codebook.md, row 3: '{{ a }}'",
    ]


def test_everything_that_myst_can_switch_on_is_tried() -> None:
    known = re.findall(r'^ +"(\w+)",$', inspect.getsource(check_extensions), re.MULTILINE)
    assert set(codebook._EXTENSIONS) == set(known)
