"""Make a small workspace to begin with: one persona, one job, one journey, everything an assumption."""

from __future__ import annotations

from pathlib import Path

from klantreis.errors import InvalidInputError, NotFoundError, StoreError, did_you_mean
from klantreis.ids import slugify
from klantreis.jobs.job import Job, JobStory
from klantreis.jobs.outcome import Gain, Pain
from klantreis.journeys.built_in_models import BUILT_IN
from klantreis.journeys.journey import COMPONENT_LANES, Card, Journey, Scope, Step
from klantreis.journeys.phase_models import PhaseModel
from klantreis.journeys.vocabulary import Market, in_words_of
from klantreis.personas.persona import Lifeworld, Persona, ProblemExperience
from klantreis.research.claim import Claim
from klantreis.store.folder import FolderStore
from klantreis.texts import text
from klantreis.values import Lang
from klantreis.workspace import Workspace, WorkspaceSettings, workspace_of

_DEFAULT_MODEL: dict[Market, str] = {
    "b2c": "phase-model:nl-5",
    "b2b": "phase-model:nl-5",
    "public": "phase-model:public-service",
    "nonprofit": "phase-model:nl-5",
}


def new_workspace(
    path: Path | str, *, lang: Lang = "nl", market: Market = "b2c", model: str | None = None
) -> Workspace:
    """Make a workspace in a new or empty folder.

    Parameters
    ----------
    path
        The folder.
    lang, market
        Language of the texts, and whose words they use.
    model
        A built-in phase model, with or without ``phase-model:``; by default one that suits the market.

    Raises
    ------
    StoreError
        When the folder is not empty; nothing was written.
    NotFoundError
        When there is no such phase model.
    """
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "is not empty" if folder.is_dir() else "is a file"
        raise StoreError(f"{folder} {what}.", hint="Name a folder that is new or empty; nothing was written.")
    workspace = starting_workspace(lang=lang, market=market, model=model, name=_name_of(folder))
    FolderStore(folder).fill(workspace.documents.values())
    return workspace


def starting_workspace(*, lang: Lang, market: Market, model: str | None = None, name: str = "workspace") -> Workspace:
    """The documents of a new workspace, written nowhere yet."""
    phases = _model(model or _DEFAULT_MODEL[market])
    return workspace_of(
        [
            WorkspaceSettings(
                id=f"workspace:{name}",
                title=in_words_of(text("new.workspace.title", lang), market=market, lang=lang),
                description=text("new.workspace.description", lang),
                lang=lang,
                market=market,
            ),
            _persona(lang),
            _job(lang),
            _journey(phases, lang=lang, market=market),
        ]
    )


def _name_of(folder: Path) -> str:
    try:
        return slugify(folder.resolve().name)
    except InvalidInputError:
        return "workspace"  # a name without letters, such as the root


def _model(name: str) -> PhaseModel:
    model_id = name if ":" in name else f"phase-model:{name}"
    if model_id not in BUILT_IN:
        known = [one.removeprefix("phase-model:") for one in BUILT_IN]
        raise NotFoundError(
            f"There is no phase model {name!r}.",
            hint=did_you_mean(name.removeprefix("phase-model:"), known, what="phase model"),
        )
    return BUILT_IN[model_id]


def _persona(lang: Lang) -> Persona:
    def claim(name: str) -> Claim:
        return Claim(id=name, text=text(f"new.persona.{name}", lang))

    return Persona(
        id="persona:sam",
        name=text("new.persona.name", lang),
        tagline=text("new.persona.tagline", lang),
        primary=True,
        lifeworld=Lifeworld(
            situation=(claim("situation"),), behaviour=(claim("behaviour"),), preferences=(claim("preference"),)
        ),
        problem=ProblemExperience(
            statement=claim("problem"),
            needs=(claim("need"),),
            feelings=(claim("feeling"),),
            obstacles=(claim("obstacle"),),
        ),
    )


def _job(lang: Lang) -> Job:
    def claim(name: str) -> Claim:
        return Claim(id=name, text=text(f"new.job.{name}", lang))

    return Job(
        id="job:easy-mind",
        statement=claim("statement"),
        type="functional",
        personas=("persona:sam",),
        ladder=(claim("rung-1"), claim("rung-2")),
        story=JobStory(
            when=text("new.job.when", lang), want=text("new.job.want", lang), so_that=text("new.job.so-that", lang)
        ),
        pains=(Pain(claim=claim("pain")),),
        gains=(Gain(claim=claim("gain")),),
    )


def _journey(model: PhaseModel, *, lang: Lang, market: Market) -> Journey:
    steps = _steps(model, lang=lang, market=market)
    return Journey(
        id="journey:first",
        title=text("new.journey.title", lang),
        persona="persona:sam",
        job="job:easy-mind",
        state="hypothesis",
        trigger=Claim(id="trigger", text=text("new.journey.trigger", lang)),
        end_goal=Claim(id="end-goal", text=text("new.journey.end-goal", lang)),
        phase_model=model.id,
        scope=Scope(in_focus=steps[0].phase, description=text("new.journey.scope", lang)),
        steps=steps,
        cards=tuple(
            Card(claim=Claim(id=lane, text=text(f"new.journey.{lane}", lang)), lane=lane, step=steps[0].id)
            for lane in (kind.replace("_", "-") for kind in COMPONENT_LANES)
        ),
    )


def _steps(model: PhaseModel, *, lang: Lang, market: Market) -> tuple[Step, ...]:
    """One step for each phase that begins a stretch of its own."""
    steps: dict[str, Step] = {}
    for phase in model.columns():
        stretch = phase.covers[0]
        name = f"new.step.buy.{market}" if stretch == "buy" else f"new.step.{stretch}"
        # Nobody's system records that a need is felt.
        step = Step(id=stretch, phase=phase.id, title=text(name, lang), observable=stretch != "need")
        steps.setdefault(stretch, step)
    return tuple(steps.values())
