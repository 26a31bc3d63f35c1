"""Wrong variants of cnn.translation_test."""

import torch

from grader.suite import mistake, reference


def _shift(x, dy, dx):
    return reference("cnn").shift(x, dy, dx)


def _shown(x, y, d, shift=_shift):
    moves = [(-d, 0), (d, 0), (0, -d), (0, d)] if d else [(0, 0)]
    return torch.cat([shift(x, *move) for move in moves]), y.repeat(len(moves))


def _still(model):
    """Return what puts the modes back, after all are in evaluation."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()

    def put_back():
        for module, mode in modes:
            module.training = mode

    return put_back


def _said(model, images):
    with torch.no_grad():
        return model(images).argmax(1)


def _count(model, images, labels, batch_size, said=_said):
    pairs = zip(images.split(batch_size), labels.split(batch_size), strict=True)
    return sum(int((said(model, part) == truth).sum()) for part, truth in pairs)


def _least_fall(accuracies):
    return min(accuracies, key=lambda name: accuracies[name][0] - accuracies[name][-1])


def _share(right, n, d):
    return right / n


def _tested(
    models,
    x,
    y,
    distances,
    batch_size,
    shown=_shown,
    still=_still,
    count=_count,
    share=_share,
    best=_least_fall,
):
    """Do the whole experiment with one step exchanged."""
    right = {name: [] for name in models}
    accuracies = {name: [] for name in models}
    for d in distances:
        images, labels = shown(x, y, d)
        for name, model in models.items():
            put_back = still(model)
            right[name].append(count(model, images, labels, batch_size))
            put_back()
            accuracies[name].append(share(right[name][-1], len(images), d))
    return reference("cnn").TranslationTest(right, accuracies, best(accuracies))


@mistake("torch.roll brings what leaves an image in again on the other side: zeros come in")
def rolled(models, x, y, distances, batch_size=64):
    def shown(x, y, d):
        return _shown(x, y, d, lambda x, dy, dx: torch.roll(x, (dy, dx), (-2, -1)))

    return _tested(models, x, y, distances, batch_size, shown=shown)


@mistake("the pixels of the edge were repeated: zeros come in")
def edge_repeated(models, x, y, distances, batch_size=64):
    def shift(x, dy, dx):
        h, w = x.shape[-2:]
        rows = (torch.arange(h, device=x.device) - dy).clamp(0, h - 1)
        columns = (torch.arange(w, device=x.device) - dx).clamp(0, w - 1)
        return x[..., rows, :][..., columns]

    def shown(x, y, d):
        return _shown(x, y, d, shift)

    return _tested(models, x, y, distances, batch_size, shown=shown)


@mistake("the images go on from where the last distance left them: each distance starts from x")
def moved_on_and_on(models, x, y, distances, batch_size=64):
    def moved(x, dy, dx, gone):
        return _shift(x, dy, dx) if gone is None else _shift(gone, dy, dx)

    gone = {}

    def shown(x, y, d):
        moves = [(-1, 0), (1, 0), (0, -1), (0, 1)] if d else [(0, 0)]
        images = [moved(x, d * dy, d * dx, gone.get((dy, dx))) for dy, dx in moves]
        gone.update({move: image for move, image in zip(moves, images, strict=True) if d})
        return torch.cat(images), y.repeat(len(moves))

    return _tested(models, x, y, distances, batch_size, shown=shown)


@mistake("the images were moved to the right alone: up, down, left and right")
def one_direction(models, x, y, distances, batch_size=64):
    def shown(x, y, d):
        return _shift(x, 0, d), y

    return _tested(models, x, y, distances, batch_size, shown=shown)


@mistake("the images were moved along the diagonals: along one axis at a time")
def diagonals(models, x, y, distances, batch_size=64):
    def shown(x, y, d):
        moves = [(-d, -d), (-d, d), (d, -d), (d, d)] if d else [(0, 0)]
        return torch.cat([_shift(x, *move) for move in moves]), y.repeat(len(moves))

    return _tested(models, x, y, distances, batch_size, shown=shown)


@mistake("at distance 0 the images were shown four times: once")
def four_times_at_zero(models, x, y, distances, batch_size=64):
    def shown(x, y, d):
        return torch.cat([_shift(x, *move) for move in [(-d, 0), (d, 0), (0, -d), (0, d)]]), y.repeat(4)

    return _tested(models, x, y, distances, batch_size, shown=shown)


@mistake("the accuracy is the count through N: at a distance 4 N images were shown")
def divided_by_n(models, x, y, distances, batch_size=64):
    return _tested(models, x, y, distances, batch_size, share=lambda right, n, d: right / len(x))


@mistake("the accuracy is the count through 4 N also at distance 0, where N images were shown")
def divided_by_four_n(models, x, y, distances, batch_size=64):
    return _tested(models, x, y, distances, batch_size, share=lambda right, n, d: right / (4 * len(x)))


@mistake("the accuracy is in percent: a share from 0 to 1")
def percent(models, x, y, distances, batch_size=64):
    return _tested(models, x, y, distances, batch_size, share=lambda right, n, d: 100 * right / n)


@mistake(
    "the accuracy is the mean of the shares of the batches, of which the last may be smaller: each image counts once"
)
def mean_of_batches(models, x, y, distances, batch_size=64):
    found = _tested(models, x, y, distances, batch_size)
    accuracies = {}
    for name, model in models.items():
        put_back, accuracies[name] = _still(model), []
        for d in distances:
            images, labels = _shown(x, y, d)
            pairs = list(zip(images.split(batch_size), labels.split(batch_size), strict=True))
            shares = [(_said(model, part) == truth).double().mean().item() for part, truth in pairs]
            accuracies[name].append(sum(shares) / len(shares))
        put_back()
    return found._replace(accuracies=accuracies, steadiest=_least_fall(accuracies))


@mistake("the last batch was left out where it is smaller")
def last_batch_left_out(models, x, y, distances, batch_size=64):
    def count(model, images, labels, batch_size):
        whole = len(images) // batch_size * batch_size or len(images)
        return _count(model, images[:whole], labels[:whole], batch_size)

    return _tested(models, x, y, distances, batch_size, count=count)


@mistake("batch_size was ignored: at most so many images at once")
def all_at_once(models, x, y, distances, batch_size=64):
    return _tested(models, x, y, distances, 10**6)


@mistake("the networks computed in the mode that they came in: in evaluation mode")
def in_the_mode_it_came_in(models, x, y, distances, batch_size=64):
    return _tested(models, x, y, distances, batch_size, still=lambda model: lambda: None)


@mistake("the networks are left in evaluation mode: put every mode back")
def left_in_evaluation_mode(models, x, y, distances, batch_size=64):
    def still(model):
        model.eval()
        return lambda: None

    return _tested(models, x, y, distances, batch_size, still=still)


@mistake("all modules are in training mode afterwards: put back the mode that each had")
def left_in_training_mode(models, x, y, distances, batch_size=64):
    def still(model):
        model.eval()
        return model.train

    return _tested(models, x, y, distances, batch_size, still=still)


@mistake("the outer mode was put back for all modules: each had a mode of its own")
def outer_mode_for_all(models, x, y, distances, batch_size=64):
    def still(model):
        mode = model.training
        model.eval()
        return lambda: model.train(mode)

    return _tested(models, x, y, distances, batch_size, still=still)


@mistake("a graph was built: compute under torch.no_grad()")
def built_a_graph(models, x, y, distances, batch_size=64):
    def count(model, images, labels, batch_size):
        return _count(model, images, labels, batch_size, lambda model, part: model(part).argmax(1))

    return _tested(models, x, y, distances, batch_size, count=count)


@mistake("the steadiest was taken by the accuracy at the last distance: by its fall from the first one")
def best_at_the_end(models, x, y, distances, batch_size=64):
    def best(accuracies):
        return max(accuracies, key=lambda name: accuracies[name][-1])

    return _tested(models, x, y, distances, batch_size, best=best)


@mistake("the network with the largest fall was named: the smallest")
def largest_fall(models, x, y, distances, batch_size=64):
    def best(accuracies):
        return max(accuracies, key=lambda name: accuracies[name][0] - accuracies[name][-1])

    return _tested(models, x, y, distances, batch_size, best=best)


@mistake("the fall was measured from the best to the worst accuracy: from the first distance to the last")
def from_best_to_worst(models, x, y, distances, batch_size=64):
    def best(accuracies):
        return min(accuracies, key=lambda name: max(accuracies[name]) - min(accuracies[name]))

    return _tested(models, x, y, distances, batch_size, best=best)


@mistake("the images went to the CPU: they stay on the device of the networks")
def images_on_the_cpu(models, x, y, distances, batch_size=64):
    return _tested(models, x.cpu(), y.cpu(), distances, batch_size)
