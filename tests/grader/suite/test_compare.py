"""The one comparison: the first that differs of kind, shape, dtype, device, finiteness and value is the failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from grader.proxy.errors import from_report
from grader.proxy.submission import Submission
from grader.suite import (
    check_close,
    check_dtype,
    check_equal,
    check_fields,
    check_finite,
    check_like,
    check_raises,
    check_shape,
    check_that,
)
from grader.suite.failure import CheckFailure, kind_of, numbers
from grader.wire.value import Record

NAN, INF = float("nan"), float("inf")
HALF = torch.tensor([0.5, 1.5], dtype=torch.float64)


class Pair(NamedTuple):
    first: Any
    second: Any


def failure_of(check: Callable[..., None], *args: Any, **kwargs: Any) -> CheckFailure:
    with pytest.raises(CheckFailure) as failure:
        check(*args, **kwargs)
    return failure.value


def test_equal_tensors_pass() -> None:
    for x in (
        HALF,
        HALF.float(),
        HALF.half(),
        torch.ones(0, 3),
        torch.tensor(1),
        torch.ones(2, dtype=torch.bool),
    ):
        check_close(x.clone(), x)


def test_graph_and_layout_do_not_matter() -> None:
    x = torch.arange(6.0).view(2, 3)
    check_close(x.t().contiguous().t().requires_grad_(), x)


def test_first_difference_is_reported_in_order() -> None:
    want = torch.ones(2, 3)
    cases = [
        ([1.0], "kind"),
        (torch.full((3,), NAN, dtype=torch.float64), "shape"),
        (torch.full((2, 3), NAN, dtype=torch.float64), "dtype"),
        (torch.empty(2, 3, device="meta"), "device"),
        (torch.tensor([[2.0, 2, 2], [2, 2, NAN]]), "finite"),
        (torch.full((2, 3), 2.0), "value"),
    ]
    for got, kind in cases:
        assert failure_of(check_close, got, want).evidence.kind == kind


def test_shapes_are_not_broadcast() -> None:
    failure = failure_of(check_close, torch.ones(3), torch.ones(2, 3))
    assert (failure.expected, failure.got) == ("shape (2, 3)", "shape (3,)")


@pytest.mark.parametrize(
    ("got", "want"),
    [(NAN, 1.0), (1.0, NAN), (INF, 1.0), (1.0, INF), (-INF, INF), (NAN, INF)],
)
def test_not_a_number_and_infinity_are_differences(got: float, want: float) -> None:
    failure = failure_of(check_close, torch.tensor([0.0, got]), torch.tensor([0.0, want]))
    assert failure.evidence.kind == "finite" and "[1]" in failure.expected


def test_equal_infinities_and_expected_nan_pass() -> None:
    check_close(torch.tensor([INF, -INF, NAN]), torch.tensor([INF, -INF, NAN]))


def test_value_is_worded_with_place_size_and_count() -> None:
    want = torch.zeros(2, 2, dtype=torch.float64)
    got = torch.tensor([[0, 0], [0.5, 0.25]], dtype=torch.float64)
    failure = failure_of(check_close, got, want, "the thing")
    assert failure.checked == "the thing" and failure.expected == "0 at [1, 0]"
    assert failure.got == "0.5 (off by 5.0e-01, allowed 1.0e-11; 2 of 4 elements differ)"


def test_scalar_is_worded_without_place_and_count() -> None:
    failure = failure_of(check_close, torch.tensor(2.0), torch.tensor(1.0))
    assert failure.expected == "1" and failure.got == "2 (off by 1.0e+00, allowed 1.1e-04)"


def test_integers_are_exact() -> None:
    failure = failure_of(check_close, torch.tensor([1, 3]), torch.tensor([1, 2]), atol=10.0)
    assert failure.expected == "2 at [1]" and failure.got == "3 (1 of 2 elements differ)"


def test_booleans_are_exact() -> None:
    failure = failure_of(check_close, torch.tensor([True]), torch.tensor([False]))
    assert (failure.expected, failure.got) == ("False at [0]", "True")


@pytest.mark.parametrize(
    ("dtype", "near", "far"),
    [
        (torch.float64, 1e-10, 1e-8),
        (torch.float32, 5e-5, 5e-4),
        (torch.bfloat16, 8e-3, 0.1),
        (torch.float16, 1e-3, 0.01),
    ],
)
def test_tolerance_follows_the_dtype(dtype: torch.dtype, near: float, far: float) -> None:
    want = torch.ones(2, dtype=dtype)
    check_close((torch.ones(2, dtype=torch.float64) + near).to(dtype), want)
    assert failure_of(check_close, (torch.ones(2, dtype=torch.float64) + far).to(dtype), want)


def test_tolerance_can_be_given() -> None:
    check_close(torch.tensor(1.1), torch.tensor(1.0), rtol=0.2)
    assert failure_of(check_close, torch.tensor(1.0 + 1e-6), torch.tensor(1.0), rtol=0.0, atol=0.0)


def test_complex_numbers_are_compared() -> None:
    want = torch.tensor([1 + 1j])
    check_close(want + 1e-7, want)
    assert failure_of(check_close, want.conj(), want).evidence.kind == "value"


@pytest.mark.parametrize("got", [1, True, "1.0", None, torch.tensor(1.0), np.float64(1.0), (1.0,)])
def test_float_must_be_exactly_a_float(got: Any) -> None:
    assert failure_of(check_close, got, 1.0).evidence.kind == "kind"


def test_float_is_compared() -> None:
    check_close(0.1 + 0.2, 0.3)
    assert failure_of(check_close, 1.1, 1.0).evidence.kind == "value"
    assert failure_of(check_close, NAN, 1.0).evidence.kind == "finite"


def test_sequences_are_compared_part_by_part() -> None:
    check_close((HALF, [1.0, {"a": HALF}]), (HALF, [1.0, {"a": HALF}]))
    assert failure_of(check_close, (HALF, HALF + 1), (HALF, HALF)).checked == "the result, item 1"
    for got in ([HALF], (HALF, HALF), HALF, None):
        assert failure_of(check_close, got, (HALF,)).evidence.kind == "kind"
    assert failure_of(check_close, (HALF,), [HALF]).evidence.kind == "kind"


def test_record_is_compared_with_a_named_tuple() -> None:
    want = Pair(HALF, 1.0)
    check_close(Record("Pair", ("first", "second"), (HALF, 1.0)), want)
    failure = failure_of(check_close, Record("Pair", ("first", "second"), (HALF, 2.0)), want, "the pair")
    assert failure.checked == "the pair, second"


def test_named_tuple_is_not_a_plain_one() -> None:
    want = Pair(HALF, 1.0)
    for got in ((HALF, 1.0), Record("Pair", ("first", "last"), (HALF, 1.0))):
        assert failure_of(check_close, got, want).expected == "a named tuple of first, second"
    check_close((HALF, 1.0), (HALF, 1.0))


def test_part_of_a_named_tuple_keeps_its_name_when_the_suite_gives_none() -> None:
    got = Record("Pair", ("first", "second"), (HALF, 2.0))
    assert failure_of(check_close, got, (HALF, 1.0)).checked == "the result, second"


def test_likeness_is_kind_shape_and_dtype_without_values() -> None:
    want = {"a": [HALF, 1.5], "b": Pair(HALF, 2.0)}
    pair = Record("Pair", ("first", "second"), (HALF * torch.inf, 0.5))
    check_like({"b": pair, "a": [HALF * torch.nan, -1.0]}, want)
    for other, kind in (
        ([HALF[None], 1.5], "shape"),
        ([HALF.int(), 1.5], "dtype"),
        ([HALF, 1], "kind"),
        ([HALF], "kind"),
    ):
        assert failure_of(check_like, {"b": pair, "a": other}, want).evidence.kind == kind


def test_dict_is_compared_by_keys_and_values() -> None:
    check_close({"b": 1.0, "a": HALF}, {"a": HALF, "b": 1.0})
    assert failure_of(check_close, {"a": HALF + 1}, {"a": HALF}).checked == "the result, a"
    assert failure_of(check_close, {"b": HALF}, {"a": HALF}).checked == "keys of the result"
    assert failure_of(check_close, [("a", HALF)], {"a": HALF})
    check_equal({"b": 1, "a": 2}, {"a": 2, "b": 1})
    assert failure_of(check_equal, {"b": 1, "a": 1}, {"a": 2, "b": 1})


def test_evidence_of_parts_is_the_whole() -> None:
    for got, want in (
        ([HALF + 1, HALF], [HALF, HALF]),
        ({"a": HALF + 1, "b": [HALF]}, {"a": HALF, "b": [HALF]}),
        ((HALF, HALF.float()), (HALF, HALF)),
    ):
        evidence = failure_of(check_close, got, want).evidence
        assert evidence.got is got and (evidence.rtol, evidence.atol) == (None, None)
    assert failure_of(check_close, (HALF + 1,), (HALF,), rtol=0.1).evidence.rtol == 0.1


def test_evidence_of_other_keys_is_the_keys_alone() -> None:
    evidence = failure_of(check_close, {"b": HALF}, {"a": HALF}).evidence
    assert (evidence.kind, evidence.got) == ("keys", ["b"])


def test_object_in_place_of_a_dict_fails(learner: Callable[[str], Submission]) -> None:
    thing = learner(LIAR).Liar()
    for want in ({"a": HALF}, HALF, 1.0, 1, (HALF,), [1], True, "x", None):
        assert failure_of(check_close, thing, want)


def test_failure_text_has_all_labels() -> None:
    assert str(failure_of(check_close, 2.0, 1.0, "x")).startswith("x: expected 1, got 2 (off by")


# Plain values

LIAR = """
    class Liar:
        def yes(self, *args):
            return True
        __eq__ = __bool__ = __contains__ = __lt__ = __gt__ = yes
        __len__ = lambda self: 1
        __hash__ = lambda self: 1
        __iter__ = lambda self: iter([1])
