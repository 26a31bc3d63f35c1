"""Wrong variants of projects.depth."""

import torch
from torch import nn

from grader.suite import Loop, mistake, reference, wrong_loops


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


def _sgd(parameters, lr):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)


def _loop(
    x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05, net=_Deep, optimizer=_sgd
):  # fmt: skip
    model, run = net(x.shape[1], blocks, residual).to(x), reference("projects").Run
    return Loop(model, lambda rows: (x[rows], y[rows]), optimizer, len(x), generator, epochs, batch_size, lr, 0.05, run)


globals().update(wrong_loops(_loop, "lr_typed_in", "loss_in_evaluation", "trained_in_evaluation_mode"))


def _wrong(given, options, net):
    return _loop(*given, **options, net=net).run()


@mistake("lr is a tenth after half and after three quarters of the epochs: all steps have the lr that is given")
def lr_falls(*given, **options):
    loop = _loop(*given, **options)
    epoch = -(-loop.size // loop.batch_size)
    falls = loop.epochs // 2, loop.epochs * 3 // 4
    loop.rate = lambda step: loop.lr * 0.1 ** sum(step // epoch >= fall for fall in falls)
    return loop.run()


@mistake("residual is not looked at: every net is residual")
def always_residual(*given, **options):
    return _wrong(given, options, lambda channels, blocks, residual: _Deep(channels, blocks, True))


@mistake("residual is not looked at: no block has its shortcut")
def always_plain(*given, **options):
    return _wrong(given, options, lambda channels, blocks, residual: _Deep(channels, blocks, False))


@mistake("the two kinds are exchanged: residual=True asks for the shortcut")
def kinds_exchanged(*given, **options):
    return _wrong(given, options, lambda channels, blocks, residual: _Deep(channels, blocks, not residual))


@mistake("blocks is not looked at: there are as many as asked for")
def always_nine(*given, **options):
    return _wrong(given, options, lambda channels, blocks, residual: _Deep(channels, 9, residual))


@mistake("one block stands in all places: each place has a block of its own")
def one_block_repeated(*given, **options):
    class Shared(_Deep):
        def __init__(self, channels, blocks, residual):
            super().__init__(channels, 1, residual)
            self.blocks = nn.Sequential(*[self.blocks[0]] * blocks)

    return _wrong(given, options, Shared)


class _ReluBeforeTheSum(_Block):
    def forward(self, x):
        return self.branch(x).relu() + x if self.residual else self.branch(x).relu()


@mistake("the ReLU stands before the sum: it comes after it")
def relu_before_the_sum(*given, **options):
    class Net(_Deep):
        block = _ReluBeforeTheSum

    return _wrong(given, options, Net)


class _NoLastRelu(_Block):
    def forward(self, x):
        return (self.branch(x) + x).relu() if self.residual else self.branch(x)


@mistake("the plain block has no ReLU at its end: it lacks the sum alone")
def plain_without_its_relu(*given, **options):
    class Net(_Deep):
        block = _NoLastRelu

    return _wrong(given, options, Net)


class _NoNorm(_Block):
    def branch(self, x):
        return super().branch(x) if self.residual else self.conv2(self.conv1(x).relu())


@mistake("the plain block has no batch norm: it lacks the sum alone")
def plain_without_norm(*given, **options):
    class Net(_Deep):
        block = _NoNorm

    return _wrong(given, options, Net)


@mistake("the stem has no ReLU after its norm")
def stem_without_relu(*given, **options):
    class Net(_Deep):
        def forward(self, x):
            return self.fc(self.gathered(self.blocks(self.bn(self.stem(x)))))

    return _wrong(given, options, Net)


class _Largest(_Deep):
    def gathered(self, x):
        return x.amax((2, 3))


@mistake("the largest pixel of each channel goes on: the mean is asked for")
def maximum_for_mean(*given, **options):
    return _wrong(given, options, _Largest)


@mistake("the pixels of each channel are added: their mean is asked for")
def sum_for_mean(*given, **options):
    class Net(_Deep):
        def gathered(self, x):
            return x.sum((2, 3))

    return _wrong(given, options, Net)


@mistake("each step goes by its own gradient alone: SGD has a momentum of 0.9, and is one for the whole training")
def without_momentum(*given, **options):
    return _loop(*given, **options, optimizer=torch.optim.SGD).run()


@mistake("the steps are those of Adam: SGD with momentum is asked for")
def adam_for_descent(*given, **options):
    return _loop(*given, **options, optimizer=torch.optim.Adam).run()


@mistake("the net stays on the CPU: it goes where x is")
def net_on_the_cpu(x, y, *rest, **options):
    return reference("projects").depth(x.cpu(), y.cpu(), *rest, **options)


def _decayed(given, options, by):
    return _loop(*given, **options, optimizer=lambda p, lr: torch.optim.SGD(p, lr, 0.9, weight_decay=by)).run()


@mistake("the weights decay by 0.0001: nothing asks for it")
def weights_decay(*given, **options):
    return _decayed(given, options, 1e-4)


@mistake("the weights decay by 0.0005: nothing asks for it")
def weights_decay_more(*given, **options):
    return _decayed(given, options, 5e-4)


class _NothingBehindTheSum(_Block):
    def forward(self, x):
        return self.branch(x) + x if self.residual else self.branch(x).relu()


@mistake("there is no ReLU after the sum of a residual block")
def residual_without_its_relu(*given, **options):
    class Net(_Deep):
        block = _NothingBehindTheSum

    return _wrong(given, options, Net)


class _NoReluBetween(_Block):
    def branch(self, x):
        return super().branch(x) if self.residual else self.bn2(self.conv2(self.bn1(self.conv1(x))))


@mistake("the plain block has no ReLU between its convolutions: it lacks the sum alone")
def plain_without_relu_between(*given, **options):
    class Net(_Deep):
        block = _NoReluBetween

    return _wrong(given, options, Net)


@mistake("the stem has no batch norm")
def stem_without_norm(*given, **options):
    class Net(_Deep):
        def forward(self, x):
            return self.fc(self.gathered(self.blocks(self.stem(x).relu())))

    return _wrong(given, options, Net)
