"""The codebook becomes a page: nothing in it can run there, read a file or ask an outside server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from buzanlib.errors import DataError
from buzanlib.tables.descriptor import check
from buzanlib.tables.plain_markdown import CODEBOOK, check_codebook, check_markdown

PLAIN = """\
# A title

Text with *stress*, **more**, `code {with} $all$ <b>`, a [link](https://example.org "title"), <https://example.org> and
[another][a]. [STATE], {braces}, 5 < 6, a_b, ~~gone~~, 100 %, a:b, [not a link].

1. one
   - two

> quoted

| a | b |
|:--|--:|
| 1 | 2 |

```python
{{ not a template }}
```

    <script>code</script>

---

[a]: mailto:somebody@example.org
"""

LIVE = {
    "---\nmyst:\n  enable_extensions: [substitution]\n---\n# x": "myst:",
    "a {{ run() }} b": "run()",
    "{{ run() }}": "run()",
    "<b>x": "<b>",
    "a <script>x": "<script>",
    "<!-- x -->": "<!-- x -->",
    "![a](../../secret.png)": "../../secret.png",
    "![a](https://example.org/x.png)": "https://example.org/x.png",
    "[a](../secret.txt)": "../secret.txt",
    "[a](/etc/passwd)": "/etc/passwd",
    "[a](secret.txt)": "secret.txt",
    "[a](#there)": "#there",
    "[a](project:x.md)": "project:x.md",
    "[a](path:x.md)": "path:x.md",
    "[a](inv:x#y)": "inv:x#y",
    "[a](ftp://example.org)": "ftp://example.org",
    "[a]: ../secret.txt\n\n[a]": "../secret.txt",
    "{download}`../secret.txt`": "../secret.txt",
    "> ```{include} /etc/passwd\n> ```": "{include} /etc/passwd",
    "- :::{note}\n  x\n  :::": "{note}",
    "~~~{figure} x.png\n~~~": "{figure} x.png",
    "```{code-cell}\nx\n```": "{code-cell}",
    "```{eval-rst}\n.. include:: x\n```": "{eval-rst}",
    "(here)=\n# x": "here",
    "a $x$": "x",
    "$$x$$ (label)": "label",
    "\\begin{align}x\\end{align}": "begin{align}",
    "% a comment": "a comment",
    "+++ {}": "{}",
    "a[^1]\n\n[^1]: b": "footnote ref",
    ":field: x": "field list open",
    "[a](https://example.org){.cls}": "https://example.org",
    "{#name}\n# x": "#",
    "[a]{.cls}": "span open",
    "- [ ] a": "-",
    "a\n: b": "dl open",
    "x\n" + ">" * 3000 + " a": "",
}


def test_plain_markdown_passes_and_so_does_the_codebook_that_ships(data_dir: Path) -> None:
    assert check_markdown(PLAIN, CODEBOOK) == []
    assert check_codebook(data_dir) == []


@pytest.mark.parametrize("live", LIVE)
def test_what_could_do_anything_is_refused_with_its_line(live: str) -> None:
    faults = check_markdown(f"# Codebook\n\n{live}\n" if not live.startswith("---") else live, CODEBOOK)
    if not LIVE[live]:  # so deep that no more of it is read, or that it is plain
        assert all(fault.value == "nested too deeply" for fault in faults)
        return
    assert faults
    assert LIVE[live] in faults[0].value
    assert faults[0].row >= (1 if live.startswith("---") else 3)
    assert "plain Markdown is needed" in faults[0].allowed


def test_all_of_it_is_told_at_once_and_by_the_check_of_the_data(tmp_path: Path, data_dir: Path) -> None:
    shutil.copytree(data_dir, tmp_path / "data")
    (tmp_path / "data" / CODEBOOK).write_text("# A\n\n<b>\n\n![](x.png)\n\n[a](b)\n", encoding="utf-8")
    faults = check(tmp_path / "data")
    assert [(fault.file, fault.row, fault.value) for fault in faults] == [
        (CODEBOOK, 3, "<b>"),
        (CODEBOOK, 5, "x.png"),
        (CODEBOOK, 7, "b"),
    ]
    (tmp_path / "data" / CODEBOOK).write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"codebook\.md: 'cannot be read'"):
        raise DataError(check(tmp_path / "data"))
