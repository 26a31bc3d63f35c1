"""Wrong variants of training.train_regression."""

from shared import loop_of, standard, wrong_trainings
from torch import nn
from torch.nn import functional

from grader.suite import mistake


def _loop(
    x, y, generator, epochs=12, batch_size=32, lr=0.05,
    columns=standard, target=standard, loss=functional.mse_loss,
):  # fmt: skip
    model, target = nn.Linear(x.shape[1], 1).to(x), target(y.unsqueeze(1))
    return loop_of(model, columns(x), target, generator, epochs, batch_size, lr, loss)


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(wrong_trainings(_loop))


@mistake("the target was not standardised: subtract its mean and divide by its deviation")
def raw_target(*given, **options):
    return _wrong(given, options, target=lambda y: y)


@mistake("only the mean of the target was taken away: divide by its deviation too")
def target_centred_alone(*given, **options):
    return _wrong(given, options, target=lambda y: y - y.mean())


@mistake("the deviation of the target divides by N - 1: it divides by N")
def target_deviation_by_n_minus_1(*given, **options):
    return _wrong(given, options, target=lambda y: (y - y.mean()) / y.std())


@mistake("(B, 1) against (B,) compares every output with every target: give the targets a second axis")
def every_output_with_every_target(*given, **options):
    return _wrong(given, options, loss=lambda outputs, y: ((outputs - y.squeeze(1)) ** 2).mean())


@mistake("the absolute error is learned from: take the squared one")
def absolute_error(*given, **options):
    return _wrong(given, options, loss=functional.l1_loss)
