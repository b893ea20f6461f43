"""What a LimeSurvey structure (.lss) says was asked: questions, their parts, and the words behind answer codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from klantreis.errors import SurveyImportError
from klantreis.sources.limits import Limits
from klantreis.sources.surveys.sheet import Option, plain_text
from klantreis.sources.xml_reading import tags_of

#: Tables of the structure that are read; older versions keep the words beside the codes, newer in tables of their own.
_TABLES = frozenset({"questions", "subquestions", "answers", "question_l10ns", "answer_l10ns"})

Row = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """One question.

    Parameters
    ----------
    type
        LimeSurvey's letter for the kind of question.
    parts
        The words of its subquestions by code.
    options
        The answers on offer by scale (0, and 1 for the second of two).
    """

    text: str
    type: str
    parts: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[int, tuple[Option, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Structure:
    """The questions by code."""

    questions: Mapping[str, Asked]


def structure_of(path: Path, limits: Limits) -> Structure:
    """The questions in an .lss file, in the survey's base language.

    Raises
    ------
    EventImportError, SurveyImportError
        When it is no XML, declares a document type, or holds no questions.
    """
    tables: dict[str, list[Row]] = {name: [] for name in _TABLES}
    languages: list[str] = []
    for table, row in _rows(path, limits):
        if table == "languages":
            languages.append(row["language"])
        else:
            tables[table].append(row)
    if not tables["questions"]:
        raise SurveyImportError(
            f"{path} holds no questions of LimeSurvey.", hint="Export the survey there as structure (.lss)."
        )
    language = languages[0] if languages else ""
    words = _words(tables["question_l10ns"], "qid", "question", language)
    labels = _words(tables["answer_l10ns"], "aid", "answer", language)
    spoken = [row for row in tables["questions"] if row.get("language", language) == language]
    parts: dict[str, dict[str, str]] = {}
    for row in tables["subquestions"]:
        if row.get("language", language) == language:
            text = words.get(row.get("qid", "")) or plain_text(row.get("question", ""))
            parts.setdefault(row.get("parent_qid", ""), {})[row.get("title", "")] = text
    options = _options([row for row in tables["answers"] if row.get("language", language) == language], labels)
    return Structure(
        {
            row.get("title", ""): Asked(
                words.get(row.get("qid", "")) or plain_text(row.get("question", "")),
                row.get("type", "") or "T",
                parts.get(row.get("qid", ""), {}),
                options.get(row.get("qid", ""), {}),
            )
            for row in spoken
            if row.get("parent_qid", "0") in ("0", "")
        }
    )


def _rows(path: Path, limits: Limits) -> Iterator[tuple[str, Row]]:
    """The rows of the tables with their table, and each language as a row of ``languages``."""
    above: list[str] = []
    row: Row = {}
    for tag in tags_of(path, limits):
        if tag.opens:
            above.append(tag.name)
            if tag.name == "row":
                row = {}
            continue
        above.pop()
        if tag.name == "language" and above[-1:] == ["languages"]:
            yield "languages", {"language": tag.text.strip()}
        elif above[-1:] == ["row"]:
            row[tag.name] = tag.text.strip()
        elif tag.name == "row" and len(above) >= 2 and above[-1] == "rows" and above[-2] in _TABLES:
            yield above[-2], row


def _words(rows: list[Row], key: str, field_name: str, language: str) -> dict[str, str]:
    return {
        row.get(key, ""): plain_text(row.get(field_name, "")) for row in rows if row.get("language", "") == language
    }


def _options(rows: list[Row], labels: Mapping[str, str]) -> dict[str, dict[int, tuple[Option, ...]]]:
    found: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        scale = 1 if row.get("scale_id") == "1" else 0
        found.setdefault(row.get("qid", ""), {}).setdefault(scale, []).append(row)
    return {
        qid: {scale: _in_order(listed, labels) for scale, listed in by_scale.items()} for qid, by_scale in found.items()
    }


def _in_order(rows: list[Row], labels: Mapping[str, str]) -> tuple[Option, ...]:
    """The answers in the order they were shown in; each counts with the number in its words or code, else its place."""
    shown = sorted(rows, key=lambda row: float(row["sortorder"]) if _is_number(row.get("sortorder", "")) else 0.0)
    named = [
        (row.get("code", ""), labels.get(row.get("aid", "")) or plain_text(row.get("answer", ""))) for row in shown
    ]
    leading = [re.match(r"\s*(-?\d{1,4})(?![\d.,])", label) for _, label in named]
    digits = [re.search(r"(\d{1,4})$", code) for code, _ in named]
    for found in (leading, digits):
        numbers = [float(one[1]) for one in found if one]
        if len(numbers) == len(named) == len(set(numbers)):
            return tuple(Option(code, label or code, n) for (code, label), n in zip(named, numbers, strict=True))
    return tuple(Option(code, label or code, float(place)) for place, (code, label) in enumerate(named, start=1))


def _is_number(text: str) -> bool:
    return text.isascii() and text.lstrip("-").isdigit() and len(text) < 10
