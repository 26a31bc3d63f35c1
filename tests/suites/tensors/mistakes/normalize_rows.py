"""Wrong ways to make rows sum to 1."""

import torch

from grader.suite import mistake, reference


def _right(a):
    return reference("tensors").normalize_rows(a)


def _total(a, dim=1):
    total = a.sum(dim=dim, keepdim=True)
    return total.masked_fill(total == 0, 1)


@mistake("the columns sum to 1: the sum ran over axis 0, down the columns")
def columns_sum_to_one(a):
    return a / _total(a, dim=0)


@mistake("the sums of the rows were broadcast along the columns: keep the summed axis with keepdim=True")
def forgot_keepdim(a):
    return a / _total(a).squeeze(1)


@mistake("divided by the sum of the whole matrix; each row has its own sum")
def divided_by_the_whole_sum(a):
    total = a.sum()
    return a / total.masked_fill(total == 0, 1)


@mistake("a small number was added to every sum, so that no row sums to 1 exactly and tiny rows vanish")
def added_epsilon(a):
    return a / (a.sum(dim=1, keepdim=True) + 1e-8)


@mistake("a row whose sum is 0 was divided by 0; it comes back as it is")
def divided_by_zero(a):
    return a / a.sum(dim=1, keepdim=True)


@mistake("zero rows are repaired after the division by 0: the value is right, its gradient is nan")
def repaired_after_the_division(a):
    total = a.sum(dim=1, keepdim=True)
    return torch.where(total == 0, a, a / total)


@mistake("nan was replaced after the division by 0: its gradient stays nan, and rows that cancel become huge")
def replaced_nan_after_the_division(a):
    return (a / a.sum(dim=1, keepdim=True)).nan_to_num()


@mistake("the matrix was divided in place, so that the caller's tensor changed")
def divided_in_place(a):
    return a.div_(_total(a)) if a.is_floating_point() and not a.requires_grad else _right(a)


@mistake("divided by the sum of absolute values; entries keep their sign in the sum")
def summed_absolute_values(a):
    return a / _total(a.abs())


@mistake("divided by the Euclidean length of the row; the sum is asked for")
def unit_length(a):
    length = a.to(_right(a).dtype).square().sum(dim=1, keepdim=True).sqrt()
    return a / length.masked_fill(length == 0, 1)


@mistake("integer division leaves only 0 and 1; counts must be divided truly")
def divided_as_integers(a):
    return _right(a) if a.is_floating_point() else (a // _total(a)).float()


@mistake("a Python loop does what one operation on the whole tensor can do")
def python_loop(a):
    return torch.stack([row / total for row, total in zip(a, _total(a), strict=True)])


@mistake("softmax was applied; the entries themselves are to be divided by their sum")
def softmax_for_shares(a):
    return torch.softmax(a.to(_right(a).dtype), dim=1)


@mistake("the result is float32 in any case; float64 stays float64")
def always_float32(a):
    return _right(a.float())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of a")
def asked_for_cuda(a):
    return reference("tensors").normalize_rows(a).cuda()


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(a):
    return torch.from_numpy(reference("tensors").normalize_rows(a).detach().numpy())
