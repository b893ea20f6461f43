"""The key with which customer ids become pseudonyms: where it is, how it is made, what it makes of an id.

A pseudonym is HMAC-SHA-256 of the id, cut to 128 bits and written as 32 hexadecimal digits: the same id and key give
the same pseudonym, and without the key nobody can work out or try which id it was. The key is never written into a log;
its fingerprint is, so that a log knows its own key.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

from klantreis.errors import InvalidInputError, NotFoundError
from klantreis.sources.tables import Connection

_HEADER = "klantreis-key-1:"
_BYTES = 32
#: Hexadecimal digits of a pseudonym: 128 bits.
DIGITS = 32
_BLOCK = 64  # bytes that SHA-256 takes at a time; HMAC fills the key up to it


@dataclass(frozen=True)
class Key:
    """A key and the file that it is in; ``made`` says that the file is new."""

    file: Path
    secret: bytes = field(repr=False)
    made: bool = False

    @property
    def fingerprint(self) -> str:
        """What tells this key from others, without giving it away."""
        return hmac.digest(self.secret, b"klantreis: fingerprint of a key", "sha256").hex()[:16]


def default_key_file() -> Path:
    """Where the key is when no file is named: in the user's own configuration folder."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "klantreis" / "pseudonyms.key"


def find_key(file: Path | None, *, log: Path, expect: str | None = None) -> Key:
    """The key in a file; made when there is none and the log was not made with another.

    Parameters
    ----------
    file
        None: where the user's own key is.
    log
        The log's folder, in which no key may be.
    expect
        The fingerprint of the key that the log was made with.

    Raises
    ------
    NotFoundError
        When the log's key is not there.
    InvalidInputError
        When the file is no key, can be read by others, is in the log, or is another key than the log's.
    """
    path = (default_key_file() if file is None else file).expanduser()
    if path.resolve().is_relative_to(log.resolve()):
        raise InvalidInputError(
            f"The key {path} would be inside the log, where whoever has the log has the key.",
            hint="Give a place outside it with --key-file.",
        )
    made = False
    if not path.exists():
        if expect is not None:
            raise NotFoundError(
                f"The ids in {log} are pseudonyms made with a key (fingerprint {expect}) that is not in {path}.",
                hint="Name the file that holds it with --key-file.",
            )
        made = _make(path)
    key = Key(path, _read(path), made)
    if expect is not None and not hmac.compare_digest(key.fingerprint, expect):
        raise InvalidInputError(
            f"The ids in {log} are pseudonyms made with another key (fingerprint {expect}) "
            f"than the one in {path} ({key.fingerprint}).",
            hint="Name the log's own key with --key-file, or import into a new log.",
        )
    return key


def pseudonym(customer: str, key: Key) -> str:
    """What stands in the log in the place of a customer's id.

    Examples
    --------
    The second test case of RFC 4231:

    >>> pseudonym("what do ya want for nothing?", Key(Path("key"), b"Jefe"))
    '5bdcc146bf60754e6a042426089575c7'
    """
    return hmac.digest(key.secret, customer.encode("utf-8"), "sha256").hex()[:DIGITS]


def lay_ready(connection: Connection, key: Key) -> None:
    """Let SQL of this connection make pseudonyms with the key; statements and their errors do not show it."""
    block = key.secret.ljust(_BLOCK, b"\0")
    connection.execute("SET VARIABLE key_inner = ?", [bytes(each ^ 0x36 for each in block)])
    connection.execute("SET VARIABLE key_outer = ?", [bytes(each ^ 0x5C for each in block)])


def pseudonym_sql(text: str) -> str:
    """SQL for the pseudonym of a text, after ``lay_ready``; HMAC written out (RFC 2104)."""
    inner = f"unhex(sha256(getvariable('key_inner') || encode({text})))"
    return f"lower(substr(sha256(getvariable('key_outer') || {inner}), 1, {DIGITS}))"


def _make(path: Path) -> bool:
    """Make a key that only its owner can read; whether it is ours and not that of a process that was just before us."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(f"{_HEADER}{secrets.token_hex(_BYTES)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, path)  # fails when there is one by now, which a rename would overwrite
        except FileExistsError:
            return False
        return True
    except OSError as error:
        raise InvalidInputError(
            f"The key {path} cannot be made: {error.strerror or error}.", hint="Give another place with --key-file."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        written = path.read_bytes()[:200].decode("ascii", "replace").strip()
    except OSError as error:
        raise InvalidInputError(f"The key {path} cannot be read: {error.strerror or error}.") from None
    try:
        secret = bytes.fromhex(written.removeprefix(_HEADER)) if written.startswith(_HEADER) else b""
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise InvalidInputError(
            f"{path} is not a key that Klantreis made.", hint="Name the right file, or one that does not exist yet."
        )
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InvalidInputError(f"Others than you can read the key {path}.", hint=f"Run: chmod 600 {path}")
    return secret
