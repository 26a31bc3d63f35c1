"""Wrong variants of cnn.conv_output_size."""

from grader.suite import mistake, reference


def _right(size, kernel_size, stride=1, padding=0, dilation=1):
    return reference("cnn").conv_output_size(size, kernel_size, stride, padding, dilation)


@mistake("padding was added once: it is there at both ends, so it counts twice")
def padding_at_one_end(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding, dilation)
    return (size + padding - dilation * (kernel_size - 1) - 1) // stride + 1


@mistake("dilation was ignored: a kernel of 3 with gaps of 2 spans 5 pixels")
def dilation_ignored(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding, dilation)
    return _right(size, kernel_size, stride, padding)


@mistake("the window was taken to span dilation * kernel_size pixels; it is dilation * (kernel_size - 1) + 1")
def spans_too_much(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding, dilation)
    return (size + 2 * padding - dilation * kernel_size) // stride + 1


@mistake("the + 1 is missing: the window has a place before its first step")
def first_place_forgotten(size, kernel_size, stride=1, padding=0, dilation=1):
    return _right(size, kernel_size, stride, padding, dilation) - 1


@mistake("the + 1 came before the division: divide first, then count the first place")
def one_added_before_dividing(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding, dilation)
    return (size + 2 * padding - dilation * (kernel_size - 1)) // stride


@mistake("the division was rounded up: a step that does not fit any more is not taken")
def rounded_up(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding, dilation)
    return -(-(size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride) + 1


@mistake("int(a / b) goes through a float, which is not exact for large numbers: use //")
def through_a_float(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding, dilation)
    return int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1


@mistake("a window that does not fit is accepted: raise a ValueError about kernel_size")
def does_not_fit_but_accepted(size, kernel_size, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@mistake("kernel_size was compared with the padded axis without its gaps: dilation makes the window longer")
def fits_without_its_gaps(size, kernel_size, stride=1, padding=0, dilation=1):
    _right(size, kernel_size, stride, padding)
    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1
