"""Wrong variants of autograd.fit_line."""

import torch

from grader.suite import mistake, reference


def _fit(x, y, lr, epochs, slopes=None, start=0.0, note="before"):
    """Train as the reference does, with one thing changed.

    `slopes(epoch, w, b, to_w, to_b)` returns the two slopes that are used.
    """
    right = reference("autograd").fit_line(x, y, lr, epochs)
    w, b = torch.full_like(right.w, start), torch.full_like(right.b, start)
    losses = torch.zeros_like(right.losses)
    for epoch in range(epochs):
        error = w * x + b - y
        to_w, to_b = 2 * (error * x).mean(), 2 * error.mean()
        if note == "before":
            losses[epoch] = (error**2).mean()
        if slopes:
            to_w, to_b = slopes(epoch, error, to_w, to_b)
        w, b = w - lr * to_w, b - lr * to_b
        if note == "after":
            losses[epoch] = ((w * x + b - y) ** 2).mean()
    return right._replace(w=w, b=b, losses=losses)


@mistake("the gradients were never emptied: backward adds each epoch's to those before")
def gradients_never_emptied(x, y, lr, epochs):
    sums = {"w": 0.0, "b": 0.0}

    def slopes(epoch, error, to_w, to_b):
        sums["w"], sums["b"] = sums["w"] + to_w, sums["b"] + to_b
        return sums["w"], sums["b"]

    return _fit(x, y, lr, epochs, slopes)


@mistake("only the gradient of w was emptied: that of b adds up over the epochs")
def gradient_of_b_never_emptied(x, y, lr, epochs):
    sums = {"b": 0.0}

    def slopes(epoch, error, to_w, to_b):
        sums["b"] = sums["b"] + to_b
        return to_w, sums["b"]

    return _fit(x, y, lr, epochs, slopes)


@mistake(
    "w and b never move: the gradients were emptied before the update, or the loss does not depend on w and b"
)
def emptied_before_the_update(x, y, lr, epochs):
    return _fit(x, y, lr, epochs, lambda epoch, error, to_w, to_b: (0.0, 0.0))


@mistake("the sign is turned: the update goes against the gradient, w - lr * grad")
def climbs(x, y, lr, epochs):
    return _fit(x, y, lr, epochs, lambda epoch, error, to_w, to_b: (-to_w, -to_b))


@mistake("the losses were summed over the points: it is their mean")
def sum_for_mean(x, y, lr, epochs):
    fit = _fit(x, y, lr, epochs, lambda epoch, error, to_w, to_b: (len(x) * to_w, len(x) * to_b))
    return fit._replace(losses=fit.losses * len(x))


@mistake("the loss has a factor 1/2 here: it is the plain mean of the squares")
def half_the_square(x, y, lr, epochs):
    fit = _fit(x, y, lr, epochs, lambda epoch, error, to_w, to_b: (to_w / 2, to_b / 2))
    return fit._replace(losses=fit.losses / 2)


@mistake("the factor 2 is missing in the gradients: the derivative of e^2 is 2 e")
def factor_two_missing(x, y, lr, epochs):
    return _fit(x, y, lr, epochs, lambda epoch, error, to_w, to_b: (to_w / 2, to_b / 2))


@mistake("the losses were noted after the update: entry i is the loss before update i")
def losses_after_the_update(x, y, lr, epochs):
    return _fit(x, y, lr, epochs, note="after")


@mistake("b was updated with a gradient taken after w had changed: compute both first")
def one_after_the_other(x, y, lr, epochs):
    def slopes(epoch, error, to_w, to_b):
        return to_w, 2 * (error - lr * to_w * x).mean()

    return _fit(x, y, lr, epochs, slopes)


@mistake("the points were taken one by one, with an update each: one epoch is one update from all points")
def update_for_each_point(x, y, lr, epochs):
    right = reference("autograd").fit_line(x, y, lr, epochs)
    w, b, losses = torch.zeros_like(right.w), torch.zeros_like(right.b), torch.zeros_like(right.losses)
    for epoch in range(epochs):
        losses[epoch] = ((w * x + b - y) ** 2).mean()
        for p, q in zip(x, y, strict=True):
            error = w * p + b - q
            w, b = w - lr * 2 * error * p, b - lr * 2 * error
    return right._replace(w=w, b=b, losses=losses)


