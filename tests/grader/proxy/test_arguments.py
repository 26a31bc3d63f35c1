"""Arguments arrive as they were sent; what a call may change of them is declared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from grader.proxy.errors import ArgumentChanged
from grader.proxy.submission import Submission

Learner = Callable[..., Submission]

DTYPES = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
)  # fmt: skip

LOOK = """
    def look(x):
        return [tuple(x.shape), x.stride(), x.storage_offset(), x.dtype, x.requires_grad, x.is_leaf, x.tolist()]
"""

CHANGE = """
    def change(x, out):
        out.copy_(x * 2)
        return out

    def change_x(x, out):
        x.data.add_(1)
        return x + out

    def give_gradient(x, out):
        x.grad = torch.ones_like(x)

    def reshape(x, out):
        x.unsqueeze_(0)

    def ask_for_gradient(x, out):
        x.requires_grad_()

    def change_and_fail(x, out):
        x.zero_()
        raise ValueError("after the change")
"""
NAMES = ("x", "out")


@pytest.fixture
def changer(learner: Learner) -> Submission:
    functions = ("change", "change_x", "give_gradient", "reshape", "ask_for_gradient", "change_and_fail")
    return learner(CHANGE, **dict.fromkeys(functions, NAMES))


def views() -> dict[str, Tensor]:
    base = torch.arange(24.0)
    return {
        "transposed": base.view(4, 6).t(),
        "with an offset": base[5:11],
        "with steps": base[::3],
        "expanded": torch.tensor([1.0, 2.0]).expand(3, 2),
        "overlapping": base.as_strided((4, 3), (1, 1), 2),
        "empty": torch.empty(0, 3),
        "of no dimensions": torch.tensor(3.0),
        "requiring a gradient": torch.ones(2, requires_grad=True),
    }


@pytest.mark.parametrize("name", views())
def test_tensor_arrives_with_its_layout(learner: Learner, name: str) -> None:
    x = views()[name]
    want = [tuple(x.shape), x.stride(), x.storage_offset(), x.dtype, x.requires_grad, x.is_leaf, x.tolist()]
    assert learner(LOOK).look(x) == want


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_dtype_survives_both_ways(learner: Learner, dtype: torch.dtype) -> None:
    x = torch.tensor([[0, 1], [2, 3]]).to(dtype)
    got = learner("def same(x): return x.clone().t()").same(x)
    assert got.dtype is dtype and got.tolist() == x.t().tolist() and got.stride() == (1, 2)


def test_same_tensor_passed_twice_stays_one_tensor(learner: Learner) -> None:
    x = torch.ones(2, requires_grad=True)
    submission = learner("""
        def same(a, b):
            return a is b

        def product(a, b):
            return (a * b).sum()
    """)
    assert submission.same(x, x) is True
    assert submission.same(x, x.detach().clone()) is False
    submission.product(x, x).backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_views_of_one_memory_stay_so(learner: Learner) -> None:
    base = torch.zeros(4)
    submission = learner("""
        def share(a, b):
            return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
    """)
    assert submission.share(base[:2], base[2:]) is True
    assert submission.share(base[:2], base[2:].clone()) is False


def test_gradient_of_an_argument_goes_along(learner: Learner) -> None:
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.tensor([3.0, 4.0])
    assert learner("def read(x): return x.grad.tolist()").read(x) == [3.0, 4.0]


def test_parameter_arrives_as_one(learner: Learner) -> None:
    submission = learner("def kind(x): return type(x).__name__")
    assert submission.kind(torch.nn.Parameter(torch.ones(2))) == "Parameter"
    assert submission.kind(torch.ones(2, requires_grad=True)) == "Tensor"


PLAIN = [
    None, True, 1, -(2**70), 1.5, float("inf"), "ä\x00text", b"\x00\xff", (1, [2.0, {"a": (None,)}]), {1, 2},
    {(1, 2): "x", None: 3}, torch.float16, torch.device("cpu"), slice(1, None, 2), Ellipsis, 1 + 2j, [],
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_value_survives_both_ways(learner: Learner, value: object) -> None:
    got = learner("def same(x): return x").same(value)
    assert type(got) is type(value) and got == value


def test_array_survives_both_ways(learner: Learner) -> None:
    x = np.arange(6, dtype=np.int16).reshape(2, 3).T
    got = learner("def same(x): return x").same(x)
    assert type(got) is np.ndarray and got.dtype == x.dtype and (got == x).all() and got.shape == (3, 2)


def test_not_a_number_survives(learner: Learner) -> None:
    got = learner("def same(x): return x").same(float("nan"))
    assert type(got) is float and got != got


@pytest.mark.parametrize(
    "function", [torch.sin, torch.nn.functional.relu, torch.Tensor.exp], ids=["sin", "relu", "exp"]
)
def test_torch_function_goes_by_name(learner: Learner, function: Callable[..., Tensor]) -> None:
    submission = learner("def apply(function, x): return function(x)")
    x = torch.tensor([-1.0, 2.0])
    if function is torch.Tensor.exp:
        with pytest.raises(TypeError, match=r"submission\.build"):
            submission.apply(function, x)
    else:
        assert torch.equal(submission.apply(function, x), function(x))


def test_local_function_is_not_sent(learner: Learner) -> None:
    with pytest.raises(TypeError, match=r"ship it with submission\.build"):
        learner("def apply(function): return 1").apply(lambda: 1)


# Changes


def test_declared_change_reaches_the_judge(changer: Submission) -> None:
    x, out = torch.tensor([1.0, 2.0]), torch.zeros(2)
    got = changer.mutating("out").change(x, out)
    assert got is out and out.tolist() == [2.0, 4.0]


def test_declared_change_reaches_the_base_of_a_view(changer: Submission) -> None:
    base = torch.zeros(2, 3)
    changer.mutating("out").change(torch.tensor([1.0, 2.0]), base[:, 1])
    assert base.tolist() == [[0, 2, 0], [0, 4, 0]]


@pytest.mark.parametrize(
    "function", ["change_x", "give_gradient", "reshape", "ask_for_gradient", "change_and_fail"]
)
def test_undeclared_change_fails(changer: Submission, function: str) -> None:
    x, out = torch.tensor([1.0, 2.0]), torch.zeros(2)
    with pytest.raises(ArgumentChanged) as failure:
        getattr(changer.mutating("out"), function)(x, out)
    assert failure.value.name == "x"
    assert x.tolist() == [1.0, 2.0] and x.shape == (2,) and x.grad is None and not x.requires_grad


@pytest.mark.parametrize(
    "name", ["transposed", "with an offset", "with steps", "overlapping", "of no dimensions"]
)
def test_undeclared_change_of_a_view_fails(learner: Learner, name: str) -> None:
    x = views()[name]
    before = x.clone()
    with pytest.raises(ArgumentChanged):
        learner("def change(x): x[(-1,) * x.dim()].add_(1)").change(x)
    assert torch.equal(x, before)


def test_undeclared_change_is_named_when_passed_by_keyword(changer: Submission) -> None:
    with pytest.raises(ArgumentChanged) as failure:
        changer.change(torch.ones(2), out=torch.zeros(2))
    assert failure.value.name == "out"


def test_declared_gradient_reaches_the_judge(changer: Submission) -> None:
    x = torch.tensor([1.0, 2.0])
    changer.mutating("x").give_gradient(x, torch.zeros(2))
    assert x.grad.tolist() == [1.0, 1.0]


def test_change_of_overlapping_arguments_fails_when_only_one_is_declared(changer: Submission) -> None:
    base = torch.ones(3)
    with pytest.raises(ArgumentChanged):
        changer.mutating("out").change(base[:2], base[1:])
    assert base.tolist() == [1.0] * 3


def test_change_in_a_list_of_arguments_fails(learner: Learner) -> None:
    submission = learner("def clear(parts): parts[1].zero_()", clear=("parts",))
    parts = [torch.ones(2), torch.ones(3)]
    with pytest.raises(ArgumentChanged, match="parts"):
        submission.clear(parts)
    assert parts[1].tolist() == [1.0] * 3


def test_change_of_a_tensor_held_from_an_earlier_call_fails(learner: Learner) -> None:
    submission = learner("""
        held = []

        def first(x):
            held.append(x)
            return x.sum()

        def second(y):
            held[0].data.zero_()
            return y.sum()
    """)
    x = torch.ones(2)
    submission.first(x)
    with pytest.raises(ArgumentChanged):
        submission.second(torch.ones(3))
    assert x.tolist() == [1.0, 1.0]


def test_gradient_call_does_not_make_the_worker_hold_on_to_arguments(learner: Learner) -> None:
    submission = learner("""
        def twice(x):
            return x * x

        def change(x):
            y = x * x
            x.data.zero_()
            return y
    """)
    x = torch.ones(2, requires_grad=True)
    submission.twice(x)
    with pytest.raises(ArgumentChanged):
        submission.change(x)
    assert x.tolist() == [1.0, 1.0]


# Aliases


def test_view_of_an_argument_comes_back_as_one(learner: Learner) -> None:
    x = torch.arange(6.0)
    got = learner("def part(x): return x.view(2, 3)[:, 1:]").part(x)
    assert got.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    assert got.stride() == (3, 1) and got.storage_offset() == 1
    x[1] = 10
    assert got[0, 0].item() == 10


def test_argument_comes_back_as_itself(learner: Learner) -> None:
    x = torch.ones(2, requires_grad=True)
    assert learner("def same(x): return x").same(x) is x


def test_copy_does_not_alias(learner: Learner) -> None:
    x = torch.ones(2)
    got = learner("def copy(x): return x.clone()").copy(x)
    assert got.untyped_storage().data_ptr() != x.untyped_storage().data_ptr()


def test_view_of_an_argument_is_differentiable(learner: Learner) -> None:
    x = torch.ones(4, requires_grad=True)
    got = learner("def half(x): return x[:2]").half(x)
    (3 * got).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0, 0.0, 0.0]
    assert got.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


def test_conjugate_of_an_argument_has_its_values(learner: Learner) -> None:
    x = torch.tensor([1 + 2j, 3 - 1j])
    submission = learner("def conjugate(x): return x.conj(), x.conj().imag, x.clone().conj()")
    conjugate, negated, own = submission.conjugate(x)
    assert conjugate.tolist() == own.tolist() == [1 - 2j, 3 + 1j] and negated.tolist() == [-2.0, 1.0]
    assert submission.conjugate(x.conj())[0].tolist() == x.tolist()


def test_zero_that_torch_only_notes_arrives(learner: Learner) -> None:
    submission = learner("def zero(x): return torch._efficientzerotensor((2,)), x.tolist()")
    got, seen = submission.zero(torch._efficientzerotensor((3,)))
    assert got.tolist() == [0.0, 0.0] and seen == [0.0, 0.0, 0.0]


def test_results_that_share_memory_still_do(learner: Learner) -> None:
    a, b = learner("""
        def halves():
            whole = torch.arange(4.0)
            return whole[:2], whole[1:]
    """).halves()
    assert a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
    assert a.tolist() == [0.0, 1.0] and b.tolist() == [1.0, 2.0, 3.0]


# Generators


def test_generator_moves_on_in_the_judge_as_in_the_worker(learner: Learner) -> None:
    submission = learner("def draw(n, generator): return torch.randn(n, generator=generator)")
    ours, theirs = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    for n in (3, 4):
        assert torch.equal(submission.draw(n, theirs), torch.randn(n, generator=ours))
    assert torch.equal(ours.get_state(), theirs.get_state())


def test_generator_arrives_in_the_state_it_was_left_in(learner: Learner) -> None:
    submission = learner("def draw(generator): return torch.rand(2, generator=generator)")
    ours, theirs = torch.Generator().manual_seed(5), torch.Generator().manual_seed(5)
    torch.rand(7, generator=ours), torch.rand(7, generator=theirs)
    assert torch.equal(submission.draw(generator=theirs), torch.rand(2, generator=ours))


def test_tensor_seeds_the_same_numbers(learner: Learner) -> None:
    submission = learner("""
        def draw(seed):
            torch.manual_seed(seed)
            return torch.rand(3)
    """)
    assert torch.equal(submission.draw(3), torch.rand(3, generator=torch.Generator().manual_seed(3)))
