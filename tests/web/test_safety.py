"""Holds the server to this machine: which address, which host name, which origin, which headers; and calm errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klantreis.errors import InvalidInputError
from klantreis.web.options import ServeOptions

W = "/w/buurtwinkel/"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", "127.0.0.1.example.org", ""])  # noqa: S104
def test_an_address_that_others_can_reach_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(InvalidInputError, match="no accounts yet") as refused:
        ServeOptions(folder=tmp_path, host=host)
    assert "127.0.0.1" in str(refused.value.hint)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "::1", "[::1]"])
def test_an_address_of_this_machine_is_taken(tmp_path: Path, host: str) -> None:
    assert ServeOptions(folder=tmp_path, host=host).host == host


@pytest.mark.parametrize("given", [{}, {"folder": Path(), "database": "x.sqlite3"}])
def test_one_thing_is_served(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="Name one thing"):
        ServeOptions(**given)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""])
def test_a_page_under_another_hosts_name_is_refused(client: Any, host: str) -> None:
    answer = client.get(W, headers={"host": host}) if host else client.get(W, SERVER_NAME="evil.example")
    assert answer.status_code == 400
    assert "Noor" not in answer.content.decode()


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_a_page_under_this_machines_name_is_given(client: Any, host: str) -> None:
    assert client.get(W, headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", [W, "/nowhere/", "/static/frame.css", "/health"])
def test_every_answer_says_what_a_browser_may_do(client: Any, path: str) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not answer.has_header("Access-Control-Allow-Origin")


def test_static_files_are_kept_and_pages_are_asked_for_again(client: Any) -> None:
    assert "max-age=31536000" in client.get("/static/frame.css")["Cache-Control"]
    assert client.get("/static/frame.css").content.startswith(b"/* The frame")
    assert client.head("/static/frame.css").content == b""
    assert "no-cache" in client.get(W)["Cache-Control"]
    assert client.get("/static/../settings.py").status_code == 404
    assert client.get("/static/%2e%2e/settings.py").status_code == 404


def test_the_address_of_a_static_file_changes_with_its_content(client: Any) -> None:
    import hashlib

    from klantreis.errors import NotFoundError
    from klantreis.web.static_files import static

    body = client.get("/static/render/map.css").content
    assert static("render/map.css") == f"/static/render/map.css?v={hashlib.sha256(body).hexdigest()[:10]}"
    with pytest.raises(NotFoundError, match="no static file"):
        static("nowhere.css")


def test_a_static_file_that_is_replaced_while_serving_arrives_whole(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.http import HttpRequest, HttpResponse

    from klantreis.web import static_files

    monkeypatch.setattr(static_files, "FOLDERS", {"/static/": tmp_path})
    (tmp_path / "site.css").write_text("a { color: black }", encoding="utf-8")
    serve = static_files.package_files(lambda _: HttpResponse(status=404))
    for content in ("a { color: black }", "a {}", "a { color: black; background: white }"):
        (tmp_path / "site.css").write_text(content, encoding="utf-8")
        request = HttpRequest()
        request.method, request.path_info = "GET", "/static/site.css"
        answer = serve(request)
        assert (answer.content.decode(), answer["Content-Length"]) == (content, str(len(content)))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_write_needs_a_token_and_this_very_origin(client: Any, headers: dict[str, str]) -> None:
    answer = client.post(W, {"title": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "geweigerd" in client.post(W, headers={**headers, "accept-language": "nl"}).content.decode()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere/", 404, ("There is nothing here", "Hier is niets")),
        ("/w/nowhere/", 404, ("There is no workspace 'nowhere' here.", "Hier is geen werkruimte ‘nowhere’.")),
        (f"{W}persona/nor/", 404, ("Did you mean persona:noor?", "Bedoelde je persona:noor?")),
        (f"{W}job/x/", 404, ("There is no job", "staat geen ‘job:x’ (job)")),
        (f"{W}evidence/study/x/", 404, ("There is no study", "staat geen ‘x’ (study)")),
        (f"{W}evidence/persona/noor/", 404, ("There is no page for 'persona'", "Er is geen pagina voor ‘persona’.")),
        (f"{W}evidence/study/..%2f..%2fetc/", 404, ("There is nothing here", "Hier is niets")),
    ],
)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_an_error_is_a_calm_page(client: Any, path: str, status: int, words: tuple[str, ...], lang: str) -> None:
    answer = client.get(path, headers={"accept-language": lang})
    text = answer.content.decode().replace("&#39;", "'")
    assert answer.status_code == status
    assert f'<html lang="{lang}">' in text
    assert ("Hier is niets" if lang == "nl" else "There is nothing here") in text
    assert words[0 if lang == "en" else 1] in text
    assert "Traceback" not in text


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_workspace_that_cannot_be_read_names_every_place(ask: Callable[[Path], Any], sample: Path, lang: str) -> None:
    client = ask(sample)
    persona = sample / "personas" / "noor.yaml"
    persona.write_text(persona.read_text(encoding="utf-8") + "colour: blue\n", encoding="utf-8")
    study = sample / "studies" / "gesprekken.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("interview", "telepathy"), encoding="utf-8")
    answer = client.get(W, headers={"accept-language": lang})
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "personas/noor.yaml:" in text
    assert "studies/gesprekken.yaml:" in text
    assert ("kan niet gelezen worden" if lang == "nl" else "cannot be read") in text
    assert "Traceback" not in text
    persona.write_text(persona.read_text(encoding="utf-8").replace("colour: blue\n", ""), encoding="utf-8")
    study.write_text(study.read_text(encoding="utf-8").replace("telepathy", "interview"), encoding="utf-8")
    assert client.get(W).status_code == 200


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_fault_of_ours_is_one_line_and_a_calm_page(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, lang: str
) -> None:
    from klantreis.web.views import overview

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(overview, "report_of", broken)
    answer = client.get(W, headers={"accept-language": lang})
    text = answer.content.decode()
    assert answer.status_code == 500
    assert ("Er ging bij ons iets mis" if lang == "nl" else "Something went wrong with us") in text
    assert "secret detail" not in text
    ours = [one for one in caplog.records if one.name == "klantreis.web"]
    assert len(ours) == 1
    assert ours[0].exc_info is None
    assert "secret detail" in ours[0].getMessage()


def test_conflicts_and_refused_values_have_their_own_answers(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from klantreis.errors import ChangeError, ConflictError, KlantreisError, StoreError
    from klantreis.web.views import overview

    def answer_to(error: KlantreisError) -> tuple[int, str]:
        def broken(*_: object) -> None:
            raise error

        monkeypatch.setattr(overview, "report_of", broken)
        given = client.get(W, headers={"accept-language": "nl"})
        return given.status_code, given.content.decode()

    for error, status, words in (
        (ConflictError("journey:x was changed since it was read."), 409, "Iemand anders heeft dit veranderd"),
        (ChangeError("There is no step 'x'."), 400, "Dit kan zo niet"),
        (StoreError("The disk is full."), 503, "De werkruimte is niet te bereiken"),
    ):
        given, text = answer_to(error)
        assert (given, words in text, error.message.replace("'", "&#39;") in text) == (status, True, True)
