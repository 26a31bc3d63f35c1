"""Suite of projects.tiny_gpt."""

import math
from dataclasses import dataclass, replace

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    Training,
    check_by_hand,
    check_came_from,
    check_equal,
    check_fields,
    check_history,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    check_that,
    note_start,
    to_device,
)

TRANSFORMERS = (
    "MultiheadAttention", "multi_head_attention_forward", "scaled_dot_product_attention", "Transformer",
    "TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoder", "TransformerDecoderLayer",
)  # fmt: skip
FEW = ["ada", "bo", "clara", "dan", "eve", "fritz", "gus", "hal"]
MANY = [a + b for a in FEW for b in FEW]


class Cooling(torch.optim.Adam):
    """Adam whose learning rate rises along a line and falls along half a cosine."""

    def __init__(self, parameters, lr, total):
        super().__init__(parameters, lr=lr)
        self.base, self.total, self.number = lr, total, 0

    def step(self):
        """Take a step with the rate of its number."""
        it, warmup = self.number, self.total // 10
        part = it / warmup if it < warmup else (1 + math.cos(math.pi * (it - warmup) / (self.total - warmup))) / 2
        self.param_groups[0]["lr"] = self.base * part
        self.number += 1
        super().step()


@dataclass(frozen=True)
class CooledTraining(Training):
    """A training whose learning rate knows how many batches there are."""

    def replay(self, start, x, y, seed, epochs, **options):
        """Train the oracle in the same way."""
        total = epochs * -(-len(y) // options.get("batch_size", self.batch_size))
        cooled = replace(self, optimizer=lambda parameters, lr: Cooling(parameters, lr, total))
        return super(CooledTraining, cooled).replay(start, x, y, seed, epochs, **options)


def loss_of(scores, targets):
    """Return the mean cross-entropy of all tokens that count."""
    return functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


@pytest.fixture
def training(submission, shared):
    """What the docstring promises."""
    return CooledTraining(
        shared.ByRows(submission, "tiny_gpt"),
        "tiny_gpt",
        oracle=lambda x: shared.TinyGPT().to(x.dtype),
        optimizer=torch.optim.Adam,
        lr=0.007,
        batch_size=32,
        loss=loss_of,
    )


@pytest.mark.visible
def test_tiny_gpt_returns_losses_and_names(submission, rng, shared):
    """Two epochs give two floats; three names are written, of the letters a to z."""
    _, losses, names = submission.tiny_gpt(FEW, rng.generator(), 3, 2, 4)
    check_losses(losses, 2)
    shared.check_names(names, 3)


def test_tiny_gpt_makes_the_promised_net(training, rng, shared):
    """With epochs=0 an untrained GPT of the promised sizes comes back."""
    training.run(*shared.rows_of_names(FEW, torch.float64), rng.seed(), 0)


@pytest.mark.weight(2)
@pytest.mark.parametrize("names", [["anna", "hans"], FEW], ids=["one length", "many lengths"])
def test_tiny_gpt_takes_one_step(training, rng, shared, names):
    """One batch is one step: its loss over all letters and ends, and all weights."""
    check_steps(training, *shared.rows_of_names(names, torch.float64), rng.seed())


@pytest.mark.weight(3)
def test_tiny_gpt_takes_a_step_for_each_batch(training, rng, shared):
    """An epoch goes over random batches of 3, the last of which may be smaller."""
    check_steps(training, *shared.rows_of_names(FEW, torch.float64), rng.seed(), batch_size=3)


@pytest.mark.weight(3)
def test_tiny_gpt_cools_down_from_batch_to_batch(training, rng, shared):
    """Over four epochs the rate falls along half a cosine; each has its order."""
    check_steps(training, *shared.rows_of_names(FEW, torch.float64), rng.seed(), epochs=4, batch_size=4, lr=0.003)


@pytest.mark.weight(2)
def test_tiny_gpt_warms_up_in_the_first_tenth(training, rng, shared):
    """With 20 batches the first takes no step, and the second half of one."""
    read, told = shared.rows_of_names(FEW, torch.float64)
    check_steps(training, read, told, rng.seed(), epochs=5, batch_size=2, lr=0.001)


def test_tiny_gpt_has_its_defaults(submission, training, rng, shared):
    """Without numbers there are 20 names, eight epochs, batches of 32, lr 0.007."""
    read, told = shared.rows_of_names(MANY, torch.float64)
    seed = rng.seed()
    start, got = training.run(read, told, seed, 0), training.run(read, told, seed, None)
    check_equal(len(got.losses), 8, "the number of losses")
    check_same_training(got, training.replay(start, read, told, seed, 8), start)
    shared.check_names(submission.tiny_gpt(FEW, rng.generator(), epochs=1)[2], 20)


@pytest.mark.weight(2)
def test_tiny_gpt_returns_a_net_that_is_ready_to_predict(submission, training, rng, shared):
    """The net comes back in evaluation mode, and scores what its weights score."""
    (read, told), seed = shared.rows_of_names(FEW, torch.float64), rng.seed()
    note_start(submission, training.run(read, told, seed, 0))
    check_predictions(submission, training.run(read, told, seed, 1, batch_size=4), read.long())


def test_tiny_gpt_writes_by_the_generator(submission, rng, shared):
    """Names follow from generator and weights: the same ones again, then others."""

    def scenario(submission, names, seed):
        written = []
        for number in (seed, seed, seed + 1):
            torch.manual_seed(seed)
            written.append(submission.tiny_gpt(names, torch.Generator().manual_seed(number), 8, 0)[2])
        return written

    first, again, other = submission.run(scenario, FEW, rng.seed())
    shared.check_names(first, 8)
    check_equal(again, first, "the names from an equal generator")
    shared.check_names(other, 8)
    shared.check_others(other, first)


def test_tiny_gpt_writes_up_to_twenty_letters(submission, rng):
    """Of 30 names that an untrained net writes the longest has 20 letters."""
    names = list(submission.tiny_gpt(FEW, rng.generator(), 30, 0)[2])  # a share of 3e-9 of all draws has none
    longest = max(map(len, names))
    check_that(longest == 20, "the longest name", "20 letters", "fewer" if longest < 20 else "more")


def written_by(model, seed, goes_on):
    """Let the oracle write six names after two epochs, token after token; it may go on after the end of a name."""
    generator, names = torch.Generator().manual_seed(seed), []
    for _ in range(2):
        torch.randperm(len(MANY), generator=generator)
    for _ in range(6):
        tokens = [0]
        while len(tokens) <= 20 and (goes_on or len(tokens) == 1 or tokens[-1]):
            with torch.no_grad():
                shares = model(torch.tensor([tokens]))[0, -1].softmax(0)
            tokens.append(torch.multinomial(shares, 1, generator=generator).item())
        letters = "".join(chr(token + 96) for token in tokens[1:])
        names.append(letters.partition(chr(96))[0])
    return names


@pytest.mark.weight(3)
def test_tiny_gpt_draws_from_the_scores_of_all_letters(training, rng, shared):
    """Each name is drawn token after token, from the scores after the last one."""
    read, told = shared.rows_of_names(MANY, torch.float64)
    seed = rng.seed()
    trained = training.run(read, told, seed, 2, count=6, batch_size=8, lr=0.02)
    shared.check_names(training.submission.names, 6)
    got, whole = list(training.submission.names), written_by(trained.model, seed, goes_on=True)
    check_equal(got, whole if got == whole else written_by(trained.model, seed, goes_on=False), "the names")


@pytest.mark.statistical
@pytest.mark.weight(5)
@pytest.mark.timeout(20)
def test_tiny_gpt_writes_names(submission, training, rng, draw, shared):
    """It expects held-out names better than a table of threes, and writes."""
    names, held_out, letters = shared.draw_names(rng)
    read, told = shared.rows_of_names(names)
    seed = rng.seed()
    start = training.run(read, told, seed, 0)
    trained = training.run(read, told, seed, None, count=30)
    written = training.submission.names
    shared.check_names(written, 30)
    draw.curve("training loss by epoch", trained.losses, [])
    draw.writing("names that it wrote", shared.in_real_letters(written, letters), "it learned them in renamed letters")
    check_predictions(submission, trained, read[:40].long())
    read_test, told_test = shared.rows_of_names(held_out)
    with torch.no_grad():
        got = math.exp(loss_of(trained.model(read_test), told_test).item())
    shared.check_below(got, shared.table_perplexity(told, told_test, 2, 27), 1.0)
    check_came_from(*map(block_of, (trained, start)))
    check_history(trained, start, read, told, loss_of)
    shared.check_written(trained.model, written, names, rng.seed())
    draw_maps(draw, trained.model, held_out, letters, shared)


def block_of(trained):
    """Return the block alone: the tables may start at 0, and then resemble nothing that they started from."""
    return replace(trained, model=torch.nn.ModuleDict({"blocks": trained.model.blocks}))


def draw_maps(draw, model, names, letters, shared):
    """Attach where each head looks while a name is read."""
    name = max(names, key=len)
    with torch.no_grad():
        model(shared.rows_of_names([name])[0])
    maps = model.blocks[0].attention.maps[0]
    shown = shared.in_real_letters([name], letters)[0]
    draw.picture(
        f"where the heads look while {shown} is read", "images", maps,
        panels=[f"head {number}" for number in range(1, 5)],
        caption="a row for each letter, 0 first, a column for each that it looks back at",
    )  # fmt: skip


@pytest.mark.weight(2)
def test_tiny_gpt_on_a_device(submission, training, rng, shared):
    """The net is trained and writes where it was asked to, and stays there."""
    read, told = shared.rows_of_names(FEW, torch.float64)
    _, trained = check_steps(training, *to_device((read, told)), rng.seed(), batch_size=4, count=2)
    check_predictions(submission, trained, to_device(read.long()))
    shared.check_names(training.submission.names, 2)


def test_tiny_gpt_is_made_of_own_parts(submission, rng, shared):
    """Attention and steps are made without those of torch."""
    forbidden = (*shared.OPTIMIZERS, *TRANSFORMERS)
    check_by_hand(submission, lambda: submission.tiny_gpt(FEW, rng.generator(), 1, 1, 4), forbidden)


def test_tiny_gpt_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields model, losses and names."""
    check_fields(submission.tiny_gpt(FEW, rng.generator(), 1, 0), ("model", "losses", "names"))
