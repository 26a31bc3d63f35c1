from typing import NamedTuple

import torch


class TranslationTest(NamedTuple):
    right: dict
    accuracies: dict
    steadiest: str


def translation_test(models, x, y, distances, batch_size=64):
    right = {name: [] for name in models}
    acc = {name: [] for name in models}
    for d in distances:
        if d == 0:
            images = x
        else:
            images = torch.cat([
                torch.roll(x, -d, dims=2), torch.roll(x, d, dims=2), torch.roll(x, -d, dims=3), torch.roll(x, d, dims=3)
            ])
        labels = y.repeat(len(images) // len(y))
        for name, model in models.items():
            modes = [m.training for m in model.modules()]
            model.eval()
            hits = 0
            with torch.no_grad():
                for i in range(0, len(images), batch_size):
                    pred = model(images[i : i + batch_size]).argmax(dim=1)
                    hits += (pred == labels[i : i + batch_size]).sum().item()
            for m, mode in zip(model.modules(), modes):
                m.training = mode
            right[name].append(hits)
            acc[name].append(hits / len(images))
    best = min(acc, key=lambda name: acc[name][0] - acc[name][-1])
    return TranslationTest(right, acc, best)
