"""Certificates of a server on loopback, made at test time: one that is well, and those that are not."""

import ssl
from datetime import UTC, datetime, timedelta

import trustme

UNWELL = {
    "expired": "its certificate has expired",
    "of another host": "its certificate is another host's",
    "of nobody we know": "its certificate is signed by nobody we trust",
    "self-signed": "its certificate is signed by nobody we trust",
}
"""What is said of each."""
CERTIFICATES = ("well", *UNWELL)


def contexts(which: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's, and that of somebody who knows one authority."""
    authority, theirs = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    if which == "self-signed":
        itself = trustme.CA()
        with itself.private_key_pem.tempfile() as key, itself.cert_pem.tempfile() as certificate:
            theirs.load_cert_chain(certificate, key)
        return theirs, ours
    signer = trustme.CA() if which == "of nobody we know" else authority
    name = "hooks.example.com" if which == "of another host" else "127.0.0.1"
    past = datetime.now(UTC) - timedelta(days=1) if which == "expired" else None
    signer.issue_cert(name, not_before=past and past - timedelta(days=9), not_after=past).configure_cert(theirs)
    return theirs, ours
