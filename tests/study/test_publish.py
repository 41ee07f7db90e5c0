from __future__ import annotations

import copy
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from buzanlib.errors import RunError
from buzanlib.study.publish import Page, publish
from buzanlib.study.results import FINDINGS_MIME, MIME, PICTURE, SHOWN
from buzanlib.study.spec import Run

ONE = Run("one", Path("one.ipynb"), {}, {"count": 3})

DIGEST = hashlib.sha256(b"<svg/>").hexdigest()


def cells(page: Page) -> list[Any]:
    return list(nbformat.reads(page.text, as_version=4).cells)


def recorded(**values: Any) -> Any:
    return new_output("display_data", {MIME: values, "text/plain": "recorded"})


def shown(name: str) -> Any:
    about = {"name": name, "caption": "A *line*.", "alt": "A line."}
    return new_output("display_data", {PICTURE: "<svg/>", "text/plain": "A line."}, metadata={SHOWN: about})


def notebook(*outputs: Any, **metadata: Any) -> Any:
    cell = new_code_cell("x", outputs=list(outputs), metadata=metadata)
    return new_notebook(
        cells=[new_markdown_cell("# Title"), cell], metadata={"papermill": {"input_path": "/x"}}
    )


def test_recorded_values_leave_the_page() -> None:
    text = new_output("stream", name="stdout", text="hello")
    page = publish(ONE, notebook(recorded(a=1), text, recorded(b="x")))
    assert page.values == {"a": 1, "b": "x"}
    assert page.cells == dict.fromkeys("ab", cells(page)[1].id)
    assert cells(page)[1].outputs == [text]


def test_a_key_recorded_twice_is_refused() -> None:
    with pytest.raises(RunError, match="one, cell 2: 'a' is recorded twice"):
        publish(ONE, notebook(recorded(a=1), recorded(a=1)))


def test_findings_leave_the_page() -> None:
    rows = [{"id": "B1", "p": 0.1}, {"id": "B2", "p": None}]
    output = new_output("display_data", {FINDINGS_MIME: rows, "text/plain": "2 findings recorded"})
    page = publish(ONE, notebook(output))
    assert list(page.findings) == rows
    assert cells(page)[1].outputs == []
    swept = publish(replace(ONE, swept=("count",)), notebook(output))
    assert [row["id"] for row in swept.findings] == ["sweep.count.3.B1", "sweep.count.3.B2"]
    with pytest.raises(RunError, match="one, cell 2: finding 'B1' is recorded twice"):
        publish(ONE, notebook(output, output))


def test_settings_of_a_template_or_an_output_are_not_handed_on() -> None:
    asks = {"mystnb": {"execution_mode": "force"}, "render": {}, "tags": ["hide-input", "own", "full-width"]}
    figure = shown("fig-line")
    figure.metadata |= {PICTURE: {"alt": "other"}, "own": 1}
    text = new_output("execute_result", {"text/plain": "1"}, metadata={"own": 1})
    page = publish(ONE, notebook(text, **asks))
    assert dict(cells(page)[1].metadata) == {"tags": ["hide-input", "full-width"]}
    assert cells(page)[1].outputs[0].metadata == {}
    page = publish(ONE, notebook(figure, **asks))
    assert set(cells(page)[1].metadata["mystnb"]) == {"figure", "image"}
    assert cells(page)[1].outputs[0].metadata == {}


def test_caption_label_and_alternative_go_where_myst_looks() -> None:
    page = publish(ONE, notebook(shown("fig-line"), tags=["hide-input"]))
    cell = cells(page)[1]
    assert cell.metadata["mystnb"] == {
        "figure": {"caption": "A *line*.", "name": "fig-line"},
        "image": {"alt": "A line."},
    }
    assert cell.metadata["tags"] == ["hide-input"]
    assert cell.outputs[0].metadata == {}
    assert page.figures == {"fig-line": DIGEST}


@pytest.mark.parametrize("beside", [shown("fig-two"), new_output("execute_result", {"text/html": "<table>"})])
def test_a_figure_stands_alone_in_its_cell(beside: Any) -> None:
    with pytest.raises(RunError, match="one, cell 2: a cell that shows a figure may show nothing else"):
        publish(ONE, notebook(shown("fig-line"), beside))


def test_numbers_may_be_recorded_beside_a_figure() -> None:
    page = publish(ONE, notebook(shown("fig-line"), recorded(a=1)))
    assert (page.figures, page.values) == ({"fig-line": DIGEST}, {"a": 1})


def test_warnings_leave_the_page_and_are_kept() -> None:
    page = publish(ONE, notebook(new_output("stream", name="stderr", text="/home/me/x.py: careful\n")))
    assert page.warned == ("one, cell 2: /home/me/x.py: careful",)
    assert cells(page)[1].outputs == []


def test_nothing_of_the_machine_or_the_clock_stays() -> None:
    executed = notebook(papermill={"duration": 1.0}, execution={"shell.execute_reply": "2026"})
    injected = new_code_cell("a = 1", metadata={"tags": ["injected-parameters"]})
    executed.cells.append(injected)
    page = nbformat.reads(publish(ONE, executed).text, as_version=4)
    assert dict(page.cells[1].metadata) == {}
    assert page.cells[2]["id"] == "injected-parameters"
    assert sorted(page.metadata) == ["kernelspec", "language_info"]
    nbformat.validate(page)


def test_what_was_executed_is_left_as_it_is() -> None:
    executed = notebook(shown("fig-line"), recorded(a=1))
    before = copy.deepcopy(executed)
    publish(ONE, executed)
    assert executed == before


def test_a_label_shown_twice_is_refused() -> None:
    executed = notebook(shown("fig-line"))
    executed.cells.append(new_code_cell("y", outputs=[shown("fig-line")]))
    with pytest.raises(RunError, match="one, cell 3: figure 'fig-line' is shown twice"):
        publish(ONE, executed)


