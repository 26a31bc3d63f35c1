"""Wrong variants of training.train_classifier."""

from shared import loop_of, standard, wrong_trainings
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


def _net(x):
    return reference("training").LogisticRegression(x.shape[1])


def _loop(
    x, y, generator, epochs=10, batch_size=32, lr=0.05,
    columns=standard, loss=functional.binary_cross_entropy, net=_net,
):  # fmt: skip
    return loop_of(net(x).to(x), columns(x), y.to(x.dtype), generator, epochs, batch_size, lr, loss)


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(wrong_trainings(_loop))


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
