"""Training: the data of a network, the loop that trains, evaluates and stops it, and the whole way from table to model.

Letters: N batch, D features in, K classes or features out; `*` any further axes, none included.
Models are `torch.nn.Module`s and come in any mode and on any device; data may lie elsewhere than the model. The last
tasks train networks of your topic `mlp`: `from mlp import MLP` finds yours, in the same folder.
Where a function draws random numbers, the order of the draws is free unless its docstring gives it.
"By hand" means: the torch functions and classes named in the note are forbidden; the rest of torch is free.
"""

import contextlib
import copy
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, random_split

### BEGIN SOLUTION
from mlp import MLP, LogisticRegression

### END SOLUTION


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Two groups of parameters for an optimiser: weights decay, biases do not.

    A parameter decays when it has two axes or more (weights of linear and convolution layers). Biases, and the scale
    and shift of normalisation layers, have one. The number of axes decides, not the name. The model stays as it is.

    Args:
        model: any module; parameters with requires_grad False belong to neither group.
        weight_decay: the decay of the first group, at least 0.
    Returns:
        A list of two dicts for any torch.optim class, each with the keys "params" (a list of the parameters themselves,
        in the order of `model.parameters()`, each once, also when layers share it) and "weight_decay": first those that
        decay, with weight_decay, then the others, with 0.0. A group may be empty.
    Example:
        >>> groups = parameter_groups(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)), 0.1)
        >>> [(g["weight_decay"], [tuple(p.shape) for p in g["params"]]) for g in groups]
        [(0.1, [(2, 3)]), (0.0, [(2,), (2,), (2,)])]

    Source: Deep Learning (2016), section 7.1: the biases are left unregularised.
    """
    ### BEGIN SOLUTION
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
    ]
    ### END SOLUTION


### BEGIN SOLUTION
MISSING = ("", "NA")


def _is_word(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell not in MISSING
    return False


def _features(name: str, cells: Sequence[str]) -> dict[str, Tensor]:
    """Return the features of one column by name, each (N,) float64."""
    words = sorted({cell for cell in cells if cell not in MISSING})
    if any(map(_is_word, cells)):
        kinds = {f"{name}={word}": [cell == word for cell in cells] for word in words}
        kinds[f"{name}=NA"] = [cell in MISSING for cell in cells]
        return {kind: torch.tensor(chosen, dtype=torch.float64) for kind, chosen in kinds.items()}
    numbers = [math.nan if cell in MISSING else float(cell) for cell in cells]
    column = torch.tensor(numbers, dtype=torch.float64)
    return {name: torch.where(column.isnan(), column.nanmean().nan_to_num(0.0), column)}


### END SOLUTION


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    """A table in a CSV file as a data set of pairs (features, target).

    The first line names the columns; each further line is a row. Spaces around cells and blank lines do not count.
    A cell that is empty or NA is missing. A row whose target is missing is left out. In the rows that stay
    - a column of numbers is one feature; a missing cell becomes the mean of those that are there, 0 if none is;
    - a column with a word is one feature for each of its words, in ascending order, and a last one for missing, even if
      no cell is: 1 where the cell is that, else 0. Their names are "column=word" and "column=NA".

    Args:
        path, target: the file; the name of the column to predict, which holds numbers. All others are features.
            A number is finite, as float() reads it. No cell holds a comma or a quotation mark.
    Attributes:
        names: the names of the D features, a list in the order of the file.
        x, y: (N, D) and (N,), float32: features and targets. dataset[i] is (x[i], y[i]), an IndexError beyond the ends.
    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with open(folder + "/a.csv", "w") as file:
        ...         _ = file.write("rooms,roof,price\\n2,Tile,100\\n,NA,200\\n4,Tile,NA\\n")
        ...     dataset = CSVDataset(folder + "/a.csv", "price")
        >>> dataset.names, dataset[1]
        (['rooms', 'roof=Tile', 'roof=NA'], (tensor([2., 0., 1.]), tensor(200.)))

    Source: torch.utils.data.Dataset; pandas.get_dummies with dummy_na=True.
    """

    def __init__(self, path: str, target: str) -> None:
        ### BEGIN SOLUTION
        with open(path) as file:
            header, *rows = ([cell.strip() for cell in line.split(",")] for line in file if line.strip())
        place = header.index(target)
        rows = [row for row in rows if row[place] not in MISSING]
        columns = [[row[i] for row in rows] for i in range(len(header))]
        self.y = torch.tensor([float(cell) for cell in columns.pop(place)])
        features: dict[str, Tensor] = {}
        for name, cells in zip(header[:place] + header[place + 1 :], columns, strict=True):
            features |= _features(name, cells)
        self.names = list(features)
        self.x = torch.stack(list(features.values()), dim=1).float()
        ### END SOLUTION

    def __len__(self) -> int:
        ### BEGIN SOLUTION
        return len(self.y)
        ### END SOLUTION

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        ### BEGIN SOLUTION
        return self.x[index], self.y[index]
        ### END SOLUTION


class Loaders(NamedTuple):
    """What `make_loaders` returns."""

    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    """Deal a data set out into two parts at random, and load each in batches.

    Every sample is in exactly one part, and comes once in each epoch of that part; the last batch may be smaller and is
    kept. The training part comes in a new random order in every epoch, the validation part in the same one. Calls with
    equal generators give equal parts and equal orders, whatever torch.manual_seed said. No worker processes.

    Args:
        dataset: N samples; anything with a length and an index.
        batch_size: the most samples of a batch, at least 1.
        split: the share of the training part: it gets round(split * N) samples (Python's round), at least one, and
            the validation part all others, at least one.
        generator: the source of every random choice: who belongs to which part, and the orders.
    Returns:
        Loaders(train, validation), two DataLoaders.
    Example:
        >>> numbers = [1.0, 2.0, 3.0, 4.0, 5.0]
        >>> train, validation = make_loaders(numbers, 2, 0.8, torch.Generator().manual_seed(0))
        >>> [len(batch) for batch in train], [len(batch) for batch in validation]
        ([2, 2], [1])

    Source: torch.utils.data.DataLoader and random_split.
    """
    ### BEGIN SOLUTION
    total = len(dataset)  # type: ignore[arg-type]
    count = round(split * total)
    train, validation = random_split(dataset, [count, total - count], generator)
    return Loaders(
        DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(validation, batch_size)
    )
    ### END SOLUTION


class Fold(NamedTuple):
    """One round of k-fold cross-validation."""

    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    """Deal n samples out into k folds at random; each round validates on one and trains on the others.

    The samples are shuffled by `generator` before they are dealt out. Each is in one of the k validation parts.

    Args:
        n, k, generator: how many samples; how many folds, from 2 to n; the source of the random order.
    Returns:
        A list of k named tuples (train, validation): int64 tensors in any order, together 0, ..., n - 1, each once.
        The first n % k validation parts have n // k + 1 entries, the others n // k.
    Example:
        >>> folds = kfold_indices(5, 2, torch.Generator().manual_seed(0))
        >>> [(len(fold.train), len(fold.validation)) for fold in folds]
        [(2, 3), (3, 2)]

    Source: Stone, Cross-Validatory Choice and Assessment of Statistical Predictions (1974).
    """
    ### BEGIN SOLUTION
    parts = torch.randperm(n, generator=generator).tensor_split(k)
    return [Fold(torch.cat([*parts[:i], *parts[i + 1 :]]), parts[i]) for i in range(k)]
    ### END SOLUTION


class ThreeWaySplit(NamedTuple):
    """What `three_way_split` returns."""

    train: Tensor
    validation: Tensor
    test: Tensor


def three_way_split(n: int, fractions: tuple[float, float, float], generator: torch.Generator) -> ThreeWaySplit:
    """Deal n samples out at random: some to learn from, some to choose by, some to judge with at the very end.

    Args:
        n: how many samples.
        fractions: the shares of training, validation and test, which add up to 1. Validation gets
            round(fractions[1] * n) samples (Python's round), test round(fractions[2] * n), training all others.
        generator: the source of the random order.
    Returns:
        ThreeWaySplit(train, validation, test): int64 tensors in any order, together 0, ..., n - 1, each once.
    Example:
        >>> parts = three_way_split(10, (0.5, 0.3, 0.2), torch.Generator().manual_seed(0))
        >>> [len(part) for part in parts], torch.cat(parts).sort().values.tolist()
        ([5, 3, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2009), section 7.2.
    """
    ### BEGIN SOLUTION
    validation, test = (round(fraction * n) for fraction in fractions[1:])
    order = torch.randperm(n, generator=generator)
    return ThreeWaySplit(*order.split([n - validation - test, validation, test]))
    ### END SOLUTION


class PaddedBatch(NamedTuple):
    """What `pad_collate` returns."""

    x: Tensor
    lengths: Tensor
    y: Tensor


def pad_collate(batch: list[tuple[Tensor, int]]) -> PaddedBatch:
    """Make one batch of sequences of different length, as a DataLoader's `collate_fn`: zeros fill up the short ones.

    Args:
        batch: B pairs (sequence, label), B at least 1: tensors of shape (T_i, *), T_i at least 0, of one dtype and on
            one device; ints.
    Returns:
        PaddedBatch: x, (B, T, *) with T the largest T_i, x[i, t] = sequence_i[t], and 0 from t = T_i on, of the dtype
        and on the device of the sequences; lengths and y, (B,), int64, on the CPU: the T_i and the labels.
    Example:
        >>> pad_collate([(torch.tensor([5, 6, 7]), 1), (torch.tensor([8]), 0)])
        PaddedBatch(x=tensor([[5, 6, 7],
                [8, 0, 0]]), lengths=tensor([3, 1]), y=tensor([1, 0]))

    Source: torch.utils.data.DataLoader, collate_fn.
    """
    ### BEGIN SOLUTION
    sequences, labels = zip(*batch, strict=True)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return PaddedBatch(nn.utils.rnn.pad_sequence(sequences, batch_first=True), lengths, torch.tensor(labels))
    ### END SOLUTION


class Standardized(NamedTuple):
    """What `standardize` returns."""

    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    """Give every column mean 0 and standard deviation 1, as measured on the training rows alone: z = (x - mean) / std.

    std divides by N, not by N - 1. A column whose entries in `train` are all equal is not divided: it becomes 0 in
    `train`, and x - (that entry) in `test`, up to rounding. Its deviation, in float32, may come out as 1e-9 and not 0.

    Args:
        train, test: (N, D) and (M, D), floating point, of one dtype; N is at least 1, M may be 0.
    Returns:
        Standardized(train, test), (N, D) and (M, D): a test row becomes the same whatever others are tested with it.
    Example:
        >>> train, test = standardize(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), torch.tensor([[4.0, 6.0]]))
        >>> train.tolist(), test.tolist()
        ([[-1.0, 0.0], [1.0, 0.0]], [[2.0, 1.0]])

    Source: Deep Learning (2016), section 8.7.1; Bishop (2006), section 9.1.
    """
    ### BEGIN SOLUTION
    constant = (train == train[0]).all(0)
    mean = torch.where(constant, train[0], train.mean(0))
    std = torch.where(constant, 1.0, train.std(0, correction=0))
    return Standardized((train - mean) / std, (test - mean) / std)
    ### END SOLUTION


### BEGIN SOLUTION


@contextlib.contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; afterwards every module is in the mode that it had."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def _device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


### END SOLUTION


def train_epoch(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    """Train a model for one pass over the data, and return the mean training loss.

    For each batch (x, y), in its order: the loss of model(x) and y, the gradient of this batch alone, one step. The
    model trains in training mode, whatever mode it had, and is left in it. Batches are moved to the device of its first
    parameter. Gradients from before the call do not count.

    Args:
        model: has at least one parameter; may hold dropout and batch norm.
        loader: batches (x, y) of B samples (B = len(x)), which may differ from batch to batch; at least one.
        loss_fn: loss_fn(prediction, y) is the mean loss of the B samples, a tensor without axes.
        optimizer: holds the model's parameters.
    Returns:
        The mean over all samples of the losses that the steps were made from, a float: a small last batch counts less.
    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 2.0))]
        >>> train_epoch(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.25))
        2.0
        >>> model.weight.item()
        0.5

    Source: Deep Learning (2016), algorithm 8.1.
    """
    ### BEGIN SOLUTION
    model.train()
    device = _device_of(model)
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
    ### END SOLUTION


def train_epoch_autocast(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    """Train for one pass as `train_epoch` does, but compute the forward pass in bfloat16 where torch.autocast wants it.

    Fewer digits make matrix products faster on hardware that has them. Where digits matter they stay: the weights,
    their gradients and the optimiser's state are float32, and `loss_fn` gets the prediction in float32, outside of
    autocast. bfloat16 has the range of float32, so gradients do not vanish and no loss is scaled.

    Args:
        model, loader, loss_fn, optimizer: as in `train_epoch`; parameters and inputs x are float32. The device of
            autocast is that of the model's first parameter.
    Returns:
        The mean over all samples of the losses that the steps were made from, a float.
    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.zeros_(model.weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 2.0))]
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.25)
        >>> train_epoch_autocast(model, batches, nn.MSELoss(), optimizer), model.weight.item()
        (2.0, 0.5)

    Source: torch.autocast; Micikevicius et al., Mixed Precision Training (2018).
    """
    ### BEGIN SOLUTION
    model.train()
    device = _device_of(model)
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            prediction = model(x)
        loss = loss_fn(prediction.float(), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
    ### END SOLUTION


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
) -> float:
    """Return the mean loss of a model on a data set, and leave no trace.

    The model computes in evaluation mode, without a graph. Afterwards parameters, gradients and running statistics are
    what they were, and every module in it is in the mode that it had: some may be in evaluation mode on purpose while
    the rest trains. After an exception the mode is free. Batches are moved to the device of the first parameter.

    Args:
        model: has at least one parameter; may hold dropout and batch norm.
        loader: batches (x, y) of B samples (B = len(x)), which may differ from batch to batch; at least one.
        loss_fn: loss_fn(prediction, y) is the mean loss of the B samples, a tensor without axes.
    Returns:
        The mean loss over all samples (each counts the same, whatever the size of its batch), a float.
    Example:
        >>> model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Dropout(0.5))
        >>> _ = nn.init.ones_(model[0].weight)
        >>> batches = [(torch.ones(2, 1), torch.ones(2, 1)), (torch.zeros(1, 1), torch.full((1, 1), 3.0))]
        >>> evaluate(model, batches, nn.MSELoss()), model.training
        (3.0, True)

    Source: Deep Learning (2016), section 5.3.
    """
    ### BEGIN SOLUTION
    device = _device_of(model)
    total, count = 0.0, 0
    with _evaluating(model):
        for x, y in loader:
            total += loss_fn(model(x.to(device)), y.to(device)).item() * len(x)
            count += len(x)
    return total / count
    ### END SOLUTION


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    """Return what a model says of many samples, batch by batch, and leave no trace (as `evaluate`).

    Args:
        model: model(batch) has one row for each sample; it computes in evaluation mode, and every module of it is in
            the mode that it had afterwards.
        x, batch_size: (N, *), N at least 1, on any device; how many samples the model sees at once at most.
    Returns:
        (N, *), the model's outputs in the order of x, without a graph, on the device of its first parameter.
    Example:
        >>> model = nn.Sequential(nn.Linear(1, 2, bias=False), nn.Dropout(0.5))
        >>> _ = nn.init.ones_(model[0].weight)
        >>> predict(model, torch.arange(3.0).reshape(3, 1), batch_size=2).tolist()
        [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]

    Source: torch.nn.Module.eval.
    """
    ### BEGIN SOLUTION
    device = _device_of(model)
    with _evaluating(model):
        return torch.cat([model(batch.to(device)) for batch in x.split(batch_size)])
    ### END SOLUTION


class PrecisionRecall(NamedTuple):
    """What `precision_and_recall` returns."""

    precision: float
    recall: float
    f1: float


def precision_and_recall(scores: Tensor, labels: Tensor, threshold: float) -> PrecisionRecall:
    """Judge the alarms of a classifier: how many are true, and how many of the true ones were raised.

    A sample raises an alarm where its score is at least the threshold. precision = hits / alarms, recall = hits /
    (samples of label 1), f1 = 2 * precision * recall / (precision + recall), where hits are alarms of label 1.

    Args:
        scores, labels, threshold: (N,), floating point, of any size; (N,), int64, 0 or 1; the least score of an alarm.
    Returns:
        PrecisionRecall(precision, recall, f1), floats; 0.0 for each whose divisor is 0.
    Example:
        >>> precision_and_recall(torch.tensor([0.9, 0.8, 0.3, 0.6]), torch.tensor([1, 0, 1, 1]), 0.5)
        PrecisionRecall(precision=0.6666666666666666, recall=0.6666666666666666, f1=0.6666666666666666)

    Source: Van Rijsbergen, Information Retrieval (1979), chapter 7.
    """
    ### BEGIN SOLUTION
    alarms, true = scores >= threshold, labels == 1
    hits, raised, wanted = ((alarms & true).sum().item(), alarms.sum().item(), true.sum().item())
    f1 = 2 * hits / (raised + wanted) if hits else 0.0
    return PrecisionRecall(hits / raised if raised else 0.0, hits / wanted if wanted else 0.0, f1)
    ### END SOLUTION


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    """Turn each number into its powers: with them a linear model draws curves.

    y[n, i] = x[n] ^ i, i = 0, ..., degree, where 0 ^ 0 = 1. Differentiable in x, also at 0. By hand: no torch vander.

    Args:
        x, degree: (N,), floating point; the highest power, at least 0.
    Returns:
        (N, degree + 1), the dtype of x: column 0 is all ones, column 1 is x.
    Example:
        >>> polynomial_features(torch.tensor([2.0, -1.0]), degree=3)
        tensor([[ 1.,  2.,  4.,  8.],
                [ 1., -1.,  1., -1.]])

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1.
    """
    ### BEGIN SOLUTION
    return torch.stack([x**i for i in range(degree + 1)], dim=1)
    ### END SOLUTION


class PolynomialFit(NamedTuple):
    """What `fit_polynomial` returns."""

    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    """Fit a polynomial to some points, and measure it on points that it has not seen.

    p(x) = sum over i = 0, ..., degree of w_i * x^i, with the weights that make the error on (x, y) least;
    error = mean of (p(x) - y)^2. The weights are computed, not approached. No gradient is asked for.
    Too low a degree leaves both errors large; too high a degree makes the first small and the second large.

    Args:
        x, y: (N,), floating point, of one dtype: at least degree + 1 different numbers x, of size 1 or thereabouts.
        x_val, y_val: (M,), the same dtype, M at least 1.
        degree: at least 0.
    Returns:
        PolynomialFit: weights, (degree + 1,), w_0 first; train_error and validation_error, tensors without axes: the
        errors of this polynomial on (x, y) and on (x_val, y_val).
    Example:
        >>> x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 5.0])
        >>> fit = fit_polynomial(x, y, torch.tensor([3.0]), torch.tensor([9.0]), degree=1)
        >>> [round(w, 3) for w in fit.weights.tolist()], round(fit.validation_error.item(), 3)
        ([1.0, 2.0], 4.0)

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 1.1; here the mean of the squares.
    """
    ### BEGIN SOLUTION
    features = polynomial_features(x, degree)
    weights = torch.linalg.lstsq(features, y.unsqueeze(1)).solution.squeeze(1)
    error = ((features @ weights - y) ** 2).mean()
    validation_error = ((polynomial_features(x_val, degree) @ weights - y_val) ** 2).mean()
    return PolynomialFit(weights, error, validation_error)
    ### END SOLUTION


def save_checkpoint(path: str, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    """Write all that a training needs to go on later, by torch.save.

    It is a dict: "model" and "optimizer" are the state_dicts, "epoch" is the int. torch.load reads it with
    weights_only=True.

    Args:
        path, model, optimizer, epoch: the file, which is replaced if it is there; both unchanged; epochs done.
    Example:
        >>> import tempfile
        >>> model, path = nn.Linear(2, 1), tempfile.mkdtemp() + "/a.pt"
        >>> save_checkpoint(path, model, torch.optim.Adam(model.parameters()), 3)
        >>> sorted(torch.load(path, weights_only=True))
        ['epoch', 'model', 'optimizer']

    Source: PyTorch tutorial, Saving and Loading a General Checkpoint.
    """
    ### BEGIN SOLUTION
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)
    ### END SOLUTION


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    """Put a model and its optimizer into the state that `save_checkpoint` wrote.

    A training that goes on from here does the same steps as one that was never interrupted. A file can hold code that
    runs while it is read: ask torch for weights only.

    Args:
        path: a file that holds a dict of "model", "optimizer" (state_dicts) and "epoch" (an int).
        model: takes the saved parameters and buffers, in place, and keeps its mode and its device.
        optimizer: takes the saved state and settings; None when the model is only to be used.
        map_location: where the file's tensors are put while it is read, so that a machine without a GPU can read it.
    Returns:
        The epoch that was saved, an int.
    Raises:
        RuntimeError, pickle.UnpicklingError: torch's own, when saved names or shapes are not exactly the model's, and
            when the file holds more than tensors and plain values.
    Example:
        >>> import tempfile
        >>> model, path = nn.Linear(2, 1), tempfile.mkdtemp() + "/a.pt"
        >>> torch.save({"model": model.state_dict(), "optimizer": {}, "epoch": 3}, path)
        >>> load_checkpoint(path, model)
        3

    Source: PyTorch tutorial, Saving and Loading a General Checkpoint.
    """
    ### BEGIN SOLUTION
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    return int(checkpoint["epoch"])
    ### END SOLUTION


class EarlyStopping:
    """Says when to stop a training that no longer improves, and keeps the best model.

    After each epoch `step(loss, model)` is told the validation loss. It is an improvement when
    loss < best_loss - min_delta (so a tie is none, and nan is none), with an infinite best_loss until the first one.

    Args:
        patience: how many epochs in a row without an improvement end the training, at least 1.
        min_delta: by how much a loss must fall below the best one, at least 0.
    Attributes:
        best_loss: the loss at the last improvement, a float; infinite as long as there was none.
    Example:
        >>> model = nn.Linear(1, 1)
        >>> stopping = EarlyStopping(patience=2)
        >>> [stopping.step(loss, model) for loss in (3.0, 1.0, 2.0, 1.0)]
        [False, False, False, True]
        >>> stopping.best_loss
        1.0

    Source: Prechelt, Early Stopping, But When? (1998).
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        ### BEGIN SOLUTION
        self.patience, self.min_delta = patience, min_delta
        self.best_loss = math.inf
        self._waited = 0
        self._best: dict[str, Any] | None = None
        ### END SOLUTION

    def step(self, loss: float, model: nn.Module) -> bool:
        """Take note of an epoch: its validation loss, a float, and the model as it is now, which is unchanged.

        At an improvement all of the model's state (parameters and buffers) is copied.

        Returns:
            Whether to stop: True when the last `patience` calls were no improvement; an improvement starts the count
            anew. After a True the training is over: nobody asks what a later call would return.
        """
        ### BEGIN SOLUTION
        if loss < self.best_loss - self.min_delta:
            self.best_loss, self._waited = loss, 0
            self._best = copy.deepcopy(model.state_dict())
        else:
            self._waited += 1
        return self._waited >= self.patience
        ### END SOLUTION

    def restore(self, model: nn.Module) -> None:
        """Give the model, in place, the state that it had at the last improvement, of which there was one."""
        ### BEGIN SOLUTION
        assert self._best is not None
        model.load_state_dict(self._best)
        ### END SOLUTION


