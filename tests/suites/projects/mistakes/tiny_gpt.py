"""Wrong variants of projects.tiny_gpt."""

import math

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _net(heads=4, layers=1):
    return reference("projects").GPT(27, 24, 48, heads, layers)


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


def _write(model, generator, device, temperature=1.0, first=0, longest=20, seen=20):
    """Write a name; at temperature 0 the largest score wins."""
    tokens = [first]
    with torch.no_grad():
        while len(tokens) <= longest and (len(tokens) == 1 or tokens[-1]):
            scores = model(torch.tensor([tokens[-seen:]], device=device))[0, -1]
            shares = (scores / (temperature or 1)).softmax(0).to(generator.device)
            drawn = torch.multinomial(shares, 1, generator=generator) if temperature else shares.argmax()
            tokens.append(int(drawn))
    return "".join(chr(token + 96) for token in tokens[1:] if token)


def _mean(losses, order):
    return sum(loss * len(rows) for loss, rows in zip(losses, order, strict=True)) / sum(map(len, order))


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _bound(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, device="cpu", dtype=torch.float32):
    return names, generator, count, epochs, batch_size, lr, device, dtype


def _right(*given, **options):
    return reference("projects").tiny_gpt(*_bound(*given, **options))


def _wrong(given, options, net=_net, make=torch.optim.Adam, rate=_rate, clear=True, **parts):
    """Train and write with some parts in place of the right ones: rows, orders, write."""
    names, generator, count, epochs, batch_size, lr, device, dtype = _bound(*given, **options)
    model = net().to(device, dtype)
    optimizer, losses, number = make(model.parameters(), lr=lr), [], 0
    for order in parts.get("orders", _orders)(len(names), generator, epochs, batch_size):
        each = []
        for batch in order:
            read, told = parts.get("rows", _rows)([names[place] for place in batch], device)
            optimizer.param_groups[0]["lr"] = rate(number, lr, epochs * len(order))
            number += 1
            value = functional.cross_entropy(model(read).flatten(0, 1), told.flatten())
            if clear:
                optimizer.zero_grad()
            value.backward()
            optimizer.step()
            each.append(value.item())
        losses.append(parts.get("mean", _mean)(each, order))
    model.eval()
    written = [parts.get("write", _write)(model, generator, device) for _ in range(count)]
    return reference("projects").Writer(model, losses, written)


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


@mistake("the learning rate stays as it is: it warms up and cools down")
def constant_rate(*given, **options):
    return _wrong(given, options, rate=lambda batch, lr, batches: lr)


@mistake("there is no warm-up: it is the first tenth of the batches")
def without_warm_up(*given, **options):
    return _wrong(given, options, rate=lambda *to: _rate(*to, warmup=0))


@mistake("the rate follows the number of the epoch: it follows that of the batch, over all epochs")
def rate_of_the_epoch(*given, **options):
    names, _, _, epochs, batch_size, *_ = _bound(*given, **options)
    every = -(-len(names) // batch_size)
    return _wrong(given, options, rate=lambda batch, lr, _: _rate(batch // every, lr, epochs))


@mistake("the batches are counted from 1: the first is 0")
def counted_from_one(*given, **options):
    return _wrong(given, options, rate=lambda batch, *to: _rate(batch + 1, *to))


@mistake("the rate of a batch is set after its step: it is set before")
def set_behind_the_step(*given, **options):
    return _wrong(given, options, rate=lambda batch, lr, *to: _rate(batch - 1, lr, *to) if batch else lr)


@mistake("the net has two heads: it has four")
def two_heads(*given, **options):
    return _wrong(given, options, net=lambda: _net(heads=2))


@mistake("the net has two layers: it has one")
def two_layers(*given, **options):
    return _wrong(given, options, net=lambda: _net(layers=2))


@mistake("the steps are those of AdamW, which also shrinks the weights: Adam is asked for")
def decayed(*given, **options):
    return _wrong(given, options, make=torch.optim.AdamW)


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(*given, **options):
    return _wrong(given, options, clear=False)


@mistake("the order is that of the names: it is drawn with torch.randperm")
def never_shuffled(*given, **options):
    def orders(n, generator, epochs, batch_size):
        return [torch.arange(n).split(batch_size)] * epochs

    return _wrong(given, options, orders=orders)


@mistake("the order is drawn once: each epoch has its own")
def one_order(*given, **options):
    def orders(n, generator, epochs, batch_size):
        return _orders(n, generator, min(epochs, 1), batch_size) * epochs

    return _wrong(given, options, orders=orders)


@mistake("the likeliest letter always wins: names are drawn by the softmax of the scores")
def always_the_likeliest(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, 0.0))


@mistake("only the last letter is read for the next one: the net reads all of them")
def last_letter_alone(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, seen=1))


@mistake("the names are those that were read: new ones are to be written")
def names_of_the_list(*given, **options):
    run, (names, generator, *_) = _right(*given, **options), _bound(*given, **options)
    places = torch.randint(len(names), (len(run.names),), generator=generator)
    return run._replace(names=[names[place] for place in places])


@mistake("the generator does not decide what is written: it is drawn by torch's own")
def written_by_another_generator(*given, **options):
    own = torch.Generator().manual_seed(0)
    return _wrong(given, options, write=lambda model, _, device: _write(model, own, device))


@mistake("the net comes back in training mode: it is to be in evaluation")
def left_in_training_mode(*given, **options):
    run = _right(*given, **options)
    run.model.train()
    return run


@mistake("a loss is that of the last batch of its epoch: the mean over all samples is asked for")
def loss_of_the_last_batch(*given, **options):
    return _wrong(given, options, mean=lambda losses, order: losses[-1])


@mistake("the losses are made up: they are those that the steps were made from")
def made_up_losses(*given, **options):
    run = _right(*given, **options)
    return run._replace(losses=[3.3 / (epoch + 1) for epoch in range(len(run.losses))])
