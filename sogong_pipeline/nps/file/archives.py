"""Validation of a ZIP before anything is unpacked from it: its content is untrusted.

Its names are never used as paths here, but its bytes are stored permanently, and a person may unpack them by hand.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from sogong_pipeline.errors import RefusedError

ZIP_MAGIC = b"PK\x03\x04"
MOST_UNPACKED_BYTES = 1 << 30
"""Nine times the largest month."""
MOST_RATIO = 100
"""Real months pack 8 to 1; only what repeats itself packs 100 to 1."""
RATIO_COUNTS_FROM_BYTES = 1 << 20
MOST_DIRECTORY_BYTES = 1 << 20
"""Largest list of members in bytes; Python reads it into memory whole."""
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF


class IncompleteError(RefusedError):
    """The file is truncated: another download may be complete."""


def is_zip(path: Path) -> bool:
    """Return True when a file begins with the signature of a ZIP."""
    with path.open("rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC


def refuse_bad_zip(path: Path, shown: str) -> None:
    """Validate a ZIP: its list of members, then the check sums of all of its content.

    Any other file passes.

    Raises:
        IncompleteError: when it is truncated.
        RefusedError: when it is a bomb, names paths outside a folder, is encrypted or damaged.
    """
    if not is_zip(path):
        return
    _refuse_long_directory(path, shown)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(archive, shown)
            _refuse_paths(archive, shown)
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise IncompleteError(f"{shown}: the ZIP is damaged ({error}); download it again") from None
    except (
        RuntimeError,
        NotImplementedError,
    ) as error:  # raised by zipfile for a password or an unknown method
        raise RefusedError(
            f"{shown}: the ZIP cannot be unpacked ({error}); give the CSV itself with --from FILE"
        ) from None
    if damaged:
        raise IncompleteError(f"{shown}: the ZIP is damaged ({damaged!r}); download it again")


def _refuse_long_directory(path: Path, shown: str) -> None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_COMMENT - _END.size))
        tail = file.read()
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise IncompleteError(f"{shown}: the ZIP is damaged (it stops before its end); download it again")
    length = _END.unpack_from(tail, at)[5]
    if length > MOST_DIRECTORY_BYTES:
        raise RefusedError(
            f"{shown}: the ZIP's list of members has {length:,} bytes, expected one member; give the CSV itself "
            "with --from FILE"
        )


def _refuse_bomb(archive: zipfile.ZipFile, shown: str) -> None:
    """Refuse a ZIP by the sizes it states; Python unpacks at most the stated size of a member."""
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = sum(member.compress_size for member in archive.infolist())
    if unpacked > MOST_UNPACKED_BYTES or (
        unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MOST_RATIO * packed
    ):
        raise RefusedError(
            f"{shown}: the ZIP would unpack to {unpacked:,} bytes from {packed:,}, which no month does; do not open "
            "it, download it again or ask its provider"
        )


def _refuse_paths(archive: zipfile.ZipFile, shown: str) -> None:
    for name in archive.namelist():
        posix, windows = PurePosixPath(name), PureWindowsPath(name)
        if posix.is_absolute() or windows.drive or windows.root or ".." in windows.parts:
            raise RefusedError(
                f"{shown}: the ZIP holds the path {name[:60]!r}, which leads out of a folder; do not unpack it, "
                "download it again or ask its provider"
            )
