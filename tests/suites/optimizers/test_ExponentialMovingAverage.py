"""Suite of optimizers.ExponentialMovingAverage."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_manners


def follow(submission, values, decay):
    """Give two parameters one pair of values after the other; return the averages from the beginning on."""
    params = [torch.nn.Parameter(x.clone()) for x in values[0]]
    average = submission.ExponentialMovingAverage(params, decay)
    seen = [[a.clone() for a in average.averages]]
    for row in values[1:]:
        for p, x in zip(params, row, strict=True):
            p.data.copy_(x)
        average.update()
        seen.append([a.clone() for a in average.averages])
    return {f"average {i}": torch.stack([row[i] for row in seen]) for i in range(len(params))}


def swap(submission, first, second, decay):
    """Update once, apply, restore; return what the parameters and averages are after each."""
    params = [torch.nn.Parameter(x.clone()) for x in first]
    memory = [p.detach() for p in params]
    average = submission.ExponentialMovingAverage(params, decay)
    for p, x in zip(params, second, strict=True):
        p.data.copy_(x)
        p.grad = torch.ones_like(p)
    average.update()
    found = {}
    for name in ("apply", "restore", "update", "apply"):
        getattr(average, name)()
        key = name if name not in found else "a second " + name
        found[key] = {
            "parameters": [m.clone() for m in memory],
            "averages": [a.clone() for a in average.averages],
        }
    found["grads"] = [p.grad.clone() for p in params]
    found["graphs"] = [t.requires_grad for t in average.averages] + [not p.requires_grad for p in params]
    return found


def _oracle(values, decay):
    """Sum up what every value still weighs."""
    result = {}
    for i in range(len(values[0])):
        rows = []
        for t in range(len(values)):
            weights = [decay**t] + [(1 - decay) * decay ** (t - k) for k in range(1, t + 1)]
            rows.append(sum(w * values[k][i].double() for k, w in enumerate(weights)).to(values[0][i].dtype))
        result[f"average {i}"] = torch.stack(rows)
    return result


def _values(rng, count, dtype=torch.float64):
    return [
        [rng.normal(3, 2, dtype=dtype), rng.normal(3, 2, dtype=dtype), rng.normal(dtype=dtype)]
        for _ in range(count)
    ]


@pytest.mark.visible
def test_ExponentialMovingAverage_of_three_updates(submission):
    """With decay 0.75 the weights 0, 8, 8, 0 have the averages 0, 2, 3.5, 2.625."""
    values = [[torch.tensor([x], dtype=torch.float64)] for x in (0.0, 8.0, 8.0, 0.0)]
    want = torch.tensor([[0.0], [2.0], [3.5], [2.625]], dtype=torch.float64)
    check_close(submission.run(follow, values, 0.75), {"average 0": want}, "after each update")


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("decay", [0.9, 0.5, 0.999, 0.0])
def test_ExponentialMovingAverage_follows_the_weights(submission, rng, dtype, decay):
    """Each parameter has an average of its own, which starts at its value."""
    values = _values(rng, 7, dtype)
    check_close(submission.run(follow, values, decay), _oracle(values, decay), "after each update")


@pytest.mark.weight(2)
@pytest.mark.parametrize("decay", [0.9, 0.3])
def test_ExponentialMovingAverage_lends_its_averages(submission, rng, decay):
    """apply puts the averages into the parameters, restore brings the weights back."""
    first, second = _values(rng, 2)
    once = [decay * a + (1 - decay) * b for a, b in zip(first, second, strict=True)]
    twice = [decay * a + (1 - decay) * b for a, b in zip(once, second, strict=True)]
    want = {
        "apply": {"parameters": once, "averages": once},
        "restore": {"parameters": second, "averages": once},
        "update": {"parameters": second, "averages": twice},
        "a second apply": {"parameters": twice, "averages": twice},
        "grads": [torch.ones_like(x) for x in first],
        "graphs": [False] * 6,
    }
    check_close(submission.run(swap, first, second, decay), want, "after")


def test_ExponentialMovingAverage_keeps_its_averages_apart(submission, rng):
    """Writing into parameters that have the averages changes no average."""

    def overwrite(submission, values):
        params = [torch.nn.Parameter(x.clone()) for x in values]
        average = submission.ExponentialMovingAverage(params, 0.5)
        average.apply()
        for p in params:
            p.data.fill_(7.0)
        kept = [a.clone() for a in average.averages]
        average.restore()
        return {"averages": kept, "restored": [p.detach().clone() for p in params]}

    (values,) = _values(rng, 1)
    check_close(submission.run(overwrite, values), {"averages": values, "restored": values}, "after writing")


@pytest.mark.weight(2)
def test_ExponentialMovingAverage_resumes(submission, rng):
    """Saved and loaded over fresh parameters, the averages go on as before."""

    def resume(submission, values, fresh):
        params = [torch.nn.Parameter(x.clone()) for x in values[0]]
        average = submission.ExponentialMovingAverage(params, 0.8)
        for p, x in zip(params, values[1], strict=True):
            p.data.copy_(x)
        average.update()
        saved, seen = average.state_dict(), []
        average.update()
        for _ in range(2):
            others = [torch.nn.Parameter(x.clone()) for x in fresh]
            other = submission.ExponentialMovingAverage(others, 0.1)
            other.load_state_dict(saved)
            untouched = [p.detach().clone() for p in others]
            for p, x in zip(others, values[2], strict=True):
                p.data.copy_(x)
            other.update()
            seen.append({"loaded": untouched, "averages": [a.clone() for a in other.averages]})
        return {"resumed": seen[0], "resumed a second time": seen[1]}

    values, (fresh,) = _values(rng, 3), _values(rng, 1)
    want = {"loaded": fresh, "averages": [part[-1] for part in _oracle(values, 0.8).values()]}
    got = submission.run(resume, values, fresh)
    check_close(got, {"resumed": want, "resumed a second time": want}, "after loading")


def test_ExponentialMovingAverage_takes_a_generator(submission, rng):
    """Parameters from a generator, as model.parameters() is, are averaged every time."""

    def walk_once(submission, first, second):
        params = [torch.nn.Parameter(x.clone()) for x in first]
        average = submission.ExponentialMovingAverage((p for p in params), 0.5)
        for p, x in zip(params, second, strict=True):
            p.data.copy_(x)
        average.update()
        average.update()
        return [a.clone() for a in average.averages]

    first, second = _values(rng, 2)
    want = [a / 4 + 3 * b / 4 for a, b in zip(first, second, strict=True)]
    check_close(submission.run(walk_once, first, second), want, "averages after two updates")


def test_ExponentialMovingAverage_is_steadier_than_the_weights(submission, rng, draw):
    """Of weights that jump around 1 the average comes ten times as near."""
    jumps = torch.tensor([(-1.0) ** t for t in range(70)], dtype=torch.float64)
    values = [[(1 + jump).reshape(1)] for jump in jumps * (1 + rng.uniform(1).item())]
    got, want = submission.run(follow, values, 0.95), _oracle(values, 0.95)
    theirs = got.get("average 0") if type(got) is dict else got
    theirs = theirs.flatten() if type(theirs) is torch.Tensor else theirs
    draw.curve(
        "average of a jumping weight; the other is the weight",
        theirs,
        torch.stack([row[0] for row in values]).flatten(),
    )
    check_close(got, want, "after each update")


@pytest.mark.detail
@pytest.mark.parametrize("calls", [["restore"], ["apply", "apply"], ["apply", "restore", "restore"]])
def test_ExponentialMovingAverage_refuses_to_swap_twice(submission, rng, calls):
    """apply twice, or restore without apply, raises a RuntimeError."""

    def swap_on(submission, values, calls):
        params = [torch.nn.Parameter(x.clone()) for x in values]
        average = submission.ExponentialMovingAverage(params, 0.5)
        for p in params:
            p.data.add_(1.0)
        for name in calls[:-1]:
            getattr(average, name)()
        try:
            getattr(average, calls[-1])()
        except RuntimeError:
            return {"raised": "RuntimeError", "parameters": [p.detach().clone() for p in params]}
        return {"raised": "nothing", "parameters": [p.detach().clone() for p in params]}

    (values,) = _values(rng, 1)
    want = values if calls == ["apply", "apply"] else [x + 1 for x in values]
    got = submission.run(swap_on, values, calls)
    check_close(got, {"raised": "RuntimeError", "parameters": want}, "the last call")


def test_ExponentialMovingAverage_is_made_by_hand(submission, rng):
    """The averages are made without torch.optim, and the random state stays."""
    values = _values(rng, 3)
    check_manners(submission, lambda: submission.run(follow, values, 0.5))
    check_by_hand(
        submission,
        lambda: submission.run(follow, values, 0.5),
        forbidden=("optim", "swa_utils", "AveragedModel", "get_ema_multi_avg_fn", "get_ema_avg_fn"),
        task="ExponentialMovingAverage",
    )


def test_ExponentialMovingAverage_on_a_device(submission, rng):
    """On an accelerator the averages are the same and stay there."""
    check_device(lambda values: submission.run(follow, values, 0.7), _values(rng, 3, torch.float32))
