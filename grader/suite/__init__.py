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
from grader.suite.mistakes import mistake, reference
from grader.suite.network_check import check_network
from grader.suite.random import Random

__all__ = [
    "SUMMED",
    "Random",
    "check_aliases",
    "check_by_hand",
    "check_close",
    "check_device",
    "check_dtype",
    "check_equal",
    "check_fields",
    "check_finite",
    "check_gradcheck",
    "check_gradients",
    "check_like",
    "check_manners",
    "check_network",
    "check_owns_memory",
    "check_raises",
    "check_shape",
    "check_that",
    "check_vectorised",
    "dataset",
    "mistake",
    "reference",
    "to_device",
]
