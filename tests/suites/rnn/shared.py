"""What several suites of this topic share."""

from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.suite import check_close, check_equal, check_shape, check_that


class NameNet(nn.Module):
    """A NameClassifier from torch's own cell: one name after the other, without padding and packing."""

    def __init__(self, vocabulary_size, embedding_dim, hidden_size, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_size, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens, lengths):
        """Score each name by itself."""
        ends = []
        for name, length in zip(tokens, lengths.tolist(), strict=True):
            letters = self.embedding.weight[name[:length]].unsqueeze(1)
            halves = zip(self.gru.all_weights, (letters, letters.flip(0)), strict=True)
            ends.append(torch.cat([self.end_of(*half) for half in halves], 1))
        return self.linear(torch.cat(ends))

    def end_of(self, weights, letters):
        """Return the state after the last of some letters."""
        h = letters.new_zeros(1, self.gru.hidden_size)
        for x in letters:
            h = torch.gru_cell(x, h, *weights)
        return h


class LetterNet(nn.Module):
    """CharRNN from torch's own parts: a loop over time, with the layer's weights."""

    def __init__(self, vocabulary_size, hidden_size):
        super().__init__()
        self.rnn = nn.RNN(vocabulary_size, hidden_size)
        self.linear = nn.Linear(hidden_size, vocabulary_size)

    def forward(self, tokens, hidden=None):
        """Read all tokens."""
        weights = dict(self.rnn.named_parameters()).values()
        x = functional.one_hot(tokens, self.rnn.input_size).to(self.linear.weight.dtype)
        h = x.new_zeros(len(x), self.rnn.hidden_size) if hidden is None else hidden[0]
        states = []
        for step in x.unbind(1):
            h = torch.rnn_tanh_cell(step, h, *weights)
            states.append(h)
        return self.linear(torch.stack(states, 1)), h.unsqueeze(0)


def described(submission, name, args, options):
    """Return what a new module keeps: for each key of its state_dict the kind and the shape."""
    module = getattr(submission, name)(*args, **options)
    parameters = dict(module.named_parameters())
    kinds = {key: "parameter" if key in parameters else "buffer" for key in module.state_dict()}
    return {key: (kinds[key], tuple(value.shape)) for key, value in module.state_dict().items()}


def check_described(got, want):
    """Check keys and shapes of what a module keeps; all are parameters."""
    check_equal(sorted(got), sorted(want), "keys of the state_dict")
    check_equal(got, {key: ("parameter", tuple(shape)) for key, shape in want.items()})


def state(submission, name, args):
    """Return the values that a new module starts with."""
    return {key: value.clone() for key, value in getattr(submission, name)(*args).state_dict().items()}


def play(submission, name, args, options, weights, inputs, upstreams):
    """Set a module's weights by their names, run it once forwards and backwards, return what is to be seen.

    An input is a tensor or a pair of them. Where an output has another shape than its upstream, there are no gradients.
    """
    import torch

    module = getattr(submission, name)(*args, **options)
    module = module.to(device=inputs[0].device, dtype=upstreams[0].dtype)
    module.load_state_dict(weights)

    def leaf(value):
        if isinstance(value, tuple):
            return tuple(leaf(part) for part in value)
        return value.detach().clone().requires_grad_(value.is_floating_point())

    inputs = [leaf(value) for value in inputs]
    got = module(*inputs)
    outputs = list(got) if isinstance(got, tuple) else [got]
    seen = {"outputs": [y.detach() if isinstance(y, torch.Tensor) else y for y in outputs]}
    if [getattr(y, "shape", None) for y in outputs] == [above.shape for above in upstreams]:
        pairs = [(y, above) for y, above in zip(outputs, upstreams, strict=True) if y.requires_grad]
        if pairs:
            torch.autograd.backward([y for y, _ in pairs], [above.to(y.dtype) for y, above in pairs])
    seen["inputs"] = [
        tuple(part.grad for part in value) if isinstance(value, tuple) else value.grad for value in inputs
    ]
    seen["weights"] = {key: value.grad for key, value in module.named_parameters()}
    return seen


def check_outputs(got, want, names):
    """Check the outputs that `play` saw, each by its name."""
    words = names[0] if len(names) == 1 else f"a named tuple ({', '.join(names)})"
    text = f"{len(got['outputs'])} value{'s' * (len(got['outputs']) != 1)}"
    check_that(len(got["outputs"]) == len(names), "what is returned", words, text)
    for name, one, other in zip(names, got["outputs"], want["outputs"], strict=True):
        check_close(one, other, name)


def check_played(got, want, names, inputs):
    """Check what `play` saw against what it saw of an oracle: the outputs, then each gradient."""
    check_outputs(got, want, names)
    pairs = zip(flat(got["inputs"]), flat(want["inputs"]), strict=True)
    gradients = [(name, *pair) for name, pair in zip(inputs, pairs, strict=True)]
    gradients += [(key, got["weights"].get(key), other) for key, other in want["weights"].items()]
    for name, one, other in gradients:
        if other is not None:  # in float32 long sums differ by their order
            few = {"rtol": 1e-3, "atol": 2e-4} if other.dtype is torch.float32 else {}
            check_close(one, other, f"gradient of {name}", **few)


def flat(values):
    """Return the parts of all pairs, and what is no pair, in order."""
    return [part for value in values for part in (value if isinstance(value, tuple) else (value,))]


def draw_weights(rng, module, dtype, scale=0.7):
    """Draw weights for a module of torch's, by the names and shapes of its parameters."""
    return {
        key: scale * rng.normal(*value.shape, dtype=dtype)
        for key, value in module.state_dict().items()
        if isinstance(value, Tensor)
    }


