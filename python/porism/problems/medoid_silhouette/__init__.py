"""Clustering for the average medoid silhouette, which also says how many clusters there are; and silhouettes."""

from porism.problems.medoid_silhouette._plot import plot_silhouettes
from porism.problems.medoid_silhouette.problem import MedoidSilhouetteResult, medoid_silhouette_problem
from porism.problems.medoid_silhouette.scores import medoid_silhouette, silhouette, silhouettes
from porism.problems.medoid_silhouette.solvers import dynmsc, fastermsc, fastmsc, pammedsil, pamsil

SOLVERS = (fastermsc, fastmsc, pammedsil, pamsil, dynmsc)

__all__ = [
    "SOLVERS",
    "MedoidSilhouetteResult",
    "dynmsc",
    "fastermsc",
    "fastmsc",
    "medoid_silhouette",
    "medoid_silhouette_problem",
    "pammedsil",
    "pamsil",
    "plot_silhouettes",
    "silhouette",
    "silhouettes",
]
