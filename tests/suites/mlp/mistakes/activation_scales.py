"""Wrong variants of mlp.activation_scales."""

import torch

from grader.suite import mistake, reference


def _size(x):
    return x.std(correction=0).item()


def _verdict(forward, backward, x, upstream):
    ratios = forward[-1] / _size(x), backward[0] / _size(upstream)
    if not all(ratio <= 100 for ratio in ratios):
        return "explodes"
    return "vanishes" if min(ratios) < 0.01 else "holds"


def _drawn(fill, x, generator, depth):
    """Draw the weights of a net."""
    weights = []
    for _ in range(depth):
        weights.append(torch.empty(x.shape[1], x.shape[1], dtype=x.dtype))
        fill(weights[-1], generator)
    return [weight.to(x.device) for weight in weights]


def _through(x, upstream, weights, activation):
    """Return the weighted sums, the outputs, and the gradients at both."""
    h, sums, outputs = x.detach().clone().requires_grad_(), [], []
    for weight in weights:
        sums.append(h @ weight.t())
        h = activation(sums[-1])
        if h is sums[-1]:
            h = h + 0
        outputs.append(h)
    gradients = torch.autograd.grad(h, [*sums, *outputs], upstream)
    return sums, outputs, gradients[: len(sums)], gradients[len(sums) :]


def _scales(
    x, upstream, weights, activation,
    size=_size, verdict=_verdict, forward=lambda x, sums, outputs: outputs,
    backward=lambda upstream, sums, outputs: outputs,
):  # fmt: skip
    """Measure one net with one step exchanged."""
    sums, outputs, of_sums, of_outputs = _through(x, upstream, weights, activation)
    signals = [size(part) for part in forward(x, sums, outputs)]
    gradients = [size(part) for part in backward(upstream, of_sums, of_outputs)]
    return reference("mlp").Scales(signals, gradients, verdict(signals, gradients, x, upstream))


def _table(x, upstream, depth, inits, activations, generator, drawn=_drawn, **options):
    return {
        (init, name): _scales(x, upstream, drawn(fill, x, generator, depth), activation, **options)
        for init, fill in inits.items()
        for name, activation in activations.items()
    }


@mistake("every layer has the same weights: draw new ones for each")
def one_weight_for_all_layers(x, upstream, depth, inits, activations, generator):
    def drawn(fill, x, generator, depth):
        return _drawn(fill, x, generator, 1) * depth

    return _table(x, upstream, depth, inits, activations, generator, drawn=drawn)


@mistake("all activations of an initialisation have the same weights: each pair draws its own")
def weights_shared_by_activations(x, upstream, depth, inits, activations, generator):
    found = {}
    for init, fill in inits.items():
        weights = _drawn(fill, x, generator, depth)
        for name, activation in activations.items():
            found[init, name] = _scales(x, upstream, weights, activation)
    return found


@mistake("the loop over the activations is outside: for each init, for each activation")
def activations_outside(x, upstream, depth, inits, activations, generator):
    return {
        (init, name): _scales(x, upstream, _drawn(fill, x, generator, depth), activation)
        for name, activation in activations.items()
        for init, fill in inits.items()
    }


@mistake("the generator was not passed on: init gets the one that was given")
def own_generator(x, upstream, depth, inits, activations, generator):
    return _table(x, upstream, depth, inits, activations, torch.Generator().manual_seed(0))


@mistake("the weighted sums were measured: h is what comes out of the activation")
def in_front_of_the_activation(x, upstream, depth, inits, activations, generator):
    def forward(x, sums, outputs):
        return sums

    return _table(x, upstream, depth, inits, activations, generator, forward=forward)


@mistake("the gradients are those at the weighted sums: at h, after the activation, they are asked for")
def gradients_in_front_of_the_activation(x, upstream, depth, inits, activations, generator):
    def backward(upstream, sums, outputs):
        return sums

    return _table(x, upstream, depth, inits, activations, generator, backward=backward)


@mistake("the size of x stands first in forward: it begins with h_1")
def input_among_the_layers(x, upstream, depth, inits, activations, generator):
    def forward(x, sums, outputs):
        return [x, *outputs]

    return _table(x, upstream, depth, inits, activations, generator, forward=forward)


@mistake("backward runs from the last layer to the first: h_1 comes first")
def backward_from_the_end(x, upstream, depth, inits, activations, generator):
    found = _table(x, upstream, depth, inits, activations, generator)
    return {key: part._replace(backward=part.backward[::-1]) for key, part in found.items()}


@mistake("upstream was ignored: the gradients are those of the sum of h_depth")
def upstream_ignored(x, upstream, depth, inits, activations, generator):
    return _table(x, torch.ones_like(upstream), depth, inits, activations, generator)


