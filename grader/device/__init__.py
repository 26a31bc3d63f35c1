"""A device without a GPU: tensors that keep an accelerator's rules and compute on the processor."""
