"""Colours: one thing each, told apart, and read on a light ground and on a dark one."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from seaborn.utils import relative_luminance

from buzanlib.figures import palette
from buzanlib.figures.palette import (
    ACCENT,
    FORETOLD,
    GROUNDS,
    INK,
    MIDDLE,
    PALE,
    QUADRANT_COLOURS,
    QUIET,
    SHADES,
    SIGNS,
    THREAT_COLOURS,
    dark,
    in_both,
    in_dark,
)
from buzanlib.figures.primitives import QUADRANT_MARKERS, ink_on

OTHERS = (INK, QUIET, ACCENT)
SIDES = pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])

ROOM = Path(palette.__file__).parent

#: Modules whose figures show quadrants; none else may use their colours.
OF_QUADRANTS = {"base", "matrices", "palette", "placement", "primitives", "quadrant_mobility", "proposals"}


def contrast(one: str, other: str) -> float:
    faint, bright = sorted((relative_luminance(one), relative_luminance(other)))
    return float((bright + 0.05) / (faint + 0.05))


def apart(one: str, other: str) -> float:
    """Distance in OKLab, in which steps of one length look alike."""
    return float(np.linalg.norm(oklab(one) - oklab(other)))


def oklab(colour: str) -> np.ndarray:
    part = np.asarray(to_rgb(colour))
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ linear
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


def on(side: int, colours: object) -> list[str]:
    return [dark(colour) if side else colour for colour in colours]  # type: ignore[attr-defined]


@SIDES
def test_no_colour_of_a_quadrant_is_like_one_of_a_threat_or_another(side: int) -> None:
    groups = [on(side, some) for some in (QUADRANT_COLOURS.values(), THREAT_COLOURS.values(), OTHERS)]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        near = [pair for pair in product(groups[first], groups[second]) if apart(*pair) < 0.08]
        assert near == []
    for group in groups:
        assert min(apart(a, b) for a, b in product(group, group) if a != b) > 0.07


def test_every_colour_has_one_name() -> None:
    light, darks = list(palette._DARK), list(palette._DARK.values())
    named = [*QUADRANT_COLOURS.values(), *THREAT_COLOURS.values(), *OTHERS, MIDDLE, PALE, FORETOLD]
    assert len(set(named)) == len(named)
    assert not set(named) & {*SHADES, *SIGNS}
    assert len(light) == len(named) + 3 + len({*SHADES, *SIGNS})
    # Mapped once, never twice: no colour for the dark is a light one of another name, but for the two grounds' own.
    assert not set(darks) & set(light)


def test_marks_are_seen_on_the_dark_ground() -> None:
    for colour in (*QUADRANT_COLOURS.values(), *THREAT_COLOURS.values(), *OTHERS):
        assert contrast(dark(colour), GROUNDS[1]) >= 3, colour


def test_marks_are_seen_on_the_light_ground_by_themselves_or_their_edge() -> None:
    for colour in (*THREAT_COLOURS.values(), *OTHERS):
        assert contrast(colour, GROUNDS[0]) >= 3, colour
    assert contrast(INK, GROUNDS[0]) >= 3  # drawn around the mark of every quadrant


@SIDES
def test_text_is_read_on_whatever_it_stands_on(side: int) -> None:
    (ink, quiet), grounds = on(side, (INK, QUIET)), on(side, (PALE, FORETOLD, *SHADES, *SIGNS))
    assert contrast(ink, GROUNDS[side]) >= 7
    assert contrast(quiet, GROUNDS[side]) >= 4.5
    for ground in grounds:
        assert contrast(ink, ground) >= 4.5, ground
    for colour in QUADRANT_COLOURS.values():
        text, fill = on(side, (ink_on(colour), colour))
        assert contrast(text, fill) >= 4.5, colour


@SIDES
@pytest.mark.parametrize("ramp", [SHADES, SIGNS[16:], SIGNS[16::-1]], ids=["shades", "above", "below"])
def test_more_stands_out_more(side: int, ramp: list[str]) -> None:
    away = [contrast(colour, GROUNDS[side]) for colour in on(side, ramp)]
    assert (np.diff(away) >= 0).all()
    assert away[-1] > 1.25 * away[0]


def test_a_drawing_in_the_dark_has_the_same_names() -> None:
    svg = f'<path style="fill: {INK}; stroke: {PALE}"/><use xlink:href="#m4b1d52"/><rect fill="{ACCENT}"/>'
    assert in_dark(svg) == (
        f'<path style="fill: {dark(INK)}; stroke: {dark(PALE)}"/><use xlink:href="#m4b1d52"/>'
        f'<rect fill="{dark(ACCENT)}"/>'
    )
    assert in_both(svg) == (
        f'<path style="fill: {INK}; fill: light-dark({INK}, {dark(INK)}); stroke: {PALE}; '
        f'stroke: light-dark({PALE}, {dark(PALE)})"/><use xlink:href="#m4b1d52"/>'
        f'<rect style="fill: {ACCENT}; fill: light-dark({ACCENT}, {dark(ACCENT)})"/>'
    )


def test_a_colour_without_a_name_swaps_light_for_dark_and_keeps_its_hue() -> None:
    assert contrast(dark("#fff8e0"), GROUNDS[1]) < 2
    assert contrast(dark("#300010"), GROUNDS[1]) > 6
    red, green, blue = to_rgb(dark("#802020"))
    assert red > green == blue


@SIDES
def test_pages_have_the_colours_of_the_figures_and_text_that_is_read_on_them(side: int, root: Path) -> None:
    sheet = (root / "book" / "_assets" / "book.css").read_text(encoding="utf-8")
    light, dark_on_screen = re.findall(r"\{([^{}]*--quadrant-ww: #[^{}]*)\}", sheet)
    assert re.search(r'@media screen \{[^{}]*html\[data-theme="dark"\] \{' + re.escape(dark_on_screen), sheet)
    named = dict(re.findall(r"--([a-z-]+): (#\w+);", (light, dark_on_screen)[side]))
    for quadrant, colour in QUADRANT_COLOURS.items():
        name = f"quadrant-{quadrant.value.lower()}"
        assert named[name] == on(side, [colour])[0]
        assert contrast(named.get(f"on-{name}", "#000"), named[name]) >= 4.5
        assert len(re.findall(rf"background: var\(--{name}\); color: (var\(--on-{name}\)|#000);", sheet)) == 2


def test_colours_of_quadrants_are_used_for_quadrants_alone() -> None:
    using = {
        file.stem for file in ROOM.glob("*.py") if "QUADRANT_COLOURS" in file.read_text(encoding="utf-8")
    }
    assert using <= OF_QUADRANTS
    assert len(set(QUADRANT_MARKERS.values())) == 4


def test_a_hatch_means_not_placed_and_nothing_else() -> None:
    hatched = {file.stem for file in ROOM.glob("*.py") if '"hatch"' in file.read_text(encoding="utf-8")}
    assert hatched == {"placement"}
