"""Which events count, in words where a few are enough: ‘mailing’ and campaign ‘spring’."""

from __future__ import annotations

from collections.abc import Callable

from klantreis.events.pattern import AllOf, AnyOf, Comparison, EventPattern, Node, OneOf

Say = Callable[..., str]


def pattern_words(pattern: EventPattern, say: Say) -> str:
    """A pattern in words; one that looks at order, time or numbers stays the text that it is, which says it exactly.

    Parameters
    ----------
    say
        Says a message by its id, in the reader's language.

    Examples
    --------
    >>> from klantreis.events.pattern import parse_pattern
    >>> from klantreis.texts import text
    >>> dutch = lambda message, **values: text(message, "nl", **values)
    >>> pattern_words(parse_pattern('touchpoint = "mailing" and channel in ("post", "app")'), dutch)
    '‘mailing’ en kanaal ‘post’ of ‘app’'
    >>> pattern_words(parse_pattern('first touchpoint = "mailing"'), dutch)
    'first touchpoint = "mailing"'
    """
    return _words(pattern.root, say) or str(pattern)


def _words(node: Node, say: Say) -> str | None:
    match node:
        case Comparison(field, "=", str(value)) if value:
            return _field(field, (value,), say)
        case OneOf(field, values) if all(isinstance(one, str) and one for one in values):
            return _field(field, tuple(str(one) for one in values), say)
        case AllOf(parts) if not any(isinstance(part, AnyOf | AllOf) for part in parts):
            return _joined([_words(part, say) for part in parts], say("web.pattern.and"))
        case AnyOf(parts) if not any(isinstance(part, AnyOf | AllOf) for part in parts):
            return _joined([_words(part, say) for part in parts], say("web.pattern.or"))
    return None


def _field(field: str, values: tuple[str, ...], say: Say) -> str:
    quoted = f" {say('web.pattern.or')} ".join(say("web.pattern.quoted", value=value) for value in values)
    if field == "touchpoint":
        return quoted
    return f"{say('web.pattern.channel') if field == 'channel' else field} {quoted}"


def _joined(parts: list[str | None], word: str) -> str | None:
    told = [part for part in parts if part is not None]
    return f" {word} ".join(told) if len(told) == len(parts) else None
