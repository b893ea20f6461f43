"""Files of answers in every form that is read: the same three respondents, as each tool would write them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

DATA = Path(__file__).parent.parent.parent / "data" / "sources"

HEADINGS = ("Respondent", "Datum", "Hoe belangrijk is snel?", "Hoe tevreden bent u over: snel?", "nps", "Waarom?")
ROWS: tuple[tuple[str, ...], ...] = (
    ("r1", "2026-03-01", "5", "2", "9", "Omdat, ja"),
    ("r2", "2026-03-02", "4", "3", "7", 'Het is "goed"\nen snel'),
    ("r3", "2026-03-02", "1", "", "0", ""),
)


@dataclass(frozen=True)
class SurveySample:
    """A file of one kind, with the file that says what was asked where the kind has one."""

    source: str
    name: str
    raw: bytes
    questions: tuple[str, bytes] | None = None

    def written(self, folder: Path, raw: bytes | None = None) -> tuple[Path, Path | None]:
        """The file and its questions in a folder."""
        path = folder / self.name
        path.write_bytes(self.raw if raw is None else raw)
        if self.questions is None:
            return path, None
        asked = folder / self.questions[0]
        asked.write_bytes(self.questions[1])
        return path, asked


def delimited(delimiter: str, encoding: str, *, headings: tuple[str, ...] = HEADINGS) -> bytes:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in '"\n' + delimiter) else cell

    lines = [delimiter.join(map(quoted, row)) for row in (headings, *ROWS)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def typed(cell: str) -> Any:
    return int(cell) if cell.isdigit() else cell or None


LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType><languages><language>nl</language></languages>
<answers><fields/><rows>
{answers}
</rows></answers>
<questions><rows>
<row><qid>1</qid><parent_qid>0</parent_qid><type>F</type><title>imp</title></row>
<row><qid>2</qid><parent_qid>0</parent_qid><type>F</type><title>sat</title></row>
<row><qid>3</qid><parent_qid>0</parent_qid><type>K</type><title>score</title></row>
<row><qid>4</qid><parent_qid>0</parent_qid><type>T</type><title>why</title></row>
</rows></questions>
<subquestions><rows>
<row><qid>11</qid><parent_qid>1</parent_qid><title>SQ001</title></row>
<row><qid>12</qid><parent_qid>2</parent_qid><title>SQ001</title></row>
<row><qid>13</qid><parent_qid>3</parent_qid><title>SQ001</title></row>
</rows></subquestions>
<question_l10ns><rows>
<row><qid>1</qid><question><![CDATA[<p>Hoe <b>belangrijk</b> is het dat</p>]]></question><language>nl</language></row>
<row><qid>1</qid><question>How important is it that</question><language>en</language></row>
<row><qid>2</qid><question>Hoe tevreden bent u dat</question><language>nl</language></row>
<row><qid>3</qid><question>Hoe waarschijnlijk is het dat</question><language>nl</language></row>
<row><qid>4</qid><question>Waarom?</question><language>nl</language></row>
<row><qid>11</qid><question>het snel gaat</question><language>nl</language></row>
<row><qid>12</qid><question>het snel gaat</question><language>nl</language></row>
<row><qid>13</qid><question>u ons aanbeveelt</question><language>nl</language></row>
</rows></question_l10ns>
<answer_l10ns><rows>
{labels}
</rows></answer_l10ns></document>""".format(
    answers="\n".join(
        f"<row><aid>{qid}{n}</aid><qid>{qid}</qid><code>AO0{n}</code><sortorder>{n}</sortorder><scale_id>0</scale_id></row>"
        for qid in (1, 2)
        for n in range(1, 6)
    ),
    labels="\n".join(
        f"<row><aid>{qid}{n}</aid><answer>{'heel ' if n in (1, 5) else ''}{'niet' if n < 3 else 'wel'} {n}</answer>"
        "<language>nl</language></row>"
        for qid in (1, 2)
        for n in range(1, 6)
    ),
)


def lime(headings: tuple[str, ...], *, code: str = "AO0") -> bytes:
    """An export of LimeSurvey with these headings, after its own."""
    lines = [",".join(f'"{name}"' for name in headings)]
    for place, (_, day, important, satisfied, score, why) in enumerate(ROWS, start=1):
        answers = [f"{code}{cell}" if cell else "" for cell in (important, satisfied)]
        told = why.replace('"', '""')
        own = (str(place), f"{day} 12:00:00", "2", "nl", "1234")
        lines.append(",".join(f'"{cell}"' for cell in (*own, *answers, score, told)))
    return ("\ufeff" + "\n".join(lines) + "\n").encode()


