"""An object of the submission stays where it is; nothing it claims can decide a test."""

from __future__ import annotations

import copy
import gc
import operator
import os
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader.proxy.errors import WrongKind
from grader.proxy.handle import Handle
from grader.proxy.submission import Submission

Learner = Callable[..., Submission]

THINGS = """
    class Liar:
        def answer(self, *args):
            return True
        __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = answer
        __int__ = __index__ = __hash__ = lambda self: 1
        __float__ = lambda self: 1.0
        __complex__ = lambda self: 1j
        __enter__ = __exit__ = answer
        __format__ = __repr__ = __str__ = lambda self, *spec: "forged"
        __array__ = lambda self, *args: __import__("numpy").ones(1)
        __fspath__ = lambda self: "/tmp"

        @classmethod
        def __torch_function__(cls, *args, **kwargs):
            return torch.ones(())

    class Box:
        def __init__(self, items):
            self.items, self.first, self.size = items, items[0], len(items)
            self.inner = Liar()

        def __len__(self):
            return len(self.items)

        def __getitem__(self, index):
            return self.items[index]

        def __iter__(self):
            return iter(self.items)

        def __call__(self, x, scale=1):
            return x * self.first * scale

        def same(self):
            return self

        def is_same(self, other):
            return self is other

    class Endless:
        def __iter__(self):
            while True:
                yield 1

        def __len__(self):
            return 3

    class Odd:
        def __init__(self, length):
            self.length = length

        def __len__(self):
            return self.length

    def boxes():
        return [Box([1]), Box([2])]

    def numbers():
        yield from range(3)

    class Generic(list):
        pass

    class Own(torch.Tensor):
        pass

    def odd_tensors():
        return torch.ones(2).as_subclass(Own), torch.eye(2).to_sparse(), Generic([1])
"""

REFUSED: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "not": operator.not_,
    "equal": lambda thing: thing == 1,
    "equal from the left": lambda thing: 1 == thing,  # noqa: SIM300
    "equal to itself": lambda thing: thing == thing,  # noqa: PLR0124
    "different": lambda thing: thing != 1,
    "equal to a list's item": lambda thing: [thing] == [1],
    "less": lambda thing: thing < 1,
    "at most": lambda thing: thing <= 1,
    "more": lambda thing: thing > 1,
    "at least": lambda thing: thing >= 1,
    "contains": lambda thing: 1 in thing,
    "item of a list": lambda thing: thing in [1, 2],
    "int": int,
    "index": operator.index,
    "range": range,
    "float": float,
    "complex": complex,
    "pickle": pickle.dumps,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "with": lambda thing: thing.__enter__(),
    "add": lambda thing: thing + 1,
    "add from the left": lambda thing: 1 + thing,
    "power": lambda thing: thing**2,
    "negative": operator.neg,
    "times a tensor": lambda thing: torch.ones(2) * thing,
    "torch function": lambda thing: torch.add(torch.ones(1), thing),
    "set attribute": lambda thing: setattr(thing, "size", 3),
    "path": os.fspath,
    "absolute": abs,
    "round": round,
}


@pytest.fixture
def things(learner: Learner) -> Submission:
    return learner(THINGS)


@pytest.mark.parametrize("use", REFUSED)
def test_object_gives_no_verdict(things: Submission, use: str) -> None:
    with pytest.raises((WrongKind, TypeError, AttributeError)):
        REFUSED[use](things.Liar())


def test_object_does_not_become_an_array_or_a_tensor(things: Submission) -> None:
    thing = things.Liar()
    with pytest.raises(ValueError, match="sequence"):
        np.asarray(thing, dtype=np.float64)
    with pytest.raises((WrongKind, TypeError, ValueError, RuntimeError)):
        torch.tensor(thing)


def test_text_and_hash_are_local(things: Submission) -> None:
    thing = things.Liar()
    assert f"{thing}" == str(thing) == repr(thing) == "<an object of class Liar>"
    assert hash(thing) == object.__hash__(thing)
    assert isinstance(thing, Handle) and type(thing) is Handle


def test_protocols_of_python_are_not_asked_for(things: Submission) -> None:
    for name in ("__torch_function__", "__array__", "__array_interface__", "__fspath__", "__get__"):
        with pytest.raises(AttributeError):
            getattr(things.Liar(), name)


def test_same_object_is_the_same_handle(things: Submission) -> None:
    box = things.Box([1, 2])
    assert box.same() is box and box.inner is box.inner
    assert box.is_same(box) is True and box.is_same(things.Box([1, 2])) is False


def test_attributes_are_read(things: Submission) -> None:
    box = things.Box([1, 2])
    assert box.size == 2 and box.items == [1, 2]
    with pytest.raises(AttributeError, match="absent"):
        _ = box.absent


