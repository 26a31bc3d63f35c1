"""The cache key of a grading: equal keys mean that grading again would find the same."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from grader import __version__
from grader.course import Course
from grader.course.digest import digest_of_files, files_under
from grader.course.topics import PACKAGE
from grader.intake import Content
from grader.intake.topic_imports import files_needed
from grader.judge.order import Order

# Parts of the grader that no grading imports: a change of a page or of a command grades nothing again.
NEVER_JUDGE = (
    "classroom", "cli", "doctor", "learner", "notebook", "release", "render", "text", "verify", "watch",
)  # fmt: skip
SOURCES = (".py", ".toml")
MANIFEST = "manifest.toml"  # of the data sets, with the checksum of each file
FORMAT = 3  # of this key; a new one forgets every report that was kept


def key_of(order: Order, digest: str) -> str:
    """Return the sha256 over everything that the report of an order depends on: of one topic, and what it imports.

    `digest` is the topic's, from `topic_digest`.
    """
    parts = {
        "format": FORMAT,
        "topic": order.submission.name,
        "course": digest,
        "files": {topic: _file(file) for topic, file in order.submission.files.items()},
        "seed": order.seed,
        "tasks": sorted(set(order.task_ids)),
        "device": order.accelerator.words,  # not the choice: `auto` is another one elsewhere
        "sandbox": order.sandbox,
        "seconds": order.seconds,
        "versions": dict(versions()),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _file(file: Path | Content) -> tuple[str, str]:
    assert isinstance(file, Content)  # a class hands in bytes
    return file.name, hashlib.sha256(file.data).hexdigest()


def topic_digest(course: Course, slug: str) -> str:
    """Return the sha256 of one topic's part of the course, and of the data sets; READMEs and stubs are left out.

    Raises:
        UnknownTask: there is no such topic.
    """
    course.topic(slug)
    suites = course.suites / slug
    named = {
        "topic.toml": str(course.exercises / slug / "topic.toml"),
        **{f"solutions/{each}.py": str(course.solution_file(each)) for each in _solutions_read(course, slug)},
        MANIFEST: str(course.datasets / MANIFEST),
        **{f"suites/{name}": file for name, file in files_under(suites, SOURCES)},
        **{f"shared/{file.name}": str(file) for file in course.suites.glob("*") if file.suffix in SOURCES},
    }
    return digest_of_files((name, file) for name, file in named.items() if os.path.isfile(file))


def _solutions_read(course: Course, slug: str) -> Iterable[str]:
    """Return the topics whose solutions that of a topic may import, with its own."""
    files = {each: course.solution_file(each) for each in course.slugs if course.has_solution(each)}
    contents = {each: Content(file.name, file.read_bytes()) for each, file in files.items()}
    return files_needed(slug, contents) if slug in contents else [slug]


@functools.cache
def versions() -> Mapping[str, str]:
    """What judges on this machine, in its versions; found once for each process."""
    return {
        "torchgrade": __version__,
        "grader": judge_digest(PACKAGE),
        "torch": version("torch"),
        "numpy": version("numpy"),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "platform": f"{platform.system()} {platform.machine()}",
    }


def judge_digest(package: Path) -> str:
    """Return the sha256 of the sources of a grader package, but for the parts that no grading imports."""
    return digest_of_files(
        (name, file) for name, file in files_under(package, SOURCES) if name.partition("/")[0] not in NEVER_JUDGE
    )
