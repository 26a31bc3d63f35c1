"""Wrong variants of training.make_loaders."""

from torch.utils.data import DataLoader, Subset, random_split

from grader.suite import mistake, reference


def _parts(dataset, batch_size, split, generator):
    """Return the two parts, after the reference has refused what is to be refused."""
    state = generator.get_state()
    reference("training").make_loaders(dataset, batch_size, split, generator)
    generator.set_state(state)
    count = round(split * len(dataset))
    return random_split(dataset, [count, len(dataset) - count], generator)


@mistake("the training batches come in the same order in every epoch: each needs a new one")
def not_shuffled(dataset, batch_size, split, generator):
    train, validation = _parts(dataset, batch_size, split, generator)
    return DataLoader(train, batch_size), DataLoader(validation, batch_size)


@mistake("the validation part is shuffled too: it comes in the same order every time")
def shuffled_validation(dataset, batch_size, split, generator):
    parts = _parts(dataset, batch_size, split, generator)
    return tuple(DataLoader(part, batch_size, shuffle=True, generator=generator) for part in parts)


@mistake("the last, smaller batch of the training part was dropped")
def dropped_the_last_training_batch(dataset, batch_size, split, generator):
    train, validation = _parts(dataset, batch_size, split, generator)
    loader = DataLoader(train, batch_size, shuffle=True, generator=generator, drop_last=True)
    return loader, DataLoader(validation, batch_size)


@mistake("the last, smaller batch of both parts was dropped")
def dropped_both_last_batches(dataset, batch_size, split, generator):
    train, validation = _parts(dataset, batch_size, split, generator)
    loader = DataLoader(train, batch_size, shuffle=True, generator=generator, drop_last=True)
    return loader, DataLoader(validation, batch_size, drop_last=True)


@mistake("the first samples became the training part: the parts are drawn at random")
def split_in_order(dataset, batch_size, split, generator):
    count = len(_parts(dataset, batch_size, split, generator)[0])
    train, validation = (
        Subset(dataset, range(count)),
        Subset(dataset, range(count, len(dataset))),
    )
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, batch_size
    )


@mistake("the generator is used for the parts only: the order of the batches needs it too")
def loader_without_generator(dataset, batch_size, split, generator):
    train, validation = _parts(dataset, batch_size, split, generator)
    return DataLoader(train, batch_size, shuffle=True), DataLoader(validation, batch_size)


@mistake("the parts are drawn without the generator: random_split takes it too")
def split_without_generator(dataset, batch_size, split, generator):
    count = len(_parts(dataset, batch_size, split, generator)[0])
    train, validation = random_split(dataset, [count, len(dataset) - count])
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, batch_size
    )


@mistake("the generator is not used at all")
def no_generator(dataset, batch_size, split, generator):
    count = len(_parts(dataset, batch_size, split, generator)[0])
    train, validation = random_split(dataset, [count, len(dataset) - count])
    return DataLoader(train, batch_size, shuffle=True), DataLoader(validation, batch_size)


@mistake("split * N was cut off: 0.29 * 100 is 28.999999999999996, take round")
def cut_for_rounded(dataset, batch_size, split, generator):
    count = int(split * len(dataset))
    train, validation = random_split(dataset, [count, len(dataset) - count], generator)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, batch_size
    )


@mistake("the two parts are swapped: split is the share of the training part")
def swapped_the_parts(dataset, batch_size, split, generator):
    validation, train = _parts(dataset, batch_size, split, generator)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, batch_size
    )


@mistake("training samples are validated too: no sample may be in both parts")
def validates_on_everything(dataset, batch_size, split, generator):
    train, _ = _parts(dataset, batch_size, split, generator)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(dataset, batch_size)


@mistake("split * N was rounded up: take round")
def rounded_up(dataset, batch_size, split, generator):
    count = -int(-split * len(dataset) // 1)
    train, validation = random_split(dataset, [count, len(dataset) - count], generator)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, batch_size
    )


@mistake("the validation part comes in one batch: its batches have batch_size samples too")
def validation_in_one_batch(dataset, batch_size, split, generator):
    train, validation = _parts(dataset, batch_size, split, generator)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, len(validation)
    )


@mistake("the last, smaller batch of the validation part was dropped")
def dropped_the_last_validation_batch(dataset, batch_size, split, generator):
    train, validation = _parts(dataset, batch_size, split, generator)
    return DataLoader(train, batch_size, shuffle=True, generator=generator), DataLoader(
        validation, batch_size, drop_last=True
    )


@mistake("the loaders are swapped: training comes first")
def swapped_the_loaders(dataset, batch_size, split, generator):
    return tuple(reversed(reference("training").make_loaders(dataset, batch_size, split, generator)))
