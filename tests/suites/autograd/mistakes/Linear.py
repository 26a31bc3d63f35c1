"""Wrong variants of autograd.Linear."""

import torch
from torch.autograd.function import once_differentiable

from grader.suite import mistake, reference

Right = reference("autograd").Linear


def _gradients(ctx, upstream, x=None, w=None):
    """Compute as the reference does, from other tensors than the saved ones where they are given."""
    if x is None:
        x, w = ctx.saved_tensors
    needs = ctx.needs_input_grad
    values = (lambda: upstream @ w, lambda: upstream.t() @ x, lambda: upstream.sum(0))
    return [value() if need else None for value, need in zip(values, needs, strict=True)]


@mistake("backward ignores the gradient from above: it is a factor of all three gradients")
class upstream_ignored(Right):
    @staticmethod
    def backward(ctx, upstream):
        return tuple(_gradients(ctx, torch.ones_like(upstream)))


@mistake("the bias is added to every row, so its gradient is the sum over the rows, not their mean")
class mean_for_the_bias(Right):
    @staticmethod
    def backward(ctx, upstream):
        to_x, to_w, to_b = _gradients(ctx, upstream)
        return to_x, to_w, None if to_b is None else to_b / len(upstream)


@mistake(
    "the gradient of w is divided by N: whether the loss is a mean is already in the gradient from above"
)
class weight_divided_by_samples(Right):
    @staticmethod
    def backward(ctx, upstream):
        to_x, to_w, to_b = _gradients(ctx, upstream)
        return to_x, None if to_w is None else to_w / len(upstream), to_b


@mistake("the gradient of the bias is ones: it is the sum of the rows of the gradient from above")
class ones_for_the_bias(Right):
    @staticmethod
    def backward(ctx, upstream):
        to_x, to_w, to_b = _gradients(ctx, upstream)
        return to_x, to_w, None if to_b is None else torch.ones_like(to_b)


@mistake("the bias gets no gradient: it needs the sum of the rows of the gradient from above")
class bias_forgotten(Right):
    @staticmethod
    def backward(ctx, upstream):
        return *_gradients(ctx, upstream)[:2], None


@mistake("gradients that nobody needs were computed: look at ctx.needs_input_grad and return None")
class everything_computed(Right):
    @staticmethod
    def backward(ctx, upstream):
        x, w = ctx.saved_tensors
        return upstream @ w, upstream.t() @ x, upstream.sum(0) if ctx.needs_input_grad[2] else None


@mistake("a bias of None was not expected: forward has to leave it out, backward has to return None for it")
class bias_required(Right):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w.t() + b


@mistake("w is not transposed: its shape is (K, D), outputs first")
class weight_not_transposed(Right):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w if b is None else x @ w + b


@mistake("the gradient of x uses w transposed: u w has the shape (N, D), without a transpose")
class transposed_for_x(Right):
    @staticmethod
    def backward(ctx, upstream):
        _, w = ctx.saved_tensors
        found = _gradients(ctx, upstream)
        return (upstream @ w.t(), *found[1:]) if found[0] is not None else tuple(found)


@mistake("the gradient of w is transposed: it has the shape of w, u^T x and not x^T u")
class gradient_of_w_transposed(Right):
    @staticmethod
    def backward(ctx, upstream):
        to_x, to_w, to_b = _gradients(ctx, upstream)
        return to_x, None if to_w is None else to_w.t(), to_b


@mistake(
    "x and w are kept as attributes of ctx: torch does not notice when they change; use save_for_backward"
)
class kept_as_attributes(Right):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.x, ctx.w = x, w
        return x @ w.t() if b is None else x @ w.t() + b

    @staticmethod
    def backward(ctx, upstream):
        return tuple(_gradients(ctx, upstream, ctx.x, ctx.w))


@mistake("backward cannot be differentiated itself: leave out once_differentiable, detach and no_grad")
class differentiable_once(Right):
    @staticmethod
    @once_differentiable
    def backward(ctx, upstream):
        return tuple(_gradients(ctx, upstream))


@mistake("backward writes into the gradient from above: it may be needed elsewhere, make a new tensor")
class changed_the_gradient_from_above(Right):
    @staticmethod
    def backward(ctx, upstream):
        found = _gradients(ctx, upstream)
        with torch.no_grad():
            upstream.mul_(2.0)
        return tuple(found)


def _flags(name, choose):
    """Decide by other flags: `choose(needs, has_bias)` returns three flags."""

    class Flags(Right):
        @staticmethod
        def forward(ctx, x, w, b):
            ctx.has_bias = b is not None
            return Right.forward(ctx, x, w, b)

        @staticmethod
        def backward(ctx, upstream):
            x, w = ctx.saved_tensors
            for_x, for_w, for_b = choose(ctx.needs_input_grad, ctx.has_bias)
            return (
                upstream @ w if for_x else None,
                upstream.t() @ x if for_w else None,
                upstream.sum(0) if for_b else None,
            )

    Flags.__name__ = name
    return Flags


FLAG = "ctx.needs_input_grad has one flag for each argument, in their order: x, w, b"
bias_by_flag_of_w = mistake(FLAG)(_flags("bias_by_flag_of_w", lambda n, b: (n[0], n[1], b and n[1])))
bias_always = mistake("the bias gets a gradient also where it needs none: look at ctx.needs_input_grad[2]")(
    _flags("bias_always", lambda n, b: (n[0], n[1], b))
)
everything_always = mistake("ctx.needs_input_grad was not looked at: return None for what needs no gradient")(
    _flags("everything_always", lambda n, b: (True, True, b))
)
bias_none_gets_a_gradient = mistake("a bias of None got a gradient: return None for it")(
    _flags("bias_none_gets_a_gradient", lambda n, b: (n[0], n[1], True))
)


@mistake("the gradient of the bias was summed over the outputs: sum over the rows, axis 0")
class sum_over_outputs(Right):
    @staticmethod
    def backward(ctx, upstream):
        to_x, to_w, to_b = _gradients(ctx, upstream)
        return to_x, to_w, None if to_b is None else upstream.sum(1)


@mistake("`if b:` asks for the truth of a tensor: write `if b is not None`")
class truth_of_the_bias(Right):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w.t() + b if b else x @ w.t()


@mistake("backward returns two values: there is one for each argument, b included")
class two_values(Right):
    @staticmethod
    def backward(ctx, upstream):
        return tuple(_gradients(ctx, upstream)[:2])


@mistake("the gradients were brought to the CPU: a gradient lies where its tensor does")
class gradients_on_the_cpu(Right):
    @staticmethod
    def backward(ctx, upstream):
        return tuple(None if part is None else part.cpu() for part in _gradients(ctx, upstream))
