"""A notebook that was handed in, read as the module that its cells make up; nothing of it is executed."""

from grader.intake.notebook.document import MOST_BYTES as MOST_NOTEBOOK_BYTES
from grader.intake.notebook.document import ModuleText, topic_in
from grader.intake.notebook.module import module_of

__all__ = ["MOST_NOTEBOOK_BYTES", "ModuleText", "module_of", "topic_in"]
