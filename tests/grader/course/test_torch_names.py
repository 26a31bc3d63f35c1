"""What topic.toml says of torch."""

import functools
import importlib

import pytest
import torch

from grader.course import TopicFileError, load_course
from grader.course.topics import read_topic

TASKS = [task for task in load_course().tasks if task.torch]


def test_every_name_is_one_of_torch():
    """A learner can look up what `grade explain` names."""
    for name in ("torch.optim.swa_utils", "torch.utils.flop_counter"):
        importlib.import_module(name)
    for task in TASKS:
        assert functools.reduce(getattr, task.torch.split(".")[1:], torch) is not None, task.id


def test_every_difference_is_a_short_sentence_about_it():
    """It is read behind the name, as a sentence that goes on."""
    for task in TASKS:
        assert len(task.differs) <= 150, task.id
        assert not task.differs.endswith("."), task.id
    assert len(TASKS) > 100


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('torch = "torch.softmax"', "differs"),
        ('differs = "it has dtype"', "torch"),
        ('torch = "softmax"\ndiffers = "x"', "torch"),
        ('torch = "torch.soft max"\ndiffers = "x"', "torch"),
    ],
)
def test_half_of_it_or_no_name_of_torch_is_refused(tmp_path, line, key):
    """Both are there or neither, and the name is a whole one."""
    file = tmp_path / "losses" / "topic.toml"
    file.parent.mkdir()
    task = '[[tasks]]\nname = "softmax"\ntitle = "T"\npoints = 1\nhints = ["h"]\n'
    file.write_text(f'title = "Losses"\norder = 10\n{task}{line}\n')
    with pytest.raises(TopicFileError, match=rf"tasks\[0\]\.{key}"):
        read_topic(file)
