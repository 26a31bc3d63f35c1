"""Hand-made reports in the situations that a learner meets."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from grader.render.terminal import show
from grader.report import (
    Curve,
    Environment,
    Message,
    Passage,
    Path,
    Report,
    ShapeRow,
    ShapeTable,
    TaskReport,
    TestReport,
    Verdict,
)

ENVIRONMENT = Environment(
    torchgrade="0.1.0",
    python="3.11.7",
    torch="2.13.0+cpu",
    platform="Linux x86_64",
    device="simulated accelerator",
    sandbox="forked",
    layers=("landlock", "limits"),
    missing_layers=("seccomp",),
    course_digest="0f" * 32,
)

FAILURE = Message(
    checked="running variance after one update from 1, momentum 0.1",
    expected="0.988707 in channel 0",
    got="0.977619 (off by 1.1e-02, allowed 1.0e-09; 3 of 3 channels differ)",
    where="x (2, 3, 2, 2) float64",
    likely="divided by N*H*W; the running statistic divides by N*H*W - 1",
    mistake="biased_running_var",
    next="grade hint cnn.BatchNorm2d",
)

TRACEBACK = """\
losses.py:41, in cross_entropy
    return -log_softmax(scores)[labels]
losses.py:17, in log_softmax
    return x - log_sum_exp(x, dim)
