"""Every colour of the figures by name, on a light ground and on a dark one; a figure is drawn once, in light ones.

Each light colour stands for one thing, so that `in_dark` can put the dark one in its place wherever it was drawn.
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls

import seaborn as sns
from matplotlib.colors import to_hex, to_rgb

from buzanlib.theory.vocabulary import Quadrant, Threat

_STEPS = 33

#: The ground, light and dark: that of the page. A figure has none of its own.
GROUNDS = ("#ffffff", "#121212")

_QUADRANTS = {
    Quadrant.WW: ("#4b1d52", "#b892d6"),
    Quadrant.SW: ("#b5382f", "#e5695c"),
    Quadrant.WS: ("#4a9cc0", "#4a9cc1"),
    Quadrant.SS: ("#e9bf4a", "#e9bf4b"),
}
_THREATS = {
    Threat.POL: ("#c86400", "#ff9d3c"),
    Threat.INF: ("#2f3f9e", "#8590f5"),
    Threat.CRI: ("#7f9a00", "#b5d334"),
    Threat.MIL: ("#00796b", "#2fbfa9"),
    Threat.TER: ("#7a4a2b", "#b98a63"),
    Threat.OTH: ("#d6409f", "#ff8fd0"),
    Threat.GEN: ("#9a8f72", "#c9bfa0"),
}
_OTHERS = {
    "ground": GROUNDS,
    "ink": ("#222222", "#e4e7ea"),
    "quiet": ("#767676", "#9aa3ad"),
    "middle": ("#b9b9b9", "#5d656e"),
    "pale": ("#e4e4e4", "#343b44"),
    "accent": ("#1f8a3b", "#5fce74"),
    "foretold": ("#dcefdf", "#1c3a25"),
    "dark ink on a fill": ("#000000", "#000001"),
    "light ink on a fill": ("#fefefe", "#000002"),
}

#: One colour a quadrant, everywhere. Lightness rises WW < SW < WS < SS in near-equal steps, so that the four
#: stay apart in grey and under every common colour blindness.
QUADRANT_COLOURS = {quadrant: light for quadrant, (light, _) in _QUADRANTS.items()}

#: The seven threats, in the order of the codebook; none has the colour of a quadrant.
THREAT_COLOURS = {threat: light for threat, (light, _) in _THREATS.items()}

#: The ground; text and lines; the quiet grey for what is not the message, a paler one for what is least of it; the
#: pale one for fills behind it; the one colour of what a figure is about that is neither quadrant nor threat, and a
#: fill of its hue for what was foretold.
GROUND, INK, QUIET, MIDDLE, PALE, ACCENT, FORETOLD = (
    _OTHERS[name][0] for name in ("ground", "ink", "quiet", "middle", "pale", "accent", "foretold")
)

_ON_FILLS = (_OTHERS["dark ink on a fill"][0], _OTHERS["light ink on a fill"][0])


def _blended(*ends: str) -> list[str]:
    return [to_hex(colour) for colour in sns.blend_palette(ends, _STEPS)]


#: From little to much, no hue of a quadrant or a threat: ink is read well on all.
SHADES = _blended("#f3f6f9", "#9ab0c5")

#: From below zero, tan, to above it, green.
SIGNS = _blended("#e3bd9b", "#f5f5f3", "#a3cdb8")

_DARK = {
    **dict([*_QUADRANTS.values(), *_THREATS.values(), *_OTHERS.values()]),
    **dict(zip(SHADES, _blended("#1d242c", "#4c6279"), strict=True)),
    **dict(zip(SIGNS, _blended("#7a4f2a", "#23282d", "#2a694b"), strict=True)),
}

_COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def on_fill(white: bool) -> str:
    """Black or white ink for text on the fill of a mark, which keeps it in the dark as long as that is read better."""
    return _ON_FILLS[white]


def dark(colour: str) -> str:
    """What a colour is on a dark ground; one without a name there keeps its hue and swaps light for dark."""
    if colour not in _DARK:
        hue, lightness, saturation = rgb_to_hls(*to_rgb(colour))
        return to_hex(hls_to_rgb(hue, 0.95 - 0.85 * lightness, saturation))
    return _DARK[colour]


def in_dark(svg: str) -> str:
    """A drawing in light colours, as `buzanlib.study.results.show` writes it, in those for a dark ground."""
    return _COLOUR.sub(lambda found: dark(found[0]), svg)


def in_both(svg: str) -> str:
    """The same for a drawing that stands in the page itself: each colour follows the scheme of the page."""

    def both(found: re.Match[str]) -> str:
        return f"{found[1]}: {found[2]}; {found[1]}: light-dark({found[2]}, {dark(found[2])})"

    styled = re.sub(rf'\b(fill|stroke)="({_COLOUR.pattern})"', r'style="\1: \2"', svg)
    return re.sub(rf"\b(fill|stroke): ({_COLOUR.pattern})", both, styled)
