# ruff: noqa: E501  a change and what it must give stand on one line
"""Networks with the same weights: the first that differs of keys, output, gradients and buffers is the failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from torch import nn

from grader.judge.diagnosis import same_evidence
from grader.proxy.errors import SubmissionError
from grader.proxy.submission import Submission
from grader.suite import Random, check_network
from grader.suite.drawing import Drawing
from grader.suite.failure import CheckFailure, evidence_of
from grader.suite.relations import relations

Learner = Callable[[str], Submission]

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 3, 3)
        self.bn = nn.BatchNorm2d(3)
        self.conv2 = nn.Conv2d(3, 4, 3, padding=1)
        self.fc = nn.Linear(24, 5)
        self.act, self.pool = nn.ReLU(inplace=True), nn.MaxPool2d(2)

    def forward(self, x):
        x = self.act(self.bn(self.conv1(x)))
        x = self.pool(self.conv2(x))
        return self.fc(x.flatten(1))
"""


class Oracle(nn.Module):
    """The same with functional calls."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn = nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3)
        self.conv2, self.fc = nn.Conv2d(3, 4, 3, padding=1), nn.Linear(24, 5)

    def forward(self, x: torch.Tensor) -> Any:
        x = torch.relu(self.bn(self.conv1(x)))
        return self.fc(torch.max_pool2d(self.conv2(x), 2).flatten(1))


def played(learner: Learner, *changes: tuple[str, str], **options: Any) -> Drawing:
    source = NET
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    drawing, rng = Drawing(), Random(3)
    x = options.pop("x", rng.normal(2, 1, 6, 8))
    check_network(learner(source), "Net", (), Oracle(), x, rng=rng, draw=drawing, **options)
    return drawing


def failure_of(learner: Learner, *changes: tuple[str, str], **options: Any) -> CheckFailure:
    with pytest.raises(CheckFailure) as failure:
        played(learner, *changes, **options)
    return failure.value


def drawn(learner: Learner, *changes: tuple[str, str]) -> Any:
    drawing, rng, source = Drawing(), Random(3), NET
    for old, new in changes:
        source = source.replace(old, new)
    with pytest.raises((CheckFailure, SubmissionError)) as failure:
        check_network(learner(source), "Net", (), Oracle(), rng.normal(2, 1, 6, 8), rng=rng, draw=drawing)
    (table,) = drawing.tables
    return table, failure.value


# What is right


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_right_network_passes_and_draws_nothing(learner: Learner, training: bool, dtype: torch.dtype) -> None:
    assert played(learner, x=Random(1).normal(2, 1, 6, 8, dtype=dtype), training=training).tables == []


@pytest.mark.parametrize(
    "change",
    [
        ("self.act(self.bn(self.conv1(x)))", "nn.functional.relu_(self.bn(self.conv1(x)))"),
        ("self.conv1(x)", "nn.functional.conv2d(x, self.conv1.weight, self.conv1.bias)"),
        ("nn.BatchNorm2d(3)", "nn.BatchNorm2d(3); self.more = nn.Sequential(nn.Identity(), nn.ReLU())"),
        ("return self.fc(x.flatten(1))", "return torch.stack([self.fc(row) for row in x.flatten(1)])"),
    ],
)
def test_style_is_no_difference(learner: Learner, change: tuple[str, str]) -> None:
    played(learner, change)


def test_oracle_and_inputs_stay_as_they_are(learner: Learner) -> None:
    oracle, x = Oracle(), Random(1).normal(2, 1, 6, 8)
    before, copy = {key: value.clone() for key, value in oracle.state_dict().items()}, x.clone()
    check_network(learner(NET), "Net", (), oracle, x, rng=Random(2))
    assert all(torch.equal(value, before[key]) for key, value in oracle.state_dict().items())
    assert torch.equal(x, copy) and oracle.training and oracle.fc.weight.dtype is torch.float32


def test_oracle_keeps_no_hooks_of_a_trace(learner: Learner) -> None:
    """Its copy is what is watched, and the copy has hooks of its own even where the oracle has none."""
    oracle, source = Oracle(), NET.replace("self.pool(self.conv2(x))", "self.pool(-self.conv2(x))")
    with pytest.raises(CheckFailure):
        check_network(learner(source), "Net", (), oracle, Random(1).normal(2, 1, 6, 8), rng=Random(2))
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in oracle.modules())


def test_difference_that_nobody_reads_is_not_explained_but_seen(learner: Learner) -> None:
    """A known mistake that is replayed gives the same evidence without the table of shapes."""
    source, seen = NET.replace("self.pool(self.conv2(x))", "self.pool(-self.conv2(x))"), []
    for is_explained in (True, False):
        submission, drawing, rng = learner(source), Drawing(), Random(3)
        submission._session.is_explained = is_explained
        with pytest.raises(CheckFailure) as failure:
            check_network(submission, "Net", (), Oracle(), rng.normal(2, 1, 6, 8), rng=rng, draw=drawing)
        assert bool(drawing.tables) is is_explained
        seen.append(failure.value.evidence)
    assert same_evidence(*seen)


def test_batches_need_not_be_counted(learner: Learner) -> None:
    played(learner, ("nn.BatchNorm2d(3)", "nn.BatchNorm2d(3); self.bn.num_batches_tracked = None"))


# Keys


@pytest.mark.parametrize(
    ("change", "expected", "got"),
    [
        (("self.fc ", "self.head "), "fc.weight, a parameter of shape (5, 24)", "no such key (2 missing), but 'head.weight'"),
        (("nn.Linear(24, 5)", "nn.Linear(24, 6)"), "fc.weight, a parameter of shape (5, 24)", "shape (6, 24)"),
        (("nn.Linear(24, 5)", "nn.Linear(24, 5, bias=False)"), "fc.bias", "no such key"),
        (("nn.MaxPool2d(2)", "nn.MaxPool2d(2); self.more = nn.Linear(1, 1)"), "10 keys", "'more.weight' too"),
        (
            ("nn.BatchNorm2d(3)", "nn.BatchNorm2d(3); self.bn.weight.requires_grad_(False); w = self.bn.weight.data; "
             "del self.bn.weight; self.bn.register_buffer('weight', w)"),
            "bn.weight, a parameter", "bn.weight, a buffer",
        ),
    ],
    ids=["renamed", "shape", "missing", "further", "kind"],
)  # fmt: skip
def test_first_wrong_key_is_named(learner: Learner, change: tuple[str, str], expected: str, got: str) -> None:
    failure = failure_of(
        learner, change, ("self.fc(", "self.head(") if change[1] == "self.head " else ("", "")
    )
    assert failure.checked == "keys of the state_dict"
    assert failure.expected.startswith(expected) and got in failure.got


def test_order_of_keys_does_not_matter(learner: Learner) -> None:
    played(
        learner,
        ("self.fc = nn.Linear(24, 5)", ""),
        ("super().__init__()", "super().__init__(); self.fc = nn.Linear(24, 5)"),
    )


# The first difference


@pytest.mark.parametrize(
    ("changes", "checked"),
    [
        ([("self.act(self.bn(self.conv1(x)))", "self.bn(self.conv1(x))")], "what reaches conv2 (Conv2d), after bn (BatchNorm2d)"),
        ([("nn.MaxPool2d", "nn.AvgPool2d")], "what reaches fc (Linear), after conv2 (Conv2d)"),
        ([("x.flatten(1)", "x.transpose(2, 3).flatten(1)")], "what reaches fc (Linear), after conv2 (Conv2d)"),
        ([("nn.BatchNorm2d(3)", "nn.BatchNorm2d(3, eps=0.1)")], "the output of bn (BatchNorm2d)"),
        ([("self.conv1(x)", "self.conv1(x.square())")], "what reaches conv1 (Conv2d)"),
        ([("padding=1)", "padding=1, padding_mode='circular')")], "the output of conv2 (Conv2d)"),
        ([("return self.fc(x.flatten(1))", "return self.fc(x.flatten(1)).relu()")], "the output, where all agrees up to fc (Linear)"),
    ],
    ids=["activation", "pooling", "reshape", "option", "input", "padding", "end"],
)  # fmt: skip
def test_first_part_that_differs_is_named(learner: Learner, changes: Any, checked: str) -> None:
    assert failure_of(learner, *changes).checked == checked


def test_message_tells_the_values_at_the_first_difference(learner: Learner) -> None:
    failure = failure_of(learner, ("nn.MaxPool2d", "nn.AvgPool2d"))
    assert " at [0, 0]" in failure.expected and "48 of 48 elements differ" in failure.got


def test_part_that_is_never_called_is_told(learner: Learner) -> None:
    table, _ = drawn(learner, ("self.bn(self.conv1(x))", "self.conv1(x)"))
    assert table.sentence.startswith("the difference comes between conv1 (Conv2d) and conv2 (Conv2d)")
    assert table.sentence.endswith("; bn is never called")


def test_loose_part_is_named_where_what_follows_it_differs(learner: Learner) -> None:
    class WithPool(Oracle):
        def __init__(self) -> None:
            super().__init__()
            self.pool = nn.MaxPool2d(2)

        def forward(self, x: torch.Tensor) -> Any:
            return self.fc(self.pool(self.conv2(torch.relu(self.bn(self.conv1(x))))).flatten(1))

    source = NET.replace(
        "nn.MaxPool2d(2)", "nn.MaxPool2d((2, 2), (2, 2), ceil_mode=True, return_indices=False, padding=1)"
    )
    with pytest.raises((CheckFailure, SubmissionError)):
        check_network(learner(source), "Net", (), WithPool(), Random(3).normal(2, 1, 6, 8), rng=Random(3))
    source = NET.replace("return self.fc(x.flatten(1))", "return self.fc(x.flatten(1).flip(1))")
    with pytest.raises(CheckFailure) as failure:
        check_network(learner(source), "Net", (), WithPool(), Random(3).normal(2, 1, 6, 8), rng=Random(3))
    assert failure.value.checked == "what reaches fc (Linear), after conv2 (Conv2d)"


# The table


def test_table_has_both_shapes_in_the_order_of_the_calls(learner: Learner) -> None:
    table, _ = drawn(learner, ("nn.Conv2d(1, 3, 3)", "nn.Conv2d(1, 3, 3, padding=1)"))
    rows = [(row.name, row.theirs, row.expected, row.passage.value) for row in table.rows]
    assert rows == [
        ("conv1", ((2, 3, 6, 8),), ((2, 3, 4, 6),), "differs"),
        ("bn", ((2, 3, 6, 8),), ((2, 3, 4, 6),), "differs"),
        ("act", ((2, 3, 6, 8),), None, "only yours"),
        ("conv2", ((2, 4, 6, 8),), ((2, 4, 4, 6),), "differs"),
        ("pool", ((2, 4, 3, 4),), None, "only yours"),
        ("fc", None, ((2, 5),), "not reached"),
    ]
    assert table.title == "on the way of x (2, 1, 6, 8)" and table.left_out == 0


def test_exception_of_the_learner_stays_the_failure(learner: Learner) -> None:
    table, problem = drawn(learner, ("nn.MaxPool2d(2)", "nn.MaxPool2d(3)"))
    assert isinstance(problem, SubmissionError) and problem.kind == "RuntimeError"
    assert table.sentence.startswith("the difference comes between conv2 (Conv2d) and fc (Linear)")


def test_exceptions_are_told_apart_by_how_far_the_code_came(learner: Learner) -> None:
    changes = [
        ("nn.MaxPool2d(2)", "nn.MaxPool2d(3)"),
        ("nn.Conv2d(1, 3, 3)", "nn.Conv2d(1, 3, 3, padding=1)"),
    ]
    one, same, other = (evidence_of(drawn(learner, changes[i])[1]) for i in (0, 0, 1))
    assert one and same and other
    assert same_evidence(one, same) and not same_evidence(one, other)


# Gradients and buffers


@pytest.mark.parametrize(
    ("change", "checked", "got"),
    [
        (("self.conv2(x)", "self.conv2(x.detach())"), "conv1.weight", "none: it has no part in the result, or was detached; 3 of 8 parameters differ"),
        (("return self.fc(x.flatten(1))", "y = self.fc(x.flatten(1)); return 2 * y - y.detach()"), "conv1.weight", "twice the expected"),
        (("self.conv1(x)", "self.conv1(x + 0 * self.fc.bias.sum()) - self.conv1(x) + self.conv1(x.detach())"), "x", "0 in every element"),
        (("x = self.act(self.bn(", "self.bn.bias.register_hook(torch.zeros_like); x = self.act(self.bn("), "bn.bias", "0 in every element"),
        (("x = self.act(self.bn(", "self.bn.bias.register_hook(lambda g: g.flip(0)); x = self.act(self.bn("), "bn.bias", "elements differ); 1 of 8 parameters differ"),
        (("self.conv1(x)", "self.conv1(x.detach())"), "x", "none: it has no part in the result, or was detached"),
    ],
    ids=["detached", "twice", "zero x", "zero", "flipped", "detached x"],
)  # fmt: skip
def test_first_wrong_gradient_is_named_and_worded(
    learner: Learner, change: tuple[str, str], checked: str, got: str
) -> None:
    failure = failure_of(learner, change)
    assert failure.checked == f"gradient with respect to {checked}"
    related = [each.text for each in relations(failure.evidence, {})]
    assert got in related or got in failure.got


def test_result_without_a_graph_is_told(learner: Learner) -> None:
    failure = failure_of(learner, ("return self.fc(x.flatten(1))", "return self.fc(x.flatten(1)).detach()"))
    assert failure.got.startswith("a result without a graph")


def test_gradients_can_be_left_out(learner: Learner) -> None:
    played(
        learner, ("return self.fc(x.flatten(1))", "return self.fc(x.flatten(1)).detach()"), gradients=False
    )


def test_buffers_are_checked_afterwards(learner: Learner) -> None:
    failure = failure_of(learner, ("nn.BatchNorm2d(3)", "nn.BatchNorm2d(3, momentum=0.2)"))
    assert failure.checked == "bn.running_mean afterwards"


def test_evidence_is_whole(learner: Learner) -> None:
    """Two nets of the same output and first gradient are told apart by a later buffer."""
    changes = [
        ("nn.BatchNorm2d(3)", f"nn.BatchNorm2d(3, momentum={momentum})") for momentum in (0.2, 0.2, 0.3)
    ]
    twice = ("return self.fc(x.flatten(1))", "y = self.fc(x.flatten(1)); return 2 * y - y.detach()")
    one, same, other = (failure_of(learner, change, twice).evidence for change in changes)
    assert set(one.got) == {"output", "gradients", "inputs", "buffers"}
    assert same_evidence(one, same) and not same_evidence(one, other)


def test_evidence_does_not_depend_on_how_a_network_is_cut_into_parts(learner: Learner) -> None:
    wrong = ("nn.MaxPool2d", "nn.AvgPool2d")
    functional = (
        "self.bn(self.conv1(x))",
        "self.bn(nn.functional.conv2d(x, self.conv1.weight, self.conv1.bias))",
    )
    assert same_evidence(failure_of(learner, wrong).evidence, failure_of(learner, wrong, functional).evidence)


# Several inputs, several outputs, classes as arguments


class Out(NamedTuple):
    output: torch.Tensor
    hidden: torch.Tensor


class Recurrent(nn.Module):
    """An embedding and an LSTM that starts from a given state."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(7, 3), nn.LSTM(3, 4)

    def forward(self, tokens: torch.Tensor, state: Any) -> Any:
        output, (h, _) = self.lstm(self.embedding(tokens), state)
        return Out(output, h)


