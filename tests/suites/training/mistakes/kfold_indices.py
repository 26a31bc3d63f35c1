"""Wrong variants of training.kfold_indices."""

import torch

from grader.suite import mistake, reference


def _check(n, k):
    if not 2 <= k <= n:
        raise ValueError(f"k must be from 2 to {n}, not {k}")


def _folds(parts):
    return [(torch.cat([*parts[:i], *parts[i + 1 :]]), parts[i]) for i in range(len(parts))]


@mistake("the samples were not shuffled: neighbours in a table are often alike")
def not_shuffled(n, k, generator):
    _check(n, k)
    return _folds(torch.arange(n).tensor_split(k))


@mistake("each fold takes every k-th sample: shuffle first")
def every_kth_sample(n, k, generator):
    _check(n, k)
    return _folds([torch.arange(i, n, k) for i in range(k)])


@mistake("the rest of n / k went to the last fold: the first n % k folds get one more each")
def rest_to_the_last_fold(n, k, generator):
    _check(n, k)
    order, size = torch.randperm(n, generator=generator), n // k
    return _folds([*(order[i * size : (i + 1) * size] for i in range(k - 1)), order[(k - 1) * size :]])


@mistake("the larger folds come last: the first n % k are the larger ones")
def larger_folds_last(n, k, generator):
    _check(n, k)
    return _folds(torch.randperm(n, generator=generator).tensor_split(k)[::-1])


@mistake("the rest of n / k was dropped: every sample validates once")
def dropped_the_rest(n, k, generator):
    _check(n, k)
    return _folds(torch.randperm(n, generator=generator)[: n // k * k].tensor_split(k))


@mistake("folds of ceil(n / k) samples: the last ones come out too small")
def chunks_of_the_ceiling(n, k, generator):
    _check(n, k)
    parts = list(torch.randperm(n, generator=generator).split(-(-n // k)))
    return _folds(parts + [torch.zeros(0, dtype=torch.int64)] * (k - len(parts)))


@mistake("a fold trains on all samples, those of its validation too")
def trains_on_everything(n, k, generator):
    folds = reference("training").kfold_indices(n, k, generator)
    return [(torch.arange(n), fold.validation) for fold in folds]


@mistake("training and validation are swapped")
def swapped(n, k, generator):
    return [(fold.validation, fold.train) for fold in reference("training").kfold_indices(n, k, generator)]


@mistake("every fold was drawn anew: shuffle once, then cut")
def drawn_anew_for_each_fold(n, k, generator):
    _check(n, k)
    orders = [torch.randperm(n, generator=generator) for _ in range(k)]
    sizes = [n // k + (i < n % k) for i in range(k)]
    return [(order[size:], order[:size]) for order, size in zip(orders, sizes, strict=True)]


@mistake("the generator was not used: pass it to randperm")
def without_generator(n, k, generator):
    _check(n, k)
    return _folds(torch.randperm(n).tensor_split(k))


@mistake("the generator was seeded anew: draw from it as it is")
def reset_the_generator(n, k, generator):
    return reference("training").kfold_indices(n, k, generator.manual_seed(0))


@mistake("the indices are lists: they are int64 tensors")
def lists_for_tensors(n, k, generator):
    folds = reference("training").kfold_indices(n, k, generator)
    return [(fold.train.tolist(), fold.validation.tolist()) for fold in folds]
