"""The content key of a grading changes with everything that its report depends on, and with nothing else."""

import subprocess
import sys

import pytest

from grader.classroom.grading import cache_key as keys
from grader.classroom.grading.cache_key import judge_digest, key_of, topic_digest
from grader.course import Course, UnknownTask
from grader.course.topics import PACKAGE, read_topics
from grader.device.choice import Accelerator
from grader.intake import Content, Submission
from grader.judge.order import Order

TASKS = ("losses.softmax", "losses.entropy")
OPTIONS = {"sandbox": "auto", "seconds": 10.0, "accelerator": Accelerator("sim")}
TOPIC = 'title = "T"\norder = {}\n[[tasks]]\nname = "f"\ntitle = "F"\npoints = 1\nhints = ["look"]\n'


def write(file, text="x = 1\n"):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    """A course of two topics."""
    for order, slug in enumerate(("losses", "tensors"), 1):
        write(tmp_path / f"exercises/{slug}/topic.toml", TOPIC.format(order))
        write(tmp_path / f"exercises/{slug}/README.md")
        write(tmp_path / f"exercises/{slug}/{slug}.py")
        write(tmp_path / f"solutions/{slug}.py")
        write(tmp_path / f"suites/{slug}/test_f.py")
        write(tmp_path / f"suites/{slug}/shared.py")
        write(tmp_path / f"suites/{slug}/mistakes/f.py")
    write(tmp_path / "datasets/manifest.toml")
    return tmp_path


def course_at(root):
    places = (root / name for name in ("exercises", "solutions", "suites", "datasets"))
    return Course(*places, read_topics(root / "exercises"))


@pytest.fixture
def key(root):
    """The key of a grading, of which a test changes one part."""

    def made(topic="losses", data=b"import torch\n", suffix=".py", seed=42, tasks=TASKS, **options):
        submission = Submission({topic: Content(f"{topic}{suffix}", data)}, topic)
        order = Order(submission, tasks, "", seed, first=False, **OPTIONS | options)
        return key_of(order, topic_digest(course_at(root), topic))

    return made


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "tensors"},
        {"data": b"import torch\n\n"},
        {"suffix": ".ipynb"},
        {"seed": 43},
        {"accelerator": Accelerator("cpu")},
        {"sandbox": "strict"},
        {"seconds": None},
        {"tasks": ("losses.softmax",)},
    ],
    ids=str,
)
def test_key_changes_when_a_part_of_the_order_changes(key, change):
    """The file, its kind, the seed and each option are in the key."""
    assert key(**change) != key()


@pytest.mark.parametrize("name", ["losses", "tensors"])
def test_key_changes_with_each_file_that_the_topic_may_import(root, name):
    """Both files go with the order."""

    def key(**texts):
        files = {slug: Content(f"{slug}.py", text) for slug, text in texts.items()}
        order = Order(Submission(files, "losses"), TASKS, "", 42, first=False, **OPTIONS)
        return key_of(order, topic_digest(course_at(root), "losses"))

    texts = {"losses": b"import tensors\n", "tensors": b"x = 1\n"}
    assert key(**texts) != key(**texts | {name: b"x = 2\n"})


def test_solution_that_another_imports_changes_the_key_of_both(root, key):
    before = key(), key(topic="tensors")
    write(root / "solutions/losses.py", "import tensors\n")
    between = key(), key(topic="tensors")
    write(root / "solutions/tensors.py", "x = 3\n")
    assert between[0] != key() != before[0]
    assert before[1] == between[1] != key(topic="tensors")


def test_key_stays_when_the_same_is_asked_in_another_way(key):
    """The order of the tasks, and one named twice, change nothing."""
    assert key(tasks=(*reversed(TASKS), "losses.softmax")) == key()


@pytest.mark.parametrize(
    "name", ["torchgrade", "grader", "torch", "numpy", "python", "platform"]
)  # fmt: skip
def test_key_changes_with_the_version_of_whatever_judges(key, monkeypatch, name):
    """Another torch, numpy, Python, torchgrade, source of the judge or machine grades anew."""
    before, known = key(), keys.versions()
    monkeypatch.setattr(keys, "versions", lambda: {**known, name: known[name] + "1"})
    assert key() != before


