"""The command `grade` itself: its parts, and its exit codes.

0 everything passes, 1 something does not, 2 the call was wrong, 3 the fault is ours.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from grader import __version__
from grader.cli import classroom, folder, handout, installation, maintain, submission, tasks, watch
from grader.cli.group import DEFAULT, GradeGroup
from grader.cli.shared import FAILED, OURS, STOPPED
from grader.process.speedups import put_off

GARBAGE_THRESHOLDS = (50_000, 20, 20)  # looking for cycles while torch is imported takes a fifth of a second


@click.group(cls=GradeGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="torchgrade")
def cli() -> None:
    """Grade the PyTorch course: a folder or file of solved exercises, against hidden tests.

    `grade .` grades your course folder, `grade exercises/` a folder of the course.
    """


cli.add_command(submission.path_command, DEFAULT)
cli.add_sections(
    {
        "learners": (
            folder.init_command,
            tasks.next_command,
            tasks.lesson_command,
            watch.command,
            tasks.list_command,
            tasks.hint_command,
            folder.reset_command,
            tasks.explain_command,
            tasks.solution_command,
            submission.report_command,
            installation.data_command,
            installation.doctor_command,
        ),
        "instructors": (
            classroom.class_command,
            classroom.adjust_command,
            classroom.similar_command,
            handout.export_command,
            handout.release_command,
        ),
        "authors": (maintain.verify_command, maintain.stubs_command),
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `grade` and return its exit code."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    put_off()  # a third of the time that importing torch takes, for the commands that do
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # an ASCII terminal shows what it can
    try:
        code = cli.main(args=arguments, prog_name="grade", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        return STOPPED
    except BrokenPipeError:
        return _reader_left()
    except Exception as problem:
        import traceback

        traceback.print_exception(problem, file=sys.stderr)
        click.echo(
            "This is a fault of the grader, not of the submission. Please report the lines above.", err=True
        )
        return OURS
    return int(code or 0)


def _reader_left() -> int:
    """Whoever read our output has gone, as `head` does; say nothing more, and exit as click does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
