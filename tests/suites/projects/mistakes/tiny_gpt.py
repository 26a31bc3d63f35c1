"""Wrong variants of projects.tiny_gpt."""

import math

import torch
from torch.nn import functional

from grader.suite import Loop, mistake, reference, wrong_loops


def _net(heads=4):
    return reference("projects").GPT(27, 24, 48, heads, 1)


def _rows(names, device, end=0, padding=-100, longest=0):
    """Return what is read and what comes next."""
    longest = longest or max(map(len, names)) + 1
    read = torch.zeros(len(names), longest, dtype=torch.int64)
    told = torch.full((len(names), longest), padding)
    for row, name in enumerate(names):
        letters = torch.tensor([ord(letter) - 96 for letter in name])
        read[row, 1 : len(name) + 1], told[row, : len(name)] = letters, letters
        told[row, len(name)] = end
    return read.to(device), told.to(device)


def _rate(batch, lr, batches, warmup=None):
    warmup = batches // 10 if warmup is None else warmup
    if batch < warmup:
        return lr * batch / warmup
    return lr * (1 + math.cos(math.pi * (batch - warmup) / (batches - warmup))) / 2


def _write(model, generator, device, temperature=1.0, longest=20, seen=20):
    """Write a name; at temperature 0 the largest score wins."""
    tokens = [0]
    with torch.no_grad():
        while len(tokens) <= longest and (len(tokens) == 1 or tokens[-1]):
            scores = model(torch.tensor([tokens[-seen:]], device=device))[0, -1]
            shares = (scores / (temperature or 1)).softmax(0).to(generator.device)
            drawn = torch.multinomial(shares, 1, generator=generator) if temperature else shares.argmax()
            tokens.append(int(drawn))
    return "".join(chr(token + 96) for token in tokens[1:] if token)


def _loss(scores, told):
    return functional.cross_entropy(scores.flatten(0, 1), told.flatten())


