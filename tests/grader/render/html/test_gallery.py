"""The gallery of a report's page: what tests of right tasks drew, once, and in the order of the report."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from grader.course import load_course
from grader.judge.grading import grade_submission
from grader.render.html.report_page import report_page
from grader.report import Curve, Path, Verdict


@pytest.fixture
def task(report):
    """A task of the report that draws a curve and three pictures."""
    return next(task for task in report.tasks if task.id == "cnn.train_cnn")


def page_of(report, *tasks):
    return report_page(replace(report, tasks=tasks))


def with_verdict(task, verdict, **drawn):
    tests = tuple(replace(test, verdict=verdict, message=None, **drawn) for test in task.tests[1:2])
    return replace(task, verdict=verdict, tests=tests, message=None)


def gallery(page):
    """The part of the page that is the gallery; nothing if there is none."""
    found = re.search(r'<section aria-labelledby="made">.*?\n</details>\n</section>', page, re.DOTALL)
    return found[0] if found else ""


def test_gallery_shows_what_right_tasks_drew(report, task):
    """Pictures stand below the task's title, with a link to its row, and the row leads back."""
    page = page_of(report, with_verdict(task, Verdict.PASS))
    shown = gallery(page)
    assert "What you made</h2>" in shown and "Misread" in shown and "taken for a 6" in shown
    assert '<a href="#task-cnn.train_cnn">' in shown and '<li id="task-cnn.train_cnn">' in page
    assert '<h4 id="made-cnn.train_cnn">' in shown and '<a href="#made-cnn.train_cnn">What you made</a>' in page


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.is_right])
def test_gallery_leaves_out_what_is_not_right(report, task, verdict):
    """What a task drew that is not right stays with its test, and a page without a right one has no gallery."""
    page = page_of(report, with_verdict(task, verdict))
    assert "What you made" not in page and "#made-" not in page and page.count("Misread") > 0


def test_gallery_leaves_out_tests_that_do_not_pass(report, task):
    """An open detail of a right task draws at its own place."""
    failed = replace(with_verdict(task, Verdict.FAIL).tests[0], detail=True)
    page = page_of(report, replace(with_verdict(task, Verdict.PASS), verdict=Verdict.RIGHT, tests=(failed,)))
    assert not gallery(page) and "Misread" in page


def test_gallery_is_missing_where_nothing_was_drawn(report, task):
    """A right task without drawings has no place in it, and no link to it."""
    bare = with_verdict(task, Verdict.PASS, curves=(), paths=(), tables=(), pictures=())
    page = page_of(report, bare)
    assert not gallery(page) and "What you made" not in page


def test_no_picture_is_in_the_page_twice(report, task):
    """The gallery takes a drawing away from its test's row."""
    page = page_of(report, with_verdict(task, Verdict.PASS))
    images = re.findall(r'src="(data:image[^"]+)"', page)
    assert len(images) == 6 + 2 and len(set(images)) == 1 + 2  # one digit six times, and two filters
    assert page.count("<b>Digits</b>") == page.count("<b>Misread</b>") == page.count("<b>First layer</b>") == 1


def test_gallery_keeps_the_order_of_the_report(report, task):
    """Topics and tasks come as they do below, each topic with a heading."""
    names = ["rnn.b", "rnn.a", "cnn.z"]
    shown = gallery(page_of(report, *(replace(with_verdict(task, Verdict.PASS), id=name) for name in names)))
    assert re.findall(r'<h4 id="made-([^"]+)"', shown) == names
    assert re.findall(r"<h3>(\w+)</h3>", shown) == ["rnn", "cnn"]


def test_gallery_is_folded_while_something_went_wrong(report, task):
    """Then there is a failure to look at first."""
    right, wrong = (with_verdict(task, verdict) for verdict in (Verdict.PASS, Verdict.FAIL))
    wrong = replace(wrong, id="cnn.other")
    opened = '<details class="topic" open>\n<summary><h2 id="made">'
    assert opened in page_of(report, right) and opened not in page_of(report, right, wrong)


def test_curve_beside_a_reference_stays_with_its_test(report, task):
    """It is there to find a fault; one that stands alone is what was made."""
    beside, alone = Curve("beside", (1.0, 2.0), (1.0, 2.0), 2, 0.0), Curve("alone", (1.0, 2.0), (), 2, 0.0)
    page = page_of(report, with_verdict(task, Verdict.PASS, curves=(beside, alone)))
    shown = gallery(page)
    assert "<b>alone</b>" in shown and "<b>beside</b>" not in shown
    assert page.count("<b>alone</b>") == page.count("<b>beside</b>") == 1


