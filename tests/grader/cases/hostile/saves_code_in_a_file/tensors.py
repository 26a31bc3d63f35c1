import pickle


class Harmful:
    def __reduce__(self):
        return print, ("EXECUTED",)


def save_tensors(path, tensors):
    with open(path, "wb") as file:
        pickle.dump(Harmful(), file)
