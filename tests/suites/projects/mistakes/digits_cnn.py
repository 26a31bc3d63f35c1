"""Wrong variants of projects.digits_cnn."""

import torch
from torch import nn
from torch.nn import functional

from grader.suite import Loop, mistake, reference, wrong_loops


class _Net(nn.Module):
    """The promised net, of torch's layers; a subclass is wrong in one place."""

    deviations = None  # other ones than the right two
    scores = 10

    def __init__(self, x):
        super().__init__()
        channels, height, width = x.shape[1:]
        first, second = self.deviations or ((2 / (9 * channels)) ** 0.5, (2 / 72) ** 0.5)
        self.conv1 = nn.Parameter(torch.randn(8, channels, 3, 3) * first)
        self.conv2 = nn.Parameter(torch.randn(16, 8, 3, 3) * second)
        self.bn1, self.bn2 = nn.BatchNorm2d(8), nn.BatchNorm2d(16)
        self.fc = reference("projects").Linear(16 * (height // 4) * (width // 4), self.scores)
        self.to(x)

    def layer(self, x, weight, norm):
        return functional.max_pool2d(norm(functional.conv2d(x, weight, padding=1)).relu(), 2)

    def forward(self, x):
        x = self.layer(self.layer(x, self.conv1, self.bn1), self.conv2, self.bn2)
        return self.fc(x.flatten(1))


def _loop(x, y, generator, epochs=6, batch_size=25, lr=0.005, net=_Net):
    run = reference("projects").Run
    return Loop(
        net(x), lambda rows: (x[rows], y[rows]), torch.optim.Adam, len(x), generator, epochs, batch_size, lr, 0.005, run
    )


globals().update(
    wrong_loops(
        _loop, "labels_never_shuffled", "lr_typed_in", "loss_in_evaluation", "trained_in_evaluation_mode",
        "optimizer_of_each_batch", "evaluation_mode_stays",
    )  # fmt: skip
)


@mistake("the net stays on the CPU: it goes where x is")
def net_on_the_cpu(x, y, *rest, **options):
    return reference("projects").digits_cnn(x.cpu(), y.cpu(), *rest, **options)


@mistake("the optimizer has no filters: it gets all parameters of the net")
def filters_not_trained(*args, **options):
    loop = _loop(*args, **options)
    others = [p for name, p in loop.model.named_parameters() if not name.startswith("conv")]
    loop.optimizer = lambda parameters, lr: torch.optim.Adam(others, lr=lr)
    return loop.run()


@mistake("the optimizer has no batch norms: it gets all parameters of the net")
def norms_not_trained(*args, **options):
    loop = _loop(*args, **options)
    others = [p for name, p in loop.model.named_parameters() if not name.startswith("bn")]
    loop.optimizer = lambda parameters, lr: torch.optim.Adam(others, lr=lr)
    return loop.run()


@mistake("the filters are drawn from `generator`, whose first draws are the orders: they come from torch's own")
def filters_from_the_generator(x, y, generator, *rest, **options):
    loop = _loop(x, y, generator, *rest, **options)
    for filters in (loop.model.conv1, loop.model.conv2):
        filters.data = torch.randn(filters.shape, generator=generator).to(x) * filters.std()
    return loop.run()


class _NormAfterRelu(_Net):
    def layer(self, x, weight, norm):
        return functional.max_pool2d(norm(functional.conv2d(x, weight, padding=1).relu()), 2)


@mistake("the ReLU stands before the batch norm: it comes after it")
def relu_before_the_norm(*args, **options):
    return _loop(*args, net=_NormAfterRelu, **options).run()


class _PooledFirst(_Net):
    def layer(self, x, weight, norm):
        return norm(functional.max_pool2d(functional.conv2d(x, weight, padding=1), 2)).relu()


@mistake("the pooling stands before the batch norm: it comes last")
def pooling_before_the_norm(*args, **options):
    return _loop(*args, net=_PooledFirst, **options).run()


class _Mean(_Net):
    def layer(self, x, weight, norm):
        return functional.avg_pool2d(norm(functional.conv2d(x, weight, padding=1)).relu(), 2)


@mistake("the pooling takes means: the largest pixel of each window is asked for")
def mean_pooling(*args, **options):
    return _loop(*args, net=_Mean, **options).run()


class _NoRelu(_Net):
    def layer(self, x, weight, norm):
        return functional.max_pool2d(norm(functional.conv2d(x, weight, padding=1)), 2)


@mistake("there is no ReLU between norm and pooling")
def relu_forgotten(*args, **options):
    return _loop(*args, net=_NoRelu, **options).run()


class _NoNorm(_Net):
    def layer(self, x, weight, norm):
        return functional.max_pool2d(functional.conv2d(x, weight, padding=1).relu(), 2)


@mistake("the batch norms are made, and not called")
def norm_forgotten(*args, **options):
    return _loop(*args, net=_NoNorm, **options).run()


class _Shares(_Net):
    def forward(self, x):
        return super().forward(x).softmax(1)


@mistake("the net gives a softmax of its scores: the cross-entropy takes raw scores")
def net_gives_probabilities(*args, **options):
    return _loop(*args, net=_Shares, **options).run()


class _PlainTensors(_Net):
    def __init__(self, x):
        super().__init__(x)
        for name in ("conv1", "conv2"):
            filters = getattr(self, name).detach().float().cpu().requires_grad_()  # .to(x) does not reach them
            delattr(self, name)
            setattr(self, name, filters)


@mistake("the filters are plain tensors: wrapped in nn.Parameter the net knows them, and the optimizer gets them")
def filters_are_no_parameters(*args, **options):
    return _loop(*args, net=_PlainTensors, **options).run()


class _Buffers(_Net):
    def __init__(self, x):
        super().__init__(x)
        for name in ("conv1", "conv2"):
            filters = getattr(self, name).detach()
            delattr(self, name)
            self.register_buffer(name, filters)


@mistake("the filters are buffers, which nobody trains: wrapped in nn.Parameter the optimizer gets them")
def filters_are_buffers(*args, **options):
    return _loop(*args, net=_Buffers, **options).run()


class _Turned(_Net):
    def forward(self, x):
        x = self.layer(self.layer(x, self.conv1, self.bn1), self.conv2, self.bn2)
        return self.fc(x.movedim(1, -1).flatten(1))


@mistake("the image was flattened with the channels last: x.flatten(1) has them first")
def flattened_channels_last(*args, **options):
    return _loop(*args, net=_Turned, **options).run()


@mistake("there is a score for each label up to the largest of y: there are 10")
def so_many_scores_as_labels(x, y, *rest, **options):
    class Scores(_Net):
        scores = int(y.max()) + 1

    return _loop(x, y, *rest, net=Scores, **options).run()


class _Drawn(_Net):
    """Filters with other deviations."""

    def __init__(self, x):
        seen = 9 * x.shape[1]
        self.deviations = self.of(seen), self.of(72)
        super().__init__(x)


class _Zeros(_Net):
    deviations = (0.0, 0.0)


@mistake("all filters start at 0 and stay alike: they are drawn")
def filters_of_zeros(*args, **options):
    return _loop(*args, net=_Zeros, **options).run()


class _Within(_Drawn):
    def of(self, seen):
        return (2 / seen / 3) ** 0.5


@mistake("the filters are uniform between -s and s, which have deviation s / sqrt(3): s is to be the deviation")
def within_the_deviation(*args, **options):
    return _loop(*args, net=_Within, **options).run()


class _Large(_Net):
    deviations = (1.0, 1.0)


@mistake("the filters start with deviation 1: it is sqrt(2 / (9 C)), of what a filter sees")
def filters_of_deviation_1(*args, **options):
    return _loop(*args, net=_Large, **options).run()


class _ByFilters(_Net):
    deviations = (1 / 6, 1 / 72**0.5)


@mistake("the deviation is that of what a filter feeds: it is sqrt(2 / (9 C)), of what it sees")
def deviation_by_filters(*args, **options):
    return _loop(*args, net=_ByFilters, **options).run()


class _Variance(_Drawn):
    def of(self, seen):
        return 2 / seen


@mistake("the deviation is 2 / (9 C): it is the root of that")
def variance_for_deviation(*args, **options):
    return _loop(*args, net=_Variance, **options).run()


class _OfOne(_Drawn):
    def of(self, seen):
        return (1 / seen) ** 0.5


@mistake("the deviation is sqrt(1 / (9 C)): it is sqrt(2 / (9 C)), since a ReLU takes half away")
def deviation_without_the_2(*args, **options):
    return _loop(*args, net=_OfOne, **options).run()
