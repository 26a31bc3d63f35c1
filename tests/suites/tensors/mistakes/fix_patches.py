"""Wrong variants of tensors.fix_patches, as they are left by who found some of its mistakes, and others."""

import torch

from grader.suite import mistake, reference


def _patches(images, size, *left):
    """Cut patches with these mistakes left in."""
    n, h, w, c = images.shape
    rows, columns = h // size, w // size
    x = (images - 128) / 128 if "bytes" in left else (images.to(torch.float32) - 128) / 128
    x = x.reshape(n, c, h, w) if "channels" in left else x.permute(0, 3, 1, 2)
    x = x.reshape(n, c, rows, size, columns, size)
    if "squares" not in left:
        x = x.permute(0, 2, 4, 1, 3, 5)
    return x.reshape(n, rows * columns, c * size * size)


@mistake("bytes below 128 wrap round: turn them into float32 before 128 is taken away")
def bytes_wrap_round(images, size):
    return _patches(images, size, "bytes")


@mistake("reshape does not bring the channels to the front, it counts the same memory otherwise: permute")
def channels_not_moved(images, size):
    return _patches(images, size, "channels")


@mistake("the axes of the patches are not exchanged: a row of numbers runs over several squares")
def squares_not_cut(images, size):
    return _patches(images, size, "squares")


@mistake("the channels are not moved to the front, and the squares are not cut out")
def no_axes_exchanged(images, size):
    return _patches(images, size, "channels", "squares")


@mistake("the channels of a pixel still lie side by side: a row holds one whole channel after the other")
def channels_innermost(images, size):
    n, h, w, c = images.shape
    x = ((images.float() - 128) / 128).reshape(n, h // size, size, w // size, size, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(n, -1, c * size * size)


@mistake("the patches are counted from top to bottom first: from left to right comes first")
def counted_down_the_columns(images, size):
    n, h, w, c = images.shape
    x = ((images.float() - 128) / 128).reshape(n, h // size, size, w // size, size, c)
    return x.permute(0, 3, 1, 5, 2, 4).reshape(n, -1, c * size * size)


@mistake("each patch is transposed: its pixels go from left to right first")
def transposed_patches(images, size):
    n, h, w, c = images.shape
    x = ((images.float() - 128) / 128).reshape(n, h // size, size, w // size, size, c)
    return x.permute(0, 1, 3, 5, 4, 2).reshape(n, -1, c * size * size)


@mistake("transpose(1, 3) exchanges two axes: (N, C, W, H), where rows and columns of the image are swapped")
def two_axes_swapped(images, size):
    n, h, w, c = images.shape
    x = ((images.float() - 128) / 128).transpose(1, 3)
    x = x.reshape(n, c, h // size, size, w // size, size)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(n, -1, c * size * size)


@mistake("the bytes are divided by 255: (b - 128) / 128 is asked for")
def scaled_to_one(images, size):
    return (reference("tensors").fix_patches(images, size) * 128 + 128) / 255


@mistake("the result is float64: float32 is asked for")
def in_double_precision(images, size):
    return reference("tensors").fix_patches(images, size).double()


@mistake("the patches of all photos stand in one list: the first axis is the photo")
def batch_and_patches_in_one(images, size):
    return reference("tensors").fix_patches(images, size).flatten(0, 1)
