"""The cache key of a grading: equal keys mean that grading again would find the same."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from grader import __version__
from grader.course import Course
from grader.course.digest import digest_of_files, files_under
from grader.course.topics import PACKAGE
from grader.intake import Content
from grader.judge.order import Order

# Parts of the grader that no grading imports: a change of a page or of a command grades nothing again.
NEVER_JUDGE = (
    "classroom", "cli", "doctor", "learner", "notebook", "release", "render", "text", "verify", "watch",
)  # fmt: skip
SOURCES = (".py", ".toml")
MANIFEST = "manifest.toml"  # of the data sets, with the checksum of each file
FORMAT = 3  # of this key; a new one forgets every report that was kept


def key_of(order: Order, digest: str) -> str:
    """Return the sha256 over everything that the report of an order depends on, which is of one topic.

    `digest` is the topic's, from `topic_digest`.
    """
    ((topic, file),) = order.submission.files.items()
    assert isinstance(file, Content)  # a class hands in bytes
    parts = {
        "format": FORMAT,
        "topic": topic,
        "course": digest,
        "file": hashlib.sha256(file.data).hexdigest(),
        "name": file.name,
        "seed": order.seed,
        "tasks": sorted(set(order.task_ids)),
        "device": order.accelerator.words,  # not the choice: `auto` is another one elsewhere
        "sandbox": order.sandbox,
        "seconds": order.seconds,
        "versions": dict(versions()),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def topic_digest(course: Course, slug: str) -> str:
    """Return the sha256 of one topic's part of the course, and of the data sets; READMEs and stubs are left out.

    Raises:
        UnknownTask: there is no such topic.
    """
    course.topic(slug)
    suites = course.suites / slug
    named = {
        "topic.toml": str(course.exercises / slug / "topic.toml"),
        "solution": str(course.solution_file(slug)),
        MANIFEST: str(course.datasets / MANIFEST),
        **{f"suites/{name}": file for name, file in files_under(suites, SOURCES)},
        **{f"shared/{file.name}": str(file) for file in course.suites.glob("*") if file.suffix in SOURCES},
    }
    return digest_of_files((name, file) for name, file in named.items() if os.path.isfile(file))


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
