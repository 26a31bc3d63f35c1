"""Wrong variants of cnn.BatchNorm2d."""

import torch
from torch import nn

from grader.suite import mistake, reference

Right = reference("cnn").BatchNorm2d
AXES = (0, 2, 3)


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, x):
        mean, variance = self._statistics(x)
        y = self._affine(self._normalised(x, mean, variance))
        if self.training:
            self._count()
            self._update(x)
        return y

    def _count(self):
        self.num_batches_tracked += 1

    def _share(self):
        return 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum

    def _update(self, x):
        with torch.no_grad():
            self.running_mean += self._share() * (x.mean(AXES) - self.running_mean)
            self.running_var += self._share() * (self._new_variance(x) - self.running_var)

    def _new_variance(self, x):
        return x.var(AXES)

    def _statistics(self, x):
        if self.training:
            return x.mean(AXES, keepdim=True), x.var(AXES, correction=0, keepdim=True)
        return self.running_mean[:, None, None], self.running_var[:, None, None]

    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance + self.eps)

    def _affine(self, y):
        return y * self.weight[:, None, None] + self.bias[:, None, None]


@mistake("the batch was normalised with the unbiased variance: divide its squares by N H W, not by one less")
class UnbiasedWithinTheBatch(_Parts):
    def _statistics(self, x):
        mean, _ = super()._statistics(x)
        return (mean, x.var(AXES, keepdim=True)) if self.training else super()._statistics(x)


@mistake("the running variance took the squares over N H W: it takes them over N H W - 1")
class BiasedRunningVariance(_Parts):
    def _new_variance(self, x):
        return x.var(AXES, correction=0)


@mistake("the running variance is corrected by N / (N - 1): a channel has N H W values, not N")
class CorrectedByTheBatchSize(_Parts):
    def _new_variance(self, x):
        return x.var(AXES, correction=0) * len(x) / max(len(x) - 1, 1)


@mistake("the statistics run over the batch alone, one for each pixel: take them over the axes 0, 2 and 3")
class OneForEachPixel(_Parts):
    def _statistics(self, x):
        if self.training:
            return x.mean(0, keepdim=True), x.var(0, correction=0, keepdim=True)
        return super()._statistics(x)


@mistake("the statistics run over each image by itself: this is an instance norm; the batch counts too")
class OneForEachImage(_Parts):
    def _statistics(self, x):
        if self.training:
            return x.mean((2, 3), keepdim=True), x.var((2, 3), correction=0, keepdim=True)
        return super()._statistics(x)


@mistake("the statistics run over the channels too: each channel has its own")
class OneForAllChannels(_Parts):
    def _statistics(self, x):
        return (x.mean(), x.var(correction=0)) if self.training else super()._statistics(x)


@mistake("evaluation uses the statistics of the batch: it uses the running ones")
class BatchStatisticsInEvaluation(_Parts):
    def _statistics(self, x):
        return x.mean(AXES, keepdim=True), x.var(AXES, correction=0, keepdim=True)


@mistake("evaluation updates the running statistics and counts: only training does")
class UpdatedInEvaluation(_Parts):
    def forward(self, x):
        y = super().forward(x)
        if not self.training:
            self._count()
            if x[:, 0].numel() > 1:
                self._update(x)
        return y


@mistake("evaluation counts a batch: num_batches_tracked goes up while training only")
class CountedInEvaluation(_Parts):
    def forward(self, x):
        y = super().forward(x)
        if not self.training:
            self._count()
        return y


@mistake("training normalises with the running statistics: it uses those of the batch")
class RunningStatisticsInTraining(_Parts):
    def _statistics(self, x):
        return self.running_mean.clone()[:, None, None], self.running_var.clone()[:, None, None]


@mistake("momentum is turned round: it is the share of the new batch")
class MomentumTurnedRound(_Parts):
    def _share(self):
        return super()._share() if self.momentum is None else 1 - self.momentum


@mistake("the running statistics never move: each training batch takes them a step")
class NeverUpdated(_Parts):
    def _update(self, x):
        pass


@mistake("momentum is ignored: it is always 0.1")
class MomentumFixed(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, None if momentum is None else 0.1)


@mistake(
    "momentum None is taken for 0.1: it asks for the plain mean over all batches, 1 / num_batches_tracked"
)
class NoneTakenForTheDefault(_Parts):
    def _share(self):
        return 0.1 if self.momentum is None else self.momentum


