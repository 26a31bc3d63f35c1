"""Wrong ways to normalise pixels."""

import torch

from grader.suite import mistake, reference


def _check(images, mean, std):
    return reference("tensors").normalize_pixels(images, mean, std)


def _columns(mean, std):
    return mean.float()[:, None, None], std.float()[:, None, None]


@mistake("the bytes were not divided by 255, while mean and std speak of the scale 0..1")
def forgot_the_scale(images, mean, std):
    _check(images, mean, std)
    mean, std = _columns(mean, std)
    return (images.float() - mean) / std


@mistake("divided by 256: white is 255 and has to become 1")
def divided_by_256(images, mean, std):
    _check(images, mean, std)
    mean, std = _columns(mean, std)
    return (images.float() / 256 - mean) / std


@mistake("integer division by 255 leaves 0 or 1; turn the bytes into float32 first")
def divided_as_integers(images, mean, std):
    _check(images, mean, std)
    mean, std = _columns(mean, std)
    return ((images // 255).float() - mean) / std


@mistake("mean and std were broadcast along the width, the last axis, not along the channels")
def broadcast_along_the_width(images, mean, std):
    _check(images, mean, std)
    return (images.float() / 255 - mean.float()) / std.float()


@mistake("the mean was subtracted before the division by 255, on another scale")
def mean_before_the_scale(images, mean, std):
    _check(images, mean, std)
    mean, std = _columns(mean, std)
    return (images.float() - mean) / 255 / std


@mistake("divided by the deviation first and subtracted the mean after it")
def deviation_before_mean(images, mean, std):
    _check(images, mean, std)
    mean, std = _columns(mean, std)
    return images.float() / 255 / std - mean


@mistake("divided by the variance, the square of std")
def divided_by_variance(images, mean, std):
    return _check(images, mean, std) / _columns(mean, std)[1]


@mistake("the result takes the dtype of mean and std; it must be float32 in any case")
def kept_float64(images, mean, std):
    _check(images, mean, std)
    return (images.to(mean.dtype) / 255 - mean[:, None, None]) / std[:, None, None]


@mistake("a Python loop does what one operation on the whole tensor can do")
def python_loop(images, mean, std):
    _check(images, mean, std)
    pairs = enumerate(zip(mean.float(), std.float(), strict=True))
    return torch.stack([(images[:, c].float() / 255 - m) / s for c, (m, s) in pairs], dim=1)


@mistake("the result was made on the CPU, or brought there: it belongs on the device of images")
def result_on_the_cpu(images, mean, std):
    return reference("tensors").normalize_pixels(images, mean, std).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of images")
def asked_for_cuda(images, mean, std):
    return reference("tensors").normalize_pixels(images, mean, std).cuda()


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(images, mean, std):
    return torch.from_numpy(reference("tensors").normalize_pixels(images, mean, std).detach().numpy())
