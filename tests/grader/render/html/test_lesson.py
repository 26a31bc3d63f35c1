"""The page of a lesson: its Markdown as a page, and its tasks below."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest

from grader.course import load_course
from grader.render.html.lesson import Lesson, lesson_page, mathml

COURSE = load_course()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "losses" / "figures").mkdir(parents=True)
    (tmp_path / "losses" / "figures" / "a.svg").write_bytes(SVG)
    (tmp_path / "other.svg").write_bytes(SVG)
    return tmp_path / "losses"


@pytest.fixture
def lesson(folder):
    return lambda text: Lesson(COURSE.topic("losses"), [folder], text)


def page_of(slug):
    return lesson_page(COURSE, COURSE.topic(slug), [COURSE.exercises / slug])


@pytest.mark.parametrize("slug", COURSE.slugs)
def test_every_task_stands_below_the_lesson_with_its_signature_and_what_it_asks(slug):
    page = page_of(slug)
    for task in COURSE.topic(slug).tasks:
        part = page.partition(f'<h3 id="task-{task.id}">')[2].partition("<h3 ")[0]
        assert re.search(rf"(?:def|class) {task.name}\b", part)
        assert f"{task.points} point" in part and f"{task.minutes} min" in part
        assert f"{len(task.hints)} hints" in part
        assert part.count('class="docstring"') >= 1
        assert "NotImplementedError" not in part


@pytest.mark.parametrize("slug", COURSE.slugs)
def test_every_formula_and_figure_of_the_course_is_shown(slug):
    """No formula is left as it was typed, and no figure is its words alone."""
    text = (COURSE.exercises / slug / "README.md").read_text(encoding="utf-8")
    body = page_of(slug).split('<article class="lesson">')[1].split("</article>")[0]
    assert body.count("<img ") == text.count("](figures/")
    prose = re.sub(r"<pre.*?</pre>|<code>.*?</code>", "", body, flags=re.DOTALL)
    assert "$" not in prose and not re.search(r"\\[a-zA-Z]", prose)
    assert "<i>" not in prose


def test_links_of_the_table_of_tasks_lead_to_the_tasks(lesson):
    """In a course of notebooks too; a link to the file itself leads to all of them."""
    text = "[`softmax`](losses.py), [`softmax`](losses.ipynb), [losses.py](losses.py)"
    found = re.findall(r'href="(.*?)"', str(lesson(text).body))
    assert found == ["#task-losses.softmax", "#task-losses.softmax", "#tasks-in-full"]


def test_link_leads_into_the_web_or_to_a_heading_and_else_is_its_words(lesson):
    """Other lessons and files do not lie beside a page that may lie anywhere."""
    text = """# Losses

