"""What can keep a grading from taking place."""

from __future__ import annotations


class UsageProblem(Exception):
    """The call cannot be carried out as given; the message says what to change."""


class OurProblem(Exception):
    """The grader itself failed, or a layer that strict grading demands is missing. Never a learner's loss."""
