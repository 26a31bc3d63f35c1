"""Wrong variants of cnn.receptive_field."""

from grader.suite import mistake, reference


def _right(layers):
    return reference("cnn").receptive_field(layers)


def _filled(layers):
    """Return (kernel, stride, dilation) of each layer."""
    return [(*layer, 1)[:3] for layer in layers]


@mistake("the strides were ignored: after a stride of 2 a pixel stands for two")
def strides_ignored(layers):
    return 1 + sum(d * (k - 1) for k, _, d in _filled(layers))


@mistake("the layer's own stride was counted: only the strides before a layer spread its kernel")
def own_stride_counted(layers):
    field, jump = 1, 1
    for k, s, d in _filled(layers):
        jump *= s
        field += d * (k - 1) * jump
    return field


@mistake("only the stride of the layer before was counted: the strides of all layers before are multiplied")
def last_stride_only(layers):
    field, jump = 1, 1
    for k, s, d in _filled(layers):
        field += d * (k - 1) * jump
        jump = s
    return field


@mistake("the strides were added up: they are multiplied")
def strides_added(layers):
    field, jump = 1, 1
    for k, s, d in _filled(layers):
        field += d * (k - 1) * jump
        jump += s - 1
    return field


@mistake("the dilation was ignored: a kernel of k with gaps of d spans d * (k - 1) + 1 pixels")
def dilation_ignored(layers):
    return _right([layer[:2] for layer in _filled(layers)])


@mistake("a kernel was taken to span d * k pixels: it is d * (k - 1) + 1")
def spans_too_much(layers):
    field, jump = 1, 1
    for k, s, d in _filled(layers):
        field += (d * k - 1) * jump
        jump *= s
    return field


@mistake("each layer adds k pixels: it adds k - 1, one of them was seen before")
def adds_the_whole_kernel(layers):
    field, jump = 1, 1
    for k, s, d in _filled(layers):
        field += d * k * jump
        jump *= s
    return field


@mistake("the dilation was taken for a part of the stride: it spreads its own kernel, not the layers after it")
def dilation_in_the_jump(layers):
    field, jump = 1, 1
    for k, s, d in _filled(layers):
        field += d * (k - 1) * jump
        jump *= s * d
    return field


@mistake("the layers were gone through from last to first without turning the rule around")
def last_layer_first(layers):
    return _right(_filled(layers)[::-1])


@mistake("the count begins at 0: without layers a pixel sees itself, 1")
def begins_at_zero(layers):
    return _right(layers) - 1


@mistake("stride and kernel changed places: a layer is (kernel, stride)")
def stride_for_kernel(layers):
    return _right([(s, k, d) for k, s, d in _filled(layers)])
