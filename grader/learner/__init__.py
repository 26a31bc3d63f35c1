"""What belongs to one learner: the folder that they work in, and what has been achieved there."""

from grader.learner.folder import MARK, folder_above, folder_of
from grader.learner.progress import Loaded, Progress, TaskProgress, load, update
from grader.learner.progress_changes import record

__all__ = [
    "MARK",
    "Loaded",
    "Progress",
    "TaskProgress",
    "folder_above",
    "folder_of",
    "load",
    "record",
    "update",
]
