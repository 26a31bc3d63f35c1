"""What a course decides, as data: dates, lateness, which hand-in counts, points, visibility and seeds."""

from grader.classroom.policy.columns import columns_of
from grader.classroom.policy.course_policy import (
    EXAMPLE,
    Counts,
    Dates,
    Direction,
    Extension,
    Late,
    Policy,
    PolicyProblem,
    Rounding,
    Visibility,
    extensions_of_nobody,
    seed_for,
)
from grader.classroom.policy.course_toml import parse_policy, read_policy
from grader.classroom.policy.dates import Lateness, lateness, moments_of, penalty
from grader.classroom.policy.standing import standing_of

__all__ = [
    "EXAMPLE",
    "Counts",
    "Dates",
    "Direction",
    "Extension",
    "Late",
    "Lateness",
    "Policy",
    "PolicyProblem",
    "Rounding",
    "Visibility",
    "columns_of",
    "extensions_of_nobody",
    "lateness",
    "moments_of",
    "parse_policy",
    "penalty",
    "read_policy",
    "seed_for",
    "standing_of",
]
