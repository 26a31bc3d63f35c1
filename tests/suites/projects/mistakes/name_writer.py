"""Wrong variants of projects.name_writer."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


class _Net(nn.Module):
    """The promised net, of torch's layers; a subclass is wrong in one place."""

    def __init__(self):
        super().__init__()
        own = reference("projects")
        self.embedding, self.cell, self.linear = own.Embedding(27, 16), own.LSTMCell(16, 64), own.Linear(64, 27)

    def forward(self, tokens, state=None):
        shown = []
        for x in self.embedding(tokens).unbind(1):
            state = self.step(x, state)
            shown.append(state[0])
        return self.linear(torch.stack(shown, 1)), state

    def step(self, x, state):
        return self.cell(x, state)


def _rows(names, device, end=0, padding=-100, longest=0):
    """Return what is read and what comes next; without an end what comes next is `padding` there."""
    longest = longest or max(map(len, names)) + 1
    read = torch.zeros(len(names), longest, dtype=torch.int64)
    told = torch.full((len(names), longest), padding)
    for row, name in enumerate(names):
        letters = torch.tensor([ord(letter) - 96 for letter in name])
        read[row, 1 : len(name) + 1], told[row, : len(name)] = letters, letters
        told[row, len(name)] = end
    return read.to(device), told.to(device)


def _loss(scores, told):
    return functional.cross_entropy(scores.flatten(0, 1), told.flatten())


def _write(model, generator, device, temperature=1.0, first=0, longest=20):
    """Write a name; at temperature 0 the largest score wins."""
    token, state, name = torch.full((1, 1), first, device=device), None, ""
    with torch.no_grad():
        while len(name) < longest:
            scores, state = model(token, state)
            shares = (scores[0, -1] / (temperature or 1)).softmax(0).to(generator.device)
            drawn = torch.multinomial(shares, 1, generator=generator) if temperature else shares.argmax().reshape(1)
            if not drawn.item():
                break
            name += chr(drawn.item() + 96)
            token = drawn.reshape(1, 1).to(device)
    return name


def _wrong(given, options, net=_Net, loss=_loss, clear=True, make=torch.optim.Adam, **parts):
    """Train and write with some parts in place of the right ones: rows, orders, write."""
    names, generator, count, epochs, batch_size, lr, device, dtype = _bound(*given, **options)
    model = net().to(device, dtype)
    optimizer, losses = make(model.parameters(), lr=lr), []
    for order in parts.get("orders", _orders)(len(names), generator, epochs, batch_size):
        model.train()
        each = []
        for batch in order:
            read, told = parts.get("rows", _rows)([names[place] for place in batch], device)
            value = loss(model(read)[0], told)
            if clear:
                optimizer.zero_grad()
            value.backward()
            optimizer.step()
            each.append(value.item())
        losses.append(parts.get("mean", _mean)(each, order))
    model.eval()
    written = [parts.get("write", _write)(model, generator, device) for _ in range(count)]
    return reference("projects").Writer(model, losses, written)


def _mean(losses, order):
    return sum(loss * len(rows) for loss, rows in zip(losses, order, strict=True)) / sum(map(len, order))


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _bound(names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32):
    return names, generator, count, epochs, batch_size, lr, device, dtype


def _right(*given, **options):
    return reference("projects").name_writer(*_bound(*given, **options))


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


def _mean_of_names(scores, told):
    each = functional.cross_entropy(scores.movedim(2, 1), told, reduction="none")
    return (each.sum(1) / (told >= 0).sum(1)).mean()


@mistake("the loss is a mean of the means of names: each step of each name counts once")
def mean_of_names(*given, **options):
    return _wrong(given, options, loss=_mean_of_names)


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(*given, **options):
    return _wrong(given, options, clear=False)


@mistake("the steps are those of plain descent: Adam is asked for")
def descent_for_adam(*given, **options):
    return _wrong(given, options, make=torch.optim.SGD)


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


class _Remembers(_Net):
    """Begins a batch with the last state of the one before in its epoch, where that has as many rows."""

    last = None

    def train(self, mode=True):
        self.last = None
        return super().train(mode)

    def forward(self, tokens, state=None):
        if self.training and self.last is not None and len(self.last[0]) == len(tokens):
            state = tuple(part.detach() for part in self.last)
        scores, after = super().forward(tokens, state)
        self.last = after
        return scores, after


@mistake("a batch begins with the state of the batch before: each name begins with zeros")
def state_of_the_batch_before(*given, **options):
    return _wrong(given, options, net=_Remembers)


class _Forgetful(_Net):
    def step(self, x, state):
        return self.cell(x)


@mistake("the state is not handed from step to step: each letter is read alone")
def state_dropped(*given, **options):
    return _wrong(given, options, net=_Forgetful)


class _FromZeros(_Net):
    def forward(self, tokens, state=None):
        return super().forward(tokens)


@mistake("the state that is given is not used: a call goes on from it")
def given_state_ignored(*given, **options):
    return _wrong(given, options, net=_FromZeros)


class _ShowsMemory(_Net):
    def forward(self, tokens, state=None):
        shown = []
        for x in self.embedding(tokens).unbind(1):
            state = self.cell(x, state)
            shown.append(state[1])
        return self.linear(torch.stack(shown, 1)), state


@mistake("the scores are made of the cell state c: the hidden state h is what a cell shows")
def scores_of_the_memory(*given, **options):
    return _wrong(given, options, net=_ShowsMemory)


@mistake("the likeliest letter always wins: names are drawn by the softmax of the scores")
def always_the_likeliest(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, 0.0))


@mistake("names begin with another token than 0, which stands before the first letter")
def begins_with_another_token(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, 1.0, 26))


@mistake("a name may go on for ever: it has 20 letters at most")
def names_without_a_bound(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, longest=200))


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


@mistake("the net is made and trained on the CPU: device says where")
def on_the_cpu(*given, **options):
    return _right(*given, **{**options, "device": "cpu"})


def _write_on(model, generator, device):
    token, state, name = torch.zeros(1, 1, dtype=torch.int64, device=device), None, ""
    with torch.no_grad():
        for _ in range(20):
            scores, state = model(token, state)
            shares = scores[0, -1].softmax(0).to(generator.device)
            token = torch.multinomial(shares, 1, generator=generator).reshape(1, 1).to(device)
            name += chr(token.item() + 96) if token.item() else ""
    return name


@mistake("the names run on after their end: a name is cut in front of the first 0")
def zeros_taken_out(*given, **options):
    return _wrong(given, options, write=_write_on)


@mistake("a loss is that of the last batch of its epoch: the mean over all samples is asked for")
def loss_of_the_last_batch(*given, **options):
    return _wrong(given, options, mean=lambda losses, order: losses[-1])


@mistake("the losses are made up: they are those that the steps were made from")
def made_up_losses(*given, **options):
    run = _right(*given, **options)
    return run._replace(losses=[3.3 / (epoch + 1) for epoch in range(len(run.losses))])