def check_start(got, shapes, r):
    """Check that values lie uniformly between -r and r, each drawn by itself."""
    check_equal(sorted(got), sorted(shapes), "keys of the state_dict")
    for key, shape in reversed(
        shapes.items()
    ):  # the last tell more than the first, whose width is the input's
        check_equal(tuple(got[key].shape), tuple(shape), f"shape of {key}")
        value, few = got[key].double(), got[key].numel() < 5000
        check_close(value.abs().max().item(), r, f"largest entry of {key}", rtol=0.05 if few else 0.01)
        check_close(
            value.std().item(), r / 3**0.5, f"standard deviation of {key}", rtol=0.15 if few else 0.04
        )
        check_close(value.mean().item(), 0.0, f"mean of {key}", atol=0.2 * r if few else 0.05 * r)
    if "bias_ih" in got:
        drawn = not bool((got["bias_ih"] == got["bias_hh"]).all())
        check_that(drawn, "the biases at the start", "two, drawn each by itself", "the same numbers twice")


def unroll(submission, name, args, weights, xs, state, upstream):
    """Run a cell over several steps, its state handed on; return the hidden states and the gradient of the inputs."""
    import torch

    cell = getattr(submission, name)(*args).to(device=xs.device, dtype=xs.dtype)
    cell.load_state_dict(weights)
    xs, states = xs.detach().clone().requires_grad_(), []
    for x in xs:
        state = cell(x, state)
        states.append(state if isinstance(state, torch.Tensor) else state[0])
    if [y.shape for y in states] == [above.shape for above in upstream]:
        torch.stack(states).backward(upstream)
    return [y.detach() for y in states], xs.grad


def check_unrolled(got, want):
    """Check what `unroll` saw, step by step, and the gradient of the inputs."""
    check_equal(len(got[0]), len(want[0]), "the number of states")
    for number, (one, other) in enumerate(zip(got[0], want[0], strict=True), start=1):
        check_close(one, other, f"the state after step {number}")
    check_close(got[1], want[1], "gradient of the inputs of all steps")


def clear_row(gradient, row):
    """Set one row of a gradient to 0, where there is such a row."""
    if isinstance(gradient, Tensor) and gradient.ndim == 2 and len(gradient) > row:
        gradient[row] = 0


def changed_steps(before, after, shape):
    """Return at which steps two outputs differ, in the forward half and in the reverse half."""
    for y in (before, after):
        check_shape(y, shape, "output")
    moved = (before - after).abs() > 1e-12
    halves = moved.split(shape[2] // 2, 2)
    return [[t for t, part in enumerate(half) if bool(part.any())] for half in halves]


def one_by_one(submission, name, args, weights, xs):
    """Call one cell for a batch, again for that batch, and for its samples one by one, never with a state."""
    import torch

    cell = getattr(submission, name)(*args).to(dtype=xs.dtype)
    cell.load_state_dict(weights)

    def hidden(x):
        state = cell(x)
        return (state if isinstance(state, torch.Tensor) else state[0]).detach()

    return hidden(xs), hidden(xs), torch.cat([hidden(xs[i : i + 1]) for i in range(len(xs))])


def read(submission, name, args, weights, tokens):
    """Read a batch with a network of letters: twice, in two parts with the state handed on, and row by row."""
    import torch

    model = getattr(submission, name)(*args).double()
    model.load_state_dict(weights)
    with torch.no_grad():
        first, again = model(tokens)[0], model(tokens)[0]
        head, hidden = model(tokens[:, :2])
        tail = model(tokens[:, 2:], hidden)[0]
        rows = [model(tokens[i : i + 1])[0] for i in range(len(tokens))]
    return {
        "the first time": first,
        "the second time": again,
        "in two parts, the state handed on": torch.cat([head, tail], 1),
        "row by row": torch.cat(rows),
    }


def learn(submission, name, args, inputs, targets, steps):
    """Train a network of letters from its own weights; return the scores (N, T, V) of each step and of the end."""
    import torch

    model = getattr(submission, name)(*args).to(inputs.device)
    optimizer, scores = torch.optim.Adam(model.parameters(), lr=0.1), []
    for _ in range(steps):
        scores.append(model(inputs)[0])
        loss = torch.nn.functional.cross_entropy(scores[-1].flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.stack([*scores, model(inputs)[0]]).detach()


def check_hello(submission, rng, draw, name, args, model):
    """Check that a network learns ohlol from hello; `model` is the oracle, to draw its losses beside."""
    hello, ohlol = torch.tensor([[1, 0, 2, 2, 3]]), torch.tensor([[3, 1, 2, 3, 2]])
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(rng.seed())
        own = SimpleNamespace(**{name: lambda *_: model(*args)})
        ours = letter_losses(learn(own, name, args, hello, ohlol, 30), ohlol)
    scores = submission.run(learn, name, args, hello, ohlol, 30)
    check_shape(scores, (31, 1, 5, 4), "the scores of all steps")
    losses = letter_losses(scores, ohlol)
    draw.curve("loss by step", losses.mean(1), ours.mean(1))
    check_close(losses[-1], torch.zeros(5), "the loss of each letter after 30 steps", atol=0.6)


def letter_losses(scores, targets):
    """Return the loss of each letter at each step, (S, T), from scores (S, 1, T, V)."""
    log_probs = scores[:, 0].log_softmax(-1)
    return -log_probs[:, torch.arange(targets.shape[1]), targets[0]]
