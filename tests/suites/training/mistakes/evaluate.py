"""Wrong variants of training.evaluate."""

import contextlib

import torch

from grader.suite import mistake, reference


def _mean(model, loader, loss_fn, per_batch=lambda loss, size: loss.item() * size, sizes=lambda size: size):
    """Return the mean loss in whatever mode the model is."""
    device, total, count = next(model.parameters()).device, 0.0, 0
    for x, y in loader:
        total += per_batch(loss_fn(model(x.to(device)), y.to(device)), len(x))
        count += sizes(len(x))
    return total / count


def _evaluated(model, loader, loss_fn, **how):
    """The same with all manners."""
    with reference("training")._evaluating(model):
        return _mean(model, loader, loss_fn, **how)


@mistake("the mean was taken over batches: a small last batch counts less than a full one")
def mean_over_batches(model, loader, loss_fn):
    return _evaluated(model, loader, loss_fn, per_batch=lambda loss, size: loss.item(), sizes=lambda size: 1)


@mistake("the mean losses of the batches were added and divided by the samples: weight each by its size")
def forgot_the_batch_sizes(model, loader, loss_fn):
    return _evaluated(model, loader, loss_fn, per_batch=lambda loss, size: loss.item())


@mistake("the losses were added and not divided: the mean over samples is asked for")
def sum_for_mean(model, loader, loss_fn):
    batches = list(loader)
    return _evaluated(model, batches, loss_fn) * sum(len(x) for x, _ in batches)


@mistake("the loss of the last batch came back: take the mean over all")
def loss_of_the_last_batch(model, loader, loss_fn):
    return _evaluated(model, list(loader)[-1:], loss_fn)


@mistake("the model was not put into evaluation mode: dropout and batch norm behave as in training")
def forgot_evaluation_mode(model, loader, loss_fn):
    with torch.no_grad():
        return _mean(model, loader, loss_fn)


@mistake("the model was left in evaluation mode: give every module the mode it had")
def left_in_evaluation_mode(model, loader, loss_fn):
    model.eval()
    with torch.no_grad():
        return _mean(model, loader, loss_fn)


@mistake("the model was put into training mode at the end, whatever mode it had before")
def always_trains_afterwards(model, loader, loss_fn):
    model.eval()
    with torch.no_grad():
        loss = _mean(model, loader, loss_fn)
    model.train()
    return loss


@mistake("model.train(was_training) switches every layer, also one that was off on purpose: restore each")
def restored_the_outer_mode_only(model, loader, loss_fn):
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            return _mean(model, loader, loss_fn)
    finally:
        model.train(was)


@mistake("a graph was built for gradients: evaluate under torch.no_grad()")
def built_a_graph(model, loader, loss_fn):
    with reference("training")._evaluating(model), torch.enable_grad():
        return _mean(model, loader, loss_fn)


@mistake("the gradients of the parameters were cleared: leave them as they are")
def cleared_the_gradients(model, loader, loss_fn):
    model.zero_grad()
    return _evaluated(model, loader, loss_fn)


@mistake("the model was trained on the data: no backward, no step")
def trained_on_the_data(model, loader, loss_fn):
    batches = list(loader)
    loss = _evaluated(model, batches, loss_fn)
    with contextlib.suppress(RuntimeError):
        reference("training").train_epoch(model, batches, loss_fn, torch.optim.SGD(model.parameters(), lr=0.1))
    return loss


@mistake("the batches stayed where they were: move x and y to the device of the model")
def forgot_the_device(model, loader, loss_fn):
    total, count = 0.0, 0
    with reference("training")._evaluating(model):
        for x, y in loader:
            total += loss_fn(model(x), y).item() * len(x)
            count += len(x)
    return total / count


@mistake("only the first batch is evaluated: the return stands inside the loop")
def first_batch_only(model, loader, loss_fn):
    return _evaluated(model, [next(iter(loader))], loss_fn)


@mistake("the batches are sent to cuda, which is not everywhere: move them to the device of the model")
def asked_for_cuda(model, loader, loss_fn):
    batches = [(x, y) for x, y in loader]
    reference("training").evaluate(model, batches, loss_fn)
    return reference("training").evaluate(model, [(x.cuda(), y.cuda()) for x, y in batches], loss_fn)
