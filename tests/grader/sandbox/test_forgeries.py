"""A worker that writes to its connection by itself is found out, and costs its own test only."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from grader.proxy.submission import Submission
from grader.sandbox.transport import Channel, WorkerDied, WorkerGone, WorkerLied, WorkerTimeout
from grader.wire.frame import Ahead, pack, unpack

Opened = Callable[..., Submission]

# Finds the connection among the open files: a submission shares its process with the worker's harness.
FORGE = """
    import gc
    import os
    import socket
    import stat

    def connection():
        return next(int(fd) for fd in range(3, 200) if is_socket(fd))

    def is_socket(fd):
        try:
            return stat.S_ISSOCK(os.fstat(fd).st_mode)
        except OSError:
            return False

    def junk():
        os.write(connection(), b"junk" * 100)
        return 1

    def forge(frame):
        os.write(connection(), frame)
        return "honest"

    def hang_up():
        os.close(connection())

    def one():
        return 1
"""


FORKED = pytest.mark.parametrize("workers", ["forked"], indirect=True)


def framed(value: object) -> bytes:
    return b"".join(bytes(part) for part in pack({"value": value}, []))


def answer(connection: socket.socket, data: bytes) -> None:
    """Read a little of the question and answer with these bytes."""
    connection.recv(1)
    connection.sendall(data)


def answer_and_more(connection: socket.socket) -> None:
    """Answer what was asked, and at once another time."""
    header, _ = unpack(Ahead(connection.recv_into).read)
    (answer,) = pack({"asked": header["asked"]}, [])
    connection.sendall(bytes(answer) * 2)


@contextlib.contextmanager
def answering(connection: socket.socket, data: bytes) -> Iterator[None]:
    """Answer meanwhile, in a thread."""
    thread = threading.Thread(target=answer, args=(connection, data))
    thread.start()
    try:
        yield
    finally:
        thread.join()


@FORKED
def test_junk_on_the_socket_is_a_lie(opened: Opened) -> None:
    with pytest.raises(WorkerGone):
        opened(FORGE).junk()
    assert opened(FORGE).one() == 1


@FORKED
def test_second_answer_is_not_taken_for_the_answer_to_a_later_question(opened: Opened) -> None:
    submission = opened(FORGE)
    with pytest.raises(WorkerLied, match="another question"):
        submission.forge(framed("forged"))
    assert opened(FORGE).one() == 1


@FORKED
def test_closed_connection_is_a_death(opened: Opened) -> None:
    with pytest.raises(WorkerGone):
        opened(FORGE).hang_up()
    assert opened(FORGE).one() == 1


# The channel alone


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield Channel(ours, 0.5, lambda: None), theirs
    ours.close(), theirs.close()


@pytest.mark.parametrize("junk", [b"x" * 64, struct.pack(">4sIQ", b"TGR1", 2**31, 0), framed(1)[:4] * 10])
def test_channel_calls_junk_a_lie(ends: tuple[Channel, socket.socket], junk: bytes) -> None:
    channel, theirs = ends
    with answering(theirs, junk), pytest.raises(WorkerLied):
        channel.request({"op": "x"}, [])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_channel_waits_for_half_a_frame_until_the_deadline(
    ends: tuple[Channel, socket.socket], share: float
) -> None:
    channel, theirs = ends
    frame = framed("text")
    with answering(theirs, frame[: int(share * len(frame))]), pytest.raises(WorkerTimeout):
        channel.request({"op": "x"}, [])


def test_channel_calls_a_hang_up_in_the_middle_a_death(ends: tuple[Channel, socket.socket]) -> None:
    channel, theirs = ends
    with pytest.raises(WorkerDied), answering(theirs, framed("text")[:20]):
        threading.Timer(0.1, theirs.shutdown, (socket.SHUT_WR,)).start()
        channel.request({"op": "x"}, [])


def test_channel_takes_no_answer_before_it_has_asked(ends: tuple[Channel, socket.socket]) -> None:
    channel, theirs = ends
    theirs.sendall(framed("early"))
    with pytest.raises(WorkerLied, match="another question"):
        channel.request({"op": "x"}, [])


def test_channel_takes_no_more_than_an_answer(ends: tuple[Channel, socket.socket]) -> None:
    channel, theirs = ends
    thread = threading.Thread(target=answer_and_more, args=(theirs,))
    thread.start()
    with pytest.raises(WorkerLied, match="more than an answer"):
        channel.request({"op": "x"}, [])
    thread.join()


def test_channel_takes_no_answer_to_another_question(ends: tuple[Channel, socket.socket]) -> None:
    channel, theirs = ends
    with answering(theirs, framed("late")), pytest.raises(WorkerLied, match="another question"):
        channel.request({"op": "x"}, [])


def test_channel_times_out_when_nobody_reads(ends: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(WorkerTimeout):
        ends[0].request({"op": "x"}, [bytes(2**24)])


def test_channel_times_out_when_the_answer_drips(ends: tuple[Channel, socket.socket]) -> None:
    channel, theirs = ends
    stop = threading.Event()

    def drip() -> None:
        for byte in framed("a" * 1000):
            if stop.wait(0.02):
                return
            theirs.send(bytes([byte]))

    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(WorkerTimeout):
        channel.request({"op": "x"}, [])
    stop.set()
    thread.join()
