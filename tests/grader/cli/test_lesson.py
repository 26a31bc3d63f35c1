"""`grade lesson`: a lesson as a page, written or opened in a browser."""

import webbrowser

import pytest


@pytest.fixture
def opened(monkeypatch):
    """The addresses that a browser was given."""
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or True)
    return asked


@pytest.fixture
def mine(grade, tmp_path, monkeypatch):
    """A course folder of one topic, and the way into it."""
    grade("init", str(tmp_path / "mine"), "--topic", "optimizers")
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def test_page_is_written_where_it_is_asked_for(grade, work, opened):
    """Without a course folder it is the course's own lesson, and no browser is opened."""
    assert grade("lesson", "optimizers", "--html", "page.html") == (0, "the page is in page.html\n", "")
    page = (work / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count('<img src="data:image/svg+xml;base64,') >= 4
    assert 'id="task-optimizers.SGD"' in page
    assert opened == []


def test_lesson_of_the_learner_comes_before_that_of_the_course(grade, mine, opened):
    """What somebody has written into their copy is on the page; a figure that they deleted is the course's."""
    lesson = mine / "optimizers/README.md"
    text = lesson.read_text(encoding="utf-8") + "\nA note of mine.\n"
    lesson.write_text(text, encoding="utf-8")
    for figure in (mine / "optimizers").glob("figures/*.svg"):
        figure.unlink()
    grade("lesson", "optimizers", "--html", "page.html")
    page = (mine / "page.html").read_text(encoding="utf-8")
    assert "A note of mine." in page
    assert page.count("<img ") == text.count("](figures/")


def test_lesson_is_opened_from_the_folder_that_the_course_keeps(grade, mine, opened):
    """In a course folder nothing is written beside the learner's files."""
    before = sorted(mine.rglob("*"))
    code, out, _ = grade("lesson", "losses")
    file = mine / ".torchgrade/lessons/losses.html"
    assert code == 0 and opened == [file.as_uri()] and str(file) in out
    assert sorted(set(mine.rglob("*")) - set(before)) == [file.parent, file]
    assert ".torchgrade/lessons/" in (mine / ".gitignore").read_text()


def test_lesson_is_opened_outside_of_a_course_folder_too(grade, work, opened):
    """From a temporary file."""
    assert grade("lesson", "losses")[0] == 0
    (address,) = opened
    assert address.startswith("file://") and address.endswith("/losses.html")


def test_without_a_browser_the_way_to_a_file_is_named(grade, mine, monkeypatch):
    """As on a server."""
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    code, out, err = grade("lesson", "losses")
    assert (code, out) == (2, "")
    assert "`--html FILE`" in err


def test_unknown_topic_and_unknown_folder_are_refused_as_by_other_commands(grade, work, opened):
    """With the nearest name, and before anything is written."""
    code, _, err = grade("lesson", "optimizer")
    assert code == 2 and "did you mean optimizers" in err
    assert err == grade("list", "optimizer")[2]
    code, _, err = grade("lesson", "losses", "--html", "none/page.html")
    assert code == 2 and "there is no folder none" in err
    assert opened == []
