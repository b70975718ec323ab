"""Answers of the platform become typed refusals."""

import httpx2
import pytest

from renkei import client
from renkei.errors import ConflictError, NotFoundError, RenkeiError


def answering(status, body=None):
    return client.Client(
        "http://platform.test",
        "t",
        transport=httpx2.MockTransport(lambda _request: httpx2.Response(status, json=body)),
    )


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFoundError), (409, ConflictError), (500, RenkeiError)]
)
def test_a_problem_is_raised_as_its_kind_with_its_sentence(status, kind):
    problem = {"title": "already_held", "detail": "It is on hold.", "trace_id": "7"}
    with pytest.raises(kind, match="It is on hold") as caught:
        answering(status, problem).get("/select/series")
    assert caught.value.facts == {"reason": "already_held", "trace_id": "7"}


def test_every_page_is_read_once():
    pages = {None: ([{"n": 1}, {"n": 2}], "b"), "b": ([{"n": 3}], None)}

    def answer(request):
        items, after = pages[request.url.params.get("after")]
        return httpx2.Response(200, json={"items": items, "total": 3, "next": after})

    with client.Client("http://p.test", transport=httpx2.MockTransport(answer)) as platform:
        assert [row["n"] for row in platform.pages("/x")] == [1, 2, 3]


def test_a_lost_get_is_asked_again_and_a_lost_post_is_not(monkeypatch):
    monkeypatch.setattr(client.time, "sleep", lambda _s: None)
    calls = []

    def lose(request):
        calls.append(request.method)
        raise httpx2.ConnectError("gone")

    platform = client.Client("http://p.test", transport=httpx2.MockTransport(lose))
    for verb in (platform.get, platform.post):
        with pytest.raises(client.ServerUnreachableError):
            verb("/x")
    assert calls == ["GET"] * 3 + ["POST"]


def test_a_token_is_kept_for_its_server_only(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    client.save_token("http://a.test/", "secret")
    assert client.saved_token("http://a.test") == "secret"
    assert client.saved_token("http://b.test") is None
    assert (tmp_path / "renkei" / "tokens.json").stat().st_mode & 0o077 == 0
    client.save_token("http://a.test", None)
    assert client.saved_token("http://a.test") is None
