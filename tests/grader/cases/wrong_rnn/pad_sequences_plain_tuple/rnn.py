import torch


def pad_sequences(sequences, padding_value=0.0, batch_first=True):
    if not sequences or any(s.shape[1:] != sequences[0].shape[1:] for s in sequences):
        raise ValueError("sequences")
    lengths = torch.tensor([len(s) for s in sequences], device=sequences[0].device)
    shape = (len(sequences), int(lengths.max()), *sequences[0].shape[1:])
    padded = sequences[0].new_full(shape, padding_value)
    for n, s in enumerate(sequences):
        padded[n, : len(s)] = s
    return (padded if batch_first else padded.transpose(0, 1)), lengths
