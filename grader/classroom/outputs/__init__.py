"""What other programs take from a class: one module a format, each a pure function of the result."""

from grader.classroom.outputs.canvas import fill_canvas
from grader.classroom.outputs.check50 import to_check50
from grader.classroom.outputs.classroom50 import NoResult, to_classroom50
from grader.classroom.outputs.grades import grades_csv
from grader.classroom.outputs.gradescope import class_results, named_results, results_json
from grader.classroom.outputs.junit import class_junit
from grader.classroom.outputs.moodle import fill_moodle
from grader.classroom.outputs.prairielearn import to_prairielearn
from grader.classroom.outputs.returned import PAGE, feedback_zips, goes_to_canvas
from grader.classroom.outputs.sheet import CannotFill, Filled

__all__ = [
    "CannotFill",
    "PAGE",
    "Filled",
    "NoResult",
    "class_junit",
    "class_results",
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