def _loop(
    names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32,
    net=_net, write=_write, rows=_rows, rate=_rate,
):  # fmt: skip
    def done(model, losses):
        written = [write(model, generator, device) for _ in range(count)]
        return reference("projects").Writer(model, losses, written)

    batches = epochs * -(-len(names) // batch_size)
    return Loop(
        net().to(device, dtype), lambda batch: rows([names[place] for place in batch], device), torch.optim.Adam,
        len(names), generator, epochs, batch_size, lr, 0.007, done, _loss,
        rate=lambda batch: rate(batch, lr, batches),
    )  # fmt: skip


globals().update(wrong_loops(_loop, "weighted_by_targets", "clipped_gradients"))


def _wrong(given, options, loss=None, make=None, **parts):
    loop = _loop(*given, **options, **parts)
    loop.loss, loop.optimizer = loss or loop.loss, make or loop.optimizer
    return loop.run()


def _rated(given, options, rate):
    loop = _loop(*given, **options)
    every = -(-loop.size // loop.batch_size)
    loop.rate = lambda batch: rate(batch, every, loop)
    return loop.run()


def _right(*given, **options):
    return reference("projects").tiny_gpt(*given, **options)


@mistake("padding counts in the loss: the loss has a label that it ignores")
def padding_counts(*given, **options):
    return _wrong(given, options, rows=lambda *to: _rows(*to, padding=0))


@mistake("all names are filled up to the longest, and what fills them counts in the loss")
def padding_to_the_longest_counts(*given, **options):
    longest = max(map(len, given[0])) + 1
    return _wrong(given, options, rows=lambda *to: _rows(*to, padding=0, longest=longest))


@mistake("the end of a name is never learned: 0 comes after the last letter, and counts")
def end_forgotten(*given, **options):
    return _wrong(given, options, rows=lambda *to: _rows(*to, end=-100))


@mistake("the net is to name the letter that it reads: it names the one that comes next")
def names_what_it_reads(*given, **options):
    def rows(names, device):
        read, told = _rows(names, device)
        return read, torch.where(told < 0, told, read)

    return _wrong(given, options, rows=rows)


@mistake("the net reads the letters alone, and never learns the first one: 0 stands before it")
def start_left_out(*given, **options):
    def rows(names, device):
        read, told = _rows(names, device)
        return read[:, 1:], told[:, 1:]

    return _wrong(given, options, rows=rows)


def _mean_of_names(scores, told):
    each = functional.cross_entropy(scores.movedim(2, 1), told, reduction="none")
    return (each.sum(1) / (told >= 0).sum(1)).mean()


@mistake("the loss is a mean of the means of names: each step of each name counts once")
def mean_of_names(*given, **options):
    return _wrong(given, options, loss=_mean_of_names)


@mistake("scores and targets are flattened in different orders: the scores of a step belong to its own name")
def flattened_apart(*given, **options):
    def loss(scores, told):
        return functional.cross_entropy(scores.transpose(0, 1).flatten(0, 1), told.flatten())

    return _wrong(given, options, loss=loss)


@mistake("the learning rate stays as it is: it warms up and cools down")
def constant_rate(*given, **options):
    return _wrong(given, options, rate=lambda batch, lr, batches: lr)


@mistake("there is no warm-up: it is the first tenth of the batches")
def without_warm_up(*given, **options):
    return _wrong(given, options, rate=lambda *to: _rate(*to, warmup=0))


@mistake("the rate follows the number of the epoch: it follows that of the batch, over all epochs")
def rate_of_the_epoch(*given, **options):
    return _rated(given, options, lambda batch, every, loop: _rate(batch // every, loop.lr, loop.epochs))


@mistake("the rate goes through all its numbers in each epoch: it does so once, over all epochs")
def rate_of_each_epoch(*given, **options):
    return _rated(given, options, lambda batch, every, loop: _rate(batch % every, loop.lr, every))


@mistake("the number of batches leaves the last, smaller ones out: they count")
def batches_rounded_down(*given, **options):
    def rate(batch, every, loop):
        batches = loop.epochs * (loop.size // loop.batch_size)
        return reference("projects").cosine_lr(batch, loop.lr, batches, batches // 10)

    return _rated(given, options, rate)


@mistake("the first step has all of lr: its rate is set before it too")
def first_step_at_full_rate(*given, **options):
    return _wrong(given, options, rate=lambda batch, lr, *to: _rate(batch, lr, *to) if batch else lr)


@mistake("the batches are counted from 1: the first is 0")
def counted_from_one(*given, **options):
    return _wrong(given, options, rate=lambda batch, *to: _rate(batch + 1, *to))


@mistake("the rate of a batch is set after its step: it is set before")
def set_behind_the_step(*given, **options):
    return _wrong(given, options, rate=lambda batch, lr, *to: _rate(batch - 1, lr, *to) if batch else lr)


@mistake("the net has two heads: it has four")
def two_heads(*given, **options):
    return _wrong(given, options, net=lambda: _net(heads=2))


@mistake("the steps are those of AdamW, which also shrinks the weights: Adam is asked for")
def decayed(*given, **options):
    return _wrong(given, options, make=torch.optim.AdamW)


@mistake("the likeliest letter always wins: names are drawn by the softmax of the scores")
def always_the_likeliest(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, 0.0))


@mistake("only the last letter is read for the next one: the net reads all of them")
def last_letter_alone(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, seen=1))


@mistake("the generator does not decide what is written: it is drawn by torch's own")
def written_by_another_generator(*given, **options):
    own = torch.Generator().manual_seed(0)
    return _wrong(given, options, write=lambda model, _, device: _write(model, own, device))


@mistake("names have one letter too many: 20 at most")
def one_letter_too_many(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, longest=21))


@mistake("names end before they have 20 letters")
def names_cut_short(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, longest=19))


@mistake("net and tokens are on two devices: both go where device says")
def tokens_on_the_cpu(*given, **options):
    return _wrong(given, options, rows=lambda names, device: _rows(names, "cpu"))


@mistake("dtype is not looked at: the net computes in it")
def always_float32(*given, **options):
    return _right(*given, **{**options, "dtype": torch.float32})
