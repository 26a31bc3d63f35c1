"""Wrong variants of training.three_way_split."""

import torch

from grader.suite import mistake, reference


def _right(n, fractions, generator):
    return reference("training").three_way_split(n, fractions, generator)


def _cut(order, n, fractions):
    validation, test = round(fractions[1] * n), round(fractions[2] * n)
    return tuple(order.split([n - validation - test, validation, test]))


@mistake("the samples were not shuffled: neighbours in a table are often alike")
def not_shuffled(n, fractions, generator):
    return _cut(torch.arange(n), n, fractions)


@mistake("the parts were drawn one by one: shuffle once and cut, or they share samples")
def drawn_one_by_one(n, fractions, generator):
    sizes = [len(part) for part in _cut(torch.arange(n), n, fractions)]
    return tuple(torch.randperm(n, generator=generator)[:size] for size in sizes)


@mistake("drawn with repetition: a sample may come twice, or never")
def drawn_with_repetition(n, fractions, generator):
    return _cut(torch.randint(n, (n,), generator=generator), n, fractions)


@mistake("all three sizes were rounded, and they need not add up to n: training gets the rest")
def all_three_rounded(n, fractions, generator):
    order = torch.randperm(n, generator=generator)
    train, validation, test = (round(fraction * n) for fraction in fractions)
    return order[:train], order[train : train + validation], order[train + validation :][:test]


@mistake("the sizes were cut off and not rounded: int(2.9) is 2")
def cut_off(n, fractions, generator):
    order = torch.randperm(n, generator=generator)
    validation, test = (int(fraction * n) for fraction in fractions[1:])
    return tuple(order.split([n - validation - test, validation, test]))


@mistake("training and validation were rounded, and test got the rest: training gets it")
def rest_to_the_test(n, fractions, generator):
    order = torch.randperm(n, generator=generator)
    train, validation = (round(fraction * n) for fraction in fractions[:2])
    return order[:train], order[train : train + validation], order[train + validation :]


@mistake("the test part starts where validation does: the two share samples")
def test_overlaps_validation(n, fractions, generator):
    train, validation, test = _right(n, fractions, generator)
    rest = torch.cat([validation, test])
    return train, validation, rest[: len(test)]


@mistake("training holds all samples, those of the other parts too")
def trains_on_everything(n, fractions, generator):
    _, validation, test = _right(n, fractions, generator)
    return torch.arange(n), validation, test


@mistake("validation and test are exchanged")
def exchanged(n, fractions, generator):
    train, validation, test = _right(n, (fractions[0], fractions[2], fractions[1]), generator)
    return train, validation, test


@mistake("the generator was not used: pass it to randperm")
def without_generator(n, fractions, generator):
    return _cut(torch.randperm(n), n, fractions)


@mistake("the generator was seeded anew: draw from it as it is")
def reset_the_generator(n, fractions, generator):
    return _right(n, fractions, generator.manual_seed(0))


@mistake("the indices are lists: they are int64 tensors")
def lists_for_tensors(n, fractions, generator):
    return tuple(part.tolist() for part in _right(n, fractions, generator))
