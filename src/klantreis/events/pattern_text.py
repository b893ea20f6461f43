"""Reads the text of an event pattern, and points at the place when it cannot.

The grammar, keywords in either case::

    pattern    = near (("then" | "->") near ["within" length])*
    near       = either [["within" length] ("after" | "of" | "before" | "around") either]
    either     = both ("or" both)*
    both       = single ("and" single)*
    single     = ("not" | "first" | "last" | "nth" "(" number ")") single | "(" pattern ")" | comparison
    comparison = name ("=" | "!=") value | name ("<" | "<=" | ">" | ">=") number
               | name ["not"] "in" "(" value ("," value)* ")"
    name       = letters, digits, _ . - (starting with a letter), or anything between backquotes
    value      = text between double (“curly” too) or single quotes, with \\" \\\\ \\n \\t inside | number
    length     = 7d, 1h30min, PT30M, …
    stage      = ["optional"] pattern ["within" length] ["without" pattern]

``of`` means ``after``. The words first, last, nth, optional, within, without, after, of, before, around and then have a
meaning only where no name of a field can stand, or where a name is not followed by a comparison: a field called
``first`` needs no backquotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from klantreis.errors import InvalidInputError, PatternSyntaxError, Said
from klantreis.events.durations import microseconds
from klantreis.events.pattern_nodes import (
    BARE_NAME,
    KEYWORDS,
    ORDERINGS,
    AllOf,
    AnyOf,
    Comparison,
    Near,
    Node,
    Not,
    Nth,
    OneOf,
    Operator,
    Side,
    Then,
)

#: Deeper nesting than this is refused, so that no text can exhaust the stack.
MAX_DEPTH = 60

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_LENGTH = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|min|[wdhs]))+(?!\w)", re.IGNORECASE)
_SYMBOL = re.compile(r"!=|<=|>=|->|[=<>(),]")
_SIDES: dict[str, Side] = {"after": "after", "of": "after", "before": "before", "around": "around"}
#: What closes a quote. A word processor turns straight quotes into curly ones, so those are read too.
_CLOSING = {'"': '"', "'": "'", "`": "`", "“": "”", "”": "”", "„": "”“"}
_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "name", "text", "number", "length", "end", or the keyword or symbol itself
    value: str
    position: int
    word: str = ""  # a bare name in lower case: what may be a word of the language


@dataclass(frozen=True, slots=True)
class StageText:
    """What the text of a funnel's stage says."""

    root: Node
    optional: bool
    within: int | None
    without: Node | None


def read_pattern(text: str) -> Node:
    """The parsed pattern; PatternSyntaxError with the place otherwise."""
    reader = _Reader(text)
    node = reader.pattern()
    reader.finish()
    return node


def read_stage(text: str) -> StageText:
    """The parsed stage of a funnel; PatternSyntaxError with the place otherwise."""
    reader = _Reader(text)
    optional = reader.prefix("optional")
    root, within, without = reader.pattern(), None, None
    if reader.skip_word("within"):
        within = reader.length()
    if reader.skip_word("without"):
        without = reader.pattern()
    reader.finish()
    return StageText(root, optional, within, without)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter.isspace():
            at += 1
            continue
        if letter in _CLOSING:
            value, end = _quoted(text, at)
            found.append(_Token("name" if letter == "`" else "text", value, at))
        elif match := BARE_NAME.match(text, at):
            word, end = match.group(), match.end()
            lower = word.lower()
            found.append(_Token(lower, word, at) if lower in KEYWORDS else _Token("name", word, at, lower))
        elif match := _LENGTH.match(text, at):
            end = match.end()
            found.append(_Token("length", match.group(), at))
        elif match := _NUMBER.match(text, at):
            end = match.end()
            found.append(_Token("number", match.group(), at))
        elif match := _SYMBOL.match(text, at):
            end = match.end()
            found.append(_Token(match.group(), match.group(), at))
        else:
            raise _error(text, at, _said("letter", f"{letter!r} has no meaning in a pattern.", letter=letter))
        at = end
    return [*found, _Token("end", "", len(text))]


