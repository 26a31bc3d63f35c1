"""A class made by hand: 40 students with names in three scripts, every outcome, and every kind of drawing."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grader.classroom.records import (
    Adjustment,
    Attempt,
    ClassResult,
    HandIn,
    Outcome,
    Standing,
    Student,
    TaskColumn,
)
from grader.report import (
    Curve,
    Environment,
    Message,
    Passage,
    Path,
    Picture,
    PictureKind,
    Report,
    ShapeRow,
    ShapeTable,
    Surface,
    TaskReport,
    TestReport,
    Verdict,
)

NAMES = """Amélie Laurent, Björn Ødegård, Chloé Dubois, Dário Simões, Élodie Petit, Fatma Yıldız, Grzegorz Żak,
Håkon Lie, Inês Prata, Jürgen Weiß, Kateřina Dvořáková, Łucja Wójcik, Maximilian-Alexander von Hohenfels-Waldburg,
Noémie Roux, Øystein Berg, Paula Nkemelu, Quentin Moreau, Réka Szabó, Siobhán O’Neill, Þóra Jónsdóttir,
王小明, 李静, 张伟, 刘洋, 陈思远, 杨柳, 赵一诺, 黄海, 周建国, 欧阳文静,
أحمد المصري, فاطمة الزهراء, يوسف حداد, ليلى منصور, خالد بن الوليد, مريم عبد الله, عمر الخطيب,
نور الدين, سارة قاسم, زينب الحسن"""
STUDENTS = [name.strip() for name in NAMES.replace("\n", " ").split(",")]
TOPICS = {
    "tensors": ("flatten_images", "one_hot", "matmul", "vector_norms"),
    "losses": ("softmax", "log_softmax", "cross_entropy", "focal_loss"),
    "optimizers": ("gradient_descent", "SGD", "Adam", "ExponentialMovingAverage"),
    "cnn": ("conv2d", "BatchNorm2d", "LeNet", "train_cnn"),
    "rnn": ("elman", "GRUCell", "train_char_rnn"),
}
LIKELY = {
    "softmax": (
        "softmax_over_batch",
        "the softmax ran over the batch: each row must sum to 1, not each column",
    ),
    "BatchNorm2d": ("biased_running_var", "divided by N*H*W; the running statistic divides by N*H*W - 1"),
    "SGD": ("dampened_momentum", "the gradient was damped by 1 - momentum; torch's SGD adds it whole"),
}
ENVIRONMENT = Environment(
    *("0.1.0", "3.11.7", "2.13.0+cpu", "Linux x86_64", "simulated accelerator", "forked"),
    ("landlock",), ("seccomp",), "0f" * 32,
)  # fmt: skip
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TRACEBACK = "losses.py, line 41, in helper\n    return -log_p[dim]\nNameError: name 'dim' is not defined"
EVIL = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{7*7}}"
    "\u202edrow\u200b\x1b[2J\x00\ud800 &lt;b&gt;"
)


def curve_of(wrong: bool) -> Curve:
    reference = tuple(2.3 * 0.93**step for step in range(60))
    theirs = tuple(value if step < 20 or not wrong else 0.06 * step for step, value in enumerate(reference))
    return Curve("training loss by step", (*theirs[:40], None, *theirs[41:]), reference, 600, 0.98)


def path_of() -> Path:
    def descend(rate: float) -> tuple[tuple[float, float], ...]:
        return tuple((2.6 * (1 - rate) ** k + 1, 1.9 * (1 - 4 * rate) ** k + 1) for k in range(25))

    sides = [-1 + 0.2 * k for k in range(25)]
    heights = tuple(tuple((x - 1) ** 2 / 2 + 2 * (y - 1) ** 2 for x in sides) for y in sides)
    surface = Surface((sides[0], sides[-1]), (sides[0], sides[-1]), heights)
    return Path("descent with lr = 1.9 / L", descend(0.475), descend(0.3), surface)


def table_of() -> ShapeTable:
    rows = [
        ShapeRow(f"stem.{i}", "Conv2d", ((2, 3, 4, 6),), ((2, 3, 4, 6),), Passage.EQUAL) for i in range(4)
    ]
    rows.append(ShapeRow("layer1.0.conv2", "Conv2d", ((2, 4, 6, 8),), ((2, 4, 4, 6),), Passage.DIFFERS))
    rows.append(ShapeRow("fc", "Linear", None, ((2, 10),), Passage.NOT_REACHED))
    return ShapeTable(
        "on the way of x (2, 3, 8, 8)", tuple(rows), 3, "layer1.0.conv2 (Conv2d) is the first that differs"
    )


def pictures_of() -> tuple[Picture, ...]:
    rng = random.Random(3)
    digits = tuple(map(str, range(10)))
    counts = tuple(tuple(float(rng.randint(0, 4) if i != j else 80) for j in range(10)) for i in range(10))
    image = tuple(
        tuple(max(0.0, 1 - abs(math.hypot(x - 6, y - 6) - 4) / 1.5) for x in range(13)) for y in range(13)
    )
    kernel = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
    states = tuple(tuple(math.sin((u + 1) * t / 6) for t in range(24)) for u in range(16))
    return (
        Picture(
            "Digits",
            PictureKind.CONFUSION,
            (counts,),
            rows=digits,
            columns=digits,
            caption="4 is taken for 9.",
        ),
        Picture("Misread", PictureKind.IMAGES, (image,) * 6, panels=("a 0, taken for a 6",) * 6),
        Picture("First layer", PictureKind.FILTERS, (kernel, tuple(zip(*kernel, strict=True)))),
        Picture("Hidden states", PictureKind.STATES, (states,), columns=tuple("hello hello hello hello ")),
    )


def test_of(task: str, number: int, verdict: Verdict) -> TestReport:
    title = f"Rule {number} of {task} holds for any batch."
    if verdict is Verdict.PASS:
        return TestReport(f"test_{task}_{number}", title, verdict, number == 1, 1.0, 0.02)
    mistake, likely = LIKELY.get(task, (None, None)) if verdict is Verdict.FAIL else (None, None)
    message = Message(
        f"{title.rstrip('.')}: entry [2, 1]", "0.988707 in channel 0", "0.977619 (off by 1.1e-02, allowed 1.0e-09)",
        "x (2, 3, 2, 2) float64", likely, mistake, f"grade hint {task}",
    )  # fmt: skip
    traceback = TRACEBACK if verdict is Verdict.ERROR else None
    return TestReport(f"test_{task}_{number}", title, verdict, number == 1, 1.0, 0.1, message, traceback)


def drawn(test: TestReport, task: str) -> TestReport:
    wrong = test.verdict is not Verdict.PASS
    if task in ("train_cnn", "train_char_rnn"):
        pictures = pictures_of()
        chosen = pictures[:3] if task == "train_cnn" else pictures[3:]
        return replace(test, curves=(curve_of(wrong),), pictures=chosen)
    if task in ("gradient_descent", "SGD", "Adam"):
        return replace(test, paths=(path_of(),))
    return replace(test, tables=(table_of(),)) if task == "LeNet" and wrong else test


def task_of(topic: str, name: str, verdict: Verdict) -> TaskReport:
    task, title, points = f"{topic}.{name}", f"The title of {name}", 2.0
    if verdict is Verdict.SKIPPED:
        said = Message(title, got="cnn.BatchNorm2d has not passed, and this task builds on it")
        return TaskReport(task, title, verdict, 0.0, points, (), said)
    failing = Verdict.PASS if verdict is Verdict.PASS else verdict
    tests = [test_of(name, 1, Verdict.PASS), test_of(name, 2, failing), test_of(name, 3, Verdict.PASS)]
    if verdict is Verdict.NOT_ATTEMPTED:
        tests = [test_of(name, number, verdict) for number in (1, 2, 3)]
    earned = {Verdict.PASS: points, Verdict.FAIL: 1.33, Verdict.ERROR: 1.33, Verdict.TIMEOUT: 0.67}.get(
        verdict, 0.0
    )
    return TaskReport(task, title, verdict, earned, points, (*tests[:1], drawn(tests[1], name), tests[2]))


def report_with(rng: random.Random, skill: float) -> Report:
    others = [Verdict.FAIL] * 6 + [Verdict.ERROR] * 2 + [Verdict.NOT_ATTEMPTED] * 3 + [Verdict.TIMEOUT]
    tasks = []
    for hard, (topic, names) in enumerate(TOPICS.items()):
        for name in names:
            verdict = Verdict.PASS if rng.random() < skill - 0.08 * hard else rng.choice(others)
            tasks.append(task_of(topic, name, verdict))
    verdicts = {task.id: task.verdict for task in tasks}
    if verdicts["cnn.BatchNorm2d"] is not Verdict.PASS and verdicts["cnn.LeNet"] is Verdict.FAIL:
        tasks = [
            task_of("cnn", "LeNet", Verdict.SKIPPED) if task.id == "cnn.LeNet" else task for task in tasks
        ]
    return Report("upload.zip", 1187, ENVIRONMENT, tuple(tasks), 12.5 + 60 * (skill > 0.985))


def standing_of(number: int, name: str, rng: random.Random) -> Standing:
    student = Student(f"s{1000 + number}", name, f"s{number}@example.org")
    most = 2.0 * sum(map(len, TOPICS.values()))
    outcome = {
        4: Outcome.MISSING,
        23: Outcome.MISSING,
        9: Outcome.UNREADABLE,
        31: Outcome.INCOMPLETE,
        39: Outcome.UNKNOWN,
    }
    which = outcome.get(number, Outcome.GRADED)
    reasons = {
        Outcome.MISSING: "nothing was handed in",
        Outcome.UNREADABLE: "losses.py is not text: it begins with the bytes of a PDF file; ask for the Python file",
        Outcome.INCOMPLETE: "cnn.conv2d: the worker did not start, twice",
        Outcome.UNKNOWN: "nobody on the roster is called so; the nearest are زينب حسن and Zeinab Hassan",
        Outcome.GRADED: "graded",
    }
    if which is Outcome.MISSING:
        return Standing(student, which, reasons[which], most)
    when = BEGIN + timedelta(hours=number * 5)
    hand_in = HandIn(student, f"upload.zip/{student.id}/losses.py", {"losses.py": b""}, when, number % 7 == 3)
    if which is Outcome.UNREADABLE:
        return Standing(student, which, reasons[which], most, hand_in)
    report = report_with(rng, 0.55 + 0.45 * rng.random())
    more = {}
    if hand_in.late:
        more = {"penalty": 1.5, "attempts": (Attempt(hand_in, 3.0, "an older one"),)}
    if number == 3:
        more["adjustments"] = (
            Adjustment(student.id, 2.0, "Dr Ng", BEGIN, "explained the proof orally"),
            Adjustment(student.id, -0.5, "Dr Ng", BEGIN, "counted twice"),
        )
    return Standing(student, which, reasons[which], most, hand_in, report, round(report.score, 2), **more)


def class_of(names=STUDENTS) -> ClassResult:
    rng = random.Random(7)
    columns = [
        TaskColumn(f"{topic}.{name}", f"The title of {name}", 2.0)
        for topic, all_of in TOPICS.items()
        for name in all_of
    ]
    standings = tuple(standing_of(number, name, rng) for number, name in enumerate(names))
    return ClassResult(
        "Deep Learning, spring 2026: losses to networks", 1187, BEGIN + timedelta(days=9), "0f" * 32,
        "simulated accelerator", "forked", tuple(columns), number=3, seconds=214.7, graded=180, cached=25,
        notes=("2 files belong to nobody: notes.txt, a.pdf",), standings=standings,
    )  # fmt: skip


def evil_report() -> Report:
    """A report in which every text that a submission may have written is hostile."""
    message = Message(EVIL, EVIL, EVIL * 50, EVIL, EVIL, EVIL, EVIL)
    row = ShapeRow(EVIL, EVIL, ((1,),), ((2,),), Passage.DIFFERS)
    grid = ((1e300, None), (-1e300, 0.0))
    pictures = tuple(
        Picture(EVIL, kind, (grid, ((),)), (EVIL,), (EVIL,), (EVIL,), EVIL) for kind in PictureKind
    )
    test = TestReport(
        EVIL, EVIL, Verdict.FAIL, True, 1.0, 0.1, message, f"{EVIL}\n" * 500,
        curves=(Curve(EVIL, (1e300, None, -1e300), (1.0, 1.0), 3, 1.0), Curve(EVIL, (), (), 0, 0.0)),
        paths=(Path(EVIL, (None, (1e300, -1e300)), ()), Path(EVIL, (), (), Surface((0, 0), (0, 0), grid))),
        tables=(ShapeTable(EVIL, (row,), 2, EVIL),), pictures=pictures,
    )  # fmt: skip
    task = TaskReport(EVIL, EVIL, Verdict.FAIL, 0.0, 2.0, (test,), message)
    return Report(EVIL, 7, ENVIRONMENT, (task,), 1.0, EVIL, (EVIL,))


def evil_class() -> ClassResult:
    """A class whose students, files and reasons are hostile."""
    student = Student(EVIL, EVIL, EVIL, {EVIL: EVIL})
    hand_in = HandIn(student, EVIL, {EVIL: b""}, BEGIN, True, notes=(EVIL,))
    change = Adjustment(EVIL, 1.0, EVIL, BEGIN, EVIL)
    standing = Standing(
        student, Outcome.GRADED, EVIL, 2.0, hand_in, evil_report(), 0.0, 1.0, (change,), (), (EVIL,)
    )
    other = replace(standing, student=Student(EVIL + "2", EVIL), outcome=Outcome.UNKNOWN)
    columns = (TaskColumn(EVIL, EVIL, 2.0),)
    return replace(
        class_of(()), title=EVIL, device=EVIL, columns=columns, standings=(standing, other), notes=(EVIL,)
    )


@pytest.fixture(scope="session")
def class_result():
    """The class of 40 students."""
    return class_of()


@pytest.fixture(scope="session")
def report(class_result):
    """The report of a student with failures and all kinds of drawings."""
    return class_result.standings[3].report


@pytest.fixture(scope="session")
def hostile():
    """A report and a class full of hostile text, and the text."""
    return evil_report(), evil_class(), EVIL
