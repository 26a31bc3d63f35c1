"""Wrong variants of training.EarlyStopping."""

import copy
import math

from grader.suite import mistake, reference


class _Stopping:
    """The right thing in parts, each of which a variant replaces."""

    def __init__(self, patience, min_delta=0.0):
        reference("training").EarlyStopping(patience, min_delta)  # refuses what is to be refused
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.waited, self.best = math.inf, 0, None

    def step(self, loss, model):
        if self.improves(loss):
            self.best_loss, self.waited = loss, 0
            self.best = self.copied(model)
        else:
            self.waited += 1
        return self.stops()

    def improves(self, loss):
        return loss < self.best_loss - self.min_delta

    def copied(self, model):
        return copy.deepcopy(model.state_dict())

    def stops(self):
        return self.waited >= self.patience

    def restore(self, model):
        if self.best is None:
            raise RuntimeError("there is no best state")
        model.load_state_dict(self.best, strict=False)


@mistake("it stops one epoch too late: compare with >=, not with >")
class one_epoch_too_late(_Stopping):
    def stops(self):
        return self.waited > self.patience


@mistake("it stops one epoch too early: patience epochs without improvement are allowed for")
class one_epoch_too_early(_Stopping):
    def stops(self):
        return self.waited >= self.patience - 1 and self.waited > 0


@mistake("the state was not copied: state_dict() holds the model's own tensors, which train on")
class state_not_copied(_Stopping):
    def copied(self, model):
        return model.state_dict()


@mistake("only the parameters were kept: running statistics belong to the state too")
class only_the_parameters(_Stopping):
    def copied(self, model):
        return {name: value.detach().clone() for name, value in model.named_parameters()}


@mistake("the last state came back: keep the one of the best epoch")
class kept_the_last_state(_Stopping):
    def step(self, loss, model):
        answer = super().step(loss, model)
        if self.best is not None:
            self.best = self.copied(model)
        return answer


@mistake("each loss was compared with the one before: compare with the best")
class compared_with_the_last(_Stopping):
    last = math.inf

    def improves(self, loss):
        better = loss < self.last - self.min_delta
        self.last = loss
        return better


@mistake("the count is never set back: an improvement starts it anew")
class never_starts_anew(_Stopping):
    def step(self, loss, model):
        waited = self.waited
        super().step(loss, model)
        self.waited = max(waited, self.waited)
        return self.stops()


@mistake("min_delta was not used: a loss must fall below the best one by more than that")
class ignored_min_delta(_Stopping):
    def improves(self, loss):
        return loss < self.best_loss


@mistake("min_delta has the wrong sign: a loss must be below best_loss - min_delta")
class added_min_delta(_Stopping):
    def improves(self, loss):
        return loss < self.best_loss + self.min_delta


@mistake("a loss that falls by exactly min_delta, a tie among them, was taken for an improvement")
class took_a_tie(_Stopping):
    def improves(self, loss):
        return loss <= self.best_loss - self.min_delta and loss < math.inf


@mistake("best_loss follows every smaller loss: with min_delta it stays until there is an improvement")
class best_loss_creeps(_Stopping):
    def step(self, loss, model):
        answer = super().step(loss, model)
        self.best_loss = min(self.best_loss, loss) if loss == loss else self.best_loss
        return answer


@mistake("nan was taken for an improvement: no comparison with nan holds, so test for the improvement")
class took_nan(_Stopping):
    def improves(self, loss):
        return not loss >= self.best_loss - self.min_delta


@mistake("a larger loss was taken for better: losses fall")
class larger_is_better(_Stopping):
    def improves(self, loss):
        return self.best is None or loss > self.best_loss + self.min_delta


@mistake("the first loss counts whatever it is, nan too: an improvement needs loss < best_loss - min_delta")
class took_any_first_loss(_Stopping):
    def improves(self, loss):
        return self.best is None or super().improves(loss)


@mistake("best_loss starts as None and takes any first loss: it starts infinite")
class best_loss_starts_as_none(took_any_first_loss):
    def __init__(self, patience, min_delta=0.0):
        super().__init__(patience, min_delta)
        self.best_loss = None


@mistake(
    "epochs without improvement need not be in a row here: an improvement sets the count to 0, not down by 1"
)
class counts_down(_Stopping):
    def step(self, loss, model):
        waited = self.waited
        answer = super().step(loss, model)
        if self.waited == 0 and waited > 1:
            self.waited = waited - 1
            answer = self.stops()
        return answer


@mistake("the first state came back: keep a new copy at every improvement")
class kept_the_first_state(_Stopping):
    def copied(self, model):
        return super().copied(model) if self.best is None else self.best


@mistake("nan does not count as an epoch without improvement: it does")
class skipped_nan(_Stopping):
    def step(self, loss, model):
        return self.stops() if math.isnan(loss) else super().step(loss, model)
