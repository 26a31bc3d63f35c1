"""Wrong variants of mlp.hard_sigmoid."""

import torch

from grader.suite import mistake, reference


@mistake("the second ReLU is missing: without it the line rises past 1")
def one_relu_only(x):
    return torch.relu(x + 3) / 6


@mistake("the two ReLUs were added: subtract the second, so that the line stops rising at 3")
def relus_added(x):
    return (torch.relu(x + 3) + torch.relu(x - 3)) / 6


@mistake("the division by 6 is missing: the height is 6 instead of 1")
def not_divided(x):
    return torch.relu(x + 3) - torch.relu(x - 3)


@mistake("the ramp runs from 0 to 1: it starts at -3 and ends at 3, with 1/2 at 0")
def ramp_from_zero_to_one(x):
    return torch.relu(x) - torch.relu(x - 1)


@mistake("the ramp runs from 0 to 6: it starts at -3 and ends at 3, with 1/2 at 0")
def ramp_from_zero_to_six(x):
    return (torch.relu(x) - torch.relu(x - 6)) / 6


@mistake("the ramp runs from -2.5 to 2.5: its slope is 1/6, from -3 to 3")
def slope_of_one_fifth(x):
    return (torch.relu(x + 2.5) - torch.relu(x - 2.5)) / 5


@mistake("the ramp falls: the signs of the two ReLUs are swapped")
def ramp_that_falls(x):
    return 1 - reference("mlp").hard_sigmoid(x)


@mistake("this is the smooth sigmoid; two ReLUs make one with corners")
def smooth_sigmoid(x):
    return torch.sigmoid(x)


@mistake("x was changed in place: compute on a new tensor")
def changed_x_in_place(x):
    with torch.no_grad():
        x += 3
    return (torch.relu(x) - torch.relu(x - 6)) / 6


@mistake("there is a Python loop over the elements: ReLU takes the whole tensor")
def loop_over_elements(x):
    right = reference("mlp").hard_sigmoid(x)
    for element in x.reshape(-1):
        right = right + 0 * element
    return right


@mistake("x left the graph (tolist, item or detach): no gradient reaches it")
def left_the_graph(x):
    return reference("mlp").hard_sigmoid(x.detach())


@mistake("the answer is rebuilt from item() of each element: it has no graph, and the loop grows with x")
def rebuilt_from_items(x):
    values = [min(max(element.item() + 3, 0.0), 6.0) / 6 for element in x.reshape(-1)]
    return torch.tensor(values, dtype=x.dtype, device=x.device).reshape(x.shape)


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x):
    return reference("mlp").hard_sigmoid(x).float()


@mistake("the line has no ends: it stays at 0 up to -3 and at 1 from 3 on")
def without_ends(x):
    return (x + 3) / 6


@mistake("the lower end is missing: the ramp is 0 up to -3")
def lower_end_missing(x):
    return torch.where(x < 3, (x + 3) / 6, 1.0)


@mistake("the two ReLUs are moved the wrong way: relu(x + 3) comes first, relu(x - 3) is subtracted")
def relus_swapped(x):
    return (torch.relu(x - 3) - torch.relu(x + 3)) / 6


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x):
    return torch.from_numpy(reference("mlp").hard_sigmoid(x).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    return reference("mlp").hard_sigmoid(x).cuda()
