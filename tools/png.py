"""PNG files of few colours: a picture of a page in a third of the bytes that a browser writes."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS, STEP = 256, 8
"""A palette holds so many colours; of more, each channel is first rounded to steps of eight."""


def indexed(pixels: NDArray[np.uint8]) -> bytes:
    """The file of some pixels (rows x columns x RGB) with a palette of at most 256 colours.

    The same pixels give the same bytes. Colours too rare for the palette become the nearest that is in it.
    """
    height, width, _ = pixels.shape
    codes = _coded(pixels)
    colours, places = np.unique(codes, return_inverse=True)
    if len(colours) > COLOURS:
        coarse = _coded(np.minimum((pixels.astype(np.int16) + STEP // 2) // STEP * STEP, 255))
        colours, places, counts = np.unique(coarse, return_inverse=True, return_counts=True)
        kept = np.sort(colours[np.argsort(-counts, kind="stable")[:COLOURS]])
        apart = ((_channels(colours)[:, None] - _channels(kept)[None]) ** 2).sum(axis=2)
        colours, places = kept, apart.argmin(axis=1)[places]
    rows = places.reshape(height, width).astype(np.uint8)
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows])
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"PLTE", _channels(colours).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _coded(pixels: NDArray[np.integer]) -> NDArray[np.int64]:
    wide = pixels.astype(np.int64)
    return ((wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]).ravel()


def _channels(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
