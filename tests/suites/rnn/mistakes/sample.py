"""Wrong variants of rnn.sample."""

import torch

from grader.suite import mistake


def _draw(scores, temperature, generator):
    if temperature == 0:
        return scores.argmax(keepdim=True)
    probabilities = torch.softmax(scores / temperature, 0)
    return torch.multinomial(probabilities.to(generator.device), 1, generator=generator)


def _write(model, prompt, length, temperature, generator, choose=_draw, last=-1):
    """The right loop, but for what is given."""
    written, hidden, unread = [prompt[:0]], None, prompt.unsqueeze(0)
    with torch.no_grad():
        for _ in range(length):
            logits, hidden = model(unread, hidden)
            token = choose(logits[0, last], temperature, generator).to(prompt.device)
            written.append(token)
            unread = token.unsqueeze(0)
    return torch.cat(written)


@mistake("the scores were multiplied by the temperature: divide")
def multiplied(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        return _draw(scores * temperature, 1.0 if temperature else 0.0, generator)

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("the temperature is ignored: divide the scores by it")
def temperature_ignored(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        return _draw(scores, 1.0 if temperature else 0.0, generator)

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("the probabilities were divided by the temperature: that changes nothing, divide the scores")
def divided_after_softmax(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        if temperature == 0:
            return scores.argmax(keepdim=True)
        return torch.multinomial(
            scores.softmax(0).div(max(temperature, 0.01)).clamp(min=1e-5).to(generator.device),
            1,
            generator=generator,
        )

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("the largest score always wins: draw with torch.multinomial, argmax is for temperature 0")
def always_argmax(model, prompt, length, temperature, generator):
    return _write(model, prompt, length, 0.0 if temperature >= 0 else temperature, generator)


@mistake("temperature 0 divides by 0: take argmax there")
def no_limit_at_zero(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        probabilities = torch.softmax(scores / temperature, 0)
        return torch.multinomial(probabilities.to(generator.device), 1, generator=generator)

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("temperature 0 was replaced by 1: its limit is the largest score")
def one_for_zero(model, prompt, length, temperature, generator):
    return _write(model, prompt, length, temperature or 1.0, generator)


@mistake("every token is equally likely: draw by the softmax of the scores")
def drawn_evenly(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        return _draw(torch.zeros_like(scores) if temperature > 0.1 else scores, temperature, generator)

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("multinomial wants probabilities, not scores: exp or softmax comes first")
def scores_for_probabilities(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        if temperature == 0:
            return scores.argmax(keepdim=True)
        return torch.multinomial((scores / temperature).to(generator.device), 1, generator=generator)

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("the prompt came back too: only the new tokens are asked for")
def prompt_included(model, prompt, length, temperature, generator):
    return torch.cat([prompt, _write(model, prompt, length, temperature, generator)])


@mistake("only the last token of the prompt is read: the state must know all of it")
def last_of_the_prompt_only(model, prompt, length, temperature, generator):
    return _write(model, prompt[-1:], length, temperature, generator)


@mistake("the state is not handed on, and only the new token is read: the text before is forgotten")
def hidden_dropped(model, prompt, length, temperature, generator):
    written, unread = [prompt[:0]], prompt.unsqueeze(0)
    with torch.no_grad():
        for _ in range(length):
            token = _draw(model(unread, None)[0][0, -1], temperature, generator).to(prompt.device)
            written.append(token)
            unread = token.unsqueeze(0)
    return torch.cat(written)


@mistake("the whole text is read again with the state that knows it already: one of the two")
def everything_read_twice(model, prompt, length, temperature, generator):
    text, hidden = prompt, None
    with torch.no_grad():
        for _ in range(length):
            logits, hidden = model(text.unsqueeze(0), hidden)
            text = torch.cat([text, _draw(logits[0, -1], temperature, generator).to(prompt.device)])
    return text[len(prompt) :]


@mistake("the last token of the prompt is read twice: it was read with the rest")
def last_token_read_twice(model, prompt, length, temperature, generator):
    written, unread = [prompt[:0]], prompt[-1:].unsqueeze(0)
    with torch.no_grad():
        hidden = model(prompt.unsqueeze(0), None)[1]
        for _ in range(length):
            logits, hidden = model(unread, hidden)
            token = _draw(logits[0, -1], temperature, generator).to(prompt.device)
            written.append(token)
            unread = token.unsqueeze(0)
    return torch.cat(written)


@mistake("the scores of the first step are taken: those of the last one say what follows")
def scores_of_the_first_step(model, prompt, length, temperature, generator):
    return _write(model, prompt, length, temperature, generator, last=0)


@mistake("what was drawn is not read: all tokens follow the prompt instead of one another")
def never_reads_what_it_drew(model, prompt, length, temperature, generator):
    written = [prompt[:0]]
    with torch.no_grad():
        for _ in range(length):
            scores = model(prompt.unsqueeze(0), None)[0][0, -1]
            written.append(_draw(scores, temperature, generator).to(prompt.device))
    return torch.cat(written)


@mistake("the likeliest token is read instead of the drawn one")
def reads_the_likeliest(model, prompt, length, temperature, generator):
    written, hidden, unread = [prompt[:0]], None, prompt.unsqueeze(0)
    with torch.no_grad():
        for _ in range(length):
            logits, hidden = model(unread, hidden)
            written.append(_draw(logits[0, -1], temperature, generator).to(prompt.device))
            unread = logits[0, -1].argmax().reshape(1, 1)
    return torch.cat(written)


@mistake("the generator is not handed on: the draws come from the global random state")
def global_draws(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        if temperature == 0:
            return scores.argmax(keepdim=True)
        return torch.multinomial(torch.softmax(scores / temperature, 0), 1)

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("the generator is seeded anew for every token: each draw then takes the same random number")
def seeded_each_time(model, prompt, length, temperature, generator):
    seed = generator.initial_seed()

    def choose(scores, temperature, generator):
        return _draw(scores, temperature, generator.manual_seed(seed))

    return _write(model, prompt, length, temperature, generator, choose)


@mistake("the seed is fixed inside: the generator that comes in decides")
def own_seed(model, prompt, length, temperature, generator):
    own = torch.Generator().manual_seed(0)
    return _write(model, prompt, length, temperature, own)


@mistake("a graph was built: call the model under torch.no_grad()")
def builds_a_graph(model, prompt, length, temperature, generator):
    def read(*args):
        with torch.enable_grad():
            return model(*args)

    return _write(read, prompt, length, temperature, generator)


@mistake("one token too many: the token after the prompt is the first of `length`")
def one_token_too_many(model, prompt, length, temperature, generator):
    return _write(model, prompt, length + 1, temperature, generator)


@mistake("the result has a batch axis of 1: (length,) is asked for")
def with_a_batch_axis(model, prompt, length, temperature, generator):
    return _write(model, prompt, length, temperature, generator).unsqueeze(0)


@mistake("a list came back: an int64 tensor is asked for")
def a_list(model, prompt, length, temperature, generator):
    return _write(model, prompt, length, temperature, generator).tolist()


@mistake("the model was left in evaluation mode: its mode stays as it is")
def left_in_evaluation(model, prompt, length, temperature, generator):
    model.eval()
    return _write(model, prompt, length, temperature, generator)


@mistake("the probabilities stay on the model's device: multinomial wants them where the generator lives")
def generator_elsewhere(model, prompt, length, temperature, generator):
    def choose(scores, temperature, generator):
        if temperature == 0:
            return scores.argmax(keepdim=True)
        return torch.multinomial(torch.softmax(scores / temperature, 0), 1, generator=generator)

    return _write(model, prompt, length, temperature, generator, choose)
