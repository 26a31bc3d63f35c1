"""Wrong variants of losses.log_sum_exp."""

import torch

from grader.suite import mistake, reference


@mistake("exp overflows at 1000 and vanishes at -1000: subtract the maximum along dim first")
def no_shift(x, dim):
    return torch.exp(x).sum(dim).log()


@mistake("the maximum was subtracted and not added again")
def shift_not_added_again(x, dim):
    largest = reference("losses").log_sum_exp(x, dim)
    return largest - x.amax(dim)


@mistake("the maximum of the whole tensor was subtracted: slices far below it vanish; take it along dim")
def one_shift_for_all(x, dim):
    largest = x.detach().max()
    return torch.exp(x - largest).sum(dim).log() + largest


@mistake("the smallest entry was subtracted: exp overflows where the others lie far above it; take the largest")
def smallest_subtracted(x, dim):
    smallest = x.detach().amin(dim, keepdim=True)
    shift = torch.where(torch.isfinite(smallest), smallest, 0.0)
    return torch.exp(x - shift).sum(dim).log() + shift.squeeze(dim)


@mistake("the axis dim was kept with size 1; it must disappear")
def axis_kept(x, dim):
    return reference("losses").log_sum_exp(x, dim).unsqueeze(dim)


@mistake("every axis of size 1 was squeezed away: name the one that goes")
def squeezed_all(x, dim):
    return reference("losses").log_sum_exp(x, dim).squeeze()


@mistake("-inf minus a maximum of -inf is nan: a slice of -inf must give -inf")
def nan_from_minus_infinity(x, dim):
    largest = x.detach().amax(dim, keepdim=True)
    return torch.exp(x - largest).sum(dim).log() + largest.squeeze(dim)


@mistake("the sum always runs over the last axis: use dim")
def last_axis_always(x, dim):
    return reference("losses").log_sum_exp(x, -1)


@mistake("this is the logarithm of the mean of the exponentials: the sum is asked for")
def mean_for_sum(x, dim):
    return reference("losses").log_sum_exp(x, dim) - x.new_tensor(float(x.shape[dim])).log()


@mistake("this is only the maximum; the other entries count too")
def only_the_maximum(x, dim):
    return x.amax(dim)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, dim):
    return reference("losses").log_sum_exp(x, dim).cuda()
