"""What a grading found: plain frozen data, and nothing that computes."""

from grader.report.model import (
    SCHEMA_VERSION,
    Curve,
    Environment,
    Message,
    Passage,
    Path,
    Point,
    Report,
    ShapeRow,
    ShapeTable,
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
    "Passage",
    "Path",
    "Point",
    "Report",
    "ShapeRow",
    "ShapeTable",
    "TaskReport",
    "TestReport",
    "Verdict",
    "from_json",
]
