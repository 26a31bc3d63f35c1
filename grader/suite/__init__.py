"""What a hidden suite imports: checks that raise one structured failure, random inputs, known mistakes."""

from grader.data.load import load as dataset
from grader.suite.behaviour import (
    check_aliases,
    check_by_hand,
    check_device,
    check_manners,
    check_owns_memory,
    check_raises,
    check_vectorised,
    to_device,
)
from grader.suite.compare import (
    SUMMED,
    check_close,
    check_dtype,
    check_equal,
    check_fields,
    check_finite,
    check_like,
    check_shape,
    check_that,
)
from grader.suite.gradients import check_gradcheck, check_gradients
from grader.suite.held_out import (
    check_better,
    check_came_from,
    check_held_out,
    check_history,
    check_learning,
    draw_digits,
    share_right,
    shifted,
    show_reading,
    simple_accuracies,
)
from grader.suite.loop import Loop
from grader.suite.mistakes import mistake, reference
from grader.suite.network_check import check_network
from grader.suite.network_training import check_trains
from grader.suite.random import Random
from grader.suite.training import (
    Trained,
    Training,
    check_losses,
    check_predictions,
    check_same_training,
    check_steps,
    note_start,
    read_model,
    shuffled_batches,
    train_steps,
)
from grader.suite.tried import check_accepts, check_catches
from grader.suite.wrong_loops import wrong_loops

__all__ = [
    "SUMMED",
    "Loop",
    "Random",
    "Trained",
    "Training",
    "check_accepts",
    "check_aliases",
    "check_better",
    "check_by_hand",
    "check_came_from",
    "check_catches",
    "check_close",
    "check_device",
    "check_dtype",
    "check_equal",
    "check_fields",
    "check_finite",
    "check_gradcheck",
    "check_gradients",
    "check_held_out",
    "check_history",
    "check_learning",
    "check_like",
    "check_losses",
    "check_manners",
    "check_network",
    "check_owns_memory",
    "check_predictions",
    "check_raises",
    "check_same_training",
    "check_shape",
    "check_steps",
    "check_that",
    "check_trains",
    "check_vectorised",
    "dataset",
    "draw_digits",
    "mistake",
    "note_start",
    "read_model",
    "reference",
    "share_right",
    "shifted",
    "show_reading",
    "shuffled_batches",
    "simple_accuracies",
    "to_device",
    "train_steps",
    "wrong_loops",
]