LIME_CODES = (
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "imp[SQ001]",
    "sat[SQ001]",
    "score[SQ001]",
    "why",
)
LIME_FULL = (
    *("Response ID", "Date submitted", "Last page", "Start language", "Seed"),
    *("Hoe belangrijk is het dat [het snel gaat]", "Hoe tevreden bent u dat [het snel gaat]"),
    *("Hoe waarschijnlijk is het dat [u ons aanbeveelt]", "Waarom?"),
)
LIME_BOTH = tuple(f"{code}. {full}" for code, full in zip(LIME_CODES, LIME_FULL, strict=True))

FORM = {
    "elements": [
        {"type": "rating", "name": "imp", "title": "Hoe belangrijk is het dat het snel gaat?"},
        {"type": "rating", "name": "sat", "title": "Hoe tevreden bent u dat het snel gaat?"},
        {"type": "rating", "name": "score", "title": "Kans dat u ons aanbeveelt?", "rateMin": 0, "rateMax": 10},
        {"type": "comment", "name": "why", "title": "Waarom?"},
    ]
}
ASKED = {
    "questions": [
        {"id": "q1", "type": "rating", "range": 5, "headline": {"default": "Hoe belangrijk is het dat het snel gaat?"}},
        {"id": "q2", "type": "rating", "range": 5, "headline": {"default": "Hoe tevreden bent u dat het snel gaat?"}},
        {"id": "q3", "type": "nps", "headline": {"default": "Kans dat u ons aanbeveelt?"}},
        {"id": "q4", "type": "openText", "headline": {"default": "Waarom?"}},
    ]
}


def told(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The answers of each respondent by these names, without those not given."""
    return [{name: typed(cell) for name, cell in zip(names, row[2:], strict=True) if cell} for row in ROWS]


def responses() -> list[dict[str, Any]]:
    return [
        {
            "id": row[0],
            "createdAt": f"{row[1]}T10:00:00.000Z",
            "finished": True,
            "surveyId": "s1",
            "data": answers,
            "ttc": {"q1": 1000},
            "meta": {"url": "https://example.org"},
        }
        for row, answers in zip(ROWS, told(("q1", "q2", "q3", "q4")), strict=True)
    ]


FORMBRICKS_CSV = (
    "Response ID",
    "Timestamp",
    "1. Hoe belangrijk is snel?",
    "2. Hoe tevreden bent u over: snel?",
    "nps",
    "4. Waarom?",
)


def dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def jsonl(values: list[dict[str, Any]]) -> bytes:
    return b"".join(dumped(value) + b"\n" for value in values)


JS = told(("imp", "sat", "score", "why"))
SAMPLES: Mapping[str, SurveySample] = {
    "csv": SurveySample("csv", "answers.csv", delimited(",", "utf-8-sig")),
    "csv-windows": SurveySample("csv", "answers.csv", delimited(";", "cp1252")),
    "csv-utf-16": SurveySample("csv", "answers.csv", delimited(";", "utf-16")),
    "tsv": SurveySample("csv", "answers.tsv", delimited("\t", "utf-8")),
    "xlsx": SurveySample(
        "xlsx", "answers.xlsx", workbook([list(HEADINGS), *([typed(cell) for cell in row] for row in ROWS)])
    ),
    "limesurvey": SurveySample("limesurvey", "results-survey.csv", lime(LIME_CODES), ("s.lss", LSS.encode())),
    "limesurvey-full": SurveySample("limesurvey", "results-survey.csv", lime(LIME_FULL, code="")),
    "limesurvey-both": SurveySample("limesurvey", "results-survey.csv", lime(LIME_BOTH), ("s.lss", LSS.encode())),
    "surveyjs": SurveySample("surveyjs", "results.json", dumped(JS), ("form.json", dumped(FORM))),
    "surveyjs-lines": SurveySample("surveyjs", "results.jsonl", jsonl(JS), ("form.json", dumped(FORM))),
    "formbricks": SurveySample("formbricks", "r.json", dumped({"data": responses()}), ("s.json", dumped(ASKED))),
    "formbricks-lines": SurveySample("formbricks", "responses.jsonl", jsonl(responses()), ("s.json", dumped(ASKED))),
    "formbricks-csv": SurveySample(
        "formbricks",
        "responses.csv",
        delimited(",", "utf-8", headings=FORMBRICKS_CSV).replace(b"nps", b"nps,Survey ID", 1)
        .replace(b",9,", b",9,s1,").replace(b",7,", b",7,s1,").replace(b",0,", b",0,s1,"),
    ),
}  # fmt: skip
