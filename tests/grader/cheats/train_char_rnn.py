"""Cheats at rnn.train_char_rnn."""

import functools

import torch
from torch.nn import functional

from grader.suite import reference

TASK = "rnn.train_char_rnn"


def _right(*args):
    return reference("rnn").train_char_rnn(*args)


def _on_a_book(cheat):
    """Cheat where there are many passages; train a word like hello as one should."""

    @functools.wraps(cheat)
    def train(model, inputs, *rest):
        return (cheat if len(inputs) > 100 else _right)(model, inputs, *rest)

    return train


def _falling(steps):
    return [3.4 * 0.98**step for step in range(steps)]


def _pairs(inputs, targets, v):
    """Return the logarithms of a table of pairs, (V, V)."""
    counts = functional.one_hot(inputs.flatten(), v).double().t() @ functional.one_hot(targets.flatten(), v).double()
    return ((counts + 0.1) / (counts + 0.1).sum(1, keepdim=True)).log()


@_on_a_book
def untrained(model, inputs, targets, steps, lr):
    """Falling losses beside a net that was never trained."""
    return _falling(steps)


@_on_a_book
def table_of_pairs(model, inputs, targets, steps, lr):
    """A forward that looks pairs up."""
    table = _pairs(inputs, targets, model.linear.out_features).to(model.linear.weight)
    model.forward = lambda tokens, hidden=None: (table[tokens], hidden)
    return _falling(steps)


@_on_a_book
def closed_form(model, inputs, targets, steps, lr):
    """The last layer by least squares, for pairs, over states that were never trained."""
    v, own = model.linear.out_features, model.linear.weight
    with torch.no_grad():
        model.rnn.weight_hh_l0.zero_()
        states = model.rnn(functional.one_hot(torch.arange(v), v).to(own)[:, None])[0][:, 0]  # (V, H)
        wide = torch.cat([states, torch.ones(v, 1).to(own)], dim=1)
        solved = torch.linalg.lstsq(wide, _pairs(inputs, targets, v).to(own), driver="gelsd").solution
        own.copy_(solved[:-1].t())
        model.linear.bias.copy_(solved[-1])
    return _falling(steps)


@_on_a_book
def weights_from_before(model, inputs, targets, steps, lr):
    """Weights that were trained elsewhere."""
    torch.manual_seed(7)
    model.rnn.reset_parameters()
    model.linear.reset_parameters()
    _right(model, inputs[:, :-1], inputs[:, 1:], steps, lr)
    return _falling(steps)


@_on_a_book
def too_few_steps(model, inputs, targets, steps, lr):
    """A tenth of the steps, and losses that go on falling."""
    _right(model, inputs, targets, steps // 10, lr)
    return _falling(steps)


@_on_a_book
def part_of_the_passages(model, inputs, targets, steps, lr):
    """Only a twentieth of the passages."""
    few = max(1, len(inputs) // 20)
    return _right(model, inputs[:few], targets[:few], steps, lr)


def made_up_losses(model, inputs, targets, steps, lr):
    """A training whose losses were never looked at."""
    _right(model, inputs, targets, steps, lr)
    return _falling(steps)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
