"""A judge that stands ready: it has read the course once, and grades each order in a child of its own."""

from grader.judge.warm.client import JudgeDied, JudgeStopped, StandingJudge, can_stand, stand

__all__ = ["JudgeDied", "JudgeStopped", "StandingJudge", "can_stand", "stand"]
