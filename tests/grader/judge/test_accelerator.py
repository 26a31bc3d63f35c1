"""Which accelerator a grading meets. There is no graphics card here: where one is wanted, torch.cuda is patched."""

from __future__ import annotations

import pytest
import torch

from grader.device import cuda, simulated
from grader.device.choice import CPU, CUDA, SIM, Accelerator, chosen, computes_on_cuda, using
from grader.judge import accelerator
from grader.judge.accelerator import CHOICES, NoSuchDevice, accelerator_for
from grader.process import prepare
from grader.suite import check_device, to_device
from grader.suite.failure import CheckFailure
from grader.worker import module
from grader.worker.worker import Worker

CARD = Accelerator(CUDA, "a card")


@pytest.fixture(autouse=True)
def asked_anew():
    accelerator.card_name.cache_clear()
    yield
    accelerator.card_name.cache_clear()


@pytest.fixture
def built_with_cuda(monkeypatch):
    """A torch that is built with CUDA, and as many cards as a test says."""

    def have(cards):
        calls = []
        monkeypatch.setattr(torch.version, "cuda", "12.8")
        monkeypatch.setattr(torch.cuda, "is_available", lambda: calls.append("asked") or cards > 0)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"card {index}")
        return calls

    return have


def test_no_option_means_the_simulated_accelerator_without_a_card():
    assert accelerator_for("auto") == Accelerator(SIM) == chosen()
    assert accelerator_for("auto").words == "cpu and simulated accelerator"


def test_no_option_means_the_card_where_torch_has_one(built_with_cuda):
    built_with_cuda(1)
    assert accelerator_for("auto") == accelerator_for("cuda") == Accelerator(CUDA, "card 0")
    assert accelerator_for("auto").words == "cpu and cuda (card 0)"


def test_a_card_does_not_hinder_another_choice(built_with_cuda):
    built_with_cuda(1)
    assert [accelerator_for(name).kind for name in ("cpu", "sim")] == [CPU, SIM]


def test_the_process_that_forks_workers_never_asks_for_a_card_itself(built_with_cuda):
    calls = built_with_cuda(1)
    accelerator_for("cuda")
    assert calls == []


def test_a_card_that_is_not_there_is_refused_with_a_remedy(built_with_cuda, monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(NoSuchDevice, match="built without CUDA: install a CUDA build of torch"):
        accelerator_for("cuda")
    built_with_cuda(0)
    with pytest.raises(NoSuchDevice, match="finds no graphics card here, or no driver.*nvidia-smi"):
        accelerator_for("cuda")


def test_without_what_the_simulated_accelerator_is_made_of_the_cpu_stands_in(monkeypatch):
    monkeypatch.setattr(simulated, "available", lambda: False)
    assert accelerator_for("auto") == Accelerator(CPU)
    with pytest.raises(NoSuchDevice, match="--device sim"):
        accelerator_for("sim")


def test_the_command_line_offers_what_the_judge_knows():
    from grader.cli.shared import device_option

    @device_option
    def command():
        pass

    (option,) = command.__click_params__
    assert tuple(option.type.choices) == CHOICES


def test_tensors_are_copied_to_the_accelerator_in_use():
    prepare.prepare_torch()
    x = torch.ones(3, requires_grad=True)
    for kind, device in ((CPU, "cpu"), (SIM, "sim")):
        with using(Accelerator(kind)):
            moved = to_device({"x": [x]})["x"][0]
        assert (moved.device.type, moved.requires_grad, moved.is_leaf) == (device, True, True)
    with using(Accelerator(CPU)):
        copy = to_device(x)
    copy.data.zero_()
    assert x.sum() == 3


def test_a_device_test_on_the_cpu_passes_code_that_stays_there():
    def to_host(x):
        return x.cpu() * 2

    prepare.prepare_torch()
    with pytest.raises(CheckFailure, match="device sim"):
        check_device(to_host, torch.ones(3))
    with using(Accelerator(CPU)):
        check_device(to_host, torch.ones(3))


def test_the_choice_ends_where_it_was_made():
    with using(CARD):
        assert computes_on_cuda() and chosen() is CARD
        with using(Accelerator(CPU)):
            assert not computes_on_cuda()
        assert computes_on_cuda()
    assert chosen() == Accelerator(SIM)


def test_beside_a_card_the_simulated_accelerator_is_left_out(monkeypatch):
    done = []
    monkeypatch.setattr(simulated, "register_if_available", lambda: done.append("simulated"))
    monkeypatch.setattr(cuda, "make_repeatable", lambda: done.append("card"))
    with using(CARD):
        prepare.prepare_torch()
    prepare.prepare_torch()
    assert done == ["card", "simulated"]


def test_float32_on_a_card_is_float32_and_algorithms_stay_the_same(monkeypatch):
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that it is restored
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    flags = torch.backends.cudnn
    before = flags.allow_tf32, flags.benchmark, flags.deterministic
    try:
        flags.allow_tf32 = flags.benchmark = True
        cuda.make_repeatable()
        assert (flags.allow_tf32, flags.benchmark, flags.deterministic) == (False, False, True)
        assert torch.backends.cuda.matmul.allow_tf32 is False
    finally:
        flags.allow_tf32, flags.benchmark, flags.deterministic = before


def test_a_card_is_seeded_with_the_rest_and_only_where_it_is_used(monkeypatch):
    seeds = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeds.append)
    module.seed_everything(3)
    with using(CARD):
        module.seed_everything(4)
    assert seeds == [4]


def test_a_worker_gives_device_memory_back_before_it_loads_a_module_anew(monkeypatch):
    emptied = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(1))
    worker, name, source = Worker(), "torchgrade_made_up", "x = 1\n"
    files = {"op": "files", "sources": {name: source}, "codes": {"dict": [[name, {"bytes": 0}]]}}
    worker.handle(files, [bytearray(module.compiled(name, source))])

    def load():
        assert "raised" not in worker.handle({"op": "load", "slug": name, "seed": 0}, [])[0]

    load()
    assert emptied == []  # CUDA was never started in this process
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    load()
    assert emptied == [1]


def test_a_grading_says_which_accelerator_it_had(host, made_up):
    right = made_up.submit("def double(x):\n    return x + x\n\n\ndef quadruple(x):\n    return 4 * x\n")
    orders = [{"paths": [right], "device": name} for name in ("cpu", "sim", "cuda")]
    *graded, refused = host.send(*orders, package=made_up.package)()
    words = [answer.report.environment.device for answer in graded]
    assert words == ["cpu, device tests too", "cpu and simulated accelerator"]
    assert refused.problem.startswith("usage: --device cuda: torch")


ON_A_DEVICE = '''
import torch
from grader.suite import check_device

def test_double_on_a_device(submission):
    """On an accelerator the result stays there."""
    check_device(submission.double, torch.ones(3))
'''
AT_HOME = """
from grader.suite import mistake

@mistake("the result is brought to the CPU: it stays on the device of x")
def at_home(x):
    return 2 * x.cpu()
"""


def test_tests_workers_and_replays_of_a_grading_share_its_accelerator(host, made_up):
    made_up.suite(ON_A_DEVICE).mistakes(AT_HOME)
    wrong = made_up.submit("def double(x):\n    return 2 * x.cpu()\n")
    orders = [{"paths": [wrong], "tasks": ["double"], "device": name} for name in ("cpu", "sim")]
    on_cpu, simulated_ = (answer.report.tasks[0] for answer in host.send(*orders, package=made_up.package)())
    assert str(on_cpu.verdict) == "pass"
    assert str(simulated_.verdict) == "fail" and simulated_.tests[0].message.mistake == "at_home"
