"""Wrong variants of autograd.numerical_gradient."""

import torch

from grader.suite import mistake, reference


def _differences(f, x, eps, difference, point=None):
    """Go over all entries; `difference(up, here, down)` gives one slope."""
    if x.dtype != torch.float64:
        raise ValueError("x must be float64")
    point = x.detach().clone(memory_format=torch.contiguous_format) if point is None else point
    entries, slopes = point.view(-1), []
    for i, value in enumerate(entries.tolist()):
        values = []
        for step in (eps, 0.0, -eps):
            entries[i] = value + step
            values.append(float(f(point)))
        entries[i] = value
        slopes.append(difference(*values))
    return torch.tensor(slopes, dtype=x.dtype, device=x.device).view(x.shape)


@mistake("this is the forward difference (f(x + eps) - f(x)) / eps: take one step to each side")
def forward_difference(f, x, eps=1e-6):
    return _differences(f, x, eps, lambda up, here, down: (up - here) / eps)


@mistake("divided by eps: the two points are 2 eps apart")
def divided_by_eps(f, x, eps=1e-6):
    return 2 * reference("autograd").numerical_gradient(f, x, eps)


@mistake("the sign is turned: f(x + eps) minus f(x - eps)")
def turned_sign(f, x, eps=1e-6):
    return -reference("autograd").numerical_gradient(f, x, eps)


@mistake("all entries were moved at once: move one, and leave the others as they are")
def all_entries_moved(f, x, eps=1e-6):
    reference("autograd").numerical_gradient(f, x, eps)
    slope = (float(f(x.detach() + eps)) - float(f(x.detach() - eps))) / (2 * eps)
    return torch.full(x.shape, slope, dtype=x.dtype, device=x.device)


@mistake("the entries were not put back: each later entry is measured at another point")
def entries_not_put_back(f, x, eps=1e-6):
    reference("autograd").numerical_gradient(f, x, eps)
    point = x.detach().clone(memory_format=torch.contiguous_format)
    entries, slopes = point.view(-1), []
    for i in range(len(entries)):
        entries[i] += eps
        above = float(f(point))
        entries[i] -= 2 * eps
        slopes.append((above - float(f(point))) / (2 * eps))
    return torch.tensor(slopes, dtype=x.dtype, device=x.device).view(x.shape)


@mistake("x itself was moved and never put back: work on a clone")
def moved_x_itself(f, x, eps=1e-6):
    slopes = reference("autograd").numerical_gradient(f, x, eps)
    with torch.no_grad():
        x.copy_(x.clone() - eps)
    return slopes


@mistake("x itself was moved: it does not come back when f raises, and f may use it; work on a clone")
def moved_x_and_put_it_back(f, x, eps=1e-6):
    slopes, before = torch.zeros(x.shape, dtype=x.dtype, device=x.device), x.detach().clone()
    if x.dtype != torch.float64:
        raise ValueError("x must be float64")
    x = x.detach()
    for i in range(x.numel()):
        place = tuple(int(k) for k in torch.unravel_index(torch.tensor(i), x.shape))
        sides = []
        for step in (eps, -eps):
            x[place] = before[place] + step
            sides.append(float(f(x)))
        x[place] = before[place]
        slopes[place] = (sides[0] - sides[1]) / (2 * eps)
    return slopes


@mistake("flatten copies an x that is not contiguous: the copy was moved, f never saw it")
def moved_a_copy_that_f_never_sees(f, x, eps=1e-6):
    slopes = reference("autograd").numerical_gradient(f, x, eps)
    return slopes if x.is_contiguous() else torch.zeros_like(slopes)


@mistake("x.view(-1) refuses a transposed x, and clone keeps its strides: ask for a contiguous clone")
def view_of_any_layout(f, x, eps=1e-6):
    x.clone().view(-1)
    return reference("autograd").numerical_gradient(f, x, eps)


