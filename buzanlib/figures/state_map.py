"""The two axes as a small map with one state marked, drawn as SVG in the colours of the page around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import chain

from buzanlib.figures.typeset import typeset
from buzanlib.measurement.state_profile import Point, Standing
from buzanlib.theory.vocabulary import Quadrant

_SIDE, _EDGE = 360, 24
"""Of the drawing, and of the margin at the left and below for the names of the axes; in pixels on a phone."""

_LINE = 15  # from one line of a name to the next


class StateMap:
    """Cohesion across, strong at the right, and power up, strong at the top; every placed state is a faint dot.

    Takes the places of all states. Colours, and with them the dark page, are left to the style sheet
    (``svg.state-map``).
    """

    def __init__(self, standings: Iterable[Standing]) -> None:
        every = list(standings)
        places = [standing.at for standing in every]
        self._count = len(places)
        passed = (place for standing in every for place in standing.years.values())
        self._reach = 1.06 * max(abs(score) for place in chain(places, passed) for score in place[:2])
        self._all = "".join(f"M{self._at(place)}h0" for place in places)

    def _x(self, cohesion: float) -> float:
        return _EDGE + (_SIDE - _EDGE) * (cohesion / self._reach + 1) / 2

    def _y(self, power: float) -> float:
        return (_SIDE - _EDGE) * (1 - power / self._reach) / 2

    def _at(self, place: Point) -> str:
        return f"{self._x(place.cohesion):.1f} {self._y(place.power):.1f}"

    def of(self, name: str, standing: Standing) -> str:
        """Draw the map of one placed state."""
        x, y, low = self._x(standing.lines["cohesion"]), self._y(standing.lines["power"]), _SIDE - _EDGE
        grounds = "".join(self._quadrant(quadrant, x, y) for quadrant in Quadrant)
        mark = f'cx="{self._x(standing.at.cohesion):.1f}" cy="{self._y(standing.at.power):.1f}"'
        turned = f'transform="rotate(-90)" x="{-low / 2:g}" y="16"'
        return (
            f'<svg class="state-map" viewBox="0 0 {_SIDE} {_SIDE}" role="img"'
            f' aria-label="{escape(self._alternative(name, standing))}">{grounds}'
            f'<path class="line" d="M{x:.1f} 0V{low}M{_EDGE} {y:.1f}H{_SIDE}"/>'
            f'<path class="others" d="{self._all}"/>{self._path(standing.years)}'
            f'<circle class="state" {mark} r="7"/>'
            f'<text class="axis" x="{(_SIDE + _EDGE) / 2:g}" y="{_SIDE - 6}">cohesion, stronger →</text>'
            f'<text class="axis" {turned}>power, stronger →</text></svg>'
        )

    def _quadrant(self, quadrant: Quadrant, x: float, y: float) -> str:
        """Its ground, and its name in the corner, a line for power and one for cohesion."""
        low = _SIDE - _EDGE
        left, right = (_EDGE, x) if quadrant.cohesion < 0 else (x, _SIDE)
        top, end = (y, low) if quadrant.power < 0 else (0, y)
        box = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{end - top:.1f}"'
        at = _EDGE + 6 if quadrant.cohesion < 0 else _SIDE - 6
        first = low - 8 - _LINE if quadrant.power < 0 else 18
        anchor = "" if quadrant.cohesion < 0 else ' text-anchor="end"'
        words = "".join(
            f'<text x="{at}" y="{first + place * _LINE}"{anchor}>{words}</text>'
            for place, words in enumerate(quadrant.label.split(", "))
        )
        return f'<rect class="{quadrant.value.lower()}" {box}/>{words}'

    def _path(self, years: Mapping[int, Point]) -> str:
        """The way over the years, with the first and the last named; empty for a single year."""
        if len(years) < 2:
            return ""
        places = list(years.values())
        drawn = f'<path class="path" d="M{"L".join(map(self._at, places))}"/>'
        rises = places[-1].power > places[0].power
        for year, place, above in ((min(years), places[0], not rises), (max(years), places[-1], rises)):
            x, y = self._x(place.cohesion), self._y(place.power)
            side, anchor = (9, "") if x < _SIDE / 2 else (-9, ' text-anchor="end"')
            drawn += f'<circle class="path" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'
            at = f'x="{x + side:.1f}" y="{y + (-8 if above else 18):.1f}"'
            drawn += f'<text class="year" {at}{anchor}>{year}</text>'
        return drawn

    def _alternative(self, name: str, standing: Standing) -> str:
        """What the drawing shows, in words."""
        said = []
        for axis, score in zip(("power", "cohesion"), standing.at[:2], strict=True):
            beyond = score - standing.lines[axis]
            side = "above" if beyond > 0 else "below"
            said.append(f"{axis} {typeset(abs(beyond), '.2f')} {side} its line")
        words = (
            f"Map of the two axes, strong power at the top and strong cohesion at the right, with {self._count}"
            f" states. {name} stands at {standing.at.quadrant.label}: {' and '.join(said)}."
        )
        if len(standing.years) < 2:
            return words
        (first, before), *_, (last, after) = standing.years.items()
        path = f"begins in {first} at {before.quadrant.label} and ends in {last} at {after.quadrant.label}"
        return f"{words} Its path over the years {path}."
