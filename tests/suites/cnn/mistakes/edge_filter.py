"""Wrong variants of cnn.edge_filter."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(image, direction):
    return reference("cnn").edge_filter(image, direction)


def _with(image, direction, change):
    """Answer with a changed kernel."""
    kernel = change(_right(image, direction).kernel)
    return reference("cnn").EdgeResponse(kernel, reference("cnn").corr2d(image, kernel))


@mistake(
    "the two directions are swapped: vertical edges run from top to bottom, so left and right are compared"
)
def directions_swapped(image, direction):
    return _with(image, direction, torch.t)


@mistake("the kernel was flipped before it was applied: it lies on the image as it is written down")
def flipped(image, direction):
    kernel, response = _right(image, direction)
    return reference("cnn").EdgeResponse(kernel, -response)


@mistake("the weights are 1, 1, 1 (Prewitt's kernel): Sobel's are 1, 2, 1")
def prewitt(image, direction):
    return _with(image, direction, torch.sign)


@mistake("the kernel is the same for both directions")
def direction_ignored(image, direction):
    return _right(image, "vertical")


@mistake("the image was padded: the response loses two pixels along each axis")
def padded(image, direction):
    kernel, _ = _right(image, direction)
    return reference("cnn").EdgeResponse(
        kernel, _right(functional.pad(image, (1, 1, 1, 1)), direction).response
    )


@mistake("the response lost its sign: abs is not asked for")
def absolute(image, direction):
    kernel, response = _right(image, direction)
    return reference("cnn").EdgeResponse(kernel, response.abs())


@mistake("the kernel is made without device=: it lies on the CPU wherever the image is")
def kernel_on_the_cpu(image, direction):
    kernel = torch.tensor(_right(image, direction).kernel.tolist(), dtype=image.dtype)
    return reference("cnn").EdgeResponse(kernel, reference("cnn").corr2d(image, kernel))


@mistake("kernel and response changed places: the kernel comes first")
def changed_places(image, direction):
    kernel, response = _right(image, direction)
    return reference("cnn").EdgeResponse(response, kernel)


@mistake("torch's own convolution was used: the task is to build it")
def used_torch(image, direction):
    kernel, _ = _right(image, direction)
    response = functional.conv2d(image[None, None], kernel[None, None])[0, 0]
    return reference("cnn").EdgeResponse(kernel, response)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(image, direction):
    return tuple(_right(image, direction))
