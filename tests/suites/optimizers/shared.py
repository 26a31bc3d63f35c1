"""What the suites of the optimiser classes share: scenarios, played there with their class and here with torch's."""

import torch

from grader.suite import check_close, check_dtype, check_finite, check_shape

SHAPES = ((3, 2), (3, 2), (4,), (2, 1, 3))  # two of one shape, which start at the same values
BY_HAND = (
    *("optim", "Optimizer", "SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW"),
    *(
        "fused_sgd",
        "fused_adagrad",
        "fused_adam",
        "fused_adamw",
    ),  # operators, which count where they are called
)


ROOM = {"rtol": 1e-6, "atol": 1e-6}  # ten times what a step count in float32, as torch's own is, may be off


def train(submission, name, starts, gradients, options, groups=None, changes=()):
    """Step along `gradients`, a row of tensors or None for each step; return where each parameter was after each."""
    params = [torch.nn.Parameter(x.clone()) for x in starts]
    memory = [p.detach() for p in params]
    given = params
    if groups is not None:
        given = [{**group, "params": [params[i] for i in group["params"]]} for group in groups]
    optimizer = getattr(submission, name)(given, **options)
    paths = [[] for _ in params]
    for step, row in enumerate(gradients):
        for when, group, key, value in changes:
            if when == step:
                optimizer.param_groups[group][key] = value
        for p, g in zip(params, row, strict=True):
            if g is None or p.grad is None:
                p.grad = None if g is None else g.clone()
            else:
                p.grad.copy_(g)  # as a backward pass adds to it: in the memory that is there
        optimizer.step()
        for path, values in zip(paths, memory, strict=True):
            path.append(values.clone())
    return {f"parameter {i}": torch.stack(path) for i, path in enumerate(paths)}


def resume(submission, name, starts, gradients, options, at, through_file):
    """Save after `at` steps and go on; then let another optimiser, made otherwise, go on from there too."""
    import io

    def follow(optimizer, params, rows):
        paths = [[] for _ in params]
        for row in rows:
            for p, g in zip(params, row, strict=True):
                p.grad = None if g is None else g.clone()
            optimizer.step()
            for p, path in zip(params, paths, strict=True):
                path.append(p.detach().clone())
        return {f"parameter {i}": torch.stack(path) for i, path in enumerate(paths) if path}

    def grouped(params, lr):
        return [{"params": params[:2]}, {"params": params[2:], "lr": lr}]

    params = [torch.nn.Parameter(x.clone()) for x in starts]
    optimizer = getattr(submission, name)(grouped(params, 0.02), **options)
    before = follow(optimizer, params, gradients[:at])
    saved = optimizer.state_dict()
    fresh = [torch.nn.Parameter(p.detach().clone()) for p in params]
    if through_file:
        file = io.BytesIO()
        torch.save(saved, file)
        saved = torch.load(io.BytesIO(file.getvalue()), weights_only=True)
    on = follow(optimizer, params, gradients[at:])
    resumed = []
    for _ in range(2):  # a second time, to see that loading and stepping left the saved state as it was
        values = [torch.nn.Parameter(p.detach().clone()) for p in fresh]
        other = getattr(submission, name)(grouped(values, 7.0), **{**options, "lr": 5.0})
        other.load_state_dict(saved)
        resumed.append(follow(other, values, gradients[at:]))
    return {"before": before, "after saving": on, "resumed": resumed[0], "resumed a second time": resumed[1]}


def leave(submission, name, starts, gradients, options):
    """Return the gradients after each step, and the gradient of what the state holds, if that has a graph."""

    def tensors(value):
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (dict, list, tuple)):
            parts = value.values() if isinstance(value, dict) else value
            for part in parts:
                yield from tensors(part)

    params = [torch.nn.Parameter(x.clone()) for x in starts]
    optimizer = getattr(submission, name)(params, **options)
    after = []
    for row in gradients:
        for p, g in zip(params, row, strict=True):
            p.grad = g.clone()
        optimizer.step()
        after.append([p.grad.detach().clone() for p in params])
    graphs = sum(part.grad_fn is not None for part in [*params, *tensors(optimizer.state_dict())])
    return {"gradients": after, "tensors with a graph": graphs, "leaves": [p.is_leaf for p in params]}