class MetricLogger:
    """Write the numbers of a training into a file line by line, so that its curves can be watched while it runs.

    Each line is one JSON object with "step" and the numbers of that step: {"step": 3, "loss": 0.5}. When `log` returns,
    the line is in the file for every other program, whether or not this one goes on. A file that is there is continued.

    A program that was stopped may leave half a line at the end. It is passed over when curves are read, and a new
    logger on that file starts a line of its own after it.

    Args:
        path: the file; it is made by the first `log` at the latest.
    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     logger = MetricLogger(folder + "/run.jsonl")
        ...     logger.log(1, {"loss": 2.0})
        ...     logger.log(2, {"loss": torch.tensor(1.5), "accuracy": 0.5})
        ...     MetricLogger(folder + "/run.jsonl").curves()
        {'loss': [(1, 2.0), (2, 1.5)], 'accuracy': [(2, 0.5)]}

    Source: jsonlines.org for the format.
    """

    def __init__(self, path: str) -> None:
        ### BEGIN SOLUTION
        self.path = path
        with open(path, "a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")
        ### END SOLUTION

    def log(self, step: int, numbers: dict[str, float | Tensor]) -> None:
        """Append one line: the step and its numbers, floats, ints or tensors of one entry, nan and inf included."""
        ### BEGIN SOLUTION
        line = json.dumps({"step": step} | {name: float(value) for name, value in numbers.items()})
        with open(self.path, "a") as file:
            file.write(line + "\n")
        ### END SOLUTION

    def curves(self) -> dict[str, list[tuple[int, float]]]:
        """Return for each name the pairs (step, number) of the lines that have it, in order; {} without a line."""
        ### BEGIN SOLUTION
        curves: dict[str, list[tuple[int, float]]] = {}
        with open(self.path) as file:
            for line in file:
                with contextlib.suppress(json.JSONDecodeError):
                    numbers = json.loads(line)
                    step = numbers.pop("step")
                    for name, value in numbers.items():
                        curves.setdefault(name, []).append((step, value))
        return curves
        ### END SOLUTION


