"""The pages that a learner sees, word for word and rule by rule."""

import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.render.terminal import show
from grader.report import Message, Verdict

GOLDEN = Path(__file__).parent / "golden"
LABELS = ("Checked", "Expected", "Got", "Where", "Likely", "Next")
COMMANDS = ("Next", "Open", "Grade", "Hint", "Again")  # lines to copy, which are never broken


@pytest.mark.parametrize("width", [60, 80])
def test_page_is_the_golden_one(reports, situation, width, show_report):
    """Set REWRITE_GOLDEN=1 to accept what is shown now, and read the difference before you commit it."""
    file = GOLDEN / f"{situation}_{width}.txt"
    got = show_report(reports[situation](), width)
    if "REWRITE_GOLDEN" in os.environ:
        file.write_text(got, encoding="utf-8")
    assert got == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal_or_than_100_columns(reports, situation, width, show_report):
    for line in show_report(reports[situation](), width).splitlines():
        if not line.startswith(COMMANDS):
            assert cell_len(line) <= min(width, 100)


def test_failure_has_six_lines_in_fixed_order_when_there_are_100_columns(reports, show_report):
    lines = show_report(reports["midway"](), 100).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Checked"))
    assert tuple(line.split()[0] for line in lines[start : start + 6]) == LABELS
    assert lines[start + 6].startswith("Again")


def test_long_text_of_a_submission_is_cut_to_one_line(reports, show_report):
    lines = show_report(reports["hostile"](), 100).splitlines()
    got = next(number for number, line in enumerate(lines) if line.startswith("Got"))
    assert lines[got].endswith("...")
    assert lines[got + 1].startswith("Where")


def test_sentence_of_a_known_mistake_is_never_cut(reports, show_report):
    sentence = "the sum ran over the batch: " + "each row must sum to 1, " * 8 + "and not each column"
    report = reports["midway"]()
    task = report.tasks[3]
    test = replace(task.tests[1], message=replace(task.tests[1].message, likely=sentence))
    page = show_report(replace(report, tasks=(replace(task, tests=(test,)),)), 100)
    assert " ".join(sentence.split()) in " ".join(page.split())


BROKEN = "losses.py, line 4, column 2: syntax error: '(' was never closed\n    y = f(x\n     ^\nPython cannot read it."


@pytest.mark.parametrize(
    ("got", "rows"),
    [
        (BROKEN, ["Got       " + BROKEN.split("\n")[0], *(10 * " " + row for row in BROKEN.split("\n")[1:])]),
        ("KeyError: 3\n    [bold]x[/bold] = T[3]", ["Got       KeyError: 3", f"{14 * ' '}[bold]x[/bold] = T[3]"]),
        ("three\nlines\nof text", ["Got       three lines of text"]),
        ("a\n    b\n    c\n    d", ["Got       a b c d"]),
    ],
)
def test_code_in_a_message_stands_on_lines_of_its_own(got, rows, show_report, reports):
    """One or two lines, as the judge quotes them; all other text stays on one line."""
    report = reports["midway"]()
    task = replace(report.tasks[0], verdict=Verdict.ERROR, tests=(), message=Message("Importing", got=got))
    shown = show_report(replace(report, tasks=(task,)), 100).splitlines()
    start = next(number for number, line in enumerate(shown) if line.startswith("Got"))
    assert [line.rstrip() for line in shown[start : start + len(rows)]] == rows
    assert shown[start + len(rows)].startswith(("Next", "Where"))


def test_only_the_first_failure_is_shown(reports, show_report):
    page = show_report(reports["every_verdict"](), 100)
    assert page.count("Checked") == 1
    assert "losses.fail" in page


def test_a_task_that_went_wrong_comes_before_one_that_waits(reports, show_report):
    report = reports["waiting"]()
    failed = replace(reports["midway"]().tasks[3], id="losses.nll_loss")
    page = show_report(replace(report, tasks=(*report.tasks, failed)))
    assert "Again     grade exercises/ --task losses.nll_loss" in page


def test_our_own_fault_is_shown_only_when_nothing_of_theirs_went_wrong(reports, show_report):
    incomplete, midway = reports["incomplete"](), reports["midway"]()
    both = replace(incomplete, tasks=(incomplete.tasks[1], midway.tasks[3]))
    assert "--task cnn.BatchNorm2d" in show_report(both)


def test_incomplete_grading_says_whose_fault_it_is_and_offers_no_hint(reports, show_report):
    page = show_report(reports["incomplete"]())
    assert "Fault     losses.softmax: the worker did not start, twice" in page
    assert "grader's own fault" in page
    assert "grade hint" not in page


