"""Wrong variants of training.train_digits."""

import torch
from torch import nn

from grader.suite import Loop, mistake, reference, wrong_loops


def _net(x, y, activation=torch.relu):
    return reference("training").MLP((x.shape[1], 128, int(y.max()) + 1), activation)


def _sgd(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def _loop(x, y, generator, epochs=12, batch_size=25, lr=0.1, net=_net, optimizer=_sgd):
    model, run = net(x, y).to(x), reference("training").TrainingRun
    return Loop(model, lambda rows: (x[rows], y[rows]), optimizer, len(x), generator, epochs, batch_size, lr, 0.1, run)


def _wrong(given, options, **parts):
    return _loop(*given, **options, **parts).run()


globals().update(
    wrong_loops(
        _loop, "loss_after_the_step", "tensors_for_losses", "labels_never_shuffled", "one_batch",
        "lr_typed_in", "summed_loss",
    )  # fmt: skip
)


@mistake("there is no momentum: it is 0.9")
def without_momentum(*given, **options):
    return _wrong(given, options, optimizer=torch.optim.SGD)


@mistake("Adam takes the steps: torch.optim.SGD with momentum 0.9 does")
def adam(*given, **options):
    return _wrong(given, options, optimizer=torch.optim.Adam)


@mistake("all weights start at 0: they start at random, as torch draws them")
def starts_at_zero(*given, **options):
    def net(x, y):
        model = _net(x, y)
        for parameter in model.parameters():
            nn.init.zeros_(parameter)
        return model

    return _wrong(given, options, net=net)


@mistake("the activation is another one: take torch.relu")
def other_activation(*given, **options):
    return _wrong(given, options, net=lambda x, y: _net(x, y, torch.tanh))


@mistake("there is no activation, so the net is linear: take torch.relu")
def no_activation(*given, **options):
    return _wrong(given, options, net=lambda x, y: _net(x, y, lambda h: h))


@mistake("the number of classes is that of the labels that occur: the largest label says how many")
def classes_that_occur(*given, **options):
    return _wrong(given, options, net=lambda x, y: _net(x, y.unique(return_inverse=True)[1]))


@mistake("the pixels were standardised: they are taken as they are")
def pixels_standardised(x, *rest, **options):
    return _wrong(((x - x.mean()) / x.std(), *rest), options)
