"""fix_accumulation: each of its mistakes alone, as far as that goes, then all that the docstring says.

With a large max_norm nothing is cut; where groups are full none is lost; and a group of one batch needs no sum.
"""

import pytest
import torch

from grader.suite import check_close, check_equal, check_that, to_device

FAR = 1e9
ROOM = {"rtol": 1e-4, "atol": 1e-5}  # torch cuts to max_norm times (total / (total + 1e-6))


def train(submission, weight, batches, every, max_norm, lr=0.1, leftover=0.0):
    """Train a linear model; return losses, the gradient of each step, and the weight at the end."""
    import torch

    class Recording(torch.optim.SGD):
        def step(self, closure=None):
            self.seen.append(self.param_groups[0]["params"][0].grad.clone())
            return super().step(closure)

    calls = []
    model = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False).to(weight)
    with torch.no_grad():
        model.weight.copy_(weight)
    model.register_forward_hook(lambda *_: calls.append(1))
    if leftover:
        model.weight.grad = torch.full_like(weight, leftover)
    optimizer = Recording(model.parameters(), lr=lr)
    optimizer.seen = []
    losses = submission.fix_accumulation(
        model, torch.nn.functional.mse_loss, (batch for batch in batches), optimizer, every, max_norm
    )
    floats = type(losses) is list and all(type(loss) is float for loss in losses)
    return {
        "losses": losses, "floats": floats, "gradients": optimizer.seen, "weight": model.weight.detach().clone(),
        "calls": len(calls),
    }  # fmt: skip


def by_hand(weight, batches, every, max_norm, lr=0.1):
    """The oracle: the slope of the mean square by its formula."""
    losses, gradients = [], []
    for start in range(0, len(batches), every):
        group = batches[start : start + every]
        errors = [(x @ weight.t() - y, x) for x, y in group]
        losses.append(float(sum((e**2).mean() for e, _ in errors) / len(group)))
        gradient = sum(2 * e.t() @ x / e.numel() for e, x in errors) / len(group)
        norm = float((gradient**2).sum().sqrt())
        gradient = gradient * min(1.0, max_norm / norm)
        weight = weight - lr * gradient
        gradients.append(gradient)
    return losses, gradients, weight


def drawn(rng, count, n=4):
    """Draw a weight, and batches of different sizes of error."""
    batches = [(rng.normal(n, 3), (1 + i) * rng.normal(n, 2)) for i in range(count)]
    return rng.normal(2, 3), batches


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_accumulation_adds_the_parts_of_a_group(submission):
    """Two batches with gradients -6 and -10: the step goes by their mean, -8."""
    one = torch.ones(1, 1, dtype=torch.float64)
    batches = [(one, 3 * one), (one, 5 * one)]
    got = submission.run(train, 0 * one, batches, 2, FAR)
    check_equal(len(got["gradients"]), 1, "the number of steps")
    check_close(got["gradients"][0], -8 * one, "the gradient of the step")


@pytest.mark.visible
@pytest.mark.weight(2)
@pytest.mark.parametrize(("count", "every", "steps"), [(5, 2, 3), (4, 2, 2), (2, 3, 1), (3, 1, 3), (7, 3, 3)])
def test_fix_accumulation_makes_a_step_for_each_group(submission, rng, count, every, steps):
    """Five batches in groups of two make three steps, and three losses."""
    got = submission.run(train, *drawn(rng, count), every, FAR)
    check_equal(len(got["gradients"]), steps, "the number of steps")
    check_equal(len(got["losses"]), steps, "the number of losses")
    check_equal(got["calls"], count, "how often the model is called")


@pytest.mark.weight(2)
def test_fix_accumulation_cuts_the_whole_gradient(submission, rng):
    """The sum of the parts is cut to max_norm, not each part by itself."""
    weight, batches = drawn(rng, 4)
    got, (_, gradients, _) = submission.run(train, weight, batches, 2, 0.3), by_hand(weight, batches, 2, 0.3)
    check_close(got["gradients"], gradients, "the gradient of each step", **ROOM)


@pytest.mark.weight(2)
def test_fix_accumulation_of_a_smaller_last_group(submission, rng):
    """A last group of one batch counts as one, not as a third."""
    weight, batches = drawn(rng, 4)
    got, (losses, gradients, _) = submission.run(train, weight, batches, 3, FAR), by_hand(weight, batches, 3, FAR)
    check_equal(len(got["gradients"]), 2, "the number of steps")
    check_close(got["gradients"][1], gradients[1], "the gradient of the second step")
    check_close(got["losses"][1:], losses[1:], "the loss of the second group")


@pytest.mark.weight(2)
def test_fix_accumulation_forgets_gradients_from_before(submission, rng):
    """What was in the gradients before the call does not count."""
    weight, batches = drawn(rng, 3)
    got = submission.run(train, weight, batches, 1, FAR, leftover=5.0)
    check_close(got["gradients"], by_hand(weight, batches, 1, FAR)[1], "the gradient of each step")


@pytest.mark.weight(3)
@pytest.mark.parametrize(("count", "every", "max_norm"), [(8, 3, 1.0), (5, 2, 0.5), (6, 2, FAR), (4, 4, 2.0)])
def test_fix_accumulation_matches_the_formulas(submission, rng, count, every, max_norm):
    """Losses, gradients and the weight at the end are those worked out by hand."""
    weight, batches = drawn(rng, count)
    got, want = submission.run(train, weight, batches, every, max_norm), by_hand(weight, batches, every, max_norm)
    check_that(got["floats"], "the losses", "a list of floats", "something else")
    check_close(got["losses"], want[0], "the losses", **ROOM)
    check_close(got["gradients"], want[1], "the gradient of each step", **ROOM)
    check_close(got["weight"], want[2], "the weight at the end", **ROOM)


def test_fix_accumulation_leaves_small_gradients(submission, rng):
    """A gradient that is short enough is not made longer."""
    weight, batches = drawn(rng, 4)
    batches = [(x, x @ weight.t() + 1e-3 * y) for x, y in batches]
    got, want = submission.run(train, weight, batches, 2, 5.0), by_hand(weight, batches, 2, 5.0)
    check_close(got["gradients"], want[1], "the gradient of each step")


def test_fix_accumulation_frees_each_graph(submission, rng):
    """The graph of a batch is freed before the model is called for the next."""

    def scenario(submission, x, y):
        import torch

        alive, most = [0], [0]

        class Kept:
            def __init__(self, tensor):
                self.tensor = tensor
                alive[0] += 1

            def __del__(self):
                alive[0] -= 1

        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
        model.register_forward_pre_hook(lambda *_: most.__setitem__(0, max(most[0], alive[0])))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with torch.autograd.graph.saved_tensors_hooks(Kept, lambda kept: kept.tensor):
            submission.fix_accumulation(model, torch.nn.functional.mse_loss, [(x, y)] * 4, optimizer, 4, 1.0)
        return most[0]

    got = submission.run(scenario, rng.normal(5, 3), rng.normal(5, 2))
    check_equal(got, 0, "tensors that older graphs keep when the model is called")


def test_fix_accumulation_on_a_device(submission, rng):
    """With model and batches on an accelerator the training is the same."""
    weight, batches = drawn(rng, 5)
    got = submission.run(train, *to_device([weight, batches]), 2, 0.5)
    losses, _, end = by_hand(weight, batches, 2, 0.5)
    check_close(got["losses"], losses, "the losses", **ROOM)
    check_close(got["weight"], to_device(end), "the weight at the end", **ROOM)
