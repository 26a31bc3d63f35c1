"""What keeps a course from being handed out."""

from __future__ import annotations


class CannotRelease(Exception):
    """Something would give an answer away, or not work without it; the message names it and says what to change."""