def _quoted(text: str, start: int) -> tuple[str, int]:
    closing, at = _CLOSING[text[start]], start + 1
    letters: list[str] = []
    while at < len(text):
        letter = text[at]
        if letter in closing:
            return "".join(letters), at + 1
        if letter == "\\" and at + 1 < len(text):
            at += 1
            letter = _UNESCAPED.get(text[at], text[at])
        letters.append(letter)
        at += 1
    raise _error(text, start, _said("quote", "This quote is not closed."))


def _error(text: str, position: int, message: str, hint: str | None = None) -> PatternSyntaxError:
    # The pointer stands under the letter only when the text is shown on one line.
    flat = re.sub(r"\s", " ", text)
    return PatternSyntaxError(message, text=flat, position=position, hint=hint)


def _said(name: str, phrase: str, **values: object) -> Said:
    """A phrase with the name of its message below ``errors.pattern``."""
    return Said(phrase, message_id=f"errors.pattern.{name}", values=values)


def _told(error: InvalidInputError) -> str:
    """The sentence of another error, with its message when it has one."""
    if error.message_id is None:
        return error.message
    return Said(error.message, message_id=error.message_id, values=error.values)


class _Reader:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def pattern(self) -> Node:
        if self.token.kind == "end" and self.at == 0:
            raise _error(
                self.text,
                0,
                _said("empty", "The pattern is empty."),
                _said("like", 'Write it like touchpoint = "mailing".'),
            )
        parts, gaps = [self.near()], list[int | None]()
        while self.skip("->") or self.skip_word("then"):
            parts.append(self.near())
            gaps.append(self.length() if self.skip_word("within") else None)
        return Then(tuple(parts), tuple(gaps)) if gaps else parts[0]

    def finish(self) -> None:
        token = self.token
        if token.word == "within":
            self.at += 1
            self.length()
            raise self.unexpected(_said("want_side", "after, before or around, and a pattern"))
        if token.word in _SIDES:
            raise _error(
                self.text, token.position, _said("ambiguous", "Put parentheses around the two that belong together.")
            )
        if token.kind != "end":
            raise self.unexpected(_said("want_end", "and, or, then, within, or the end of the pattern"))

    def near(self) -> Node:
        node = self.any_of()
        start, within = self.at, None
        if self.skip_word("within"):
            within = self.length()
        side = _SIDES.get(self.token.word)
        if side is None:
            self.at = start  # this "within" belongs to the sequence or the stage around it
            return node
        word = self.token
        self.at += 1
        if word.word in ("around", "of") and within is None:
            needs = f"{word.word} needs a distance, as in within 7d {word.word}."
            raise _error(self.text, word.position, _said("distance", needs, word=word.word))
        return Near(node, side, self.any_of(), within)

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.skip("or"):
            parts.append(self.all_of())
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def all_of(self) -> Node:
        parts = [self.single()]
        while self.skip("and"):
            parts.append(self.single())
        return AllOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def single(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            deep = f"The pattern nests deeper than {MAX_DEPTH} levels."
            raise _error(self.text, self.token.position, _said("deep", deep, levels=MAX_DEPTH))
        try:
            if self.skip("not"):
                return Not(self.single())
            if self.prefix("first"):
                return Nth(1, self.single())
            if self.prefix("last"):
                return Nth(-1, self.single())
            if self.prefix("nth"):
                return Nth(self.rank(), self.single())
            if self.skip("("):
                node = self.pattern()
                self.expect(")", _said("want_close", "a closing parenthesis"))
                return node
            return self.comparison()
        finally:
            self.depth -= 1

    def comparison(self) -> Node:
        field = self.expect("name", _said("want_field", "a field such as touchpoint, channel or an attribute")).value
        negated = self.skip("not")
        if self.skip("in"):
            self.expect("(", _said("want_open", "an opening parenthesis after in"))
            values = [self.value()]
            while self.skip(","):
                values.append(self.value())
            self.expect(")", _said("want_comma", "a comma or a closing parenthesis"))
            node = OneOf(field, tuple(values))
            return Not(node) if negated else node
        if negated or self.token.kind not in ("=", "!=", *ORDERINGS):
            raise self.unexpected(
                _said("want_in", "in") if negated else _said("want_operator", "=, !=, <, <=, >, >= or in")
            )
        operator = cast(Operator, self.token.kind)
        self.at += 1
        if operator in ORDERINGS and self.token.kind == "text":
            raise self.unexpected(_said("want_number", f"a number, as {operator} compares numbers", operator=operator))
        return Comparison(field, operator, self.value())

    def value(self) -> str | float:
        token = self.token
        if token.kind == "text":
            self.at += 1
            return token.value
        if token.kind != "number":
            raise self.unexpected(_said("want_value", "a text between quotes or a number"))
        self.at += 1
        try:
            exact = int(token.value) if re.fullmatch(r"-?\d+", token.value) else float(token.value)
            checked = Comparison("x", "=", exact).value
        except InvalidInputError as error:
            raise _error(self.text, token.position, _told(error)) from None
        except (ValueError, OverflowError):
            long = _said("long", "This number is too long; quote it as text.")
            raise _error(self.text, token.position, long) from None
        return checked

    def rank(self) -> int:
        self.expect("(", _said("want_which", "which one between parentheses, as in nth(2)"))
        token = self.expect("number", _said("want_whole", "a whole number, as in nth(2)"))
        try:
            rank = Nth(int(token.value), Comparison("x", "=", "")).n
        except InvalidInputError as error:
            raise _error(self.text, token.position, _told(error)) from None
        except ValueError:
            broken = _said("whole", f"{token.value} is no whole number.", value=token.value)
            raise _error(self.text, token.position, broken) from None
        self.expect(")", _said("want_close", "a closing parenthesis"))
        return rank

    def length(self) -> int:
        """A length of time, as 7d, "7d", PT7D or 7 d."""
        token = self.token
        if token.kind not in ("length", "number", "name", "text"):
            raise self.unexpected(_said("want_length", "a length of time such as 7d"))
        self.at += 1
        written = token.value
        if token.kind == "number" and self.token.kind == "name":
            written += self.token.value
            self.at += 1
        try:
            return microseconds(written, what=_said("length", "length"))
        except InvalidInputError as error:
            raise _error(self.text, token.position, _told(error), error.hint) from None

    def prefix(self, word: str) -> bool:
        """Step over a word that stands before a pattern; not when it is the name of a field, compared right here."""
        if self.token.word != word:
            return False
        after = self.tokens[self.at + 1].kind
        if after == "not":
            after = self.tokens[self.at + 2].kind
        if after in ("=", "!=", "in", *ORDERINGS):
            return False
        self.at += 1
        return True

    def skip_word(self, word: str) -> bool:
        if self.token.word != word:
            return False
        self.at += 1
        return True

    def skip(self, kind: str) -> bool:
        if self.token.kind != kind:
            return False
        self.at += 1
        return True

    def expect(self, kind: str, what: Said) -> _Token:
        token = self.token
        if token.kind != kind:
            raise self.unexpected(what)
        self.at += 1
        return token

    def unexpected(self, wanted: Said) -> PatternSyntaxError:
        token = self.token
        hint, found = None, self.found(token)
        if token.word in ("null", "none", "nan"):
            hint = _said("missing_value", 'A missing value is the empty text: "".')
        elif token.kind == "name" and wanted.startswith("a text"):
            hint = _said("quoted", f'Put text between quotes: "{token.value}".', value=token.value)
        message = _said("expected", f"Expected {wanted}, but {found}.", wanted=wanted, found=found)
        return _error(self.text, token.position, message, hint)

    def found(self, token: _Token) -> Said:
        if token.kind == "end":
            return _said("found_end", "the pattern ends")
        if token.kind == "text":
            return _said("found_text", f'there is the text "{token.value}"', value=token.value)
        return _said("found", f"there is {token.value!r}", value=token.value)
