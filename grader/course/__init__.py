"""The course: topics and tasks, where they lie, their stubs and the rules of their layout."""

from grader.course.errors import (
    AmbiguousTask,
    CourseError,
    CourseNotFound,
    StubError,
    TopicFileError,
    UnknownTask,
)
from grader.course.locate import load_course
from grader.course.model import Course, Task, Topic

__all__ = [
    "AmbiguousTask",
    "Course",
    "CourseError",
    "CourseNotFound",
    "StubError",
    "Task",
    "Topic",
    "TopicFileError",
    "UnknownTask",
    "load_course",
]