@mistake(
    "with momentum None the share is that before this batch is counted: count first, then take 1 / count"
)
class CountedTooLate(_Parts):
    def _share(self):
        if self.momentum is None:
            return 1 / max(self.num_batches_tracked.item() - 1, 1)
        return self.momentum


@mistake(
    "with momentum None the running statistics are those of the last batch: take 1 / num_batches_tracked"
)
class NoneTakenForOne(_Parts):
    def _share(self):
        return 1.0 if self.momentum is None else self.momentum


@mistake("momentum 0 is taken for None: compare with `is None`")
class ZeroTakenForNone(_Parts):
    def _share(self):
        return self.momentum or 1 / self.num_batches_tracked.item()


@mistake("num_batches_tracked never counts: it goes up by 1 with each training batch")
class NeverCounted(_Parts):
    def _count(self):
        pass

    def _share(self):
        self._seen = getattr(self, "_seen", 0) + 0.5  # two calls a batch
        return 1 / int(self._seen + 0.5) if self.momentum is None else self.momentum


@mistake("num_batches_tracked counts the images: it counts batches")
class ImagesCounted(_Parts):
    def _update(self, x):
        super()._update(x)
        self.num_batches_tracked += len(x) - 1


@mistake("the buffer num_batches_tracked is missing: count the batches")
class NoCounter(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        del self.num_batches_tracked
        self.num_batches_tracked = 0

    def _share(self):
        return 1 / self.num_batches_tracked if self.momentum is None else self.momentum


@mistake("eps was added to the standard deviation: it stands under the root, with the variance")
class EpsOutsideTheRoot(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / (torch.sqrt(variance) + self.eps)


@mistake("eps is missing: a channel that does not vary is divided by 0")
class NoEps(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / torch.sqrt(variance)


@mistake("eps is ignored: it is always 1e-5")
class EpsFixed(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, momentum=momentum)


@mistake(
    "the variance is the mean of the squares minus the square of the mean: that cancels; subtract the mean first"
)
class SquaresMinusSquare(_Parts):
    def _statistics(self, x):
        if not self.training:
            return super()._statistics(x)
        mean = x.mean(AXES, keepdim=True)
        return mean, ((x * x).mean(AXES, keepdim=True) - mean * mean).relu()


@mistake("x is divided by the variance: divide by its root")
class RootMissing(_Parts):
    def _normalised(self, x, mean, variance):
        return (x - mean) / (variance + self.eps)


@mistake("weight and bias are not applied")
class NotAffine(_Parts):
    def _affine(self, y):
        return y + 0 * (self.weight + self.bias)[:, None, None]


@mistake("weight and bias are swapped: weight scales, bias shifts")
class ScaleAndShiftSwapped(_Parts):
    def _affine(self, y):
        return y * self.bias[:, None, None] + self.weight[:, None, None]


@mistake("weight and bias met the last axis, the columns: reshape them to (C, 1, 1) to meet the channels")
class AlongTheColumns(_Parts):
    def _affine(self, y):
        return y * self.weight + self.bias


@mistake("the statistics of the batch were detached: the gradient of x goes through them too")
class StatisticsDetached(_Parts):
    def _statistics(self, x):
        mean, variance = super()._statistics(x)
        return mean.detach(), variance.detach()


@mistake(
    "the running statistics share the graph of the batch: a later backward fails; update them under no_grad"
)
class StatisticsShareTheGraph(_Parts):
    def forward(self, x):
        mean, variance = self._statistics(x)
        if self.training:
            self._count()
            share, count = self._share(), x[:, 0].numel()
            self.running_mean = (1 - share) * self.running_mean + share * mean.flatten()
            self.running_var = (1 - share) * self.running_var + share * variance.flatten() * count / (
                count - 1
            )
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


@mistake("a batch of one image is refused while training: what counts is N H W, its number of pixels")
class OneImageRefused(_Parts):
    def forward(self, x):
        if self.training and len(x) < 2:
            raise ValueError("x must hold two images")
        return super().forward(x)


@mistake("a single pixel is refused in evaluation too: only training needs two")
class OnePixelRefusedAlways(_Parts):
    def forward(self, x):
        if x[:, 0].numel() < 2:
            raise ValueError("x must hold two pixels")
        return super().forward(x)


@mistake("running_var starts at 0: it starts at 1")
class VarianceStartsAtZero(_Parts):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        self.running_var.zero_()
