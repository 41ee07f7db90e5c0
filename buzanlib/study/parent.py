"""End with the parent, however that ends: for processes that work for another and must not outlive it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""Of ``prctl`` (Linux, ``sys/prctl.h``): the signal that a process gets when its parent has ended."""


def end_with(parent: int) -> None:
    """Let the system kill this process as soon as its parent has ended; on Linux alone, elsewhere nothing happens.

    Parameters
    ----------
    parent : int
        The process that started this one, and has not only a thread of it that ends earlier. Where it has ended
        already, this process ends here.

    Raises
    ------
    OSError
        Where the system refuses.
    """
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL)):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        os._exit(1)  # it ended before the line above could take hold
