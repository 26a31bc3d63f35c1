"""The pages for a browser have a key for every sentence of a learner's, and their templates hold none."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import grader.classroom.pages
import grader.render.html
from grader.classroom.pages.feedback import feedback_page
from grader.render.html.report_page import report_page
from grader.text import sentences

FOLDERS = [
    Path(package.__file__).with_name("templates") for package in (grader.classroom.pages, grader.render.html)
]
FOR_INSTRUCTORS = {"class", "concerns", "hard", "students", "people", "similar"}
NAMES = {"torchgrade", "torch", "Python"}  # of things, in any language
NOW = datetime(2026, 4, 1, tzinfo=UTC)
NOT_SHOWN = re.compile(r"<(style|script)>.*?</\1>|<!doctype html>", re.DOTALL)
SHOWN = re.compile(r'(?:aria-label|alt|title)="([^"]*)"')


def visible(page):
    """What is read on a page or aloud: text between elements, and attributes that name one."""
    page = NOT_SHOWN.sub("", page)
    return re.sub(r"<[^>]*>", "\n", page) + "\n".join(SHOWN.findall(page)).replace("&#39;", "'")


def test_report_page_has_no_untranslated_words(reports, situation, capitals, data, left):
    """Every situation of the terminal as a page."""
    assert left(visible(report_page(data(reports[situation]())))) <= NAMES


def test_drawings_have_no_untranslated_words(report, capitals, data, left):
    """Curves, ways, shapes and pictures, with what is read aloud of them."""
    page = visible(report_page(data(report)))
    assert "GOES FROM" in page and "ORANGE IS" in page and "NOT REACHED" in page
    assert left(page) <= NAMES


@pytest.mark.parametrize("visibility", ["visible", "after_due_date"])
def test_feedback_page_has_no_untranslated_words(class_result, visibility, capitals, data, left):
    """Every outcome, late ones, points by hand, tasks that are bonus, count nothing, or are shown later."""
    options = [{"visibility": visibility}, {"bonus": True}, {"counts": False}]
    columns = [
        replace(data(each), **{"visibility": "visible", **options[place % 3]})
        for place, each in enumerate(class_result.columns)
    ]
    result = replace(data(replace(class_result, standings=())), columns=tuple(columns))
    for standing in class_result.standings:
        assert left(visible(feedback_page(data(standing), result, NOW))) <= NAMES


@pytest.mark.parametrize(
    "file",
    [file for folder in FOLDERS for file in sorted(folder.rglob("*.j2"))],
    ids=lambda file: file.name.partition(".")[0],
)
def test_template_of_a_learner_holds_no_words(file):
    """Words stand in the table of sentences, and a template names them."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = set(re.findall(r"[A-Za-z]{2,}", visible(text))) - NAMES
    assert file.name.partition(".")[0] in FOR_INSTRUCTORS or not found


def test_translation_with_markup_or_another_field_breaks_no_page(report, capitals, monkeypatch):
    """What a translator writes is escaped, and a field that there is not stays in its braces."""
    monkeypatch.setitem(sentences(), "page.points_and_share", "<i>{points}</i> {earned} \"'")
    page = report_page(report)
    assert "&lt;i&gt;{points}&lt;/i&gt; <b>" in page and "&#34;'" in page


def test_page_names_its_language(report, capitals):
    """A browser breaks lines and speaks by it."""
    assert '<html lang="xx">' in report_page(report)
