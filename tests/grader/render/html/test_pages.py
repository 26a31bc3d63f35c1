"""What every page has in common: it stands alone, can be read aloud, and lets no text become markup."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.feedback import feedback_page
from grader.course import load_course
from grader.render.html.lesson import lesson_page
from grader.render.html.report_page import report_page

VOID = {"meta", "link", "img", "wbr", "br"}
OPTIONAL_END = {"td"}  # the cells of the map leave it out
PAGES = ("lesson", "report", "class", "feedback", "hostile report", "hostile class", "hostile feedback")


class Reader(HTMLParser):
    """Collects the elements of a page and checks that they are nested."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts, self.nested = [], [], [], True
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if self.open and self.open[-1] == "td" and tag in ("td", "tr", "th"):
            self.open.pop()
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL_END:
            self.open.pop()
        self.nested = self.nested and bool(self.open) and self.open[-1] == tag
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)

    def all(self, *tags):
        return [attrs for tag, attrs, _ in self.elements if tag in tags]


@pytest.fixture(scope="module")
def pages(class_result, report, hostile):
    evil_report, evil_class, _ = hostile
    course = load_course()
    return {
        "lesson": lesson_page(course, course.topic("optimizers"), [course.exercises / "optimizers"]),
        "report": report_page(report),
        "class": class_page(class_result),
        "feedback": feedback_page(class_result.standings[3], class_result),
        "hostile report": report_page(evil_report),
        "hostile class": class_page(evil_class),
        "hostile feedback": feedback_page(evil_class.standings[0], evil_class),
    }


@pytest.fixture(params=PAGES)
def page(pages, request):
    return pages[request.param]


@pytest.fixture
def read(page):
    return Reader(page)


def test_elements_are_nested_and_closed(read):
    """Whatever a submission has written, the page stays in one piece."""
    assert read.nested and read.open == []


def test_policy_allows_this_style_and_this_script_alone(page, read):
    """The policy names the digests of what is in the page, and no other source but pictures inside it."""
    (policy,) = [m["content"] for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    for tag in ("style", "script"):
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL):
            digest = b64encode(sha256(inside.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy
    assert len(read.all("style")) == 1 and len(read.all("script")) <= 1


def test_nothing_is_loaded_and_nothing_is_styled_or_run_inline(read):
    """Links lead within the page, to a page of feedback, or from a lesson into the web; nothing has its own style."""
    for _, attrs, _ in read.elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("style", "srcset", "action")]
        inside = r"#|data:image/(?:png|svg\+xml);base64,"
        assert re.match(rf"{inside}|data:,$|feedback/[a-z0-9-]+\.html$|https://", attrs.get("href", "#"))
        assert re.match(inside, attrs.get("src", "#"))
    assert not read.all("iframe", "object", "embed", "form", "base", "audio", "video")


def test_hostile_text_stays_text(pages, hostile):
    """No character of a submission opens an element, moves the cursor or turns the line around."""
    for name in PAGES[4:]:
        text = "".join(Reader(pages[name]).texts)
        assert "<script>alert(1)" in text and "{{7*7}}" in text and "49" not in re.findall(r"`(\d+)", text)
        assert not re.search("[\u202e\u200b\x1b\x00\ud800]", pages[name])
        assert "\\u202e" in text
        assert "alert(1)</script>" not in pages[name]
        assert len(pages[name]) < 200_000


def test_every_target_of_a_link_or_label_exists_once(read):
    """Ids are unique, and what links and labels name is there."""
    ids = [attrs["id"] for _, attrs, _ in read.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs, _ in read.elements:
        for target in (
            attrs.get("href", "").removeprefix("#") * attrs.get("href", "").startswith("#"),
            attrs.get("aria-labelledby"),
        ):
            assert not target or target in ids


def test_tables_have_headings_with_a_scope(read):
    """Each heading of a table says whether it stands over a column or beside a row."""
    assert all(attrs.get("scope") in ("col", "row", "colgroup") for attrs in read.all("th"))


def test_pictures_say_what_they_show(read):
    """Each image has words instead, each drawing a title and a description, or is hidden from reading aloud."""
    assert all(attrs["alt"] for attrs in read.all("img"))
    outer = [attrs for tag, attrs, inside in read.elements if tag == "svg" and "svg" not in inside]
    assert outer or read.all("img")
    assert all(attrs.get("role") == "img" or attrs.get("aria-hidden") == "true" for attrs in outer)
    titles = [tag for tag, _, inside in read.elements if tag in ("title", "desc") and "svg" in inside]
    assert len(titles) == 2 * len([attrs for attrs in outer if attrs.get("role") == "img"])


def test_what_scrolls_can_be_reached_with_the_keyboard(read):
    """A region that scrolls takes the focus and has a name."""
    regions = [
        attrs
        for attrs in read.all("div", "pre")
        if attrs.get("class") in ("scroll", "scroll tall", "traceback")
    ]
    for attrs in regions:
        assert attrs["tabindex"] == "0" and (attrs.get("aria-label") or attrs.get("aria-labelledby"))


def test_headings_go_down_step_by_step(read):
    """There is one first heading, and none skips a level."""
    levels = [int(tag[1]) for tag, _, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_page_is_complete_without_the_script(page):
    """Only the table of students has a script, which adds to it."""
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert 'name="viewport"' in page
    assert "<button" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
