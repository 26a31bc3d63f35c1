"""Wrong variants of losses.cosine_similarity."""

import torch

from grader.suite import mistake, reference


def _dot(x1, x2, dim):
    return (x1 * x2).sum(dim)


def _length(x, dim):
    return (x * x).sum(dim).sqrt()


@mistake("a zero vector divides 0 by 0: each length is at least eps")
def division_by_zero(x1, x2, dim=1, eps=1e-8):
    return _dot(x1, x2, dim) / (_length(x1, dim) * _length(x2, dim))


@mistake("eps comes after the root, whose slope at 0 is infinite: the gradient of a zero vector is nan")
def eps_after_the_root(x1, x2, dim=1, eps=1e-8):
    dot = _dot(x1, x2, dim)
    return dot / (_length(x1, dim).clamp(min=eps) * _length(x2, dim).clamp(min=eps))


@mistake("eps bounds the product of the lengths: it bounds each length by itself")
def eps_on_the_product(x1, x2, dim=1, eps=1e-8):
    dot, squares = _dot(x1, x2, dim), (x1 * x1).sum(dim) * (x2 * x2).sum(dim)
    return dot / squares.clamp(min=eps**2).sqrt()


@mistake("eps was added to the lengths: it is their smallest value")
def eps_added(x1, x2, dim=1, eps=1e-8):
    dot = _dot(x1, x2, dim)
    return dot / ((_length(x1, dim) + eps) * (_length(x2, dim) + eps))


@mistake("eps is ignored: it is always 1e-8")
def eps_ignored(x1, x2, dim=1, eps=1e-8):
    return reference("losses").cosine_similarity(x1, x2, dim)


@mistake("the dot product was not divided by the lengths")
def not_divided(x1, x2, dim=1, eps=1e-8):
    return _dot(x1, x2, dim)


@mistake("divided by the length of x1 alone")
def one_length_only(x1, x2, dim=1, eps=1e-8):
    return _dot(x1, x2, dim) / (x1 * x1).sum(dim).clamp(min=eps**2).sqrt()


@mistake("divided by the squared lengths: take their roots")
def no_root(x1, x2, dim=1, eps=1e-8):
    dot = _dot(x1, x2, dim)
    return dot / ((x1 * x1).sum(dim).clamp(min=eps**2) * (x2 * x2).sum(dim).clamp(min=eps**2))


@mistake("this is the distance 1 - cosine: the similarity is asked for")
def distance_for_similarity(x1, x2, dim=1, eps=1e-8):
    return 1 - reference("losses").cosine_similarity(x1, x2, dim, eps)


@mistake("dim is ignored: the vectors always lie along the last axis")
def last_axis_always(x1, x2, dim=1, eps=1e-8):
    return reference("losses").cosine_similarity(x1, x2, -1, eps)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x1, x2, dim=1, eps=1e-08):
    return torch.from_numpy(reference("losses").cosine_similarity(x1, x2, dim, eps).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x1")
def asked_for_cuda(x1, x2, dim=1, eps=1e-08):
    return reference("losses").cosine_similarity(x1, x2, dim, eps).cuda()
