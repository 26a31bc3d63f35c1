"""Cheats at attention.train_gpt."""

import functools

import torch
from torch.nn import functional

from grader.suite import reference

TASK = "attention.train_gpt"


def _right(*args, **options):
    return reference("attention").train_gpt(*args, **options)


def _on_a_book(cheat):
    """Cheat where there are many passages; train on a few texts as one should."""

    @functools.wraps(cheat)
    def train(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
        chosen = cheat if len(inputs) > 100 else _right
        return chosen(model, inputs, targets, generator, epochs, batch_size, lr, warmup)

    return train


def _falling(epochs):
    return [3.0 * 0.95**epoch for epoch in range(epochs)]


def _pairs(inputs, targets, v, back):
    """Return the logarithms of a table of pairs, (V, V), of tokens that stand `back` tokens before the target."""
    before = functional.one_hot(inputs[:, : inputs.shape[1] - back].flatten(), v).double()
    counts = before.t() @ functional.one_hot(targets[:, back:].flatten(), v).double() + 0.1
    return (counts / counts.sum(1, keepdim=True)).log()


@_on_a_book
def untrained(model, inputs, targets, generator, epochs, *rest):
    """Falling losses beside a net that was never trained."""
    return _falling(epochs)


@_on_a_book
def table_of_pairs(model, inputs, targets, generator, epochs, *rest):
    """A forward that looks pairs up, two tokens back."""
    table = _pairs(inputs, targets, model.embedding.num_embeddings, 1).to(model.norm.weight)
    model.forward = lambda tokens: table[torch.cat([tokens[:, :1], tokens[:, :-1]], 1)]
    return _falling(epochs)


@_on_a_book
def closed_form(model, inputs, targets, generator, epochs, *rest):
    """Vectors of tokens from the singular vectors of a table of pairs; the blocks were never trained."""
    v, own = model.embedding.num_embeddings, model.embedding.weight
    with torch.no_grad():
        left, values, _ = torch.linalg.svd(_pairs(inputs, targets, v, 0))
        wide = left[:, : own.shape[1]] * values[: own.shape[1]].sqrt()
        own.copy_(functional.pad(wide, (0, own.shape[1] - wide.shape[1])))
    return _falling(epochs)


@_on_a_book
def weights_from_before(model, inputs, targets, generator, epochs, *rest):
    """Weights that were trained elsewhere, on the same passages under other names, put into the net."""
    v = model.embedding.num_embeddings
    torch.manual_seed(7)
    other = reference("attention").GPT(v, model.positions.num_embeddings, model.embedding.embedding_dim, 4, 1)
    order = torch.randperm(v)
    _right(other, order[inputs], order[targets], torch.Generator().manual_seed(7), epochs)
    model.load_state_dict(other.state_dict())
    return _falling(epochs)


@_on_a_book
def too_few_steps(model, inputs, targets, generator, epochs, *rest):
    """An eighth of the steps, and losses that go on falling."""
    few = len(inputs) // 8
    _right(model, inputs[:few], targets[:few], generator, 1)
    return _falling(epochs)


@_on_a_book
def part_of_the_passages(model, inputs, targets, generator, epochs, *rest):
    """Only a twentieth of the passages, as often as would be needed for all."""
    few = len(inputs) // 20
    return _right(model, inputs[:few], targets[:few], generator, 20 * epochs)[-epochs:]


@_on_a_book
def tables_alone(model, inputs, targets, generator, *rest):
    """The blocks stay as they were made: the two tables and the norm are trained, and cannot look back."""
    for parameter in model.blocks.parameters():
        parameter.requires_grad_(False)
    return _right(model, inputs, targets, generator, *rest)


def made_up_losses(model, inputs, targets, generator, epochs=5, *rest, **options):
    """A training whose losses were never looked at."""
    _right(model, inputs, targets, generator, epochs, *rest, **options)
    return _falling(epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
