"""Wrong variants of optimizers.minibatches."""

import torch

from grader.suite import mistake, reference


def _right(n, batch_size, shuffle, generator, drop_last):
    return reference("optimizers").minibatches(n, batch_size, shuffle, generator, drop_last)


@mistake("samples were drawn with replacement: some come twice, others never; draw a permutation")
def with_replacement(n, batch_size, shuffle, generator, drop_last):
    batches = _right(n, batch_size, shuffle, generator, drop_last)
    if not shuffle or not n:
        return batches
    return [torch.randint(n, batch.shape, generator=generator) for batch in batches]


@mistake("only the order of the batches is random: the samples in them are always the same")
def batches_shuffled(n, batch_size, shuffle, generator, drop_last):
    batches = _right(n, batch_size, False, None, drop_last)
    if not shuffle:
        return batches
    whole, rest = [b for b in batches if len(b) == batch_size], [b for b in batches if len(b) < batch_size]
    return [whole[i] for i in torch.randperm(len(whole), generator=generator).tolist()] + rest


@mistake("the order was drawn from torch's own generator: use the one that is given")
def own_generator_used(n, batch_size, shuffle, generator, drop_last):
    return _right(n, batch_size, shuffle, None, drop_last)


@mistake("every epoch has the same order (the generator is seeded anew): draw on from it")
def seeded_anew(n, batch_size, shuffle, generator, drop_last):
    return _right(n, batch_size, shuffle, torch.Generator().manual_seed(0), drop_last)


@mistake("shuffle was ignored: the samples always come in the same order")
def never_shuffled(n, batch_size, shuffle, generator, drop_last):
    return _right(n, batch_size, False, generator, drop_last)


@mistake("shuffle = False was ignored: the samples always come in a random order")
def always_shuffled(n, batch_size, shuffle, generator, drop_last):
    return _right(n, batch_size, True, generator, drop_last)


@mistake("the samples that remain are missing: only drop_last leaves a smaller last batch out")
def always_dropped(n, batch_size, shuffle, generator, drop_last):
    return _right(n, batch_size, shuffle, generator, True)


@mistake("drop_last was ignored: a last batch of fewer than batch_size samples is to be left out")
def never_dropped(n, batch_size, shuffle, generator, drop_last):
    return _right(n, batch_size, shuffle, generator, False)


@mistake("drop_last leaves out a last batch that is full: only a smaller one is dropped")
def full_batch_dropped(n, batch_size, shuffle, generator, drop_last):
    batches = _right(n, batch_size, shuffle, generator, False)
    return batches[:-1] if drop_last else batches


@mistake("an empty batch comes at the end where batch_size divides n: leave it out")
def empty_batch_at_the_end(n, batch_size, shuffle, generator, drop_last):
    batches = _right(n, batch_size, shuffle, generator, drop_last)
    return batches if drop_last or n % batch_size else [*batches, torch.zeros(0, dtype=torch.int64)]


@mistake("lists of numbers came back: each batch is an int64 tensor")
def lists_for_tensors(n, batch_size, shuffle, generator, drop_last):
    return [batch.tolist() for batch in _right(n, batch_size, shuffle, generator, drop_last)]


@mistake("the generator was drawn from without shuffle: only a random order draws")
def drawn_without_shuffle(n, batch_size, shuffle, generator, drop_last):
    batches = _right(n, batch_size, shuffle, generator, drop_last)
    if not shuffle:
        torch.randperm(n, generator=generator)
    return batches


@mistake("the rest was cut off before the shuffle: the same last samples are left out in every epoch")
def rest_dropped_before_the_shuffle(n, batch_size, shuffle, generator, drop_last):
    _right(n, batch_size, shuffle, generator, drop_last)
    return _right(n - n % batch_size if drop_last else n, batch_size, shuffle, generator, False)
