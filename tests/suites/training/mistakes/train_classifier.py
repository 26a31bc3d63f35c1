"""Wrong variants of training.train_classifier."""

import torch
from shared import standard, wrong_columns
from torch import nn
from torch.nn import functional

from grader.suite import Loop, mistake, reference, wrong_loops


def _net(x):
    return reference("training").LogisticRegression(x.shape[1])


def _loop(
    x, y, generator, epochs=10, batch_size=32, lr=0.05,
    columns=standard, loss=functional.binary_cross_entropy, net=_net,
):  # fmt: skip
    model, run = net(x).to(x), reference("training").TrainingRun
    x, y = columns(x), y.to(x.dtype)
    return Loop(
        model, lambda rows: (x[rows], y[rows]), torch.optim.Adam, len(x), generator, epochs, batch_size, lr, 0.05, run,
        loss,
    )  # fmt: skip


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(
    wrong_loops(
        _loop, "loss_after_the_step", "tensors_for_losses", "labels_never_shuffled", "one_batch",
        "descent_for_adam", "lr_typed_in", "summed_loss", without=("softmax_twice",),
    )  # fmt: skip
)
globals().update(wrong_columns(_wrong))


@mistake("the sigmoid is taken twice: the model gives probabilities, which a loss with logits takes for scores")
def sigmoid_twice(*given, **options):
    return _wrong(given, options, loss=functional.binary_cross_entropy_with_logits)


@mistake("the squared error of the probabilities is learned from: take the binary cross-entropy")
def squared_error(*given, **options):
    return _wrong(given, options, loss=functional.mse_loss)


@mistake("the classes are exchanged: the probability is that of class 1")
def classes_exchanged(x, y, *rest, **options):
    return _wrong((x, 1 - y, *rest), options)


@mistake("the model is a linear layer that gives scores: it is a LogisticRegression")
def scores_alone(*given, **options):
    def net(x):
        return nn.Sequential(nn.Linear(x.shape[1], 1), nn.Flatten(0))

    return _wrong(given, options, net=net, loss=functional.binary_cross_entropy_with_logits)