RECURRENT = """
from collections import namedtuple
Result = namedtuple("Result", ["output", "hidden"])
class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(7, 3), nn.LSTM(3, 4)
    def forward(self, tokens, state):
        output, (h, c) = self.lstm(self.embedding(tokens), state)
        return Result(output, h)
"""


def recurrent(learner: Learner, source: str) -> None:
    rng = Random(4)
    x = rng.integers(0, 7, 5, 2), (rng.normal(1, 2, 4), rng.normal(1, 2, 4))
    check_network(learner(source), "Recurrent", (), Recurrent(), x, rng=rng)


def test_tuples_go_in_and_come_out(learner: Learner) -> None:
    recurrent(learner, RECURRENT)
    for change, checked in (
        (
            ("Result(output, h)", "Result(output, c)"),
            "the output, hidden, where all agrees up to lstm (LSTM)",
        ),
        (('"hidden"', '"last"'), "the output, where all agrees up to lstm (LSTM)"),
        (("Result(output, h)", "output"), "the output, where all agrees up to lstm (LSTM)"),
        (("(tokens), state", "(tokens)"), "the output of lstm (LSTM)"),
        (("(tokens), state", "(tokens), (state[0], state[1].detach())"), "gradient with respect to input 2"),
    ):
        with pytest.raises(CheckFailure) as failure:
            recurrent(learner, RECURRENT.replace(*change))
        assert failure.value.checked == checked