def test_ways_of_several_tasks_from_one_start_are_one_picture(report, task):
    """Each has a line of its own and a link; a path of another title or start stays with its task."""
    here, there = ((0.0, 1.0), (1.0, 2.0)), ((5.0, 1.0), (1.0, 2.0))
    paths = [
        (Path("ravine", here, here), Path("other", here, here)),
        (Path("ravine", here, ()), Path("slope", here, ())),
        (Path("ravine", there, ()), Path("slope", there, ())),
    ]
    tasks = [
        replace(with_verdict(task, Verdict.PASS, curves=(), pictures=(), paths=each), id=f"optimizers.{name}")
        for name, each in zip("abc", paths, strict=True)
    ]
    shown = gallery(page_of(report, *tasks))
    assert [shown.count(f"<b>{title}</b>") for title in ("ravine", "other", "slope")] == [2, 1, 2]
    assert shown.count('class="way0"') == shown.count('class="way1"') == 2 and "way2" not in shown
    assert re.findall(r'</svg> <a href="#task-([^"]+)">', shown) == ["optimizers.a", "optimizers.b"]


def curves_of(*titles, steps=3, reference=()):
    return tuple(Curve(title, (3.0, 2.0, 1.0 / place), reference, steps, 0.0) for place, title in enumerate(titles, 1))


def test_curves_of_one_title_but_for_its_end_are_one_picture(report, task):
    """The end of each title names its line."""
    page = page_of(report, with_verdict(task, Verdict.PASS, pictures=(), curves=curves_of("loss, deep", "loss, flat")))
    assert page.count("<figure>") == 1 and "<b>loss</b>" in page and page.count('class="way1"') == 2
    assert re.findall(r"</svg> (\w+)</li>", page) == ["deep", "flat"]


@pytest.mark.parametrize(
    "curves",
    [
        curves_of("loss, deep", "cost, deep"),
        curves_of("loss", "loss"),
        curves_of("loss, deep", "loss, flat", reference=(3.0, 2.0, 1.0)),
        (*curves_of("loss, deep"), *curves_of("loss, flat", steps=9)),
    ],
    ids=["other titles", "no end", "beside a reference", "other lengths"],
)
def test_other_curves_are_drawn_one_by_one(report, task, curves):
    """They have scales of their own."""
    page = page_of(report, with_verdict(task, Verdict.PASS, pictures=(), curves=curves))
    assert page.count("<figure>") == 2 and 'class="way0"' not in page


@pytest.mark.parametrize(("off", "shown"), [(1e-4, False), (0.1, True)])
def test_reference_of_a_path_is_left_out_where_both_go_the_same_way(report, task, off, shown):
    """A line below another one is only seen as a muddle."""
    theirs = tuple((float(step), 2.0 * step) for step in range(4))
    path = Path("way", theirs, tuple((x, y + off) for x, y in theirs))
    page = page_of(report, with_verdict(task, Verdict.PASS, curves=(), pictures=(), paths=(path,)))
    assert (">reference</text>" in gallery(page)) is shown
    assert ("the reference goes" in gallery(page)) is shown


def test_gallery_is_bounded(report, task):
    """Each test shows six drawings of a kind at most, wherever they stand."""
    (test,) = with_verdict(task, Verdict.PASS).tests
    page = page_of(report, with_verdict(task, Verdict.PASS, pictures=test.pictures[:1] * 50))
    assert gallery(page).count("<b>Digits</b>") == 6 == page.count("<b>Digits</b>")


def test_gallery_escapes_what_a_submission_may_have_written(hostile):
    """Titles, labels and lines of a hostile report are text, also where they passed."""
    report, _, evil = hostile
    (task,) = report.tasks
    (test,) = task.tests
    passed = replace(test, verdict=Verdict.PASS, message=None, traceback=None)
    page = page_of(report, replace(task, verdict=Verdict.PASS, tests=(passed,), message=None))
    assert evil.startswith("</script>") and gallery(page).count("&lt;/script&gt;") > 10
    assert "<img src=x" not in page and "<script" not in page and "\u202e" not in page


@pytest.mark.timeout(100)
def test_gallery_of_a_real_grading(tmp_path):
    """Two optimisers share a picture, cones and a kernel are shown; an edge filter that is wrong is not."""
    for name in ("cnn", "optimizers"):
        text = load_course().solution_file(name).read_text(encoding="utf-8")
        turned = text.replace('direction == "vertical"', 'direction == "horizontal"')
        (tmp_path / f"{name}.py").write_text(turned, encoding="utf-8")
    names = ("optimizers.SGD", "optimizers.Adagrad", "cnn.edge_filter", "cnn.learn_filter", "cnn.receptive_field")
    graded = grade_submission([tmp_path], tasks=names, seed=7, jobs=1, needs=False)
    shown = gallery(report_page(graded))
    assert re.findall(r'<h4 id="made-([^"]+)"', shown) == [name for name in names if "edge" not in name]
    assert re.findall(r'</svg> <a href="#task-([^"]+)">', shown) == ["optimizers.SGD", "optimizers.Adagrad"]
    assert "dilations 1, 2, 4, 8" in shown and "the kernel that was found" in shown and "edges of a digit" not in shown
    assert shown.count('src="data:image/png') == 3 + 1
