"""TLS certificate checks over real connections: nothing is requested from an unverified server."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.client import PortalClient
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation

DAY = dt.timedelta(days=1)


def certificate(folder: Path, host: str = "127.0.0.1", valid_days: int = 30) -> Path:
    """Write a self-signed certificate with its key to one file; valid for the given number of days."""
    key, until = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC) + valid_days * DAY
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a portal")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 60 * DAY)
        .not_valid_after(until)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "portal.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def secure_portal(files: Path, proof: Path) -> Iterator[PortalServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proof)
    with PortalServer(files.parent, tls=context) as server:
        yield server


@pytest.mark.parametrize(
    ("host", "valid_days", "is_trusted", "says"),
    [
        ("127.0.0.1", 30, False, "self-signed certificate"),
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("127.0.0.1", 90, True, "certificate is not yet valid"),
        ("192.0.2.1", 30, True, "IP address mismatch"),
    ],
    ids=["nobody knows it", "expired", "not yet valid", "another host's"],
)
def test_a_portal_that_does_not_prove_who_it_is_is_asked_nothing(
    pipeline: Installation,
    files: Path,
    month: Month,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    valid_days: int,
    is_trusted: bool,
    says: str,
) -> None:
    proof = certificate(tmp_path, host, valid_days)
    if is_trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proof))
    with secure_portal(files, proof) as portal:
        with pytest.raises(RefusedError, match=f"does not prove to be the portal .*{says}") as refused:
            list(pipeline.months.fetch(month, portal.url))
        assert list(portal.requests) == []
    assert not isinstance(refused.value, LaterError)
    for way_out in ("check the clock of this machine", "REQUESTS_CA_BUNDLE", "use --from FILE"):
        assert way_out in str(refused.value)
    assert pipeline.passed() == []
    assert pipeline.lake.children("raw") == []


def test_a_portal_that_proves_who_it_is_is_read(
    pipeline: Installation, files: Path, month: Month, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proof))
    with secure_portal(files, proof) as portal:
        assert [is_new for _, is_new in pipeline.months.fetch(month, portal.url)] == [True]
        downloads = [request for request in portal.requests if request.page == "fileDownload.do"]
    assert len(downloads) == 1


def test_a_slow_answer_over_tls_is_cut_by_the_clock_too(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sogong_pipeline.nps.portal.rate_limit import RequestLimits

    proof = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proof))
    with secure_portal(files, proof) as portal:
        portal.faults["fileData.do"] = [Fault.SLOW] * 9
        client = PortalClient(
            portal.url, tmp_path / "memory", RequestLimits(pause_seconds=0, page_seconds=0.5)
        )
        with pytest.raises(LaterError, match=r"the portal is too slow: .* did not answer within 0.5 s"):
            client.list_uploads()


def test_a_portal_that_speaks_no_tls_where_https_is_asked_is_unreachable(
    portal: PortalServer, tmp_path: Path
) -> None:
    address = portal.url.replace("http://", "https://")
    with pytest.raises(LaterError, match=r"portal unreachable: .* gave no answer \(.*try later, or"):
        PortalClient(address, tmp_path / "memory").list_uploads()
    assert list(portal.requests) == []


def test_a_redirect_from_https_to_http_is_not_followed(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from country.portal import handler as portal_handler

    proof = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(proof))
    with secure_portal(files, proof) as portal:
        status, page, _ = portal_handler.STATUS[Fault.REDIRECT]
        plain = {"Location": portal.url.replace("https", "http") + "/data/15083277/fileData.do"}
        monkeypatch.setattr(
            portal_handler, "STATUS", {**portal_handler.STATUS, Fault.REDIRECT: (status, page, plain)}
        )
        portal.faults["fileData.do"] = [Fault.REDIRECT]
        with pytest.raises(
            RefusedError, match=r"redirects from https://127\S+ to http://127.*is not followed"
        ):
            PortalClient(portal.url, tmp_path / "memory").list_uploads()
        assert len(portal.requests) == 1
