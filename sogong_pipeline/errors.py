"""The exceptions that reach a user as a single line."""

from __future__ import annotations

import errno

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNWRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM}
NO_FOLDER = {errno.EEXIST, errno.ENOTDIR}


class RefusedError(Exception):
    """Something was refused before anything changed.

    The message is one line: what was found and where (file, row, column, value), and what to do next.
    The command line prints it and exits with status 1; Airflow shows it as the reason of the failure.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class LaterError(RefusedError):
    """Refused for now: the same call may succeed later, because somebody else gave no answer or no file yet."""


class OutageError(LaterError):
    """The source as a whole gives no answer or is not to be asked now: asking it for another month is as futile."""


def one_line(error: OSError) -> str:
    """What a disk or a storage says, in one line: where, what, and what to do where that is plain."""
    # Of a copy that failed the second name is where it went, and that is where there is no room.
    name = error.filename2 or error.filename or "the disk"
    line = f"{name}: {error.strerror or error}"
    if error.errno in FULL:
        line += (
            "; make room there (`sogong status` says what is used, `sogong clean` what may go) and run the same "
            "command again: nothing is half kept"
        )
    elif error.errno in UNWRITABLE:
        line += "; let this user write there and run the same command again: nothing is half kept"
    elif error.errno in NO_FOLDER:
        line += "; a file has the name of a folder that is needed: correct SOGONG_HOME or the path you gave"
    return " ".join(line.split())


def counted(count: int, noun: str) -> str:
    """A number with its English noun: `1 warning`, `2,000 warnings`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