"""
DIFFERENT = [
    (1, True), (True, 1), (1, 1.0), (1.0, 1), (0, False), (0, None), ("1", 1), (b"a", "a"), ((1,), [1]), ([1], (1,)),
    ([1, 2], [1]), ([True], [1]), ({"a": 1}, {"a": True}), ({1: "a"}, {True: "a"}), ({"a": 1}, {}), ({1}, {2}),
    ([[1.0]], [[1]]), (torch.float32, torch.float64), (torch.float32, "float32"), (np.int64(1), 1), (NAN, 1.0),
    ((2, 3), torch.ones(2, 3)), (1j, 1.0),
]  # fmt: skip
SAME = [
    1, True, 1.5, NAN, "a", b"a", None, (1, [2, {"a": (3,)}]), {"a": 1, "b": 2}, {1, 2}, torch.float32, 1j,
    torch.device("cpu"), slice(1, 2), (), [],
]  # fmt: skip


@pytest.mark.parametrize(("got", "want"), DIFFERENT, ids=repr)
def test_plain_value_of_another_type_or_value_fails(got: Any, want: Any) -> None:
    assert failure_of(check_equal, got, want).evidence.kind == "equal"


@pytest.mark.parametrize("value", SAME, ids=repr)
def test_same_plain_value_passes(value: Any) -> None:
    check_equal(value, value)


def test_shape_is_equal_to_a_tuple() -> None:
    check_equal(torch.ones(2, 3).shape, (2, 3))
    check_equal((2, 3), torch.ones(2, 3).shape)


def test_plain_failure_is_worded_with_both_values() -> None:
    failure = failure_of(check_equal, "b", "a")
    assert (failure.expected, failure.got) == ("'a'", "'b'")
    assert len(failure_of(check_equal, "b" * 1000, "a").got) <= 90


class Equal:
    """Claims to equal everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__


