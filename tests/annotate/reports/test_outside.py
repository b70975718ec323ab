"""A draft from outside is taken only when it says exactly the facts; tried on a real server."""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from tests.annotate.reports.made import made_facts, paraphrase

from renkei.annotate.reports.outside import (
    WordingRefusedError,
    WriterUnreachableError,
    word_draft,
)

FACTS = replace(
    next(f for f in (made_facts(random.Random(n)) for n in range(20)) if len(f.lesions) > 1),
    date="2025-02-11",
)


class Endpoint(BaseHTTPRequestHandler):
    """Answer as OpenAI's chat completions do, with the text that the test lays down."""

    text: Any = ""
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.asked.append(json.loads(self.rfile.read(size)))
        answer = {"choices": [{"message": {"role": "assistant", "content": self.text}}]}
        body = json.dumps(answer if self.text else {"error": "none"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def endpoint() -> Iterator[str]:
    Endpoint.asked = []
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_right_text_is_taken_and_a_wrong_one_is_not(endpoint: str) -> None:
    right = paraphrase(FACTS, "ja", random.Random(1))
    Endpoint.text = right
    assert word_draft(FACTS, "ja", endpoint=endpoint, model="m") == right.strip() + "\n"
    Endpoint.text = right.replace("【所見】\n", "【所見】\n腹水を認めます。\n")
    with pytest.raises(WordingRefusedError) as refused:
        word_draft(FACTS, "ja", endpoint=endpoint, model="m")
    assert refused.value.facts == {"codes": "finding_extra"}


def test_what_is_sent_holds_no_identity(endpoint: str) -> None:
    Endpoint.text = "x"
    with pytest.raises(WordingRefusedError):
        word_draft(replace(FACTS, labels="f" * 64), "en", endpoint=endpoint, model="m")
    sent = json.dumps(Endpoint.asked[0])
    assert "f" * 64 not in sent
    assert "slice_uid" not in sent


def test_no_answer_is_told_from_a_wrong_one(endpoint: str) -> None:
    Endpoint.text = ""
    with pytest.raises(WriterUnreachableError):
        word_draft(FACTS, "en", endpoint=endpoint, model="m")
    with pytest.raises(WriterUnreachableError):
        word_draft(FACTS, "en", endpoint="http://127.0.0.1:9/v1", model="m")
