"""What topic.toml may say, and how each broken rule is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import CourseError, Task, TopicFileError
from grader.course.topics import Table, read_topic, read_topics

TASK = {"name": '"softmax"', "title": '"Scores"', "points": "2", "needs": "[]", "hints": '["one", "two"]'}


def topic(
    root: Path, slug: str = "losses", tasks: tuple[dict[str, str], ...] = ({},), head: str = ""
) -> Path:
    file = root / slug / "topic.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    tables = [
        "[[tasks]]\n" + "".join(f"{key} = {value}\n" for key, value in (TASK | changed).items() if value)
        for changed in tasks
    ]
    file.write_text((head or 'title = "Losses"\norder = 30\n') + "".join(tables), encoding="utf-8")
    return file


def test_read_topic_returns_every_field(tmp_path: Path) -> None:
    read = read_topic(topic(tmp_path))
    assert (read.slug, read.title, read.order) == ("losses", "Losses", 30)
    assert read.tasks == (Task("losses.softmax", "losses", "softmax", "Scores", 2, (), ("one", "two")),)


def test_read_topic_takes_a_task_for_one_that_computes_unless_it_says_otherwise(tmp_path: Path) -> None:
    topic(tmp_path, "losses", ({}, {"name": '"order"', "computes": "false"}))
    assert [task.computes for task in read_topic(tmp_path / "losses" / "topic.toml").tasks] == [True, False]


def test_read_topic_gives_needs_as_full_ids(tmp_path: Path) -> None:
    topic(tmp_path, "tensors", ({"name": '"one_hot"'},))
    topic(tmp_path, "losses", ({"name": '"sigmoid"'}, {"needs": '["sigmoid", "tensors.one_hot"]'}))
    tasks = {task.id: task for one in read_topics(tmp_path) for task in one.tasks}
    assert tasks["losses.softmax"].needs == ("losses.sigmoid", "tensors.one_hot")


def test_read_topics_sorts_by_order(tmp_path: Path) -> None:
    topic(tmp_path, "a", head='title = "A"\norder = 20\n')
    topic(tmp_path, "b", head='title = "B"\norder = 10\n')
    assert [one.slug for one in read_topics(tmp_path)] == ["b", "a"]


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        ({"points": "0"}, ("tasks[0].points", "is 0", "at least 1")),
        ({"points": "-1"}, ("tasks[0].points", "is -1", "at least 1")),
        ({"points": "true"}, ("tasks[0].points", "is True", "whole number")),
        ({"points": "1.5"}, ("tasks[0].points", "is 1.5", "whole number")),
        ({"points": ""}, ("tasks[0].points", "is missing", "add it")),
        ({"hints": "[]"}, ("tasks[0].hints", "'softmax'", "at least one hint")),
        ({"hints": '"one"'}, ("tasks[0].hints", "is 'one'", "list of texts")),
        ({"hints": '["one", " "]'}, ("tasks[0].hints[1]", "is ' '", "not blank")),
        ({"name": '"soft max"'}, ("tasks[0].name", "is 'soft max'", "name of the function")),
        ({"name": '"class"'}, ("tasks[0].name", "is 'class'", "name of the function")),
        ({"title": "3"}, ("tasks[0].title", "is 3", "must be a text")),
        ({"point": "3"}, ("tasks[0].point", "unknown key", "did you mean points?")),
        ({"computes": '"no"'}, ("tasks[0].computes", "is 'no'", "true or false")),
        ({"colour": '"red"'}, ("tasks[0].colour", "unknown key", "known keys: name, title")),
    ],
)
def test_read_topic_names_file_key_value_and_remedy_when_a_task_is_wrong(
    tmp_path: Path, changed: dict[str, str], facts: tuple[str, ...]
) -> None:
    file = topic(tmp_path, tasks=(changed,))
    with pytest.raises(TopicFileError) as error:
        read_topic(file)
    assert all(fact in str(error.value) for fact in (str(file), *facts)), str(error.value)


@pytest.mark.parametrize(
    ("head", "facts"),
    [
        ('title = "L"\norder = 0\n', ("order is 0", "at least 1")),
        ('title = "L"\norder = "3"\n', ("order is '3'", "whole number")),
        ('title = ""\norder = 3\n', ("title is ''", "not blank")),
        ("order = 3\n", ("title is missing",)),
        ('title = "L"\norder = 3\nauthor = "me"\n', ("author is an unknown key",)),
        ('title = "L"\norder = 3\ntasks = 4\n#', ("tasks is 4", "[[tasks]]")),
        ('title = "L"\norder = 3\ntasks = []\n#', ("tasks is []", "[[tasks]]")),
    ],
)
def test_read_topic_names_the_key_when_the_head_is_wrong(
    tmp_path: Path, head: str, facts: tuple[str, ...]
) -> None:
    file = topic(tmp_path, tasks=() if head.endswith("#") else ({},), head=head)
    with pytest.raises(TopicFileError) as error:
        read_topic(file)
    assert all(fact in str(error.value) for fact in (str(file), *facts)), str(error.value)


def test_read_topic_refuses_two_tasks_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(TopicFileError, match=r"tasks\[1\]\.name is 'softmax', as is tasks\[0\]\.name"):
        read_topic(topic(tmp_path, tasks=({}, {})))


def test_read_topic_refuses_a_folder_that_is_no_module_name(tmp_path: Path) -> None:
    with pytest.raises(TopicFileError, match="'my-losses'"):
        read_topic(topic(tmp_path, "my-losses"))


def test_read_topic_says_where_toml_is_broken(tmp_path: Path) -> None:
    file = topic(tmp_path)
    file.write_text('title = "Losses\n')
    with pytest.raises(CourseError, match="line 1"):
        read_topic(file)


def test_read_topics_refuses_a_need_that_does_not_exist(tmp_path: Path) -> None:
    topic(tmp_path, tasks=({"needs": '["sigmoid"]'},))
    with pytest.raises(TopicFileError, match="needs of 'softmax' has 'losses.sigmoid': no such task"):
        read_topics(tmp_path)


def test_read_topics_refuses_needs_that_go_round(tmp_path: Path) -> None:
    topic(tmp_path, tasks=({"name": '"a"', "needs": '["b"]'}, {"name": '"b"', "needs": '["a"]'}))
    with pytest.raises(
        TopicFileError, match="circle: losses.(a -> losses.b -> losses.a|b -> losses.a -> losses.b)"
    ):
        read_topics(tmp_path)


def test_read_topics_refuses_a_task_that_needs_itself(tmp_path: Path) -> None:
    topic(tmp_path, tasks=({"needs": '["softmax"]'},))
    with pytest.raises(TopicFileError, match="circle: losses.softmax -> losses.softmax"):
        read_topics(tmp_path)


def test_read_topics_refuses_a_folder_without_topics(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no topic found"):
        read_topics(tmp_path)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_read_topic_raises_only_course_errors_for_any_bytes(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("topic") / "losses" / "topic.toml"
    file.parent.mkdir()
    file.write_bytes(data)
    with pytest.raises(CourseError):
        read_topic(file)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_table_refuses_or_returns_any_value(value: object) -> None:
    table = Table(Path("topic.toml"), "", {"key": value})
    for read in (table.text, table.positive, table.texts, table.tables):
        try:
            assert read("key") is not None
        except TopicFileError as error:
            assert str(error).startswith("topic.toml: key")
