"""A socket to listen on, and who has it where it is taken."""

import contextlib
import ctypes
import errno
import socket
import struct
import sys
from pathlib import Path

from luodi.errors import SetupError

BACKLOG = 2_048
LISTENING = "0A"  # the state of a socket in /proc/net/tcp
SO_ATTACH_FILTER = 26  # socket(7)
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # a program of one instruction, "keep 0 bytes": bpf(4), BPF_RET | BPF_K


def bind(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """Return a listening socket. Raises `SetupError` where the port is taken or the host is not ours."""
    where = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise SetupError(f"{host!r} is no host", where=where, fix="use --host 127.0.0.1") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            fix = f"choose another: {option} {port + 1 if port < 65_535 else port - 1}"
            raise SetupError(f"port {port} is in use{_by_whom(port)}", where=where, fix=fix) from error
        fix = "choose a port from 1024 to 65535 and an address of this machine"
        raise SetupError(f"nothing can listen there: {error}", where=where, fix=fix) from error
    return listener


def admit_nobody(listener: socket.socket) -> None:
    """Let no new connection come in, while those that wait to be accepted still can be: closing would reset them.

    Linux alone knows how; elsewhere a connection that is made in the last moment is reset.
    """
    if sys.platform == "linux":
        program = ctypes.create_string_buffer(DROP_ALL, len(DROP_ALL))
        with contextlib.suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program)))


def _by_whom(port: int) -> str:
    """Name the process that listens on a port, where the system lets us see it."""
    try:
        sockets = {
            f"socket:[{line.split()[9]}]"
            for file in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(file).read_text(encoding="ascii").splitlines()[1:]
            if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == LISTENING
        }
    except (OSError, IndexError):
        return ""
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(handle.readlink()) in sockets:
                process = handle.parents[1]
                return f" by {(process / 'comm').read_text(encoding='utf-8').strip()} (process {process.name})"
        except OSError:  # it has ended, or is not ours
            continue
    return ""
