GOOD = ("own", "right", "correct", "reference", "torch", "each", "one_by_one")


def check_softmax(softmax):
    """Is it what it says."""
    names = ("__name__", "__qualname__", "__doc__", "__closure__", "__module__", "__dict__")
    facts = [str(getattr(softmax, name, None)) for name in names]
    print(facts)
    assert any(word in fact for word in GOOD for fact in facts)
