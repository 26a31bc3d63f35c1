"""What can be wrong with a course.toml."""

from __future__ import annotations


class PolicyProblem(ValueError):
    """A course.toml cannot be used; the message names the key, the value and the remedy."""
