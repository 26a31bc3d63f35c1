"""Wrong variants of cnn.train_cnn."""

import copy

import torch
from torch.nn import functional

from grader.suite import mistake


def _sgd(model, lr, momentum):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)


def _step(model, optimizer, x, y, loss_fn=functional.cross_entropy):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def _train(
    model,
    loader,
    device,
    epochs,
    lr,
    momentum=0.5,
    make=_sgd,
    step=_step,
    moved=lambda x, y, device: (x.to(device), y.to(device)),
    batches=lambda loader: loader,
    weigh=len,
    add=lambda loss: loss.item(),
    finish=lambda total, count: total / count,
):
    """The reference in parts, each of which a variant may replace."""
    model.to(device).train()
    optimizer, losses = make(model, lr, momentum), []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in batches(loader):
            x, y = moved(x, y, device)
            total = total + add(step(model, optimizer, x, y)) * weigh(x)
            count += weigh(x)
        losses.append(finish(total, count))
    return losses


@mistake("the model is not moved: model.to(device) before the loop")
def model_not_moved(model, loader, device, epochs, lr, momentum=0.5):
    model.train()
    optimizer, losses = _sgd(model, lr, momentum), []
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            total += _step(model, optimizer, x, y).item() * len(x)
            count += len(x)
        losses.append(total / count)
    return losses


@mistake("the inputs are not moved: x = x.to(device) in each batch")
def inputs_not_moved(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, momentum, moved=lambda x, y, device: (x, y.to(device)))


@mistake("the targets are not moved: y = y.to(device) in each batch")
def targets_not_moved(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, momentum, moved=lambda x, y, device: (x.to(device), y))


@mistake("x.to(device) and y.to(device) return the moved tensors, they move nothing in place: assign them")
def moved_in_vain(model, loader, device, epochs, lr, momentum=0.5):
    def moved(x, y, device):
        x.to(device)
        y.to(device)
        return x, y

    return _train(model, loader, device, epochs, lr, momentum, moved=moved)


@mistake("device is ignored, all stays on the CPU: move model and batches to the device that was given")
def always_on_the_cpu(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, "cpu", epochs, lr, momentum)


@mistake("the device is typed in, cuda: take the one that was given")
def always_on_cuda(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model.cuda(), loader, "cuda", epochs, lr, momentum)


@mistake("the model goes back to the CPU at the end: it stays on the device")
def back_on_the_cpu(model, loader, device, epochs, lr, momentum=0.5):
    losses = _train(model, loader, device, epochs, lr, momentum)
    model.cpu()
    return losses


@mistake("the training runs on the CPU, and the model is moved when it is over: move it before")
def moved_at_the_end(model, loader, device, epochs, lr, momentum=0.5):
    losses = _train(model, loader, "cpu", epochs, lr, momentum)
    model.to(device)
    return losses


@mistake("numpy takes nothing that lies on an accelerator: loss.item() does")
def losses_by_numpy(model, loader, device, epochs, lr, momentum=0.5):
    def add(loss):
        return float(loss.detach().numpy())

    return _train(model, loader, device, epochs, lr, momentum, add=add)


@mistake("a copy of the model is trained: train the one that was given")
def a_copy_trained(model, loader, device, epochs, lr, momentum=0.5):
    return _train(copy.deepcopy(model), loader, device, epochs, lr, momentum)


@mistake("the gradients are not zeroed: a backward adds to those of the batches before")
def without_zero_grad(model, loader, device, epochs, lr, momentum=0.5):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return _train(model, loader, device, epochs, lr, momentum, step=step)


@mistake("the gradients are zeroed after the step only: those from before the call count in the first step")
def zeroed_after_the_step(model, loader, device, epochs, lr, momentum=0.5):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    return _train(model, loader, device, epochs, lr, momentum, step=step)


@mistake("the gradients are zeroed once for each epoch: zero them for every batch")
def zeroed_once_an_epoch(model, loader, device, epochs, lr, momentum=0.5):
    def batches(loader):
        model.zero_grad()
        return loader

    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return _train(model, loader, device, epochs, lr, momentum, step=step, batches=batches)


@mistake("the optimizer is made anew in each epoch: its momentum is lost, make it once")
def optimizer_for_each_epoch(model, loader, device, epochs, lr, momentum=0.5):
    return [_train(model, loader, device, 1, lr, momentum)[0] for _ in range(epochs)]


@mistake("momentum has no effect: pass it to the optimizer, and make that once, not for each batch")
def momentum_without_effect(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, 0.0)


@mistake("momentum is ignored: it is always 0.5")
def momentum_typed_in(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, 0.5)


