"""Wrong ways to flatten images."""

from grader.suite import mistake, reference


def _check(images):
    reference("tensors").flatten_images(images)


@mistake("the batch was flattened too: each image is a row of its own")
def flattened_the_batch(images):
    _check(images)
    return images.reshape(-1)


@mistake("view needs memory in order and fails on images whose axes were permuted; reshape or flatten copies")
def view_of_permuted_images(images):
    _check(images)
    return images.view(images.shape[0], images.shape[1:].numel())


@mistake("the channels ended up innermost: a row holds the whole first channel, then the second")
def channels_innermost(images):
    _check(images)
    return reference("tensors").flatten_images(images.permute(0, 2, 3, 1))


@mistake("reshape moved numbers between images: it reads memory in order and does not exchange axes")
def reshaped_for_transposed(images):
    rows = reference("tensors").flatten_images(images)
    return rows.reshape(rows.shape[1], rows.shape[0]).t()


@mistake("a batch of one image lost its batch axis, as after squeeze")
def squeezed_batch_of_one(images):
    return reference("tensors").flatten_images(images).squeeze(0)


@mistake("the result was turned into float32; the dtype of the images stays")
def turned_into_float(images):
    return reference("tensors").flatten_images(images).float()


@mistake("contiguous images were copied, although a view of them shows the same numbers as rows")
def copied(images):
    return reference("tensors").flatten_images(images).clone()


@mistake("the result was made on the CPU, or brought there: it belongs on the device of images")
def result_on_the_cpu(images):
    return reference("tensors").flatten_images(images).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of images")
def asked_for_cuda(images):
    return reference("tensors").flatten_images(images).cuda()
