"""Who is alike, in how many groups, and are the groups more than a cut through a cloud?

Groups by answers (latent classes), by mixed fields (prototypes, medoids) or as thick places in a cloud (density), how
many, whether they come back in other samples, by what they differ, how many people a described persona really covers,
and recency, frequency, money. A method that is asked for a number of groups gives that number: that it did is no
evidence that they exist.
"""

from __future__ import annotations

from klantreis.analysis.behaviour.segment_choice import Choice, ChosenK, Stability, SteadyGroup, choose_k, stability
from klantreis.analysis.behaviour.segment_classes import LatentClass, LatentClasses, latent_classes
from klantreis.analysis.behaviour.segment_density import DensityClusters, density_clusters
from klantreis.analysis.behaviour.segment_fields import Difference, Distinguishing, FieldTest, distinguishing
from klantreis.analysis.behaviour.segment_medoids import MedoidGroup, Medoids, medoids
from klantreis.analysis.behaviour.segment_prevalence import Attribute, Prevalence, prevalence
from klantreis.analysis.behaviour.segment_prototypes import MixedPrototypes, Prototype, mixed_prototypes
from klantreis.analysis.behaviour.segment_rfm import Rfm, RfmCut, rfm

__all__ = [
    "Attribute",
    "Choice",
    "ChosenK",
    "DensityClusters",
    "Difference",
    "Distinguishing",
    "FieldTest",
    "LatentClass",
    "LatentClasses",
    "MedoidGroup",
    "Medoids",
    "MixedPrototypes",
    "Prevalence",
    "Prototype",
    "Rfm",
    "RfmCut",
    "Stability",
    "SteadyGroup",
    "choose_k",
    "density_clusters",
    "distinguishing",
    "latent_classes",
    "medoids",
    "mixed_prototypes",
    "prevalence",
    "rfm",
    "stability",
]
