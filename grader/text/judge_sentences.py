"""What the judge and its checks say, by name; a text is what the first pattern says that fits the whole of it.

In front stand patterns that begin with another one's text, at the end those that take any text. The key of a translator
is `ui.judged.` and the name.

A report is data and stays English. What no pattern of the table fits stays as it is: numbers, code, messages of
exceptions, and the words that the suite of a task has chosen itself.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from grader.text import translations
from grader.text.translations import ENGLISH, NAME, BadTranslation, chosen, read, ui_file

UNREADABLE = "No task of this file can be graded until Python can read it."
HIDDEN = "graded by your instructor; points and verdicts here are of the visible tests alone"
MOST_AT_ONCE = "the most memory that results held at once"
ONE_FILE = "and beside it only what is installed can be imported"
GIVEN_UP = "and the rest of it is given up"
STRETCH = "an activation, a pooling, a reshape or what is added"

PATTERNS = {
    "parameters_differ": "{what}; {n} of {all} parameters differ",
    "inputs_differ": "{what}; {n} of {all} inputs differ",
    "not_asked_for": "{what}, but {key}, which is not asked for",
    # Shape, dtype, device, kind.
    "shape": "shape {shape}",
    "dtype": "dtype {dtype}",
    "device_without_values": "device {device}, where a tensor has a shape and no values",
    "device": "device {dtype}",
    "tensor": "a tensor",
    "tensor_of_shape": "a tensor of shape {shape}",
    "sized": "a {sized} of {n}",
    "int": "an int, {value}",
    "plain": "a {plain}, {value}",
    "array": "a NumPy array",
    "named_tuple": "a named tuple {value}",
    "object": "an object of class {class}",
    "plain_value": "a plain value",
    "object_used": "an object of class {class}, which cannot be used {use}",
    # Values.
    "finite": "finite numbers",
    "value_at": "{number} at {index}",
    "off": "{number} (off by {off}, allowed {allowed})",
    "off_and_others": "{number} (off by {off}, allowed {allowed}; {n} of {all} elements differ)",
    "off_close": "{number} (off by {off}, allowed {allowed}; {digits})",
    "off_and_others_close": "{number} (off by {off}, allowed {allowed}; {n} of {all} elements differ; {digits})",
    "others": "{number} ({n} of {all} elements differ)",
    "not_finite": "{number} ({n} of {all} elements)",
    "not_finite_at": "{number} at {index} ({n} of {all} elements)",
    "close": "equal to {n} digits",
    "close_single": "equal to {n} digits, as if computed in float32",
    "only_yours_and_missing": "only yours: {names}; missing: {others}",
    "only_yours": "only yours: {names}",
    "missing": "missing: {names}",
    # Gradients.
    "gradcheck": "gradients that agree with finite differences",
    "gradgradcheck": "second derivatives that agree with finite differences",
    "flow": "a result that gradients flow through",
    "no_graph": "a result without a graph: it was detached, or made with .item(), .data or no_grad",
    "gradient_of_shape": "a gradient of shape {shape}",
    "no_gradient": "none: it has no part in the result, or was detached",
    "none_or_zeros": "none, or zeros",
    "zero": "zero, in every element",
    "multiple": "{number} times the expected, in every element",
    # Exceptions that a task promises, memory, conduct.
    "no_exception": "no exception",
    "error_that_names": "{class} that names {name}",
    "argument_memory": "the memory of the argument",
    "own_memory": "memory of its own",
    "without_functions": "a result without {functions}",
    "use_of_functions": "a use of {functions}",
    "operators_expected": "as many operators for any size",
    "operators": "{n} operators for the small input, {all} for the large one",
    "random_expected": "torch's random state as it was",
    "random": "a random state that moved, or was seeded anew",
    # Networks.
    "module": "an nn.Module",
    "something_else": "something else",
    "output_and_gradients": "an output and gradients",
    "neither": "neither",
    "parameter": "{key}, a parameter of shape {shape}",
    "buffer": "{key}, a buffer of shape {shape}",
    "no_key": "no such key",
    "no_keys": "no such key ({n} missing)",
    "keys": "{n} keys",
    "further_key": "{key} too, which is not asked for",
    "state_dict": "a state_dict of tensors",
    # What was compared, behind the sentence of a test.
    "checked.the_argument": "gradient with respect to the argument",
    "checked.argument": "gradient with respect to argument {n}",
    "checked.gradient": "gradient with respect to {name}",
    "checked.state": "keys of the state_dict",
    "checked.result": "the result",
    "checked.item": "the result, item {n}",
    "checked.part": "the result, {part}",
    "checked.keys": "keys of {what}",
    "checked.made": "what {name} makes",
    "checked.shown": "what {name} shows",
    "checked.output": "the output",
    "checked.output_up_to": "the output, where all agrees up to {part}",
    "checked.output_of": "the output of {part}",
    "checked.reaches_after": "what reaches {part}, after {last}",
    "checked.reaches": "what reaches {part}",
    "checked.afterwards": "{key} afterwards",
    "checked.import": "Importing {file}",
    # Shapes on the way through a network.
    "way": "on the way of x {shapes}",
    "way.never": "{what}; {name} is never called",
    "way.called": "{what}; {name} is called {often}, not {times}",
    "way.first": "{part} is the first that differs: what goes in agrees, what comes out does not",
    "way.between": "the difference comes between {last} and {part}: " + STRETCH,
    "way.before": "the difference comes before {part}: " + STRETCH,
    "way.after": "all agrees up to {part}: the difference comes after it",
    "way.none": "no sub-module could be compared",
    # What a grading ran on.
    "on.simulated": "cpu and simulated accelerator",
    "on.meta": "cpu and meta device",
    "on.cpu": "cpu, device tests too",
    # What a call left behind, limits, the end of a process.
    "argument_expected": "the argument {name} left as it was",
    "values_or_grad_changed": "{name}: its values or .grad were changed in place",
    "values_changed": "{name}: its values were changed in place",
    "argument_changed": "{name}: its {part} was changed",
    "state_expected": "torch's {state} as it was before the call",
    "state_left": "another {state} after the call",
    "in_time": "an answer in time",
    "not_tried": "not tried: {n} tests of this task had run out of time before",
    "not_tried_none_passed": "not tried: a test of this task had run out of time before, and none had passed",
    "not_tried_topic": "not tried: {n} tasks of this topic had run out of time before, " + GIVEN_UP,
    "timeout": "none: the code still ran when the time of this test was used up",
    "timeout_at": "none: the code still ran when the time of this test was used up ({place})",
    "within_memory": "a result within the memory limit",
    "within_device": "a result within the memory of the device",
    "mebibytes": "too much memory: {used} MiB in use, allowed are {allowed} MiB",
    "memory": "too much memory: {reason}",
    "result": "a result",
    "no_answer": "something that is not an answer: {reason}",
    "own_fault": "an error of the grader itself: {reason}",
    "own_error": "an error of the grader itself ({reason})",
    "unusable": "a result that cannot be worked with ({reason})",
    "ended": "the process ended: {what}",
    "ended_by_signal": "the process was ended by {signal}",
    "ended_with_status": "the process exited with status {n}",
    "ended_before": "the process ended before it answered",
    "nothing_gradable": "nothing that could be graded: {reason}, which with the reference solution it was not",
    # A task that could not be tested.
    "no_file": "no {file} in the submission",
    "builds_on": "{task} has not passed, and this task builds on it",
    "hidden_tests": "all {n} tests of this task are graded by your instructor: none was tried here",
    "a_function": "a function {class}",
    "a_class": "a class {class}",
    "an_async_function": "an async function {class}",
    "function_in_line": "a function in line {line}",
    "class_in_line": "a class in line {line}",
    "async_function_in_line": "an async function in line {line}",
    "nothing_of_name": "nothing of this name",
    "inside": "{class} inside {outer}, line {line}",
    "signature": "{signature} in line {line}: {what}",
    "parameter_missing": "the parameter {name} is missing",
    "parameter_by_position": "the parameter {name} cannot be given by position",
    "parameter_by_name": "the parameter {name} cannot be given by name",
    "parameter_number": "the parameter {name} is number {n}, not {all}",
    "parameter_not_asked_for": "the parameter {name} is not asked for, and has no default",
    "parameter_default": "the parameter {name} has no default",
    "default": "the default of {name} is {value}, not {other}",
    "syntax": "{file}, line {line}, column {n}: syntax error: {reason}\n" + UNREADABLE,
    "syntax_line": "{file}, line {line}: syntax error: {reason}\n" + UNREADABLE,
    "empty": "{file} is empty: copy the exercise again and fill it in.",
    # What to do next, where it is no command.
    "next.copy": "copy {class} from the exercise",
    "next.copy_file": "copy {file} from the exercises",
    "next.mend": "mend {file}",
    "next.left": "move {class} to the left margin of the file",
    "next.rename": "rename it to {class}",
    "next.write": "write `{code}`",
    "next.signature": "restore the signature of the exercise",
    # Remarks on a submission.
    "note.ignored": "{file} is ignored: the grader never loads it",
    "note.unreadable": "{file} cannot be read ({reason}): it is left out",
    "note.link": "{file} is a link to no file in here: it is left out",
    "note.more": "{n} more files are ignored",
    "note.near": "{file} is not the file of a topic (rename it to {name}?): it is left out",
    "note.no_cell": "cell {n} is no cell of a notebook: it is left out",
    "note.no_text": "cell {n} holds no text: it is left out",
    "note.not_there": "these are not in {file}: {names}",
    "note.hidden_test": f"1 hidden test is {HIDDEN}",
    "note.hidden_tests": "{n} hidden tests are " + HIDDEN,
    # `grade explain` and `grade watch`.
    "cost.none": "not measured: the docstring of this task has no example that uses it",
    "cost.slow": "not measured: one run takes longer than the {n} s that are spent on it",
    "cost.no_operator": "the task computes nothing with torch: only the times can be compared",
    "cost.not": "not measured: {reason}",
    "cost.how": f"operators of torch, the median time of turns with the reference, {MOST_AT_ONCE}",
    "watch.gone": "{file} is gone: the last results stay until it is back.",
    "watch.not_begun": "{task} has not been begun: there is nothing to grade.",
    "watch.nothing_reset": "Nothing was reset.",
    "watch.no_folder": "This is no course folder, where a copy could be kept: make one with `grade init DIR`.",
    "watch.no_file": "There is no file of {topic} to put a stub into.",
    "watch.stays": "{task} stays as it is: {reason}.",
    "watch.stub_kept": "{task} is its stub again; {file} as it was is kept in {copy}.",
    "watch.stub_already": "{task} is its stub already.",
    "watch.went_wrong": "That did not work: {reason}",
    "watch.not_ready": "The grader could not get ready: {reason}",
    # A mistake whose effect alone is known.
    "possible": "one possible cause: {sentence}",
    # Numbers and places; an exception of the submission is its own words.
    "once": "once",
    "twice": "twice",
    "times": "{n} times",
    "to_be_written_at": "NotImplementedError ({place}): this part is still to be written",
    "to_be_written": "NotImplementedError: this part is still to be written",
    "no_module_at": "{error} ({place}): a topic is one file, " + ONE_FILE,
    "no_module": "{error}: a topic is one file, " + ONE_FILE,
    "forbidden_at": "{error} ({place}): the sandbox does not allow this",
    "forbidden": "{error}: the sandbox does not allow this",
    "device_full_asked_at": "the memory of {device} was used up, {asked} more were asked for ({place})",
    "device_full_asked": "the memory of {device} was used up, {asked} more were asked for",
    "device_full_at": "the memory of {device} was used up ({place})",
    "device_full": "the memory of {device} was used up",
    "raised_at": "{error} ({place})",
    "raised_at_code": "{error} ({place})\n    {code}",
    "line": "line {line}",
    "cell": "{cell}, line {line}",
    "file_in_cell": "{file}, {cell}, line {line}",
    "file_line": "{file}, line {line}",
}


ANYTHING = ".+"
NUMBER = r"[-+\d.einfaj()]+|True|False"
FIELDS = {  # what a field can be; any text where nothing is said here
    "shape": r"\([\d, ]*\)",
    "index": r"\[[\d, ]+\]",
    "dtype": r"\w+",
    "class": r"\w+",
    "key": r"[\w.']+",
    "number": NUMBER,
    "off": NUMBER,
    "allowed": NUMBER,
    "n": r"\d+",
    "all": r"\d+",
    "line": r"\d+",
    "cell": r"cell \d+|In \[\d+\]",
    "place": r"line \d+|cell \d+, line \d+|In \[\d+\], line \d+",
    "sized": "tuple|list|dict|set",
    "plain": "int|float|bool|complex|string",
    "digits": r"equal to \d+ digits(?:, as if computed in float32)?",
    "error": r"\w+(?:: .*)?",
}  # fmt: skip
PHRASES = ("what", "place", "often", "digits")  # fields that are said anew themselves
DEEPEST = 3  # phrases within phrases


def localised(text: str, language: str | None = None, depth: int = 0) -> str:
    """Return what the judge said in a language, the one that is spoken if None; as it is where nothing fits."""
    code = language or chosen()
    found = None if code == ENGLISH or depth > DEEPEST else recognised(text)
    if found is None:
        return text
    name, values = found
    values = {
        key: localised(value, code, depth + 1) if key in PHRASES else value for key, value in values.items()
    }
    english = PATTERNS[name]
    with suppress(BadTranslation):  # as of any word of a page
        english = read(ui_file(code)).of(translations.judge_sentence(name), english)
    return NAME.sub(lambda hole: values.get(hole[1], hole[0]), english)


def recognised(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the first pattern that the whole of a text fits, and what stands in its fields."""
    for name, pattern in _compiled().items():
        if match := pattern.fullmatch(text):
            return name, match.groupdict()
    return None


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(_regex(english), re.DOTALL) for name, english in PATTERNS.items()}


def _regex(english: str) -> str:
    """Return the expression of a pattern; a name that stands twice means the same twice."""
    parts = NAME.split(english)  # text, name, text, name, text
    return "".join(_group(part) if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _group(name: str) -> str:
    return f"(?P<{name}>{FIELDS.get(name, ANYTHING)})"
