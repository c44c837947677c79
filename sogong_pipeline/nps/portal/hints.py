"""Alternative that messages name when the portal does not serve a file."""

from __future__ import annotations

BY_HAND = "download the file by hand and use --from FILE"
