"""What `grade watch` shows: a page that fills the terminal, or a few lines for each save."""

from grader.render.watch.plain import Plain
from grader.render.watch.screen import Screen

__all__ = ["Plain", "Screen"]
