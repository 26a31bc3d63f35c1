"""Suite of rnn.NameClassifier."""

import pytest
import torch

from grader.suite import check_close, check_manners, check_network, check_trains, to_device

SUFFIXES = ("", "_reverse")


def shapes_of(v, e, h, k):
    """Return the shapes of the parameters."""
    shapes = {"embedding.weight": (v, e)}
    for suffix in SUFFIXES:
        shapes |= {f"gru.weight_ih_l0{suffix}": (3 * h, e), f"gru.weight_hh_l0{suffix}": (3 * h, h)}
        shapes |= {f"gru.bias_ih_l0{suffix}": (3 * h,), f"gru.bias_hh_l0{suffix}": (3 * h,)}
    return {**shapes, "linear.weight": (k, 2 * h), "linear.bias": (k,)}


def batch(rng, lengths, v, longest=None):
    """Draw a padded batch whose padding holds any token."""
    lengths = torch.tensor(lengths)
    return rng.integers(0, v, len(lengths), longest or int(lengths.max())), lengths


def several_ways(submission, sizes, weights, tokens, lengths, other_tokens, order):
    """Score names twice, under other padding, with more of it, in another order, and one by one."""
    model = submission.NameClassifier(*sizes).double()
    model.load_state_dict(weights)
    back = torch.argsort(order)
    wider = torch.cat([tokens, tokens], 1)
    with torch.no_grad():
        return {
            "the first time": model(tokens, lengths),
            "the second time": model(tokens, lengths),
            "other padding": model(other_tokens, lengths),
            "more padding": model(wider, lengths),
            "another order": model(tokens[order], lengths[order])[back],
            "one by one": torch.cat(
                [model(tokens[i : i + 1], lengths[i : i + 1]) for i in range(len(tokens))]
            ),
            "one by one, without padding": torch.cat(
                [
                    model(tokens[i : i + 1, :length], lengths[i : i + 1])
                    for i, length in enumerate(lengths.tolist())
                ]
            ),
        }


@pytest.mark.visible
def test_NameClassifier_keeps_its_parameters(submission, shared):
    """An embedding, four parameters for each direction, and a linear layer of 2H."""
    got = submission.run(shared.described, "NameClassifier", (7, 4, 3, 5), {})
    shared.check_described(got, shapes_of(7, 4, 3, 5))


@pytest.mark.visible
def test_NameClassifier_of_a_short_and_a_long_name(submission):
    """With n = 0.6, z = 1/2 the state is 0.3 after a letter, 0.45 after two."""
    weights = {key: torch.zeros(shape) for key, shape in shapes_of(3, 2, 1, 2).items()}
    weights["gru.bias_ih_l0"][2] = 0.6931471805599453  # tanh(ln 2) = 0.6
    weights["gru.bias_ih_l0_reverse"][2] = -0.6931471805599453
    weights["linear.weight"] = torch.tensor([[10.0, 0.0], [0.0, 100.0]])
    model = submission.NameClassifier(3, 2, 1, 2)
    model.load_state_dict(weights)
    got = model(torch.tensor([[1, 0, 0], [2, 1, 0]]), torch.tensor([1, 2]))
    check_close(got, torch.tensor([[3.0, -30.0], [4.5, -45.0]]), "the scores")


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "lengths, longest",
    [
        ((2, 5, 3, 1), None),
        ((4, 4, 4), None),
        ((6,), None),
        ((3, 1, 4), 7),
    ],
    ids=str,
)
def test_NameClassifier_forwards_and_backwards(submission, rng, draw, shared, lengths, longest):
    """Scores and all gradients are right, for lengths in any order."""
    sizes = (6, 4, 3, 5)
    x = batch(rng, lengths, 6, longest)
    check_network(submission, "NameClassifier", sizes, shared.NameNet(*sizes), x, rng=rng, draw=draw)


@pytest.mark.parametrize("sizes", [(3, 5, 2, 4), (4, 1, 1, 2), (2, 3, 3, 3)], ids=str)
def test_NameClassifier_of_other_sizes(submission, rng, draw, shared, sizes):
    """Vocabulary, embedding, hidden state and classes may have any size."""
    x = batch(rng, (3, 5, 1), sizes[0])
    check_network(submission, "NameClassifier", sizes, shared.NameNet(*sizes), x, rng=rng, draw=draw)


@pytest.mark.weight(3)
def test_NameClassifier_reads_each_name_by_itself(submission, rng, shared):
    """Padding, its length, the order and the other names make no difference."""
    sizes = (6, 4, 3, 5)
    weights = {key: rng.normal(*shape) for key, shape in shapes_of(*sizes).items()}
    tokens, lengths = batch(rng, (2, 6, 1, 4, 3), 6)
    padding = torch.arange(6) >= lengths.unsqueeze(1)
    other = torch.where(padding, (tokens + 1) % 6, tokens)
    order = torch.roll(torch.arange(5), int(rng.integers(1, 5, 1)))
    got = submission.run(several_ways, sizes, weights, tokens, lengths, other, order)
    model = shared.NameNet(*sizes).double()
    model.load_state_dict(weights)
    want = model(tokens, lengths).detach()
    for way in ("the first time", "the second time", "other padding", "more padding", "another order"):
        check_close(got[way], want, f"the scores, {way}")
    for way in ("one by one", "one by one, without padding"):
        check_close(got[way], want, f"the scores, {way}")


@pytest.mark.weight(2)
def test_NameClassifier_trains(submission, rng, shared):
    """Three steps of descent, on names of many lengths, are the oracle's."""
    sizes, lengths = (6, 4, 3, 5), ((2, 5, 3), (4, 1), (3, 3, 6, 2))
    batches = [(batch(rng, few, 6), rng.integers(0, 5, len(few))) for few in lengths]
    check_trains(submission, "NameClassifier", sizes, shared.NameNet(*sizes), batches, rng=rng)


def test_NameClassifier_in_float32(submission, rng, shared):
    """In float32 the scores are float32."""
    sizes = (6, 4, 3, 5)
    weights = {key: rng.normal(*shape).float() for key, shape in shapes_of(*sizes).items()}
    model, own = submission.NameClassifier(*sizes), shared.NameNet(*sizes)
    model.load_state_dict(weights)
    own.load_state_dict(weights)
    x = batch(rng, (2, 4, 3), 6)
    check_close(model(*x), own(*x).detach(), "the scores")


def test_NameClassifier_has_manners(submission, rng):
    """A forward pass changes no input and draws no random number."""
    model, x = submission.NameClassifier(6, 4, 3, 5), batch(rng, (2, 5, 3), 6)
    check_manners(submission, lambda: model(*x))


def test_NameClassifier_on_a_device(submission, rng, draw, shared):
    """With model, tokens and lengths on an accelerator the scores are the same."""
    sizes, x = (6, 4, 3, 5), to_device(batch(rng, (2, 5, 1, 3), 6))
    check_network(submission, "NameClassifier", sizes, shared.NameNet(*sizes), x, rng=rng, draw=draw)
