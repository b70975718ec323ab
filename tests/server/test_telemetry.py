"""Traces reach the collector that the settings name, and nothing leaves without one."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

SPAN = """
import sys
from opentelemetry import trace
from renkei.server import telemetry
from renkei.settings import Settings
telemetry.configure(Settings(otlp_endpoint=sys.argv[1] if len(sys.argv) > 1 else None))
with telemetry.TRACER.start_as_current_span("job select.judge"):
    pass
provider = trace.get_tracer_provider()
if hasattr(provider, "shutdown"):
    provider.shutdown()
"""


class Collector(BaseHTTPRequestHandler):
    """Take what an exporter posts."""

    def do_POST(self):
        self.server.got.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Stay silent."""


@pytest.fixture
def collector():
    server = HTTPServer(("127.0.0.1", 0), Collector)
    server.got = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def emit(*arguments):
    subprocess.run([sys.executable, "-c", SPAN, *arguments], check=True, timeout=60)


def test_a_span_reaches_the_collector_under_the_services_name(collector):
    emit(f"http://127.0.0.1:{collector.server_port}/v1/traces")
    ((path, body),) = collector.got
    assert path == "/v1/traces"
    assert b"renkei" in body
    assert b"job select.judge" in body


def test_without_a_setting_nothing_leaves(collector):
    emit()
    assert collector.got == []
