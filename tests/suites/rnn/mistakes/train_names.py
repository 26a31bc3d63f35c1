"""Wrong variants of rnn.train_names."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(*args, **options):
    return reference("rnn").train_names(*args, **options)


def _run(model, losses):
    return reference("rnn").NamesRun(model, losses)


def _net(labels, letters=26, kinds=None):
    kinds = int(labels.max()) + 1 if kinds is None else kinds
    return reference("rnn").NameClassifier(letters, 16, 24, kinds).to(labels.device)


def _tokens(names, labels):
    return [part.to(labels.device) for part in reference("rnn")._batch_of(names)]


def _descent(model, lr):
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _step(model, optimizer, x, y, loss=functional.cross_entropy):
    value = loss(model(*x), y)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.item()


def _epoch(model, optimizer, x, y, order, step=_step):
    total = sum(step(model, optimizer, [part[rows] for part in x], y[rows]) * len(rows) for rows in order)
    return total / sum(map(len, order))


def _train(names, labels, orders, lr, step=_step, model=None, make=_descent):
    model = _net(labels) if model is None else model
    x, optimizer = _tokens(names, labels), make(model, lr)
    losses = [_epoch(model, optimizer, x, labels, order, step) for order in orders]
    return _run(model.eval(), losses)


def _stepped(names, labels, generator, epochs, batch_size, lr, step):
    return _train(names, labels, _orders(len(names), generator, epochs, batch_size), lr, step)


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        value = functional.cross_entropy(model(*x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("the weights never change: no step, an empty gradient, or an optimizer of another net")
def never_stepped(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        return functional.cross_entropy(model(*x), y).item()

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("the loss of a batch is taken after its step: it is the one that the step was made from")
def loss_after_the_step(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        _step(model, optimizer, x, y)
        with torch.no_grad():
            return functional.cross_entropy(model(*x), y).item()

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("softmax runs twice: cross_entropy takes the scores as they are")
def softmax_twice(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, lambda scores, y: functional.cross_entropy(scores.softmax(1), y))

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("the loss is a sum over the batch: it is the mean")
def summed_loss(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, lambda s, y: functional.cross_entropy(s, y, reduction="sum"))

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("the labels of a batch are in another order than its names")
def shuffled_apart(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y.roll(1))

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("the lengths of a batch are in another order than its names")
def lengths_apart(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, [x[0], x[1].roll(1)], y)

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("all names of a batch get the length of the longest: the padding is read as letters")
def reads_the_padding(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, [x[0], torch.full_like(x[1], x[0].shape[1])], y)

    return _stepped(names, labels, generator, epochs, batch_size, lr, step)


@mistake("the order is that of the names: it is drawn with torch.randperm")
def never_shuffled(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _train(names, labels, [torch.arange(len(names)).split(batch_size)] * epochs, lr)


@mistake("the order is drawn once: each epoch has its own")
def one_order(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _train(names, labels, _orders(len(names), generator, min(epochs, 1), batch_size) * epochs, lr)


@mistake("the order comes from torch's own generator: take the one that is given")
def another_generator(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _right(names, labels, torch.default_generator, epochs, batch_size, lr)


@mistake("the last, smaller batch is left out: it counts, too")
def last_batch_dropped(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    orders = _orders(len(names), generator, epochs, batch_size)
    whole = [[rows for rows in order if len(rows) == batch_size] or order for order in orders]
    return _train(names, labels, whole, lr)


@mistake("the loss of an epoch is the mean of the batches' means: each name counts the same")
def batch_means_averaged(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    seen = []

    def step(model, optimizer, x, y):
        seen.append(_step(model, optimizer, x, y))
        return seen[-1]

    model, _ = _stepped(names, labels, generator, epochs, batch_size, lr, step)
    per_epoch = -(-len(names) // batch_size)
    return _run(model, [sum(seen[i : i + per_epoch]) / per_epoch for i in range(0, len(seen), per_epoch)])


@mistake("there is a loss for each batch: it is one for each epoch")
def losses_of_batches(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    seen = []

    def step(model, optimizer, x, y):
        seen.append(_step(model, optimizer, x, y))
        return seen[-1]

    return _run(_stepped(names, labels, generator, epochs, batch_size, lr, step).model, seen)


@mistake("the optimizer is made anew in each epoch, and forgets its momentum: make it once")
def optimizer_of_each_epoch(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    model, x, losses = _net(labels), _tokens(names, labels), []
    for order in _orders(len(names), generator, epochs, batch_size):
        losses.append(_epoch(model, _descent(model, lr), x, labels, order))
    return _run(model.eval(), losses)


@mistake("the descent has no momentum: it is 0.9")
def no_momentum(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    orders = _orders(len(names), generator, epochs, batch_size)
    return _train(
        names, labels, orders, lr, make=lambda model, lr: torch.optim.SGD(model.parameters(), lr=lr)
    )


@mistake("the optimizer is Adam: it is SGD with momentum 0.9")
def adam(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    orders = _orders(len(names), generator, epochs, batch_size)
    return _train(
        names, labels, orders, lr, make=lambda model, lr: torch.optim.Adam(model.parameters(), lr=lr)
    )


@mistake("lr is not used: it is the learning rate of the steps")
def fixed_learning_rate(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _right(names, labels, generator, epochs, batch_size, 0.3)


@mistake("batch_size is not used: a batch has that many names")
def fixed_batch_size(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _right(names, labels, generator, epochs, 20, lr)


@mistake("there are always six epochs: `epochs` says how many")
def fixed_epochs(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _right(names, labels, generator, 6, batch_size, lr)


@mistake("letters are numbered by those that the names have: they are places in the alphabet")
def letters_of_these_names(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    number = {letter: i for i, letter in enumerate(sorted(set("".join(names))))}
    changed = ["".join(chr(ord("a") + number[letter]) for letter in name) for name in names]
    return _right(changed, labels, generator, epochs, batch_size, lr)


@mistake("letters are numbered from 1: a is 0")
def letters_from_one(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    changed = [
        "".join(chr(ord("a") + (ord(letter) - ord("a") + 1) % 26) for letter in name) for name in names
    ]
    return _right(changed, labels, generator, epochs, batch_size, lr)


@mistake("the net has a row for padding: there are 26 letters")
def a_row_for_padding(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    orders = _orders(len(names), generator, epochs, batch_size)
    return _train(names, labels, orders, lr, model=_net(labels, letters=27))


@mistake("there are always twelve scores: K is the largest label plus 1")
def twelve_classes(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    orders = _orders(len(names), generator, epochs, batch_size)
    return _train(names, labels, orders, lr, model=_net(labels, kinds=12))


@mistake("the net comes back in training mode: call eval() at the end")
def left_in_training_mode(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    model, losses = _right(names, labels, generator, epochs, batch_size, lr)
    return _run(model.train(), losses)


@mistake("another net came back than the one that was trained")
def returned_another_net(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    _, losses = _right(names, labels, generator, epochs, batch_size, lr)
    return _run(_net(labels).eval(), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    model, losses = _right(names, labels, generator, epochs, batch_size, lr)
    return _run(model, [torch.tensor(loss) for loss in losses])


@mistake("everything was brought to the CPU: the net trains on the device of labels")
def trained_on_the_cpu(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return _right(names, labels.cpu(), generator, epochs, batch_size, lr)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(names, labels, generator, epochs=6, batch_size=20, lr=0.3):
    return tuple(_right(names, labels, generator, epochs, batch_size, lr))
