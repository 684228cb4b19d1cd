"""Mail over TLS: STARTTLS and smtps, certificates checked against an authority of our own; what the doctor says."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

from iurc_events.config import settings
from iurc_events.database import utc_now
from iurc_events.mail.sending import Letter, SendingError, check_server, send
from iurc_events.services import diagnosis
from tests.mail_sink import Sink, free_port, running

LETTER = Letter(
    message_id="<a@example.org>", sender="IURC <events@example.org>", to_email="ana@example.org", to_name="Ana",
    language="zh", subject="邀请", text="x\n", html="<p>x</p>\n", created_at=utc_now(),
)  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and what a server shows that it signed."""

    file: Path
    folder: Path

    def context(self, name: str) -> ssl.SSLContext:
        """Return what a server needs to show a certificate for a name such as ``IP:127.0.0.1``."""
        key, request, certificate = (self.folder / f"server.{end}" for end in ("key", "csr", "pem"))
        extensions = self.folder / "server.ext"
        extensions.write_text(f"subjectAltName={name}\n", "ascii")
        _openssl("req", "-newkey", *_KEY, "-keyout", key, "-out", request, "-subj", "/CN=mx.test")
        _openssl(
            "x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.folder / "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", extensions, "-out", certificate,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


_KEY = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    file = folder / "ca.pem"
    _openssl(
        "req", "-x509", "-newkey", *_KEY, "-keyout", folder / "ca.key", "-out", file, "-days", "2",
        "-subj", "/CN=Authority of the test", "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    return Authority(file, folder)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_letter_goes_encrypted_to_a_server_that_shows_who_it_is(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    context, sink = authority.context("IP:127.0.0.1"), Sink()
    how = {"starttls": context} if scheme == "smtp" else {"smtps": context}
    with running(sink, **how) as port:
        url = f"{scheme}://127.0.0.1:{port}"
        with pytest.raises(SendingError, match=r"not trusted: .*SSL_CERT_FILE"):
            send(LETTER, url, timeout=5)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert check_server(url, timeout=5) in ("encrypted by TLSv1.3", "encrypted by TLSv1.2")
        send(LETTER, url, timeout=5)
    assert [mail["Subject"] for mail in sink.mails] == ["邀请"]


def test_certificate_for_another_name_is_not_taken(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    sink = Sink()
    with (
        running(sink, starttls=authority.context("DNS:elsewhere.test")) as port,
        pytest.raises(SendingError, match="its certificate is not trusted") as caught,
    ):
        send(LETTER, f"smtp://127.0.0.1:{port}", timeout=5)
    assert ("SSL_CERT_FILE" in str(caught.value), sink.mails) == (False, [])


def test_doctor_tells_what_is_wrong_with_the_mail_server(
    sqlite_app: Flask, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finding(url: str) -> tuple[str, str]:
        sqlite_app.extensions["settings"] = replace(
            settings(), smtp_url=url, mail_timeout=3, mail_from="IURC <events@example.org>"
        )
        (found,) = [each for each in diagnosis.examine() if each.subject == "mail"]
        return found.verdict, found.words

    with running(Sink(), starttls=authority.context("IP:127.0.0.1")) as port:
        verdict, words = finding(f"smtp://127.0.0.1:{port}")
        assert (verdict, "not trusted" in words, "SSL_CERT_FILE" in words) == ("bad", True, True)
        verdict, words = finding(f"smtps://127.0.0.1:{port}")
        assert (verdict, "smtp:// or smtps://" in words) == ("bad", True)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        verdict, words = finding(f"smtp://127.0.0.1:{port}")
        assert (verdict, words.partition(" TLS")[0]) == ("ok", "the server answers, encrypted by")
        verdict, words = finding(f"smtp://user:word@127.0.0.1:{port}")
        assert (verdict, "word" in words) == ("bad", False)
    with running(Sink()) as port:
        assert finding(f"smtp://127.0.0.1:{port}") == ("ok", "the server answers")
    verdict, words = finding(f"smtp://127.0.0.1:{free_port()}")
    assert (verdict, "ConnectionRefusedError" in words) == ("bad", True)
