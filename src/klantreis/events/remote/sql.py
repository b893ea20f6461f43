"""One SQL for all engines: written as a small common subset, then put into the dialect of the engine.

The subset: SELECT, CASE, GROUP BY, integer arithmetic, ``COUNT(DISTINCT …)`` and window functions in a frame of rows.
What engines say in their own way stands in the text as a function and is replaced by the dialect's template:

- ``QUARTILES(x)``: the exact quartiles as an array;
- ``MICROS(x, 'instant', 'zone')``: a time as whole microseconds since 1970 UTC;
- ``NO_NUMBER(x)``, ``TEXT_ORDER(x)``, ``WHOLE(x)``: ``is_nan``, ``text_order`` and ``whole`` of the dialect.

Names of columns in here are ours, in lower case; those of the source are always quoted.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp

from klantreis.errors import InvalidInputError, UnsupportedQuestionError
from klantreis.events.remote.dialects import DIALECTS

#: The dialect in which the common subset is read.
COMMON = "duckdb"


@lru_cache(maxsize=2048)
def translated(sql: str, dialect: str) -> str:
    """The same statement in an engine's dialect.

    Examples
    --------
    >>> translated("SELECT a, QUARTILES(gap) FROM e WHERE b % 2 = 0 GROUP BY a", "spark")
    'SELECT a, (percentile(gap, array(0.25, 0.5, 0.75))) FROM e WHERE b % 2 = 0 GROUP BY a'
    """
    differs = DIALECTS[dialect]
    templates = {
        "QUARTILES": differs.quartiles,
        "NO_NUMBER": differs.is_nan,
        "TEXT_ORDER": differs.text_order,
        "WHOLE": differs.whole,
    }

    def own(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Anonymous):
            return node
        name, arguments, zone = node.name.upper(), node.expressions, "UTC"
        if name == "MICROS":
            held, zone = arguments[1].name, arguments[2].name
            template = differs.micros.get(held)
        elif name in templates:
            template = templates[name]
        else:
            return node
        if template is None:
            raise UnsupportedQuestionError(name.lower(), engine=differs.title, why="it has no function for that")
        argument = arguments[0].transform(own, copy=False).sql(dialect)
        own_sql = template.replace("{0}", argument).replace("{zone}", zone)
        return exp.var(f"({own_sql})")  # taken as it is: not all of an engine's own SQL can be parsed

    tree = sqlglot.parse_one(sql, read=COMMON)
    return tree.transform(own, copy=False).sql(dialect=dialect, copy=False)


def table_in(table: str, dialect: str) -> str:
    """A quoted table of the common subset, as the dialect quotes it."""
    return sqlglot.parse_one(table, read=COMMON, into=exp.Table).sql(dialect=dialect)


def literal(value: str) -> str:
    """A text as SQL of the common subset.

    Examples
    --------
    >>> print(literal("it's"))
    'it''s'
    """
    if "\x00" in value:
        raise InvalidInputError("A text with a zero byte cannot be sent to an engine.")
    return "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as an identifier, exactly as written.

    Examples
    --------
    >>> quoted('a "b')
    '"a ""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quoted_table(name: str) -> str:
    """The name of a table, with its schema and catalog before it where given, each part as written.

    Examples
    --------
    >>> quoted_table('lake.web."page.views"')
    '"lake"."web"."page.views"'
    """
    parts = re.findall(r'"(?:[^"]|"")+"|`[^`]+`|[^."`]+', name)
    if not parts or ".".join(parts) != name or len(parts) > 3:
        raise InvalidInputError(
            f"{name!r} is no name of a table.", hint="Write table, schema.table or catalog.schema.table."
        )
    return ".".join(quoted(part[1:-1].replace('""', '"') if part[0] in '"`' else part) for part in parts)
