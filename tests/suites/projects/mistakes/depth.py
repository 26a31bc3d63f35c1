"""Wrong variants of projects.depth."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference


class _Block(nn.Module):
    """Two convolutions of torch's layers; a subclass is wrong in one place."""

    def __init__(self, residual):
        super().__init__()
        self.residual = residual
        self.conv1, self.conv2 = (nn.Conv2d(12, 12, 3, padding=1, bias=False) for _ in range(2))
        self.bn1, self.bn2 = nn.BatchNorm2d(12), nn.BatchNorm2d(12)

    def branch(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))

    def forward(self, x):
        return (self.branch(x) + x if self.residual else self.branch(x)).relu()


class _Deep(nn.Module):
    """The promised net."""

    block = _Block

    def __init__(self, channels, blocks, residual):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(channels, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12)
        self.blocks = nn.Sequential(*(self.block(residual) for _ in range(blocks)))
        self.fc = reference("projects").Linear(12, 10)

    def forward(self, x):
        return self.fc(self.gathered(self.blocks(self.bn(self.stem(x)).relu())))

    def gathered(self, x):
        return x.mean((2, 3))


def _run(model, losses):
    return reference("projects").Run(model.eval(), losses)


def _bound(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    return x, y, generator, blocks, residual, epochs, batch_size, lr


def _right(*given, **options):
    return reference("projects").depth(*given, **options)


def _sgd(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def _orders(n, generator, epochs, batch_size):
    return [torch.randperm(n, generator=generator).split(batch_size) for _ in range(epochs)]


def _step(model, optimizer, x, y):
    loss = functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _mean(losses, order):
    return sum(loss * len(rows) for loss, rows in zip(losses, order, strict=True)) / sum(map(len, order))


def _wrong(given, options, net=_Deep, step=_step, orders=_orders, make=_sgd, told=_mean):
    """Train with some parts in place of the right ones."""
    x, y, generator, blocks, residual, epochs, batch_size, lr = _bound(*given, **options)
    model = net(x.shape[1], blocks, residual).to(x)
    model.train()
    optimizer, losses = make(model.parameters(), lr), []
    for order in orders(len(x), generator, epochs, batch_size):
        losses.append(told([step(model, optimizer, x[rows], y[rows]) for rows in order], order))
    return _run(model, losses)


@mistake("residual is not looked at: every net is residual")
def always_residual(*given, **options):
    return _wrong(given, options, net=lambda channels, blocks, residual: _Deep(channels, blocks, True))


@mistake("residual is not looked at: no block has its shortcut")
def always_plain(*given, **options):
    return _wrong(given, options, net=lambda channels, blocks, residual: _Deep(channels, blocks, False))


@mistake("the two kinds are exchanged: residual=True asks for the shortcut")
def kinds_exchanged(*given, **options):
    return _wrong(given, options, net=lambda channels, blocks, residual: _Deep(channels, blocks, not residual))


@mistake("blocks is not looked at: there are as many as asked for")
def always_nine(*given, **options):
    return _wrong(given, options, net=lambda channels, blocks, residual: _Deep(channels, 9, residual))


@mistake("one block stands in all places: each place has a block of its own")
def one_block_repeated(*given, **options):
    class Shared(_Deep):
        def __init__(self, channels, blocks, residual):
            super().__init__(channels, 1, residual)
            self.blocks = nn.Sequential(*[self.blocks[0]] * blocks)

    return _wrong(given, options, net=Shared)


class _ReluBeforeTheSum(_Block):
    def forward(self, x):
        return self.branch(x).relu() + x if self.residual else self.branch(x).relu()


@mistake("the ReLU stands before the sum: it comes after it")
def relu_before_the_sum(*given, **options):
    class Net(_Deep):
        block = _ReluBeforeTheSum

    return _wrong(given, options, net=Net)


class _NoLastRelu(_Block):
    def forward(self, x):
        return (self.branch(x) + x).relu() if self.residual else self.branch(x)


@mistake("the plain block has no ReLU at its end: it lacks the sum alone")
def plain_without_its_relu(*given, **options):
    class Net(_Deep):
        block = _NoLastRelu

    return _wrong(given, options, net=Net)


class _NoNorm(_Block):
    def branch(self, x):
        return super().branch(x) if self.residual else self.conv2(self.conv1(x).relu())


@mistake("the plain block has no batch norm: it lacks the sum alone")
def plain_without_norm(*given, **options):
    class Net(_Deep):
        block = _NoNorm

    return _wrong(given, options, net=Net)


@mistake("the stem has no ReLU after its norm")
def stem_without_relu(*given, **options):
    class Net(_Deep):
        def forward(self, x):
            return self.fc(self.gathered(self.blocks(self.bn(self.stem(x)))))

    return _wrong(given, options, net=Net)


class _Largest(_Deep):
    def gathered(self, x):
        return x.amax((2, 3))


@mistake("the largest pixel of each channel goes on: the mean is asked for")
def maximum_for_mean(*given, **options):
    return _wrong(given, options, net=_Largest)


@mistake("SGD has no momentum: it is 0.9")
def without_momentum(*given, **options):
    return _wrong(given, options, make=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr))


@mistake("the steps are those of Adam: SGD with momentum is asked for")
def adam_for_descent(*given, **options):
    return _wrong(given, options, make=lambda parameters, lr: torch.optim.Adam(parameters, lr=lr))


@mistake("the momentum is Nesterov's: the plain one is asked for")
def nesterov(*given, **options):
    def make(parameters, lr):
        return torch.optim.SGD(parameters, lr=lr, momentum=0.9, nesterov=True)

    return _wrong(given, options, make=make)


@mistake("the gradients of earlier batches are added: call zero_grad() before each backward")
def gradients_add_up(*given, **options):
    def step(model, optimizer, x, y):
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return _wrong(given, options, step=step)


@mistake("the net is trained in evaluation mode: batch norm has to see the batches")
def trained_in_evaluation_mode(*given, **options):
    return _wrong(given, options, step=lambda model, *rest: _step(model.eval(), *rest))


@mistake("the order is drawn once: each epoch has its own")
def one_order(*given, **options):
    def orders(n, generator, epochs, batch_size):
        return _orders(n, generator, min(epochs, 1), batch_size) * epochs

    return _wrong(given, options, orders=orders)


@mistake("a loss is that of the last batch of its epoch: the mean over all samples is asked for")
def loss_of_the_last_batch(*given, **options):
    return _wrong(given, options, told=lambda losses, order: losses[-1])


@mistake("the net is left in training mode: batch norm then looks at the other images of a batch")
def left_in_training_mode(*given, **options):
    run = _right(*given, **options)
    run.model.train()
    return run


@mistake("the losses are made up: they are those that the steps were made from")
def made_up_losses(*given, **options):
    model, losses = _right(*given, **options)
    return _run(model, [2.3 / (epoch + 1) for epoch in range(len(losses))])


@mistake("lr is typed in: SGD has the lr that is given")
def lr_typed_in(*given, **options):
    return _wrong(given, options, make=lambda parameters, lr: _sgd(parameters, 0.05))
