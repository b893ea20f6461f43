"""Answers collected with SurveyJS: results as a list or a line each, and the definition of the form beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from klantreis.errors import SurveyImportError
from klantreis.sources.surveys.json_answers import numbered, responses_of, sheet_of, title_of, whole_object
from klantreis.sources.surveys.sheet import Known, Question, Sheet, SurveyFile, told

#: Parts of a form that hold questions.
_WITHIN = ("pages", "elements", "questions", "templateElements")
_KNOWN: dict[str, Known] = {
    **dict.fromkeys(("comment", "text"), "text"),
    **dict.fromkeys(("radiogroup", "dropdown", "buttongroup", "imagepicker", "boolean"), "category"),
    **dict.fromkeys(("file", "signaturepad", "html", "image"), "technical"),
}
_INPUTS: dict[str, Known] = {"number": "number", "range": "number", "date": "date", "datetime-local": "date"}


def surveyjs_sheet(file: SurveyFile) -> Sheet:
    """Results of SurveyJS as a sheet.

    Raises
    ------
    SurveyImportError
        When the results or the definition cannot be read.
    """
    with told(file.path):
        responses, refused = responses_of(file)
    asked: dict[str, Question] = {}
    if file.questions is not None:
        with told(file.questions):
            asked = {one.name: one for one in _questions(whole_object(file.questions, file.limits))}
        if not asked:
            raise SurveyImportError(
                f"{file.questions} holds no questions of SurveyJS.", hint='A definition has "pages" or "elements".'
            )
    return sheet_of(file, "surveyjs", responses, refused, asked)


def _questions(part: Mapping[str, Any]) -> Iterator[Question]:
    for name in _WITHIN:
        for inner in part.get(name) or () if isinstance(part.get(name), list) else ():
            if isinstance(inner, dict):
                if isinstance(inner.get("name"), str) and inner.get("type") not in (None, "panel") and name != "pages":
                    yield from _asked(inner)
                yield from _questions(inner)


def _asked(element: Mapping[str, Any]) -> Iterator[Question]:
    """The columns that one question of the form may fill."""
    name, kind = str(element["name"]), str(element["type"])
    text = title_of(element.get("title"), name)
    match kind:
        case "rating":
            low, high = _number(element.get("rateMin"), 1), _number(element.get("rateMax"), 5)
            options = numbered(_choices(element.get("rateValues")))
            yield Question(name, text, options, *((low, high) if low < high and not options else (None, None)))
        case "matrix":
            options = numbered(_choices(element.get("columns")))
            yield Question(name, text, options)
            for code, label in _choices(element.get("rows")):
                yield Question(f"{name}[{code}]", f"{text} [{label}]", options)
        case "multipletext":
            yield Question(name, text)
            for item in element.get("items") or ():
                if isinstance(item, dict) and isinstance(item.get("name"), str):
                    label = title_of(item.get("title"), item["name"])
                    known = _INPUTS.get(str(item.get("inputType")))
                    yield Question(f"{name}[{item['name']}]", f"{text} [{label}]", known=known)
        case _:
            known = _KNOWN.get(kind)
            if kind == "text":
                known = _INPUTS.get(str(element.get("inputType")), "text")
            yield Question(name, text, numbered(_choices(element.get("choices"))), known=known)
    if element.get("showOtherItem") or element.get("hasOther") or element.get("showCommentArea"):
        yield Question(f"{name}-Comment", f"{text} […]", known="text")


def _choices(listed: Any) -> list[tuple[str, str]]:
    """Codes with their words; a plain choice is its own words."""
    found = []
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and "value" in each:
            code = _code(each["value"])
            found.append((code, title_of(each.get("text"), code)))
        elif isinstance(each, str | int | float):
            found.append((_code(each), _code(each)))
    return found


def _code(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
