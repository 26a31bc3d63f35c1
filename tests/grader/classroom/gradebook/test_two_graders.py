"""Two graders write into one gradebook, and one of them is killed in the middle."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.classroom.gradebook import Gradebook

WRITER = Path(__file__).with_name("writer.py")
REPORTS = 25


def started(path, name):
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(path), name, str(REPORTS)], stdout=subprocess.PIPE, text=True
    )


def said(process):
    """The keys that a writer was told to be committed, to its end."""
    return [line.strip() for line in process.stdout if line.endswith("\n")]


@pytest.mark.parametrize("before_the_kill", [1, 9])
def test_nothing_that_was_committed_is_lost_when_one_of_two_graders_is_killed(path, before_the_kill):
    """Every report that either of them was told to be kept is there and whole, and the other goes on to its end."""
    killed, other = started(path, "killed"), started(path, "other")
    with killed, other:
        kept = [killed.stdout.readline().strip() for _ in range(before_the_kill)]
        killed.kill()
        kept += said(killed)
        finished = said(other)
        assert other.wait() == 0
    assert len(finished) == REPORTS
    with Gradebook(path) as book:
        assert book._connection.rows("PRAGMA integrity_check") == [("ok",)]
        assert book._connection.rows("PRAGMA foreign_key_check") == []
        for key in {*kept, *finished}:
            assert book.known(key).tasks[0].id == "losses.softmax"
        runs = {entry.facts.title: entry for entry in book.runs()}
        assert runs["other"].students == REPORTS
        assert runs["killed"].finished is None
        assert runs["killed"].gradings >= before_the_kill