def test_object_is_called(things: Submission) -> None:
    x = torch.ones(2, requires_grad=True)
    things.Box([3.0])(x, scale=2).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_length_items_and_iteration(things: Submission) -> None:
    box = things.Box([5, "six"])
    assert len(box) == 2 and box[1] == "six" and list(box) == [5, "six"]
    with pytest.raises(IndexError):
        _ = box[2]
    assert things.Box([1, 2, 3])[1:] == [2, 3]


def test_iteration_gives_handles(things: Submission) -> None:
    assert [len(box) for box in things.boxes()] == [1, 1]


def test_generator_is_iterated(things: Submission) -> None:
    assert list(things.numbers()) == [0, 1, 2]


def test_endless_iteration_fails(things: Submission) -> None:
    endless = things.Endless()
    with pytest.raises(ValueError, match="more than 10000 items"):
        list(endless)
    assert len(endless) == 3


@pytest.mark.parametrize("length", [-1, 2**40, "three", None])
def test_length_that_is_no_count_fails(things: Submission, length: object) -> None:
    with pytest.raises((WrongKind, ValueError, TypeError, OverflowError)):
        len(things.Odd(length))


def test_subclasses_and_sparse_tensors_stay_objects(things: Submission) -> None:
    own, sparse, generic = things.odd_tensors()
    assert repr(own) == "<an object of class Own>" and "sparse" in repr(sparse)
    assert repr(generic) == "<an object of class Generic>"


def test_class_without_a_proper_name_is_named_otherwise(learner: Learner) -> None:
    thing = learner(r"""
        def make():
            return type("\x1b[31mred\n", (), {})()
    """).make()
    assert repr(thing) == "<an object of class object>"


# Arithmetic

VALUE = """
    class Value:
        def __init__(self, data):
            self.data, self.grad = data, 0.0

        def __add__(self, other):
            return Value(self.data + (other.data if isinstance(other, Value) else other))
        __radd__ = __add__

        def __mul__(self, other):
            return Value(self.data * (other.data if isinstance(other, Value) else other))
        __rmul__ = __mul__

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + -other

        def __rsub__(self, other):
            return -self + other

        def __truediv__(self, other):
            return self * other**-1

        def __rtruediv__(self, other):
            return self**-1 * other

        def __pow__(self, power):
            return Value(self.data**power)

        def __matmul__(self, other):
            return "at"
"""


def test_declared_class_works_in_formulas(learner: Learner) -> None:
    submission = learner(VALUE)
    submission.declare_arithmetic("Value")
    a, b = submission.Value(3.0), submission.Value(4.0)
    result = (2 * a + b * 3 - 1) / 2 + 1 - (-b) ** 2 + 10 / a + (5 - b)
    assert isinstance(result, Handle)
    assert result.data == pytest.approx((2 * 3 + 4 * 3 - 1) / 2 + 1 - 16 + 10 / 3 + 1)
    assert a @ b == "at"


def test_declared_class_is_still_not_compared(learner: Learner) -> None:
    submission = learner(VALUE)
    submission.declare_arithmetic("Value")
    with pytest.raises(WrongKind):
        _ = submission.Value(1.0) == submission.Value(1.0)


def test_class_that_is_not_declared_is_refused_in_formulas(learner: Learner) -> None:
    submission = learner(VALUE)
    with pytest.raises(WrongKind, match="Value was used in a formula"):
        _ = submission.Value(1.0) + 1


# Release


COUNT = """
    import gc
    import weakref

    alive = weakref.WeakSet()

    class Thing:
        def __init__(self):
            alive.add(self)

        def again(self):
            return self

    def count():
        gc.collect()
        return len(alive)

    class Held(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.thing = Thing()
            return x * 2

        @staticmethod
        def backward(ctx, above):
            return above

    def hold(x):
        return Held.apply(x)
"""


def test_dropped_handle_frees_the_object(learner: Learner) -> None:
    submission = learner(COUNT)
    thing = submission.Thing()
    again = thing.again()
    assert submission.count() == 1
    del thing
    assert submission.count() == 1
    del again
    gc.collect()
    assert submission.count() == 0


def test_dropped_graph_frees_the_call(learner: Learner) -> None:
    submission = learner(COUNT)
    result = submission.hold(torch.ones(2, requires_grad=True))
    assert submission.count() == 1
    del result
    gc.collect()
    assert submission.count() == 0


def test_graph_lives_while_a_formula_over_it_does(learner: Learner) -> None:
    submission, x = learner(COUNT), torch.ones(2, requires_grad=True)
    loss = submission.hold(x).sum()
    gc.collect()
    assert submission.count() == 1
    loss.backward()
    assert x.grad.tolist() == [1.0, 1.0]