def test_untouched_stubs_get_a_first_task_with_its_place_and_its_command(reports, show_report):
    page = show_report(reports["untouched"]())
    assert page.startswith("Nothing attempted yet.  0 of 8 points")
    assert "exercises/tensors/tensors.py:14" in page
    assert "grade exercises/ --task tensors.flatten_images" in page
    assert "grade hint tensors.flatten_images" in page
    assert "fail" not in page


def test_next_command_repeats_what_was_typed(reports, show_report):
    page = show_report(reports["midway"](), paths="'my work' extra.py")
    assert "Again     grade 'my work' extra.py --task cnn.BatchNorm2d" in page


def test_next_command_quotes_a_path_with_spaces(reports, show_report):
    page = show_report(replace(reports["midway"](), submission="my work; rm"))
    assert "grade 'my work; rm' --task" in page


def test_failure_without_a_next_step_gets_the_hint(reports, show_report):
    report = reports["midway"]()
    task = report.tasks[3]
    test = replace(task.tests[1], message=Message("a value"))
    page = show_report(replace(report, tasks=(replace(task, tests=(test,)),)))
    assert "Next      grade hint cnn.BatchNorm2d" in page
    assert "Expected" not in page


def test_traceback_is_cut_to_its_last_lines(reports, show_report):
    report = reports["error"]()
    task = report.tasks[1]
    long = "\n".join(f"losses.py:{number}, in again" for number in range(500))
    test = replace(task.tests[1], traceback=long)
    page = show_report(replace(report, tasks=(replace(task, tests=(test,)),)))
    assert "losses.py:499" in page
    assert page.count("in again") == 12


def test_first_lines_of_what_was_printed_stand_below_the_failure(reports, show_report):
    """They are marked, and a long one is wrapped behind its mark."""
    report = reports["midway"]()
    task = report.tasks[3]
    test = replace(task.tests[1], printed="\n".join(["a long line " * 12, *(f"step {n}" for n in range(20))]))
    page = show_report(replace(report, tasks=(replace(task, tests=(test,)),)))
    theirs = page.partition("Your code printed\n")[2].splitlines()
    assert theirs[2:4] == ["  | step 0", "  | step 1"]
    assert theirs[1].startswith("  | ") and theirs[1].endswith("long line")
    assert "  | ... 11 more lines" in theirs and "step 9" not in page


def test_failing_call_is_written_whole_where_it_is_asked_for(reports, show_report):
    report = reports["midway"]()
    task = report.tasks[3]
    code = "from cnn import BatchNorm2d\n\n" + "x = " + "1.5," * 60 + "\nprint(x)"
    test = replace(task.tests[1], repeat=code)
    report = replace(report, tasks=(replace(task, tests=(test,)),))
    assert "import" not in show_report(report)
    assert code in show_report(report, repeat=True)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_mark_and_a_word(verdict, reports, show_report):
    report = reports["every_verdict"]()
    page = show_report(report)
    assert verdict.value.replace("_", " ") in page


def test_hostile_text_cannot_write_to_the_terminal(reports, show_report):
    page = show_report(reports["hostile"]())
    assert not set(page) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert "[bold]all passed[/bold]" in page
    assert page.encode("utf-8")


def test_terminal_gets_colour(reports):
    file = StringIO()
    show(
        reports["midway"](),
        Console(file=file, width=80, force_terminal=True, color_system="standard", _environ={}),
    )
    assert "\x1b[31m" in file.getvalue()


def test_no_color_is_honoured(reports):
    file = StringIO()
    environment = {"NO_COLOR": "1"}
    show(reports["midway"](), Console(file=file, width=80, force_terminal=True, _environ=environment))
    assert "\x1b[31m" not in file.getvalue()


def test_title_is_not_said_twice_when_what_was_checked_begins_with_it(reports, show_report):
    report = reports["midway"]()
    task = report.tasks[3]
    message = Message("The running variance moves: variance of channel 0")
    test = replace(task.tests[1], message=message)
    page = show_report(replace(report, tasks=(replace(task, tests=(test,)),)))
    assert page.count("The running variance moves") == 1


def test_message_of_an_exception_is_read_to_its_end(reports, show_report):
    report = reports["error"]()
    task = report.tasks[1]
    test = replace(
        task.tests[1], traceback="losses.py, line 3, in f\nRuntimeError: " + "a word " * 25 + "and the end"
    )
    page = show_report(replace(report, tasks=(replace(task, tests=(test,)),)), 60)
    assert "and the end" in page
