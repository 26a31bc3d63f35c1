"""Curves and paths in characters."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper

from rich.console import Console

from grader.render.drawings import BLOCKS, bars, draw_attached, gallery, grid, limits_of, spread
from grader.render.page import Page
from grader.report import Curve, Path, Verdict

FULL = (0.0, 7.0)


def test_every_height_has_its_block() -> None:
    assert bars([float(height) for height in range(8)], range(8), FULL, BLOCKS) == BLOCKS


def test_gap_is_a_blank_and_a_shorter_line_ends_early() -> None:
    assert bars([0.0, None, 7.0], range(5), FULL, "_#") == "_ #  "


def test_both_ends_of_a_long_line_are_drawn() -> None:
    places = spread(1000, 32)
    assert (len(places), places[0], places[-1]) == (32, 0, 999)
    assert spread(3, 32) == [0, 1, 2]
    assert spread(1, 32) == [0] and spread(0, 32) == []


def test_wild_value_does_not_flatten_the_reference() -> None:
    assert limits_of([1e30, -1e30], [1.0, 2.0]) == (0.0, 3.0)
    assert limits_of([1.5], [1.0, None, 2.0]) == (1.0, 2.0)
    assert limits_of([None], []) == (0.0, 1.0)


def test_path_has_a_mark_for_each_side_and_for_both() -> None:
    path = Path("way", ((0.0, 0.0), (0.5, 0.5), (1.0, 0.0)), ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)))
    rows = grid(path, (0.0, 1.0), (0.0, 1.0), 40)
    assert len(rows) == 10 and {len(row) for row in rows} == {40}
    assert rows[0] == " " * 39 + "+" and rows[9] == "S" + " " * 38 + "o" and rows[4][20] == "*"


def test_terminal_without_unicode_shows_ascii(reports) -> None:
    file = BytesIO()
    stream = TextIOWrapper(file, encoding="ascii")
    test = reports["drawn"]().tasks[0].tests[1]
    draw_attached(Page(Console(file=stream, width=80, color_system=None)), test)
    stream.flush()
    text = file.getvalue().decode("ascii")
    assert "yours     =::--" in text and "###" in text


def test_only_the_failed_test_is_drawn_unless_all_are_asked_for(reports, show_report) -> None:
    report = reports["drawn_and_passed"]()
    assert "Curve" not in show_report(report)
    assert show_report(report, curves=True).count("Curve") == 2


def test_test_that_is_shown_as_failed_is_drawn_once(reports, show_report) -> None:
    report = reports["drawn"]()
    assert show_report(report, curves=True) == show_report(report)


def test_gallery_of_nothing_is_empty(reports) -> None:
    console = Console(record=True)
    gallery(Page(console), reports["midway"](), None)
    assert console.export_text() == ""


def test_curve_is_not_drawn_beside_a_test_that_passed(reports, show_report) -> None:
    report = reports["drawn"]()
    assert report.tasks[0].tests[0].verdict is Verdict.PASS
    assert isinstance(report.tasks[0].tests[1].curves[0], Curve)
    assert show_report(report).count("training loss") == 1
