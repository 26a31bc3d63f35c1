"""Notebooks made from the course, graded from within, and given back with the results in them."""

from grader.notebook.cells import notebook_text
from grader.notebook.feedback import feedback_notebook
from grader.notebook.write import notebook_from, notebook_of

__all__ = ["feedback_notebook", "notebook_from", "notebook_of", "notebook_text"]
