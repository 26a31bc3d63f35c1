"""Wrong variants of mlp.BatchNorm1d."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("mlp").BatchNorm1d


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        self._refuse(x)
        if self.training:
            self._update(x)
        mean, variance = self._statistics(x)
        return self._affine(self._normalised(x, mean, variance))

    def _refuse(self, x):
        if x.ndim != 2 or x.shape[1] != len(self.weight) or (self.training and len(x) < 2):
            raise ValueError("x")

    def _update(self, x):
        with torch.no_grad():
            self.running_mean += self.momentum * (x.mean(0) - self.running_mean)
            self.running_var += self.momentum * (self._new_variance(x) - self.running_var)

    def _new_variance(self, x):
        return x.var(0)

    def _statistics(self, x):
        return (x.mean(0), x.var(0, correction=0)) if self.training else (self.running_mean, self.running_var)

    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance + self.eps)

    def _affine(self, y):
        return y * self.weight + self.bias


@mistake("the batch was normalised with the unbiased variance: divide its squares by N, not by N - 1")
class UnbiasedWithinTheBatch(_Parts):
    def _statistics(self, x):
        return (x.mean(0), x.var(0)) if self.training else super()._statistics(x)


@mistake("the running variance took the squares over N: it takes them over N - 1")
class BiasedRunningVariance(_Parts):
    def _new_variance(self, x):
        return x.var(0, correction=0)


@mistake("evaluation uses the statistics of the batch: it uses the running ones")
class BatchStatisticsInEvaluation(_Parts):
    def _statistics(self, x):
        return x.mean(0), x.var(0, correction=0)


@mistake("evaluation updates the running statistics: only training does")
class UpdatedInEvaluation(_Parts):
    def forward(self, x):
        y = super().forward(x)
        if not self.training:
            self._update(x)
        return y

    def _new_variance(self, x):
        return super()._new_variance(x) if len(x) > 1 else self.running_var


@mistake("training normalises with the running statistics: it uses those of the batch")
class RunningStatisticsInTraining(_Parts):
    def _statistics(self, x):
        return self.running_mean, self.running_var


@mistake("momentum is turned round: it is the share of the new batch")
class MomentumTurnedRound(_Parts):
    def _update(self, x):
        with torch.no_grad():
            self.running_mean += (1 - self.momentum) * (x.mean(0) - self.running_mean)
            self.running_var += (1 - self.momentum) * (x.var(0) - self.running_var)


@mistake("the running statistics never move: each training batch takes them a step")
class NeverUpdated(_Parts):
    def _update(self, x):
        pass


@mistake("the running statistics are those of the last batch alone: take a step of size momentum")
class LastBatchOnly(_Parts):
    def _update(self, x):
        with torch.no_grad():
            self.running_mean.copy_(x.mean(0))
            self.running_var.copy_(x.var(0))


@mistake("momentum is ignored: it is always 0.1")
class MomentumFixed(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps)


@mistake("the statistics run over each row: this is a layer norm; take them over the batch, axis 0")
class OverRows(_Parts):
    def _normalised(self, x, mean, variance):
        if not self.training:
            return super()._normalised(x, mean, variance)
        mean, variance = x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)
        return super()._normalised(x, mean, variance)


@mistake("eps was added to the standard deviation: it stands under the root, with the variance")
class EpsOutsideTheRoot(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / (torch.sqrt(variance) + self.eps)


@mistake("eps is missing: a feature that does not vary is divided by 0")
class NoEps(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance)


@mistake("x is divided by the variance: divide by its root")
class RootMissing(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / (variance + self.eps)


@mistake("weight and bias are not applied")
class NotAffine(_Parts):
    def _affine(self, y):
        return y + 0 * (self.weight + self.bias)


@mistake("weight and bias are swapped: weight scales, bias shifts")
class ScaleAndShiftSwapped(_Parts):
    def _affine(self, y):
        return y * self.bias + self.weight


@mistake("the statistics of the batch were detached: the gradient of x goes through them too")
class StatisticsDetached(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean.detach(), variance.detach()


@mistake("the running statistics stay in the graph: a later backward runs into earlier batches; use no_grad")
class StatisticsInTheGraph(_Parts):
    def _update(self, x):
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * x.mean(0)
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * x.var(0)


@mistake(
    "the running statistics share the graph of the batch: a later backward fails; update them under no_grad"
)
class StatisticsShareTheGraph(_Parts):
    def forward(self, x):
        self._refuse(x)
        mean, variance = self._statistics(x)
        if self.training:
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            unbiased = variance * len(x) / (len(x) - 1)
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        return self._affine(self._normalised(x, mean, variance))


@mistake("the running statistics are parameters: they are not learned; use register_buffer")
class StatisticsAsParameters(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        mean, variance = self.running_mean, self.running_var
        del self.running_mean, self.running_var
        self.running_mean, self.running_var = nn.Parameter(mean), nn.Parameter(variance)


@mistake("the running statistics are plain attributes: they are neither saved nor moved; use register_buffer")
class StatisticsAsAttributes(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        mean, variance = self.running_mean, self.running_var
        del self.running_mean, self.running_var
        self.running_mean, self.running_var = mean, variance


@mistake("one sample is accepted while training: it has no variance; raise a ValueError")
class OneSampleAccepted(_Parts):
    def _refuse(self, x):
        if x.ndim != 2 or x.shape[1] != len(self.weight):
            raise ValueError("x")

    def _update(self, x):
        if len(x) > 1:
            super()._update(x)


@mistake("there is a further buffer such as num_batches_tracked: the state_dict has four entries")
class FurtherBuffer(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        self.register_buffer("num_batches_tracked", torch.tensor(0))


@mistake("running_var starts at 0: it starts at 1")
class VarianceStartsAtZero(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        self.running_var.zero_()


@mistake("eps is ignored: it is always 1e-5")
class EpsFixed(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, momentum=momentum)


@mistake("the mean is not subtracted")
class MeanNotSubtracted(_Parts):
    def _normalised(self, x, mean, variance):
        return x / torch.sqrt(variance + self.eps)


@mistake("one sample is refused in evaluation too: only training needs two")
class OneSampleRefusedAlways(_Parts):
    def _refuse(self, x):
        super()._refuse(x)
        if len(x) < 2:
            raise ValueError("x")


@mistake("running_mean moves and running_var does not: both take a step")
class VarianceNeverUpdated(_Parts):
    def _new_variance(self, x):
        return self.running_var


@mistake("evaluation has no eps: it stands under the root there too")
class NoEpsInEvaluation(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance + (self.eps if self.training else 0.0))


@mistake("the result is always float32: keep the dtype")
class AlwaysFloat32(Right):
    def forward(self, x):
        return super().forward(x).float()


@mistake("the statistics are taken on cuda, which is not everywhere: compute on the device of x")
class AskedForCuda(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean.cuda(), variance.cuda()
