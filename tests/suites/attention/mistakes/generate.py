"""Wrong variants of attention.generate."""

import torch

from grader.suite import mistake, reference


class _Writer:
    """The right way in parts, each of which a variant may replace."""

    def __call__(self, model, tokens, length, temperature, top_k, top_p, generator):
        self.options, self.generator = (temperature, top_k, top_p), generator
        self.tokens = tokens
        cache, unread, written = None, tokens, [tokens[:, :0]]
        with self.graph():
            for _ in range(length):
                logits, cache = self.read(model, unread, cache)
                token = self.chosen(logits).to(self.device(tokens))
                written.append(token)
                unread = self.next(unread, token)
        return self.result(torch.cat([part.to(written[-1].device) for part in written], 1), tokens)

    def graph(self):
        return torch.no_grad()

    def read(self, model, unread, cache):
        return reference("attention").read_with_cache(model, unread, cache)

    def chosen(self, logits):
        return self.drawn(self.shares(logits[:, -1]))

    def shares(self, scores):
        return reference("attention").token_probabilities(scores, *self.options)

    def drawn(self, shares):
        if self.generator is not None:
            shares = shares.to(self.generator.device)
        return torch.multinomial(shares, 1, generator=self.generator)

    def next(self, unread, token):
        return token

    def device(self, tokens):
        return tokens.device

    def result(self, written, tokens):
        return written


def _writes(writer):
    """Make a function of a writer."""

    def variant(model, tokens, length, temperature=1.0, top_k=None, top_p=None, generator=None):
        return writer()(model, tokens, length, temperature, top_k, top_p, generator)

    return variant


@mistake("the given tokens come back too: only what was written is asked for")
@_writes
class with_the_given(_Writer):
    def result(self, written, tokens):
        return torch.cat([tokens, written], 1)


@mistake("the whole text is read anew for every token: read the new token with the cache")
@_writes
class without_a_cache(_Writer):
    def read(self, model, unread, cache):
        return reference("attention").read_with_cache(model, unread)

    def next(self, unread, token):
        return torch.cat([unread, token], 1)


@mistake("the cache is thrown away: the model forgets all but the last token")
@_writes
class cache_dropped(_Writer):
    def read(self, model, unread, cache):
        return reference("attention").read_with_cache(model, unread)


@mistake("the cache of the given tokens is kept and never grows: hand on what each reading returns")
@_writes
class cache_never_grows(_Writer):
    first = None

    def read(self, model, unread, cache):
        logits, cache = reference("attention").read_with_cache(model, unread, self.first)
        self.first = cache if self.first is None else self.first
        return logits, cache


@mistake("the last given token is read again: its scores are there from the first reading")
@_writes
class last_token_twice(_Writer):
    def __call__(self, model, tokens, length, temperature, top_k, top_p, generator):
        self.options, self.generator, written = (temperature, top_k, top_p), generator, [tokens[:, :0]]
        with torch.no_grad():
            _, cache = self.read(model, tokens, None)
            unread = tokens[:, -1:]
            for _ in range(length):
                if cache[0][0].shape[2] + 1 > model.positions.num_embeddings:
                    cache = [(key[:, :, 1:], value[:, :, 1:]) for key, value in cache]
                logits, cache = self.read(model, unread, cache)
                unread = self.chosen(logits).to(tokens.device)
                written.append(unread)
        return torch.cat(written, 1)


@mistake("the scores of the first place are taken: those of the last place tell what comes next")
@_writes
class scores_of_the_first_place(_Writer):
    def chosen(self, logits):
        return self.drawn(self.shares(logits[:, 0]))


@mistake("temperature 0 is not greedy: the token is drawn as at temperature 1")
@_writes
class never_greedy(_Writer):
    def shares(self, scores):
        temperature, *rest = self.options
        return reference("attention").token_probabilities(scores, temperature or 1.0, *rest)


@mistake("the most likely token is always taken: it is drawn, unless the temperature is 0")
@_writes
class always_greedy(_Writer):
    def drawn(self, shares):
        return shares.argmax(1, keepdim=True)


@mistake("the temperature is not handed on")
@_writes
class temperature_forgotten(_Writer):
    def shares(self, scores):
        temperature, *rest = self.options
        return reference("attention").token_probabilities(scores, 1.0 if temperature else 0.0, *rest)


@mistake("top_k is not handed on")
@_writes
class top_k_forgotten(_Writer):
    def shares(self, scores):
        temperature, _, top_p = self.options
        return reference("attention").token_probabilities(scores, temperature, None, top_p)


@mistake("top_p is not handed on")
@_writes
class top_p_forgotten(_Writer):
    def shares(self, scores):
        return reference("attention").token_probabilities(scores, *self.options[:2])


@mistake("the probabilities went in as scores: token_probabilities takes the scores themselves")
@_writes
class softmax_before(_Writer):
    def shares(self, scores):
        return super().shares(scores.softmax(-1))


@mistake("the probabilities went through a softmax again: draw by them as they are")
@_writes
class softmax_behind(_Writer):
    def drawn(self, shares):
        return super().drawn(shares.softmax(-1))


@mistake("all tokens that are kept are equally likely: draw by their probabilities")
@_writes
class all_kept_alike(_Writer):
    def drawn(self, shares):
        return super().drawn((shares > 0).to(shares.dtype))


@mistake("one draw serves all texts: each text has a draw of its own")
@_writes
class one_draw_for_all(_Writer):
    def drawn(self, shares):
        return super().drawn(shares[:1]).expand(len(shares), -1) if len(shares) else super().drawn(shares)


@mistake("the generator is not used: the draws come from torch's own")
@_writes
class generator_ignored(_Writer):
    def drawn(self, shares):
        return torch.multinomial(shares, 1)


@mistake("the generator is seeded again for each token: it goes on from draw to draw")
@_writes
class seeded_for_each_token(_Writer):
    def drawn(self, shares):
        if self.generator is not None:
            self.generator.manual_seed(self.generator.initial_seed())
        return super().drawn(shares)


@mistake("the generator is seeded with a number of its own: it comes with its seed")
@_writes
class seeded_anew(_Writer):
    fresh = True

    def drawn(self, shares):
        if self.fresh and self.generator is not None:
            self.generator.manual_seed(0)
        self.fresh = False
        return super().drawn(shares)


@mistake("one token too few is written: the first draw comes from the given tokens")
@_writes
class first_draw_lost(_Writer):
    def result(self, written, tokens):
        return written[:, 1:]


@mistake("a graph is built: write under torch.no_grad()")
@_writes
class with_a_graph(_Writer):
    def graph(self):
        return torch.enable_grad()


@mistake("the model is put into evaluation mode and stays there")
@_writes
class left_in_evaluation(_Writer):
    def read(self, model, unread, cache):
        return super().read(model.eval(), unread, cache)


@mistake("the tokens come back on the CPU: they lie on the device of the given ones")
@_writes
class on_the_cpu(_Writer):
    def result(self, written, tokens):
        return written.cpu()


@mistake("the tokens are (N, length, 1): (N, length) is asked for")
@_writes
class an_axis_too_many(_Writer):
    def result(self, written, tokens):
        return written.unsqueeze(2)


@mistake("the tokens are float: int64 is asked for")
@_writes
class float_tokens(_Writer):
    def result(self, written, tokens):
        return written.float()
