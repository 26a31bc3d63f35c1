print("LOADED")


def test_outer():
    pass