def test_call_of_a_part_that_is_called_again_has_a_number(learner: Learner) -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, x: torch.Tensor) -> Any:
            return self.layer(torch.tanh(self.layer(x)))

    source = """
        class Twice(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(3, 3)
            def forward(self, x):
                return self.layer(torch.sigmoid(self.layer(x)))
    """
    with pytest.raises(CheckFailure) as failure:
        check_network(learner(source), "Twice", (), Twice(), Random(1).normal(4, 3), rng=Random(2))
    assert failure.value.checked == "what reaches layer (Linear, call 2), after layer (Linear)"


def test_class_of_the_submission_can_be_an_argument(learner: Learner) -> None:
    source = """
        class Block(nn.Linear):
            pass
        class Net(nn.Module):
            def __init__(self, block, sizes, last=2):
                super().__init__()
                self.layers = nn.Sequential(*(block(3, 3) for _ in range(sizes[0])), block(3, last))
            def forward(self, x):
                return self.layers(x)
    """

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 4))

        def forward(self, x: torch.Tensor) -> Any:
            return self.layers(x)

    submission, x = learner(source), Random(1).normal(5, 3)
    check_network(submission, "Net", (submission.Block, (2,)), Plain(), x, rng=Random(2), kwargs={"last": 4})


# What an author gives


def test_weights_and_upstream_can_be_given(learner: Learner) -> None:
    source = "class Net(nn.Linear):\n    def __init__(self):\n        super().__init__(2, 1)"
    weights = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])}
    x = torch.ones(1, 2)
    check_network(learner(source), "Net", (), nn.Linear(2, 1), x, weights=weights, upstream=torch.ones(1, 1))
    with pytest.raises(TypeError, match="needs rng"):
        check_network(learner(source), "Net", (), nn.Linear(2, 1), x)
    with pytest.raises(TypeError, match="upstream= or rng="):
        check_network(learner(source), "Net", (), nn.Linear(2, 1), x, weights=weights)
    with pytest.raises(TypeError, match="'wieght'"):
        check_network(learner(source), "Net", (), nn.Linear(2, 1), x, rng=Random(1), weights={"wieght": x})


def test_where_tells_the_network_the_inputs_and_the_mode(learner: Learner) -> None:
    submission, rng = learner(NET), Random(3)
    check_network(submission, "Net", (), Oracle(), rng.normal(2, 1, 6, 8), rng=rng, training=False)
    assert submission.last_call == "Net() of x (2, 1, 6, 8) float64, in evaluation"
