"""Runs in the environment of the engines: opens an engine with our own driver and lends it to the tests.

    bridge.py ADDRESS           statements on stdin, rows on stdout: a line of JSON each
    bridge.py ADDRESS --http    the same engine behind ClickHouse's HTTP interface, on a port that it prints

It ends, and the engine with it, when stdin is closed.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from klantreis.errors import KlantreisError
from klantreis.sources.engines import connect_engine
from klantreis.sources.engines.clickhouse import SETTINGS


def main(address: str, *modes: str) -> None:
    """Open the engine and serve until stdin ends."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a driver prints is no answer
    try:
        engine = connect_engine(address)
    except KlantreisError as error:
        say(answers, {"error": str(error)})
        return
    try:
        if "--http" in modes:
            serve_http(engine, answers)
        else:
            say(answers, {"title": engine.title, "dialect": engine.dialect})
            for line in sys.stdin:
                say(answers, answer(engine, json.loads(line)))
    finally:
        engine.close()


def answer(engine: Any, sql: str) -> dict[str, Any]:
    """What a statement gives."""
    try:
        return {"rows": [list(row) for row in engine.rows(sql)]}
    except KlantreisError as error:
        return {"error": error.message}


def say(answers: Any, value: Any) -> None:
    """One line."""
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def serve_http(engine: Any, answers: Any) -> None:
    """The part of ClickHouse's HTTP interface that a client needs: a statement in, JSONCompact or a text out."""
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            settings = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
            sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
            code, body = 200, b""
            if self.headers.get("X-ClickHouse-Key") != "s3cret":
                code, body = 403, b"Code: 516. DB::Exception: default: Authentication failed"
            elif SETTINGS.items() - settings.items() or settings.get("default_format") != "JSONCompact":
                code, body = 400, b"Code: 115. DB::Exception: a setting is missing"
            else:
                with one_at_a_time:
                    found = answer(engine, sql)
                if "error" in found:
                    code, body = 500, str(found["error"]).encode()
                else:
                    body = json.dumps({"data": found["rows"]}).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(answers, {"port": server.server_port})
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
