"""Which system calls a worker may not make, and why. Policy only: `seccomp` turns it into a filter."""

from __future__ import annotations

from dataclasses import dataclass

OWN_PROCESS = -1  # stands for the worker's own process id, known only after the fork


@dataclass(frozen=True)
class Group:
    """Calls refused for one reason."""

    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One condition on an argument: `argument & mask` is among `values` (or, `among=False`, is not)."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    among: bool = True
    high: bool = False  # look at the upper 32 bits instead of the lower
    other: tuple[
        tuple[int, tuple[int, ...]], ...
    ] = ()  # or, under each of these masks, is among these values


@dataclass(frozen=True)
class Rule:
    """Calls that are allowed when every check holds."""

    reason: str
    names: tuple[str, ...]
    checks: tuple[Check, ...]


def _group(reason: str, names: str) -> Group:
    return Group(reason, tuple(names.split()))


REFUSED = (
    _group(
        "no network, and no channel besides the one to the judge",
        "socket socketpair connect bind listen accept accept4 setsockopt sendmmsg recvmmsg",
    ),
    _group("no new processes, no new programs", "fork vfork execve execveat"),
    _group("no escape from the judge's process group", "setsid setpgid"),
    _group(
        "no hold on other processes",
        "tkill pidfd_open pidfd_send_signal pidfd_getfd process_madvise process_mrelease kcmp ptrace"
        " process_vm_readv process_vm_writev get_robust_list migrate_pages move_pages",
    ),
    _group(
        "limits, priorities and processors stay as the judge set them",
        "setrlimit setpriority sched_setparam sched_setscheduler sched_setaffinity sched_setattr ioprio_set"
        " mbind set_mempolicy set_mempolicy_home_node",
    ),
    _group(
        "no memory or messages that outlive the worker or that its limits do not count",
        "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open"
        " mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr memfd_create memfd_secret",
    ),
    _group(
        "submission queues make calls that no filter sees",
        "io_uring_setup io_uring_enter io_uring_register io_setup io_destroy io_submit io_cancel io_getevents"
        " io_pgetevents",
    ),
    _group(
        "Landlock does not cover owner, mode, times, attributes, nor (before Linux 6.2) truncation by path",
        "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat"
        " truncate setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr getxattr lgetxattr"
        " fgetxattr listxattr llistxattr flistxattr",
    ),
    _group("room on a disk is taken by writing, which takes time", "fallocate"),
    _group(
        "a file has one name, and is reached by it alone",
        "link linkat symlink symlinkat mknod mknodat name_to_handle_at open_by_handle_at",
    ),
    _group(
        "the tree of files stays as it is",
        "mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr"
        " statmount listmount quotactl quotactl_fd swapon swapoff sync syncfs",
    ),
    _group("no namespaces, in which a process has rights again", "unshare setns"),
    _group(
        "no change of identity",
        "setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset lsm_set_self_attr",
    ),
    _group(
        "no watching of files that others use",
        "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_init fanotify_mark",
    ),
    _group(
        "parts of the kernel that tensors do not need and attackers like",
        "bpf perf_event_open userfaultfd keyctl add_key request_key personality modify_ldt seccomp"
        " landlock_create_ruleset landlock_add_rule landlock_restrict_self splice tee vmsplice"
        " remap_file_pages lookup_dcookie uselib ustat sysfs _sysctl nfsservctl create_module",
    ),
    _group(
        "the machine is not the worker's",
        "reboot kexec_load kexec_file_load init_module finit_module delete_module acct syslog settimeofday"
        " clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm vhangup",
    ),
)

# Answered as if the kernel did not know them: the C library then falls back to a call that can be checked.
UNKNOWN = _group("their arguments lie in memory, where a filter cannot look", "clone3 openat2")

_CLONE_THREAD = 0x00010000
_TRUNCATE, _ACCESS_MODE = 0o1000, 0o3

LIMITED = (
    Rule("threads, not processes", ("clone",), (Check(0, (_CLONE_THREAD,), mask=_CLONE_THREAD),)),
    Rule(
        "signals only to itself: abort() needs that",
        ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
        (Check(0, (OWN_PROCESS,)),),
    ),
    Rule(
        "its own limits, read only",
        ("prlimit64",),
        (Check(0, (0, OWN_PROCESS)), Check(2, (0,)), Check(2, (0,), high=True)),
    ),
    Rule(
        "PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (names of mappings), PR_CAPBSET_READ and three PR_GET_",
        ("prctl",),
        (Check(0, (15, 16, 3, 23, 21, 39, 0x53564D41)),),
    ),
    Rule(
        "TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: what Python asks of any descriptor",
        ("ioctl",),
        (Check(1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),),
    ),
    Rule(
        "not F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: they make the kernel send signals",
        ("fcntl",),
        (Check(1, (8, 10, 15, 1024, 1026), among=False),),
    ),
    Rule(
        "truncation on a descriptor for reading: old Landlock lets it pass",
        ("open",),
        (Check(1, (_TRUNCATE,), mask=_TRUNCATE | _ACCESS_MODE, among=False),),
    ),
    Rule(
        "the same, relative to a folder",
        ("openat",),
        (Check(2, (_TRUNCATE,), mask=_TRUNCATE | _ACCESS_MODE, among=False),),
    ),
)
