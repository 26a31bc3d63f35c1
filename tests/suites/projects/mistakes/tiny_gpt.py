"""Wrong variants of projects.tiny_gpt."""

import math

import torch
from shared import loss_of, rows_of, wrong_names

from grader.suite import Loop, mistake, reference, wrong_loops


def _net(heads=4):
    return reference("projects").GPT(27, 24, 48, heads, 1)


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


def _loop(
    names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32,
    net=_net, write=_write, rows=rows_of, loss=loss_of, rate=_rate, make=torch.optim.Adam,
):  # fmt: skip
    def done(model, losses):
        written = [write(model, generator, device) for _ in range(count)]
        return reference("projects").Writer(model, losses, written)

    batches = epochs * -(-len(names) // batch_size)
    return Loop(
        net().to(device, dtype), lambda batch: rows([names[place] for place in batch], device), make,
        len(names), generator, epochs, batch_size, lr, 0.007, done, loss,
        rate=lambda batch: rate(batch, lr, batches),
    )  # fmt: skip


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(wrong_loops(_loop, "weighted_by_targets", "clipped_gradients"))
globals().update(wrong_names(_wrong, _write))


def _rated(given, options, rate):
    loop = _loop(*given, **options)
    every = -(-loop.size // loop.batch_size)
    loop.rate = lambda batch: rate(batch, every, loop)
    return loop.run()


def _right(*given, **options):
    return reference("projects").tiny_gpt(*given, **options)


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


@mistake("Adam has the betas of recipes for GPTs, 0.9 and 0.95: it has its own, 0.9 and 0.999")
def betas_of_recipes(*given, **options):
    return _wrong(given, options, make=lambda p, lr: torch.optim.Adam(p, lr, betas=(0.9, 0.95)))


@mistake("only the last letter is read for the next one: the net reads all of them")
def last_letter_alone(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, seen=1))


@mistake("names have one letter too many: 20 at most")
def one_letter_too_many(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, longest=21))


@mistake("dtype is not looked at: the net computes in it")
def always_float32(*given, **options):
    return _right(*given, **{**options, "dtype": torch.float32})
