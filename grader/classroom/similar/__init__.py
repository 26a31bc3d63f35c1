"""Pairs of submissions that share structure after renaming, with the places side by side."""

from grader.classroom.similar.model import Findings, Pair, Passage, Side

__all__ = ["Findings", "Pair", "Passage", "Side"]
