"""The course: topics and tasks, where they lie, their stubs and the rules of their layout."""

from grader.course.course import (
    AmbiguousTask,
    Course,
    CourseError,
    CourseNotFound,
    StubError,
    Task,
    Topic,
    TopicFileError,
    UnknownTask,
)
from grader.course.topics import load_course

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