@mistake("w and b do not start at 0")
def starts_at_one(x, y, lr, epochs):
    return _fit(x, y, lr, epochs, start=1.0)


@mistake(
    "`w -= lr * w.grad` outside no_grad: torch refuses to change a leaf that requires a gradient in place"
)
def update_outside_no_grad(x, y, lr, epochs):
    reference("autograd").fit_line(x, y, lr, 0)
    w = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    for _ in range(epochs):
        w -= lr * w
    return reference("autograd").fit_line(x, y, lr, epochs)


@mistake(".grad is None in the second epoch: `w = w - lr * w.grad` makes a new tensor that is no leaf")
def rebound(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    if epochs > 1:
        raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
    return fit


@mistake("w and b come back as leaves that require gradients: detach them")
def returned_leaves(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(w=fit.w.requires_grad_(), b=fit.b.requires_grad_())


@mistake("the losses keep their graphs: note loss.detach()")
def losses_keep_their_graphs(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(losses=fit.losses.requires_grad_() if epochs else fit.losses)


@mistake("w and b have the shape (1,): they are numbers without axes")
def parameters_with_an_axis(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(w=fit.w.view(1), b=fit.b.view(1))


@mistake("w and b were created without dtype: torch.zeros makes float32, x may be float64")
def single_precision(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(w=fit.w.float(), b=fit.b.float())


@mistake("the shape of y is not checked: (N, 1) against (N,) would compare all pairs")
def targets_not_checked(x, y, lr, epochs):
    return reference("autograd").fit_line(x, y if y.shape == x.shape else torch.zeros_like(x), lr, epochs)


@mistake(
    "from the second epoch on w has no gradient: `w = w - ...` under no_grad, or detach, made a new tensor"
)
def rebound_under_no_grad(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    if epochs > 1:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    return fit


@mistake("the losses came back as a list: return a tensor of shape (epochs,)")
def losses_as_a_list(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(losses=fit.losses.tolist())


@mistake("w and b came back as floats: return tensors without axes")
def floats_returned(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(w=fit.w.item(), b=fit.b.item())


@mistake("no epochs were not expected: torch.stack refuses an empty list, losses is empty then")
def no_epochs_not_expected(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    if not epochs:
        raise RuntimeError("stack expects a non-empty TensorList")
    return fit


@mistake("w and b were created on the CPU: create them on the device of x")
def on_the_cpu(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    return fit._replace(w=fit.w.cpu(), b=fit.b.cpu(), losses=fit.losses.cpu())


def _trained(x, y, lr, epochs, dtype=None, note=None):
    """Train with autograd in plain code; w and b have `dtype`."""
    if y.shape != x.shape:
        raise ValueError("y must have the shape of x")
    w, b = (torch.zeros((), dtype=dtype, device=x.device, requires_grad=True) for _ in "wb")
    losses = []
    for _ in range(epochs):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        losses.append(loss.detach())
        with torch.no_grad():
            for p in (w, b):
                p -= lr * p.grad
                p.grad = None
    right = reference("autograd").fit_line(x, y, lr, 0)
    return right._replace(
        w=w.detach(), b=b.detach(), losses=torch.stack(losses) if losses else x.new_zeros(0)
    )


@mistake("w.grad.zero_() fails where .grad is None: before the first backward, or when w is a new tensor")
def zero_of_none(x, y, lr, epochs):
    fit = reference("autograd").fit_line(x, y, lr, epochs)
    if epochs:
        raise AttributeError("'NoneType' object has no attribute 'zero_'")
    return fit


@mistake("w, b and the losses hang in the graph: detach all three")
def nothing_detached(x, y, lr, epochs):
    fit = returned_leaves(x, y, lr, epochs)
    return fit._replace(losses=fit.losses.requires_grad_() if epochs else fit.losses)


@mistake(
    "x or y collected gradients: `.grad` of the points stays as it was; detach them, only w and b are trained"
)
def gradients_left_on_the_points(x, y, lr, epochs):
    return _trained(x, y, lr, epochs, x.dtype)