def walk_once(submission, name, starts, gradients, options, grouped):
    """Hand over the parameters as a generator, and step along `gradients`."""
    params = [torch.nn.Parameter(x.clone()) for x in starts]
    given = (p for p in params)
    optimizer = getattr(submission, name)([{"params": given}] if grouped else given, **options)
    for row in gradients:
        for p, g in zip(params, row, strict=True):
            p.grad = g.clone()
        optimizer.step()
    return [p.detach().clone() for p in params]


def rearrange(submission, name, starts, gradients, options):
    """Step; turn the list of parameters round and step; take the first out and step; put it second and step."""
    params = [torch.nn.Parameter(x.clone()) for x in starts]
    optimizer = getattr(submission, name)(params, **options)
    listed = optimizer.param_groups[0]["params"]
    paths, out = [[] for _ in params], []
    for step, row in enumerate(gradients):
        if step == 1:
            listed.reverse()
        if step == 2:
            out.append(listed.pop(0))
        if step == 3:
            listed.insert(1, out.pop())
        for p, g in zip(params, row, strict=True):
            p.grad = None if any(p is other for other in out) else g.clone()
        optimizer.step()
        for p, path in zip(params, paths, strict=True):
            path.append(p.detach().clone())
    return {f"parameter {i}": torch.stack(path) for i, path in enumerate(paths)}


def options_of(submission, name, keys):
    """Make an optimiser without options, and read those that its group has."""
    optimizer = getattr(submission, name)([torch.nn.Parameter(torch.ones(2))])
    return {key: torch.tensor(optimizer.param_groups[0][key], dtype=torch.float64) for key in keys}


def forget(submission, name, starts, gradients, options):
    """Step once, call zero_grad, step again; return the grads and the parameters after each of the two steps."""
    params = [torch.nn.Parameter(x.clone()) for x in starts]
    optimizer = getattr(submission, name)([{"params": params[:1]}, {"params": params[1:]}], **options)
    for p, g in zip(params, gradients, strict=True):
        p.grad = g.clone()
    optimizer.step()
    once = [p.detach().clone() for p in params]
    optimizer.zero_grad()
    grads = [p.grad for p in params]
    optimizer.step()
    return {"grads": grads, "once": once, "twice": [p.detach().clone() for p in params]}


def descend(submission, name, x0, curvatures, options, steps):
    """Minimise the bowl sum(curvatures * x^2) / 2, constant or a row for each step; return the path, x0 first."""
    x = torch.nn.Parameter(x0.clone())
    optimizer = getattr(submission, name)([x], **options)
    path = [x.detach().clone()]
    for curvature in curvatures.expand(steps, len(x0)):
        x.grad = curvature * x.detach()
        optimizer.step()
        path.append(x.detach().clone())
    return torch.stack(path)


RAVINE = torch.tensor([0.05, 1.0], dtype=torch.float64)  # 20 times as steep across as along, as in the lesson


def draw_ravine(draw, submission, name, options):
    """Attach the way of 60 steps through a ravine, which has one title for all: pages draw them in one picture."""
    call = name, torch.tensor([-9.0, 1.5], dtype=torch.float64), RAVINE, options, 60
    path, want = submission.run(descend, *call), descend(torch.optim, *call)
    draw.path("one ravine, 60 steps", path, want, lambda w: (RAVINE * w**2).sum(1) / 2)


def columns(path, *places):
    """Cut columns out of a path for drawing; whatever is no such path comes back as it is."""
    return path[:, list(places)] if type(path) is torch.Tensor and path.ndim == 2 and path.numel() else path


def starts_of(rng, shapes=SHAPES, dtype=torch.float64):
    """Draw where the parameters start; the first two at the same values."""
    first, second, *rest = (rng.normal(*shape, dtype=dtype) for shape in shapes)
    return [first, first.clone() if first.shape == second.shape else second, *rest]


def gradients_of(rng, steps, shapes=SHAPES, dtype=torch.float64):
    """Draw other gradients for each step, of sizes from 0.1 to 10."""
    sizes = [10 ** float(rng.uniform(1, low=-1, high=1)) for _ in range(steps)]
    return [[size * rng.normal(*shape, dtype=dtype) for shape in shapes] for size in sizes]