def test_a_page_of_a_sweep_is_set_apart() -> None:
    run = replace(ONE, name="one--rate-0_5", parameters={"rate": 0.5}, swept=("rate",))
    executed = notebook(shown("fig-line"), recorded(a=1))
    executed.cells[0].source = "# Title\n\nAs {numref}`fig-line` and {numref}`fig-other` show."
    page = publish(run, executed)
    assert page.values == {"sweep.rate.0_5.a": 1}
    assert list(page.figures) == ["fig-line-0-5"]
    title, cell = cells(page)
    assert title.source == (
        "# Title \\(rate\\: 0\\.5\\)\n\nAs {numref}`fig-line-0-5` and {numref}`fig-other` show."
    )
    assert cell.metadata["mystnb"]["figure"]["name"] == "fig-line-0-5"


PROSE = """\
# Title

(place)=
## Section

(an aside)

$$
x = 1
$$ (factorial)

$$y$$ (short)

```{math}
:label: long
z
```

> ```{prf:theorem} T
> :name: thm-a
> ```

See {eq}`factorial`, {eq}`short`, {eq}`long`, {ref}`there <place>`, {ref}`place`, {numref}`fig-line`, [here](#place),
{prf:ref}`thm-a`; and elsewhere {eq}`other`, {ref}`x <other>`, [there](#other). Not `factorial` nor (factorial).
"""


def test_every_label_of_a_page_of_a_sweep_is_its_own_and_its_prose_follows() -> None:
    run = replace(ONE, name="one--rate-0_5", parameters={"rate": 0.5}, swept=("rate",))
    executed = notebook(shown("fig-line"))
    executed.cells[0].source = PROSE
    (text, _) = cells(publish(run, executed))
    ours = ("place", "factorial", "short", "long", "thm-a")
    expected = PROSE.replace("# Title", "# Title \\(rate\\: 0\\.5\\)", 1).rstrip()
    for name in (*ours, "fig-line"):
        for before, after in (("`", "`"), ("<", ">"), ("#", ")"), (": ", "\n"), ("$$ (", ")")):
            if (name, before) != ("factorial", "`") or after != "`":
                expected = expected.replace(f"{before}{name}{after}", f"{before}{name}-0-5{after}")
    expected = expected.replace("(place)=", "(place-0-5)=").replace("{eq}`factorial`", "{eq}`factorial-0-5`")
    assert text.source == expected
    assert publish(ONE, executed).text.count("-0-5") == 0


@pytest.mark.parametrize(
    "labelled",
    [
        *("(us)=\n## Section", "{#us}\n## Section", "{.note #us}\nText.", "Text [of note]{#us .note}."),
        *("```{figure} x.png\n---\nalt: x\nname: us\n---\n```", ":::{note}\n:name: us\nText.\n:::"),
        *("$$x$$ (us)", "```{math}\n---\nlabel: 'us'\n---\nx\n```"),
    ],
)
@pytest.mark.parametrize(
    "refers",
    [
        *("[](us)", "[text](us)", "[](#us)", "[](<#us>)", '[text](#us "title")', "![text](us)"),
        *("{any}`us`", "{ref}`text <us>`", "{numref}`Figure %s <us>`", "{std:ref}`us`", "{math:numref}`us`"),
    ],
)
def test_every_way_to_refer_follows_every_way_to_label(labelled: str, refers: str) -> None:
    run = replace(ONE, name="one--rate-0_5", parameters={"rate": 0.5}, swept=("rate",))
    executed = notebook(new_output("display_data", {"text/markdown": refers, "text/plain": ""}))
    executed.cells += [
        new_markdown_cell(f"{labelled}\n\n{refers}"),
        new_code_cell("y", outputs=[shown("fig-line")]),
    ]
    about = executed.cells[-1].outputs[0].metadata[SHOWN]
    about["caption"] = refers
    _, printed, text, figure = cells(publish(run, executed))
    follows = refers.replace("us", "us-0-5")
    assert text.source == f"{labelled.replace('us', 'us-0-5')}\n\n{follows}"
    assert printed.outputs[0].data["text/markdown"] == follows
    assert figure.metadata["mystnb"]["figure"]["caption"] == follows


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[](usual)",
            "[](us.md)",
            "[](us/other)",
            "{doc}`us`",
            "{term}`us`",
            "{num}`us`",
            "[^us]",
            "`us` (us)",
        ),
        *("name: us", "label: us\n", "$\\{#us}$", "(us) =", "{ref}`usual`"),
    ],
)
def test_what_is_no_label_stays(text: str) -> None:
    run = replace(ONE, name="one--rate-0_5", parameters={"rate": 0.5}, swept=("rate",))
    executed = notebook()
    executed.cells.append(new_markdown_cell(f"(us)=\n\n{text}"))
    assert cells(publish(run, executed))[-1].source == f"(us-0-5)=\n\n{text}"


def test_a_page_says_nothing_to_myst_nb_but_its_tags_and_figures() -> None:
    executed = notebook(shown("fig-line"))
    executed.metadata["mystnb"] = {"execution_mode": "force"}
    for cell in executed.cells:
        cell.metadata |= {"mystnb": {"code_prompt_show": "x"}, "tags": ["hide-input"], "other": 1}
    page = nbformat.reads(publish(ONE, executed).text, as_version=4)  # type: ignore[no-untyped-call]
    assert page.metadata.keys() == {"kernelspec", "language_info"}
    title, figure = page.cells
    assert title.metadata == {"tags": ["hide-input"]}
    assert figure.metadata.keys() == {"tags", "mystnb"}
    assert figure.metadata["mystnb"].keys() == {"figure", "image"}
