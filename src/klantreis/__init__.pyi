from klantreis.decisions.action import Action
from klantreis.decisions.content import ContentItem, ContentNeed
from klantreis.decisions.opportunity import Opportunity
from klantreis.errors import (
    ChangeError,
    ConflictError,
    DocumentError,
    EngineError,
    EventImportError,
    InvalidInputError,
    KlantreisError,
    NotFoundError,
    SurveyImportError,
    UnsupportedQuestionError,
    WorkspaceError,
)
from klantreis.events.dataset import Dataset
from klantreis.events.filter import Filter
from klantreis.events.local.folder import open_log
from klantreis.events.log import EventLog
from klantreis.events.pattern import EventPattern, parse_pattern
from klantreis.events.stage import Stage
from klantreis.jobs.job import Job
from klantreis.journeys import changes
from klantreis.journeys.changes import apply
from klantreis.journeys.fit import fit
from klantreis.journeys.fit_values import MapFit
from klantreis.journeys.journey import Card, Journey, Step
from klantreis.journeys.moments import MicroMoment, MomentOfTruth, Tone
from klantreis.journeys.phase_models import PhaseModel, crosswalk
from klantreis.journeys.reality import Reality, reality
from klantreis.journeys.touchpoint import Channel, Touchpoint
from klantreis.measurement.measurement import Measurement
from klantreis.measurement.metric import Metric
from klantreis.personas.persona import Persona
from klantreis.research.answers import answers_of
from klantreis.research.claim import Claim, ClaimStatus, Estimate, Evidence
from klantreis.research.insight import Insight
from klantreis.research.quote import Quote
from klantreis.research.source import Source
from klantreis.research.study import Study
from klantreis.research.survey import Survey
from klantreis.use_cases.check_workspace import check_workspace
from klantreis.use_cases.connect_log import connect_log
from klantreis.use_cases.import_events import import_events
from klantreis.use_cases.import_survey import import_survey
from klantreis.use_cases.lay_fit import lay_fit
from klantreis.use_cases.lay_reality import lay_reality
from klantreis.use_cases.measure_effect import measure_effect
from klantreis.use_cases.open_events import open_events
from klantreis.use_cases.open_workspace import open_store
from klantreis.use_cases.open_workspace import open_workspace as open  # noqa: A004 - read as kr.open
from klantreis.use_cases.read_events import read_events
from klantreis.use_cases.read_survey import read_survey
from klantreis.workspace import Waiver, Workspace, WorkspaceSettings, workspace_of

__all__ = [
    "Action",
    "Card",
    "ChangeError",
    "Channel",
    "Claim",
    "ClaimStatus",
    "ConflictError",
    "ContentItem",
    "ContentNeed",
    "Dataset",
    "DocumentError",
    "EngineError",
    "Estimate",
    "EventImportError",
    "EventLog",
    "EventPattern",
    "Evidence",
    "Filter",
    "Insight",
    "InvalidInputError",
    "Job",
    "Journey",
    "KlantreisError",
    "MapFit",
    "Measurement",
    "Metric",
    "MicroMoment",
    "MomentOfTruth",
    "NotFoundError",
    "Opportunity",
    "Persona",
    "PhaseModel",
    "Quote",
    "Reality",
    "Source",
    "Stage",
    "Step",
    "Study",
    "Survey",
    "SurveyImportError",
    "Tone",
    "Touchpoint",
    "UnsupportedQuestionError",
    "Waiver",
    "Workspace",
    "WorkspaceError",
    "WorkspaceSettings",
    "answers_of",
    "apply",
    "changes",
    "check_workspace",
    "connect_log",
    "crosswalk",
    "fit",
    "import_events",
    "import_survey",
    "lay_fit",
    "lay_reality",
    "measure_effect",
    "open",
    "open_events",
    "open_log",
    "open_store",
    "parse_pattern",
    "read_events",
    "read_survey",
    "reality",
    "workspace_of",
]
