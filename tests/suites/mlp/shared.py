"""What several suites of this topic share."""

from typing import NamedTuple

import torch

from grader.suite import check_that


class Activation(NamedTuple):
    """What an activation of the topic returns."""

    value: torch.Tensor
    derivative: torch.Tensor


def activation(oracle, x, **options):
    """Return the value of torch's own function and its slope at each element, by autograd."""
    x = x.detach().clone().requires_grad_()
    y = oracle(x, **options)
    (slope,) = torch.autograd.grad(y, x, torch.ones_like(y))
    return Activation(y.detach(), slope)


class ValueOf:
    """An activation of the submission without its derivative, for checks of the gradient."""

    parameter_names = ("x",)

    def __init__(self, function):
        """Wrap one function of the submission."""
        self.function = function

    def __call__(self, *args, **kwargs):
        """Return the value alone."""
        value = getattr(self.function(*args, **kwargs), "value", None)
        check_that(
            value is not None, "what is returned", "an Activation", "something without the field value"
        )
        return value


def described(submission, name, args):
    """Return what a new module keeps: for each key of its state_dict the kind and the shape."""
    module = getattr(submission, name)(*args)
    parameters = dict(module.named_parameters())
    kinds = {key: "parameter" if key in parameters else "buffer" for key in module.state_dict()}
    return {key: (kinds[key], tuple(value.shape)) for key, value in module.state_dict().items()}


def state(submission, name, args):
    """Return the values that a new module starts with."""
    return {key: value.clone() for key, value in getattr(submission, name)(*args).state_dict().items()}


def play(submission, name, args, weights, x, upstream, training=True):
    """Set a module's weights by their names, run it once forwards and backwards, return what is to be seen."""
    module = getattr(submission, name)(*args).to(device=x.device, dtype=x.dtype)
    module.load_state_dict(weights)
    module.train(training)
    x = x.detach().clone().requires_grad_()
    y = module(x)
    y.backward(upstream)
    seen = {"output": y.detach(), "gradient of x": x.grad}
    seen.update({f"gradient of {key}": value.grad for key, value in module.named_parameters()})
    seen.update({key: value.detach() for key, value in module.named_buffers()})
    return seen


def reload(submission, name, args, weights, x):
    """Save a module's state and load it into a new one; return what both make of x in evaluation."""
    import io

    first, second = (getattr(submission, name)(*args).to(x.dtype).eval() for _ in range(2))
    first.load_state_dict(weights)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second.load_state_dict(torch.load(file))
    return first(x).detach(), second(x).detach()


def expected(forward, weights, x, upstream):
    """Return what `play` should see, by an oracle `forward(weights, x)`."""
    x = x.detach().clone().requires_grad_()
    weights = {key: value.detach().clone().requires_grad_() for key, value in weights.items()}
    y = forward(weights, x)
    gradients = torch.autograd.grad(y, [x, *weights.values()], upstream)
    names = ["gradient of x", *(f"gradient of {key}" for key in weights)]
    return {"output": y.detach(), **dict(zip(names, gradients, strict=True))}
