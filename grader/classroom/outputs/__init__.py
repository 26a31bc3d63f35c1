"""What other programs take from a class: one module a format, each a pure function of the result."""

from grader.classroom.outputs.canvas import fill_canvas
from grader.classroom.outputs.class_formats import (
    class_junit,
    grades_csv,
    named_results,
    results_json,
)
from grader.classroom.outputs.moodle import fill_moodle
from grader.classroom.outputs.report_formats import NoResult, to_check50, to_classroom50, to_prairielearn
from grader.classroom.outputs.returned import PAGE, feedback_zips, goes_to_canvas
from grader.classroom.outputs.sheet import CannotFill, Filled

__all__ = [
    "CannotFill",
    "PAGE",
    "Filled",
    "NoResult",
    "class_junit",
    "feedback_zips",
    "fill_canvas",
    "fill_moodle",
    "goes_to_canvas",
    "grades_csv",
    "named_results",
    "results_json",
    "to_check50",
    "to_classroom50",
    "to_prairielearn",
]
