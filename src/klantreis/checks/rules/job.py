"""Rules on jobs: are all three kinds considered, and is it a job rather than a product?"""

from __future__ import annotations

from collections.abc import Iterator

from klantreis.checks.finding import Severity
from klantreis.checks.rule import Judged, Rule, explaining, filled, rule, worded
from klantreis.checks.scene import Scene, named
from klantreis.jobs.job import Job
from klantreis.jobs.statement import job_statement
from klantreis.values import Label


@rule
class JobTypes(Rule):
    """A persona for whom not every kind of job was considered.

    What it asks:
    Is there a functional, an emotional and a social job for each persona that has a map or a job? Jobs of a
    persona are those that name it, those that name nobody, the jobs of its maps, and the larger jobs these serve.

    Why:
    People choose for reasons of feeling and standing as much as for the task. Teams that only describe the task
    miss what decides.

    Source:
    Jobs to be done: functional, emotional and social jobs.
    """

    id = "K01"
    family = "job"
    severity = Severity.WARNING
    title = Label(en="Kinds of job", nl="Soorten jobs")
    explained = explaining(
        asks={
            "en": "Is there a functional, an emotional and a social job for the persona?",
            "nl": "Is er voor de persona een functionele, een emotionele en een sociale job?",
        },
        mend={
            "en": "Ask how people want to feel when it is done, and how they want to be seen. Write that down as a "
            "job.",
            "nl": "Vraag hoe mensen zich willen voelen als het klaar is, en hoe ze gezien willen worden. Leg dat "
            "vast als job.",
        },
    )
    wordings = worded(
        {"en": "No {type} job described.", "nl": "Geen {type} job beschreven."},
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        for persona in scene.personas:
            jobs = _jobs_of(scene, persona.id)
            if not jobs and all(journey.persona != persona.id for journey in scene.journeys):
                continue
            found = {job.type for job in jobs}
            for kind in ("functional", "emotional", "social"):
                values = None if kind in found else {"type": named(f"checks.job_type.{kind}")}
                yield Judged(persona.id, f"jobs.{kind}", values)


def _jobs_of(scene: Scene, persona: str) -> tuple[Job, ...]:
    mapped = {journey.job for journey in scene.journeys if journey.persona == persona}
    found: dict[str, Job] = {}
    waiting = [
        job for job in scene.workspace.of(Job) if persona in job.personas or not job.personas or job.id in mapped
    ]
    while waiting:
        job = waiting.pop()
        if job.id in found:
            continue
        found[job.id] = job
        larger = scene.workspace.find(job.parent) if job.parent else None
        if isinstance(larger, Job):
            waiting.append(larger)
    return tuple(found.values())


@rule
class SolutionInJob(Rule):
    """A job that names a product, a brand or a purchase.

    What it asks:
    Does the job say what the customer wants done, or which solution they would buy for it? The statement of the
    job is the top of its ladder; lower rungs may name what people ask for. Found are words of buying, using and
    applying for, a bare product name, and the name of the organisation itself. The words are looked for in the
    workspace's language, so a job in other words can slip through.

    Why:
    Nobody wants insurance; people want to enjoy their new car undisturbed. A job that names the solution leaves
    no room for a better one.

    Source:
    Jobs to be done; laddering by asking "what for?".
    """

    id = "K02"
    family = "job"
    severity = Severity.WARNING
    title = Label(en="Solution in the job", nl="Oplossing in de job")
    explained = explaining(
        asks={
            "en": "Does the job say what someone wants done, rather than which solution they would choose?",
            "nl": "Zegt de job wat iemand gedaan wil krijgen, en niet welke oplossing die kiest?",
        },
        mend={
            "en": "Ask “what for?” of the present text and write down the answer as the job; keep the present text "
            "as a rung of its ladder.",
            "nl": "Vraag ‘waarvoor?’ bij de huidige tekst en maak van het antwoord de job. Bewaar de huidige tekst "
            "als trede van de ladder.",
        },
    )
    wordings = worded(
        {
            "en": "“{job}” names a solution. What for?",
            "nl": "‘{job}’ noemt een oplossing. Waarvoor?",
        }
    )

    @staticmethod
    def judge(scene: Scene) -> Iterator[Judged]:
        settings = scene.workspace.settings
        names = (settings.organisation,) if settings.organisation else ()
        for job in scene.workspace.of(Job):
            said = job.statement.text
            named = bool(said.strip()) and job_statement(said, settings.lang, names=names).kind == "product"
            yield Judged(job.id, f"statement.{job.statement.id}", filled(job=said) if named else None)
