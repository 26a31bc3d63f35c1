"""A report and a course in another language."""

from dataclasses import replace

import pytest

from grader.report import POSSIBLE, Environment, Message, Report, ShapeTable, TaskReport, TestReport, Verdict
from grader.report.selection import Failure
from grader.text import digest, speak
from grader.text.translate import translated, translated_advice, translated_course, translated_failure

SENTENCE = "Each row sums to 1."


@pytest.fixture(autouse=True)
def spoken(english_again):
    """Speak the language of the translation that these tests write."""
    speak("xx")


def report(checked=SENTENCE, mistake="over_batch", likely="the softmax ran over the batch"):
    message = Message(checked, "1", "2", "x (2, 3)", likely, mistake, "grade hint losses.softmax")
    test = TestReport("test_softmax_rows[0-1]", SENTENCE, Verdict.FAIL, False, 1.0, 0.1, message)
    untested = Message("Probabilities", got="no losses.py in the submission")
    task = TaskReport("losses.softmax", "Probabilities", Verdict.FAIL, 0.0, 2.0, (test,), untested)
    environment = Environment("0", "3", "2", "Linux", "cpu", "forked", (), (), "0" * 64)
    return Report("mine", 7, environment, (task,), 0.5)


def test_titles_checks_and_mistakes_are_translated(course, translate):
    """What has a key is in the other language; numbers, names and commands stay."""
    translate(
        title=("Probabilities", "Vraisemblances"),
        check__test_softmax_rows=(SENTENCE, "La somme est 1."),
        mistake__over_batch=("the softmax ran over the batch", "par colonnes"),
    )
    before = report()
    task = translated(before, course).tasks[0]
    message = task.tests[0].message
    assert (task.title, task.message.checked) == ("Vraisemblances", "Vraisemblances")
    assert (task.tests[0].title, message.checked) == ("La somme est 1.", "La somme est 1.")
    assert message.likely == "par colonnes"
    assert (message.expected, message.got, message.where) == ("1", "2", "x (2, 3)")
    assert (message.mistake, message.next) == ("over_batch", "grade hint losses.softmax")
    assert before == report()


def test_rest_of_a_check_stays_behind_the_translated_sentence(course, translate):
    """What was compared is named by the suite, and stands behind the sentence."""
    translate(check__test_softmax_rows=(SENTENCE, "La somme est 1."))
    task = translated(report(checked="Each row sums to 1: row 2"), course).tasks[0]
    assert task.tests[0].message.checked == "La somme est 1: row 2"


def test_values_notes_and_shapes_are_said_in_the_language(course, translate, tmp_path, monkeypatch):
    """What the judge says of a failure is recognised; the sentence of a test keeps one stop, whatever it looks like."""
    translate(check__test_softmax_rows=(SENTENCE, "和为一。"))
    texts = {
        "shape": ("shape {shape}", "形状 {shape}"),
        "checked.gradient": ("gradient with respect to {name}", "对 {name} 的梯度"),
        "note.ignored": ("{file} is ignored: the grader never loads it", "忽略 {file}"),
        "way.none": ("no sub-module could be compared", "无法比较"),
    }
    rows = [f'["ui.judged.{key}"]\nof = "{digest(of)}"\ntext = "{to}"\n' for key, (of, to) in texts.items()]
    (tmp_path / "ui.xx.toml").write_text("".join(rows), encoding="utf-8")
    monkeypatch.setattr("grader.text.UI_FOLDER", tmp_path)
    before = report(checked="Each row sums to 1: gradient with respect to x")
    task = before.tasks[0]
    message = replace(task.tests[0].message, expected="shape (2, 3)", got="shape (3,)")
    table = ShapeTable("a way", (), 0, "no sub-module could be compared")
    test = replace(task.tests[0], message=message, tables=(table,))
    notes = ("conftest.py is ignored: the grader never loads it",)
    found = translated(replace(before, tasks=(replace(task, tests=(test,)),), notes=notes), course)
    said = found.tasks[0].tests[0]
    assert (said.message.expected, said.message.got) == ("形状 (2, 3)", "形状 (3,)")
    assert said.message.checked == "和为一: 对 x 的梯度"
    assert (said.tables[0].title, said.tables[0].sentence) == ("a way", "无法比较")
    assert found.notes == ("忽略 conftest.py",)


