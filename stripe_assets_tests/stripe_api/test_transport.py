"""The environment's settings for the way to a remote server: its proxy and its certificates."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stripe_assets.stripe_api import StripeApi, Unreachable, transport
from stripe_assets_tests.stripe_api.conftest import KEY, Say, Script

Api = Callable[..., StripeApi]
HOST = "api.stripe.example"


@dataclass
class Far:
    """A TLS server with a certificate for HOST, and a proxy that leads to it."""

    certificate: Path
    proxy: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The headers of the requests that the server received."""
    tunnels: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """The targets that the proxy was asked to connect to, and the headers."""


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    one = Far(tmp_path / "certificate.pem")

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            one.asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response_only(200)
            for name, value in (("Content-Length", "2"), ("Set-Cookie", "a=b; Path=/")):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Proxy(Server):
        def do_CONNECT(self) -> None:
            one.tunnels.append(
                (self.path, {name.lower(): value for name, value in self.headers.items()})
            )
            self.send_response_only(200)
            self.end_headers()
            with socket.create_connection(("127.0.0.1", server.server_address[1])) as there:
                threading.Thread(target=_pour, args=(there, self.connection), daemon=True).start()
                _pour(self.connection, there)
            self.close_connection = True

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_signed_by_itself(one.certificate))
    with _running(Server) as server, _running(Proxy) as proxy:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        one.proxy = f"http://user:hush%21@127.0.0.1:{proxy.server_address[1]}"
        transport._server.cache_clear()
        yield one
    transport._server.cache_clear()


@contextmanager
def _running(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    ).start()
    yield server
    server.shutdown()
    server.server_close()


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def _signed_by_itself(path: Path) -> Path:
    """Writes a self-signed certificate to `path`. Returns the path of a file with the certificate
    and its private key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, private.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(made.sign(private, hashes.SHA256()).public_bytes(pem))
    both = path.with_name("both.pem")
    both.write_bytes(
        path.read_bytes() + private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    return both


def environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for variable in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)


def test_the_environments_proxy_and_certificates_are_used_and_nothing_else(
    far: Far, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login a password b\n")
    environment(
        monkeypatch,
        HTTPS_PROXY=far.proxy,
        REQUESTS_CA_BUNDLE=str(far.certificate),
        NETRC=str(tmp_path / "netrc"),
    )
    client = api(base=f"https://{HOST}", max_retries=0)
    client.get("/v1/account")
    client.get("/v1/account")
    assert [one["authorization"] for one in far.asked] == [f"Bearer {KEY}"] * 2
    assert not [one for one in far.asked if "cookie" in one or "proxy-authorization" in one]
    ((tunnel, headers),) = far.tunnels  # one connection for both requests
    assert tunnel == f"{HOST}:443" and headers["proxy-authorization"] == "Basic dXNlcjpodXNoIQ=="
    assert KEY not in str(far.tunnels)


def test_a_server_in_no_proxy_is_reached_without_the_proxy(
    far: Far, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(
        monkeypatch,
        HTTPS_PROXY=far.proxy,
        NO_PROXY=".stripe.example",
        REQUESTS_CA_BUNDLE=str(far.certificate),
    )
    with pytest.raises(Unreachable):
        api(base=f"https://{HOST}", max_retries=0).get("/v1/account")
    assert not far.tunnels


def test_a_certificate_that_is_not_in_the_bundle_is_not_trusted(
    far: Far, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "certificate.pem"
    other.parent.mkdir()
    _signed_by_itself(other)
    environment(monkeypatch, HTTPS_PROXY=far.proxy, REQUESTS_CA_BUNDLE=str(other))
    with pytest.raises(Unreachable, match=r"TLS failed: .*CERTIFICATE_VERIFY_FAILED"):
        api(base=f"https://{HOST}").get("/v1/account")
    assert len(far.tunnels) == 1 and not far.asked


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HTTPS_PROXY", "http://user:hush@[bad", "LocationParseError"),
        ("HTTPS_PROXY", "carrier://user:hush@pigeon", "ProxySchemeUnknown"),
        ("REQUESTS_CA_BUNDLE", "/not/there.pem", "/not/there.pem"),
    ],
)
def test_unusable_settings_are_named_and_the_request_is_not_repeated(
    far: Far, api: Api, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    environment(monkeypatch, **{variable: value})
    with pytest.raises(Unreachable, match="the request could not be sent: ") as caught:
        api(base=f"https://{HOST}").get("/v1/account")
    assert (
        said in str(caught.value)
        and "hush" not in str(caught.value)
        and "attempts" not in str(caught.value)
    )


def test_the_path_of_the_base_comes_before_the_path_of_the_request(
    stripe: Script, api: Api
) -> None:
    api(base=f"{stripe.base}/stripe/").get("/v1/invoices?limit=1")
    assert stripe.asked[0].target == "/stripe/v1/invoices?limit=1"


def test_compressed_answers_are_asked_for_and_read(stripe: Script, api: Api) -> None:
    body = b'{"data": [' + b'"%s"' % (b"x" * 5000) + b"]}"
    stripe.says(Say(body=gzip.compress(body), headers={"Content-Encoding": "gzip"}))
    answer = api().get("/v1/invoices")
    assert "gzip" in stripe.asked[0].headers["accept-encoding"]
    assert (answer.body, answer.bytes) == ({"data": ["x" * 5000]}, len(body))


def test_an_answer_with_the_name_of_a_secret_field_is_not_clean(stripe: Script, api: Api) -> None:
    plain = {"id": "in_1", "secretary": "a_secret", "client": "secret"}
    stripe.says(
        Say(body=plain),
        Say(body=plain | {"client_secret": None}),
        Say(body={"a": [{"signing_secret": "x"}]}),
    )
    client = api()
    assert [client.get("/v1/invoices").clean for _ in range(3)] == [True, False, False]
