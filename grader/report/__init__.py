"""What a grading found: plain frozen data, and nothing that computes."""

from grader.report.artefacts import (
    Curve,
    Grid,
    Passage,
    Path,
    Picture,
    PictureKind,
    Point,
    ShapeRow,
    ShapeTable,
    Surface,
)
from grader.report.model import (
    DECISIVE,
    POSSIBLE,
    SCHEMA_VERSION,
    Environment,
    Message,
    Report,
    TaskReport,
    TestReport,
    Verdict,
)
from grader.report.read import SCHEMA, NotAReport, from_json

__all__ = [
    "DECISIVE",
    "POSSIBLE",
    "SCHEMA",
    "SCHEMA_VERSION",
    "Curve",
    "Environment",
    "Grid",
    "Message",
    "NotAReport",
    "Passage",
    "Path",
    "Picture",
    "PictureKind",
    "Point",
    "Report",
    "ShapeRow",
    "ShapeTable",
    "Surface",
    "TaskReport",
    "TestReport",
    "Verdict",
    "from_json",
]
