"""Drawings as SVG."""

import re
from xml.etree import ElementTree

import pytest

from grader.render.html.lines import contours, curve_svg, path_svg
from grader.render.html.svg_elements import Scale, bar, label, runs_of, ticks
from grader.report import Curve, Path, Surface

CURVE = Curve("loss", (2.0, None, 1.0, 0.5), (2.0, 1.5, 1.0), 31, 0.0)
WAY = Path("way", ((0.0, 0.0), None, (1.0, 1.0)), ((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)))
BOWL = Surface((-1.0, 1.0), (-2.0, 2.0), tuple(tuple(x * x + y * y for x in (-1, 0, 1)) for y in (-2, 0, 2)))


def parsed(svg):
    return ElementTree.fromstring(str(svg))


def of_class(root, kind):
    """The lines of a kind; the samples in the legend are no paths."""
    return next(part for part in root.iter("path") if part.get("class") == kind)


def test_ticks_are_round_and_within_the_limits():
    """Steps are 1, 2 or 5 times a power of ten."""
    assert ticks((0.0, 10.0)) == [0, 2, 4, 6, 8, 10]
    assert [round(value, 6) for value in ticks((-0.13, 0.31))] == [-0.1, 0, 0.1, 0.2, 0.3]
    assert ticks((3.0, 3.0)) == [3.0] and len(ticks((-1e300, 1e300))) <= 6
    assert label(-2e-05) == "−2e−5"


def test_gap_breaks_a_line_and_a_lonely_point_is_a_dot():
    """Nothing is drawn where there is no value; a point between two gaps stays visible."""
    assert runs_of([(0, 0), None, (1, 1), (2, 2)]) == [[(0, 0)], [(1, 1), (2, 2)]]
    way = of_class(parsed(curve_svg(CURVE)), "theirs").get("d")
    assert way.count("M") == 2 and "h0" in way


def test_points_of_both_lines_belong_to_the_same_steps():
    """A shorter line ends early instead of being stretched."""
    root = parsed(curve_svg(CURVE))
    theirs, own = (
        re.findall(r"[ML]([\d.]+)", of_class(root, kind).get("d")) for kind in ("theirs", "reference")
    )
    assert theirs == [own[0], own[2], "348"] and len(own) == 3


@pytest.mark.parametrize("svg", [curve_svg(CURVE), path_svg(WAY)])
def test_drawing_says_what_it_shows(svg):
    """Each drawing is one image with a title and a description, and has no style of its own."""
    root = parsed(svg)
    assert root.get("role") == "img"
    assert [part.tag for part in root][:2] == ["title", "desc"] and root[0].text and root[1].text
    assert "style=" not in svg and "fill=" not in svg


def test_wild_values_stay_numbers_within_reach():
    """What lies far outside is drawn just outside of the frame, and no number of it grows."""
    wild = Curve("loss", (1e300, None, -1e300), (1.0, 1.1), 3, 0.0)
    numbers = map(float, re.findall(r"-?\d+\.?\d*", of_class(parsed(curve_svg(wild)), "theirs").get("d")))
    assert all(abs(number) < 2000 for number in numbers)
    assert Scale((0.0, 1.0), 0.0, 100.0)(-1e300) == -300


@pytest.mark.parametrize("curve", [Curve("", (), (), 0, 0.0), Curve("", (None,), (1.0,), 1, 1.0)])
def test_curve_without_values_is_an_empty_frame(curve):
    """Nothing to draw is no error."""
    assert of_class(parsed(curve_svg(curve)), "theirs").get("d") == ""


def test_contour_lines_are_level():
    """Every point of a line through a plane has the same height."""
    plane = Surface((0.0, 4.0), (0.0, 4.0), tuple(tuple(float(x) for x in range(5)) for _ in range(5)))
    lines = contours(plane, (0.0, 4.0), (0.0, 4.0))
    assert lines and all(len({round(x, 9) for x, _ in line}) == 1 for line in lines)


def test_contour_lines_lie_behind_the_path_that_has_a_surface():
    """A path with a surface has contour lines, one without has none."""
    with_ground = Path(WAY.title, WAY.theirs, WAY.reference, BOWL)
    assert of_class(parsed(path_svg(with_ground)), "contour").get("d")
    assert not of_class(parsed(path_svg(WAY)), "contour").get("d")
    assert "Contour" in parsed(path_svg(with_ground))[1].text


@pytest.mark.parametrize("values", [(), ((1.0,),), ((1.0, 2.0), (1.0,)), ((None, None), (None, None))])
def test_surface_that_is_none_has_no_lines(values):
    """A surface without rows, with ragged rows or with nothing but gaps is left out."""
    assert contours(Surface((0.0, 1.0), (0.0, 1.0), values), (0.0, 1.0), (0.0, 1.0)) == []


def test_bar_is_full_only_for_everything():
    """A share is drawn between nothing and everything; it is not read aloud."""
    widths = [float(parsed(bar(part, 4.0))[1].get("width")) for part in (0, 0.001, 2, 4, 5)]
    assert widths == [0, 1, 50, 100, 100]
    assert parsed(bar(1, 0)).get("aria-hidden") == "true"
