"""Reading what instructors have: downloads, folders, archives and repositories, as hand-ins with their bytes."""

from grader.classroom.reading.detect import LAYOUTS
from grader.classroom.reading.read import read_class
from grader.classroom.reading.tree import ClassProblem

__all__ = ["LAYOUTS", "ClassProblem", "read_class"]
