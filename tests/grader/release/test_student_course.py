"""What `grade release` writes of topics and translations."""

from __future__ import annotations

from grader.course import Task, Topic
from grader.course.topics import read_topic
from grader.release.student_course import topic_file, translation_file

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


def test_translation_goes_out_without_hidden_tests_and_mistakes(tmp_path):
    """Titles, hints and visible tests stay translated; sentences of mistakes and hidden tests do not go out."""
    names = {
        "topic.losses.title": True,
        "task.losses.softmax.title": True,
        "task.losses.softmax.hint.1": True,
        "task.losses.softmax.check.test_softmax_of_logarithms": True,
        "task.losses.softmax.check.test_softmax_sums_to_one": False,
        "task.losses.softmax.mistake.softmax_over_batch": False,
        "task.losses.softmax.mistake.softmax_over_batch.hint": False,
        "task.losses.sigmoid.title": False,
    }
    file = tmp_path / "losses.de.toml"
    file.write_text(
        "\n".join(f'["{name}"]\nof = "12345678"\ntext = "{name}!"' for name in names), encoding="utf-8"
    )
    visible = {"task.losses.softmax.check.test_softmax_of_logarithms"}
    text = translation_file(file, {"losses.softmax"}, visible)
    for name, goes in names.items():
        assert (f'["{name}"]' in text) is goes
