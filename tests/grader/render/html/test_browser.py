"""The pages in a real browser; skipped where neither Chromium nor Chrome is installed."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.feedback import feedback_page
from grader.course import load_course
from grader.render.html.lesson import lesson_page
from grader.render.html.report_page import report_page
from grader.report import Verdict

LESSONS = [f"lesson_{slug}" for slug in load_course().slugs]
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)

SCORES = """() => [...document.querySelectorAll("table[data-sortable] tbody tr")]
  .map((row) => row.cells[1].textContent)"""
SHOWN_THOUGH_CLOSED = """() => [...document.querySelectorAll("details:not([open]) .behind")]
  .filter((part) => part.checkVisibility({contentVisibilityAuto: true})).length"""

FARTHEST = """() => Math.max(...[...document.querySelectorAll(".made figure")]
  .map((figure) => figure.getBoundingClientRect().right))"""

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed"),
    pytest.mark.timeout(100),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, class_result, report, hostile):
    """The pages as files."""
    folder = tmp_path_factory.mktemp("pages")
    course = load_course()
    lessons = [lesson_page(course, topic, [course.exercises / topic.slug]) for topic in course.topics]
    pages = {
        **dict(zip(LESSONS, lessons, strict=True)),
        "class": class_page(class_result),
        "feedback": feedback_page(class_result.standings[3], class_result),
        "report": report_page(report),
        "gallery": report_page(all_right(report)),
        "hostile_gallery": report_page(all_right(hostile[0])),
        "hostile_report": report_page(hostile[0]),
        "hostile_class": class_page(hostile[1]),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def all_right(report):
    """The report as if every task and test had passed."""
    tasks = [replace(task, verdict=Verdict.PASS, tests=tuple(map(passed, task.tests))) for task in report.tasks]
    return replace(report, tasks=tuple(tasks))


def passed(test):
    return replace(test, verdict=Verdict.PASS, message=None, traceback=None)


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root has none
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, folder):
    """Open a page; returned with it: what the console said, and what was asked for besides the page itself."""
    contexts = []

    def visited(name, width=1280, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page, told, asked = context.new_page(), [], []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda problem: told.append(str(problem)))
        page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        return page, told, [url for url in asked[1:] if not url.startswith("data:")]

    yield visited
    for context in contexts:
        context.close()


PAGES = ("class", "feedback", "report", "hostile_report", "hostile_class", "gallery", "hostile_gallery")


@pytest.mark.parametrize("name", [*LESSONS, *PAGES])
def test_page_fits_a_phone_and_asks_for_nothing(visit, name):
    """At 360 pixels the page itself does not scroll sideways, nothing is complained about, nothing is fetched."""
    page, told, asked = visit(name, width=360)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert (told, asked) == ([], [])


@pytest.mark.parametrize("width", [400, 1280])
def test_gallery_fits_and_its_labels_do_not_break(visit, width):
    """Each label of a picture stands on one line, and each drawing stays inside of the page."""
    page, told, _ = visit("gallery", width=width)
    heights = page.evaluate("[...document.querySelectorAll('.made .panels span')].map((each) => each.clientHeight)")
    right = page.evaluate(FARTHEST)
    assert len(heights) == 6 and max(heights) < 25 and 0 < right <= width
    assert page.locator(".made").first.is_visible() and told == []


def test_table_is_sorted_with_the_keyboard(visit):
    """A heading is reached by Tab and pressed by Enter: upwards, downwards, those without a value last."""
    page, told, _ = visit("class")
    button = page.locator("table[data-sortable] th", has_text="score").locator("button")
    page.locator("table[data-sortable] th button").first.focus()
    page.keyboard.press("Tab")
    assert button.evaluate("(button) => button === document.activeElement")
    page.keyboard.press("Enter")
    up = page.evaluate(SCORES)
    page.keyboard.press("Enter")
    down = page.evaluate(SCORES)
    numbers = [float(value) for value in up if value]
    without = len(up) - len(numbers)
    assert numbers == sorted(numbers) and without and set(up[len(numbers) :]) == {""}
    assert [float(value) for value in down[:-without]] == numbers[::-1] and set(down[-without:]) == {""}
    heading = page.locator("table[data-sortable] th[aria-sort]")
    assert heading.count() == 1 and heading.get_attribute("aria-sort") == "descending"
    assert told == []


def test_script_of_a_submission_does_not_run(visit):
    """The policy stops even a script that somebody got into the page."""
    page, told, asked = visit("report")
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const picture = document.createElement("img");
          picture.src = "https://example.org/x.png";
          picture.setAttribute("onerror", "window.ran = true");
          document.body.append(picture);
        }"""
    )
    page.wait_for_timeout(50)
    assert page.evaluate("window.ran") is None
    assert told and all("Content Security Policy" in line for line in told)


def test_pages_have_a_dark_look_on_the_screen_and_a_light_one_on_paper(visit):
    """The colours follow the system; what is closed on the screen is open on paper."""
    page, _, _ = visit("report", scheme="dark")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(17, 21, 27)"
    hidden = page.evaluate(SHOWN_THOUGH_CLOSED)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    assert hidden == 0 and page.evaluate(SHOWN_THOUGH_CLOSED) > 0


def test_name_of_a_student_stays_in_sight_while_the_map_is_moved(visit):
    """The first column sticks to the edge on a phone."""
    page, _, _ = visit("class", width=360)
    left = page.evaluate(
        """() => {
          const region = document.querySelector("table.map").parentElement;
          region.scrollLeft = 200;
          const name = region.querySelector("tbody th");
          return [region.scrollLeft, name.getBoundingClientRect().left - region.getBoundingClientRect().left];
        }"""
    )
    assert left[0] > 100 and abs(left[1]) < 2
