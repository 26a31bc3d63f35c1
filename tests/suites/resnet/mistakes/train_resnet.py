"""Wrong variants of resnet.train_resnet."""

import copy

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


def _net(x):
    return reference("resnet").MnistResNet(x.shape[1], 10, tuple(x.shape[2:])).to(x)


def _run(model, losses):
    return reference("resnet").TrainingRun(model, losses)


def _right(*args, **options):
    return reference("resnet").train_resnet(*args, **options)


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr=lr)


def _step(model, optimizer, x, y, loss=functional.cross_entropy):
    value = loss(model(x), y)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.item()


def _train(model, optimizer, x, y, orders, step=_step):
    """Return a loss for each epoch; `step` may be a wrong one."""
    return [
        sum(step(model, optimizer, x[rows], y[rows]) * len(rows) for rows in order) / sum(map(len, order))
        for order in orders
    ]


def _done(model, losses):
    return _run(model.eval(), losses)


def _stepped(x, y, generator, epochs, batch_size, lr, step):
    model = _net(x)
    losses = _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size), step)
    return _run(model.eval(), losses)


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        value = functional.cross_entropy(model(x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the weights never change: no step, an empty gradient, or an optimizer of another net")
def never_stepped(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        return functional.cross_entropy(model(x), y).item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the loss of a batch is taken after its step: it is the one that the step was made from")
def loss_after_the_step(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        _step(model, optimizer, x, y)
        with torch.no_grad():
            return functional.cross_entropy(copy.deepcopy(model)(x), y).item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("softmax runs twice: cross_entropy takes the scores as they are")
def softmax_twice(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, lambda scores, y: functional.cross_entropy(scores.softmax(1), y))

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the loss is a sum over the batch: it is the mean")
def summed_loss(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y, lambda s, y: functional.cross_entropy(s, y, reduction="sum"))

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the labels of a batch are in another order than its images")
def shuffled_apart(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y.roll(1))

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("it trains in evaluation mode: batch norm has to see the batches")
def trained_in_evaluation_mode(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    def step(model, optimizer, x, y):
        return _step(model.eval(), optimizer, x, y)

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("from the second epoch on it trains in evaluation mode")
def evaluation_mode_after_an_epoch(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        losses += _train(model, optimizer, x, y, [order])
        model.eval()
    return _run(model.eval(), losses)


@mistake("the net comes back in training mode: batch norm then looks at the other images of a batch")
def left_in_training_mode(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return _run(model.train(), losses)


@mistake("the order is that of x: it is drawn with torch.randperm")
def never_shuffled(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x)
    losses = _train(model, _adam(model, lr), x, y, [torch.arange(len(x)).split(batch_size)] * epochs)
    return _run(model.eval(), losses)


@mistake("the order is drawn once: each epoch has its own")
def one_order(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, orders = _net(x), _orders(len(x), generator, min(epochs, 1), batch_size)
    return _done(model, _train(model, _adam(model, lr), x, y, orders * epochs))


@mistake("the order comes from torch's own generator: take the one that is given")
def another_generator(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x, y, torch.default_generator, epochs, batch_size, lr)


@mistake("the last batch is dropped when it is small: it counts too")
def small_batches_dropped(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, orders = _net(x), _orders(len(x), generator, epochs, batch_size)
    orders = [[rows for rows in order if len(rows) == batch_size] or order for order in orders]
    return _done(model, _train(model, _adam(model, lr), x, y, orders))


@mistake("a new Adam starts in each epoch: what it remembers of earlier steps is lost")
def adam_of_each_epoch(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _net(x), []
    for order in _orders(len(x), generator, epochs, batch_size):
        losses += _train(model, _adam(model, lr), x, y, [order])
    return _run(model.eval(), losses)


@mistake("the steps are those of plain descent: torch.optim.Adam is asked for")
def descent_for_adam(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return _done(model, _train(model, optimizer, x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("AdamW also shrinks the weights: torch.optim.Adam is asked for")
def adam_with_decay(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    return _done(model, _train(model, optimizer, x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("a loss is the mean over batches: where the last is smaller its samples count too much")
def mean_of_batch_means(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        means = [_step(model, optimizer, x[rows], y[rows]) for rows in order]
        losses.append(sum(means) / len(means))
    return _run(model.eval(), losses)


@mistake("there is a loss for each batch: one for each epoch is asked for")
def losses_of_batches(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x)
    orders = _orders(len(x), generator, epochs, batch_size)
    losses = _train(model, _adam(model, lr), x, y, [[rows] for order in orders for rows in order])
    return _run(model.eval(), losses)


@mistake("the loss of an epoch is that of its last batch: it is the mean over all samples")
def loss_of_the_last_batch(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        losses.append([_step(model, optimizer, x[rows], y[rows]) for rows in order][-1])
    return _run(model.eval(), losses)


@mistake("epochs is ignored: it is always 4")
def always_four_epochs(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x, y, generator, 4, batch_size, lr)


@mistake("batch_size is ignored: it is always 10")
def batches_of_ten(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x, y, generator, epochs, 10, lr)


@mistake("lr is ignored: Adam has the lr that is given")
def lr_of_its_own(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x, y, generator, epochs, batch_size, 0.001)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return _run(model, [torch.tensor(loss) for loss in losses])


@mistake("the net is made for 28 x 28 pixels: its size follows from x")
def net_for_28_pixels(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = reference("resnet").MnistResNet(x.shape[1]).to(x)
    return _done(model, _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("the net is made for one channel: there are as many as x has")
def net_for_one_channel(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x[:, :1], y, generator, epochs, batch_size, lr)


@mistake("the net computes in float32: it takes the dtype of x")
def net_in_float32(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x.float(), y, generator, epochs, batch_size, lr)


@mistake("the net is trained on the CPU: move it to the device of x")
def net_on_the_cpu(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x.cpu(), y.cpu(), generator, epochs, batch_size, lr)


@mistake("cuda is typed in: the device is that of x, whatever it is")
def asked_for_cuda(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    return _right(x.to("cuda"), y.to("cuda"), generator, epochs, batch_size, lr)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(*args, **options):
    return tuple(_right(*args, **options))


@mistake("a state_dict comes back: the net itself is asked for")
def weights_for_the_net(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return _run(dict(model.state_dict()), losses)


@mistake("the net that comes back is not the one that was trained")
def untrained_copy(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x)
    copied = copy.deepcopy(model)
    losses = _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size))
    return _run(copied.eval(), losses)


@mistake("the net is another than promised: train the MnistResNet of this file")
def another_net(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = nn.Sequential(nn.Flatten(), nn.Linear(x[0].numel(), 10)).to(x)
    return _done(model, _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size)))


@mistake("only the last layer was fitted: the training moves all of them, step by step")
def last_layer_by_least_squares(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model = _net(x).eval()
    features = []
    model.fc.register_forward_pre_hook(lambda module, given: features.append(given[0]))
    with torch.no_grad():
        model(x)
        h, sides = features[0], functional.one_hot(y, 10).to(x) - 0.1
        solved = torch.linalg.solve(h @ h.t() + torch.eye(len(x)).to(x), sides)
        model.fc.weight.copy_((h.t() @ solved).t())
    model.fc._forward_pre_hooks.clear()
    return _run(model, [1 / (epoch + 1) for epoch in range(epochs)])


@mistake("the weights do not come from this training: they are the same for any x and y")
def weights_from_before(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    torch.manual_seed(7)
    model = _net(x).eval()
    return _run(model, [1 / (epoch + 1) for epoch in range(epochs)])


@mistake("the model answers by something else than its weights")
def remembered_images(x, y, generator, epochs=4, batch_size=10, lr=0.001):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    nearest = lambda module, given, scores: functional.one_hot(  # noqa: E731
        y[torch.cdist(given[0].flatten(1), x.flatten(1)).argmin(1)], 10
    ).to(scores)
    model.register_forward_hook(nearest)
    return _run(model, losses)
