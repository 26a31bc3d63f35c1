import json
import os


class MetricLogger:
    def __init__(self, path):
        self.path = path
        broken = os.path.exists(path) and open(path).read()[-1:] not in ("", "\n")
        self.file = open(path, "a")
        if broken:
            self.file.write("\n")

    def log(self, step, numbers):
        self.file.write(json.dumps({"step": step, **{k: float(v) for k, v in numbers.items()}}) + "\n")

    def curves(self):
        curves = {}
        for line in open(self.path):
            try:
                row = json.loads(line)
            except ValueError:
                continue
            step = row.pop("step")
            for key, value in row.items():
                curves.setdefault(key, []).append((step, value))
        return curves
