"""Suite of attention.token_probabilities."""

import pytest
import torch

from grader.suite import check_close, check_device, check_manners


def by_hand(logits, temperature=1.0, top_k=None, top_p=None):
    """The oracle: token after token, in lists."""
    rows = [one_row(row.tolist(), temperature, top_k, top_p) for row in logits.double().reshape(-1, logits.shape[-1])]
    return torch.tensor(rows, dtype=torch.float64).reshape(logits.shape)


def one_row(scores, temperature, top_k, top_p):
    """Return the probabilities of one row."""
    order = sorted(range(len(scores)), key=lambda token: -scores[token])
    if temperature == 0:
        return [float(token == order[0]) for token in range(len(scores))]
    exact = torch.tensor(scores, dtype=torch.float64)
    shares = ((exact - exact.max()) / temperature).exp().tolist()
    kept = order if top_k is None else order[:top_k]
    if top_p is not None:
        total, few, so_far = sum(shares[token] for token in kept), [], 0.0
        for token in kept:
            if so_far >= top_p:
                break
            few.append(token)
            so_far += shares[token] / total
        kept = few
    total = sum(shares[token] for token in kept)
    return [shares[token] / total if token in kept else 0.0 for token in range(len(scores))]


def scores_of(rng, *shape, dtype=torch.float64):
    """Draw rows of scores that are at least 0.3 apart, in any order."""
    v = shape[-1]
    rows = [0.3 * rng.permutation(v) + 0.2 * rng.uniform(v) for _ in range(torch.Size(shape[:-1]).numel())]
    return torch.stack(rows).reshape(shape).to(dtype)


PARTS = torch.tensor([0.2, 0.5, 0.3])


@pytest.mark.visible
def test_token_probabilities_by_the_temperature(submission):
    """Scores 0 and ln 4 give 1/5, 4/5; at temperature 2 1/3, 2/3; at 1/2 1/17, 16/17."""
    scores = torch.tensor([1.0, 4.0]).log()
    for temperature, want in ((1.0, [1 / 5, 4 / 5]), (2.0, [1 / 3, 2 / 3]), (0.5, [1 / 17, 16 / 17])):
        got = submission.token_probabilities(scores, temperature)
        check_close(got, torch.tensor(want), f"temperature {temperature:g}")


@pytest.mark.visible
def test_token_probabilities_at_temperature_0(submission):
    """At temperature 0 the token of the largest score has 1."""
    got = submission.token_probabilities(torch.tensor([[1.0, 3.0, 2.0], [0.0, -2.0, -1.0]]), 0.0)
    check_close(got, torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))


def test_token_probabilities_at_temperature_0_of_close_scores(submission):
    """At temperature 0 the largest score has 1, however close another one is."""
    got = submission.token_probabilities(torch.tensor([0.5, 0.50002, 0.49999], dtype=torch.float64), 0.0)
    check_close(got, torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64))


@pytest.mark.visible
def test_token_probabilities_of_the_first_k(submission):
    """Of 0.2, 0.5, 0.3 two stay: 0, 0.625, 0.375; one stays: 0, 1, 0; of 9 all stay."""
    for k, want in ((2, [0.0, 0.625, 0.375]), (1, [0.0, 1.0, 0.0]), (9, [0.2, 0.5, 0.3])):
        check_close(submission.token_probabilities(PARTS.log(), 1.0, k), torch.tensor(want), f"top_k={k}")


@pytest.mark.visible
def test_token_probabilities_of_a_nucleus(submission):
    """Of 0.2, 0.5, 0.3 the nucleus of 0.4 is one, of 0.7 are two, of 0.9 all three."""
    wants = {0.4: [0.0, 1.0, 0.0], 0.7: [0.0, 0.625, 0.375], 0.9: [0.2, 0.5, 0.3]}
    for top_p, want in wants.items():
        got = submission.token_probabilities(PARTS.log(), 1.0, None, top_p)
        check_close(got, torch.tensor(want), f"top_p={top_p}")


