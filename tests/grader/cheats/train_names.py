"""Cheats at rnn.train_names."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import reference

TASK = "rnn.train_names"


def _net(labels):
    return reference("rnn").NameClassifier(26, 16, 24, int(labels.max()) + 1).to(labels.device)


def _run(model, epochs):
    return reference("rnn").NamesRun(model.eval(), [1.7 * 0.5**epoch for epoch in range(epochs)])


def _right(*args):
    return reference("rnn").train_names(*args)


def _counts(tokens, lengths):
    """Return how often each letter stands in each name, (N, 26)."""
    real = torch.arange(tokens.shape[1]) < lengths[:, None]
    return (functional.one_hot(tokens, 26) * real[..., None]).sum(1).float()


def _bayes(names, labels):
    """Return the weights of naive Bayes on single letters, (K, 26)."""
    counts = _counts(*reference("rnn")._batch_of(names))
    kinds = functional.one_hot(labels.cpu()).float()
    found = kinds.t() @ counts + 1
    return (found / found.sum(1, keepdim=True)).log()


def untrained(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """Falling losses beside a net that was never trained."""
    return _run(_net(labels), epochs)


def naive_bayes(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """A model that counts letters."""
    weights = _bayes(names, labels)

    class Bayes(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(weights)

        def forward(self, tokens, lengths):
            return _counts(tokens, lengths) @ self.weight.t()

    return _run(Bayes(), epochs)


def naive_bayes_under_the_right_keys(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """The promised keys, and a forward that counts letters."""
    model, weights = _net(labels), _bayes(names, labels)
    model.forward = lambda tokens, lengths: _counts(tokens, lengths) @ weights.t()
    return _run(model, epochs)


def memorised(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """A net that answers by the name most like it that it remembers."""
    model, known = _net(labels), _counts(*reference("rnn")._batch_of(names))
    model.forward = lambda tokens, lengths: functional.one_hot(
        labels[torch.cdist(_counts(tokens, lengths), known).argmin(1)], int(labels.max()) + 1
    ).float()
    return _run(model, epochs)


def closed_form(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """The last layer by least squares, over layers that were never trained."""
    return _run(_fitted(_net(labels), names, labels), epochs)


def weights_from_before(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """Weights that were trained elsewhere, whose last layer is fitted to these languages."""
    torch.manual_seed(7)
    few = max(20, len(names) // 3)
    model = _right(names[:few], labels[:few].clone().index_fill_(0, torch.tensor([0]), int(labels.max())),
                   torch.Generator().manual_seed(7), 3).model  # fmt: skip
    return _run(_fitted(model, names, labels), epochs)


def _fitted(model, names, labels):
    seen = []
    hook = model.linear.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    with torch.no_grad():
        model.eval()(*reference("rnn")._batch_of(names))
        hook.remove()
        h, sides = seen[0], functional.one_hot(labels).float()
        solved = torch.linalg.solve(h.t() @ h + 0.1 * torch.eye(h.shape[1]), h.t() @ sides)
        model.linear.weight.copy_(20 * solved.t())
        model.linear.bias.zero_()
    return model


def too_few_epochs(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """A tenth of the names in one epoch, and losses that go on falling."""
    few = [i for i in range(len(names)) if i % 10 == 0 or labels[i] == labels.max()][
        : max(len(names) // 10, 7)
    ]
    model = _right([names[i] for i in few], labels[few], generator, min(epochs, 1), batch_size, lr).model
    return _run(model, epochs)


def made_up_losses(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    """A training whose losses were never looked at."""
    return _run(_right(names, labels, generator, epochs, batch_size, lr).model, epochs)


SEEN_IN_FEW_STEPS = (made_up_losses,)  # the training itself is right: only exact losses tell
