"""A made-up course with one topic and its suite, and a made-up translation of it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from grader import text as spoken
from grader.course import Course
from grader.course.topics import read_topics
from grader.text import digest

LANGUAGE = "xx"
FILES = {
    "exercises/losses/topic.toml": """
        title = "Losses"
        order = 30
        [[tasks]]
        name = "softmax"
        title = "Probabilities"
        points = 2
        hints = ["look at the axis", "exp, then divide"]
        torch = "torch.softmax"
        differs = "it has dtype"
        """,
    "solutions/losses.py": "import torch\n\n\ndef softmax(x, dim):\n    return torch.softmax(x, dim)\n",
    "tests/suites/losses/test_softmax.py": '''
        def test_softmax_rows(submission):
            """Each row sums to 1."""


        def test_softmax_without_a_sentence(submission): ...
        ''',
    "tests/suites/losses/mistakes/softmax.py": """
        from grader.suite import mistake

        AXIS = "over the batch"


        @mistake(f"the softmax ran {AXIS}")
        def over_batch(x, dim): ...


        @mistake("this is the logarithm")
        def logarithm(x, dim): ...
        """,
}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    places = (tmp_path / name for name in ("exercises", "solutions", "tests/suites", "datasets"))
    return Course(*places, read_topics(tmp_path / "exercises"))


@pytest.fixture
def translate(course: Course):
    """Write the translation: (English, translated) by key."""

    def write(**texts: tuple[str, str]) -> Path:
        rows = []
        for name, (english, text) in texts.items():
            key = (
                "topic.losses.title" if name == "topic" else f"task.losses.softmax.{name.replace('__', '.')}"
            )
            rows.append(f'["{key}"]\nof = "{digest(english)}"\ntext = "{text}"\n')
        file = spoken.topic_file(course.exercises, "losses", LANGUAGE)
        file.write_text("\n".join(rows), encoding="utf-8")
        return file

    return write
