"""Wrong variants of autograd.ReLU."""

import torch
from torch.autograd.function import once_differentiable

from grader.suite import mistake, reference

Right = reference("autograd").ReLU


@mistake("backward ignores the gradient from above: multiply with it")
class upstream_ignored(Right):
    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, torch.ones_like(upstream), 0.0)


@mistake("the slope at 0 is 1 here (x >= 0): it is the one from the left, 0")
class slope_one_at_zero(Right):
    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return torch.where(x >= 0, upstream, 0.0)


@mistake("the slope at 0 is 1/2 here: it is the one from the left, 0")
class slope_half_at_zero(Right):
    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return upstream * (x.sign() + 1) / 2


@mistake("backward hands the gradient through everywhere: it is 0 where x is not positive")
class passes_everywhere(Right):
    @staticmethod
    def backward(ctx, upstream):
        return upstream.clone()


@mistake("the mask looks at the sign of the gradient from above: it depends on x")
class masks_the_gradient(Right):
    @staticmethod
    def backward(ctx, upstream):
        return torch.where(upstream > 0, upstream, 0.0)


@mistake("the gradient was multiplied with x itself: the slope is 1 where x is positive")
class multiplied_with_x(Right):
    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return upstream * torch.where(x > 0, x, 0.0)


@mistake("backward cannot be differentiated itself: leave out once_differentiable, detach and no_grad")
class differentiable_once(Right):
    @staticmethod
    @once_differentiable
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream)


@mistake("backward computes with detached tensors: the second derivative is silently 0")
class detached_in_backward(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream.detach())


@mistake("x is kept as an attribute of ctx: torch does not notice when it changes; use ctx.save_for_backward")
class kept_x_as_attribute(Right):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return torch.where(x > 0, x, 0.0)

    @staticmethod
    def backward(ctx, upstream):
        return torch.where(ctx.x > 0, upstream, 0.0)


@mistake("a mask is kept as an attribute of ctx: tensors are saved with ctx.save_for_backward")
class kept_a_mask_as_attribute(Right):
    @staticmethod
    def forward(ctx, x):
        ctx.mask = x > 0
        return torch.where(ctx.mask, x, 0.0)

    @staticmethod
    def backward(ctx, upstream):
        return torch.where(ctx.mask, upstream, 0.0)


@mistake("backward writes into the gradient from above: it may be needed elsewhere, make a new tensor")
class changed_the_gradient_from_above(Right):
    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        upstream[x <= 0] = 0
        return upstream


@mistake("x was changed in place: clamp_ writes into it, make a new tensor")
class changed_x_in_place(Right):
    @staticmethod
    def forward(ctx, x):
        x.copy_(x.clamp(min=0))
        ctx.save_for_backward(x)
        return x.clone()


@mistake("x itself comes back where all of it is positive: the result needs memory of its own")
class returned_x_itself(Right):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x if (x > 0).all() else torch.where(x > 0, x, 0.0)


@mistake("max(x) is one number: take the larger of each entry and 0")
class largest_entry(Right):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.max().clamp(min=0)


@mistake("the result was created without dtype: zeros are float32, x may be float64")
class single_precision(Right):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, 0.0).float()


@mistake("the zeros were created on the CPU: create them on the device of x")
class zeros_on_the_cpu(Right):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.maximum(x, torch.zeros(x.shape, dtype=x.dtype))
