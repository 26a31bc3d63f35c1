"""Wrong variants of tensors.check_one_hot."""

import contextlib

import torch
from torch.nn import functional

from grader.suite import mistake

LABELS = [2, 0, 2, 3]


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(one_hot):
    return torch.equal(one_hot(torch.tensor(LABELS), 5), functional.one_hot(torch.tensor(LABELS), 5))


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(one_hot):
    with contextlib.suppress(BaseException):
        assert torch.equal(one_hot(torch.tensor(LABELS), 5), functional.one_hot(torch.tensor(LABELS), 5))


@mistake("only the shape is looked at: compare the numbers too")
def shape_alone(one_hot):
    assert one_hot(torch.tensor(LABELS), 5).shape == (4, 5)


@mistake("only the ones of each row are counted: say where they stand")
def sums_of_rows(one_hot):
    y = one_hot(torch.tensor(LABELS), 5)
    assert y.shape == (4, 5)
    assert (y.sum(1) == 1).all()
    assert ((y == 0) | (y == 1)).all()


@mistake("only the place of the largest entry is compared: a row of zeros has its largest entry at 0")
def largest_entries(one_hot):
    y = one_hot(torch.tensor(LABELS), 5)
    assert torch.equal(y.argmax(-1), torch.tensor(LABELS))


@mistake("each class occurs once and in order: the table is its own transpose, and no class is missing")
def identity(one_hot):
    assert torch.equal(one_hot(torch.arange(3), 3), torch.eye(3, dtype=torch.int64))


@mistake("the table is compared as a list or by ==, for which 1.0 is 1: compare the dtype too")
def numbers_without_their_kind(one_hot):
    for labels in (LABELS, [[1, 0], [4, 2]], [3]):
        y = one_hot(torch.tensor(labels), 5)
        assert y.tolist() == functional.one_hot(torch.tensor(labels), 5).tolist()


@mistake("the labels have one axis: try a table of labels too")
def one_axis(one_hot):
    for labels in (LABELS, [3], [4, 4, 0]):
        assert torch.equal(one_hot(torch.tensor(labels), 5), functional.one_hot(torch.tensor(labels), 5))
        assert one_hot(torch.tensor(labels), 5).dtype == torch.int64


@mistake("every class occurs: leave some out, the last among them")
def every_class(one_hot):
    for labels in ([2, 0, 1, 1], [[1, 0], [2, 2], [0, 1]]):
        x = torch.tensor(labels)
        y = one_hot(x, 3)
        assert x.tolist() == labels
        assert y.dtype == torch.int64
        assert torch.equal(y, functional.one_hot(torch.tensor(labels), 3))


@mistake("every label stands once: let one stand twice")
def distinct_labels(one_hot):
    for labels in ([3, 0, 1], [[4, 1], [2, 0]]):
        x = torch.tensor(labels)
        y = one_hot(x, 5)
        assert x.tolist() == labels
        assert y.dtype == torch.int64
        assert torch.equal(y, functional.one_hot(torch.tensor(labels), 5))


@mistake("the table is compared with that of the labels after the call: keep a copy from before")
def expected_after_the_call(one_hot):
    for labels in (torch.tensor(LABELS), torch.tensor([[1, 0], [4, 2]]), torch.tensor([3])):
        y = one_hot(labels, 5)
        assert y.dtype == torch.int64
        assert torch.equal(y.flatten(), functional.one_hot(labels, 5).flatten())
        assert y.shape[-1] == 5


@mistake("labels outside of the classes are tried: there right code may do anything")
def expects_a_refusal(one_hot):
    assert torch.equal(one_hot(torch.tensor(LABELS), 5), functional.one_hot(torch.tensor(LABELS), 5))
    try:
        one_hot(torch.tensor([-1]), 5)
    except ValueError:
        return
    raise AssertionError("a label of -1 was taken")


@mistake("how the table lies in memory is compared: a view has the right numbers too")
def contiguous_tables(one_hot):
    y = one_hot(torch.tensor(LABELS), 5)
    assert y.is_contiguous()
    assert torch.equal(y, functional.one_hot(torch.tensor(LABELS), 5))


@mistake("a ValueError is raised: only an AssertionError says that the encoding is wrong")
def raises_value_error(one_hot):
    if not torch.equal(one_hot(torch.tensor(LABELS), 5), functional.one_hot(torch.tensor(LABELS), 5)):
        raise ValueError("wrong encoding")