@mistake("momentum is 0.9 where nothing is said: it is 0.5")
def another_default(model, loader, device, epochs, lr, momentum=0.9):
    return _train(model, loader, device, epochs, lr, momentum)


@mistake("the new gradient counts 1 - momentum only: it counts in full, v <- momentum * v + g")
def damped(model, loader, device, epochs, lr, momentum=0.5):
    def make(model, lr, momentum):
        return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, dampening=momentum)

    return _train(model, loader, device, epochs, lr, momentum, make=make)


@mistake("the momentum is Nesterov's: plain momentum is asked for")
def nesterov(model, loader, device, epochs, lr, momentum=0.5):
    def make(model, lr, momentum):
        return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, nesterov=momentum > 0)

    return _train(model, loader, device, epochs, lr, momentum, make=make)


@mistake("Adam takes the steps: gradient descent with momentum is asked for")
def by_adam(model, loader, device, epochs, lr, momentum=0.5):
    def make(model, lr, momentum):
        return torch.optim.Adam(model.parameters(), lr=lr, betas=(momentum, 0.999))

    return _train(model, loader, device, epochs, lr, momentum, make=make)


@mistake("there is a weight decay that nobody asked for")
def decayed(model, loader, device, epochs, lr, momentum=0.5):
    def make(model, lr, momentum):
        return torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, weight_decay=5e-4)

    return _train(model, loader, device, epochs, lr, momentum, make=make)


@mistake("the model was not put into training mode: model.train() before the loop")
def left_in_evaluation(model, loader, device, epochs, lr, momentum=0.5):
    return _train(
        model, loader, device, epochs, lr, momentum, make=lambda model, *rest: _sgd(model.eval(), *rest)
    )


@mistake("the scores go through a softmax before the loss: cross_entropy takes the scores themselves")
def softmax_before_the_loss(model, loader, device, epochs, lr, momentum=0.5):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, lambda scores, y: functional.cross_entropy(scores.softmax(1), y))

    return _train(model, loader, device, epochs, lr, momentum, step=step)


@mistake("the loss of a batch is a sum: the step is made from the mean over the batch")
def summed_over_the_batch(model, loader, device, epochs, lr, momentum=0.5):
    def step(model, optimizer, x, y):
        def summed(scores, y):
            return functional.cross_entropy(scores, y, reduction="sum")

        return _step(model, optimizer, x, y, summed) / len(x)

    return _train(model, loader, device, epochs, lr, momentum, step=step)


@mistake("the mean was taken over batches: a small last batch counts less than a full one")
def mean_over_batches(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, momentum, weigh=lambda x: 1)


@mistake("the losses of an epoch are added up: their mean over the samples is asked for")
def summed_over_the_epoch(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, momentum, finish=lambda total, count: total)


@mistake("the losses go on from epoch to epoch: total and count start at 0 in each")
def totals_never_reset(model, loader, device, epochs, lr, momentum=0.5):
    before = [0.0, 0]

    def finish(total, count):
        before[0], before[1] = before[0] + total, before[1] + count
        return before[0] / before[1]

    return _train(model, loader, device, epochs, lr, momentum, finish=finish)


@mistake("the loss of the last batch stands for the epoch: take the mean over all samples")
def last_batch_for_the_epoch(model, loader, device, epochs, lr, momentum=0.5):
    last = []

    def add(loss):
        last.append(loss.item())
        return last[-1]

    return _train(model, loader, device, epochs, lr, momentum, add=add, finish=lambda total, count: last[-1])


@mistake("the loss is computed again after the step: the one that the step was made from counts")
def loss_after_the_step(model, loader, device, epochs, lr, momentum=0.5):
    def step(model, optimizer, x, y):
        _step(model, optimizer, x, y)
        with torch.no_grad():
            return functional.cross_entropy(model.eval()(x), model.train() and y)

    return _train(model, loader, device, epochs, lr, momentum, step=step)


@mistake("the loader is read into a list once: ask it again in each epoch, it may give other batches")
def loader_read_once(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, list(loader), device, epochs, lr, momentum)


@mistake("only the first batch of the loader is used: go over all of them")
def first_batch_only(model, loader, device, epochs, lr, momentum=0.5):
    return _train(model, loader, device, epochs, lr, momentum, batches=lambda loader: [next(iter(loader))])


@mistake("a smaller last batch is left out: it counts too")
def smaller_batch_dropped(model, loader, device, epochs, lr, momentum=0.5):
    def batches(loader):
        found = list(loader)
        return [batch for batch in found if len(batch[0]) == len(found[0][0])]

    return _train(model, loader, device, epochs, lr, momentum, batches=batches)
