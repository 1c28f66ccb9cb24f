"""The register behind the servers of examples/portal, as they stand there but for ports and certificate: TLS, and no forging."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest
from site_made import PUBLISH, Site, free_port, in_portal, running_site

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "portal"
NGINX = """
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/error.log;
events {{}}
http {{
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/register.conf;
}}
"""
CADDY = "{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port {plain}\n\thttps_port {tls}\n}}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the register listens, and the server before it: without TLS and with it."""

    register: int
    plain: int
    tls: int


def nginx(home: Path, ports: Ports) -> list[str]:
    """The example for nginx in a folder of its own, with a certificate of its own."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    key = ["-keyout", str(home / "privkey.pem"), "-out", str(home / "fullchain.pem")]
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *subject]
    subprocess.run([*words, *key], check=True, capture_output=True)
    text = (EXAMPLES / "nginx.conf").read_text("utf-8")
    text = text.replace("/etc/letsencrypt/live/register.ministry.example", str(home))
    text = text.replace("register.ministry.example", "localhost")
    text = text.replace("443 ssl", f"{ports.tls} ssl").replace("listen 80;", f"listen {ports.plain};")
    text = text.replace("[::]:80;", f"[::]:{ports.plain};").replace("127.0.0.1:8000", f"127.0.0.1:{ports.register}")
    (home / "register.conf").write_text(text, encoding="utf-8")
    (home / "nginx.conf").write_text(NGINX.format(home=home), encoding="utf-8")
    return ["nginx", "-p", str(home), "-c", str(home / "nginx.conf")]


def caddy(home: Path, ports: Ports) -> list[str]:
    """The example for Caddy, which makes a certificate of its own where it may ask nobody for one."""
    text = (EXAMPLES / "Caddyfile").read_text("utf-8").replace("register.ministry.example", "localhost")
    text = CADDY.format(plain=ports.plain, tls=ports.tls) + text.replace("127.0.0.1:8000", f"127.0.0.1:{ports.register}")
    (home / "Caddyfile").write_text(text, encoding="utf-8")
    return ["caddy", "run", "--config", str(home / "Caddyfile"), "--adapter", "caddyfile"]


class Plainly(urllib.request.HTTPRedirectHandler):
    """Follows nowhere."""

    def redirect_request(self, *_said: object) -> None:
        """Let the caller see where it would lead."""


class Visitor:
    """A browser without a list of authorities, as the certificate is of this test's making."""

    def __init__(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.cookies = CookieJar()
        tls, kept = urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(self.cookies)
        self._opener = urllib.request.build_opener(tls, kept, Plainly())

    def ask(self, address: str, said: dict[str, str] | None = None, **headers: str) -> tuple[int, Message, bytes]:
        """Status, headers and body."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        data = None if said is None else urlencode(said).encode()
        try:
            with self._opener.open(urllib.request.Request(address, data=data, headers=named), timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()


@contextmanager
def before(words: list[str], home: Path, address: str) -> Iterator[None]:
    """The server, until the block ends."""
    with (home / "server.out").open("wb") as stream:
        told = {"HOME": str(home), "PATH": "/usr/sbin:/usr/bin"}
        process = subprocess.Popen(words, stdout=stream, stderr=subprocess.STDOUT, env=told)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                Visitor().ask(address)
                break
            except OSError:
                said = (home / "server.out").read_text("utf-8", "replace")
                assert process.poll() is None and time.monotonic() < until, said
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def attempts(site: Site) -> int:
    """How many things the limits count: people, addresses, forms."""
    return int(in_portal(site.node, "from plumbrule_portal.accounts.models import Tally; print(Tally.objects.count())"))


@pytest.mark.parametrize("server", [nginx, caddy], ids=["nginx", "caddy"])
def test_visitors_come_over_tls_and_cannot_forge_where_from(tmp_path: Path, server: object) -> None:
    """Plain HTTP leads to TLS, HSTS and Secure are set, and the headers that the register believes are the server's own."""
    make = nginx if server is nginx else caddy
    if shutil.which(make.__name__) is None:
        pytest.skip(f"needs {make.__name__}: Debian's {'nginx-light' if make is nginx else 'caddy'}")
    node, home = tmp_path / "node", tmp_path / "home"
    home.mkdir()
    with running_site(node, "--no-example", prepare=PUBLISH):
        pass
    tls = free_port()
    toml = (node / "portal.toml").read_text("utf-8").replace("secure = false", "secure = true")
    (node / "portal.toml").write_text(toml.replace("hosts = []", 'hosts = ["localhost"]'), encoding="utf-8")
    with running_site(node, "--no-example", prepare="pass") as site:
        ports = Ports(register=int(site.address.rpartition(":")[2]), plain=free_port(), tls=tls)
        whole = f"https://localhost:{ports.tls}"
        with before(make(home, ports), home, whole + "/"):
            status, headers, _ = Visitor().ask(f"http://localhost:{ports.plain}/systems?q=x")
            assert status in {301, 308} and headers["Location"].startswith("https://localhost")
            visitor = Visitor()
            status, headers, body = visitor.ask(whole + "/systems/loans", X_Forwarded_Proto="http", Accept_Encoding="gzip")
            assert status == 200 and headers["Strict-Transport-Security"].startswith("max-age=31536000")
            assert headers["Content-Encoding"] == "gzip" and body[:2] == b"\x1f\x8b"
            tag = headers["ETag"]
            assert visitor.ask(whole + "/systems/loans", If_None_Match=tag, Accept_Encoding="gzip")[0] == 304
            assert visitor.ask(whole + "/log/checkpoint")[0] == 200
            visitor.ask(whole + "/account/sign-in")
            assert [one.secure for one in visitor.cookies] == [True]
            token, form = next(iter(visitor.cookies)).value or "", whole + "/account/sign-in"
            from_there = "https://localhost/" if make is nginx else form  # nginx hands the host on without its port: 443 has none
            said = {"email": "nobody@example.org", "password": "x", "csrfmiddlewaretoken": token}
            counted = []
            for forged in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
                status, _, _ = visitor.ask(form, said, X_Forwarded_For=forged, Referer=from_there)
                assert status in {200, 400, 401, 422}, status
                counted.append(attempts(site))
            assert counted[0] > 0 and len(set(counted)) == 1, "one visitor, whatever they say of where they come from"
