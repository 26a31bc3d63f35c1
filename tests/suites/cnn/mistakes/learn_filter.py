"""Wrong variants of cnn.learn_filter."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(x, y, kernel_size, lr, steps, generator):
    return reference("cnn").learn_filter(x, y, kernel_size, lr, steps, generator)


def _checked(x, y, kernel_size):
    """Refuse answers as the reference does; return the size of the kernel."""
    _right(x, y, kernel_size, 0.0, 0, torch.Generator())
    return (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size


def _answers(x, k):
    return functional.conv2d(x.unsqueeze(1), k[None, None]).squeeze(1)


def _descend(x, y, kernel_size, lr, steps, generator, *, start=None, loss_fn=None, step=None):
    """Go down from start(kh, kw); loss_fn(x, y, k) is the loss and step(k, gradient, t) the change."""
    kh, kw = _checked(x, y, kernel_size)
    k = (
        torch.randn(kh, kw, generator=generator, dtype=x.dtype).to(x.device)
        if start is None
        else start(kh, kw)
    )
    losses = []
    for t in range(steps):
        k = k.detach().requires_grad_()
        loss = functional.mse_loss(_answers(x, k), y) if loss_fn is None else loss_fn(x, y, k)
        (gradient,) = torch.autograd.grad(loss, k)
        k = k.detach() - (lr * gradient if step is None else step(k, gradient, t))
        losses.append(loss.item())
    return reference("cnn").LearnedFilter(k, losses)


@mistake("the step goes up the gradient: subtract lr * gradient")
def went_uphill(x, y, kernel_size, lr, steps, generator):
    return _descend(x, y, kernel_size, lr, steps, generator, step=lambda k, g, t: -lr * g)


@mistake("the squared differences were added up: L is their mean over all samples and pixels")
def summed(x, y, kernel_size, lr, steps, generator):
    def loss(x, y, k):
        return (_answers(x, k) - y).square().sum()

    return _descend(x, y, kernel_size, lr, steps, generator, loss_fn=loss)


@mistake("the squared differences of an image were added up: L is the mean over the pixels too")
def summed_over_pixels(x, y, kernel_size, lr, steps, generator):
    def loss(x, y, k):
        return (_answers(x, k) - y).square().sum((1, 2)).mean()

    return _descend(x, y, kernel_size, lr, steps, generator, loss_fn=loss)


@mistake("the loss has a factor 1/2: L is the mean of the squared differences themselves")
def halved(x, y, kernel_size, lr, steps, generator):
    def loss(x, y, k):
        return functional.mse_loss(_answers(x, k), y) / 2

    return _descend(x, y, kernel_size, lr, steps, generator, loss_fn=loss)


@mistake("the loss is the mean absolute difference: L takes squares")
def absolute(x, y, kernel_size, lr, steps, generator):
    def loss(x, y, k):
        return functional.l1_loss(_answers(x, k), y)

    return _descend(x, y, kernel_size, lr, steps, generator, loss_fn=loss)


@mistake("the gradients of earlier steps were added up: each step takes the gradient of its own loss alone")
def gradients_added_up(x, y, kernel_size, lr, steps, generator):
    total = []

    def step(k, gradient, t):
        total.append(gradient)
        return lr * sum(total)

    return _descend(x, y, kernel_size, lr, steps, generator, step=step)


@mistake("the steps have momentum: plain gradient descent is asked for")
def momentum(x, y, kernel_size, lr, steps, generator):
    state = [0.0]

    def step(k, gradient, t):
        state[0] = 0.9 * state[0] + gradient
        return lr * state[0]

    return _descend(x, y, kernel_size, lr, steps, generator, step=step)


@mistake("the steps are Adam's: plain gradient descent is asked for")
def adam(x, y, kernel_size, lr, steps, generator):
    m, v = [0.0], [0.0]

    def step(k, gradient, t):
        m[0], v[0] = 0.9 * m[0] + 0.1 * gradient, 0.999 * v[0] + 0.001 * gradient.square()
        return lr * (m[0] / (1 - 0.9 ** (t + 1))) / ((v[0] / (1 - 0.999 ** (t + 1))).sqrt() + 1e-8)

    return _descend(x, y, kernel_size, lr, steps, generator, step=step)


@mistake("lr is ignored: a number of one's own is used")
def lr_ignored(x, y, kernel_size, lr, steps, generator):
    return _descend(x, y, kernel_size, 0.03, steps, generator)


@mistake("the learning rate shrinks on the way: it is the same in every step")
def lr_shrinks(x, y, kernel_size, lr, steps, generator):
    return _descend(x, y, kernel_size, lr, steps, generator, step=lambda k, g, t: lr * 0.98**t * g)


@mistake("one image was taken in each step: every step takes all of them")
def one_image_a_step(x, y, kernel_size, lr, steps, generator):
    turn = [0]

    def loss(x, y, k):
        m = turn[0] % len(x)
        turn[0] += 1
        return functional.mse_loss(_answers(x[m : m + 1], k), y[m : m + 1])

    return _descend(x, y, kernel_size, lr, steps, generator, loss_fn=loss)


@mistake("a loss was noted after its step: note the loss that the step started from")
def losses_after_the_step(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps, generator)
    last = [functional.mse_loss(_answers(x, kernel), y).item()] if steps else []
    return reference("cnn").LearnedFilter(kernel, losses[1:] + last)


@mistake("one step too many is made: steps says how often the kernel is changed")
def one_step_too_many(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps + 1, generator)
    return reference("cnn").LearnedFilter(kernel, losses[:steps])


@mistake("the losses are tensors: take .item() for the list of floats")
def losses_are_tensors(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps, generator)
    return reference("cnn").LearnedFilter(kernel, [torch.tensor(loss) for loss in losses])


@mistake("the kernel came back with the axes of channels and filters: its shape is (kh, kw)")
def four_axes(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps, generator)
    return reference("cnn").LearnedFilter(kernel[None, None], losses)


@mistake("the kernel that comes back requires a gradient: detach it")
def kept_the_graph(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps, generator)
    return reference("cnn").LearnedFilter(kernel.requires_grad_(), losses)


@mistake("the kernel is flipped: corr2d lays it on the image as it is written down")
def flipped(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps, generator)
    return reference("cnn").LearnedFilter(kernel.flip(0, 1) if steps else kernel, losses)


@mistake("the first kernel is all zeros: draw it from the generator")
def starts_at_zero(x, y, kernel_size, lr, steps, generator):
    def start(kh, kw):
        return torch.zeros(kh, kw, dtype=x.dtype, device=x.device)

    return _descend(x, y, kernel_size, lr, steps, generator, start=start)


@mistake("all entries of the first kernel are one number: draw each by itself")
def one_number_drawn(x, y, kernel_size, lr, steps, generator):
    def start(kh, kw):
        return torch.randn((), generator=generator, dtype=x.dtype).to(x.device).expand(kh, kw).clone()

    return _descend(x, y, kernel_size, lr, steps, generator, start=start)


@mistake("the first kernel comes from torch's own random state: pass generator=generator")
def generator_ignored(x, y, kernel_size, lr, steps, generator):
    def start(kh, kw):
        return torch.randn(kh, kw, dtype=x.dtype).to(x.device)

    return _descend(x, y, kernel_size, lr, steps, generator, start=start)


@mistake("torch.manual_seed was called: it changes torch's own random state, and the generator is not used")
def seeded_torch(x, y, kernel_size, lr, steps, generator):
    torch.manual_seed(0)
    return generator_ignored(x, y, kernel_size, lr, steps, generator)


@mistake("the first kernel is as large as 100 or more: numbers of size about 1 are asked for")
def starts_far_away(x, y, kernel_size, lr, steps, generator):
    def start(kh, kw):
        return 500 + torch.randn(kh, kw, generator=generator, dtype=x.dtype).to(x.device)

    return _descend(x, y, kernel_size, lr, steps, generator, start=start)


@mistake("the two numbers of kernel_size are swapped: the first is for the rows")
def size_swapped(x, y, kernel_size, lr, steps, generator):
    kernel, losses = _right(x, y, kernel_size, lr, steps, generator)
    return reference("cnn").LearnedFilter(kernel.t().contiguous(), losses)


@mistake("the kernel stays on the CPU: move it to the device of x after it was drawn")
def kernel_on_the_cpu(x, y, kernel_size, lr, steps, generator):
    def start(kh, kw):
        return torch.randn(kh, kw, generator=generator, dtype=x.dtype)

    return _descend(x, y, kernel_size, lr, steps, generator, start=start)


@mistake("answers of another shape are broadcast: raise a ValueError about y")
def answers_broadcast(x, y, kernel_size, lr, steps, generator):
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    size = len(x), x.shape[1] - kh + 1, x.shape[2] - kw + 1
    return _right(x, y.expand(size), kernel_size, lr, steps, generator)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(x, y, kernel_size, lr, steps, generator):
    return tuple(_right(x, y, kernel_size, lr, steps, generator))