[web](https://d2l.ai) [head](#why-it-is-so) [own](README.md#why-it-is-so) [none](#nowhere)
[other](../mlp/README.md#depth) [file](../../datasets/README.md) [script](javascript:alert(1)) [a **b**](mlp.py)

## Why it is so
"""
    body = str(lesson(text).body)
    assert re.findall(r'href="(.*?)"', body) == ["https://d2l.ai", "#why-it-is-so", "#why-it-is-so"]
    assert "none" in body and "a <strong>b</strong>" in body
    assert "other (<code>grade lesson mlp</code>) file" in body
    assert body.count("<a ") == body.count("</a>") == 3


def test_headings_have_anchors_and_those_of_the_second_level_are_the_contents(lesson):
    """Two of one name are told apart; the first heading is the title of the page."""
    shown = lesson("# The `losses`\n\n## Why $x$?\n\n### Deeper\n\n## Why $x$?\n\n## Tasks in full\n")
    assert shown.title == "The losses" and "<h1" not in shown.body
    assert [name for name, _ in shown.heads] == ["why-x", "why-x-1", "tasks-in-full-1"]
    assert "<math" in shown.heads[0][1]
    assert '<h3 id="deeper">' in shown.body


def test_figure_is_inside_the_page_and_what_is_none_is_its_words(lesson):
    """Nothing is read from outside of the folder of the lesson, and nothing is loaded."""
    data = b64encode(SVG).decode()
    body = str(lesson("![a curve](figures/a.svg)").body)
    assert f'<img src="data:image/svg+xml;base64,{data}" alt="a curve">' in body
    for source in ("../other.svg", "figures/b.svg", "https://x.org/a.svg", "README.md", "/etc/passwd"):
        assert "<p><i>a curve</i></p>" in lesson(f"![a curve]({source})").body


def test_html_of_the_markdown_is_shown_as_it_is_written(lesson):
    """Between lines, in them, in code, in formulas, in what a formula may ask for, and in words for a figure."""
    evil = "<script>alert(1)</script>"
    formulas = f"$\\text{{{evil}}}$\n\n$$\\left( {evil}$$"
    text = f"{evil}\n\na {evil} `{evil}`\n\n```\n{evil}\n```\n\n{formulas}\n\n![{evil}](x.svg)"
    body = str(lesson(text).body)
    assert "<script" not in body and body.count("&lt;script") >= 5
    formula = mathml(r"\href{javascript:alert(1)}{x} \style{color:red}{y} \class{scroll}{z}", "inline")
    assert not re.search("href|style=|class=", formula)


def test_formula_that_is_none_is_shown_as_it_was_typed():
    """A learner's own note may hold anything."""
    assert mathml(r"\left( x", "block") == r"<code>\left( x</code>"


def test_formula_may_go_on_in_the_next_line_behind_a_relation_or_a_sum():
    """But not within brackets, not between a sign and its number, and no mark begins a line."""
    pieces = str(mathml("a = -b + (x = 1)^2 - c", "inline", ",")).split("<wbr>")
    assert [re.sub("<.*?>", "", piece) for piece in pieces] == ["a=", "−b+", "(x=1)2−", "c,"]
    assert pieces[-1].startswith('<span class="whole">')
    assert str(mathml(r"a, \qquad (b) - c = d", "block")).count("<wbr>") == 3
    assert 'displaystyle="true"' in mathml("a", "block")


def test_bars_are_a_pair(lesson):
    """|x| without room inside; a bar alone is one between two things."""
    assert re.findall(r'form="(\w+)"', mathml("|x|", "inline")) == ["prefix", "postfix"]
    assert "form" not in mathml("p(x|y)", "inline")
    assert mathml(r"\lvert f''' \rvert", "inline").count('stretchy="false"') == 2


@pytest.mark.parametrize("latex, is_sign", [("(-a, a)", True), ("(a) - b", False), ("|x| - 1", False), ("a, -b", True)])
def test_minus_is_a_sign_behind_what_opens(latex, is_sign):
    """No room stands between it and its number."""
    assert ('form="prefix">−' in mathml(latex, "inline")) is is_sign


def test_table_and_code_scroll_by_themselves(lesson):
    """They are named by the heading above, for who reaches them with the keyboard."""
    body = str(lesson("## Numbers\n\n| a |\n|--:|\n| 1 |\n\n```python\nx = 1\n```\n").body)
    assert '<div class="scroll" tabindex="0" role="region" aria-labelledby="numbers"><table>' in body
    assert '<th scope="col">a</th>' in body and "style" not in body
    assert '<pre class="traceback" tabindex="0" aria-labelledby="numbers"><code>x = 1\n</code></pre>' in body


def test_sentences_of_a_docstring_fit_any_width_and_its_examples_stay():
    """A line that was full goes on; arguments, formulas and examples keep their lines."""
    page = page_of("optimizers")
    part = page[page.index('id="task-optimizers.gradient_descent"') :].partition("<h3")[0]
    assert "differentiable by autograd.\n    x0: (*)" in part
    assert "\n    tensor([[ 1.0000, -2.0000],\n" in part
    head = page[page.index('<pre class="docstring">') :].partition("</pre>")[0]
    assert "which stay as they were." in head and "\n- `step()` takes" in head


def test_functions_and_primes_have_the_room_that_tex_gives_them():
    """A name before a number or a letter, but not before a bracket; a prime is no small sign up there."""
    assert '<mo form="prefix" lspace="0.167em" rspace="0.167em">ln</mo><mn>3</mn>' in mathml(r"4 \ln 3", "inline")
    assert 'lspace="0" rspace="0.167em">log</mo>' in mathml(r"-\log p", "inline")
    assert 'rspace="0">tanh</mo>' in mathml(r"\tanh(x)", "inline")
    assert "<msup>" not in mathml("h' = f''(x)", "inline") and "<msup>" in mathml("h^2", "inline")
