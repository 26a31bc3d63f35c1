"""What is noted of the calls that a suite makes."""

import pytest
import torch

from grader.learner.listen import Ear
from grader.learner.play import packed
from grader.proxy.submission import Submission


class Module:
    """A reference."""

    @staticmethod
    def task(x, factor=1):
        if factor == 5:
            raise ValueError("factor")
        return x.mul_(0) if factor == 0 else x * factor

    @staticmethod
    def other(x):
        return x + 1

    class Net(torch.nn.Linear):
        pass


class References:
    """What an ear needs to know of references."""

    def module(self, topic):
        return Module

    def signatures(self, topic):
        return {"task": ("x", "factor")}


@pytest.fixture
def heard():
    """A function that lets a test talk to the reference, and returns what was noted of a task."""

    def talk(name, test):
        plays = []
        with Ear(References(), "losses", name, plays.append).open("losses", 1, 10.0) as session:
            test(Submission(session))
        return plays

    return talk


def make_function(power):
    return lambda x: x**power


def apply_twice(submission, x):
    return submission.task(submission.task(x))


def leave_alone(submission, x):
    return submission.other(x)


def write(submission, path):
    with open(path, "w") as file:
        file.write("1")


def test_call_is_noted_with_a_copy_of_its_arguments(heard):
    """What the call changes later is noted as it was; other functions are not noted, nor is what raises."""

    def test(submission):
        submission.mutating("x").task(torch.ones(3), factor=0)
        submission.other(torch.ones(3))
        with pytest.raises(ValueError):
            submission.task(torch.ones(3), factor=5)

    (play,) = heard("task", test)
    assert play.is_call
    source, args, kwargs = play.step.parts
    assert (source.kind, source.parts) == ("global", ("task",))
    assert args[0].tolist() == [1, 1, 1]
    assert kwargs == {"factor": 0}


def test_scenario_is_noted_where_it_reaches_the_task(heard):
    """Its source goes along, and how often it asked for the task."""

    def test(submission):
        submission.run(apply_twice, torch.ones(3))
        submission.run(leave_alone, torch.ones(3))

    (play,) = heard("task", test)
    assert (play.step.kind, play.asked) == ("run", 2)
    assert "def apply_twice" in play.step.parts[0]
    assert not play.is_call


def test_built_argument_is_noted_as_what_built_it(heard):
    """A function that cannot be sent is made again where the call is."""

    def test(submission):
        submission.run(call_with, submission.build(make_function, 2))

    (play,) = heard("task", test)
    (argument,) = play.step.parts[3]
    assert argument.kind == "run"
    assert argument.parts[1] == "make_function"


def call_with(submission, f):
    return submission.task(f(torch.ones(2)))


def test_object_of_a_class_is_noted_with_how_it_was_made(heard):
    """Making a layer and calling it are steps, and the call has both."""
    plays = heard("Net", lambda submission: submission.Net(2, 3)(torch.ones(1, 2)))
    made = plays[-1].step.parts[0]
    assert (made.kind, made.parts[1]) == ("call", [2, 3])


def test_place_in_the_private_folder_follows_the_worker(heard):
    """A path is another one in another worker, and what wrote the file is played before."""

    def test(submission):
        path = submission.scratch + "/a.pt"
        submission.run(write, path)
        submission.run(read, path)

    (play,) = heard("task", test)
    assert len(play.before) == 1
    assert packed(play.step, "/elsewhere")["a step of the play"][5] == ["/elsewhere/a.pt"]


def read(submission, path):
    with open(path) as file:
        return submission.task(float(file.read()))


def test_object_of_unknown_origin_is_left_out(heard):
    """What cannot be made again cannot be measured."""

    def test(submission):
        submission.run(call_with, submission.build(make_holder)[0])

    assert heard("task", test) == []


def make_holder():
    class Holder:
        def __getitem__(self, index):
            return lambda x: x

    return Holder()


def test_larger_call_has_the_larger_size(heard):
    """Tensors count their elements, also in lists, and small whole numbers themselves."""

    def test(submission):
        submission.run(apply_all, [torch.ones(3), torch.ones(4)], 5)

    (play,) = heard("task", test)
    assert play.size == 3 + 4 + 6


def apply_all(submission, parts, number):
    return [submission.task(part) for part in parts]
