"""Wrong variants of training.standardize."""

import torch

from grader.suite import mistake, reference


def _scaled(train, test, mean, std, std_of_constant=1.0):
    """Standardise with given statistics, and refuse what is to be refused."""
    reference("training").standardize(train, test)
    constant = (train == train[0]).all(0)
    mean = torch.where(constant, train[0], mean)
    std = torch.where(constant, std_of_constant, std)
    return (train - mean) / std, (test - mean) / std


@mistake("the test rows were standardised by their own statistics: use those of the training rows")
def test_by_its_own_statistics(train, test):
    first = reference("training").standardize(train, test).train
    return first, (reference("training").standardize(test, test).test if len(test) else test)


@mistake("the statistics were taken over training and test rows together: training rows only")
def statistics_of_all_rows(train, test):
    reference("training").standardize(train, test)
    every = torch.cat([train, test])
    return tuple(reference("training").standardize(every, part).test for part in (train, test))


@mistake("the test rows were left as they are: they take the training statistics too")
def forgot_the_test_rows(train, test):
    return reference("training").standardize(train, test).train, test


@mistake("the deviation divides by N - 1: divide by N")
def divided_by_n_minus_one(train, test):
    std = train.std(0) if len(train) > 1 else train[0]
    return _scaled(train, test, train.mean(0), std)


@mistake("it was divided by the variance: take its root")
def divided_by_the_variance(train, test):
    return _scaled(train, test, train.mean(0), train.var(0, correction=0))


@mistake("one mean and one deviation for the whole table: each column has its own")
def statistics_of_the_whole_table(train, test):
    return _scaled(train, test, train.mean(), train.std(correction=0))


@mistake("each row was standardised: the statistics are those of a column")
def each_row(train, test):
    reference("training").standardize(train, test)
    centred = [part - part.mean(1, keepdim=True) for part in (train, test)]
    return tuple(part / (part**2).mean(1, keepdim=True).sqrt() for part in centred)


@mistake("a constant column was divided by 0: it is not divided")
def divided_by_zero(train, test):
    reference("training").standardize(train, test)
    std = train.std(0, correction=0)
    return (train - train.mean(0)) / std, (test - train.mean(0)) / std


@mistake("a constant column was recognised by std == 0: rounding can make it 1e-9, compare the entries")
def trusted_the_deviation(train, test):
    reference("training").standardize(train, test)
    mean = train.mean(0)
    std = ((train - mean) ** 2).mean(0).sqrt()
    std = torch.where(std == 0, 1.0, std)
    return (train - mean) / std, (test - mean) / std


@mistake("1e-8 was added to the deviation: a constant column counts as deviation 1, others as they are")
def added_a_small_number(train, test):
    return _scaled(train, test, train.mean(0), train.std(0, correction=0) + 1e-8, 1e-8)


@mistake("small deviations count as 1: only a column of equal entries is not divided")
def took_small_for_constant(train, test):
    std = train.std(0, correction=0)
    return _scaled(train, test, train.mean(0), torch.where(std < 1e-6, 1.0, std))


@mistake("a constant column became 0 in the test rows as well: they keep their distance from the constant")
def constant_zero_everywhere(train, test):
    first, second = reference("training").standardize(train, test)
    return first, torch.where((train == train[0]).all(0), 0.0, second)


@mistake("the mean was subtracted, and nothing divided")
def only_centred(train, test):
    return _scaled(train, test, train.mean(0), torch.ones_like(train[0]))


@mistake("the training rows were changed in place")
def changed_in_place(train, test):
    first, second = reference("training").standardize(train, test)
    train.copy_(first)
    return train, second


def _plainly(train, test, divisor):
    """Standardise without a look at the entries of a constant column."""
    reference("training").standardize(train, test)
    mean, std = train.mean(0), divisor(train.std(0, correction=0))
    return (train - mean) / std, (test - mean) / std


def _added(power):
    return lambda train, test: _plainly(train, test, lambda std: std + 10.0**-power)


def _clamped(power):
    return lambda train, test: _plainly(train, test, lambda std: std.clamp_min(10.0**-power))


for _p in (4, 5, 6, 7, 8, 9, 10, 12):
    globals()[f"added_1e_{_p}"] = mistake(
        f"1e-{_p} was added to the deviation: equal entries are not divided"
    )(_added(_p))
    globals()[f"at_least_1e_{_p}"] = mistake(
        f"the deviation is at least 1e-{_p}: equal entries are not divided"
    )(_clamped(_p))


@mistake("test was returned first: training rows come first")
def swapped(train, test):
    return tuple(reversed(reference("training").standardize(train, test)))


@mistake("the columns were brought to 0..1: take mean and deviation")
def minimum_and_maximum(train, test):
    reference("training").standardize(train, test)
    low, high = train.amin(0), train.amax(0)
    span = torch.where(high == low, 1.0, high - low)
    return (train - low) / span, (test - low) / span


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(train, test):
    found = reference("training").standardize(train, test)
    return type(found)(*(torch.from_numpy(part.detach().numpy()) for part in found))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of train")
def asked_for_cuda(train, test):
    found = reference("training").standardize(train, test)
    return type(found)(*(part.cuda() for part in found))
