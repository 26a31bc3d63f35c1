"""What belongs to one learner: the folder that they work in, and what has been achieved there."""

from grader.learner.folder import MARK, folder_above, folder_of
from grader.learner.model import Failure, Progress, TaskProgress
from grader.learner.record import record
from grader.learner.store import Loaded, load, update

__all__ = [
    "MARK",
    "Failure",
    "Loaded",
    "Progress",
    "TaskProgress",
    "folder_above",
    "folder_of",
    "load",
    "record",
    "update",
]
