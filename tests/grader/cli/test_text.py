"""`grade text`, and pages in another language."""

import tomllib

import pytest

from grader.course import load_course
from grader.report import Verdict
from grader.text import digest

TASK = load_course().task("losses.softmax")


@pytest.fixture
def translation(tmp_path, monkeypatch):
    """A file with one hint of softmax translated into a made-up language."""
    file = tmp_path / "losses.xx.toml"
    key = f"task.{TASK.id}.hint.1"
    file.write_text(f'["{key}"]\nof = "{digest(TASK.hints[0])}"\ntext = "voir la somme"\n')
    for module in ("text", "text.translate"):
        monkeypatch.setattr(f"grader.{module}.topic_file", lambda *_: file)
    return file


def test_text_writes_the_words_of_the_pages(grade):
    """`ui` stands for the words that every page has."""
    code, out, _ = grade("text", "ui")
    assert code == 0
    assert tomllib.loads(out)["ui.label.likely"]["text"] == ""
    assert "# Likely" in out


def test_check_lists_what_is_to_be_done_and_fails(grade, tmp_path, monkeypatch):
    """A translation with gaps is exit code 1, a whole one 0."""
    monkeypatch.setattr("grader.text.UI_FOLDER", tmp_path)
    code, out, err = grade("text", "ui", "--language", "xx", "--check")
    assert code == 1
    assert "missing   ui.label.likely" in out
    assert "0 outdated, 0 unknown" in err
    values = tomllib.loads(grade("text", "ui", "--language", "xx")[1])
    rows = [f'["{key}"]\nof = "{entry["of"]}"\ntext = "x"\n' for key, entry in values.items()]
    (tmp_path / "ui.xx.toml").write_text("".join(rows))
    assert grade("text", "ui", "--language", "xx", "--check")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [
        (("losses", "--check"), "name its --language"),
        (("loses",), "did you mean losses"),
        (("ui", "--language", "../x"), "no code of a language"),
    ],
)
def test_text_that_cannot_be_written_is_a_wrong_call(grade, arguments, naming):
    code, _, err = grade("text", *arguments)
    assert code == 2
    assert naming in err


@pytest.mark.parametrize("arguments", [("list",), ("hint", "softmax"), ("exercises",)])
def test_language_that_is_none_is_refused_before_any_work_is_done(grade, work, judge, arguments):
    """A report is not lost to a slip of the hand."""
    code, out, err = grade(*arguments, "--language", "german")
    assert (code, out) == (2, "")
    assert "no code of a language" in err
    assert judge.asked is None


def test_hint_is_shown_in_the_language(grade, work, translation, monkeypatch):
    """One hint is translated; the next falls back to English. The environment chooses as well."""
    assert "voir la somme" in grade("hint", "softmax", "--language", "xx")[1]
    monkeypatch.setenv("TORCHGRADE_LANGUAGE", "xx")
    assert "voir la somme" in grade("hint", "softmax")[1]
    assert TASK.hints[1].split(":")[0] in " ".join(grade("hint", "softmax", "2")[1].split())


def test_broken_translation_is_mentioned_and_english_is_shown(grade, work, translation):
    """A learner gets the hint all the same."""
    translation.write_text("[")
    code, out, err = grade("hint", "softmax", "--language", "xx")
    assert code == 0
    assert TASK.hints[0] in " ".join(out.split())
    assert "losses.xx.toml" in err


def test_report_is_shown_in_the_language(translation, report_with):
    """What `grade PATH` shows is translated by the same files."""
    from grader.cli.learner import in_language

    title = TASK.title
    translation.write_text(f'["task.{TASK.id}.title"]\nof = "{digest(title)}"\ntext = "Vraisemblances"\n')
    assert in_language(report_with(Verdict.FAIL), "xx").tasks[0].title == "Vraisemblances"
    assert in_language(report_with(Verdict.FAIL), "en").tasks[0].title == title
