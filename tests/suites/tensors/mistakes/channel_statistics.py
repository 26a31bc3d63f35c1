"""Wrong ways to measure channels."""

import torch

from grader.suite import mistake, reference

AXES = (0, 2, 3)


def _checked(images):
    reference("tensors").channel_statistics(images)
    return images


def _made(images, mean, std):
    return reference("tensors").channel_statistics(images)._replace(mean=mean, std=std)


@mistake("the deviation divides by N H W - 1, as torch does unless told otherwise; here it divides by N H W")
def unbiased_deviation(images):
    right = reference("tensors").channel_statistics(images)
    count = images[:, 0].numel()
    return right._replace(std=images.var(dim=AXES, correction=0).mul(count).div(count - 1).sqrt())


@mistake("returned the variance, without the root")
def variance_for_deviation(images):
    right = reference("tensors").channel_statistics(images)
    return right._replace(std=images.var(dim=AXES, correction=0))


@mistake("measured each image alone; the batch axis has to disappear too")
def measured_each_image(images):
    return _made(_checked(images), images.mean(dim=(2, 3)), images.std(dim=(2, 3), correction=0))


@mistake("averaged the deviations of the images; that leaves out how the images differ from each other")
def averaged_deviations(images):
    return _made(_checked(images), images.mean(dim=AXES), images.std(dim=(2, 3), correction=0).mean(dim=0))


@mistake("measured over the channels too; each channel has its own mean and deviation")
def one_for_all_channels(images):
    channels = images.shape[1]
    return _made(_checked(images), images.mean().expand(channels), images.std(correction=0).expand(channels))


@mistake("mean of squares minus squared mean: both are large, and their difference is lost in float32")
def mean_of_squares_minus_squared_mean(images):
    mean = _checked(images).mean(dim=AXES)
    return _made(images, mean, (images.square().mean(dim=AXES) - mean.square()).relu().sqrt())


@mistake("mean and std are exchanged")
def exchanged(images):
    right = reference("tensors").channel_statistics(images)
    return right._replace(mean=right.std, std=right.mean)


@mistake("the summed axes stayed as ones (keepdim); the statistics have the shape (C,)")
def kept_axes(images):
    std, mean = torch.std_mean(_checked(images), dim=AXES, correction=0, keepdim=True)
    return _made(images, mean, std)


@mistake("the statistics left the graph, as after detach or item, so that no gradient reaches the images")
def left_the_graph(images):
    return reference("tensors").channel_statistics(images.detach())


@mistake("the result was made on the CPU, or brought there: it belongs on the device of images")
def result_on_the_cpu(images):
    found = reference("tensors").channel_statistics(images)
    return type(found)(*(part.cpu() for part in found))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of images")
def asked_for_cuda(images):
    found = reference("tensors").channel_statistics(images)
    return type(found)(*(part.cuda() for part in found))


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(images):
    found = reference("tensors").channel_statistics(images)
    return type(found)(*(torch.from_numpy(part.detach().numpy()) for part in found))
