"""`%load_ext grader.notebook.magic`, then `%grade losses.softmax` in a notebook.

What is graded is what this kernel has been given: the cells in the order in which they were run. A cell that was
changed and run again counts as it was run last; a change that was not run does not count, nor does the saved file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.learner import folder_above
from grader.notebook.ask import Answer, CannotGrade, ask, hint
from grader.notebook.choose import chosen, split_options
from grader.notebook.history import cells_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a kernel the magics `%grade` and `%hint`."""
    remembered: list[str] = []

    def grade(line: str) -> None:
        _grade(shell, line, remembered)

    def show_hint(line: str) -> None:
        print(hint(line.split(), folder_above(Path.cwd())))

    grade.__doc__ = (
        "Grade tasks, such as `%grade losses.softmax`, a topic, or without a name the last topic again; "
        "it takes --task, --seed, -k, --device, --sandbox and --first, as `grade` does."
    )
    show_hint.__doc__ = "Show the next hint of a task, such as `%hint losses.softmax`."
    shell.register_magic_function(show_hint, "line", "hint")  # type: ignore[arg-type]  # it is bound to the shell
    shell.register_magic_function(grade, "line", "grade")  # type: ignore[arg-type]  # it is bound to the shell


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics away."""
    for name in ("grade", "hint"):
        shell.magics_manager.magics["line"].pop(name, None)


def _grade(shell: InteractiveShell, line: str, remembered: list[str]) -> None:
    """Grade what the kernel has run in another process and show the report, or one line that says why not."""
    try:
        cells = cells_of(shell)
        words, options = split_options(line)
        topic, tasks = chosen(words, cells, remembered)
        remembered[:] = [topic]
        answer = ask(cells, topic, tasks, options, folder_above(Path.cwd()))
    except CannotGrade as problem:
        print(problem)
        return
    _show(answer)


def _show(answer: Answer) -> None:
    from IPython.display import display

    data: dict[str, Any] = {"text/html": answer.html(), "text/plain": answer.text()}
    display(data, raw=True)  # type: ignore[no-untyped-call]
