"""The lessons: one order, figures that are what the code draws, formulas that can be shown, every task with a link."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from latex2mathml.converter import convert
from markdown_it import MarkdownIt

from grader.course import load_course

ROOT = Path(__file__).resolve().parents[3]
TOPICS = load_course().topics
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(\S(?:[^$\n]*\S)?)\$", re.DOTALL)
LAST = ["Traps", "Tasks", "Further reading"]
MOST_WORDS = 2800


@pytest.fixture(params=TOPICS, ids=lambda topic: topic.slug)
def topic(request):
    return request.param


@pytest.fixture
def folder(topic):
    return ROOT / "exercises" / topic.slug


@pytest.fixture
def text(folder):
    return (folder / "README.md").read_text(encoding="utf-8")


def heads(text):
    code = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^## (.+)$", code, re.MULTILINE)


def test_lesson_opens_with_a_question_and_a_picture(text):
    opening = text.split("\n## ")[0]
    assert "?" in opening
    assert "](figures/" in opening


def test_lesson_is_short(text):
    """A word is what stands between spaces, so a formula is one or several."""
    assert len(text.split()) <= MOST_WORDS


def test_lesson_goes_from_derivation_over_worked_numbers_and_traps_to_the_tasks(text):
    found = heads(text)
    assert found[-3:] == LAST
    assert any(head.startswith("Worked numbers") for head in found[:-3])


def test_lesson_shows_four_figures_and_more(text, folder):
    shown = re.findall(r"!\[(.+?)\]\(figures/(\w+)\.svg\)", text)
    assert len(shown) >= 4
    assert {name for _, name in shown} == {file.stem for file in (folder / "figures").iterdir()}


def test_figure_has_both_grounds_a_text_and_a_small_size(folder):
    for file in (folder / "figures").iterdir():
        svg = file.read_text(encoding="utf-8")
        assert "prefers-color-scheme:dark" in svg, file
        assert re.search(r"<title>.{40,}</title>", svg), file
        assert len(svg.encode()) <= 60_000, file


def test_every_task_has_a_link_in_the_table_of_tasks(text, topic):
    table = text.split("\n## Tasks\n")[1].split("\n## ")[0]
    linked = re.findall(rf"^\| \[`(\w+)`\]\({topic.slug}\.py\) \|", table, re.MULTILINE)
    assert linked == [task.name for task in topic.tasks]


def test_every_formula_can_be_shown(text):
    formulas = [found[1] or found[2] for found in FORMULA.finditer(re.sub(r"`[^`]*`", "", text))]
    assert formulas
    for formula in formulas:
        shown = convert(formula)
        left = re.findall(r"\\[a-zA-Z]+", shown)
        assert left == [], formula


def test_every_formula_reaches_the_renderer_of_github_as_it_is_written(text):
    """There Markdown comes first: of a backslash before a comma it leaves the comma, and of two _ it makes italics."""
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        left = "".join(_after_markdown(part) for part in block.children or ())
        for formula in FORMULA.finditer(re.sub(r"`[^`]*`", "", block.content) if block.children else ""):
            assert formula[0] in left, formula[0]


def _after_markdown(part):
    """Return what Markdown leaves of a part of a line: its text, and a mark that no formula has for all else."""
    return {"text": part.content, "softbreak": "\n"}.get(part.type, "\0")


@pytest.mark.rest
def test_figures_are_what_the_code_draws():
    """`python docs/figures.py` draws them anew."""
    run = subprocess.run(
        [sys.executable, ROOT / "docs" / "figures.py", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