def check_path(submission, rng, name, options, steps=5, missing=(), groups=None, changes=(), shapes=SHAPES):
    """Check that every parameter is, after each step, where torch's optimiser of this name takes it.

    Args:
        submission: the learner's module.
        rng: draws starts and gradients.
        name: of the class, here and in torch.optim.
        options: arguments of the constructor.
        steps: how many.
        missing: pairs (step, parameter) without a gradient.
        groups: dicts with "params", a list of places among the four parameters, and options of the group.
        changes: rows (step, group, key, value): what is set in `param_groups` before a step.
        shapes: of the parameters.
    """
    starts, gradients = starts_of(rng, shapes), gradients_of(rng, steps, shapes)
    for step, parameter in missing:
        gradients[step][parameter] = None
    arguments = (name, starts, gradients, options, groups, changes)
    want = train(torch.optim, *arguments)
    check_close(submission.run(train, *arguments), want, "path [step, entry]", **ROOM)


def check_defaults(submission, name, *keys):
    """Check the options that stand in the group where none was given."""
    want = options_of(torch.optim, name, keys)
    check_close(submission.run(options_of, name, keys), want, "options of the group")


def check_rearranged(submission, rng, name, options):
    """Check that each parameter keeps its state when the list of its group changes."""
    shapes = ((2, 3),) * 3
    arguments = (name, starts_of(rng, shapes), gradients_of(rng, 4, shapes), options)
    want = rearrange(torch.optim, *arguments)
    check_close(submission.run(rearrange, *arguments), want, "path [step, entry]", **ROOM)


def check_resume(submission, rng, name, options, at, through_file):
    """Check that a resumed optimiser goes on as torch's does without interruption; one state begins only later."""
    starts, gradients = starts_of(rng), gradients_of(rng, 6)
    gradients[4] = [30 * rng.normal(*shape) for shape in SHAPES]  # the largest comes after all saving
    for row in gradients[: at + 1]:
        row[1] = None
    arguments = (name, starts, gradients, options)
    groups = [{"params": [0, 1]}, {"params": [2, 3], "lr": 0.02}]
    whole = train(torch.optim, *arguments, groups)
    rest = {key: path[at:] for key, path in whole.items()}
    begin = {key: path[:at] for key, path in whole.items()} if at else {}
    want = {"before": begin, "after saving": rest, "resumed": rest, "resumed a second time": rest}
    check_close(submission.run(resume, *arguments, at, through_file), want, "path [step, entry]", **ROOM)


def check_untouched(submission, rng, name, options):
    """Check that steps leave every grad as it is, keep the parameters leaves, and keep no graph."""
    starts, gradients = starts_of(rng), gradients_of(rng, 3)
    want = {"gradients": gradients, "tensors with a graph": 0, "leaves": [True] * len(starts)}
    check_close(submission.run(leave, name, starts, gradients, options), want, "after the steps")


def check_generator(submission, rng, name, options, grouped):
    """Check that parameters which can be walked only once are stepped three times."""
    starts, gradients = starts_of(rng), gradients_of(rng, 3)
    want = walk_once(torch.optim, name, starts, gradients, options, grouped)
    got = submission.run(walk_once, name, starts, gradients, options, grouped)
    check_close(got, want, "parameters after three steps", **ROOM)


def check_zero_grad(submission, rng, name, options):
    """Check that zero_grad forgets every grad, and that a step then changes nothing."""
    starts, (gradients,) = starts_of(rng), gradients_of(rng, 1)
    once = forget(torch.optim, name, starts, gradients, options)["once"]
    got = submission.run(forget, name, starts, gradients, options)
    check_close(got, {"grads": [None] * len(starts), "once": once, "twice": once}, "what is left", **ROOM)


def check_form(got, shape, dtype, checked):
    """Check the shape and dtype of a result that holds random draws, and that all of it is finite."""
    blank = (
        torch.zeros_like(got) if type(got) is torch.Tensor else got
    )  # the draws are no part of the evidence
    check_shape(blank, shape, checked)
    check_dtype(blank, dtype, checked)
    check_finite(got, checked)
