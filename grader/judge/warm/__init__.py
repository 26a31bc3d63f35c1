"""A judge that stands ready: it has read the course once, and grades each order in a child of its own."""

from grader.judge.warm.client import JudgeDied, JudgeStopped, WarmJudge, can_stand
from grader.judge.warm.pool import JudgePool

__all__ = ["JudgeDied", "JudgePool", "JudgeStopped", "WarmJudge", "can_stand"]
