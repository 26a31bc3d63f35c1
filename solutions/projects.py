"""Projects: something whole, made of what you wrote in the other topics.

This file imports your own functions and classes, as below: hand the files of those topics in beside it. Nothing here
needs more of them than their docstrings promise, and torch's own counterparts are not used where a task says "by hand".
Import whatever else of yours you like.

Letters: N samples, D pixels of an image in a row, C channels, H W image, K = 10 classes, T tokens of a text.
A net that a task makes is a `torch.nn.Module` under the keys of the state_dict that its docstring gives; how your class
for it is called is free. It is on the device and in the dtype of x, with initial weights from torch's own generator,
which may be drawn in another dtype.
A task that trains makes one optimiser, of all parameters of the net and with its defaults for what is not named. In
each epoch it takes, in training mode, the batches of a new `torch.randperm(N, generator=generator).split(batch_size)`,
the last of which may be smaller and counts; `generator` is one of the CPU. For each batch: the mean loss, its gradient
without those of earlier batches, one step. Losses come back as a list of floats: for each epoch the sum over its
batches of loss times number of samples, divided by N, with the losses that the steps were made from. The net comes back
in evaluation mode, with epochs=0 too, where it is untrained. Arguments stay as they were.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from attention import GPT
from cnn import BatchNorm2d, conv2d_im2col, max_pool2d
from losses import cross_entropy
from mlp import MLP, Linear
from optimizers import SGD, Adam, cosine_lr, step_lr
from resnet import ResidualBlock
from rnn import Embedding, LSTMCell, pad_sequences, sample


class Run(NamedTuple):
    """What a training returns."""

    model: nn.Module  # in evaluation mode
    losses: list[float]


### BEGIN SOLUTION


def _fit(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    optimizer: SGD | Adam,
    generator: torch.Generator,
    epochs: int,
    batch_size: int,
) -> list[float]:
    """Train a classifier in random batches, and return the loss of each epoch."""
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(y), generator=generator).to(y.device).split(batch_size):
            loss = cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(y))
    return losses


### END SOLUTION


def digits_mlp(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 20, lr: float = 0.003
) -> Run:
    """Read digits with nothing but your own parts: your layers, your loss, your optimiser, your loop.

    The net is your `MLP` of the widths (D, 128, 10) with torch.relu. The loss is your `cross_entropy`, the steps are
    those of your `Adam` with lr. Batches, losses and what comes back: see the top of this file.
    By hand: nothing of torch.optim, no torch cross_entropy, CrossEntropyLoss, nll_loss, NLLLoss, DataLoader.

    Args:
        x: (N, D), float32 or float64, the pixels of an image in a row.
        y: (N,) int64, from 0 to 9.
        generator, epochs, batch_size, lr: a CPU generator; how often; the most samples of a batch; the learning rate.
    Returns:
        Run(model, losses). Of 300 digits of MNIST that it never saw, 14 x 14 and moved by up to 4 pixels before they
        were made smaller, it has to read a share 0.1 above that of a linear model; 800 are there to train on.
    Example:
        >>> y = torch.arange(60) % 10
        >>> run = digits_mlp(nn.functional.one_hot(y, 16).float(), y, torch.Generator().manual_seed(0), 20)
        >>> run.model(torch.eye(16)[:4]).argmax(1)
        tensor([0, 1, 2, 3])

    Source: LeCun, Cortes, Burges, MNIST (1998), of which the tests draw.
    """
    ### BEGIN SOLUTION
    model = MLP((x.shape[1], 128, 10), torch.relu).to(x)
    optimizer = Adam(model.parameters(), lr=lr)
    losses = _fit(model, x, y, optimizer, generator, epochs, batch_size)
    model.eval()
    return Run(model, losses)
    ### END SOLUTION


### BEGIN SOLUTION


class _DigitsCNN(nn.Module):
    """Two convolutions with batch norm and pooling, and a linear layer."""

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Parameter(torch.randn(8, channels, 3, 3) * (2 / (9 * channels)) ** 0.5)
        self.conv2 = nn.Parameter(torch.randn(16, 8, 3, 3) * (2 / 72) ** 0.5)
        self.bn1, self.bn2 = BatchNorm2d(8), BatchNorm2d(16)
        self.fc = Linear(16 * (height // 4) * (width // 4), 10)

    def forward(self, x: Tensor) -> Tensor:
        for weight, norm in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            x = max_pool2d(torch.relu(norm(conv2d_im2col(x, weight, padding=1))), 2)
        return self.fc(x.flatten(1))


### END SOLUTION


def digits_cnn(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 6, batch_size: int = 25, lr: float = 0.005
) -> Run:
    """Read moved digits with your own convolution, pooling and batch norm, better than any net of linear layers can.

    The net, whose class you write, goes twice through convolution, batch norm, ReLU and max pooling, then flattens and
    gives scores by a linear layer. Convolutions: 3x3, stride 1, padding 1, no bias. Pooling: 2x2, stride 2; a last odd
    row or column is dropped. Flatten as x.flatten(1) does. Loss and steps are your `cross_entropy` and `Adam` with lr.
    By hand: no torch convolution, pooling, batch norm or unfold of torch.nn, and nothing of torch.optim.

    Args:
        x: (N, C, H, W), float32 or float64, H and W at least 4.
        y, generator, epochs, batch_size, lr: as for `digits_mlp`.
    Keys of the state_dict, in any order:
        conv1, conv2: parameters (8, C, 3, 3) and (16, 8, 3, 3), drawn from any distribution around 0, with standard
            deviations of sqrt(2 / (9 C)) and sqrt(2 / 72); bn1, bn2: your `BatchNorm2d` of 8 and of 16 channels;
        fc: your `Linear`, from 16 * floor(H / 4) * floor(W / 4) to 10.
    Returns:
        Run(model, losses). Of the digits of `digits_mlp` it has to read a share 0.01 above that of the net there.
    Example:
        >>> x, y = torch.rand(6, 1, 9, 8), torch.arange(6)
        >>> run = digits_cnn(x, y, torch.Generator().manual_seed(0), epochs=1, batch_size=4)
        >>> run.model(x).shape, run.model.conv2.shape
        (torch.Size([6, 10]), torch.Size([16, 8, 3, 3]))

    Source: LeCun, Bottou, Bengio, Haffner (1998); Ioffe and Szegedy (2015). Deviations: two small convolutions.
    """
    ### BEGIN SOLUTION
    model = _DigitsCNN(*x.shape[1:]).to(x)
    optimizer = Adam(model.parameters(), lr=lr)
    losses = _fit(model, x, y, optimizer, generator, epochs, batch_size)
    model.eval()
    return Run(model, losses)
    ### END SOLUTION


### BEGIN SOLUTION


class _PlainBlock(ResidualBlock):
    """The layers of a ResidualBlock without its shortcut."""

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)))


class _DeepNet(nn.Module):
    """A convolution, blocks of two, the mean over the image, one linear layer."""

    def __init__(self, channels: int, blocks: int, residual: bool) -> None:
        super().__init__()
        block = ResidualBlock if residual else _PlainBlock
        self.stem = nn.Conv2d(channels, 12, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(12)
        self.blocks = nn.Sequential(*(block(12) for _ in range(blocks)))
        self.fc = Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(torch.relu(self.bn(self.stem(x))))
        return self.fc(x.mean((2, 3)))


### END SOLUTION


def depth(
    x: Tensor,
    y: Tensor,
    generator: torch.Generator,
    blocks: int = 9,
    residual: bool = True,
    epochs: int = 5,
    batch_size: int = 25,
    lr: float = 0.05,
) -> Run:
    """Train a net of 2 * blocks + 2 layers, plain or residual: more layers make the plain one worse, not better.

    A convolution with batch norm and ReLU, the blocks, the mean over the pixels of each channel, a linear layer. A
    residual block is your `ResidualBlock`; a plain one has the same layers under the same names and the same ReLUs, and
    lacks only the sum. Loss and steps are your `cross_entropy` and `SGD` with lr and momentum 0.9. torch's convolution
    and batch norm are welcome. By hand: nothing of torch.optim, no torch cross_entropy, CrossEntropyLoss.

    Args:
        x: (N, C, H, W), float32 or float64.
        blocks, residual: how many blocks, at least 1, and of which kind.
        y, generator, epochs, batch_size, lr: as for `digits_mlp`.
    Keys of the state_dict, in any order:
        stem, bn: nn.Conv2d, C -> 12, 3x3, padding 1, no bias; nn.BatchNorm2d of 12 channels, or your own;
        blocks: an nn.Sequential of blocks of 12 channels (blocks.0.conv1.weight, blocks.0.bn1.weight, ...);
        fc: your `Linear`, from 12 to 10.
    Returns:
        Run(model, losses). Trained on digits, 9 plain blocks have to end with a loss 0.1 above those of 2 plain and of
        9 residual ones.
    Example:
        >>> x, y = torch.rand(4, 1, 7, 7), torch.arange(4)
        >>> run = depth(x, y, torch.Generator().manual_seed(0), blocks=2, residual=False, epochs=3)
        >>> len(run.losses), len(run.model.blocks)
        (3, 2)

    Source: He, Zhang, Ren, Sun, Deep Residual Learning (2015), figure 1 and section 4.2. Deviations: small nets.
    """
    ### BEGIN SOLUTION
    model = _DeepNet(x.shape[1], blocks, residual).to(x)
    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = _fit(model, x, y, optimizer, generator, epochs, batch_size)
    model.eval()
    return Run(model, losses)
    ### END SOLUTION


class Writer(NamedTuple):
    """What `name_writer` returns."""

    model: nn.Module  # in evaluation mode
    losses: list[float]
    names: list[str]  # written by the model


### BEGIN SOLUTION


class _NameNet(nn.Module):
    """An embedding, a cell that runs over time, and scores for each step."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.cell, self.linear = Embedding(27, 16), LSTMCell(16, 64), Linear(64, 27)

    def forward(
        self, tokens: Tensor, state: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        shown = []
        for x in self.embedding(tokens).unbind(1):
            state = self.cell(x, state)
            shown.append(state[0])
        return self.linear(torch.stack(shown, 1)), state


def _tokens(names: list[str], device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Return what is read, 0 and the letters, and what comes next, the letters and 0; both padded."""
    letters = [torch.tensor([0, *(ord(letter) - 96 for letter in name), 0], device=device) for name in names]
    inputs = pad_sequences([name[:-1] for name in letters]).padded
    return inputs, pad_sequences([name[1:] for name in letters], padding_value=-100).padded


def _fit_names(
    scores_of: Callable[[Tensor], Tensor],
    rows: tuple[Tensor, Tensor],
    optimizer: Adam,
    generator: torch.Generator,
    epochs: int,
    batch_size: int,
    rate: Callable[[int], float] | None = None,
) -> list[float]:
    """Train a model of letters in random batches, and return the loss of each epoch; `rate` is the lr of a batch."""
    inputs, targets = rows
    losses, batches = [], 0
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(inputs), generator=generator).to(inputs.device).split(batch_size):
            if rate is not None:
                optimizer.param_groups[0]["lr"] = rate(batches)
            batches += 1
            loss = cross_entropy(scores_of(inputs[batch]).flatten(0, 1), targets[batch].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(inputs))
    return losses


def _name_of(tokens: list[int]) -> str:
    """Return the letters up to the end of a name."""
    end = tokens.index(0) if 0 in tokens else len(tokens)
    return "".join(chr(token + 96) for token in tokens[:end])


### END SOLUTION


def name_writer(
    names: list[str],
    generator: torch.Generator,
    count: int = 20,
    epochs: int = 6,
    batch_size: int = 50,
    lr: float = 0.01,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Writer:
    """Learn from a list of names how names are made, and write new ones.

    Tokens: 1 for a to 26 for z; 0 stands before the first letter and after the last one. The net reads 0 and the
    letters, and is to name at each step what comes next: the letters and 0. The loss of a batch is the mean of your
    `cross_entropy` over all steps of all its names, without padding; in the mean of an epoch it counts by its number of
    names. The steps are those of your `Adam` with lr. Then your `sample` writes `count` names, one after the other, at
    temperature 1 by `generator`: from 0 to the next 0, or 20 letters. How many draws a name takes is free: what comes
    after the 0 is left out. A name may be "".
    By hand: no torch nn.Embedding, LSTMCell, LSTM, and nothing of torch.optim.

    Args:
        names: N words in the letters a to z, of at least one letter.
        generator, epochs, batch_size, lr, device, dtype: as for `digits_mlp`; where to compute, and of which precision.
        count: how many names to write, at least 0.
    Keys of the state_dict, in any order:
        embedding: `Embedding(27, 16)`; cell: `LSTMCell(16, 64)`, from zeros in each name; linear: `Linear(64, 27)`.
    Returns:
        Writer: model, called as model(tokens (N, T), state or None), gives (scores (N, T, 27), state); losses; names,
        a list of strings. Its perplexity of held-out names has to be 5 % below that of a table that sees two letters.
    Example:
        >>> run = name_writer(["anna", "hanna", "hannah"] * 20, torch.Generator().manual_seed(0), 3, epochs=2)
        >>> len(run.names), len(run.losses), run.model(torch.tensor([[0, 1]]))[0].shape
        (3, 2, torch.Size([1, 2, 27]))

    Source: Graves, Generating Sequences with Recurrent Neural Networks (2013). Deviations: one layer, and names.
    """
    ### BEGIN SOLUTION
    model = _NameNet().to(device, dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    rows = _tokens(names, device)
    losses = _fit_names(lambda tokens: model(tokens)[0], rows, optimizer, generator, epochs, batch_size)
    model.eval()
    start = torch.zeros(1, dtype=torch.int64, device=device)
    written = [_name_of(sample(model, start, 20, 1.0, generator).tolist()) for _ in range(count)]
    return Writer(model, losses, written)
    ### END SOLUTION


class Found(NamedTuple):
    """What `find_the_bugs` returns."""

    losses: list[float]
    accuracies: list[float]


def find_the_bugs(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
    generator: torch.Generator,
    epochs: int,
    batch_size: int = 16,
    lr: float = 0.01,
) -> Found:
    """Train on a table and keep the best weights. The script that is given runs; find its eight mistakes.

    x becomes (x - m) / s with the mean m and the deviation s (divided by N) of each column of x; x_val becomes the same
    with the same m and s. Each epoch, in training mode, goes over the batches that the top of this file says, with your
    `cross_entropy` of the raw scores and one `Adam` of yours for all parameters. Its learning rate is `step_lr` of the
    number of the epoch, 0 at first, with lr, step size 5 and factor 0.5. At the end of an epoch, in evaluation mode and
    without a graph, the model sees all of x_val in one call: the share of rows for which argmax of the scores is their
    label is the accuracy. At last the model gets back the weights and buffers it had at the end of the epoch with the
    best accuracy, of equally good epochs the first; its mode then is free. Rewriting is as welcome as repairing.
    By hand: nothing of torch.optim, no torch cross_entropy, CrossEntropyLoss, nll_loss, NLLLoss.

    Args:
        model: model(x) are scores (B, K); may hold dropout and batch norm. Trained in place.
        x, y, x_val, y_val: (N, D), (N,) int64, (M, D), (M,) int64; no column of x is constant.
        generator, epochs, batch_size, lr: as for `digits_mlp`; epochs is at least 1.
    Returns: Found(losses, accuracies), lists of floats, one for each epoch.
    Example:
        >>> x, y = torch.linspace(-4, 4, 40).reshape(20, 2), torch.arange(20) // 10
        >>> found = find_the_bugs(Linear(2, 2), x, y, x, y, torch.Generator().manual_seed(0), 40, lr=0.5)
        >>> max(found.accuracies)
        1.0

    Source: Karpathy, A Recipe for Training Neural Networks (2019), for where to look.
    """
    ### BEGIN SOLUTION
    mean, std = x.mean(0), x.std(0, correction=0)
    x, x_val = (x - mean) / std, (x_val - mean) / std
    optimizer = Adam(model.parameters(), lr=lr)
    losses, accuracies, best = [], [], {}
    for epoch in range(epochs):
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = step_lr(epoch, lr, 5, 0.5)
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).to(x.device).split(batch_size):
            loss = cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            accuracies.append((model(x_val).argmax(1) == y_val).float().mean().item())
        if accuracies[-1] > max(accuracies[:-1], default=-1.0):
            best = {key: value.clone() for key, value in model.state_dict().items()}
    model.load_state_dict(best)
    return Found(losses, accuracies)
    ### BEGIN STUB
    # x = (x - x.mean(0)) / x.std(0, correction=0)
    # x_val = (x_val - x_val.mean(0)) / x_val.std(0, correction=0)
    # y_val = y_val.unsqueeze(1)
    # optimizer = Adam(list(model.parameters())[-2:], lr=lr)
    # order = torch.randperm(len(x), generator=generator).to(x.device)
    # losses, accuracies, best, batches = [], [], {}, 0
    # for _ in range(epochs):
    #     model.train()
    #     total = 0.0
    #     for rows in order.split(batch_size):
    #         for group in optimizer.param_groups:
    #             group["lr"] = step_lr(batches, lr, 5, 0.5)
    #         batches += 1
    #         scores = torch.relu(model(x[rows]))
    #         loss = cross_entropy(scores, y[rows])
    #         optimizer.zero_grad()
    #         loss.backward()
    #         optimizer.step()
    #         total += loss.item() * len(rows)
    #     losses.append(total / len(x))
    #     with torch.no_grad():
    #         accuracies.append((model(x_val).argmax(1) == y_val).float().mean().item())
    #     if accuracies[-1] > max(accuracies[:-1], default=-1.0):
    #         best = model.state_dict()
    # model.load_state_dict(best)
    # return Found(losses, accuracies)
    ### END STUB
    ### END SOLUTION


### BEGIN SOLUTION


def _generated(model: nn.Module, generator: torch.Generator, device: torch.device | str) -> list[int]:
    """Write at most 20 tokens after 0, each drawn by the scores of all before it."""
    tokens = [0]
    with torch.no_grad():
        while len(tokens) <= 20 and (len(tokens) == 1 or tokens[-1]):
            scores = model(torch.tensor([tokens], device=device))[0, -1]
            shares = torch.softmax(scores, 0).to(generator.device)
            tokens.append(int(torch.multinomial(shares, 1, generator=generator)))
    return tokens[1:]


### END SOLUTION


def tiny_gpt(
    names: list[str],
    generator: torch.Generator,
    count: int = 20,
    epochs: int = 8,
    batch_size: int = 32,
    lr: float = 0.007,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> Writer:
    """Learn from a list of names with your own transformer, and write new ones.

    Tokens, what is read, what is to be named, and the loss are those of `name_writer`; the net is your `GPT` of 27
    tokens, context 24, width 48, four heads and one layer. The steps are those of your `Adam`. With B batches in all
    epochs together, step number i, 0 at first, has the learning rate `cosine_lr(i, lr, B, B // 10)`. Then the net
    writes `count` names, one after the other: from 0 on each token is one torch.multinomial of the softmax of its last
    scores, in their dtype, by `generator`. A name ends before the first 0, or has 20 letters. The draws for it may end
    there, or go on to 20 as those of your `generate` do.
    By hand: no torch nn.MultiheadAttention, nn.TransformerEncoderLayer, scaled_dot_product_attention, and nothing of
    torch.optim.

    Args:
        names, generator, count, epochs, batch_size, lr, device, dtype: as for `name_writer`.
    Returns:
        Writer(model, losses, names): your `GPT` in evaluation mode, the losses, a list of strings. Its perplexity of
        held-out names has to be below that of a table that sees two letters.
    Example:
        >>> run = tiny_gpt(["anna", "hanna", "hannah"] * 20, torch.Generator().manual_seed(0), 3, epochs=2)
        >>> len(run.names), len(run.losses), run.model(torch.tensor([[0, 1]])).shape
        (3, 2, torch.Size([1, 2, 27]))

    Source: Radford et al., Language Models are Unsupervised Multitask Learners (2019). Deviations: one small block.
    """
    ### BEGIN SOLUTION
    model = GPT(27, 24, 48, 4, 1).to(device, dtype)
    optimizer, batches = Adam(model.parameters(), lr=lr), epochs * -(-len(names) // batch_size)

    def rate(batch: int) -> float:
        return cosine_lr(batch, lr, batches, batches // 10)

    losses = _fit_names(model, _tokens(names, device), optimizer, generator, epochs, batch_size, rate)
    model.eval()
    return Writer(model, losses, [_name_of(_generated(model, generator, device)) for _ in range(count)])
    ### END SOLUTION