@mistake("the deviation divides by the number of elements less 1: without correction")
def corrected_deviation(x, upstream, depth, inits, activations, generator):
    return _table(x, upstream, depth, inits, activations, generator, size=lambda x: x.std().item())


@mistake("the variance came back: take its root")
def variance(x, upstream, depth, inits, activations, generator):
    return _table(
        x, upstream, depth, inits, activations, generator, size=lambda x: x.var(correction=0).item()
    )


@mistake("the root of the mean of squares came back: the mean is taken off first")
def mean_not_taken_off(x, upstream, depth, inits, activations, generator):
    return _table(
        x, upstream, depth, inits, activations, generator, size=lambda x: x.square().mean().sqrt().item()
    )


@mistake("the deviations of the columns were averaged: one deviation of all elements")
def mean_of_column_deviations(x, upstream, depth, inits, activations, generator):
    def size(x):
        return x.std(0, correction=0).mean().item()

    return _table(x, upstream, depth, inits, activations, generator, size=size)


@mistake("the weights are not transposed: h W^T")
def not_transposed(x, upstream, depth, inits, activations, generator):
    def drawn(fill, x, generator, depth):
        return [weight.t() for weight in _drawn(fill, x, generator, depth)]

    return _table(x, upstream, depth, inits, activations, generator, drawn=drawn)


@mistake("the verdict looks at the signals alone: the gradients count too")
def verdict_of_the_signals(x, upstream, depth, inits, activations, generator):
    def verdict(forward, backward, x, upstream):
        return _verdict(forward, [_size(upstream)], x, upstream)

    return _table(x, upstream, depth, inits, activations, generator, verdict=verdict)


@mistake(
    "the verdict asks for the small ones first: what is too large one way explodes, whatever the other is"
)
def vanishing_first(x, upstream, depth, inits, activations, generator):
    def verdict(forward, backward, x, upstream):
        ratios = forward[-1] / _size(x), backward[0] / _size(upstream)
        if min(ratios) < 0.01:
            return "vanishes"
        return "holds" if all(ratio <= 100 for ratio in ratios) else "explodes"

    return _table(x, upstream, depth, inits, activations, generator, verdict=verdict)


@mistake("nan is not above 100, and so it holds or vanishes here: what is not finite explodes")
def nan_holds(x, upstream, depth, inits, activations, generator):
    def verdict(forward, backward, x, upstream):
        ratios = forward[-1] / _size(x), backward[0] / _size(upstream)
        if any(ratio > 100 for ratio in ratios):
            return "explodes"
        return "vanishes" if any(ratio < 0.01 for ratio in ratios) else "holds"

    return _table(x, upstream, depth, inits, activations, generator, verdict=verdict)


@mistake("the last layer has no activation: each layer has one")
def last_layer_linear(x, upstream, depth, inits, activations, generator):
    found = {}
    for init, fill in inits.items():
        for name, activation in activations.items():
            *weights, last = _drawn(fill, x, generator, depth)
            kinds = [activation] * len(weights) + [lambda h: h]
            h, outputs = x.detach().clone().requires_grad_(), []
            for weight, kind in zip([*weights, last], kinds, strict=True):
                h = kind(h @ weight.t())
                outputs.append(h)
            gradients = torch.autograd.grad(h, outputs, upstream)
            forward, backward = ([_size(part) for part in parts] for parts in (outputs, gradients))
            verdict = _verdict(forward, backward, x, upstream)
            found[init, name] = reference("mlp").Scales(forward, backward, verdict)
    return found


@mistake("the weights are made in float32: in the dtype of x")
def single_precision(x, upstream, depth, inits, activations, generator):
    def drawn(fill, x, generator, depth):
        return [weight.to(x) for weight in _drawn(fill, x.float(), generator, depth)]

    return _table(x, upstream, depth, inits, activations, generator, drawn=drawn)


@mistake("the weights are made on the device of x: a generator of the CPU fills them on the CPU")
def made_on_the_device(x, upstream, depth, inits, activations, generator):
    def drawn(fill, x, generator, depth):
        weights = [torch.empty(x.shape[1], x.shape[1], dtype=x.dtype, device=x.device) for _ in range(depth)]
        for weight in weights:
            fill(weight, generator)
        return weights

    return _table(x, upstream, depth, inits, activations, generator, drawn=drawn)


@mistake("the weights stay on the CPU: move them to the device of x")
def weights_on_the_cpu(x, upstream, depth, inits, activations, generator):
    def drawn(fill, x, generator, depth):
        return [weight.cpu() for weight in _drawn(fill, x, generator, depth)]

    return _table(x, upstream, depth, inits, activations, generator, drawn=drawn)
