"""Every sentence that a learner reads in a terminal has a key: where all are in capitals, no word is left small."""

import ast
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import grader.render
from grader.classroom.pages import feedback
from grader.course import load_course
from grader.learner import cost
from grader.learner.progress import Progress, TaskProgress
from grader.learner.progress_changes import Help
from grader.render import course_pages, explain
from grader.report import LABELS, Verdict
from grader.report.selection import Failure
from grader.text import labels, sentences
from grader.text.catalogue import words

RENDER = Path(grader.render.__file__).parent
FEEDBACK = Path(feedback.__file__)  # of a class this alone is for its students
BESIDE = [RENDER.parent / name for name in ("text/formatting.py", "watch/page.py", "watch/screen.py")]
FILES = [*sorted(RENDER.rglob("*.py")), *BESIDE, FEEDBACK]
FOR_INSTRUCTORS = {"gradescope", "json", "junit", "verification"}
UNITS = {"ns", "us", "ms", "kB", "MB"}  # in any language
NO_SENTENCE = re.compile(r"bold \w+|grade (?:hint|lesson) |<.*", re.DOTALL)  # a style, a command, markup
SPEAKS = re.compile(r'(?:say|sentence)\(\s*f?"([\w.]+)')


def drawn(write, width=100):
    file = StringIO()
    write(Console(file=file, width=width, color_system=None, markup=False, emoji=False))
    return file.getvalue()


@pytest.fixture
def known(data):
    """A course in capitals, and what is known of its first tasks."""
    whole = load_course()
    small = replace(whole, topics=data(whole.topics[:2]))
    one, two, three, *_ = (task.id for task in small.tasks)
    failure = Failure("T", "THE SUM", "OVER THE BATCH", "M", "NEXT")
    entries = {
        one: TaskProgress(Verdict.PASS, Verdict.PASS, "2026", 1),
        two: TaskProgress(Verdict.FAIL, Verdict.FAIL, None, 3, failure, given_up=True),
        three: TaskProgress(Verdict.ERROR, Verdict.ERROR, None, 1),
    }
    return small, Progress(entries)


@pytest.mark.parametrize("width", [60, 100])
def test_report_has_no_untranslated_words(reports, situation, width, show_report, capitals, data, left):
    """Tables, totals, failures, drawings, remarks: whatever the page says by itself."""
    assert not left(show_report(data(reports[situation]()), width, curves=True))


@pytest.mark.parametrize("remembered", [True, False])
def test_list_has_no_untranslated_words(known, remembered, capitals, left):
    """With progress and without."""
    whole, progress = known
    assert not left(
        drawn(lambda console: course_pages.show(whole, console, None, progress if remembered else None))
    )


@pytest.mark.parametrize("number, is_last", [(1, False), (None, False), (2, True)])
def test_hint_has_no_untranslated_words(known, number, is_last, capitals, left):
    """About a failure, a general one, and the last."""
    whole, progress = known
    task = whole.tasks[1]
    help_ = Help(progress.of(task.id).failure, "ADVICE", number, not is_last)
    assert not left(drawn(lambda console: course_pages.show_hint(task, help_, console)))


def test_next_has_no_untranslated_words(known, capitals, left):
    """Tasks that passed, failed, wait, and the end."""
    whole, progress = known
    for task in whole.tasks[:4]:
        step = course_pages.Next(
            task, progress.of(task.id), ("A.B",), "A.PY:1", "grade .", "grade .", whole.tasks[5]
        )
        assert not left(drawn(lambda console, step=step: course_pages.show_next(step, console, 1, 9)))
    assert not left(drawn(lambda console: course_pages.show_finished(console, 9)))


@pytest.mark.parametrize("width", [100, 160])
def test_explain_has_no_untranslated_words(known, width, capitals, left):
    """Both layouts of the code, and the costs."""
    cheap, dear = cost.Cost(1, 1e-5, 500), cost.Cost(2, 1e-2, 5_000_000)
    for each in (
        None,
        cost.Costs("A(X)", cheap, dear, cost.HOW),
        cost.Costs(note=cost.NO_EXAMPLE), cost.Costs(note=cost.TOO_SLOW), cost.Costs(note=cost.NO_OPERATOR),
    ):  # fmt: skip
        page = drawn(
            lambda console, each=each: explain.show(known[0].tasks[1], "A", "B", console, each), width
        )
        assert left(page) <= UNITS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_code_of_a_page_holds_no_sentence(file):
    """Two words in one text are a label, or stand in the table of sentences."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    texts = [node.body[0].value for node in ast.walk(tree) if isinstance(node, documented) and node.body
             and isinstance(node.body[0], ast.Expr)]  # fmt: skip
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in texts]
    found = {node.value for node in parts if isinstance(node.value, str)} - set(words().values())
    said = {
        text
        for text in found
        if re.search(r"[a-z]{2,},? [a-z]{2,}", text) and not NO_SENTENCE.fullmatch(text)
    }
    assert file.stem in FOR_INSTRUCTORS or not said


def test_sentences_of_the_table_are_all_said():
    """No name is misspelt, and no sentence waits for a translator that no page says."""
    pages = [*FILES, *RENDER.rglob("*.j2"), *FEEDBACK.parent.rglob("*.j2")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in pages)
    begun = {name for name in SPEAKS.findall(code) if name not in sentences()}
    assert all(any(name.startswith(start) for name in sentences()) for start in begun)
    made = (*begun, "count.", "key.", "feedback.")
    silent = {name for name in sentences() if f'"{name}"' not in code and not name.startswith(made)}
    assert not silent


WRITERS = frozenset({"labelled", "copyable"})  # methods of a page whose first argument is a label


def labels_in(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    handing_on = dict(filter(None, map(handing_on_of, tree.body)))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str(label)), *_]):
                if attr in WRITERS and label:
                    yield label
            case ast.Call(func=ast.Name(id=name), args=args) if name in handing_on:
                yield from (str(part.value) for part in args[handing_on[name] :][:1] if is_text(part))
            case ast.Assign(value=ast.Tuple(elts=rows)):
                yield from filter(None, map(label_of_row, rows))


def handing_on_of(node):
    """Return the name of a function that hands its argument `label` on, and which argument that is."""
    if not isinstance(node, ast.FunctionDef):
        return None
    names = [argument.arg for argument in node.args.args]
    return (node.name, names.index("label")) if "label" in names else None


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def label_of_row(row):
    """Return the label of a row (label, text, style) that a page goes through."""
    match row:
        case ast.Tuple(elts=[ast.Constant(value=str(label)), _, ast.Constant(value=str())]):
            return label if label[:1].isupper() else None
    return None


def test_labels_that_pages_write_are_in_the_table():
    """A label that a page writes has a key, and no label waits for a translator that no page writes."""
    files = [file for folder in (RENDER, RENDER.parent / "watch", FEEDBACK.parent) for file in folder.rglob("*.py")]
    written = {label for file in files for label in labels_in(file)} | {name.capitalize() for name in LABELS}
    assert written == set(labels())
