"""Wrong variants of projects.digits_cnn."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


class _Net(nn.Module):
    """The promised net, of torch's layers; a subclass is wrong in one place."""

    deviations = None  # other ones than the right two

    def __init__(self, x):
        super().__init__()
        channels, height, width = x.shape[1:]
        first, second = self.deviations or ((2 / (9 * channels)) ** 0.5, (2 / 72) ** 0.5)
        self.conv1 = nn.Parameter(torch.randn(8, channels, 3, 3) * first)
        self.conv2 = nn.Parameter(torch.randn(16, 8, 3, 3) * second)
        self.bn1, self.bn2 = nn.BatchNorm2d(8), nn.BatchNorm2d(16)
        self.fc = reference("projects").Linear(16 * (height // 4) * (width // 4), 10)
        self.to(x)

    def layer(self, x, weight, norm):
        return functional.max_pool2d(norm(functional.conv2d(x, weight, padding=1)).relu(), 2)

    def forward(self, x):
        x = self.layer(self.layer(x, self.conv1, self.bn1), self.conv2, self.bn2)
        return self.fc(x.flatten(1))


def _net(x):
    return _Net(x)


def _adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr=lr)


def _right(*args, **options):
    return reference("projects").digits_cnn(*args, **options)


def _with(kind, x, y, generator, epochs, batch_size, lr):
    model = kind(x)
    return _run(model, _train(model, _adam(model, lr), x, y, _orders(len(x), generator, epochs, batch_size)))


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
def gradients_add_up(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the weights never change: no step, an empty gradient, or an optimizer of another net")
def never_stepped(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        return loss.item()

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the labels of a batch are in another order than its images")
def shuffled_apart(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    def step(model, optimizer, x, y):
        return _step(model, optimizer, x, y.roll(1))

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


@mistake("the order is drawn once: each epoch has its own")
def one_order(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _ordered(x, y, lr, _orders(len(x), generator, min(epochs, 1), batch_size) * epochs)


@mistake("a new Adam starts in each epoch: what it remembers of earlier steps is lost")
def adam_of_each_epoch(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model, losses = _net(x), []
    for order in _orders(len(x), generator, epochs, batch_size):
        losses += _train(model, _adam(model, lr), x, y, [order])
    return _run(model, losses)


@mistake("a loss is the mean over batches: where the last is smaller its samples count too much")
def mean_of_batch_means(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _of_batch_means(_net(x), x, y, generator, epochs, batch_size, lr)


def _of_batch_means(model, x, y, generator, epochs, batch_size, lr):
    losses, optimizer = [], _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        means = [_step(model.train(), optimizer, x[rows], y[rows]) for rows in order]
        losses.append(sum(means) / len(means))
    return _run(model, losses)


@mistake("a loss is that of the last batch of its epoch: the mean over all samples is asked for")
def loss_of_the_last_batch(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model, losses = _net(x), []
    optimizer = _adam(model, lr)
    for order in _orders(len(x), generator, epochs, batch_size):
        losses.append([_step(model.train(), optimizer, x[rows], y[rows]) for rows in order][-1])
    return _run(model, losses)


@mistake("the images are shuffled and the labels stay in their order: take the same rows of both")
def labels_never_shuffled(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model, losses = _net(x), []
    optimizer, places = _adam(model, lr), torch.arange(len(x)).split(batch_size)
    for order in _orders(len(x), generator, epochs, batch_size):
        pairs = zip(order, places, strict=True)
        total = sum(_step(model.train(), optimizer, x[rows], y[own]) * len(rows) for rows, own in pairs)
        losses.append(total / len(x))
    return _run(model, losses)


@mistake("the net is left in training mode: batch norm then looks at the other images of a batch")
def left_in_training_mode(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return reference("projects").Run(model.train(), losses)


@mistake("the net is trained on the CPU: move it to the device of x")
def net_on_the_cpu(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _right(x.cpu(), y.cpu(), generator, epochs, batch_size, lr)


@mistake("the losses are made up: they are those that the steps were made from")
def made_up_losses(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model, losses = _right(x, y, generator, epochs, batch_size, lr)
    return _run(model, [2.3 / (epoch + 1) for epoch in range(epochs)])


@mistake("the optimizer has no filters: it gets all parameters of the net")
def filters_not_trained(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model = _net(x)
    others = [p for name, p in model.named_parameters() if not name.startswith("conv")]
    optimizer = torch.optim.Adam(others, lr=lr)
    return _run(model, _train(model, optimizer, x, y, _orders(len(x), generator, epochs, batch_size)))


class _NormAfterRelu(_Net):
    def layer(self, x, weight, norm):
        return functional.max_pool2d(norm(functional.conv2d(x, weight, padding=1).relu()), 2)


@mistake("the ReLU stands before the batch norm: it comes after it")
def relu_before_the_norm(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_NormAfterRelu, x, y, generator, epochs, batch_size, lr)


class _Mean(_Net):
    def layer(self, x, weight, norm):
        return functional.avg_pool2d(norm(functional.conv2d(x, weight, padding=1)).relu(), 2)


@mistake("the pooling takes means: the largest pixel of each window is asked for")
def mean_pooling(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_Mean, x, y, generator, epochs, batch_size, lr)


class _NoRelu(_Net):
    def layer(self, x, weight, norm):
        return functional.max_pool2d(norm(functional.conv2d(x, weight, padding=1)), 2)


@mistake("there is no ReLU between norm and pooling")
def relu_forgotten(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_NoRelu, x, y, generator, epochs, batch_size, lr)


class _Zeros(_Net):
    deviations = (0.0, 0.0)


@mistake("all filters start at 0 and stay alike: they are drawn")
def filters_of_zeros(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_Zeros, x, y, generator, epochs, batch_size, lr)


class _Large(_Net):
    deviations = (1.0, 1.0)


@mistake("the filters start with deviation 1: it is sqrt(2 / (9 C)), of what a filter sees")
def filters_of_deviation_1(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_Large, x, y, generator, epochs, batch_size, lr)


class _Turned(_Net):
    def forward(self, x):
        x = self.layer(self.layer(x, self.conv1, self.bn1), self.conv2, self.bn2)
        return self.fc(x.movedim(1, -1).flatten(1))


@mistake("the image was flattened with the channels last: x.flatten(1) has them first")
def flattened_channels_last(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_Turned, x, y, generator, epochs, batch_size, lr)


@mistake("the net is trained in evaluation mode: batch norm has to see the batches")
def trained_in_evaluation_mode(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    def step(model, optimizer, x, y):
        return _step(model.eval(), optimizer, x, y)

    return _stepped(x, y, generator, epochs, batch_size, lr, step)


class _ByFilters(_Net):
    deviations = (1 / 6, 1 / 72**0.5)


@mistake("the deviation is that of what a filter feeds: it is sqrt(2 / (9 C)), of what it sees")
def deviation_by_filters(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    return _with(_ByFilters, x, y, generator, epochs, batch_size, lr)
