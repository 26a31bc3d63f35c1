"""Wrong variants of projects.name_writer."""

import torch
from shared import loss_of, rows_of, wrong_names
from torch import nn
from torch.nn import functional

from grader.suite import Loop, mistake, reference, wrong_loops


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


class _PaddedNet(_Net):
    def __init__(self):
        super().__init__()
        self.embedding = reference("rnn").Embedding(27, 16, padding_idx=0)


def _write(model, generator, device, temperature=1.0, longest=20):
    """Write a name; at temperature 0 the largest score wins."""
    token, state, name = torch.zeros(1, 1, dtype=torch.int64, device=device), None, ""
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


def _loop(
    names, generator, count=20, epochs=6, batch_size=50, lr=0.01, device="cpu", dtype=torch.float32,
    net=_Net, write=_write, rows=rows_of, loss=loss_of,
):  # fmt: skip
    def done(model, losses):
        written = [write(model, generator, device) for _ in range(count)]
        return reference("projects").Writer(model, losses, written)

    return Loop(
        net().to(device, dtype), lambda batch: rows([names[place] for place in batch], device), torch.optim.Adam,
        len(names), generator, epochs, batch_size, lr, 0.01, done,
        loss, lambda output: output[0],
    )  # fmt: skip


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(wrong_loops(_loop, "weighted_by_targets", "descent_for_adam", "lr_left_out", "lr_typed_in"))
globals().update(wrong_names(_wrong, _write))


def _right(*given, **options):
    return reference("projects").name_writer(*given, **options)


@mistake("token 0 is the padding token of the embedding, and its row is never trained: it begins each name")
def padded_embedding(*given, **options):
    return _wrong(given, options, net=_PaddedNet)


@mistake("a is token 0, which is the end of a name too: it is 1")
def letters_from_zero(*given, **options):
    def write(model, generator, device):
        return "".join(chr(ord(letter) + 1) for letter in _write(model, generator, device))

    return _wrong(given, options, rows=lambda *to: rows_of(*to, a=0), write=write)


def _mean_of_steps(scores, told):
    return torch.stack([functional.cross_entropy(scores[:, t], told[:, t]) for t in range(told.shape[1])]).mean()


@mistake("the loss is a mean of the means of steps: each step of each name counts once")
def mean_of_steps(*given, **options):
    return _wrong(given, options, loss=_mean_of_steps)


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


def _write_anew(model, generator, device):
    name = [0]
    with torch.no_grad():
        while len(name) < 21:
            scores, _ = model(torch.tensor([name], device=device))
            shares = scores[0, -1].softmax(0).to(generator.device)
            name.append(torch.multinomial(shares, 1, generator=generator).item())
            if not name[-1]:
                break
    return "".join(chr(token + 96) for token in name if token)


@mistake("the state that is given is not used: a call goes on from it, though names are read from the start here")
def given_state_not_needed(*given, **options):
    return _wrong(given, options, net=_FromZeros, write=_write_anew)


@mistake("the names are sorted by their length before orders are drawn: an order is one of names as they came")
def sorted_by_length(names, *rest, **options):
    return _right(sorted(names, key=len, reverse=True), *rest, **options)


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


class _Exchanged(_Net):
    def step(self, x, state):
        return tuple(reversed(self.cell(x, state)))


@mistake("h and c are exchanged: the cell gives (h, c), and takes them so")
def state_exchanged(*given, **options):
    return _wrong(given, options, net=_Exchanged)


class _Shares(_Net):
    def forward(self, tokens, state=None):
        scores, state = super().forward(tokens, state)
        return scores.softmax(2), state


@mistake("the net gives a softmax of its scores: the cross-entropy takes raw scores")
def net_gives_probabilities(*given, **options):
    return _wrong(given, options, net=_Shares)


@mistake("names may have more than 20 letters: they have 20 at most")
def names_without_a_bound(*given, **options):
    return _wrong(given, options, write=lambda *to: _write(*to, longest=200))


@mistake("the net is made and trained on the CPU: device says where")
def on_the_cpu(*given, **options):
    return _right(*given, **{**options, "device": "cpu"})


@mistake("count is not looked at: so many names are written")
def always_twenty(names, generator, count=20, *rest, **options):
    return _right(names, generator, 20, *rest, **options)


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
