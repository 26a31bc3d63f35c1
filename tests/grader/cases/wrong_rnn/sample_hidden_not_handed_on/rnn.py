import torch
from torch import Tensor, nn


def sample(
    model: nn.Module, prompt: Tensor, length: int, temperature: float, generator: torch.Generator
) -> Tensor:
    if temperature < 0:
        raise ValueError(f"temperature must be at least 0, not {temperature}")
    if len(prompt) == 0:
        raise ValueError("prompt must not be empty")
    tokens = []
    with torch.no_grad():
        read, hidden = prompt[None], None
        for _ in range(length):
            logits, _ = model(read, hidden)
            scores = logits[0, -1]
            if temperature == 0:
                token = scores.argmax().reshape(1)
            else:
                scores = (scores - scores.max()).double()
                probabilities = torch.softmax(scores / temperature, dim=0)
                token = torch.multinomial(probabilities.to(generator.device), 1, generator=generator)
            token = token.to(prompt.device)
            tokens.append(token)
            read = token[None]
    if not tokens:
        return prompt.new_zeros(0)
    return torch.cat(tokens)
