"""Curves in characters."""

from __future__ import annotations

from grader.render.drawings import BLOCKS, bars, limits_of, spread
from grader.report import Curve, Verdict

FULL = (0.0, 7.0)


def test_every_height_has_its_block() -> None:
    assert bars([float(height) for height in range(8)], range(8), FULL) == BLOCKS


def test_gap_is_a_blank_and_a_shorter_line_ends_early() -> None:
    assert bars([0.0, None, 7.0], range(5), FULL) == "▁ █  "


def test_both_ends_of_a_long_line_are_drawn() -> None:
    places = spread(1000, 32)
    assert (len(places), places[0], places[-1]) == (32, 0, 999)
    assert spread(3, 32) == [0, 1, 2]
    assert spread(1, 32) == [0] and spread(0, 32) == []


def test_wild_value_does_not_flatten_the_reference() -> None:
    assert limits_of([1e30, -1e30], [1.0, 2.0]) == (0.0, 3.0)
    assert limits_of([1.5], [1.0, None, 2.0]) == (1.0, 2.0)
    assert limits_of([None], []) == (0.0, 1.0)


def test_path_is_left_to_the_page(reports, show_report) -> None:
    """The terminal says which way there is, and what draws it."""
    said = show_report(reports["drawn"](), width=100)
    assert "Path      steps in the valley; `grade report` draws it, as `grade report . --html" in said


def test_only_the_failed_test_is_drawn(reports, show_report) -> None:
    assert "Curve" not in show_report(reports["drawn_and_passed"]())
    assert "Curve" in show_report(reports["drawn"]())


def test_curve_is_not_drawn_beside_a_test_that_passed(reports, show_report) -> None:
    report = reports["drawn"]()
    assert report.tasks[0].tests[0].verdict is Verdict.PASS
    assert isinstance(report.tasks[0].tests[1].curves[0], Curve)
    assert show_report(report).count("training loss") == 1
