"""The answers of a survey are read as they were imported, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantreis.errors import DocumentError, InvalidInputError, NotFoundError
from klantreis.research.answers import answers_of, digest_of, written
from klantreis.research.survey import Survey, SurveyColumn

CELLS = {"nps": ("9", "", "0.5"), "why": ("fijn", '"ja", zei ik\nen toen', ""), "w": ("1", "2", "")}


def kept(folder: Path, cells: Mapping[str, tuple[str, ...]], **roles: str) -> Survey:
    content = written(cells)
    (folder / "asked.csv").write_bytes(content)
    columns = tuple(SurveyColumn.model_validate({"name": name, "role": role}) for name, role in roles.items())
    return Survey(
        id="survey:asked",
        title="Enquête",
        study="study:asked",
        answers="asked.csv",
        digest=digest_of(content),
        columns=columns,
        n=3,
    )


def test_numbers_texts_and_weights_come_back_with_their_gaps(tmp_path: Path) -> None:
    survey = kept(tmp_path, CELLS, nps="nps", why="text", w="weight")
    answers = answers_of(tmp_path.joinpath, survey)
    assert answers.rows == 3
    np.testing.assert_array_equal(answers.numbers("nps"), [9, np.nan, 0.5])
    assert answers.texts(survey.columns[1]) == ("fijn", '"ja", zei ik\nen toen', None)
    weights = answers.weights()
    assert weights is not None
    np.testing.assert_array_equal(weights, [1, 2, 0])


def test_a_file_that_was_changed_says_so(tmp_path: Path) -> None:
    survey = kept(tmp_path, CELLS, nps="nps")
    (tmp_path / "asked.csv").write_bytes(written(CELLS | {"nps": ("10", "", "0.5")}))
    with pytest.raises(DocumentError, match="changed since"):
        answers_of(tmp_path.joinpath, survey)


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    survey = kept(tmp_path, CELLS, nps="nps")
    (tmp_path / "asked.csv").unlink()
    with pytest.raises(NotFoundError, match="cannot be read"):
        answers_of(tmp_path.joinpath, survey)


def test_text_asked_for_as_numbers_names_the_row(tmp_path: Path) -> None:
    answers = answers_of(tmp_path.joinpath, kept(tmp_path, CELLS, why="text"))
    with pytest.raises(InvalidInputError, match="'fijn' in row 1"):
        answers.numbers("why")
    with pytest.raises(NotFoundError, match="no column 'wy'"):
        answers.texts("wy")


def test_a_column_that_the_file_does_not_have_is_named(tmp_path: Path) -> None:
    survey = kept(tmp_path, CELLS, nps="nps")
    other = survey.model_copy(update={"columns": (SurveyColumn(name="ces", role="ces"),)})
    with pytest.raises(DocumentError, match="no column 'ces'"):
        answers_of(tmp_path.joinpath, other)


@given(rows=st.lists(st.tuples(st.text(), st.text()), max_size=6))
def test_any_texts_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    clean = [tuple(cell.encode("utf-8", "ignore").decode() for cell in row) for row in rows]
    cells = {name: tuple(row[place] for row in clean) for place, name in enumerate(("a", "b"))}
    folder = tmp_path_factory.mktemp("answers")
    answers = answers_of(folder.joinpath, kept(folder, cells, a="text", b="text"))
    assert {name: tuple(cell or "" for cell in answers.texts(name)) for name in ("a", "b")} == {
        name: tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in column) for name, column in cells.items()
    }
