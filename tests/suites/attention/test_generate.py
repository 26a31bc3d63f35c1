"""Suite of attention.generate."""

import pytest
import torch

from grader.suite import check_close, check_equal, check_that, to_device

ARGS = (11, 12, 8, 2, 2)  # of a GPT: vocabulary, context, width, heads, blocks
FOUR = [0.0, 1.0, 2.0, 4.0]


def write(submission, args, weights, tokens, length, options, seed=None, most=0, training=True):
    """Write on with a new model; tell what came back, and how the model was used: how many places above `most`."""
    import torch

    model = submission.GPT(*args).to(next(iter(weights.values())).dtype).to(tokens.device)
    model.load_state_dict(weights)
    model.train(training)
    counts, graphs = [], []

    def look(part, given, result):
        counts.append(given[0].numel() // given[0].shape[-1])
        graphs.append(result.requires_grad)

    model.get_submodule("blocks.0.linear1").register_forward_hook(look)
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    state = torch.random.get_rng_state()
    written = submission.generate(model, tokens, length, **options, generator=generator)
    return {
        "written": written,
        "beyond": max(0, sum(counts) - most),
        "drew": not torch.equal(state, torch.random.get_rng_state()),
        "graph": any(graphs) or written.requires_grad,
        "training": model.training,
        "weights": {key: value.detach().clone() for key, value in model.state_dict().items()},
        "gradient": any(part.grad is not None for part in model.parameters()),
    }


def draw_weights(rng, model):
    """Draw weights with which texts vary: the scores are far apart."""
    return {key: rng.normal(*value.shape, std=0.8) for key, value in model.state_dict().items()}


def always(shared, scores, context=40):
    """Return arguments and weights of a GPT whose scores are these whatever it reads."""
    args = (len(scores), context, 1, 1, 1)
    weights = {key: torch.zeros_like(value).double() for key, value in shared.LanguageModel(*args).state_dict().items()}
    weights["embedding.weight"] = torch.tensor(scores, dtype=torch.float64).unsqueeze(1)
    weights["positions.weight"] += 1000.0  # the norm makes 1 of it, whatever the token adds
    weights["norm.weight"] += 1.0
    return args, weights


def model_of(shared, args, weights):
    """Return a model of torch's own layers with these weights."""
    model = shared.LanguageModel(*args).double()
    model.load_state_dict(weights)
    return model


def greedy(model, tokens, length):
    """Write the token of the largest score, reading all anew for each."""
    text = tokens
    with torch.no_grad():
        for _ in range(length):
            text = torch.cat([text, model(text)[:, -1].argmax(1, keepdim=True)], 1)
    return text[:, tokens.shape[1] :]


def kept_tokens(scores, temperature, top_k, top_p):
    """Return which tokens of a row of scores may be drawn."""
    falling, order = (scores / temperature).softmax(0).sort(descending=True)
    stays = torch.arange(len(order)) < (len(order) if top_k is None else top_k)
    falling = falling * stays / (falling * stays).sum()
    if top_p is not None:
        stays &= falling.cumsum(0) - falling < top_p
    return set(order[stays].tolist())


def check_tokens(written, n, length, v):
    """Check that (N, length) tokens came back, int64, from 0 to V-1."""
    got = getattr(written, "dtype", None), tuple(getattr(written, "shape", ()))
    check_equal(got, (torch.int64, (n, length)), "dtype and shape of the tokens")
    inside = bool(((written >= 0) & (written < v)).all())
    check_that(inside, "the tokens", f"numbers from 0 to {v - 1}", "others")


def check_shares(tokens, probabilities):
    """Check how often each token was drawn; a wide margin, for chance."""
    shares = torch.bincount(tokens.flatten(), minlength=len(probabilities)).double() / tokens.numel()
    for token, (share, p) in enumerate(zip(shares.tolist(), probabilities.tolist(), strict=True)):
        text = "far more" if share > p else "far less"
        check_that(abs(share - p) <= 0.15, f"how often token {token} is drawn", f"about {p:.2f} of all", text)


@pytest.mark.visible
@pytest.mark.parametrize("n, p, length", [(3, 2, 5), (1, 4, 1), (2, 1, 0)])
@pytest.mark.parametrize("temperature", [1.0, 0.0])
def test_generate_shape_and_dtype(submission, rng, n, p, length, temperature):
    """As many tokens as asked for, without the given ones: (N, length) int64."""
    model, tokens = submission.GPT(*ARGS), rng.integers(0, 11, n, p)
    check_tokens(submission.generate(model, tokens, length, temperature, generator=rng.generator()), n, length, 11)


@pytest.mark.visible
def test_generate_of_a_model_with_one_wish(submission, shared, rng):
    """A model that always scores token 2 highest writes 2, 2, 2 at temperature 0."""
    args, weights = always(shared, [0.0, 1.0, 3.0, 2.0])
    seen = submission.run(write, args, weights, torch.tensor([[0, 1], [3, 3]]), 3, {"temperature": 0.0}, rng.seed())
    check_close(seen["written"], torch.full((2, 3), 2))


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, p, length", [(1, 3, 6), (3, 1, 11), (2, 8, 4), (2, 11, 1)])
def test_generate_takes_the_largest_score(submission, shared, rng, n, p, length):
    """At temperature 0 each token has the largest score after all before it."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 11, n, p)
    seen = submission.run(write, ARGS, weights, tokens, length, {"temperature": 0.0}, rng.seed())
    check_tokens(seen["written"], n, length, 11)
    check_close(seen["written"], greedy(model_of(shared, ARGS, weights), tokens, length))


@pytest.mark.weight(2)
@pytest.mark.parametrize("options", [{"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-3}], ids=str)
def test_generate_when_one_token_is_left(submission, shared, rng, options):
    """With top_k 1, a tiny top_p or temperature the largest score is drawn."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 11, 3, 2)
    seen = submission.run(write, ARGS, weights, tokens, 9, options, rng.seed())
    check_close(seen["written"], greedy(model_of(shared, ARGS, weights), tokens, 9))


@pytest.mark.weight(2)
@pytest.mark.parametrize("n, p, length", [(1, 3, 9), (2, 5, 6)])
def test_generate_computes_each_token_once(submission, shared, rng, n, p, length):
    """The blocks compute no more than P + length places of a text."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 11, n, p)
    most = n * (p + length)
    seen = submission.run(write, ARGS, weights, tokens, length, {}, rng.seed(), most)
    check_equal(seen["beyond"], 0, f"how many places more than {most} a block computed")


@pytest.mark.statistical
@pytest.mark.weight(3)
@pytest.mark.parametrize("temperature", [1.0, 4.0, 0.4])
def test_generate_draws_by_the_temperature(submission, shared, rng, temperature):
    """Of 400 tokens each has about the share softmax(scores / temperature)."""
    order = rng.permutation(4)
    scores = torch.tensor(FOUR, dtype=torch.float64)[order]
    args, weights = always(shared, scores.tolist())
    tokens = rng.integers(0, 4, 40, 2)
    seen = submission.run(write, args, weights, tokens, 10, {"temperature": temperature}, rng.seed())
    check_tokens(seen["written"], 40, 10, 4)
    check_shares(seen["written"], torch.softmax(scores / temperature, 0))


@pytest.mark.statistical
@pytest.mark.weight(2)
def test_generate_draws_each_text_by_itself(submission, shared, rng):
    """Equal texts go on differently, and so do the tokens of one."""
    args, weights = always(shared, [0.0] * 4)
    seen = submission.run(write, args, weights, torch.zeros(30, 2, dtype=torch.int64), 12, {}, rng.seed())
    check_tokens(seen["written"], 30, 12, 4)
    for what, rows in (("the texts", seen["written"]), ("the tokens of a text", seen["written"].t())):
        alike = (rows[1:] == rows[:1]).double().mean().item()
        check_that(alike < 0.6, what, "draws of their own", "nearly the same draws again")


@pytest.mark.statistical
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "options", [{"top_k": 3}, {"top_p": 0.7}, {"temperature": 2.0, "top_k": 5, "top_p": 0.5}], ids=str
)
def test_generate_draws_what_is_kept(submission, shared, rng, options):
    """Every token is one of those that top_k and top_p leave; all of them come."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 11, 1, 2).repeat(60, 1)
    weights["norm.weight"] *= 0.3  # scores that are nearer to one another
    seen = submission.run(write, ARGS, weights, tokens, 4, options, rng.seed())
    check_tokens(seen["written"], 60, 4, 11)
    text = torch.cat([tokens, seen["written"]], 1)
    with torch.no_grad():
        scores = model_of(shared, ARGS, weights)(text)
    settings = options.get("temperature", 1.0), options.get("top_k"), options.get("top_p")
    for t in range(4):
        for row in range(60):
            kept = kept_tokens(scores[row, 1 + t], *settings)
            inside = int(text[row, 2 + t]) in kept
            check_that(inside, f"token {t + 1} of a text", f"one of the {len(kept)} that are kept", "another one")
    best = {int(scores[row, 1].argmax()) for row in range(60)}
    kept = kept_tokens(scores[0, 1], *settings)
    several = len(kept) == 1 or len(set(seen["written"][:, 0].tolist()) - best) > 0 or _certain(scores[0, 1], settings)
    check_that(several, "the first tokens of 60 texts", f"several of the {len(kept)} that are kept", "one")


def _certain(scores, settings):
    """Whether the first of the kept tokens has nearly all of the probability."""
    shares = (scores / settings[0]).softmax(0)
    kept = sorted(shares[list(kept_tokens(scores, *settings))].tolist())
    return kept[-1] / sum(kept) > 0.8


@pytest.mark.weight(2)
def test_generate_draws_from_the_generator(submission, shared, rng):
    """One seed gives one text, another seed another; torch's own state stays."""
    args, weights = always(shared, [0.0] * 6)
    first, second, texts = rng.seed(), rng.seed(), []

    for seed in (first, first, second):
        seen = submission.run(write, args, weights, torch.tensor([[1]]), 30, {}, seed)
        check_equal(seen["drew"], False, "whether torch's own random state moved")
        texts.append(seen["written"])
    for text in texts:
        check_tokens(text, 1, 30, 6)
    check_close(texts[1], texts[0], "the text of the same seed again")
    check_that(not torch.equal(texts[2], texts[0]), "the text of another seed", "another text", "the same")


@pytest.mark.detail
@pytest.mark.parametrize("temperature", [1.0, 0.0])
def test_generate_leaves_the_model_alone(submission, shared, rng, temperature):
    """No graph is built; parameters, gradients and mode stay as they are."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 11, 2, 3)
    for training in (True, False):
        options = {"temperature": temperature}
        seen = submission.run(write, ARGS, weights, tokens, 3, options, rng.seed(), training=training)
        check_equal(seen["training"], training, "the model's training mode afterwards")
        check_equal(seen["graph"], False, "whether gradients were recorded when the model was called")
        check_equal(seen["gradient"], False, "whether a parameter got a gradient")
        check_close(seen["weights"], weights, "the parameters")


@pytest.mark.parametrize("temperature", [0.0, 1e-3])
def test_generate_on_a_device(submission, shared, rng, temperature):
    """With model and texts on an accelerator the tokens lie there too."""
    weights, tokens = draw_weights(rng, shared.LanguageModel(*ARGS)), rng.integers(0, 11, 2, 3)
    moved = to_device((weights, tokens))
    seen = submission.run(write, ARGS, *moved, 5, {"temperature": temperature}, rng.seed())
    check_close(seen["written"], to_device(greedy(model_of(shared, ARGS, weights), tokens, 5)))
