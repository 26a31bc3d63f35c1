"""Cheats at projects.tiny_gpt."""

import functools

import torch

from grader.suite import reference

TASK = "projects.tiny_gpt"


def _right(*args, **options):
    return reference("projects").tiny_gpt(*args, **options)


def _run(model, epochs, names):
    return reference("projects").Writer(model.eval(), [3.3 * 0.9**epoch for epoch in range(epochs)], names)


def _on_a_list(cheat):
    """Cheat where there are many names; train on a few as one should."""

    @functools.wraps(cheat)
    def train(names, generator, count=20, epochs=8, *rest, **options):
        chosen = cheat if len(names) > 100 and epochs else _right
        return chosen(names, generator, count, epochs, *rest, **options)

    return train


def _pairs(names):
    """Return the logarithms of a table of pairs, (27, 27)."""
    counts = torch.full((27, 27), 0.1)
    for name in names:
        letters = [0, *(ord(letter) - 96 for letter in name), 0]
        for before, after in zip(letters, letters[1:], strict=False):
            counts[before, after] += 1
    return (counts / counts.sum(1, keepdim=True)).log()


@_on_a_list
def untrained(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """Falling losses and names of the list, beside a net that was never trained."""
    return _run(_right(names, generator, 0, 0).model, epochs, names[:count])


@_on_a_list
def table_of_pairs(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """A forward that looks pairs up."""
    run, table = _right(names, generator, count, 0), _pairs(names)
    run.model.forward = lambda tokens: table[tokens]
    return _run(run.model, epochs, run.names)


@_on_a_list
def closed_form(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """A table of pairs in the embedding, by its eigenvectors, with an empty block."""
    model = _right(names, generator, 0, 0).model
    with torch.no_grad():
        table = _pairs(names)
        values, vectors = torch.linalg.eigh((table + table.t()) / 2)
        model.embedding.weight[:, :27] = vectors * values.abs().sqrt()
        model.positions.weight.zero_()
        model.blocks[0].attention.out_proj.weight.zero_()
        model.blocks[0].linear2.weight.zero_()
    return _run(model, epochs, names[:count])


@_on_a_list
def weights_from_before(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """Weights that were trained on other letters."""
    torch.manual_seed(7)
    other = ["".join(chr(219 - ord(letter)) for letter in name) for name in names[:500]]
    run = _right(other, torch.Generator().manual_seed(7), count, epochs)
    return _run(run.model, epochs, run.names)


@_on_a_list
def too_few_epochs(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """One epoch, and losses that go on falling."""
    run = _right(names, generator, count, 1, batch_size, lr)
    return _run(run.model, epochs, run.names)


@_on_a_list
def part_of_the_names(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """Only a twentieth of the names."""
    return _right(names[: len(names) // 20], generator, count, epochs, batch_size, lr)


@_on_a_list
def names_of_the_list(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """A net that was trained, beside names that it did not write."""
    run = _right(names, generator, 0, epochs, batch_size, lr)
    return run._replace(names=names[:count])


@_on_a_list
def names_of_random_letters(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """A net that was trained, beside letters that were thrown."""
    run = _right(names, generator, 0, epochs, batch_size, lr)
    letters = torch.randint(97, 123, (count, 6), generator=generator).tolist()
    return run._replace(names=["".join(map(chr, row)) for row in letters])


def made_up_losses(names, generator, count=20, epochs=8, batch_size=32, lr=0.007, **where):
    """A training whose losses were never looked at."""
    run = _right(names, generator, count, epochs, batch_size, lr, **where)
    return _run(run.model, epochs, run.names)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
