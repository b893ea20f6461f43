"""Every kind of export gives the same answers, with what was asked; and files that others wrote are read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from klantreis.errors import SurveyImportError
from klantreis.sources.limits import DEFAULT
from klantreis.sources.surveys.filling import filled
from klantreis.sources.surveys.limesurvey_structure import structure_of
from klantreis.sources.surveys.recognising import sheet_from
from klantreis.sources.surveys.roles import guess_roles
from klantreis.sources.surveys.sheet import Sheet, SurveyFile
from klantreis.use_cases.read_survey import read_survey
from klantreis.workspace import WorkspaceSettings, workspace_of
from tests.sources.surveys.survey_samples import DATA, ROWS, SAMPLES, dumped, workbook

EMPTY = workspace_of([WorkspaceSettings(id="workspace:w", title="W")])


def opened(name: str, folder: Path) -> Sheet:
    return sheet_from(SurveyFile(*SAMPLES[name].written(folder)))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_is_recognised_and_gives_the_same_answers(name: str, tmp_path: Path) -> None:
    path, asked = SAMPLES[name].written(tmp_path)
    proposal = read_survey(EMPTY, path, questions=asked)
    assert proposal.sheet.source == SAMPLES[name].source
    by_role = {column.role: column.name for column in proposal.kept}
    kept = filled(proposal.sheet, proposal.kept)
    answers = {role: kept.cells[column] for role, column in by_role.items()}
    importance, satisfaction, score, why = (tuple(row[place] for row in ROWS) for place in (2, 3, 4, 5))
    assert answers["importance"] == importance
    assert answers["satisfaction"] == satisfaction
    assert answers["nps"] == score
    assert answers["text"] == why
    assert kept.n == len(ROWS)
    assert not kept.refused
    assert not kept.unread
    if not name.startswith("surveyjs"):
        assert answers["respondent"] == ("1", "2", "3")
        assert answers["date"] == tuple(row[1] for row in ROWS)
    outcomes = {column.about for column in proposal.kept if column.role in ("importance", "satisfaction")}
    assert len(outcomes) == 1, "importance and satisfaction are about one thing"


def test_limesurvey_tells_the_words_behind_its_codes(tmp_path: Path) -> None:
    sheet = opened("limesurvey", tmp_path)
    asked = {one.name: one for one in sheet.questions}
    assert asked["imp[SQ001]"].text == "Hoe belangrijk is het dat [het snel gaat]"
    assert sheet.column([one.name for one in sheet.questions].index("imp[SQ001]")) == (
        "heel wel 5",
        "wel 4",
        "heel niet 1",
    )
    assert [option.number for option in asked["imp[SQ001]"].options] == [1, 2, 3, 4, 5]


def test_a_structure_that_limesurvey_exported() -> None:
    asked = structure_of(DATA / "limesurvey-citric-answers.lss", DEFAULT).questions
    assert [(code, one.type, list(one.parts.values())) for code, one in asked.items()] == [
        ("Q01", "M", ["First option", "Second option", "Third option"]),
        ("Q02", "F", ["Color", "Milkiness", "Creaminess", "Mouthfeel", "Aftertaste"]),
    ]
    assert [(option.code, option.label) for option in asked["Q02"].options[0]] == [
        ("AO01", "Too much"),
        ("AO02", "More than I like"),
        ("AO03", "Just Right"),
        ("AO04", "Less than I like"),
        ("AO05", "Too little"),
    ]
    other = structure_of(DATA / "limesurvey-citric-survey.lss", DEFAULT).questions
    assert [(code, one.type) for code, one in other.items()] == [
        ("G01Q01", "T"),
        ("G01Q02", "5"),
        ("G02Q03", "|"),
        ("G02Q04", "Y"),
    ]


def test_ticked_answers_of_limesurvey_with_its_own_structure(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text(
        '"id","submitdate","lastpage","startlanguage","Q01[SQ001]","Q01[SQ002]","Q01[other]","Q02[SQ001]"\n'
        '"1","2026-01-01 00:00:00","1","en","Y","N","iets anders","AO03"\n'
        '"2","","1","en","","","","N/A"\n',
        encoding="utf-8",
    )
    sheet = sheet_from(SurveyFile(path, DATA / "limesurvey-citric-answers.lss"))
    answers = {one.name: sheet.column(place) for place, one in enumerate(sheet.questions)}
    assert answers["Q01[SQ001]"] == ("1", "")
    assert answers["Q01[SQ002]"] == ("0", "")
    assert answers["Q01[other]"] == ("iets anders", "")
    assert answers["Q02[SQ001]"] == ("Just Right", "")
    asked = {one.name: one.text for one in sheet.questions}
    assert asked["Q01[SQ001]"] == "This is the first question [First option]"


def test_what_surveyjs_itself_collected() -> None:
    form, results = DATA / "surveyjs-form.json", DATA / "surveyjs-results.json"
    sheet = sheet_from(SurveyFile(results, form))
    told = json.loads(results.read_text(encoding="utf-8"))
    answers = {one.name: sheet.column(place) for place, one in enumerate(sheet.questions)}
    assert answers["recommend"] == tuple(str(one["recommend"]) for one in told)
    assert answers["met[complete]"] == tuple(str(one["met"].get("complete", "")) for one in told)
    assert answers["prices[top]"] == tuple(str(one["prices"]["top"]) for one in told)
    assert answers["why"] == tuple(one.get("why", "") for one in told)
    ticked = tuple("" if "used" not in one else str(int("app" in one["used"])) for one in told)
    assert answers["used[The app]"] == ticked
    words = ["not at all", "a little", "neutral", "important", "very important"]
    assert answers["matters[quick]"] == tuple(words[one["matters"]["quick"] - 1] for one in told)
    roles = {one.name: guess.role for one, guess in zip(sheet.questions, guess_roles(sheet), strict=True)}
    assert (roles["matters[quick]"], roles["met[quick]"], roles["recommend"]) == ("importance", "satisfaction", "nps")
    assert [roles[f"prices[{name}]"] for name in ("low", "cheap", "high", "top")] == [
        "too_cheap",
        "cheap",
        "expensive",
        "too_expensive",
    ]


def test_a_table_of_formbricks_and_a_question_that_was_passed_by(tmp_path: Path) -> None:
    survey = {
        "blocks": [
            {
                "elements": [
                    {
                        "id": "m",
                        "type": "matrix",
                        "headline": {"default": "Hoe ging het?"},
                        "rows": [{"id": "r", "label": {"default": "Bestellen"}}],
                        "columns": [{"default": "Slecht"}, {"default": "Goed"}],
                    },
                    {"id": "c", "type": "multipleChoiceMulti", "headline": {"default": "Wat?"}},
                ]
            }
        ]
    }
    responses = [
        {"id": "a", "surveyId": "s", "finished": True, "data": {"m": {"Bestellen": "Goed"}, "c": ["Een", "Twee"]}},
        {"id": "b", "surveyId": "s", "finished": False, "data": {"m": "skipped", "c": ["Twee"]}},
    ]
    path, asked = tmp_path / "r.json", tmp_path / "s.json"
    path.write_bytes(dumped(responses))
    asked.write_bytes(dumped(survey))
    sheet = sheet_from(SurveyFile(path, asked))
    answers = {one.name: (one.text, sheet.column(place)) for place, one in enumerate(sheet.questions)}
    assert answers["m[Bestellen]"] == ("Hoe ging het? [Bestellen]", ("Goed", ""))
    assert answers["c[Een]"] == ("Wat? [Een]", ("1", "0"))
    assert answers["c[Twee]"][1] == ("1", "1")


def test_rows_with_other_numbers_of_fields_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('q1,q2\n1,"twee\nregels"\n3\n4,5,6\n7,8,,\n\n9,10\n', encoding="utf-8")
    sheet = sheet_from(SurveyFile(path))
    assert sheet.rows == (("1", "twee\nregels"), ("7", "8"), ("9", "10"))
    assert sheet.lines == (2, 6, 8)
    assert [(one.line, one.reason) for one in sheet.refused] == [(4, "too-few-fields"), (5, "too-many-fields")]


def test_spreadsheets_keep_days_numbers_and_the_values_of_formulas(tmp_path: Path) -> None:
    from datetime import datetime

    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook([["dag", "cijfer", "ja"], [datetime(2026, 3, 1), 7.5, True], [None, 8.0, False]]))  # noqa: DTZ001
    assert sheet_from(SurveyFile(path)).rows == (("2026-03-01", "7.5", "1"), ("", "8", "0"))
    path.write_bytes(workbook([["a", "b"], [1, "=1+1"]]))
    with pytest.raises(SurveyImportError, match="formula without a value in cell B2"):
        sheet_from(SurveyFile(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"q1,q2\n", "no answers"),
        (b"[]", "no answers"),
        (b"[1, 2]", "no answers. All 2 rows are refused"),
        (b'{"a": ', "no JSON"),
        (b"[" * 200, "deep|no JSON"),
        (b"PK\x03\x04nothing", "workbook"),
        (b"\xff\xfe\x00", "not utf-16"),
    ],
)
def test_what_is_no_file_of_answers_says_so(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(SurveyImportError, match=said):
        sheet_from(SurveyFile(path))


def test_limits_hold_and_are_named(tmp_path: Path) -> None:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * (80 << 20))
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(stream.getvalue())
    with pytest.raises(SurveyImportError, match="limit 'ratio'"):
        sheet_from(SurveyFile(path))
    wide = tmp_path / "wide.csv"
    wide.write_text(",".join("abcdefgh") + "\n1\n", encoding="utf-8")
    with pytest.raises(SurveyImportError, match="limit 'columns'"):
        sheet_from(SurveyFile(wide, limits=replace(DEFAULT, columns=5)))


def test_a_structure_with_a_document_type_is_refused(tmp_path: Path) -> None:
    sample = SAMPLES["limesurvey"]
    path, asked = sample.written(tmp_path)
    assert asked is not None
    asked.write_text(
        '<!DOCTYPE d [<!ENTITY a "b">]>' + asked.read_text(encoding="utf-8").partition("?>")[2], encoding="utf-8"
    )
    with pytest.raises(SurveyImportError, match="document type"):
        sheet_from(SurveyFile(path, asked))


def test_an_unknown_source_names_those_there_are(tmp_path: Path) -> None:
    path, _ = SAMPLES["csv"].written(tmp_path)
    with pytest.raises(SurveyImportError, match="limesurvey"):
        sheet_from(SurveyFile(path), source="limesurveyy")
