"""Wrong variants of mlp.Dropout."""

import torch

from grader.suite import mistake, reference

Right = reference("mlp").Dropout


@mistake("what is kept is not scaled: divide by 1 - p while training, so that the mean stays")
class NotScaled(Right):
    def forward(self, x):
        return super().forward(x) * (1 - self.p) if self.training else x


@mistake("what is kept was divided by p: divide by 1 - p")
class DividedByP(Right):
    def forward(self, x):
        if not self.training or self.p in (0, 1):
            return super().forward(x)
        return x * (torch.rand_like(x) >= self.p) / self.p


@mistake("what is kept was multiplied by 1 - p: divide by it while training")
class MultipliedInstead(Right):
    def forward(self, x):
        return super().forward(x) * (1 - self.p) ** 2 if self.training else x


@mistake(
    "an element is kept with probability p: p is the probability of 0, while the scale 1 / (1 - p) is right"
)
class MaskTurnedRound(Right):
    def forward(self, x):
        if not self.training or self.p == 1:
            return super().forward(x)
        return x * (torch.rand_like(x) < self.p) / (1 - self.p)


@mistake("p was taken for the probability of being kept, in mask and scale: it is the probability of 0")
class ProbabilityOfKeeping(Right):
    def forward(self, x):
        self.p = 1 - self.p
        try:
            return super().forward(x)
        finally:
            self.p = 1 - self.p


@mistake("the scale is applied in evaluation: there y = x, since training divides by 1 - p already")
class ScaledInEvaluation(Right):
    def forward(self, x):
        return super().forward(x) if self.training else x * (1 - self.p)


@mistake("the classic rule: nothing is scaled while training, and evaluation multiplies by 1 - p; invert it")
class NotInverted(Right):
    def forward(self, x):
        return super().forward(x) * (1 - self.p) if self.training else x * (1 - self.p)


@mistake("dropout is on in evaluation too: look at self.training")
class AlwaysOn(Right):
    def forward(self, x):
        found, self.training = self.training, True
        try:
            return super().forward(x)
        finally:
            self.training = found


@mistake("it has a switch of its own: self.training of nn.Module is what eval() and train(False) set")
class OwnSwitch(Right):
    def __init__(self, p=0.5):
        super().__init__(p)
        self.active = True

    def eval(self):
        self.active = False
        return super().eval()

    def forward(self, x):
        found, self.training = self.training, self.active
        try:
            return super().forward(x)
        finally:
            self.training = found


@mistake("the mask is drawn once and kept: draw a new one at each call")
class SameMask(Right):
    def forward(self, x):
        if not self.training:
            return x
        if getattr(self, "kept", x).shape != x.shape or not hasattr(self, "kept"):
            self.kept = Right.forward(self, torch.ones_like(x)).detach()
        return x * self.kept


@mistake("one decision is made for each row: every element is decided by itself")
class RowsAtOnce(Right):
    def forward(self, x):
        if x.ndim < 2 or not self.training:
            return super().forward(x)
        return x * super().forward(torch.ones_like(x[..., :1]))


@mistake("0 / 0 at p = 1 gives nan: give zeros there")
class NanAtOne(Right):
    def forward(self, x):
        return super().forward(x) / (0.0 if self.p == 1 and self.training else 1.0)


@mistake("x was changed in place: compute on a new tensor")
class ChangedInPlace(Right):
    def forward(self, x):
        with torch.no_grad():
            x.copy_(super().forward(x))
        return x


@mistake("the random numbers are always drawn on the CPU: draw them on the device of x, as rand_like does")
class DrawnOnTheCpu(Right):
    def forward(self, x):
        if not self.training or self.p in (0, 1):
            return super().forward(x)
        return x * (torch.rand(x.shape) >= self.p) / (1 - self.p)


@mistake("one mask is drawn for all samples and broadcast over the batch: draw one of the whole shape of x")
class OneMaskForAllSamples(Right):
    def forward(self, x):
        if x.ndim < 2 or not self.training:
            return super().forward(x)
        return x * super().forward(torch.ones_like(x[:1]))


@mistake("the mask is drawn before the mode is asked for: in evaluation no random number is drawn")
class DrawsInEvaluation(Right):
    def forward(self, x):
        y = Right.forward(self, x)
        if not self.training:
            torch.rand_like(x)
        return y


@mistake("p = 1 is refused: it is allowed, and gives zeros")
class OneRefused(Right):
    def __init__(self, p=0.5):
        if p == 1:
            raise ValueError("p")
        super().__init__(p)


@mistake("the gradient does not pass where the mask was drawn from x's values: multiply x by mask and scale")
class GradientLost(Right):
    def forward(self, x):
        return super().forward(x).detach() + 0 * x


@mistake("the gradient is not scaled: forwards the scale 1 / (1 - p) was applied outside the graph")
class GradientNotScaled(Right):
    def forward(self, x):
        if not self.training or self.p in (0, 1):
            return super().forward(x)
        y = super().forward(x)
        return y.detach() + (y - y.detach()) * (1 - self.p)


@mistake("the mask is a buffer: it would be saved, and there is nothing to save")
class MaskAsBuffer(Right):
    def __init__(self, p=0.5):
        super().__init__(p)
        self.register_buffer("mask", torch.ones(1))


@mistake("the result is always float32: keep the dtype of x")
class AlwaysFloat32(Right):
    def forward(self, x):
        return super().forward(x).float()


@mistake("the random numbers are drawn on cuda, which is not everywhere: draw them on the device of x")
class DrawnOnCuda(Right):
    def forward(self, x):
        if not self.training or self.p in (0, 1):
            return super().forward(x)
        return x * (torch.rand(x.shape, device="cuda") >= self.p) / (1 - self.p)
