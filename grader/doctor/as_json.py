"""A diagnosis as JSON, for whoever helps with a program."""

from __future__ import annotations

import json
from dataclasses import asdict

from grader.doctor.private import masked
from grader.doctor.report import Diagnosis


def to_json(diagnosis: Diagnosis) -> str:
    """Return the diagnosis as indented JSON, without names of users and home folders."""
    return json.dumps(_masked(asdict(diagnosis)), indent=2) + "\n"


def _masked(value: object) -> object:
    if isinstance(value, dict):
        return {key: _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(part) for part in value]
    return masked(value) if isinstance(value, str) else value
