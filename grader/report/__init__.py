"""What a grading found: plain frozen data, and nothing that computes."""

from grader.report.model import (
    SCHEMA_VERSION,
    Curve,
    Environment,
    Message,
    Path,
    Point,
    Report,
    TaskReport,
    TestReport,
    Verdict,
)
from grader.report.read import SCHEMA, NotAReport, from_json

__all__ = [
    "SCHEMA",
    "SCHEMA_VERSION",
    "Curve",
    "Environment",
    "Message",
    "NotAReport",
    "Path",
    "Point",
    "Report",
    "TaskReport",
    "TestReport",
    "Verdict",
    "from_json",
]