class History(NamedTuple):
    """The losses of a training, one for each epoch."""

    train_losses: list[float]
    validation_losses: list[float]


def fix_training_loop(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> History:
    """Train a classifier. The loop that is given runs, and does not learn: find its seven mistakes, each worth points.

    In each epoch: in training mode, the N samples in a new random order, in batches of batch_size, of which the last
    may be smaller and counts too. For each batch the mean cross-entropy of the model's scores and the labels of the
    same samples, its own gradient, one step w <- w - lr * gradient. Then, in evaluation mode and without a graph, the
    mean cross-entropy of all of x_val, in one call, which changes nothing. Rewriting is as welcome as repairing.

    Args:
        model: model(x) are raw scores (B, K); may hold dropout and batch norm. Trained in place, left in any mode.
        x, y: (N, *) and (N,) int64, the training samples and labels, unchanged, on the device of the model.
        x_val, y_val: (M, *) and (M,) int64, to validate on.
        epochs, batch_size, lr, generator: how often; samples in a batch; the learning rate; the source of the orders.
    Returns:
        History(train_losses, validation_losses), lists of floats, one for each epoch: the mean over the N samples of
        the losses that the steps were made from, and the validation loss at its end.
    Example:
        >>> x, y = torch.tensor([[-1.0], [1.0], [2.0]]), torch.tensor([0, 1, 1])
        >>> model = nn.Linear(1, 2)
        >>> history = fix_training_loop(model, x, y, x, y, 30, 2, 0.5, torch.Generator().manual_seed(0))
        >>> len(history.train_losses), history.validation_losses[-1] < 0.3
        (30, True)

    Source: Deep Learning (2016), sections 8.1 and 8.3.1.
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses: list[float] = []
    validation_losses: list[float] = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        train_losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            validation_losses.append(functional.cross_entropy(model(x_val), y_val).item())
    return History(train_losses, validation_losses)
    ### BEGIN STUB
    # optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    # train_losses, validation_losses = [], []
    # model.train()
    # for _ in range(epochs):
    #     losses = []
    #     x = x[torch.randperm(len(x), generator=generator)]
    #     for start in range(0, len(x) - batch_size + 1, batch_size):
    #         x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
    #         probabilities = model(x_batch).softmax(dim=1)
    #         loss = functional.cross_entropy(probabilities, y_batch)
    #         loss.backward()
    #         optimizer.step()
    #         losses.append(loss.item())
    #     train_losses.append(sum(losses) / len(losses))
    #     model.eval()
    #     loss = functional.cross_entropy(model(x_val), y_val)
    #     loss.backward()
    #     optimizer.step()
    #     validation_losses.append(loss.item())
    # return History(train_losses, validation_losses)
    ### END STUB
    ### END SOLUTION


class TrainingRun(NamedTuple):
    """What a whole training returns."""

    model: nn.Module
    losses: list[float]


### BEGIN SOLUTION


def _fit(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    epochs: int,
    batch_size: int,
) -> TrainingRun:
    """Train for some epochs, in random batches; the model comes back in evaluation."""
    losses = []
    for _ in range(epochs):
        orders = torch.randperm(len(x), generator=generator).split(batch_size)
        losses.append(train_epoch(model, [(x[rows], y[rows]) for rows in orders], loss_fn, optimizer))
    return TrainingRun(model.eval(), losses)


### END SOLUTION


def train_regression(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    """Learn to predict a number from a table, and give the model back: the whole way, from raw columns.

    Standardise x as `standardize` does, and y by its own mean and deviation (dividing by N). Train on them: each epoch
    in the batches torch.randperm(N, generator=generator).split(batch_size); for each the mean squared error, its own
    gradient, one step of one torch.optim.Adam with lr.

    Args:
        x: (N, D), float32 or float64; the columns are in units of their own, from 1e-3 to 1e3.
        y: (N,), the dtype of x, in a unit of its own too.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        TrainingRun: model, a torch.nn.Linear or your `Linear` from D to 1, for standardised rows and targets, in
        evaluation mode, of the dtype and on the device of x, its initial weights from torch's own generator; losses, a
        list with the mean over N of each epoch. epochs=0 gives the untrained model. x and y are unchanged.
    Example:
        >>> x = torch.linspace(-1, 1, 40).reshape(20, 2)
        >>> run = train_regression(x, 3 * x[:, 0] + 2, torch.Generator().manual_seed(0))
        >>> run.model(torch.zeros(5, 2)).shape, run.losses[-1] < run.losses[0]
        (torch.Size([5, 1]), True)

    Source: Kingma and Ba, Adam (2015); the table of the tests is that of Efron et al., Least Angle Regression (2004).
    """
    ### BEGIN SOLUTION
    features = standardize(x, x[:0]).train
    targets = standardize(y.unsqueeze(1), y[:0].unsqueeze(1)).train
    model = nn.Linear(x.shape[1], 1).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return _fit(model, features, targets, nn.MSELoss(), optimizer, generator, epochs, batch_size)
    ### END SOLUTION


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    """Learn to tell two classes apart from a table, and give the model back: from raw columns to probabilities.

    Standardise x as `standardize` does. Train a `LogisticRegression` on it: each epoch in the batches
    torch.randperm(N, generator=generator).split(batch_size); for each the mean binary cross-entropy, its own gradient,
    one step of one torch.optim.Adam with lr.

    Args:
        x: (N, D), float32 or float64; the columns are in units of their own, from 1e-3 to 1e3.
        y: (N,) int64, 0 or 1.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        TrainingRun: model, a `LogisticRegression` of D for standardised rows, in evaluation mode, of the dtype and on
        the device of x, its initial weights from torch's own generator; losses, a list with the mean over N of each
        epoch. epochs=0 gives the untrained model. x and y are unchanged.
    Example:
        >>> x = torch.linspace(-1, 1, 40).reshape(20, 2)
        >>> run = train_classifier(x, (x[:, 0] > 0).long(), torch.Generator().manual_seed(0), 50)
        >>> run.model(torch.tensor([[-1.0, -1.0], [1.0, 1.0]])) > 0.5
        tensor([False,  True])

    Source: Kingma and Ba, Adam (2015); the table of the tests is that of Street, Wolberg, Mangasarian (1993).
    """
    ### BEGIN SOLUTION
    features = standardize(x, x[:0]).train
    targets = y.to(x.dtype)
    model = LogisticRegression(x.shape[1]).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return _fit(model, features, targets, nn.BCELoss(), optimizer, generator, epochs, batch_size)
    ### END SOLUTION


def train_digits(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 25, lr: float = 0.1
) -> TrainingRun:
    """Learn to read digits, and give the net back: the whole way, from pixels to scores.

    Train an `MLP` with the widths (D, 128, K) and torch.relu: each epoch in the batches
    torch.randperm(N, generator=generator).split(batch_size); for each the mean cross-entropy, its own gradient, one
    step of one torch.optim.SGD with lr and momentum 0.9.

    Args:
        x: (N, D), float32 or float64, the pixels of an image in a row.
        y: (N,) int64, the classes; K is the largest of them, plus 1.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        TrainingRun: model, the `MLP` in evaluation mode, of the dtype and on the device of x, its initial weights from
        torch's own generator; losses, a list with the mean over N of each epoch. epochs=0 gives the untrained net.
        Of moved digits of MNIST, 14 x 14, it has to read far more than a linear model. x and y are unchanged.
    Example:
        >>> y = torch.arange(40) % 10
        >>> run = train_digits(functional.one_hot(y, 16).float(), y, torch.Generator().manual_seed(0))
        >>> run.model(torch.eye(16)[:4]).argmax(1)
        tensor([0, 1, 2, 3])

    Source: LeCun, Cortes, Burges, MNIST (1998), of which the tests draw.
    """
    ### BEGIN SOLUTION
    classes = int(y.max()) + 1
    sizes = (x.shape[1], 128, classes)
    model = MLP(sizes, torch.relu).to(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    return _fit(model, x, y, nn.CrossEntropyLoss(), optimizer, generator, epochs, batch_size)
    ### END SOLUTION


class DegreeChoice(NamedTuple):
    """What `choose_degree` returns."""

    folds: list[Fold]
    errors: list[float]
    degree: int
    prediction: Tensor


### BEGIN SOLUTION


def _ridge(x: Tensor, y: Tensor, x_new: Tensor, degree: int, penalty: float) -> Tensor:
    """Fit a polynomial with a penalty to (x, y), and return what it says at x_new."""
    z, z_new = standardize(polynomial_features(x, degree)[:, 1:], polynomial_features(x_new, degree)[:, 1:])
    b = y.mean()
    gram = z.t() @ z / len(x) + penalty * torch.eye(degree).to(x)
    return b + z_new @ torch.linalg.solve(gram, z.t() @ (y - b) / len(x))


### END SOLUTION


def choose_degree(
    x: Tensor,
    y: Tensor,
    x_new: Tensor,
    degrees: Sequence[int],
    k: int,
    generator: torch.Generator,
    penalty: float = 0.001,
) -> DegreeChoice:
    """Choose the degree of a curve by k-fold cross-validation, then fit it to all points.

    A fit to n rows standardises the columns x^1, ..., x^degree to Z, as `standardize` does, by them alone, and says
    b + z . w with b = mean(y) and the w that solves (Z^T Z / n + penalty * I) w = Z^T (y - b) / n.
    The folds come from one call of `kfold_indices`, and serve every degree. In each round the training rows make the
    fit; the error of a degree is the mean of the N squared errors of the rows, each in the round where it validates.

    Args:
        x, y, x_new: (N,), (N,), (M,), floating point, of one dtype; what the last fit says at x_new comes back.
        degrees, k, generator: each at least 1, in any order; the folds, from 2 to N, and the source of their order.
        penalty: above 0.
    Returns:
        DegreeChoice: folds, all k of them; errors, a list of a float for each degree; degree, that of the least error,
        the first among equals; prediction, (M,), of the fit of this degree to all N rows.
    Example:
        >>> x, y = torch.tensor([0.0, 1.0]), torch.tensor([1.0, 3.0])
        >>> found = choose_degree(x, y, torch.tensor([2.0]), [1, 2], 2, torch.Generator().manual_seed(0), 1.0)
        >>> found.errors, found.degree, found.prediction  # each point is predicted by the other
        ([4.0, 4.0], 1, tensor([3.5000]))

    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2009), section 7.10.
    """
    ### BEGIN SOLUTION
    folds = kfold_indices(len(x), k, generator)
    errors = []
    for degree in degrees:
        total = 0.0
        for train, validation in folds:
            said = _ridge(x[train], y[train], x[validation], degree, penalty)
            total += ((said - y[validation]) ** 2).sum().item()
        errors.append(total / len(x))
    best = degrees[errors.index(min(errors))]
    return DegreeChoice(folds, errors, best, _ridge(x, y, x_new, best, penalty))
    ### END SOLUTION


class RateRange(NamedTuple):
    """What `learning_rate_range` returns."""

    start_loss: float
    losses: list[float]
    best: float


def learning_rate_range(
    model: nn.Module,
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    rates: Sequence[float],
    steps: int,
) -> RateRange:
    """Train copies of a model, each with another learning rate and all from the same state: which rate is best?

    Each copy makes `steps` steps on all training rows at once, in training mode: w <- w - rate * gradient. Then its
    loss on the validation rows is measured in evaluation mode. Where this loss is not finite, or above start_loss (the
    same of the model before any step, which is finite), the training has diverged, and nan stands in its place.
    Afterwards the model is what it was: parameters, .grad, buffers and the mode of every module.

    Args:
        model: any module without dropout; it may hold batch norm, and be in any mode. All parameters require gradients.
        train, validation: pairs (x, y) on the device of the model; x is (N, *) and (M, *).
        loss_fn: loss_fn(prediction, y) is a mean loss, a tensor without axes.
        rates, steps: the learning rates, in any order; how many steps, at least 1.
    Returns:
        RateRange: start_loss, a float; losses, a list of a float for each rate; best, the rate of the least loss, the
        first among equals, and nan when all diverged.
    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> _ = nn.init.ones_(model.weight)
        >>> rows = torch.ones(1, 1), torch.zeros(1, 1)  # the loss is w * w, a step w <- (1 - 2 * rate) * w
        >>> learning_rate_range(model, rows, rows, nn.MSELoss(), [0.25, 2.0], steps=2)
        RateRange(start_loss=1.0, losses=[0.0625, nan], best=0.25)

    Source: Smith, Cyclical Learning Rates (2017), section 3.3. Deviations: one training for each rate.
    """
    ### BEGIN SOLUTION

    def measured(net: nn.Module) -> float:
        with _evaluating(net):
            return loss_fn(net(validation[0]), validation[1]).item()

    start_loss = measured(model)
    losses = []
    for rate in rates:
        net = copy.deepcopy(model).train()
        optimizer = torch.optim.SGD(net.parameters(), lr=rate)
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(net(train[0]), train[1]).backward()
            optimizer.step()
        loss = measured(net)
        losses.append(loss if loss <= start_loss else math.nan)
    found = [(loss, rate) for loss, rate in zip(losses, rates, strict=True) if not math.isnan(loss)]
    best = min(found, key=lambda pair: pair[0])[1] if found else math.nan
    return RateRange(start_loss, losses, best)
    ### END SOLUTION


class SelectionLeak(NamedTuple):
    """What `selection_leak` returns."""

    leaky_columns: Tensor
    honest_columns: Tensor
    leaky_error: float
    honest_error: float
    mean_error: float


### BEGIN SOLUTION


def _strongest(x: Tensor, y: Tensor, count: int) -> Tensor:
    """Return the columns that go best along with y on these rows."""
    varies = (x != x[0]).any(0)
    x, y = x - x.mean(0), y - y.mean()
    correlation = (x.t() @ y).abs() / torch.where(varies, x.norm(dim=0), 1.0)
    return torch.where(varies, correlation, 0.0).topk(count).indices.sort().values


def _least_squares(x: Tensor, y: Tensor, x_new: Tensor) -> Tensor:
    """Fit a linear model with a constant to (x, y), and return what it says of x_new."""
    x, x_new = (torch.cat([torch.ones_like(part[:, :1]), part], dim=1) for part in (x, x_new))
    return (x_new @ torch.linalg.lstsq(x, y.unsqueeze(1)).solution).squeeze(1)


### END SOLUTION


def selection_leak(x: Tensor, y: Tensor, folds: Sequence[tuple[Tensor, Tensor]], count: int) -> SelectionLeak:
    """Choose columns by all rows, and by training rows alone: what does cross-validation say of each?

    Of some rows, the strongest columns are the `count` of the largest absolute correlation with y, in ascending order;
    a column that is constant on these rows has the correlation 0. Two procedures, each over all folds:
    leaky: the strongest columns of all N rows, once. honest: in each fold the strongest columns of its training rows.
    In each fold least squares with a constant on these columns learns from the training rows, and predicts the
    validation rows. An error is the mean of the squared errors of all rows, each in the fold where it validates.

    Args:
        x, y: (N, D) and (N,), floating point, of one dtype. No two columns that vary are equally strong, and those that
            are chosen vary on the training rows of each fold.
        folds: k pairs (train, validation) of int64 tensors on the device of x, as of `kfold_indices`; of any sizes.
        count: how many columns, from 1 to D, and less than the training rows of a fold less 1.
    Returns:
        SelectionLeak: leaky_columns (count,) and honest_columns (k, count), int64; leaky_error and honest_error,
        floats; mean_error, a float: the error of predicting the mean of y on the training rows, without any column.
    Example:
        >>> generator = torch.Generator().manual_seed(0)
        >>> x, y = torch.randn(40, 500, generator=generator), torch.randn(40, generator=generator)  # pure noise
        >>> found = selection_leak(x, y, kfold_indices(40, 5, generator), 5)
        >>> found.leaky_error < 0.8 * found.mean_error < found.honest_error  # only the leak finds something
        True

    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2009), section 7.10.2.
    """
    ### BEGIN SOLUTION
    leaky = _strongest(x, y, count)
    honest = torch.stack([_strongest(x[train], y[train], count) for train, _ in folds])
    totals = [0.0, 0.0, 0.0]
    for (train, validation), own in zip(folds, honest, strict=True):
        said = [_least_squares(x[train][:, c], y[train], x[validation][:, c]) for c in (leaky, own)]
        for i, prediction in enumerate([*said, y[train].mean()]):
            totals[i] += ((prediction - y[validation]) ** 2).sum().item()
    return SelectionLeak(leaky, honest, *(total / len(x) for total in totals))
    ### END SOLUTION
