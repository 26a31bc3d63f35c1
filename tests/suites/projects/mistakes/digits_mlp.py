"""Wrong variants of projects.digits_mlp."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _net(x, hidden=128):
    return reference("projects").MLP((x.shape[1], hidden, 10), torch.relu).to(x)


def _adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr=lr)


def _right(*args, **options):
    return reference("projects").digits_mlp(*args, **options)


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _step(model, optimizer, x, y):
    loss = functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _train(model, optimizer, x, y, orders, step=_step):
    """Return a loss for each epoch; `step` may be a wrong one."""
    model.train()
    return [
        sum(step(model, optimizer, x[rows], y[rows]) * len(rows) for rows in order) / sum(map(len, order))
        for order in orders
    ]


def _run(model, losses):
    return reference("projects").Run(model.eval(), losses)


def _stepped(x, y, generator, epochs, batch_size, lr, step):
    model = _net(x)
    return _run(model, _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size), step))


def _ordered(x, y, lr, orders):
    model = _net(x)
    return _run(model, _train(model, _adam(model, lr), x, y, orders))


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the weights never change: no step, an empty gradient, or an optimizer of another net")
def never_stepped(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        return loss.item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("a softmax stands before the cross-entropy, which takes raw scores")
def softmax_twice(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    def step(model, optimizer, x, y):
        return _step(lambda x: model(x).softmax(1), optimizer, x, y)

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the labels of a batch are in another order than its images")
def shuffled_apart(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y.roll(1))

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the order is that of x: it is drawn with torch.randperm")
def never_shuffled(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    return _ordered(x, y, lr, [torch.arange(len(x)).split(batch_size)] * epochs)


@mistake("the order is drawn once: each epoch has its own")
def one_order(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    return _ordered(x, y, lr, _orders(len(x), generator, min(epochs, 1), batch_size) * epochs)


@mistake("the order comes from torch's own generator: take the one that is given")
def another_generator(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    return _right(x, y, torch.default_generator, epochs, batch_size, lr)


@mistake("the last batch is dropped when it is small: it counts too")
def small_batches_dropped(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    orders = _orders(len(x), generator, epochs, batch_size)
    return _ordered(x, y, lr, [[rows for rows in order if len(rows) == batch_size] or order for order in orders])


@mistake("the loop takes whole batches only and divides by N: the last, smaller one counts too")
def whole_batches_only(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        whole = [rows for rows in order if len(rows) == batch_size]
        losses.append(sum(_step(model, optimizer, x[rows], y[rows]) * batch_size for rows in whole) / len(x))
    return _run(model, losses)


@mistake("a new Adam starts in each epoch: what it remembers of earlier steps is lost")
def adam_of_each_epoch(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _net(x), []
    for order in _orders(len(x), generator, epochs, batch_size):
        losses += _train(model, _adam(model, lr), x, y, [order])
    return _run(model, losses)


@mistake("the steps are those of plain descent: Adam is asked for")
def descent_for_adam(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = _net(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return _run(model, _train(model, optimizer, x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("a loss is the mean over batches: where the last is smaller its samples count too much")
def mean_of_batch_means(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        means = [_step(model.train(), optimizer, x[rows], y[rows]) for rows in order]
        losses.append(sum(means) / len(means))
    return _run(model, losses)


@mistake("a loss is that of the last batch of its epoch: the mean over all samples is asked for")
def loss_of_the_last_batch(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        losses.append([_step(model.train(), optimizer, x[rows], y[rows]) for rows in order][-1])
    return _run(model, losses)


@mistake("the images are shuffled and the labels stay in their order: take the same rows of both")
def labels_never_shuffled(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _net(x), []
    optimizer, places = _adam(model, lr), torch.arange(len(x)).split(batch_size)
    for order in _orders(len(x), generator, epochs, batch_size):
        pairs = zip(order, places, strict=True)
        total = sum(_step(model.train(), optimizer, x[rows], y[own]) * len(rows) for rows, own in pairs)
        losses.append(total / len(x))
    return _run(model, losses)


@mistake("the net is left in training mode: it comes back in evaluation mode")
def left_in_training_mode(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return reference("projects").Run(model.train(), losses)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return _run(model, [torch.tensor(loss) for loss in losses])


@mistake("the net computes in float32: it takes the dtype of x")
def net_in_float32(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    return _right(x.float(), y, generator, epochs, batch_size, lr)


@mistake("the losses are made up: they are those that the steps were made from")
def made_up_losses(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return _run(model, [2.3 / (epoch + 1) for epoch in range(epochs)])


@mistake("the hidden layer has another width: it is 128")
def narrow(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = _net(x, 64)
    return _run(model, _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("the activation is tanh: torch.relu is asked for")
def tanh_for_relu(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = _net(x)
    model.activation = torch.tanh
    return _run(model, _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("the optimizer has the last layer alone: it gets all parameters of the net")
def last_layer_alone(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = _net(x)
    optimizer = _adam(model.layers[1], lr)
    return _run(model, _train(model, optimizer, x, y, _orders(len(x), generator, epochs, batch_size)))
