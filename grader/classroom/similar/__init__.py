"""Pairs of submissions that share structure after renaming, with the places side by side."""

from grader.classroom.similar.find import Findings, Group, Pair, Passage, Side

__all__ = ["Findings", "Group", "Pair", "Passage", "Side"]
