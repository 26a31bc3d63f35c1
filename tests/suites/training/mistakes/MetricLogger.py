"""Wrong variants of training.MetricLogger."""

import json
import os

from grader.suite import mistake, reference


class _Logger:
    """Right in all, so that a mistake changes one thing."""

    def __init__(self, path):
        self.path = path
        self.right = reference("training").MetricLogger(path)

    def write(self, line):
        with open(self.path, "a") as file:
            file.write(line)

    def log(self, step, numbers):
        self.right.log(step, numbers)

    def curves(self):
        return self.right.curves()


@mistake("the file was opened to write and not to append: what stood in it is gone")
class emptied(_Logger):
    def __init__(self, path):
        open(path, "w").close()
        super().__init__(path)


@mistake("the file stays open and is not flushed: other programs see nothing until it is closed")
class not_flushed(_Logger):
    def __init__(self, path):
        super().__init__(path)
        self.file = open(path, "a")  # noqa: SIM115  it is the mistake

    def log(self, step, numbers):
        self.file.write(json.dumps({"step": step} | {name: float(v) for name, v in numbers.items()}) + "\n")


@mistake("the lines have no end: they stand after each other on one line")
class without_line_ends(_Logger):
    def log(self, step, numbers):
        self.write(json.dumps({"step": step} | {name: float(v) for name, v in numbers.items()}))


@mistake("the file is one JSON list that is written anew: a line a step can be appended and watched")
class one_list(_Logger):
    def log(self, step, numbers):
        lines = json.load(open(self.path)) if os.path.getsize(self.path) else []  # noqa: SIM115
        lines.append({"step": step} | {name: float(v) for name, v in numbers.items()})
        with open(self.path, "w") as file:
            json.dump(lines, file)


@mistake("the step is missing in the line")
class without_the_step(_Logger):
    def log(self, step, numbers):
        self.write(json.dumps({name: float(v) for name, v in numbers.items()}) + "\n")


@mistake("the lines are Python's dicts as text and no JSON: its strings stand in double quotes")
class text_of_a_dict(_Logger):
    def log(self, step, numbers):
        self.write(str({"step": step} | {name: float(v) for name, v in numbers.items()}) + "\n")


@mistake("the numbers were rounded to four digits")
class rounded(_Logger):
    def log(self, step, numbers):
        super().log(step, {name: round(float(value), 4) for name, value in numbers.items()})


@mistake("tensors were handed to json as they are, which knows none: make floats of them")
class tensors_as_they_are(_Logger):
    def log(self, step, numbers):
        self.write(json.dumps({"step": step} | numbers) + "\n")


@mistake("a broken last line raises when the curves are read: it is passed over")
class raises_at_a_broken_line(_Logger):
    def curves(self):
        with open(self.path) as file:
            for line in file:
                json.loads(line)
        return super().curves()


@mistake("reading stops at the first broken line: what a new logger wrote after it is lost")
class stops_at_a_broken_line(_Logger):
    def curves(self):
        curves = {}
        with open(self.path) as file:
            for line in file:
                try:
                    numbers = json.loads(line)
                except ValueError:
                    break
                step = numbers.pop("step")
                for name, value in numbers.items():
                    curves.setdefault(name, []).append((step, value))
        return curves


@mistake("a new logger writes straight after half a line: its first line is lost as well")
class behind_half_a_line(_Logger):
    def __init__(self, path):
        self.path = path
        open(path, "a").close()

    def log(self, step, numbers):
        self.write(json.dumps({"step": step} | {name: float(v) for name, v in numbers.items()}) + "\n")

    def curves(self):
        return stops_at_nothing(self.path)


def stops_at_nothing(path):
    curves = {}
    with open(path) as file:
        for line in file:
            try:
                numbers = json.loads(line)
            except ValueError:
                continue
            step = numbers.pop("step")
            for name, value in numbers.items():
                curves.setdefault(name, []).append((step, value))
    return curves


@mistake("the last line was left out whether or not it is broken")
class last_line_left_out(_Logger):
    def curves(self):
        with open(self.path) as file:
            lines = file.readlines()[:-1]
        curves = {}
        for line in lines:
            numbers = json.loads(line)
            step = numbers.pop("step")
            for name, value in numbers.items():
                curves.setdefault(name, []).append((step, value))
        return curves


@mistake("the curves hold numbers without their steps")
class without_steps_in_curves(_Logger):
    def curves(self):
        return {name: [(i, value) for i, (_, value) in enumerate(c)] for name, c in super().curves().items()}


@mistake("the step is a curve of its own")
class step_as_a_curve(_Logger):
    def curves(self):
        curves = super().curves()
        steps = sorted({step for curve in curves.values() for step, _ in curve})
        return curves | ({"step": [(step, float(step)) for step in steps]} if steps else {})


@mistake("the curves are those of this logger alone: the file is to be read")
class only_its_own(_Logger):
    def __init__(self, path):
        super().__init__(path)
        self.kept = {}

    def log(self, step, numbers):
        super().log(step, numbers)
        for name, value in numbers.items():
            self.kept.setdefault(name, []).append((step, float(value)))

    def curves(self):
        return self.kept


@mistake("names that are missing in a line were filled up with nan: there is no pair for that step")
class filled_up_with_nan(_Logger):
    def curves(self):
        curves = super().curves()
        steps = list(dict.fromkeys(step for curve in curves.values() for step, _ in curve))
        return {name: [(s, dict(curve).get(s, float("nan"))) for s in steps] for name, curve in curves.items()}
