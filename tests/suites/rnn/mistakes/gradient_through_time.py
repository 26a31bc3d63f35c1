"""Wrong variants of rnn.gradient_through_time."""

import torch

from grader.suite import mistake, reference


def _right(w, steps):
    return reference("rnn").gradient_through_time(w, steps)


def _norms(w, steps, norm, count=None, eye=None):
    power = torch.eye(len(w), dtype=w.dtype, device=w.device) if eye is None else eye
    norms = []
    for _ in range(steps + 1 if count is None else count):
        norms.append(norm(power))
        power = w @ power
    return torch.stack(norms)


def _spectral(power):
    return torch.linalg.matrix_norm(power, ord=2)


@mistake("this is the Frobenius norm, of all entries: the largest singular value is asked for, ord=2")
def frobenius_norm(w, steps):
    return _norms(w, steps, torch.linalg.matrix_norm)


@mistake("the norm of w was raised to a power: take the norm of the power of w")
def power_of_the_norm(w, steps):
    return _spectral(w) ** torch.arange(steps + 1, dtype=w.dtype, device=w.device)


@mistake("the largest eigenvalue was taken: only of a symmetric matrix it is the norm")
def largest_eigenvalue(w, steps):
    return _norms(w, steps, lambda p: torch.linalg.eigvals(p).abs().max().to(w.dtype))


@mistake("w ** t raises each entry by itself: the power of a matrix is a product of matrices")
def entries_to_the_power(w, steps):
    first = torch.ones((), dtype=w.dtype, device=w.device)
    return torch.stack([first, *(_spectral(w**t) for t in range(1, steps + 1))])


@mistake("the number for t = 0 is missing: there are T + 1, the first is 1")
def without_the_start(w, steps):
    return _right(w, steps)[1:]


@mistake("the first factor comes too early: at t = 0 there is none and the norm is 1")
def one_factor_too_many(w, steps):
    return _norms(w, steps, _spectral, eye=w)


@mistake("the last step is missing: t runs up to T")
def one_step_too_few(w, steps):
    return _norms(w, steps, _spectral, count=steps)


@mistake("the power was squared at each step: one more factor w for each step")
def squared_each_time(w, steps):
    power, norms = w, [torch.ones((), dtype=w.dtype, device=w.device)]
    for _ in range(steps):
        norms.append(_spectral(power))
        power = power @ power
    return torch.stack(norms)


@mistake("the smallest singular value was taken: the norm is the largest")
def smallest_singular_value(w, steps):
    return _norms(w, steps, lambda p: torch.linalg.matrix_norm(p, ord=-2))


@mistake("the largest entry was taken for the norm: it is the largest singular value")
def largest_entry(w, steps):
    return _norms(w, steps, lambda p: p.abs().max())


@mistake("the number was kept from one vector of ones: it depends on its direction, the norm does not")
def one_vector_only(w, steps):
    ones = torch.ones(len(w), 1, dtype=w.dtype, device=w.device) / len(w) ** 0.5
    return _norms(w, steps, lambda p: (p @ ones).norm())


@mistake("the identity was made as float32 on the CPU: it needs dtype and device of w")
def identity_on_the_cpu(w, steps):
    return _norms(w, steps, _spectral, eye=torch.eye(len(w), device="cpu"))


@mistake("the numbers went through item() into a new tensor: it is float32 and lies on the CPU")
def a_new_tensor(w, steps):
    return torch.tensor(_right(w, steps).tolist())


@mistake("a list came back: a tensor of T + 1 numbers is asked for")
def a_list(w, steps):
    return _right(w, steps).tolist()
