"""The table of shapes in characters: bounded, aligned, and with nothing of a submission's that is not escaped."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from grader.render.drawings import ROWS, aligned, shapes_of
from grader.report import Passage


def lines_of(page: str) -> list[str]:
    lines = page.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Shapes"))
    return lines[start : lines.index("", start)]


def test_rows_around_the_first_difference_are_shown(reports, show_report) -> None:
    lines = lines_of(show_report(reports["network"]()))
    shown = [line for line in lines if line.endswith(tuple(Passage))]
    assert len(shown) == ROWS
    assert any(line.startswith("layer1.0.conv2") and line.endswith("differs") for line in shown)
    assert "and 16 more" in lines


def test_expected_shape_is_written_where_it_is_another_one(reports, show_report) -> None:
    lines = lines_of(show_report(reports["network"](), 100))
    differing, equal = (
        next(line.split() for line in lines if line.startswith(name)) for name in ("layer1", "stem")
    )
    assert differing[2:-1] == ["(2,", "4,", "6,", "8)", "(2,", "4,", "4,", "6)"]
    assert equal[2:-1] == ["(2,", "3,", "4,", "6)"]


@pytest.mark.parametrize("width", [40, 60, 78, 100])
def test_columns_stand_below_one_another_and_fit(width: int) -> None:
    cells = [
        ["part", "class", "yours", "expected"],
        ["a" * 200, "\u4f60" * 200, "(1, 2)", "(1, 2)" * 50],
        [""] * 4,
    ]
    lines = aligned(cells, width)
    assert len({cell_len(line) for line in lines}) == 1 and cell_len(lines[0]) <= width - len(
        "  not compared"
    )


def test_shapes_are_written_as_python_does() -> None:
    assert shapes_of(((2, 3), (4,), ())) == "(2, 3), (4,), ()" and shapes_of(None) == ""


def test_names_are_escaped(reports, show_report) -> None:
    page = show_report(reports["network"](), 100)
    assert "\x1b" not in page and "\u202e" not in page and "\\x1b[2J" in page


def test_sentence_of_a_test_stands_above_a_check_that_is_too_long_beside_it(reports, show_report) -> None:
    from dataclasses import replace

    report = reports["network"]()
    test, title = (
        report.tasks[0].tests[1],
        "Output and all gradients are right in training, for any number of stages.",
    )
    long = replace(test.message, checked=f"{title[:-1]}: what reaches layer1.0.conv2 (Conv2d)")
    task = replace(report.tasks[0], tests=(replace(test, title=title, message=long),))
    page = show_report(replace(report, tasks=(task,)), 100)
    assert f"  {title}\n" in page and "Checked   what reaches layer1.0.conv2 (Conv2d)\n" in page
