"""What `grade release` writes of topics."""

from __future__ import annotations

from grader.course import Task, Topic
from grader.course.topics import read_topic
from grader.release.student_course import topic_file

ODD = 'a "quoted" word, a \\ back\tslash, \x7f and ünïcode 🙂'


def test_topic_file_reads_back_as_it_was(tmp_path):
    """Any text comes back; a need that does not go out is left out."""
    task = Task("deep.one", "deep", "one", ODD, 2, ("deep.zero", "losses.softmax"), (ODD, "b"), False)
    topic = Topic("deep", ODD, 20, (task,))
    file = tmp_path / "deep" / "topic.toml"
    file.parent.mkdir()
    file.write_text(
        topic_file(topic, [task], {"deep.one": 4}, {"deep.one", "losses.softmax"}), encoding="utf-8"
    )
    (read,) = read_topic(file).tasks
    assert (read.title, read.hints, read.computes, read.hidden) == (ODD, (ODD, "b"), False, 4)
    assert read.needs == ("losses.softmax",)
