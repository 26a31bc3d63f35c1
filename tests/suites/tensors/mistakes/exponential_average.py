"""Wrong ways to smooth a curve."""

import torch

from grader.suite import mistake, reference


def _right(values, beta, bias_correction=False):
    return reference("tensors").exponential_average(values, beta, bias_correction)


def _averages(values, beta, start=0.0):
    averages = [values[0] * 0 + start]
    for value in values:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return averages[1:]


@mistake("the average started from the first value; it starts from 0")
def started_from_the_first_value(values, beta, bias_correction=False):
    _right(values, beta)
    averages = torch.stack(_averages(values, beta, start=values[0]))
    powers = torch.tensor([1 - beta**t for t in range(1, len(values) + 1)], dtype=values.dtype)
    return averages / powers.to(values.device) if bias_correction else averages


@mistake("the weights are exchanged: beta belongs to the past, 1 - beta to the new value")
def exchanged_weights(values, beta, bias_correction=False):
    _right(values, beta)
    averages = _averages(values, 1 - beta)
    return torch.stack([v / (1 - beta**t) if bias_correction else v for t, v in enumerate(averages, start=1)])


@mistake("the new value is added without its weight 1 - beta, as momentum does")
def forgot_the_weight(values, beta, bias_correction=False):
    return _right(values, beta, bias_correction) / (1 - beta)


@mistake("t starts from 0 in the correction, and 1 - beta^0 is 0; the first value has t = 1")
def counted_from_zero(values, beta, bias_correction=False):
    _right(values, beta)
    averages = _averages(values, beta)
    return torch.stack([v / (1 - beta**t) if bias_correction else v for t, v in enumerate(averages)])


@mistake("the corrected average was fed back into the recursion; v itself goes on")
def fed_the_correction_back(values, beta, bias_correction=False):
    _right(values, beta)
    average, averages = torch.zeros_like(values[0]), []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        average = average / (1 - beta**t) if bias_correction else average
        averages.append(average)
    return torch.stack(averages)


@mistake("bias_correction is ignored: nothing is ever corrected")
def never_corrected(values, beta, bias_correction=False):
    return _right(values, beta)


@mistake("the averages are corrected although bias_correction is off")
def always_corrected(values, beta, bias_correction=False):
    return _right(values, beta, True)


@mistake("divided by 1 - beta at every step; the correction is 1 - beta^t")
def same_correction_at_every_step(values, beta, bias_correction=False):
    averages = _right(values, beta)
    return averages / (1 - beta) if bias_correction else averages


@mistake("each average came one step late: the value of a step belongs to its own average")
def one_step_late(values, beta, bias_correction=False):
    return torch.cat([values[:1] * 0, _right(values, beta, bias_correction)[:-1]])


@mistake("returned only the last average; one for each value is asked for")
def only_the_last(values, beta, bias_correction=False):
    return _right(values, beta, bias_correction)[-1]


@mistake("the values went through item, detach or numpy: no gradient reaches them")
def left_the_graph(values, beta, bias_correction=False):
    return _right(values.detach(), beta, bias_correction)


@mistake("computed in float32: float64 values lose digits and their dtype")
def always_float32(values, beta, bias_correction=False):
    return _right(values.float(), beta, bias_correction)


@mistake("the result was made on the CPU, or brought there: it belongs on the device of values")
def result_on_the_cpu(values, beta, bias_correction=False):
    return reference("tensors").exponential_average(values, beta, bias_correction).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of values")
def asked_for_cuda(values, beta, bias_correction=False):
    return reference("tensors").exponential_average(values, beta, bias_correction).cuda()
