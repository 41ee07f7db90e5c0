from __future__ import annotations

from xml.etree import ElementTree

from buzanlib.figures.state_map import StateMap
from buzanlib.measurement.state_profile import Point, Standing
from buzanlib.theory.vocabulary import Quadrant

SVG = "{http://www.w3.org/2000/svg}"


def standing(power: float, cohesion: float, years: dict[int, Point] | None = None) -> Standing:
    at = Point(power, cohesion, Quadrant.of(1 if power > 0 else -1, 1 if cohesion > 0 else -1))
    return Standing(at, {"power": 0.0, "cohesion": 0.0}, {}, {}, [], years or {})


def drawn(of: Standing, *others: Standing) -> ElementTree.Element:
    return ElementTree.fromstring(StateMap([of, *others]).of("A & <b>", of))


def test_strong_power_is_at_the_top_and_strong_cohesion_at_the_right() -> None:
    strong, weak = standing(1, 1), standing(-1, -1)
    high, low = (drawn(one, strong, weak).find("circle[@class='state']") for one in (strong, weak))
    assert high is not None
    assert low is not None
    assert float(high.attrib["cy"]) < float(low.attrib["cy"])
    assert float(high.attrib["cx"]) > float(low.attrib["cx"])
    for quadrant in Quadrant:
        box = drawn(strong, weak).find(f"rect[@class='{quadrant.value.lower()}']")
        assert box is not None
        assert (float(box.attrib["y"]) == 0) == (quadrant.power > 0)
        assert (float(box.attrib["x"]) == 24) == (quadrant.cohesion < 0)


def test_every_state_is_a_dot_and_all_lie_inside() -> None:
    picture = drawn(standing(2, -2), standing(-3, 3), standing(0.5, 0.5))
    dots = picture.find("path[@class='others']")
    assert dots is not None
    points = [tuple(map(float, part[:-2].split())) for part in dots.attrib["d"].split("M")[1:]]
    assert len(points) == 3
    assert all(24 <= x <= 360 and 0 <= y <= 336 for x, y in points)


def test_the_path_goes_through_the_years_and_is_told() -> None:
    years = {
        2011: Point(1, 1, Quadrant.SS),
        2012: Point(0.5, 0.2, Quadrant.SS),
        2013: Point(1, -1, Quadrant.SW),
    }
    picture = drawn(standing(1, 0.1, years))
    path = picture.find("path[@class='path']")
    assert path is not None
    assert path.attrib["d"].count("L") == 2
    assert [text.text for text in picture.findall("text[@class='year']")] == ["2011", "2013"]
    said = picture.attrib["aria-label"]
    assert said.startswith("Map of the two axes")
    assert "A & <b> stands at strong power, strong cohesion: power 1.00 above its line" in said
    assert said.endswith(
        "begins in 2011 at strong power, strong cohesion and ends in 2013 at strong power, weak cohesion."
    )


def test_a_single_year_is_no_path() -> None:
    assert drawn(standing(1, 1, {2011: Point(1, 1, Quadrant.SS)})).find("path[@class='path']") is None
