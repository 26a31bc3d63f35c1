"""Suite of cnn.translation_test."""

import pytest
import torch
from torch import nn

from grader.suite import check_close, check_equal, check_fields, check_manners, check_that, to_device

NAMES = ("right", "accuracies", "steadiest")


def nets():
    """Return a network with convolution, batch norm and dropout, and one that is linear, of 7x6 images."""
    convolution = nn.Sequential(
        nn.Conv2d(2, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(100, 4)
    )
    return {
        "convolution": convolution.double(),
        "linear": nn.Sequential(nn.Flatten(), nn.Linear(84, 4)).double(),
    }


def look(submission, states, modes, x, y, distances, batch_size):
    """Test both networks with these states; tell the result, the modes afterwards, and what was seen meanwhile."""
    from torch import nn

    convolution = nn.Sequential(
        nn.Conv2d(2, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(100, 4)
    )
    models = {"convolution": convolution, "linear": nn.Sequential(nn.Flatten(), nn.Linear(84, 4))}
    calls = []

    def hook(module, arguments, output):
        calls.append((len(arguments[0]), output.requires_grad))

    for name, model in models.items():
        model.double().to(x.device).load_state_dict(states[name])
        for module, mode in zip(model.modules(), modes, strict=False):
            module.training = mode
        model.register_forward_hook(hook)
    found = submission.translation_test(models, x, y, distances, batch_size)
    kept = {name: [module.training for module in model.modules()] for name, model in models.items()}
    after = {name: {k: v.clone() for k, v in model.state_dict().items()} for name, model in models.items()}
    return {"found": found, "modes": kept, "calls": calls, "states": after}


def random_states(rng):
    """Draw a state for each network."""
    states = {}
    for name, model in nets().items():
        states[name] = {
            key: rng.normal(*value.shape) if value.is_floating_point() else torch.tensor(3)
            for key, value in model.state_dict().items()
        }
        for key in states[name]:
            if "running_var" in key:
                states[name][key] = rng.uniform(5, low=0.5, high=2.0)
    return states


def moved(x, dy, dx):
    """The oracle of shift: pad with zeros on one side, cut off on the other."""
    h, w = x.shape[-2:]
    if abs(dy) >= h or abs(dx) >= w:
        return torch.zeros_like(x)
    room = nn.functional.pad(x, (w, w, h, h))
    return room[..., h - dy : 2 * h - dy, w - dx : 2 * w - dx]


def counted(model, x, y, distances):
    """The oracle of the counts, image by image."""
    right = []
    for d in distances:
        moves = {(-d, 0), (d, 0), (0, -d), (0, d)}
        count = 0
        for dy, dx in moves:
            with torch.no_grad():
                scores = [model.eval()(image.unsqueeze(0))[0] for image in moved(x, dy, dx)]
            count += sum(int(s.argmax()) == int(label) for s, label in zip(scores, y, strict=True))
        right.append(count)
    return right


def by_hand(states, x, y, distances):
    """The oracle of the whole."""
    right, accuracies = {}, {}
    for name, model in nets().items():
        model.load_state_dict(states[name])
        right[name] = counted(model, x, y, distances)
        shown = [len(x) * (4 if d else 1) for d in distances]
        accuracies[name] = [count / number for count, number in zip(right[name], shown, strict=True)]
    falls = [line[0] - line[-1] for line in accuracies.values()]
    return right, accuracies, list(accuracies)[falls.index(min(falls))]


def sample(rng, n=11):
    """Draw networks, and images that the first of them reads for the most part."""
    states, x = random_states(rng), rng.normal(n, 2, 7, 6)
    y = rng.labels(n, 4)
    for name, model in nets().items():
        model.load_state_dict(states[name])
        with torch.no_grad():
            said = model.eval()(x).argmax(1)
        half = slice(0, n // 2) if name == "convolution" else slice(n // 3, n - 2)
        y[half] = said[half]
    return states, x, y


ON, OFF = [True] * 7, [False] * 7


@pytest.fixture
def play(submission):
    """Test networks, and return the parts of what came back and what was seen."""

    def call(states, x, y, distances, batch_size=64, modes=ON):
        seen = submission.run(look, states, modes, x, y, distances, batch_size)
        got = seen["found"]
        fits = type(got).__name__ in ("Record", "tuple") and len(got) == 3
        check_that(fits, "what is returned", f"a named tuple ({', '.join(NAMES)})", "something else")
        return tuple(got), seen

    return call


@pytest.mark.visible
def test_translation_test_of_one_pixel(submission):
    """A net that looks at the middle loses a moved pixel, one that adds up does not."""

    def scenario(submission):
        from torch import nn

        models = {}
        for name, weight in (("middle", torch.eye(9)[4]), ("sum", torch.ones(9))):
            net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
            net[1].weight.data = torch.stack([torch.zeros(9), weight])
            net[1].bias.data = torch.tensor([0.5, 0.0])
            models[name] = net
        x = torch.zeros(1, 1, 3, 3)
        x[0, 0, 1, 1] = 1
        return tuple(submission.translation_test(models, x, torch.tensor([1]), [0, 1]))

    want = ({"middle": [1, 0], "sum": [1, 4]}, {"middle": [1.0, 0.0], "sum": [1.0, 1.0]}, "sum")
    check_close(submission.run(scenario), want, "right, accuracies, steadiest")


@pytest.mark.visible
def test_translation_test_beyond_the_edge(submission):
    """Ones moved by 2 are off the image two times of four, and do not come back."""

    def scenario(submission):
        from torch import nn

        net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
        net[1].weight.data = torch.stack([torch.zeros(9), torch.ones(9)])
        net[1].bias.data = torch.tensor([0.5, 0.0])
        x = torch.zeros(1, 1, 3, 3)
        x[0, 0, 1] = 1
        return tuple(submission.translation_test({"sum": net}, x, torch.tensor([1]), [2, 3]))

    want = ({"sum": [2, 0]}, {"sum": [0.5, 0.0]}, "sum")
    check_close(submission.run(scenario), want, "right, accuracies, steadiest")


@pytest.mark.weight(2)
def test_translation_test_of_images_as_they_are(play, rng):
    """At distance 0 every image counts once."""
    states, x, y = sample(rng)
    (right, accuracies, _), _ = play(states, x, y, [0], modes=OFF)
    want = by_hand(states, x, y, [0])
    check_equal(right, want[0], "right")
    check_close(accuracies, want[1], "accuracies")


@pytest.mark.weight(3)
@pytest.mark.parametrize("distances", [[0, 1], [2, 0, 1, 3], [1, 9]], ids=str)
def test_translation_test_of_moved_images(play, rng, draw, distances):
    """Each image counts four times at a distance, whatever their order."""
    states, x, y = sample(rng)
    (right, accuracies, _), _ = play(states, x, y, distances, modes=OFF)
    want = by_hand(states, x, y, distances)
    for name in want[1]:
        theirs = accuracies.get(name) if type(accuracies) is dict else None
        draw.curve(f"accuracy by distance, {name}", theirs, want[1][name])
    check_equal(right, want[0], "right")
    check_close(accuracies, want[1], "accuracies")


@pytest.mark.weight(2)
def test_translation_test_computes_in_evaluation_mode(play, rng):
    """Dropout is off, and batch norm uses what it remembers, which stays."""
    states, x, y = sample(rng)
    (right, _, _), seen = play(states, x, y, [0, 1])
    check_equal(right, by_hand(states, x, y, [0, 1])[0], "right")
    check_close(seen["states"], states, "the states after the call", rtol=0.0, atol=0.0)


@pytest.mark.weight(2)
@pytest.mark.parametrize("batch_size", [1, 4, 11])
def test_translation_test_in_batches(play, rng, batch_size):
    """The size of a batch changes nothing, and no batch is larger."""
    states, x, y = sample(rng)
    (right, accuracies, _), seen = play(states, x, y, [0, 2], batch_size, OFF)
    want = by_hand(states, x, y, [0, 2])
    check_equal(right, want[0], "right")
    check_close(accuracies, want[1], "accuracies")
    largest = max((size for size, _ in seen["calls"]), default=0)
    check_that(largest <= batch_size, "images at once", f"{batch_size} or fewer", str(largest))


@pytest.mark.weight(2)
def test_translation_test_names_the_steadiest(play, rng):
    """The steadiest network is the one whose accuracy falls least from first to last."""
    for _ in range(4):
        states, x, y = sample(rng, 15)
        (right, _, steadiest), _ = play(states, x, y, [0, 2, 1], modes=OFF)
        want = by_hand(states, x, y, [0, 2, 1])
        check_equal(right, want[0], "right")
        check_equal(steadiest, want[2], "steadiest")


def test_translation_test_takes_the_first_among_equals(submission):
    """From distance 0 back to 0 nothing falls, whatever lies between."""

    def scenario(submission):
        from torch import nn

        models = {}
        for name, weight in (("middle", torch.eye(9)[4]), ("sum", torch.ones(9))):
            net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
            net[1].weight.data = torch.stack([torch.zeros(9), weight])
            net[1].bias.data = torch.tensor([0.5, 0.0])
            models[name] = net
        x = torch.zeros(1, 1, 3, 3)
        x[0, 0, 1, 1] = 1
        return tuple(submission.translation_test(models, x, torch.tensor([1]), [0, 1, 0]))

    line = {"middle": [1.0, 0.0, 1.0], "sum": [1.0, 1.0, 1.0]}
    want = ({"middle": [1, 0, 1], "sum": [1, 4, 1]}, line, "middle")
    check_close(submission.run(scenario), want, "right, accuracies, steadiest")


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "modes", [ON, OFF, [True, True, False, True, False, True, True]], ids=["on", "off", "mixed"]
)
def test_translation_test_puts_the_modes_back(play, rng, modes):
    """Every module is in the mode that it had."""
    seen = play(*sample(rng, 3), [0, 1], modes=modes)[1]
    want = {"convolution": modes, "linear": modes[:3]}
    check_equal(seen["modes"], want, "training, of the modules after the call")


@pytest.mark.detail
def test_translation_test_builds_no_graph(play, rng):
    """No score asks for a gradient."""
    seen = play(*sample(rng, 3), [0, 1])[1]
    check_equal(any(graph for _, graph in seen["calls"]), False, "whether a score requires a gradient")


def test_translation_test_of_one_image(play, rng):
    """One image and one distance will do."""
    states, x, y = sample(rng, 1)
    (right, _, _), _ = play(states, x, y, [1], modes=OFF)
    check_equal(right, by_hand(states, x, y, [1])[0], "right")


def test_translation_test_names_what_it_returns(play, rng):
    """The result is a named tuple: right, accuracies, steadiest."""
    check_fields(play(*sample(rng, 3), [0])[1]["found"], NAMES)


def test_translation_test_has_manners(submission, rng):
    """Images, classes and torch's random state stay as they were."""

    def scenario(submission, x, y):
        from torch import nn

        found = torch.get_rng_state()
        net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(84, 4)).double()
        torch.set_rng_state(found)
        submission.translation_test({"linear": net}, x, y, [0, 1])

    _, x, y = sample(rng, 3)
    check_manners(submission, lambda: submission.run(scenario, x, y))


def test_translation_test_on_a_device(play, rng):
    """On an accelerator the counts are the same."""
    states, x, y = sample(rng)
    got, _ = play(to_device(states), to_device(x), to_device(y), [0, 1], 4)
    check_close(got, by_hand(states, x, y, [0, 1]), "right, accuracies, steadiest")
