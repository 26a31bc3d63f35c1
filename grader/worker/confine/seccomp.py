"""The filter of system calls: an assembler of its program and the layer itself; `calls` is the policy."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.process import kernel
from grader.worker.confine.calls import LIMITED, OWN_PROCESS, REFUSED, UNKNOWN, Check, Rule
from grader.worker.confine.policy import Policy, Start

# fmt: off

HIGHEST = 462  # mseal, Linux 6.10; a call that came later is answered as if the kernel did not know it

_X86_64 = {
    "_sysctl": 156, "accept": 43, "accept4": 288, "acct": 163, "add_key": 248, "adjtimex": 159,
    "bind": 49, "bpf": 321, "capset": 126, "chmod": 90, "chown": 92, "chroot": 161, "clock_adjtime": 305,
    "clock_settime": 227, "clone": 56, "connect": 42, "create_module": 174, "delete_module": 176,
    "execve": 59, "execveat": 322, "fallocate": 285, "fanotify_init": 300, "fanotify_mark": 301, "fchmod": 91,
    "fchmodat": 268, "fchown": 93, "fchownat": 260, "fcntl": 72, "fgetxattr": 193, "finit_module": 313,
    "flistxattr": 196, "fork": 57, "fremovexattr": 199, "fsetxattr": 190, "futimesat": 261,
    "get_robust_list": 274, "getxattr": 191, "init_module": 175, "inotify_add_watch": 254,
    "inotify_init": 253, "inotify_init1": 294, "inotify_rm_watch": 255, "io_cancel": 210,
    "io_destroy": 207, "io_getevents": 208, "io_pgetevents": 333, "io_setup": 206, "io_submit": 209,
    "ioctl": 16, "ioperm": 173, "iopl": 172, "ioprio_set": 251, "kcmp": 312, "kexec_file_load": 320,
    "kexec_load": 246, "keyctl": 250, "kill": 62, "lchown": 94, "lgetxattr": 192, "link": 86,
    "linkat": 265, "listen": 50, "listxattr": 194, "llistxattr": 195, "lookup_dcookie": 212,
    "lremovexattr": 198, "lsetxattr": 189, "mbind": 237, "memfd_create": 319, "migrate_pages": 256,
    "mknod": 133, "mknodat": 259, "modify_ldt": 154, "mount": 165, "move_pages": 279,
    "mq_getsetattr": 245, "mq_notify": 244, "mq_open": 240, "mq_timedreceive": 243, "mq_timedsend": 242,
    "mq_unlink": 241, "msgctl": 71, "msgget": 68, "msgrcv": 70, "msgsnd": 69, "name_to_handle_at": 303,
    "nfsservctl": 180, "open": 2, "open_by_handle_at": 304, "openat": 257, "perf_event_open": 298,
    "personality": 135, "pivot_root": 155, "prctl": 157, "prlimit64": 302, "process_vm_readv": 310,
    "process_vm_writev": 311, "ptrace": 101, "quotactl": 179, "reboot": 169, "recvmmsg": 299,
    "remap_file_pages": 216, "removexattr": 197, "request_key": 249, "rt_sigqueueinfo": 129,
    "rt_tgsigqueueinfo": 297, "sched_setaffinity": 203, "sched_setattr": 314, "sched_setparam": 142,
    "sched_setscheduler": 144, "seccomp": 317, "semctl": 66, "semget": 64, "semop": 65, "semtimedop": 220,
    "sendmmsg": 307, "set_mempolicy": 238, "setdomainname": 171, "setfsgid": 123, "setfsuid": 122,
    "setgid": 106, "setgroups": 116, "sethostname": 170, "setns": 308, "setpgid": 109, "setpriority": 141,
    "setregid": 114, "setresgid": 119, "setresuid": 117, "setreuid": 113, "setrlimit": 160, "setsid": 112,
    "setsockopt": 54, "settimeofday": 164, "setuid": 105, "setxattr": 188, "shmat": 30, "shmctl": 31,
    "shmdt": 67, "shmget": 29, "socket": 41, "socketpair": 53, "splice": 275, "swapoff": 168,
    "swapon": 167, "symlink": 88, "symlinkat": 266, "sync": 162, "syncfs": 306, "sysfs": 139,
    "syslog": 103, "tee": 276, "tgkill": 234, "tkill": 200, "truncate": 76, "umount2": 166,
    "unshare": 272, "uselib": 134, "userfaultfd": 323, "ustat": 136, "utime": 132, "utimensat": 280,
    "utimes": 235, "vfork": 58, "vhangup": 153, "vmsplice": 278,
}

_AARCH64 = {
    "accept": 202, "accept4": 242, "acct": 89, "add_key": 217, "adjtimex": 171, "bind": 200, "bpf": 280,
    "capset": 91, "chroot": 51, "clock_adjtime": 266, "clock_settime": 112, "clone": 220, "connect": 203,
    "delete_module": 106, "execve": 221, "execveat": 281, "fallocate": 47, "fanotify_init": 262,
    "fanotify_mark": 263,
    "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "fcntl": 25, "fgetxattr": 10,
    "finit_module": 273, "flistxattr": 13, "fremovexattr": 16, "fsetxattr": 7, "get_robust_list": 100,
    "getxattr": 8, "init_module": 105, "inotify_add_watch": 27, "inotify_init1": 26,
    "inotify_rm_watch": 28, "io_cancel": 3, "io_destroy": 1, "io_getevents": 4, "io_pgetevents": 292,
    "io_setup": 0, "io_submit": 2, "ioctl": 29, "ioprio_set": 30, "kcmp": 272, "kexec_file_load": 294,
    "kexec_load": 104, "keyctl": 219, "kill": 129, "lgetxattr": 9, "linkat": 37, "listen": 201,
    "listxattr": 11, "llistxattr": 12, "lookup_dcookie": 18, "lremovexattr": 15, "lsetxattr": 6,
    "mbind": 235, "memfd_create": 279, "migrate_pages": 238, "mknodat": 33, "mount": 40,
    "move_pages": 239, "mq_getsetattr": 185, "mq_notify": 184, "mq_open": 180, "mq_timedreceive": 183,
    "mq_timedsend": 182, "mq_unlink": 181, "msgctl": 187, "msgget": 186, "msgrcv": 188, "msgsnd": 189,
    "name_to_handle_at": 264, "nfsservctl": 42, "open_by_handle_at": 265, "openat": 56,
    "perf_event_open": 241, "personality": 92, "pivot_root": 41, "prctl": 167, "prlimit64": 261,
    "process_vm_readv": 270, "process_vm_writev": 271, "ptrace": 117, "quotactl": 60, "reboot": 142,
    "recvmmsg": 243, "remap_file_pages": 234, "removexattr": 14, "request_key": 218,
    "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "sched_setaffinity": 122, "sched_setattr": 274,
    "sched_setparam": 118, "sched_setscheduler": 119, "seccomp": 277, "semctl": 191, "semget": 190,
    "semop": 193, "semtimedop": 192, "sendmmsg": 269, "set_mempolicy": 237, "setdomainname": 162,
    "setfsgid": 152, "setfsuid": 151, "setgid": 144, "setgroups": 159, "sethostname": 161, "setns": 268,
    "setpgid": 154, "setpriority": 140, "setregid": 143, "setresgid": 149, "setresuid": 147,
    "setreuid": 145, "setrlimit": 164, "setsid": 157, "setsockopt": 208, "settimeofday": 170,
    "setuid": 146, "setxattr": 5, "shmat": 196, "shmctl": 195, "shmdt": 197, "shmget": 194, "socket": 198,
    "socketpair": 199, "splice": 76, "swapoff": 225, "swapon": 224, "symlinkat": 36, "sync": 81,
    "syncfs": 267, "syslog": 116, "tee": 77, "tgkill": 131, "tkill": 130, "truncate": 45, "umount2": 39,
    "unshare": 97, "userfaultfd": 282, "utimensat": 88, "vhangup": 58, "vmsplice": 75,
}

_EVERYWHERE = {  # since Linux 5.1 a new call has one number on every architecture
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438, "process_madvise": 440,
    "mount_setattr": 442, "quotactl_fd": 443, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
    "landlock_restrict_self": 446, "memfd_secret": 447, "process_mrelease": 448,
    "set_mempolicy_home_node": 450, "fchmodat2": 452, "statmount": 457, "listmount": 458,
    "lsm_set_self_attr": 460,
}

# Machine name of the kernel -> the audit architecture that seccomp reports, and the numbers there.
ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (0xC000003E, _X86_64 | _EVERYWHERE),
    "aarch64": (0xC00000B7, _AARCH64 | _EVERYWHERE),
}


ALLOW = 0x7FFF0000
_ERROR = 0x00050000

_LOAD, _AND = 0x20, 0x54
_IF_EQUAL, _IF_AT_LEAST, _SKIP, _ANSWER = 0x15, 0x35, 0x05, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

# Code, jump if true, jump if false, operand. A jump counts the instructions that it leaves out.
Instruction = tuple[int, int, int, int]
Action = int | tuple[Check, ...]

_LAYOUT = struct.Struct("<HBBI")
_OPERAND_AT = 4


def error(number: int) -> int:
    """The action that answers with an error number instead of making the call."""
    return _ERROR | number


def _check(check: Check, refuse: int) -> list[Instruction]:
    """Fall through when the check holds; answer `refuse` otherwise."""
    program = [(_ANSWER, 0, 0, refuse)] if check.among else [(_SKIP, 0, 0, 1), (_ANSWER, 0, 0, refuse)]
    for mask, values in reversed(((check.mask, check.values), *check.other)):
        end = len(program)  # a match jumps behind all that follows it, and a forbidden one onto the answer
        last = len(values) - 1
        jumps = [(_IF_EQUAL, end + last - i - (not check.among), 0, value) for i, value in enumerate(values)]
        program = [*_loaded(check, mask), *jumps, *program]
    return program


def _loaded(check: Check, mask: int) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * check.argument + 4 * check.high), (_AND, 0, 0, mask)]


def _leaf(action: Action, refuse: int) -> list[Instruction]:
    if isinstance(action, int):
        return [(_ANSWER, 0, 0, action)]
    checks = [instruction for check in action for instruction in _check(check, refuse)]
    return [*checks, (_ANSWER, 0, 0, ALLOW)]


def _tree(runs: Sequence[tuple[int, Action]], refuse: int) -> list[Instruction]:
    """A binary search over runs of numbers with one action each: a dozen steps for any call."""
    if len(runs) == 1:
        return _leaf(runs[0][1], refuse)
    middle = len(runs) // 2
    below, above = _tree(runs[:middle], refuse), _tree(runs[middle:], refuse)
    return [(_IF_AT_LEAST, len(below), 0, runs[middle][0]), *below, *above]


def _runs(actions: Mapping[int, Action]) -> list[tuple[int, Action]]:
    """Each action with the first number that has it; what equals the number before is left out."""
    numbers = sorted(actions)
    return [
        (number, actions[number])
        for previous, number in zip([None, *numbers], numbers, strict=False)
        if previous is None or actions[previous] != actions[number]
    ]


def assemble(architecture: int, actions: Mapping[int, Action], refuse: int) -> list[Instruction]:
    """A filter that refuses other architectures; a number without an action has that of the nearest below."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, architecture),
        (_ANSWER, 0, 0, refuse),
        (_LOAD, 0, 0, _NUMBER_AT),
        *_tree(_runs(actions), refuse),
    ]


