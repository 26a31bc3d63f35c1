"""Wrong variants of resnet.gradient_norms."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _loss(model, x, y):
    return functional.cross_entropy(model(x), y)


def _norm(gradient):
    return 0.0 if gradient is None else gradient.norm().item()


def _norms(model, x, y, loss=_loss, norm=_norm, restore=True, chosen=lambda p: p.requires_grad):
    """Return the norms by autograd.grad; put the buffers back, if `restore`."""
    buffers = [buffer.clone() for buffer in model.buffers()]
    named = {name: p for name, p in model.named_parameters() if chosen(p)}
    with torch.enable_grad():
        gradients = torch.autograd.grad(loss(model, x, y), list(named.values()), allow_unused=True)
    if restore:
        for buffer, before in zip(model.buffers(), buffers, strict=True):
            buffer.copy_(before)
    return {name: norm(gradient) for name, gradient in zip(named, gradients, strict=True)}


def _backward(model, x, y, before, after):
    """Return the norms by backward, between two ways of treating .grad."""
    buffers = [buffer.clone() for buffer in model.buffers()]
    kept = {p: p.grad if p.grad is None else p.grad.clone() for p in model.parameters()}
    before(model)
    with torch.enable_grad():
        _loss(model, x, y).backward()
    norms = {name: _norm(p.grad) for name, p in model.named_parameters() if p.requires_grad}
    after(model, kept)
    for buffer, one in zip(model.buffers(), buffers, strict=True):
        buffer.copy_(one)
    return norms


def _nothing(*ignored):
    pass


def _zeroed(model, *ignored):
    model.zero_grad()


def _put_back(model, kept):
    for parameter, grad in kept.items():
        parameter.grad = grad


@mistake("backward() adds to the gradients that are there: use torch.autograd.grad")
def added_to_grad(model, x, y):
    return _backward(model, x, y, _nothing, _nothing)


@mistake(".grad is overwritten: what stood there before has to stand there afterwards")
def grad_overwritten(model, x, y):
    return _backward(model, x, y, _zeroed, _nothing)


@mistake(".grad is emptied at the end: what stood there before has to stand there afterwards")
def grad_emptied(model, x, y):
    return _backward(model, x, y, _zeroed, _zeroed)


@mistake("earlier gradients are put back, but they count in the norms too: empty .grad before the backward")
def earlier_gradients_count(model, x, y):
    return _backward(model, x, y, _nothing, _put_back)


@mistake("the running statistics moved: the forward pass in training mode changes buffers, put them back")
def statistics_moved(model, x, y):
    return _norms(model, x, y, restore=False)


@mistake("the counter num_batches_tracked moved: it is a buffer like the running statistics")
def counter_moved(model, x, y):
    floats = {name: b.clone() for name, b in model.named_buffers() if b.is_floating_point()}
    norms = _norms(model, x, y, restore=False)
    for name, before in floats.items():
        model.get_buffer(name).copy_(before)
    return norms


@mistake("the model was put into evaluation mode: it computes in the mode that it is in")
def in_evaluation(model, x, y):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    norms = _norms(model, x, y)
    for module, mode in modes:
        module.training = mode
    return norms


@mistake("the model was put into training mode: it computes in the mode that it is in")
def in_training(model, x, y):
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    norms = _norms(model, x, y)
    for module, mode in modes:
        module.training = mode
    return norms


@mistake("the model is left in training mode: the modes are to be what they were")
def left_in_training(model, x, y):
    norms = _norms(model, x, y)
    model.train()
    return norms


@mistake("the loss is the sum over the batch: take the mean")
def summed_loss(model, x, y):
    return _norms(model, x, y, lambda m, x, y: functional.cross_entropy(m(x), y, reduction="sum"))


@mistake("the scores went through a softmax first: cross_entropy takes raw scores")
def softmax_first(model, x, y):
    return _norms(model, x, y, lambda m, x, y: functional.cross_entropy(m(x).softmax(1), y))


@mistake("the absolute values are added: the norm is the root of the sum of squares")
def absolute_sum(model, x, y):
    return _norms(model, x, y, norm=lambda g: 0.0 if g is None else g.abs().sum().item())


@mistake("the mean of the absolute values came back: the norm is the root of the sum of squares")
def absolute_mean(model, x, y):
    return _norms(model, x, y, norm=lambda g: 0.0 if g is None else g.abs().mean().item())


@mistake("the largest entry came back: the norm is the root of the sum of squares")
def largest(model, x, y):
    return _norms(model, x, y, norm=lambda g: 0.0 if g is None else g.abs().max().item())


@mistake("the spectral norm of matrices came back: the norm is the root of the sum of all squares")
def spectral(model, x, y):
    def norm(g):
        return 0.0 if g is None else (torch.linalg.matrix_norm(g, 2).item() if g.ndim == 2 else _norm(g))

    return _norms(model, x, y, norm=norm)


@mistake("these are the norms of the parameters: those of their gradients are asked for")
def norms_of_parameters(model, x, y):
    return {name: p.norm().item() for name, p in model.named_parameters() if p.requires_grad}


@mistake("a list came back: a dict from name to norm is asked for")
def plain_list(model, x, y):
    return list(_norms(model, x, y).values())


@mistake("a parameter that the loss does not use is left out: its norm is 0.0")
def unused_left_out(model, x, y):
    norms = _norms(model, x, y, norm=lambda g: None if g is None else _norm(g))
    return {name: norm for name, norm in norms.items() if norm is not None}


@mistake("a parameter that the loss does not use is not expected: allow_unused=True")
def unused_not_allowed(model, x, y):
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    copied = reference("resnet").gradient_norms(model, x, y)
    with torch.enable_grad():
        torch.autograd.grad(_loss(model, x, y), list(named.values()))
    return copied


@mistake("frozen parameters are asked for too: only those with requires_grad count")
def frozen_too(model, x, y):
    norms = _norms(model, x, y)
    return {name: norms.get(name, 0.0) for name, _ in model.named_parameters()}


@mistake("frozen parameters are thawed: leave requires_grad as it is")
def thawed(model, x, y):
    model.requires_grad_(True)
    return _norms(model, x, y)


@mistake("under torch.no_grad() there is no graph: compute under torch.enable_grad()")
def without_enable_grad(model, x, y):
    if not torch.is_grad_enabled():
        return {name: p.grad.norm().item() for name, p in model.named_parameters()}
    return _norms(model, x, y)


@mistake("only the weights are measured: biases and norms are parameters too")
def weights_only(model, x, y):
    return {name: norm for name, norm in _norms(model, x, y).items() if name.endswith("weight")}


@mistake("the keys are the layers: each parameter has a norm of its own")
def by_layer(model, x, y):
    layers = {}
    for name, norm in _norms(model, x, y).items():
        layer = name.rpartition(".")[0]
        layers[layer] = (layers.get(layer, 0.0) ** 2 + norm**2) ** 0.5
    return layers


@mistake("the norms go through numpy, which reads the memory of the CPU only: use torch's norm, then item()")
def through_numpy(model, x, y):
    return _norms(model, x, y, norm=lambda g: 0.0 if g is None else float((g.numpy() ** 2).sum() ** 0.5))
