"""Suite of resnet.check_residual. Each module is made by a function, so that one name serves all of them."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_residual"


def plain(body):
    """adds and takes torch.relu"""

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x) + x)

    return Residual()


def of_layers(body):
    """keeps body and a ReLU in a list of modules"""

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = torch.nn.ModuleList([body, torch.nn.ReLU()])

        def forward(self, x):
            branch, activation = self.parts
            return activation(x + branch(x))

    return Residual()


SHOWN = [plain, of_layers]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_residual_accepts_right_code(submission, rng, right):
    """A right shortcut passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def in_place_at_the_end(body):
    """takes relu in place, of the sum"""

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.f, self.shortcut = body, torch.nn.Identity()

        def forward(self, x):
            y = torch.add(self.shortcut(x), self.f(x))
            return y.relu_()

    return Block()


def sequential(body):
    """is a Sequential of body with a forward of its own"""

    class Around(torch.nn.Sequential):
        def forward(self, x):
            y = x + super().forward(x)
            return torch.where(y > 0, y, torch.zeros_like(y))

    return Around(body)


HIDDEN = [in_place_at_the_end, sequential]
RIGHT = [*SHOWN, *HIDDEN]


@pytest.mark.parametrize("right", HIDDEN, ids=lambda right: right.__name__)
def test_check_residual_accepts_other_right_code(submission, rng, right):
    """A right shortcut in another style passes the check."""
    check_accepts(submission, TASK, right, rng)


def without_shortcut(body):
    return torch.nn.Sequential(body, torch.nn.ReLU())


@pytest.mark.visible
def test_check_residual_catches_a_missing_shortcut(submission, rng):
    """A block without a shortcut is caught."""
    check_catches(submission, TASK, without_shortcut, SHOWN, rng)


def without_relu(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return self.body(x) + x

    return Residual()


@pytest.mark.visible
def test_check_residual_catches_a_missing_relu(submission, rng):
    """A block without relu is caught."""
    check_catches(submission, TASK, without_relu, SHOWN, rng)


def relu_before_the_sum(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x)) + x

    return Residual()


@pytest.mark.visible
def test_check_residual_catches_a_relu_before_the_sum(submission, rng):
    """A block with relu before the sum is caught."""
    check_catches(submission, TASK, relu_before_the_sum, SHOWN, rng)


def relu_twice(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(torch.relu(self.body(x)) + x)

    return Residual()


def test_check_residual_catches_what_some_numbers_show(submission, rng):
    """A block that is right for some signs of body(x) alone is caught."""
    check_catches(submission, TASK, relu_twice, RIGHT, rng)


def half_of_x(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x) + x / 2)

    return Residual()


def test_check_residual_catches_a_weight_on_the_shortcut(submission, rng):
    """A block with a sum other than asked for is caught."""
    check_catches(submission, TASK, half_of_x, RIGHT, rng)


def leaky(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.nn.functional.leaky_relu(self.body(x) + x, 0.001)

    return Residual()


def test_check_residual_catches_small_errors(submission, rng):
    """A block that is off by little is caught."""
    check_catches(submission, TASK, leaky, RIGHT, rng)


def shortcut_detached(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x) + x.detach())

    return Residual()


def test_check_residual_catches_a_cut_on_one_way(submission, rng):
    """A block with a right y through which too little flows back is caught."""
    check_catches(submission, TASK, shortcut_detached, RIGHT, rng)


def body_detached(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x).detach() + x)

    return Residual()


def test_check_residual_catches_a_cut_on_the_other_way(submission, rng):
    """A block with a right y whose body learns nothing is caught."""
    check_catches(submission, TASK, body_detached, RIGHT, rng)


def not_registered(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = [body]

        def train(self, mode=True):
            body.train(mode)
            return super().train(mode)

        def forward(self, x):
            return torch.relu(self.parts[0](x) + x)

    return Residual()


def test_check_residual_catches_parameters_that_nobody_finds(submission, rng):
    """A block with other parameters than those of body is caught."""
    check_catches(submission, TASK, not_registered, RIGHT, rng)


def own_copy(body):
    import copy

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = copy.deepcopy(body)

        def forward(self, x):
            return torch.relu(self.body(x) + x)

    return Residual()


def test_check_residual_catches_what_training_shows(submission, rng):
    """A block that does not see what body learns is caught."""
    check_catches(submission, TASK, own_copy, RIGHT, rng)


def mode_kept(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def train(self, mode=True):
            self.training = mode
            return self

        def forward(self, x):
            return torch.relu(self.body(x) + x)

    return Residual()


def test_check_residual_catches_a_mode_that_gets_lost(submission, rng):
    """A block of which a part stays in training is caught."""
    check_catches(submission, TASK, mode_kept, RIGHT, rng)


def shortcut_in_training(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            y = self.body(x)
            return torch.relu(y + x if self.training else y)

    return Residual()


def test_check_residual_catches_what_one_mode_shows(submission, rng):
    """A block that is right in one mode alone is caught."""
    check_catches(submission, TASK, shortcut_in_training, RIGHT, rng)


def body_twice(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            if self.body(x).shape != x.shape:
                raise ValueError("body changes the shape")
            return torch.relu(self.body(x) + x)

    return Residual()


def test_check_residual_catches_what_is_done_too_often(submission, rng):
    """A block with a right y that does too much is caught."""
    check_catches(submission, TASK, body_twice, RIGHT, rng)


def sum_in_place(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            y = self.body(x)
            y += x
            return torch.relu(y)

    return Residual()


def test_check_residual_catches_what_some_bodies_show(submission, rng):
    """A block that is right for some bodies alone is caught."""
    check_catches(submission, TASK, sum_in_place, RIGHT, rng)


def first_of_the_batch(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x) + x[:1])

    return Residual()


def test_check_residual_catches_what_more_samples_show(submission, rng):
    """A block that is right for one sample alone is caught."""
    check_catches(submission, TASK, first_of_the_batch, RIGHT, rng)


def single_precision(body):
    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.relu(self.body(x) + x).float()

    return Residual()


def test_check_residual_catches_the_wrong_kind(submission, rng):
    """A block with a result in another dtype than that of x is caught."""
    check_catches(submission, TASK, single_precision, RIGHT, rng)
