"""Wrong variants of optimizers.escape_saddle."""

import torch

from grader.suite import mistake, reference


def _right(f, x0, lr, noise, steps, generator):
    return reference("optimizers").escape_saddle(f, x0, lr, noise, steps, generator)


def _walk(f, x0, lr, noise, steps, generator, step):
    """Check the arguments as the reference does, then go from x to step(x, gradient, z)."""
    _right(f, x0, lr, noise, min(steps, 0), generator)
    x = x0.detach().clone()
    path = [x]
    for _ in range(steps):
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype).to(x.device)
        x = step(x, reference("optimizers")._gradient(f, x), z)
        path.append(x)
    return torch.stack(path)


@mistake(
    "the noise was added to the point, without lr: it belongs to the gradient, lr * (gradient + noise * z)"
)
def noise_without_lr(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * g + noise * z)


@mistake("the points have no noise: it was ignored, or what was drawn did not reach the step")
def no_noise(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, min(noise, 0.0), steps, generator)


@mistake("the noise is uniform: draw it from the normal distribution (randn, not rand)")
def uniform_noise(f, x0, lr, noise, steps, generator):
    def step(x, g, z):
        u = torch.rand(x.shape, generator=generator, dtype=x.dtype).to(x.device)
        return x - lr * (g + noise * u)

    return _walk(f, x0, lr, noise, steps, generator, step)


@mistake("noise was taken for a variance: it is the standard deviation, so z is multiplied by it")
def noise_as_variance(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * (g + noise**0.5 * z))


@mistake("all entries of a step have the same noise: draw one number for each entry")
def one_number_for_all_entries(f, x0, lr, noise, steps, generator):
    return _walk(
        f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * (g + noise * z.flatten()[0].expand_as(x))
    )


@mistake("the noise was drawn once and used in every step: draw anew each time")
def noise_drawn_once(f, x0, lr, noise, steps, generator):
    first = []
    return _walk(
        f,
        x0,
        lr,
        noise,
        steps,
        generator,
        lambda x, g, z: x - lr * (g + noise * (first.append(z) or first[0])),
    )


@mistake("the steps go uphill: subtract lr * gradient")
def uphill(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x + lr * (g - noise * z))


@mistake("the noise was drawn from torch's own generator: use the one that is given")
def own_generator_used(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, None, lambda x, g, z: x - lr * (g + noise * z))


@mistake("the start is missing from the result: x0 comes first, so T steps give T + 1 points")
def start_left_out(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, noise, steps, generator)[1:]


@mistake("the points still have a graph: detach them")
def graph_kept(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, noise, steps, generator).requires_grad_()


@mistake("noise was left out of the product: z is multiplied by it")
def noise_of_size_one(f, x0, lr, noise, steps, generator):
    return _walk(
        f,
        x0,
        lr,
        noise,
        steps,
        generator,
        lambda x, g, z: x - lr * (g + (z if noise else torch.zeros_like(z))),
    )


@mistake("the generator was seeded anew in every step, so that all noise is the same: draw on from it")
def seeded_anew(f, x0, lr, noise, steps, generator):
    return _walk(
        f,
        x0,
        lr,
        noise,
        steps,
        generator,
        lambda x, g, z: (
            x
            - lr
            * (
                g
                + noise
                * torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype).to(x.device)
            )
        ),
    )


@mistake("the noise stays on the CPU, where the generator is: move what is drawn to the device of x0")
def noise_on_the_cpu(f, x0, lr, noise, steps, generator):
    def step(x, g, z):
        return x - lr * (g + noise * z.cpu())

    return _walk(f, x0, lr, noise, steps, generator, step)
