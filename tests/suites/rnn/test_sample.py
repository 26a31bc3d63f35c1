"""Suite of rnn.sample."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_manners, check_that, to_device

FOUR = [0.0, 1.0, 2.0, 4.0]


def write(submission, kind, table, prompt, length, temperature, seed, training=True):
    """Write on with one of two networks; tell what came back, and how the network was used.

    "table": the scores depend on the last token alone, they are its row of the table.
    "sum": they depend on the sum s of all tokens so far: token (s + 1) modulo V scores highest. The state is s.
    """
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.graphs, self.read = nn.Parameter(table.clone()), [], []

        def forward(self, tokens, hidden=None):
            self.graphs.append(torch.is_grad_enabled())
            self.read.append(tuple(tokens.shape))
            if kind == "table":
                return self.table[tokens], hidden
            sums = tokens.cumsum(1) + (0 if hidden is None else hidden)
            v = len(self.table)
            places = torch.arange(v, device=tokens.device)
            return self.table[0] - 5.0 * (places != (sums.unsqueeze(2) + 1) % v), sums[:, -1:]

    model = Network().to(prompt.device).train(training)
    generator = torch.Generator().manual_seed(seed)
    tokens = submission.sample(model, prompt, length, temperature, generator)
    return {
        "tokens": tokens,
        "graphs": any(model.graphs),
        "training": model.training,
        "table": model.table.detach().clone(),
        "gradient": model.table.grad is not None,
    }


def sums_by_hand(prompt, length, v):
    """Return what the network "sum" writes when the largest score always wins."""
    written, total = [], sum(prompt)
    for _ in range(length):
        written.append((total + 1) % v)
        total += written[-1]
    return written


def rows(scores):
    """Return a table in which every token has the same scores."""
    return torch.tensor([scores] * len(scores))


def check_tokens(tokens, length, v):
    """Check that (length,) tokens came back, int64, from 0 to V-1."""
    want = torch.zeros(length, dtype=torch.int64)
    check_equal(
        (getattr(tokens, "dtype", None), tuple(getattr(tokens, "shape", ()))),
        (want.dtype, tuple(want.shape)),
        "dtype and shape of the tokens",
    )
    inside = bool(((tokens >= 0) & (tokens < v)).all())
    check_that(inside, "the tokens", f"numbers from 0 to {v - 1}", "others")


def check_shares(tokens, probabilities):
    """Check how often each token was drawn; a wide margin, for chance."""
    count = len(tokens)
    shares = torch.bincount(tokens, minlength=len(probabilities)).double() / count
    for token, (share, p) in enumerate(zip(shares.tolist(), probabilities.tolist(), strict=True)):
        text = "far more" if share > p else "far less"
        check_that(abs(share - p) <= 0.17, f"how often token {token} is drawn", f"about {p:.2f} of all", text)


@pytest.mark.parametrize("length", [5, 1, 0])
@pytest.mark.parametrize("temperature", [1.0, 0.0])
def test_sample_shape_and_dtype(submission, rng, length, temperature):
    """As many tokens as asked for, without the prompt: (length,) int64."""
    prompt = rng.integers(0, 4, 3)
    seen = submission.run(write, "table", rows(FOUR), prompt, length, temperature, rng.seed())
    check_tokens(seen["tokens"], length, 4)


@pytest.mark.visible
def test_sample_at_temperature_0(submission, rng):
    """A network that scores the sum + 1 modulo 5 highest writes 0, 0, 0 after 1, 3."""
    seen = submission.run(write, "sum", torch.zeros(5, 5), torch.tensor([1, 3]), 3, 0.0, rng.seed())
    check_close(seen["tokens"], torch.tensor([0, 0, 0]))
    seen = submission.run(write, "sum", torch.zeros(5, 5), torch.tensor([1, 2]), 4, 0.0, rng.seed())
    check_close(seen["tokens"], torch.tensor([4, 3, 1, 2]), "the tokens after 1 and 2")


@pytest.mark.weight(2)
@pytest.mark.parametrize("temperature", [0.0, 1e-3, 0.05])
@pytest.mark.parametrize("prompt", [(2,), (1, 0, 4), (6, 6, 3, 2, 5)], ids=str)
def test_sample_reads_every_token_once(submission, rng, temperature, prompt):
    """Whole prompt and all that was written count, each token once."""
    arguments = "sum", torch.zeros(7, 7), torch.tensor(prompt), 9, temperature, rng.seed()
    seen = submission.run(write, *arguments)
    check_close(seen["tokens"], torch.tensor(sums_by_hand(prompt, 9, 7)))


@pytest.mark.weight(3)
@pytest.mark.statistical
@pytest.mark.parametrize("temperature", [1.0, 4.0, 0.4, 1e6])
def test_sample_draws_by_the_temperature(submission, rng, temperature):
    """Of 300 tokens each has about the share softmax(scores / temperature)."""
    order = rng.permutation(4)
    scores = torch.tensor(FOUR, dtype=torch.float64)[order]
    table = rows(scores.float().tolist())
    seen = submission.run(write, "table", table, torch.tensor([1]), 300, temperature, rng.seed())
    check_tokens(seen["tokens"], 300, 4)
    check_shares(seen["tokens"], torch.softmax(scores / temperature, 0))


@pytest.mark.weight(2)
@pytest.mark.statistical
def test_sample_goes_on_from_what_it_drew(submission, rng):
    """Where k may be followed by k + 1 or k + 2, both follow, and nothing else."""
    v = 5
    after = (torch.arange(v) - torch.arange(v).unsqueeze(1)) % v
    table = torch.where((after == 1) | (after == 2), 0.0, -200.0)
    seen = submission.run(write, "table", table, torch.tensor([3, 0, 4]), 300, 1.0, rng.seed())
    check_tokens(seen["tokens"], 300, v)
    text = torch.cat([torch.tensor([4]), seen["tokens"]])
    steps = (text[1:] - text[:-1]) % v
    legal = bool(((steps == 1) | (steps == 2)).all())
    check_that(legal, "which token follows which", "k + 1 or k + 2 after k", "others as well")
    check_shares(steps - 1, torch.tensor([0.5, 0.5]))


@pytest.mark.weight(2)
def test_sample_draws_from_the_generator(submission, rng):
    """One seed gives one text, another seed another; the global state stays."""
    first, second = rng.seed(), rng.seed()
    arguments = "table", torch.zeros(6, 6), torch.tensor([1]), 30, 1.0
    texts = []

    def call(seed):
        texts.append(submission.run(write, *arguments, seed)["tokens"])

    check_manners(submission, lambda: call(first))
    call(first)
    call(second)
    for text in texts:
        check_tokens(text, 30, 6)
    check_close(texts[1], texts[0], "the text of the same seed again")
    check_that(not torch.equal(texts[2], texts[0]), "the text of another seed", "another text", "the same")


@pytest.mark.detail
@pytest.mark.parametrize("temperature", [1.0, 0.0])
def test_sample_leaves_the_model_alone(submission, rng, temperature):
    """No graph is built; parameters, gradients and mode stay as they are."""
    table = rows(FOUR)
    for training in (True, False):
        arguments = "table", table, torch.tensor([1, 2]), 4, temperature, rng.seed()
        seen = submission.run(write, *arguments, training=training)
        check_equal(seen["training"], training, "the model's training mode afterwards")
        check_equal(seen["graphs"], False, "whether gradients were recorded when the model was called")
        check_equal(seen["gradient"], False, "whether a parameter got a gradient")
        check_close(seen["table"], table, "the parameters")


def test_sample_survives_large_scores(submission, rng):
    """Scores of 1000 at a temperature of 0.001 are as good as the largest."""
    table = rows([-1000.0, 999.0, 1000.0])
    seen = submission.run(write, "table", table, torch.tensor([0]), 4, 1e-3, rng.seed())
    check_close(seen["tokens"], torch.tensor([2] * 4))


@pytest.mark.parametrize("temperature", [0.0, 0.05])
def test_sample_on_a_device(submission, rng, temperature):
    """With model and prompt on an accelerator the text lies there too."""
    table, prompt = to_device((torch.zeros(7, 7), torch.tensor([3, 1])))
    seen = submission.run(write, "sum", table, prompt, 6, temperature, rng.seed())
    check_close(seen["tokens"], to_device(torch.tensor(sums_by_hand((3, 1), 6, 7))))