def test_missing_keys_fall_back_to_english_one_by_one(course, translate):
    """One translated text does not need the others."""
    translate(mistake__over_batch=("the softmax ran over the batch", "par colonnes"))
    task = translated(report(), course).tasks[0]
    assert task.tests[0].message.likely == "par colonnes"
    assert (task.title, task.tests[0].title) == ("Probabilities", SENTENCE)
    speak("yy")
    assert translated(report(), course) == report()


def test_outdated_translation_is_not_shown(course, translate):
    """A sentence whose English has changed may say what is no longer true."""
    translate(title=("The old title", "Vraisemblances"))
    assert translated(report(), course).tasks[0].title == "Probabilities"


@pytest.mark.parametrize("mistake", [None, "unknown"])
def test_sentence_of_no_known_mistake_stays(course, translate, mistake):
    """Without its name a sentence has no key."""
    translate(mistake__over_batch=("the softmax ran over the batch", "par colonnes"))
    likely = translated(report(mistake=mistake), course).tasks[0].tests[0].message.likely
    assert likely == "the softmax ran over the batch"


def test_both_of_two_mistakes_are_translated(course, translate):
    """The second has no name in the message: its translation is found by its English."""
    translate(
        mistake__over_batch=("the softmax ran over the batch", "par colonnes"),
        mistake__logarithm=("this is the logarithm", "avec log"),
    )
    both = "two things, in 3 and 1 tests: the softmax ran over the batch; and besides, this is the logarithm"
    likely = translated(report(likely=both), course).tasks[0].tests[0].message.likely
    assert likely == "two things, in 3 and 1 tests: par colonnes; and besides, avec log"


def test_english_changes_nothing(course):
    """The English report is the report."""
    speak("en")
    before = report()
    assert translated(before, course) is before


def test_course_has_translated_titles_hints_and_differences(course, translate):
    """What `grade list`, `grade hint` and `grade explain` show is translated, and nothing else."""
    translate(
        topic=("Losses", "Pertes"),
        title=("Probabilities", "Vraisemblances"),
        hint__2=("exp, then divide", "exp, puis diviser"),
        differs=("it has dtype", "il y a dtype"),
    )
    found = translated_course(course)
    task = found.task("losses.softmax")
    assert found.topic("losses").title == "Pertes"
    assert task.title == "Vraisemblances"
    assert task.hints == ("look at the axis", "exp, puis diviser")
    assert (task.differs, task.torch, task.points) == ("il y a dtype", "torch.softmax", 2)
    assert course.task("losses.softmax").title == "Probabilities"


def test_remembered_failure_is_translated_too(course, translate):
    """Progress is kept in English, and shown in the language of whoever reads it."""
    translate(
        check__test_softmax_rows=(SENTENCE, "La somme est 1."),
        mistake__over_batch=("the softmax ran over the batch", "par colonnes"),
    )
    task = course.task("losses.softmax")
    before = Failure(
        "test_softmax_rows[0]", "Each row sums to 1: row 2", "the softmax ran over the batch", "over_batch"
    )
    found = translated_failure(before, task, course)
    assert (found.checked, found.likely) == ("La somme est 1: row 2", "par colonnes")
    possible = replace(before, likely=f"{POSSIBLE}{before.likely}")
    assert translated_failure(possible, task, course).likely == f"{POSSIBLE}par colonnes"
    untested = Failure(None, "losses.mean has not passed")
    assert translated_failure(untested, task, course) == untested
    speak("en")
    assert translated_failure(before, task, course) is before


def test_advice_is_translated_by_the_name_of_the_mistake(course, translate):
    """What is advised has a key behind that of the mistake."""
    translate(mistake__over_batch__hint=("print the shape", "voir la forme"))
    task = course.task("losses.softmax")
    assert translated_advice("print the shape", task, "over_batch", course) == "voir la forme"
