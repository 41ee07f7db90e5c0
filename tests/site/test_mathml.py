from __future__ import annotations

from xml.etree import ElementTree

import pytest

from buzanlib.site.mathml import to_mathml

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def test_a_formula_becomes_mathml_with_its_source_as_alternative() -> None:
    element = ElementTree.fromstring(to_mathml(r"s\sqrt{1-\rho} < 1", block=False))
    assert element.get("alttext") == r"s\sqrt{1-\rho} < 1"
    assert element.find(f".//{SPACE}msqrt") is not None
    assert "ρ" in "".join(element.itertext())


@pytest.mark.parametrize(
    "latex",
    [
        "a &= b \\\\ c &= d",
        r"\begin{align} a &= b \\ c &= d \end{align}",
        r"a &= \begin{pmatrix}1\end{pmatrix} \\ c &= d",
    ],
)
def test_lines_align_and_carry_no_number_of_their_own(latex: str) -> None:
    element = ElementTree.fromstring(to_mathml(latex, block=True))
    table = element.find(f".//{SPACE}mtable")
    assert table is not None
    assert len(table.findall(f"{SPACE}mtr")) == 2
    assert element.find(f".//{SPACE}mtext") is None


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\betta x", r"unknown command \\betta in the formula"),
        (r"\left( x", r"ExtraLeftOrMissingRightError in the formula"),
        ("x_1_2", "DoubleSubscriptsError in the formula 'x_1_2'"),
        ("x & y", "ParseError in the formula 'x & y'"),
    ],
)
def test_a_formula_that_cannot_be_shown_is_refused(latex: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_mathml(latex, block=False)