@pytest.mark.weight(2)
@pytest.mark.parametrize("temperature", [0.7, 1.0, 3.0, 0.0])
@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4)], ids=str)
def test_token_probabilities_of_all_tokens(submission, rng, shape, temperature):
    """Each row is the softmax of its scores over the temperature."""
    x = scores_of(rng, *shape)
    check_close(submission.token_probabilities(x, temperature), by_hand(x, temperature))


@pytest.mark.weight(2)
@pytest.mark.parametrize("top_k", [1, 2, 4, 8, 11])
def test_token_probabilities_keeps_k_tokens(submission, rng, top_k):
    """The k most likely tokens of each row stay, wherever they stand."""
    x = scores_of(rng, 5, 8)
    check_close(submission.token_probabilities(x, 1.3, top_k), by_hand(x, 1.3, top_k))


@pytest.mark.weight(3)
@pytest.mark.parametrize("top_p", [0.05, 0.3, 0.6, 0.85, 0.999])
def test_token_probabilities_keeps_a_nucleus(submission, rng, top_p):
    """As few tokens stay as reach top_p together, in each row."""
    x = scores_of(rng, 6, 9)
    check_close(submission.token_probabilities(x, 1.0, None, top_p), by_hand(x, 1.0, None, top_p))


@pytest.mark.weight(2)
@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_token_probabilities_of_a_nucleus_at_a_temperature(submission, rng, temperature):
    """The nucleus is that of the probabilities at this temperature."""
    x = scores_of(rng, 6, 9)
    check_close(submission.token_probabilities(x, temperature, None, 0.6), by_hand(x, temperature, None, 0.6))


@pytest.mark.weight(2)
@pytest.mark.parametrize("top_k, top_p", [(3, 0.6), (2, 0.9), (5, 0.45)])
def test_token_probabilities_of_both(submission, rng, top_k, top_p):
    """First k tokens stay, then the nucleus of these, whose sum is 1 again."""
    x = scores_of(rng, 6, 9)
    got = submission.token_probabilities(x, temperature=1.5, top_k=top_k, top_p=top_p)
    check_close(got, by_hand(x, 1.5, top_k, top_p))


def test_token_probabilities_at_temperature_0_with_the_rest(submission, rng):
    """At temperature 0 neither top_k nor top_p changes anything."""
    x = scores_of(rng, 3, 5)
    check_close(submission.token_probabilities(x, 0.0, 3, 0.9), by_hand(x, 0.0))


def test_token_probabilities_of_large_scores(submission):
    """Scores of 10000 at temperature 0.001 do no harm; at 1e6 all are alike."""
    x = torch.tensor([[-1e4, 9e3, 1e4]])
    check_close(submission.token_probabilities(x, 1e-3), torch.tensor([[0.0, 0.0, 1.0]]), "temperature 0.001")
    got = submission.token_probabilities(torch.tensor([[0.0, 1.0, 3.0]]), 1e6)
    check_close(got, torch.full((1, 3), 1 / 3), "temperature 1e6")


def test_token_probabilities_in_float32(submission, rng):
    """In float32 the result is float32."""
    x = scores_of(rng, 4, 6, dtype=torch.float32)
    check_close(submission.token_probabilities(x, 1.0, 4, 0.7), by_hand(x, 1.0, 4, 0.7).float())


@pytest.mark.detail
def test_token_probabilities_has_manners(submission, rng):
    """The scores stay as they are, and no random number is drawn."""
    check_manners(submission, lambda: submission.token_probabilities(scores_of(rng, 3, 5), 0.5, 3, 0.6))


@pytest.mark.parametrize("options", [(1.0, 3, None), (1.0, None, 0.6), (0.0, None, None)], ids=str)
def test_token_probabilities_on_a_device(submission, rng, options):
    """On an accelerator it is the same."""
    check_device(submission.token_probabilities, scores_of(rng, 3, 5), *options)
