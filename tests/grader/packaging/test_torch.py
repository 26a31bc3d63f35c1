"""Releases of torch, and parts of it that may be missing: what is refused, and what gives way."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from grader.cli.main import main
from grader.device import internals
from grader.doctor import machine
from grader.judge.accelerator import accelerator_for

ROOT = Path(__file__).resolve().parents[3]
MODES = "torch.utils._python_dispatch.TorchDispatchMode"
PURPOSES = {name: use for name, use in vars(internals).items() if isinstance(use, internals.Use)}
FORBIDDEN = "import torch\n\n\ndef softmax(x, dim):\n    return torch.softmax(x, dim)\n"
# Grades with parts of torch taken away: what asks for one is told that this torch does not have it.
WITHOUT = """
import sys
from grader.device import internals
taken, found = sys.argv[1].split(","), internals.part
internals.part = lambda path: None if path in taken else found(path)
from grader.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def installed(monkeypatch):
    """Let torch be of another release."""
    plain = importlib.metadata.version

    def choose(release):
        monkeypatch.setattr(importlib.metadata, "version", lambda name: release if name == "torch" else plain(name))
        monkeypatch.setattr(machine, "version", importlib.metadata.version)

    return choose


def test_bounds_of_torch_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (torch,) = [Requirement(line) for line in project["dependencies"] if line.startswith("torch>")]
    assert str(torch.specifier) == f">={internals.OLDEST[0]}.{internals.OLDEST[1]}"
    assert f"torch=={internals.TRIED[0]}\n" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("release", ["2.9.1", "2.9.1+cpu", "1.13.1"])
@pytest.mark.parametrize("choice", ["auto", "sim", "cuda", "cpu"])
def test_torch_that_is_too_old_is_refused_whatever_the_device(installed, release, choice):
    installed(release)
    with pytest.raises(internals.TorchTooOld, match=rf"torch {release.replace('+', '.')} is too old, 2.10 is needed"):
        accelerator_for(choice)


@pytest.mark.parametrize(
    "line",
    [
        "solutions --task losses.softmax",
        "report solutions --task losses.softmax --html {}/report.html",
        "class solutions/losses.py --task losses.softmax --out {}/out",
        "verify losses.softmax",
        "release {}/students --topic losses --name deep",
        "watch solutions/losses.py",
    ],
)
def test_every_command_that_grades_refuses_a_torch_that_is_too_old(installed, monkeypatch, tmp_path, capsys, line):
    installed("2.9.1")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("grader.cli.watch._screen", lambda: None)  # of a terminal, which a test has not
    assert main(line.format(tmp_path).split()) == 3
    assert "torch 2.9.1 is too old, 2.10 is needed" in capsys.readouterr().err


@pytest.mark.parametrize("release", ["2.10.0", "2.13.0+cpu", "2.14.1", "3.0.0"])
def test_torch_of_the_range_is_taken(installed, release):
    installed(release)
    internals.require_torch()


@pytest.mark.parametrize(
    ("release", "note"),
    [
        ("2.13.0+cpu", ""),
        ("2.14.1", ""),
        ("2.16.0", "not tried: the suites are proven on 2.13.0"),
        ("2.9.1", "too old, nothing is graded: install 2.13.0"),
    ],
)
def test_doctor_says_how_torch_stands_to_those_that_were_tried(installed, release, note):
    installed(release)
    assert [each.note for each in machine._versions() if each.name == "torch"] == [note]


def graded_without(purpose, path):
    """Return what a grading of the softmax under a path ends with, and what it shows."""
    words = [",".join(PURPOSES[purpose].parts), str(path), "--task", "losses.softmax", "--seed", "1"]
    command = [sys.executable, "-P", "-W", "ignore", "-c", WITHOUT, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("purpose", PURPOSES)
def test_grading_goes_on_without_parts_of_torch(purpose):
    code, shown = graded_without(purpose, "solutions")
    assert code == 0, shown
    assert ("cpu, device tests too" if purpose == "SIMULATED" else "cpu and simulated accelerator") in shown


def test_forbidden_function_is_found_without_parts_of_torch(tmp_path):
    (tmp_path / "losses.py").write_text(FORBIDDEN)
    code, shown = graded_without("REFUSAL", tmp_path)
    assert code == 1 and "forbidden" in shown, shown


def test_every_purpose_is_looked_for_by_doctor():
    assert tuple(PURPOSES.values()) == internals.USES


def test_private_parts_of_torch_are_named_in_one_place():
    """But for the place of torch's modes, which torch's own documentation names, and for types."""
    files = [file for file in (ROOT / "grader").rglob("*.py") if file.name != "internals.py"]
    nodes = [node for file in files for node in _executed(ast.parse(file.read_text(encoding="utf-8")))]
    assert [ast.unparse(node) for node in nodes if _is_private(node)] == []
    assert _is_private(ast.parse("torch._C.f", mode="eval").body) and _is_private(ast.parse("import torch._C").body[0])


def _executed(tree):
    """Yield the nodes of what is executed: no annotation, and no import for types alone."""
    for field, value in ast.iter_fields(tree):
        children = [] if field in ("annotation", "returns") else value if isinstance(value, list) else [value]
        for node in (child for child in children if isinstance(child, ast.AST)):
            if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
                yield node
                yield from _executed(node)


def _is_private(node):
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        names = [ast.unparse(node)] if isinstance(node, ast.Attribute) else []
    names = [name for name in names if name.split(".")[0] == "torch" and name != MODES]
    return any(re.search(r"\._(?!_)", name) for name in names)