def encode(program: Sequence[Instruction]) -> tuple[bytes, tuple[int, ...]]:
    """The kernel's bytes, and where in them the worker's own process id is to be written."""
    own = [index for index, (*_, operand) in enumerate(program) if operand == OWN_PROCESS]
    words = [(code, yes, no, operand & 0xFFFFFFFF) for code, yes, no, operand in program]
    places = tuple(_LAYOUT.size * index + _OPERAND_AT for index in own)
    return b"".join(_LAYOUT.pack(*word) for word in words), places


_GET_FILTER_MODE, _SET_FILTER_MODE, _FILTER = 21, 22, 2  # PR_GET_SECCOMP, PR_SET_SECCOMP, SECCOMP_MODE_FILTER
_FIRST_OF_X32 = 0x40000000


def actions(
    numbers: dict[str, int], rules: Iterable[Rule] = (), allowed: Iterable[str] = ()
) -> dict[int, Action]:
    """What the filter answers to each number, for every number that exists and from there on.

    A call that is `allowed` is not refused, and `rules` say of others when they are.
    """
    refuse, unknown = error(errno.EPERM), error(errno.ENOSYS)
    table: dict[int, Action] = dict.fromkeys(range(HIGHEST + 1), ALLOW)
    table |= {HIGHEST + 1: unknown, _FIRST_OF_X32: refuse}
    for group in REFUSED:
        table |= {numbers[name]: refuse for name in group.names if name in numbers}
    table |= {numbers[name]: unknown for name in UNKNOWN.names if name in numbers}
    table |= {numbers[name]: ALLOW for name in allowed if name in numbers}
    for rule in (*LIMITED, *rules):
        table |= {numbers[name]: rule.checks for name in rule.names if name in numbers}
    return table


@dataclass(frozen=True)
class SystemCalls:
    """A filter ready to be switched on, but for the process id of the worker."""

    program: ctypes.Array[ctypes.c_char]  # of which each worker has its own copy
    header: ctypes.Array[ctypes.c_char]
    own_process_at: tuple[int, ...]

    names: tuple[str, ...] = ("system calls", "processes", "network")

    def apply(self, start: Start) -> None:
        """Filter every system call that this process makes from now on."""
        own = os.getpid()
        for place in self.own_process_at:
            struct.pack_into("<I", self.program, place, own)
        kernel.never_more_rights()
        kernel.control(_SET_FILTER_MODE, _FILTER, ctypes.addressof(self.header))


def prepare(policy: Policy) -> SystemCalls | None:
    """The filter for this machine, or nothing where the kernel has none or its numbers are not known."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES or sys.maxsize < 2**32:
        return None
    try:
        kernel.control(_GET_FILTER_MODE)
    except OSError:
        return None
    architecture, numbers = ARCHITECTURES[machine]
    code, own_process_at = encode(
        assemble(architecture, actions(numbers, policy.rules, policy.allowed), error(errno.EPERM))
    )
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
    return SystemCalls(program, ctypes.create_string_buffer(header, len(header)), own_process_at)
