"""Download of factory registers from the portal; registers of the Factory-On board require a manual download."""

from __future__ import annotations

from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.forms import forms
from sogong_pipeline.nps.portal.client import PortalClient


def fetch(data_set: str, base_url: str, memory: Path, out: Path) -> Path:
    """Download the newest upload of a register from the portal, without a key.

    Args:
        data_set: the number of a form's data set.
        base_url: the portal.
        memory: folder of the rate limiter's state on this machine.
        out: the folder to write to, under the name the portal gives the file.

    Raises:
        LaterError: when the portal is unreachable or limits the rate of requests.
        RefusedError: when there is no such register, or the portal sends something else.
    """
    known = {form.data_set: form.title for form in forms() if form.data_set}
    if data_set not in known:
        raise RefusedError(
            f"{data_set} is none of the registers on the portal: {', '.join(known.values())}; those of "
            "factoryon.go.kr are downloaded by hand, see docs/factories.md"
        )
    client = PortalClient(base_url, memory, data_set=data_set)
    newest = client.list_uploads().uploads[0]
    out.mkdir(parents=True, exist_ok=True)
    arrived = out / f".{data_set}.part"
    name = client.download(newest, arrived)
    return arrived.replace(out / name)