NameError: name 'dim' is not defined
"""

HOSTILE = "\x1b[2J[bold]all passed[/bold]\u202e \x07\x9b31m \ud800 line\nbreak"


def test_of(verdict, name="test_softmax_rows_sum_to_one", **more):
    title = more.pop("title", "Every row of probabilities sums to 1.")
    return TestReport(name, title, verdict, more.pop("visible", False), more.pop("weight", 1.0), 0.14, **more)


def task_of(verdict, name, points, most, tests=(), message=None, title="A task of the course"):
    return TaskReport(name, title, verdict, points, most, tuple(tests), message)


def untouched_task(name, most, line, title="A task of the course"):
    where = f"exercises/{name.split('.')[0]}/{name.split('.')[0]}.py:{line}"
    return task_of(
        Verdict.NOT_ATTEMPTED, name, 0.0, most, message=Message(f"{name} is a stub", where=where), title=title
    )


def report_of(*tasks, **more):
    return Report("exercises/", 1187, more.pop("environment", ENVIRONMENT), tasks, 1.93, **more)


def passing(name, most, title="A task of the course"):
    tests = [test_of(Verdict.PASS, f"test_{number}") for number in range(3)]
    return task_of(Verdict.PASS, name, most, most, tests, title=title)


def failing(name="cnn.BatchNorm2d", message=FAILURE, verdict=Verdict.FAIL, **more):
    tests = [
        test_of(Verdict.PASS, "test_BatchNorm2d_shape"),
        test_of(
            verdict,
            "test_BatchNorm2d_running_variance",
            message=message,
            title="The running variance moves.",
            **more,
        ),
        test_of(Verdict.FAIL, "test_BatchNorm2d_gradient", message=FAILURE),
    ]
    return task_of(verdict, name, 1 / 3 * 2, 2.0, tests, title="Batch normalisation of images")


def untouched_report():
    return report_of(
        untouched_task("tensors.flatten_images", 1.0, 14, "Flatten images into feature vectors"),
        untouched_task("tensors.one_hot", 2.0, 61, "Labels into one-hot rows"),
        untouched_task("losses.softmax", 2.0, 9, "Scores into probabilities"),
        untouched_task("losses.cross_entropy", 3.0, 40, "Cross-entropy from scores"),
    )


def midway_report():
    return report_of(
        passing("tensors.flatten_images", 1.0),
        passing("tensors.one_hot", 2.0),
        passing("losses.softmax", 2.0, "Scores into probabilities"),
        failing("cnn.BatchNorm2d"),
        task_of(
            Verdict.SKIPPED,
            "cnn.LeNet",
            0.0,
            3.0,
            message=Message("needs cnn.BatchNorm2d"),
            title="A small network",
        ),
        untouched_task(
            "cnn.hessian_vector_product",
            3.0,
            88,
            "A long name, and a title that is longer than the room there is",
        ),
        untouched_task("rnn.elman", 3.0, 4),
        untouched_task("rnn.gru", 3.0, 50),
        notes=("conftest.py is not part of a submission and was ignored",),
    )


def error_report():
    message = Message(
        "cross_entropy(scores, labels)",
        expected="a result",
        got="NameError: name 'dim' is not defined",
        where="losses.py:17",
    )
    return report_of(
        passing("losses.softmax", 2.0, "Scores into probabilities"),
        failing("losses.cross_entropy", message, Verdict.ERROR, traceback=TRACEBACK),
    )


def broken_file_report():
    message = Message(
        "losses.py is Python",
        expected="a file that can be parsed",
        got="invalid syntax: expected ':'",
        where="exercises/losses/losses.py:12",
        next="correct line 12 of losses.py",
    )
    return report_of(
        task_of(
            Verdict.ERROR, "losses.softmax", 0.0, 2.0, message=message, title="Scores into probabilities"
        ),
        task_of(
            Verdict.ERROR,
            "losses.cross_entropy",
            0.0,
            3.0,
            message=message,
            title="Cross-entropy from scores",
        ),
    )


def passed_report():
    return report_of(
        passing("tensors.one_hot", 2.0, "Labels into one-hot rows"),
        passing("losses.softmax", 2.0, "Scores into probabilities"),
    )


def waiting_report():
    return report_of(
        passing("losses.softmax", 2.0, "Scores into probabilities"),
        untouched_task("losses.cross_entropy", 3.0, 40, "Cross-entropy from scores"),
    )


def incomplete_report():
    broken = task_of(
        Verdict.INTERNAL,
        "losses.softmax",
        0.0,
        2.0,
        [test_of(Verdict.INTERNAL, message=Message("softmax", got="the worker did not start"))],
    )
    return report_of(
        passing("losses.cross_entropy", 3.0),
        broken,
        incomplete="losses.softmax: the worker did not start, twice",
    )


def hostile_report():
    message = Message(
        HOSTILE, expected=HOSTILE, got=HOSTILE * 9, where=HOSTILE, likely=HOSTILE, mistake=HOSTILE
    )
    curve = Curve(HOSTILE * 9, (1e30, None, -1e30), (1.0, 1.0), 3, 1.0)
    test = test_of(
        Verdict.FAIL,
        HOSTILE,
        message=message,
        title=HOSTILE,
        traceback=HOSTILE,
        printed=HOSTILE,
        repeat=HOSTILE,
        curves=(curve, Curve(HOSTILE, (), (), 0, 0.0)),
        paths=(Path(HOSTILE * 9, (None, (1e30, 1e30)), ()),),
    )
    return report_of(
        task_of(Verdict.FAIL, "losses.softmax", 0.0, 2.0, [test], title=HOSTILE),
        notes=(HOSTILE,),
        incomplete=HOSTILE,
    )


def drawn_report():
    """A training that went wrong: the loss rises again, and the way leaves the valley."""
    steps = range(60)
    reference = tuple(2.3 * 0.93**step for step in steps)
    theirs = tuple(2.3 * 0.93**step if step < 20 else 0.1 * step - 1.4 for step in steps)
    curve = Curve("training loss", (*theirs[:40], None, *theirs[41:]), reference, 600, 0.98)
    short = Curve("learning rate", (2.3, None, 1.5e-05), (2.3, 2.0, 1.5e-05), 3, 0.0)
    valley = tuple((-2.0 + 0.2 * step, 0.3 * (2.0 - 0.2 * step) ** 2) for step in range(11))
    theirs_too = (*valley[:5], None, (1.0, -2.0), (9.0, 40.0))
    way = Path("steps in the valley", theirs_too, valley)
    task = failing("training.fit", curves=(curve, short), paths=(way,))
    return report_of(task)


def network_report():
    """A network whose second convolution pads too much; it has hostile names, and more parts than there is room for."""
    equal, same = Passage.EQUAL, ((2, 3, 4, 6),)
    rows = [ShapeRow(f"stem.{i}", "Conv2d", same, same, equal) for i in range(20)]
    rows += [
        ShapeRow("act", "ReLU", same, None, Passage.EXTRA),
        ShapeRow("layer1.0.conv2", "Conv2d", ((2, 4, 6, 8),), ((2, 4, 4, 6),), Passage.DIFFERS),
        ShapeRow(HOSTILE * 3, HOSTILE, ((1,) * 8,) * 3, ((2,) * 8,), Passage.NOT_COMPARED),
        ShapeRow("lstm", "LSTM", ((5, 2, 3), (1, 2, 3), (1, 2, 3)), ((5, 2, 3), (1, 2, 3), (1, 2, 3)), equal),
        ShapeRow("fc", "Linear", None, ((2, 5),), Passage.NOT_REACHED),
    ]
    sentence = (
        "layer1.0.conv2 (Conv2d) is the first that differs: what goes in agrees, what comes out does not"
    )
    table = ShapeTable("on the way of x (2, 1, 6, 8)", tuple(rows), 7, sentence)
    return report_of(failing("resnet.ResNet", tables=(table,)))


def drawn_and_passed_report():
    """Two tests of one task that passed, each with a curve."""
    curve = Curve("training loss", (2.0, 1.0, 0.5), (2.0, 1.1, 0.4), 3, 0.0)
    tests = [test_of(Verdict.PASS, f"test_fit_{number}", curves=(curve,)) for number in range(2)]
    return report_of(task_of(Verdict.PASS, "training.fit", 2.0, 2.0, tests))


def every_verdict_report():
    other = [verdict for verdict in Verdict if verdict is not Verdict.PASS]
    tasks = [
        task_of(verdict, f"losses.{verdict.value}", 0.0, 1.0, [test_of(verdict, message=FAILURE)])
        for verdict in other
        if verdict is not Verdict.RIGHT
    ]
    return report_of(passing("losses.softmax", 2.0), right("losses.right", 1.0), *tasks)


def right(name, most):
    """A task that is right, with one of its two details open."""
    message = replace(FAILURE, checked="x, the random state and the modes stay as they were")
    title = f"{message.checked}."
    details = [
        test_of(Verdict.PASS, "test_softmax_refuses", detail=True, weight=0.125),
        test_of(Verdict.FAIL, "test_softmax_has_manners", title=title, message=message, detail=True),
    ]
    return task_of(Verdict.RIGHT, name, most - 0.1, most, [test_of(Verdict.PASS), *details])


def right_report():
    return report_of(passing("losses.softmax", 2.0), right("losses.entropy", 1.0), right("mlp.relu", 2.0))


SITUATIONS = {
    "untouched": untouched_report,
    "midway": midway_report,
    "error": error_report,
    "broken_file": broken_file_report,
    "passed": passed_report,
    "waiting": waiting_report,
    "incomplete": incomplete_report,
    "hostile": hostile_report,
    "every_verdict": every_verdict_report,
    "right": right_report,
    "drawn": drawn_report,
    "drawn_and_passed": drawn_and_passed_report,
    "network": network_report,
}


@pytest.fixture
def reports():
    """A function for each situation, which returns its report."""
    return SITUATIONS


@pytest.fixture(params=SITUATIONS)
def situation(request):
    """The name of each situation in turn."""
    return request.param


@pytest.fixture
def show_report():
    """What the terminal shows of a report, without colour and without the padding of tables."""

    def shown(report, width=80, **options):
        file = StringIO()
        show(report, Console(file=file, width=width, color_system=None, markup=False, emoji=False), **options)
        return "".join(line.rstrip() + "\n" for line in file.getvalue().split("\n")[:-1])

    return shown
