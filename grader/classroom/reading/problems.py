"""What can be wrong with the paths of a class, and with one file in it."""

from __future__ import annotations


class ClassProblem(ValueError):
    """A path cannot be used at all; the message says what to give instead."""


class Unreadable(Exception):
    """One upload, or a part of it, cannot be read; the message is a sentence for whoever handed it in."""
