"""What `%grade` makes of the words behind it and of what a kernel has run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.intake.notebook_document import Cell, ModuleText
from grader.intake.notebook_module import module_of
from grader.notebook import magic
from grader.notebook.kernel import CannotGrade, as_file, cells_of, defined_in, grade_cells
from grader.notebook.magic import split_options, tasks_to_grade
from grader.report import Report
from grader.report.json import to_json

SOFTMAX = "def softmax(x, dim):\n    return x"


def cells(*sources: str) -> list[Cell]:
    return [Cell(f"In [{number}]", source, number) for number, source in enumerate(sources, 1)]


def shell(*sources: str) -> Any:
    return SimpleNamespace(history_manager=SimpleNamespace(input_hist_raw=["", *sources]))


def refusal(words: Sequence[str], *sources: str) -> str:
    with pytest.raises(CannotGrade) as problem:
        tasks_to_grade(words, cells(*sources), [])
    return str(problem.value)


def test_history_is_what_was_run_in_the_order_in_which_it_was() -> None:
    """A cell that was run again unchanged counts where it was run last."""
    found = cells_of(shell("import math", "x = 1", " ", "import math"))
    assert [(cell.label, cell.source) for cell in found] == [("In [2]", "x = 1"), ("In [4]", "import math")]
    assert cells_of(SimpleNamespace(history_manager=None)) == []  # type: ignore[arg-type]


def test_history_as_a_file_is_read_with_the_numbers_of_the_kernel() -> None:
    """A line leads back to In [3], the last run of a changed cell counts, and nothing is said about experiments."""
    text = as_file(
        cells("def softmax(x, dim):\n    return 1", "print(softmax(1, 2))", "%time\n" + SOFTMAX, "def f(:")
    )
    found = module_of(text.encode(), "losses.ipynb", ["softmax"])
    assert isinstance(found, ModuleText)
    assert found.text.strip() == SOFTMAX
    assert found.place(2) == "In [3], line 2"
    assert [note for note in found.notes if "In [4], line 1" not in note] == []


def test_defined_names_include_those_of_cells_that_are_no_python() -> None:
    """A task whose cell is broken is graded, so that its message is shown."""
    assert defined_in(cells("%time\nx = 1", "def softmax(:\n  pass", SOFTMAX)) == {"x", "softmax"}


def test_chosen_tasks_are_those_that_are_named() -> None:
    """By id, by bare name, or by topic: then those whose cells have been run."""
    given = cells(SOFTMAX, "def sigmoid(x): return x")
    assert tasks_to_grade(["losses.softmax"], given, []) == ("losses", ["losses.softmax"])
    assert tasks_to_grade(["log_softmax", "softmax"], given, []) == ("losses", ["losses.softmax"])
    assert tasks_to_grade(["losses"], given, []) == ("losses", ["losses.sigmoid", "losses.softmax"])


def test_chosen_without_a_name_is_the_last_topic_or_the_one_that_fits() -> None:
    """Most names decide where nothing was graded before."""
    given = cells(SOFTMAX, "def sigmoid(x): return x")
    assert tasks_to_grade([], given, [])[0] == "losses"
    assert tasks_to_grade([], given, ["losses"])[1] == ["losses.sigmoid", "losses.softmax"]


@pytest.mark.parametrize(
    ("words", "sources", "said"),
    [
        (["losses.softmx"], [SOFTMAX], "losses.softmax"),
        (["losses.sigmoid"], [SOFTMAX], "this kernel has not run a cell that defines sigmoid: run it first"),
        (["losses", "mlp"], [SOFTMAX], "one notebook is one topic"),
        ([], ["x = 1"], "no cell that was run defines a task: say what to grade, such as `%grade "),
    ],
)
def test_refusal_says_what_to_do(words: list[str], sources: list[str], said: str) -> None:
    """One line, without a traceback."""
    assert said in refusal(words, *sources)


class Grader:
    """Stands in for the process that grades."""

    def __init__(self, code: int, report: Report | None, said: str = "") -> None:
        self.code, self.report, self.said = code, report, said
        self.command: list[str] = []
        self.source: list[str] = []

    def __call__(self, command: list[str], cwd: str, **options: Any) -> Any:
        self.command = command
        assert options["stdin"] == subprocess.DEVNULL
        self.source = json.loads(Path(cwd, "losses.ipynb").read_text(encoding="utf-8"))["cells"][0]["source"]
        if self.report:
            Path(cwd, "report.json").write_text(to_json(self.report), encoding="utf-8")
        return SimpleNamespace(returncode=self.code, stdout="", stderr=self.said)


def test_ask_grades_in_another_process(
    report_of: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's cells go into a notebook in a folder of its own, and the report comes back as JSON."""
    grader = Grader(1, report_of())
    monkeypatch.setattr(subprocess, "run", grader)
    assert grade_cells(cells(SOFTMAX), "losses", ["losses.softmax"]) == report_of()
    assert "".join(grader.source) == SOFTMAX
    assert grader.command[3:8] == ["-P", "-m", "grader", "losses.ipynb", "--task"]


@pytest.mark.parametrize(
    ("code", "said", "shown"),
    [
        (2, "Usage: grade\nError: no such task\n", "no such task"),
        (3, "", "the grader ended without a word: try again"),
        (-9, "killed", "killed"),
    ],
)
def test_ask_says_why_there_is_no_report(
    monkeypatch: pytest.MonkeyPatch, code: int, said: str, shown: str
) -> None:
    """The last line of what the process said is what the learner reads."""
    monkeypatch.setattr(subprocess, "run", Grader(code, None, said))
    with pytest.raises(CannotGrade, match=shown):
        grade_cells(cells(SOFTMAX), "losses", ["losses.softmax"])


def test_magic_prints_a_refusal_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is raised inside the notebook."""
    magic._grade(shell("x = 1"), "losses.softmax", [])
    assert capsys.readouterr().out == "this kernel has not run a cell that defines softmax: run it first\n"


def test_magic_grades_for_the_course_folder_in_which_the_notebook_lies(
    report_of: Callable[..., Report], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What passes in a kernel is remembered as it is from the command line."""
    (tmp_path / ".torchgrade").mkdir()
    (tmp_path / "losses").mkdir()
    monkeypatch.chdir(tmp_path / "losses")
    grader = Grader(1, report_of())
    monkeypatch.setattr(subprocess, "run", grader)
    magic._grade(shell(SOFTMAX), "losses.softmax", [])
    assert grader.command[grader.command.index("--progress") + 1] == str(tmp_path.resolve())


def test_syntax_error_that_was_repaired_is_not_read_again() -> None:
    """A cell that was no Python defined nothing; it stays only as long as nothing takes its place."""
    assert [cell.label for cell in cells_of(shell("def softmax(:", SOFTMAX))] == ["In [2]"]
    assert len(cells_of(shell("def sigmoid(:", SOFTMAX))) == 2


def test_names_come_before_the_options_of_grade() -> None:
    """The seed of a report can be typed in a cell; what is no option `grade` says itself."""
    names, options = split_options("losses.softmax sigmoid --seed 7 --first -k 'of two'")
    assert (names, options) == (["losses.softmax", "sigmoid"], ["--seed", "7", "--first", "-k", "of two"])
    assert split_options("--seed 7") == ([], ["--seed", "7"])
    with pytest.raises(CannotGrade, match="No closing quotation"):
        split_options("-k 'of two")


def test_option_that_grade_has_not_is_named_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    magic._grade(shell(SOFTMAX), "losses.softmax --sed 7", [])
    assert "No such option" in capsys.readouterr().out
