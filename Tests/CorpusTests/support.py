"""What the tests share: scripts run as a person runs them, a local server, tiny Debian packages."""
import gzip
import hashlib
import http.server
import os
import posixpath
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CORPUS = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "data", "corpus"))
sys.path.insert(0, CORPUS)


class ScratchTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()


def start(script, *arguments, **environment):
    return subprocess.Popen([os.path.join(CORPUS, script), *arguments], text=True,
                            env=dict(os.environ, no_proxy="127.0.0.1", **environment),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(script, *arguments, **environment):
    """Exit status and standard error; standard output must stay empty."""
    process = start(script, *arguments, **environment)
    output, errors = process.communicate(timeout=60)
    assert output == "", output
    return process.returncode, errors


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Server:
    """Serves a dictionary of files with ranges and ETags; `requests` lists (path, Range)."""

    def __init__(self, test, files):
        self.files, self.requests = files, []
        self.pause = 0.0  # seconds before every piece of 16 KiB
        self.cut_after = None  # bytes, after which the next connection is dropped
        self.tag = hash_tag
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *arguments):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        test.addCleanup(self.http.server_close)
        test.addCleanup(self.http.shutdown)

    def answer(self, handler):
        wanted = handler.headers.get("Range")
        self.requests.append((handler.path, wanted))
        data = self.files.get(posixpath.normpath(handler.path).lstrip("/"))
        if data is None:
            handler.send_error(404)
            return
        tag, first = self.tag(data), 0
        if wanted and handler.headers.get("If-Range") in (None, tag):
            first = int(re.match(r"bytes=(\d+)-", wanted)[1])
        if first >= len(data) > 0:
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(data)}")
            handler.send_header("Content-Length", "0")
        else:
            handler.send_response(206 if first else 200)
            handler.send_header("Content-Length", str(len(data) - first))
            if first:
                handler.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        handler.send_header("ETag", tag)
        handler.end_headers()
        self.send_slowly(handler, data[first:])

    def send_slowly(self, handler, data):
        if self.cut_after is not None:
            data, self.cut_after = data[:self.cut_after], None
        try:
            for at in range(0, len(data), 1 << 14):
                time.sleep(self.pause)
                handler.wfile.write(data[at:at + (1 << 14)])
        except OSError:
            pass  # the client was killed, as the test wants


def hash_tag(data):
    return f'"{hashlib.sha256(data).hexdigest()}"'


def make_package(folder, name, files):
    """Bytes of NAME_1.0_all.deb holding `files`: {path: bytes}."""
    root = os.path.join(folder, name)
    control = os.path.join(root, "DEBIAN", "control")
    os.makedirs(os.path.dirname(control))
    with open(control, "w") as file:
        file.write(f"Package: {name}\nVersion: 1.0\nArchitecture: all\n"
                   "Maintainer: Test <test@example.org>\nDescription: test\n")
    for path, data in files.items():
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), "wb") as file:
            file.write(data)
    archive = os.path.join(folder, f"{name}_1.0_all.deb")
    subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "-b", root, archive], check=True,
                   stdout=subprocess.DEVNULL)
    with open(archive, "rb") as file:
        return file.read()


def repository(packages):
    """A flat Debian repository: {file name: bytes} for the server, of {package: .deb bytes}."""
    index = "".join(
        f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: Test <test@example.org>\n"
        f"Filename: ./{name}_1.0_all.deb\nSize: {len(data)}\n"
        f"SHA256: {hashlib.sha256(data).hexdigest()}\nDescription: test\n\n"
        for name, data in packages.items()).encode()
    files = {f"{name}_1.0_all.deb": data for name, data in packages.items()}
    return {**files, "Packages": index, "Packages.gz": gzip.compress(index, mtime=0)}


def apt_configuration(test, url):
    """Path of an apt.conf of which apt knows nothing but the repository at `url`."""
    for folder in ("state/lists/partial", "cache/archives/partial", "empty"):
        os.makedirs(test.path(folder))
    test.write("status", "")
    test.write("sources.list", f"deb [trusted=yes] {url} ./\n")
    return test.write("apt.conf", "".join(f'{key} "{value}";\n' for key, value in {
        "Dir::State": test.path("state"), "Dir::Cache": test.path("cache"),
        "Dir::State::status": test.path("status"),
        "Dir::Etc::sourcelist": test.path("sources.list"),
        "Dir::Etc::sourceparts": test.path("empty"), "Dir::Etc::main": test.path("none"),
        "Dir::Etc::parts": test.path("empty"), "Dir::Etc::preferencesparts": test.path("empty"),
        "APT::Sandbox::User": "root", "Acquire::Languages": "none",
        "Acquire::http::Proxy": "DIRECT"}.items()))
