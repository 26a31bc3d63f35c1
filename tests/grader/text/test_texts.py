"""Keys, the languages, and one text by its key."""

from io import StringIO

import pytest
from rich.console import Console

from grader.render.page import Page
from grader.report import Verdict
from grader.text import (
    BadLanguage,
    BadTranslation,
    chosen,
    count_of,
    digest,
    keys,
    label,
    localised,
    read,
    say,
    speak,
    ui_text,
    verdict_words,
)
from grader.text.catalogue import catalogue_of, words
from grader.text.formatting import word


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """A translation of a label, a verdict, two sentences of pages and one of the judge, spoken."""
    rows = {
        "ui.label.builds_on": ("Builds on", "Besoin de"),
        "ui.verdict.not_attempted": ("not attempted", "vide"),
        "ui.sentence.points.of_all": ("{earned} of {most} points", "sur {most} : {earned}"),
        "ui.sentence.count.tasks": ("{n} tasks", "{n} devoirs"),
        "ui.judged.shape": ("shape {shape}", "forme {shape}"),
    }
    text = "".join(f'["{key}"]\nof = "{digest(of)}"\ntext = "{done}"\n' for key, (of, done) in rows.items())
    (tmp_path / "ui.xx.toml").write_text(text)
    monkeypatch.setattr("grader.text.UI_FOLDER", tmp_path)
    speak("xx")


def test_catalogue_holds_every_text_where_it_is_written(course):
    """Titles, hints, sentences of tests and of mistakes, also of mistakes whose sentence is put together."""
    head = "task.losses.softmax"
    assert catalogue_of(course, course.topic("losses")) == {
        "topic.losses.title": "Losses",
        f"{head}.title": "Probabilities",
        f"{head}.hint.1": "look at the axis",
        f"{head}.hint.2": "exp, then divide",
        f"{head}.differs": "it has dtype",
        f"{head}.check.test_softmax_rows": "Each row sums to 1.",
        f"{head}.mistake.over_batch": "the softmax ran over the batch",
        f"{head}.mistake.logarithm": "this is the logarithm",
    }


@pytest.mark.parametrize(
    "label_of_a_page",
    ["Checked", "Expected", "Got", "Where", "Likely", "Next", "Again", "Then", "Failed", "Builds on"],
)
def test_labels_of_the_pages_are_found_where_they_are_written(label_of_a_page):
    """A label that a page writes has a key, and its English is the label."""
    assert words()[keys.label(label_of_a_page)] == label_of_a_page


def test_verdicts_have_words():
    """The verdicts are words of the pages too."""
    assert words()["ui.verdict.not_attempted"] == "not attempted"


def test_words_of_the_pages_are_spoken(pages):
    """A label and a verdict come in the language that was chosen; others in English."""
    assert label("Builds on") == "Besoin de"
    assert verdict_words("not_attempted") == "vide"
    assert label("Checked") == "Checked"
    assert label("") == ""


def test_sentences_of_the_pages_are_spoken(pages):
    """Values stand where the translator has put them; what has no key is English."""
    assert say("points.of_all", earned=1, most="{earned}") == "sur {earned} : 1"
    assert say("tasks.all_pass") == "Everything passes."
    assert (count_of(2, "tasks"), count_of(1, "task"), count_of(3, "students")) == (
        "2 devoirs",
        "1 task",
        "3 students",
    )


def test_what_the_judge_says_is_spoken_where_it_is_recognised(pages):
    """A whole text is recognised, or none of it; other languages are not asked."""
    assert localised("shape (2, 3)") == "forme (2, 3)"
    assert localised("shape (2, 3); 1 of 4 inputs differ") == "forme (2, 3); 1 of 4 inputs differ"
    assert localised("the shape (2, 3)") == "the shape (2, 3)"
    for language in ("en", "yy"):
        speak(language)
        assert localised("shape (2, 3)") == "shape (2, 3)"


def test_page_shows_its_labels_and_verdicts_in_the_language(pages):
    """What is written in code as English is shown translated, and aligned as before."""
    file = StringIO()
    page = Page(Console(file=file, width=80, color_system=None))
    page.labelled("Builds on", "losses.mean")
    page.copyable("Builds on", "losses.mean")
    assert file.getvalue() == "Besoin de losses.mean\n" * 2
    assert word(Verdict.NOT_ATTEMPTED) == "vide"


def test_values_stand_where_their_names_are():
    """Values are put in as they are, whatever braces they hold."""
    assert ui_text("ui.label.x", "{count} of {most}, {}", count="{most}", most=3) == "{most} of 3, {}"


def test_language_comes_from_the_environment_unless_it_is_named(monkeypatch):
    """--language is stronger than TORCHGRADE_LANGUAGE."""
    monkeypatch.setenv("TORCHGRADE_LANGUAGE", "xx")
    assert speak(None) == chosen() == "xx"
    assert speak("yy") == chosen() == "yy"
    monkeypatch.delenv("TORCHGRADE_LANGUAGE")
    assert speak(None) == chosen() == "en"


@pytest.mark.parametrize("code", ["../x", "german", "DE", "d", "de/../x"])
def test_what_is_no_code_of_a_language_is_refused(code):
    """A code is part of a file's name, and nothing else may be in it."""
    with pytest.raises(BadLanguage):
        speak(code)


@pytest.mark.parametrize(
    ("content", "naming"),
    [
        ("[", "TOML"),
        ('a = "b"', "must be a table"),
        ('["a"]\nof = 1\ntext = ""', "must be texts"),
        ("[a]\nof = ''", "a"),
    ],
)
def test_file_that_is_no_translation_is_named(tmp_path, content, naming):
    """The message says which file and which key."""
    file = tmp_path / "losses.xx.toml"
    file.write_text(content)
    with pytest.raises(BadTranslation, match="losses.xx.toml") as problem:
        read(file)
    assert naming in str(problem.value)
