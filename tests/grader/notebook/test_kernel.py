"""A notebook of a topic in a real kernel, graded for real, with `%grade` and as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from grader.course import Course
from grader.intake.notebook_writing import notebook_from, notebook_of
from grader.judge.grading import grade_submission
from grader.report import Verdict

TASKS = ("sigmoid", "entropy")


class ThisInterpreter(AsyncKernelManager):
    """A kernel of the Python that runs the tests; none has to be installed under a name."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="this interpreter", language="python")


@pytest.fixture
def half_solved(course: Course) -> NotebookNode:
    """The notebook of losses cut to two tasks: sigmoid is solved, entropy is wrong, and the rest is tried out."""
    notebook = nbformat.reads(notebook_of(course, "losses"), as_version=4)
    solution = course.solution_file("losses").read_text(encoding="utf-8")
    reference = nbformat.reads(notebook_from(solution, course.topic("losses")), as_version=4)
    solved = {cell.id: cell.source for cell in reference.cells}
    wanted = {"load", "head", "check-all", *(f"task-{task}" for task in TASKS)}
    notebook.cells = [cell for cell in notebook.cells if cell.id in wanted]
    for cell in notebook.cells:
        if cell.id == "task-sigmoid":
            helpers = "\n\n\n".join(source for name, source in solved.items() if name.startswith("between"))
            cell.source = f"{helpers}\n\n\n{solved[cell.id]}\nprint(sigmoid(torch.zeros(1)))"
        elif cell.id == "task-entropy":
            cell.source = "def entropy(p: Tensor, dim: int = 1) -> Tensor:\n    return p.summ(dim)"
    return notebook


def test_magic_grades_what_a_kernel_has_run(half_solved: NotebookNode, tmp_path: Path) -> None:
    """The check shows both tasks: one passes, the first failure of the other names cell and line."""
    NotebookClient(half_solved, timeout=110, kernel_manager_class=ThisInterpreter).execute(cwd=str(tmp_path))
    (output,) = half_solved.cells[-1].outputs
    assert output.output_type == "display_data", output
    text = output.data["text/plain"]
    assert "2 tasks: 1 pass, 1 error" in text
    assert "losses.ipynb, In [4], line 2, in entropy" in text
    assert "Again     %grade losses.entropy" in text
    assert output.data["text/html"].startswith("<p><b>2 of 4 points</b>, 2 tasks: 1 pass, 1 error</p>")
    assert list(tmp_path.iterdir()) == []


def test_notebook_is_graded_as_a_file(half_solved: NotebookNode, tmp_path: Path) -> None:
    """The same judge grades it; what fails is found by cell and line, and experiments are left out."""
    (tmp_path / "losses.ipynb").write_text(nbformat.writes(half_solved), encoding="utf-8")
    report = grade_submission([tmp_path / "losses.ipynb"], tasks=[f"losses.{task}" for task in TASKS], jobs=1)
    sigmoid, entropy = report.tasks
    assert sigmoid.verdict is Verdict.PASS
    assert entropy.verdict is Verdict.ERROR
    assert entropy.first_failure is not None
    assert "losses.ipynb, cell 4, line 2, in entropy" in (entropy.first_failure.traceback or "")
    assert [note for note in report.notes if note.startswith("losses.ipynb: what no task needs")]
