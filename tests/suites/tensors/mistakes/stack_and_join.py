"""Wrong ways to put tensors together."""

import torch

from grader.suite import mistake, reference


def _right(parts, dim):
    return reference("tensors").stack_and_join(parts, dim)


@mistake("cat stands for stack: stacking makes a new axis, joining makes an old one longer")
def cat_for_stack(parts, dim):
    right = _right(parts, dim)
    return right._replace(stacked=right.joined)


@mistake("stacked and joined are exchanged")
def exchanged(parts, dim):
    right = _right(parts, dim)
    return right._replace(stacked=right.joined, joined=right.stacked)


@mistake("the new axis is always the first; dim says where it goes")
def always_the_first_axis(parts, dim):
    return _right(parts, dim)._replace(stacked=_right(parts, 0).stacked)


@mistake("joined always along the first axis; dim says along which")
def always_joined_along_the_first_axis(parts, dim):
    return _right(parts, dim)._replace(joined=_right(parts, 0).joined)


@mistake("reshape made the joined one from the stacked one: right along axis 0 only, else it mixes the parts")
def reshaped_the_stack(parts, dim):
    right = _right(parts, dim)
    flat = torch.cat([part.unsqueeze(0) for part in parts])
    return right._replace(joined=flat.reshape(right.joined.shape))


@mistake("a negative dim was counted by the axes of a part; in the stacked result there is one more")
def counted_by_the_parts_axes(parts, dim):
    right = _right(parts, dim)
    return right._replace(stacked=_right(parts, dim % parts[0].dim()).stacked)


@mistake("the new axis is one place too far to the right: it stands after dim, not at dim")
def new_axis_after_dim(parts, dim):
    right = _right(parts, dim)
    place = dim % (parts[0].dim() + 1) if dim < 0 else dim + 1
    return right._replace(stacked=torch.cat([part.unsqueeze(place) for part in parts], place))


@mistake("the parts came in reverse order")
def reversed_parts(parts, dim):
    return _right(parts[::-1], dim)


@mistake("a single part came back as itself, or as a view of it; a copy is asked for")
def view_of_a_single_part(parts, dim):
    right = _right(parts, dim)
    return right._replace(stacked=parts[0].unsqueeze(dim), joined=parts[0]) if len(parts) == 1 else right


@mistake("axes of size 1 were squeezed away")
def squeezed(parts, dim):
    right = _right(parts, dim)
    return right._replace(stacked=right.stacked.squeeze())


@mistake("the parts were turned into float; they keep their dtype")
def turned_into_float(parts, dim):
    return _right([part if part.is_floating_point() else part.float() for part in parts], dim)


@mistake("joined is the part itself where there is only one; a copy is asked for in any case")
def joined_is_the_single_part(parts, dim):
    right = _right(parts, dim)
    return right._replace(joined=parts[0]) if len(parts) == 1 else right


@mistake("reshape made the stacked one from the joined one: right along axis 0 only, else it mixes the parts")
def reshaped_the_joined(parts, dim):
    right = _right(parts, dim)
    apart = right.joined.reshape(len(parts), *parts[0].shape)
    return right._replace(stacked=apart.movedim(0, dim))


@mistake("torch.stack was called")
def called_stack(parts, dim):
    return _right(parts, dim)._replace(stacked=torch.stack(parts, dim))
