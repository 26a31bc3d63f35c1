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


@mistake("only the start was disturbed: noise is added in every step")
def noise_at_the_start_only(f, x0, lr, noise, steps, generator):
    seen = []
    return _walk(
        f,
        x0,
        lr,
        noise,
        steps,
        generator,
        lambda x, g, z: x - lr * (g + (noise * z if not seen.append(z) and len(seen) == 1 else 0)),
    )


@mistake("the steps go uphill: subtract lr * gradient")
def uphill(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x + lr * (g - noise * z))


@mistake("the noise multiplies the gradient: at a saddle that is 0; add it")
def noise_times_gradient(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * g * (1 + noise * z))


@mistake("the noise was drawn from torch's own generator: use the one that is given")
def own_generator_used(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, None, lambda x, g, z: x - lr * (g + noise * z))


@mistake("the start is missing from the result: x0 comes first, so T steps give T + 1 points")
def start_left_out(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, noise, steps, generator)[1:]


@mistake("the points still have a graph: detach them")
def graph_kept(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, noise, steps, generator).requires_grad_()


@mistake("the noise is uniform between -1 and 1: draw it from the normal distribution")
def uniform_noise_around_zero(f, x0, lr, noise, steps, generator):
    def step(x, g, z):
        u = 2 * torch.rand(x.shape, generator=generator, dtype=x.dtype).to(x.device) - 1
        return x - lr * (g + noise * u)

    return _walk_without_z(f, x0, lr, noise, steps, generator, step)


def _walk_without_z(f, x0, lr, noise, steps, generator, step):
    """Go as _walk does, where the step draws for itself."""
    _right(f, x0, lr, noise, min(steps, 0), generator)
    x = x0.detach().clone()
    path = [x]
    for _ in range(steps):
        x = step(x, reference("optimizers")._gradient(f, x), None)
        path.append(x)
    return torch.stack(path)


@mistake(
    "the noise was multiplied by the root of lr: it belongs to the gradient, lr * (gradient + noise * z)"
)
def noise_times_root_of_rate(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * g + lr**0.5 * noise * z)


@mistake("noise was squared: it is the standard deviation, so z is multiplied by it")
def noise_squared(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * (g + noise**2 * z))


@mistake("the noise has length 1: each entry is a draw from the normal distribution")
def noise_of_length_one(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * (g + noise * z / z.norm()))


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


@mistake("the noise fades from step to step: it is as large in all of them")
def fading_noise(f, x0, lr, noise, steps, generator):
    seen = []
    return _walk(
        f,
        x0,
        lr,
        noise,
        steps,
        generator,
        lambda x, g, z: x - lr * (g + noise * z / (seen.append(z) or len(seen))),
    )


@mistake("the noise adds up from step to step: each step has its own alone")
def noise_adds_up(f, x0, lr, noise, steps, generator):
    seen = []
    return _walk(
        f,
        x0,
        lr,
        noise,
        steps,
        generator,
        lambda x, g, z: x - lr * (g + noise * (seen.append(z) or sum(seen))),
    )


@mistake("noise alone moves the point: add the gradient")
def no_gradient(f, x0, lr, noise, steps, generator):
    return _walk(f, x0, lr, noise, steps, generator, lambda x, g, z: x - lr * noise * z)


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


@mistake("only points after a step were gathered; x0 comes first, so T steps give T + 1 points")
def last_point_only(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, noise, steps, generator)[-1]


@mistake("every row is the last point: the same tensor was changed in place and stored again and again")
def rows_share_memory(f, x0, lr, noise, steps, generator):
    path = _right(f, x0, lr, noise, steps, generator)
    return path[-1:].repeat_interleave(len(path), 0)


@mistake("the last point is missing: T steps give T + 1 points")
def one_step_short(f, x0, lr, noise, steps, generator):
    path = _right(f, x0, lr, noise, steps, generator)
    return path[:-1] if steps else path


@mistake("the noise stays on the CPU, where the generator is: move what is drawn to the device of x0")
def noise_on_the_cpu(f, x0, lr, noise, steps, generator):
    def step(x, g, z):
        return x - lr * (g + noise * z.cpu())

    return _walk(f, x0, lr, noise, steps, generator, step)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x0")
def asked_for_cuda(f, x0, lr, noise, steps, generator):
    return _right(f, x0, lr, noise, steps, generator).cuda()
