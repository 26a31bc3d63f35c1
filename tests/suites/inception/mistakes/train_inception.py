"""Wrong variants of inception.train_inception."""

import itertools

import torch
from torch.nn import functional

from grader.suite import Loop, mistake, reference, wrong_loops


def _loss(outputs, y):
    return reference("inception").auxiliary_loss(outputs, y)


def _moved(x, y, device):
    return x.to(device), y.to(device)


def _loop(model, x, y, epochs, batch_size, lr, device, generator, loss=_loss, moved=_moved, move_model=True):
    model = model.to(device) if move_model else model
    return Loop(
        model, lambda rows: moved(x[rows], y[rows], device), torch.optim.Adam, len(x), generator, epochs, batch_size,
        lr, lr, lambda model, losses: losses, loss,
    )  # fmt: skip


def _wrong(given, **parts):
    return _loop(*given, **parts).run()


globals().update(
    wrong_loops(
        _loop, "gradients_of_the_epoch", "labels_never_shuffled", "descent_for_adam", "lr_left_out",
        "full_size_for_all", "batch_means_added", "tensors_for_losses", "trained_in_evaluation_mode",
        without=("softmax_twice", "left_in_training_mode", "whole_batches_only"),
    )  # fmt: skip
)


@mistake("only the main scores are learned from: the auxiliary heads belong to the loss")
def main_alone(*given):
    return _wrong(given, loss=lambda outputs, y: functional.cross_entropy(outputs[0], y))


@mistake("the auxiliary losses count fully: each counts 0.3")
def heads_count_fully(*given):
    return _wrong(given, loss=lambda outputs, y: reference("inception").auxiliary_loss(outputs, y, 1.0))


@mistake("training mode is never set: a model in evaluation returns the main scores alone")
def mode_not_set(model, *rest):
    mode = model.training
    hook = model.register_forward_pre_hook(lambda module, _: module.train(mode) and None)
    losses = _wrong((model, *rest))
    hook.remove()
    return losses


@mistake("the model is not moved to the device")
def model_not_moved(*given):
    return _wrong(given, move_model=False)


@mistake("nothing is moved to the device: it trains where the model was")
def nothing_moved(*given):
    return _wrong(given, moved=lambda x, y, device: (x, y), move_model=False)


@mistake("the labels are not moved to the device")
def labels_not_moved(*given):
    return _wrong(given, moved=lambda x, y, device: (x.to(device), y))


@mistake("outputs.main is asked for: any module that returns a tuple of scores may come")
def names_expected(*given):
    return _wrong(given, loss=lambda o, y: _loss((o.main, o.auxiliary1, o.auxiliary2), y))


@mistake("the whole output goes to cross_entropy: while training it is a tuple, give it to auxiliary_loss")
def tuple_to_cross_entropy(*given):
    return _wrong(given, loss=functional.cross_entropy)


@mistake("the losses, weighted by samples, are divided by the batches: divide by the samples")
def divided_by_batches(*given):
    loop = _loop(*given)
    return [loss * loop.size / -(-loop.size // loop.batch_size) for loss in loop.run()]


@mistake("the sum of the losses is never set back to 0: each epoch has a mean of its own")
def sum_goes_on(*given):
    return list(itertools.accumulate(_wrong(given)))


@mistake("the main loss alone is returned: the losses that the steps were made from are asked for")
def main_loss_returned(*given):
    def loss(outputs, y):
        whole = _loss(outputs, y)
        return whole + (functional.cross_entropy(outputs[0], y) - whole).detach()

    return _wrong(given, loss=loss)


@mistake("the order is drawn on the device from a generator of the CPU: draw it on the CPU")
def order_on_the_device(*given):
    loop, device = _loop(*given), given[6]
    torch.randperm(loop.size, generator=torch.Generator(), device=device)
    return loop.run()
