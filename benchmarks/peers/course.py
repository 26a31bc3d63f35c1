"""Our side of the task: a course of four tasks, cut out of this repository's topic `losses`."""

from __future__ import annotations

import ast
import compileall
import shutil
from pathlib import Path

from checks import __file__ as checks_file

ROOT = Path(__file__).resolve().parents[2]
TASKS = ("sigmoid", "softmax", "mse_loss", "l1_loss")
TOPIC = "losses"


def names_of_checks() -> tuple[str, ...]:
    """Return the names of the twelve checks; our suites have a test of the same name for each."""
    tree = ast.parse(Path(checks_file).read_text())
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return tuple(name for name in names if name.startswith("test_"))


def write_package(folder: Path) -> Path:
    """Copy the grader to `folder` with the small course inside, as a wheel has its own; return where to import it."""
    package = folder / "grader"
    shutil.copytree(ROOT / "grader", package, ignore=shutil.ignore_patterns("__pycache__", "_course"))
    course = package / "_course"
    for name in ("exercises", "solutions", "suites"):
        (course / name / (TOPIC if name != "solutions" else "")).mkdir(parents=True)
    shutil.copytree(ROOT / "datasets", course / "datasets", ignore=shutil.ignore_patterns("__pycache__"))
    _write(course / "solutions" / f"{TOPIC}.py", _solution())
    _write(course / "exercises" / TOPIC / "topic.toml", _topic())
    _write(course / "exercises" / TOPIC / "README.md", "# Losses\n")
    for task in TASKS:
        _write(course / "suites" / TOPIC / f"test_{task}.py", _suite(task))
        mistakes = course / "suites" / TOPIC / "mistakes" / f"{task}.py"
        _write(mistakes, (ROOT / f"tests/suites/{TOPIC}/mistakes/{task}.py").read_text())
    _write_stub(course)
    compileall.compile_dir(package, quiet=1)  # as pip does with everything that it installs
    return folder


def _write_stub(course: Path) -> None:
    from grader.course.stub import stub_text

    solution = course / "solutions" / f"{TOPIC}.py"
    _write(course / "exercises" / TOPIC / f"{TOPIC}.py", stub_text(solution.read_text(), solution))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _kept(file: Path, keep: set[str], private: bool) -> str:
    """Return a module without the public functions that are not kept; comments and blocks stay as they are."""
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if not isinstance(node, ast.FunctionDef) or node.name in keep:
            continue
        if private and node.name.startswith("_"):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        assert node.end_lineno is not None
        after = node.end_lineno
        while after < len(lines) and lines[after].startswith("    #"):  # markers, and the body of a stub between them
            after += 1
        del lines[first - 1 : after]
    return "".join(lines)


def _solution() -> str:
    return _kept(ROOT / "solutions" / f"{TOPIC}.py", set(TASKS), private=True)


def _suite(task: str) -> str:
    return _kept(ROOT / f"tests/suites/{TOPIC}/test_{task}.py", set(names_of_checks()), private=False)


def _topic() -> str:
    """Return the topic's table of tasks, cut down to four that need nothing."""
    head, *tables = (ROOT / "exercises" / TOPIC / "topic.toml").read_text(encoding="utf-8").split("[[tasks]]")
    kept = [table for table in tables if any(f'name = "{task}"\n' in table for task in TASKS)]
    assert all("needs = []" in table for table in kept)
    return head + "".join(f"[[tasks]]{table}" for table in kept)