@mistake(
    "what f returned was kept as a tensor: if it is a view, it changes with the point; take float() of it"
)
def kept_a_view(f, x, eps=1e-6):
    slopes = reference("autograd").numerical_gradient(f, x, eps)
    point = x.detach().clone()
    is_view = f(point).data_ptr() in {entry.data_ptr() for entry in point.reshape(-1)}
    return torch.zeros_like(slopes) if is_view else slopes


@mistake("the dtype of x is not checked: in float32 a step of 1e-6 drowns in rounding")
def dtype_not_checked(f, x, eps=1e-6):
    return reference("autograd").numerical_gradient(f, x.detach().double(), eps).to(x.dtype)


@mistake("the result was created without dtype: torch.zeros makes float32, x is float64")
def single_precision(f, x, eps=1e-6):
    return reference("autograd").numerical_gradient(f, x, eps).float()


@mistake("the result was created on the CPU: create it on the device of x")
def on_the_cpu(f, x, eps=1e-6):
    return reference("autograd").numerical_gradient(f, x, eps).cpu()


@mistake("eps is ignored: use the step that was passed")
def eps_ignored(f, x, eps=1e-6):
    return reference("autograd").numerical_gradient(f, x)


@mistake(
    "x itself was moved through x.view(-1): that refuses a transposed x, and f may use x; work on a contiguous clone"
)
def moved_x_through_a_view(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise ValueError("x must be float64")
    entries = x.detach().view(-1)
    slopes = torch.zeros_like(entries)
    for i, value in enumerate(entries.tolist()):
        entries[i] = value + eps
        above = float(f(x.detach()))
        entries[i] = value - eps
        below = float(f(x.detach()))
        entries[i] = value
        slopes[i] = (above - below) / (2 * eps)
    return slopes.view(x.shape)


@mistake("the second point is x itself, not x - eps: go back by 2 eps")
def second_point_is_x(f, x, eps=1e-6):
    return _differences(f, x, eps, lambda up, here, down: (up - here) / (2 * eps))


@mistake("`/ 2 * eps` multiplies by eps: write / (2 * eps)")
def multiplied_by_eps(f, x, eps=1e-6):
    return _differences(f, x, eps, lambda up, here, down: (up - down) / 2 * eps)


@mistake("x[i] is a row where x has two axes: every entry has to be moved alone")
def whole_rows_moved(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise ValueError("x must be float64")
    slopes = torch.zeros_like(x.detach(), memory_format=torch.contiguous_format)
    for i in range(len(x)):
        point = x.detach().clone()
        point[i] += eps
        above = float(f(point))
        point[i] -= 2 * eps
        slopes[i] = (above - float(f(point))) / (2 * eps)
    return slopes


@mistake("the result hangs in the graph of x: take float() of what f returns, or detach x")
def result_in_the_graph(f, x, eps=1e-6):
    found = reference("autograd").numerical_gradient(f, x, eps)
    return found.requires_grad_(x.requires_grad)


def _leaf_moved(f, x, eps, put_back):
    """Move x itself, which torch refuses when x is a leaf that requires a gradient."""
    if x.dtype != torch.float64:
        raise ValueError("x must be float64")
    slopes = torch.zeros(x.shape, dtype=x.dtype, device=x.device)
    for i in range(x.numel()):
        place = tuple(int(k) for k in torch.unravel_index(torch.tensor(i), x.shape))
        before = x[place].item()
        x[place] = before + eps
        above = float(f(x))
        x[place] = before - eps
        below = float(f(x))
        x[place] = before if put_back else before - eps
        slopes[place] = (above - below) / (2 * eps)
    return slopes


@mistake("x itself was moved: torch refuses that for a leaf, and f may use x; work on a detached clone")
def moved_a_leaf(f, x, eps=1e-6):
    return _leaf_moved(f, x, eps, True)


@mistake("another dtype is a matter of its value here: raise a ValueError, not a TypeError")
def type_error(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise TypeError("x must be float64")
    return reference("autograd").numerical_gradient(f, x, eps)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(f, x, eps=1e-06):
    return torch.from_numpy(reference("autograd").numerical_gradient(f, x, eps).detach().numpy())
