from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from buzanlib.figures.rival_explanations import skill

MEANS = ["marginal", "power", "cohesion", "saturated"]
TABLES = [f"{kind}, {mixture}" for kind in ("literal", "graded") for mixture in ("0.5", "0.3", "0.1")]


@pytest.fixture
def scores():
    values = {"skill": [0, 0.004, -0.002, 0.01, -0.12, -0.06, -0.01, -0.08, -0.03, 0.002]}
    frame = pd.DataFrame(values, index=pd.Index([*MEANS, *TABLES], name="model"))
    return frame.assign(
        log_score=frame["skill"] - 1, brier=0.2, p=[np.nan] * 4 + [0.5, 0.4, 0.3, 0.2, 0.1, 4e-4]
    )


def _marks(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_gid()}


def test_dots_are_the_skills_in_two_groups(scores):
    (axes,) = skill(scores).figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    bold = [label.get_text() for label in axes.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["Means of the data", "Table 2 of the paper"]
    middles = axes.get_yticks()
    for gid, group, models in (("means", bold[0], MEANS), ("tables", bold[1], TABLES)):
        line, head = _marks(axes)[gid], names.index(group)
        np.testing.assert_allclose(line.get_xdata(), scores.loc[models, "skill"])
        np.testing.assert_allclose(line.get_ydata(), middles[head + 1 : head + 1 + len(models)])
    looks = {(line.get_marker(), to_hex(line.get_markerfacecolor())) for line in _marks(axes).values()}
    assert len({marker for marker, _ in looks}) == 2


def test_models_are_named_and_tables_have_their_p(scores):
    (axes,) = skill(scores).figure.axes
    (column,) = axes.child_axes
    rows = {
        name.get_text(): p.get_text()
        for name, p in zip(axes.get_yticklabels(), column.get_yticklabels(), strict=True)
    }
    assert rows["as printed, 50% mean"] == "0.500"
    assert rows["graded, 10% mean"] == "<\u00a00.001"
    assert rows["Table 2 of the paper"] == "p"
    assert {p for name, p in rows.items() if "others" in name or "all other" in name} == {""}
    assert len(rows) == len(scores) + 2


def test_groups_do_not_depend_on_the_order_of_the_models(scores):
    mixed = scores.iloc[[7, 0, 5, 1, 4, 2, 9, 3, 8, 6]]
    (axes,) = skill(mixed).figure.axes
    np.testing.assert_allclose(_marks(axes)["means"].get_xdata(), scores.loc[MEANS, "skill"])
    assert sorted(_marks(axes)["tables"].get_xdata()) == sorted(scores.loc[TABLES, "skill"])


def test_zero_is_marked_and_in_view(scores):
    (axes,) = skill(scores.assign(skill=scores["skill"] - 0.5)).figure.axes
    (line,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert list(line.get_xdata()) == [0, 0]
    assert axes.get_xlim()[1] >= 0


def test_text_is_clear(scores, faults_of_text):
    assert faults_of_text(skill(scores).figure) == []


def test_a_model_of_another_name_keeps_it(scores):
    renamed = scores.rename(index={"power": "by the day of the week"})
    assert "by the day of the week +0.004" in skill(renamed).alt


def test_alt_carries_every_skill_and_p(scores):
    alt = skill(scores).alt
    assert (
        "all other states +0.000; others of the same power +0.004; others of the same cohesion −0.002" in alt
    )
    assert "as printed, 50% mean −0.120 (p 0.500)" in alt
    assert alt.endswith("graded, 10% mean +0.002 (p <\u00a00.001).")
