"""The twelve checks as Otter and nbgrader want them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from checks import __file__ as checks_file
from course import TASKS, names_of_checks

SIGNATURES = {
    "sigmoid": "x",
    "softmax": "x, dim",
    "mse_loss": 'pred, target, reduction="mean"',
    "l1_loss": 'pred, target, reduction="mean"',
}
START = """import torch
from types import SimpleNamespace
from torch.nn import functional
from torch.testing import assert_close
"""


def checks_of(task: str) -> dict[str, str]:
    """Return the source of each check of a task by its name."""
    text = Path(checks_file).read_text()
    named = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    return {
        name: str(ast.get_source_segment(text, node))
        for name, node in named.items()
        if name == "randn" or (name in names_of_checks() and name.startswith(f"test_{task}_"))
    }


def otter_test(task: str) -> str:
    """Return a test file of Otter: a point for each check."""
    sources = checks_of(task)
    names = [name for name in sources if name != "randn"]
    parts = [
        START + "from otter.test_files import test_case\n",
        f'OK_FORMAT = False\nname = "{task}"\npoints = {len(names)}\n',
        *sources.values(),
        *(
            f"@test_case(points=1)\ndef case_{name}(env):\n    {name}(SimpleNamespace(**env))\n"
            for name in names
        ),
    ]
    return "\n\n".join(parts)


def nbgrader_source() -> str:
    """Return the instructor's notebook: a cell for each task, and one for each check."""
    return _notebook({task: f"### BEGIN SOLUTION\n{_stub(task)}\n### END SOLUTION" for task in TASKS})


def nbgrader_hand_in(text: str) -> str:
    """Return a submission as the notebook of a student."""
    tree = ast.parse(text)
    written = {
        node.name: ast.get_source_segment(text, node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    return _notebook({task: str(written[task]) for task in TASKS})


def _stub(task: str) -> str:
    return f"def {task}({SIGNATURES[task]}):\n    return None"


def _notebook(solutions: dict[str, str]) -> str:
    cells = [_cell("start", START, None)]
    for task in TASKS:
        cells.append(_cell(task, solutions[task], {"solution": True, "grade": False, "locked": False}))
        sources = checks_of(task)
        for name in [name for name in sources if name != "randn"]:
            text = f"{sources['randn']}\n\n\n{sources[name]}\n\n\n{name}(SimpleNamespace(**globals()))"
            graded = {"solution": False, "grade": True, "locked": True, "points": 1}
            cells.append(_cell(name, text, graded))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "file_extension": ".py"}
    metadata = {"kernelspec": kernel, "language_info": language}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _cell(name: str, text: str, graded: dict[str, Any] | None) -> dict[str, Any]:
    metadata = {}
    if graded is not None:
        metadata["nbgrader"] = {
            "schema_version": 3,
            "task": False,
            "grade_id": name,
            "cell_type": "code",
            **graded,
        }
    identity = name.replace("_", "-")[:64]
    return {
        "cell_type": "code", "id": identity, "metadata": metadata, "source": text,
        "outputs": [], "execution_count": None,
    }  # fmt: skip