def test_versions_are_those_that_run_here():
    """The versions in the key are those of the libraries that are imported here."""
    import numpy
    import torch

    assert keys.versions()["torch"] in (torch.__version__, torch.__version__.partition("+")[0])  # by who built it
    assert keys.versions()["numpy"] == numpy.__version__


@pytest.mark.parametrize(
    "file",
    [
        "exercises/losses/topic.toml",
        "solutions/losses.py",
        "suites/losses/test_f.py",
        "suites/losses/shared.py",
        "suites/losses/mistakes/f.py",
        "suites/losses/deeper/more.py",
    ],
)
def test_file_of_a_topic_changes_the_key_of_that_topic_alone(root, key, file):
    """Whoever mends one topic grades that topic again, and no other."""
    before = key("losses"), key("tensors")
    write(root / file, TOPIC.format(7) if file.endswith("toml") else "x = 2\n")
    assert key("losses") != before[0]
    assert key("tensors") == before[1]


@pytest.mark.parametrize("file", ["datasets/manifest.toml", "suites/helpers.py"])
def test_file_of_all_topics_changes_every_key(root, key, file):
    """Data sets, and what all suites share, are in each key."""
    before = key("losses"), key("tensors")
    write(root / file, "x = 2\n")
    assert key("losses") != before[0]
    assert key("tensors") != before[1]


@pytest.mark.parametrize(
    "file",
    [
        "exercises/tensors/README.md",
        "exercises/losses/README.md",
        "exercises/losses/losses.py",
        "suites/losses/__pycache__/test_f.py",
        "suites/losses/.cache/x.py",
        "datasets/digits/README.md",
    ],
)
def test_file_that_judges_nothing_changes_no_key(root, key, file):
    """A text to read, a stub that somebody edits and a cache are in no key."""
    before = key("losses"), key("tensors")
    write(root / file, "changed")
    assert (key("losses"), key("tensors")) == before


def test_digest_of_a_topic_tells_a_moved_byte_between_two_files(root):
    """The end of one file cannot become the beginning of the next."""
    write(root / "suites/losses/a.py", "xy")
    write(root / "suites/losses/b.py", "z")
    before = topic_digest(course_at(root), "losses")
    write(root / "suites/losses/a.py", "x")
    write(root / "suites/losses/b.py", "yz")
    assert topic_digest(course_at(root), "losses") != before


def test_topic_that_there_is_not_has_no_digest(root):
    """A slug that no topic has is refused."""
    with pytest.raises(UnknownTask, match="did you mean losses"):
        topic_digest(course_at(root), "losse")


@pytest.mark.parametrize(
    ("file", "matters"),
    [("judge/grading.py", True), ("suite/deep/compare.py", True), ("plain.py", True), ("new/part.py", True),
     ("render/page.py", False), ("classroom/pages/page.py", False), ("judge/notes.txt", False)],
)  # fmt: skip
def test_source_of_the_grader_matters_where_a_grading_may_import_it(tmp_path, file, matters):
    """A change of a page or of a command grades nothing again; a change of what a grading imports does."""
    package = tmp_path / "grader"
    write(package / "judge/grading.py", "x = 2")
    before = judge_digest(package)
    write(package / file, "x = 3")
    assert (judge_digest(package) != before) == matters


def test_parts_that_never_judge_are_imported_by_no_grading():
    """Whatever of the grader a grading has imported when it is done lies in the parts that are in the key."""
    code = (
        "import sys; from pathlib import Path; from grader.judge.grading import grade_submission;"
        "import grader.judge.warm_judge, grader.worker.endpoint;"
        "grade_submission([Path(sys.argv[1])], tasks=['losses.softmax'], jobs=1, seed=1, device='cpu');"
        "print(*(name for name in sys.modules if name.split('.')[0] == 'grader'))"
    )
    command = [sys.executable, "-P", "-c", code, str(PACKAGE.parent / "solutions" / "losses.py")]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert {"grader.judge.session", "grader.suite"} <= set(loaded)
    assert not [name for name in loaded if name.split(".")[1:2] in [[part] for part in keys.NEVER_JUDGE]]
    assert all((PACKAGE / part).is_dir() for part in keys.NEVER_JUDGE)
