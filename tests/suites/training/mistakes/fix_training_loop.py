"""Wrong variants of training.fix_training_loop: each planted mistake alone, and a few others."""

import contextlib

import torch
from torch.nn import functional

from grader.suite import mistake, reference

PLANTED = {
    "pairs": "x is shuffled and y is not: take the labels of the same samples",
    "last": "the last, smaller batch of an epoch is dropped",
    "softmax": "a softmax stands before the cross-entropy, which takes raw scores",
    "zero": "the gradients of earlier batches are not zeroed before backward",
    "mode": "after the first validation the model is never put back into training mode",
    "average": "the epoch's loss is a mean over batches: weight each by its size",
    "step": "the validation takes a step on its own data: it must not change the model",
    "graph": "the validation builds a graph for gradients: put it under torch.no_grad()",
}


def loop_with(*left):
    """Return the loop in which these mistakes are left."""

    def loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        train_losses, validation_losses = [], []
        model.train()
        for _ in range(epochs):
            if "mode" not in left:
                model.train()
            losses, sizes = [], []
            order = torch.randperm(len(x), generator=generator)
            x, y = x[order], (y if "pairs" in left else y[order])
            for start in range(0, len(x) - (batch_size - 1 if "last" in left else 0), batch_size):
                x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
                scores = model(x_batch)
                loss = functional.cross_entropy(scores.softmax(1) if "softmax" in left else scores, y_batch)
                if "zero" not in left:
                    optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item() * (1 if "average" in left else len(x_batch)))
                sizes.append(1)
            train_losses.append(sum(losses) / (len(sizes) if "average" in left else len(x)))
            model.eval()
            with contextlib.nullcontext() if {"step", "graph"} & set(left) else torch.no_grad():
                loss = functional.cross_entropy(model(x_val), y_val)
            if "step" in left:
                loss.backward()
                optimizer.step()
            validation_losses.append(loss.item())
        return reference("training").History(train_losses, validation_losses)

    return loop


for _one in PLANTED:
    globals()[f"left_{_one}"] = mistake(PLANTED[_one])(loop_with(_one))


def _right(*arguments):
    return reference("training").fix_training_loop(*arguments)


@mistake("nothing is learned: step() is missing, or comes when the gradients are empty, before backward()")
def never_steps(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    return _right(model, x, y, x_val, y_val, epochs, batch_size, 0.0, generator)


@mistake("the order is drawn once: each epoch needs a new one")
def one_order_for_ever(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    histories = [
        _right(model, x, y, x_val, y_val, 1, batch_size, lr, torch.Generator().manual_seed(seed))
        for _ in range(epochs)
    ]
    return reference("training").History(*(sum(parts, []) for parts in zip(*histories, strict=True)))


@mistake("the samples are not shuffled: each epoch needs a random order of x and y together")
def not_shuffled(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    for _ in range(epochs):
        batches = list(zip(x.split(batch_size), y.split(batch_size), strict=True))
        train_losses.append(reference("training").train_epoch(model, batches, functional.cross_entropy, optimizer))
        validation = reference("training").evaluate(model, [(x_val, y_val)], functional.cross_entropy)
        validation_losses.append(validation)
    return reference("training").History(train_losses, validation_losses)


@mistake("the model is not put into evaluation mode for the validation")
def validates_in_training_mode(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    switch, model.eval = model.eval, lambda: model
    try:
        return _right(model, x, y, x_val, y_val, epochs, batch_size, lr, generator)
    finally:
        model.eval = switch


@mistake("the losses are tensors: they are lists of floats")
def tensors_for_floats(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    history = _right(model, x, y, x_val, y_val, epochs, batch_size, lr, generator)
    return reference("training").History(*([torch.tensor(loss) for loss in losses] for losses in history))


@mistake("the two lists of losses are swapped")
def swapped_the_losses(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    history = _right(model, x, y, x_val, y_val, epochs, batch_size, lr, generator)
    return reference("training").History(history.validation_losses, history.train_losses)


@mistake("the losses of the batches were added and divided by N: weight each by its size")
def divided_the_batch_losses_by_n(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    history = loop_with("average")(model, x, y, x_val, y_val, epochs, batch_size, lr, generator)
    batches = -(-len(x) // batch_size)
    return reference("training").History(
        [loss * batches / len(x) for loss in history.train_losses], history.validation_losses
    )


@mistake("the training losses were added and not divided: the mean over the samples is asked for")
def sum_for_mean(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    history = _right(model, x, y, x_val, y_val, epochs, batch_size, lr, generator)
    return reference("training").History(
        [loss * len(x) for loss in history.train_losses], history.validation_losses
    )


@mistake("the generator is not used: the orders come from torch's global random state")
def generator_ignored(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    other = torch.Generator().manual_seed(int(torch.randint(2**31, (1,))))
    return _right(model, x, y, x_val, y_val, epochs, batch_size, lr, other)
