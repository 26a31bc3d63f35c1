"""A topic's file that imports the learner's other topics, graded as a learner would."""

from __future__ import annotations

import sys
import types
from io import StringIO

import pytest
from rich.console import Console

from grader.judge.grading import grade_submission
from grader.render.terminal import show
from grader.report import Verdict

SIGMOID = "import torch\ndef sigmoid(x):\n    return 1 / (1 + torch.exp(-x))\n"
ACTIVATION = (
    "from typing import NamedTuple\nfrom torch import Tensor\n"
    "class Activation(NamedTuple):\n    value: Tensor\n    derivative: Tensor\n"
)
BY_OWN = "def sigmoid(x):\n    return Activation(own(x), own(x) * (1 - own(x)))\n"
MLP = f"{ACTIVATION}from losses import sigmoid as own\n{BY_OWN}"
VALUES = "three_numbers or log_odds"  # of the tests


def graded(folder, tasks=("mlp.sigmoid",), sandbox="none", keyword=VALUES, **files):
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    report = grade_submission([folder], tasks=tasks, seed=1, sandbox=sandbox, keyword=keyword, jobs=1)
    return report.tasks[0]


def test_function_of_another_topic_is_the_learners_own(tmp_path):
    assert graded(tmp_path, losses=SIGMOID, mlp=MLP).verdict is Verdict.PASS


def test_functions_are_imported_in_a_sandbox_too(tmp_path):
    assert graded(tmp_path, sandbox="auto", losses=SIGMOID, mlp=MLP).verdict is Verdict.PASS


def test_file_that_is_graded_alone_imports_what_lies_beside_it(tmp_path):
    """As Python does; what lies there is not graded, and nothing else of the folder is read."""
    for name, text in {"losses": SIGMOID, "mlp": MLP, "tensors": "not python"}.items():
        (tmp_path / f"{name}.py").write_text(text)
    report = grade_submission([tmp_path / "mlp.py"], seed=1, sandbox="none", keyword=VALUES, jobs=1)
    verdicts = {task.id: task.verdict for task in report.tasks}
    assert verdicts["mlp.sigmoid"] is Verdict.PASS
    assert {task_id.partition(".")[0] for task_id in verdicts} == {"mlp"}


def test_missing_topic_is_named(tmp_path):
    task = graded(tmp_path, mlp=MLP)
    assert task.verdict is Verdict.ERROR
    assert task.message.got == "an import of losses, and there is no losses.py in the submission"
    assert task.message.next == "hand in losses.py too, or remove the import"


def test_imported_file_that_is_no_python_is_named(tmp_path):
    task = graded(tmp_path, mlp=MLP, losses="def sigmoid(x:\n")
    assert task.verdict is Verdict.ERROR
    assert "losses.py" in task.message.got
    assert task.message.next == "mend losses.py"


def test_imported_file_that_fails_is_named_with_its_line(tmp_path):
    task = graded(tmp_path, mlp=MLP, losses="x = 1\ny = x / 0\n")
    assert task.verdict is Verdict.ERROR
    assert "ZeroDivisionError: division by zero (losses.py, line 2)" in task.message.got
    assert task.message.next == "mend losses.py"


def test_circle_of_imports_is_told(tmp_path):
    task = graded(tmp_path, mlp=MLP, losses="from mlp import sigmoid as theirs\ndef sigmoid(x): return theirs(x)[0]\n")
    assert task.verdict is Verdict.ERROR
    assert "circular import" in task.message.got
    assert task.message.next == "break the circle mlp imports losses imports mlp: put what both need into one of them"


def test_failure_in_another_topic_comes_with_its_file_and_line(tmp_path):
    task = graded(tmp_path, mlp=MLP, losses="def sigmoid(x):\n    return x.nothing\n")
    assert "(losses.py, line 2)" in task.first_failure.message.got
    assert task.first_failure.traceback.splitlines()[-3] == "losses.py, line 2, in sigmoid"


def test_unwritten_part_of_another_topic_is_named(tmp_path):
    (tmp_path / "mlp.py").write_text(MLP)
    (tmp_path / "losses.py").write_text("def sigmoid(x):\n    raise NotImplementedError\n")
    report = grade_submission([tmp_path], tasks=("mlp.sigmoid",), seed=1, sandbox="none", keyword=VALUES, jobs=1)
    assert report.tasks[0].verdict is Verdict.SKIPPED
    console = Console(file=StringIO(), width=100, markup=False)
    show(report, console)
    page = console.file.getvalue()
    assert "losses.sigmoid is still to be written, and this task builds on it" in page
    assert "grade hint losses.sigmoid" in page
    assert "Nothing attempted" not in page


@pytest.mark.parametrize("sandbox", ["none", "auto"])
def test_each_test_meets_other_topics_freshly_executed(tmp_path, sandbox):
    """A count that another topic keeps would reach two in the second test."""
    counting = f"{SIGMOID}seen = []\ndef count():\n    seen.append(1)\n    return len(seen)\n"
    asking = MLP.replace("    return", "    import losses\n    assert losses.count() == 1\n    return")
    task = graded(tmp_path, sandbox=sandbox, keyword="three_numbers or wide_range", mlp=asking, losses=counting)
    assert task.verdict is Verdict.PASS
    assert len(task.tests) > 2


def test_submission_that_patches_another_topic_gains_nothing_there(tmp_path):
    """Each topic is judged by executing its own file; what another does to it is gone by then."""
    wrong = "def sigmoid(x): return x\n"
    patching = f"{SIGMOID}import losses\nlosses.sigmoid = sigmoid\n"
    task = graded(tmp_path, tasks=("losses.sigmoid", "mlp.sigmoid"), losses=wrong, mlp=patching)
    assert task.id == "losses.sigmoid"
    assert task.points == 0


def test_forbidden_function_is_found_in_another_topic(tmp_path):
    (tmp_path / "losses.py").write_text("import torch\ndef mine(x): return torch.sigmoid(x)\n")
    (tmp_path / "mlp.py").write_text(
        f"{ACTIVATION}from losses import mine as own\n{BY_OWN}"
    )
    report = grade_submission([tmp_path], tasks=("mlp.sigmoid",), seed=1, sandbox="none", jobs=1)
    task = report.tasks[0]
    assert task.verdict is Verdict.FORBIDDEN
    assert "torch.sigmoid (losses.py, line 2)" in str(task.first_failure.message)


def test_part_of_a_folder_imports_from_the_rest(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "losses.py").write_text(SIGMOID)
    (tmp_path / "mlp.py").write_text(MLP)
    report = grade_submission(
        [tmp_path / "mlp.py"], tasks=("mlp.sigmoid",), seed=1, sandbox="none", keyword=VALUES, jobs=1,
        folder=tmp_path,
    )  # fmt: skip
    assert report.tasks[0].verdict is Verdict.PASS


def test_module_of_the_same_name_that_is_there_already_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlp", types.ModuleType("mlp"))
    assert graded(tmp_path, losses=SIGMOID, mlp=MLP).verdict is Verdict.PASS