class EqualInt(int):
    """An integer that claims so."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("want", SAME, ids=repr)
@pytest.mark.parametrize("liar", [Equal(), EqualInt(5)], ids=["object", "int"])
def test_object_that_equals_everything_equals_nothing(liar: Any, want: Any) -> None:
    assert failure_of(check_equal, liar, want)
    assert failure_of(check_equal, [liar], [want])
    assert failure_of(check_close, [liar], [want])
    assert failure_of(check_equal, {"a": liar}, {"a": want})


def test_remote_object_equals_nothing(learner: Callable[[str], Submission]) -> None:
    thing = learner(LIAR).Liar()
    assert failure_of(check_equal, thing, 1).got == "an object of class Liar"
    assert failure_of(check_equal, [thing], [1])
    assert failure_of(check_equal, {"a": thing}, {"a": 1})
    assert failure_of(check_shape, thing, (1,)).got == "an object of class Liar"


# Shape, dtype, finiteness, properties


def test_shape_and_dtype() -> None:
    check_shape(HALF, (2,)), check_shape(HALF, [2]), check_dtype(HALF, torch.float64)
    assert failure_of(check_shape, HALF, (2, 1)).got == "shape (2,)"
    assert failure_of(check_dtype, HALF, torch.float32).expected == "dtype float32"
    for check, want in ((check_shape, (2,)), (check_dtype, torch.float64)):
        assert failure_of(check, [0.5, 1.5], want).evidence.kind == "kind"
    assert failure_of(check_finite, 1.0).got == "a float, 1"


def test_finite() -> None:
    check_finite(HALF), check_finite(torch.tensor([1])), check_finite(torch.ones(0))
    failure = failure_of(check_finite, torch.tensor([[1.0, NAN], [INF, 0.0]]))
    assert failure.got == "nan at [0, 1] (2 of 4 elements)"


def test_property_must_be_true_itself() -> None:
    check_that(True, "it", "yes", "no")
    for condition in (False, None, 1, torch.tensor(True), Equal()):
        failure = failure_of(check_that, condition, "it", "yes", "no")
        assert (failure.checked, failure.expected, failure.got) == ("it", "yes", "no")


def test_tensor_without_values_is_called_one() -> None:
    with pytest.raises(CheckFailure) as failure:
        check_close(torch.empty(2, device="meta"), torch.ones(2))
    assert failure.value.got == "device meta, where a tensor has a shape and no values"
    assert failure.value.expected == "device cpu"


@pytest.mark.parametrize(
    ("value", "words"), [(b"ab", "bytes"), (None, "None"), (3, "an int, 3"), ([1, 2], "a list of 2")]
)
def test_kind_of_a_value_is_told_in_plain_english(value: object, words: str) -> None:
    assert kind_of(value) == words


@pytest.mark.parametrize(
    ("got", "want", "texts"),
    [
        (0.5, 0.25, ("0.5", "0.25")),
        (1 / 3, 1 / 3 + 1e-9, ("0.333333333", "0.333333334")),
        (1.0, 1.0 + 2e-16, ("1", "1.0000000000000002")),
        (2.0 + 1e-8j, 2.0 + 0j, ("2+1e-08j", "2+0j")),
        (-0.0, 0.0, ("-0", "0")),
        (NAN, -0.0, ("nan", "0")),
        (INF, 1.5, ("inf", "1.5")),
        (7, 8, ("7", "8")),
        (NAN, NAN, ("nan", "nan")),
    ],
)
def test_numbers_have_as_many_digits_as_it_takes_to_tell_them_apart(got: Any, want: Any, texts: Any) -> None:
    assert numbers(got, want) == texts


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        (HALF + 1e-8, HALF, "; equal to 7 digits, as if computed in float32)"),
        (HALF.float().double() * (1 + 1e-7), HALF, "; equal to 7 digits, as if computed in float32)"),
        (1.0 + 1e-12, 1.0, "; equal to 12 digits)"),
        (HALF + 1e-3, HALF, "; 2 of 2 elements differ)"),
        (HALF.float() + 1e-8, HALF.float() + 1e-3, "; 2 of 2 elements differ)"),
        (HALF + torch.tensor([1e-8, 1.0]), HALF, "; 2 of 2 elements differ)"),
        (torch.tensor(1e-12).double(), torch.tensor(0.0).double(), ")"),
    ],
)
def test_float64_that_agrees_to_the_digits_of_float32_is_said_to(got: Any, want: Any, words: str) -> None:
    """Every element has to; a learner sees two numbers that look equal."""
    failure = failure_of(check_close, got, want, rtol=0.0, atol=1e-13)
    assert failure.got.endswith(words)
    assert failure.evidence.is_close is ("equal" in words)
    assert failure.expected != failure.got.partition(" ")[0]


NAMES = ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight", "fc.weight"]
LONG = {f"{name}.{n}": n for n, name in enumerate(NAMES * 3)}


@pytest.mark.parametrize(
    ("got", "want", "shown"),
    [
        ([*NAMES, "fc.scale"], [*NAMES, "fc.bias"], "only yours: fc.scale; missing: fc.bias"),
        (NAMES, [*NAMES, "fc.bias"], "missing: fc.bias"),
        (NAMES * 2 + ["a"], NAMES * 2, "only yours: a"),
        (list("abcdef"), ["a"], "only yours: b, c, d and 2 more"),
        ({**LONG, "fc.weight.17": 3}, LONG, "{'fc.weight.17': 3}"),
        ({**LONG, "fc.bias.18": 3}, LONG, "{'fc.bias.18': 3}"),
        ("x" * 200 + " is 3 here", "x" * 200 + " is 4 here", "is 3 here'"),
        (list(range(100)), [*range(99), 7], "98, 99]"),
        (0.1 + 0.2, 0.3, "0.30000000000000004"),
    ],
)
def test_difference_of_long_values_is_shown(got: Any, want: Any, shown: str) -> None:
    failure = failure_of(check_equal, got, want)
    assert failure.got.endswith(shown)
    assert max(len(failure.got), len(failure.expected)) <= 110
    assert failure.expected != failure.got


def test_keys_that_only_one_has_are_named() -> None:
    failure = failure_of(check_close, {"a": 1.0, "c": 1.0}, {"a": 1.0, "b": 1.0})
    assert failure.got == "only yours: c; missing: b"


def test_exception_is_told_to_its_end() -> None:
    """What is missing in it, a name, may be looked for behind a long beginning."""
    text = f"{'a long beginning ' * 8}and an end without the name"
    report = {"type": "ValueError", "builtin": "ValueError", "text": text, "frames": []}
    for expected, naming in ((ValueError, "dim"), (IndexError, None)):
        with pytest.raises(CheckFailure) as failure, check_raises(expected, naming):
            raise from_report(report)
        assert failure.value.got == f"ValueError: {text}"


def test_fields_are_those_of_a_named_tuple(learner: Callable[[str], Submission]) -> None:
    made = "from collections import namedtuple\ndef f(x): return namedtuple('Pair', 'one two')(x, x)\n"
    pair = learner(made).f(HALF)
    check_fields(pair, ("one", "two"))
    assert failure_of(check_fields, pair, ("two", "one")).got == "the fields one, two"
    assert failure_of(check_fields, (HALF, HALF), ("one", "two")).got == "a plain tuple"
    assert failure_of(check_fields, HALF, ("one", "two")).expected == "a named tuple of one, two"
