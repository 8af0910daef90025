"""Steiner point removal: a large graph contracted to chosen vertices, with distances little longer."""

from porism_graphs.steiner_point_removal.problem import MinorResult, steiner_point_removal
from porism_graphs.steiner_point_removal.solvers import noisy_voronoi, shortcut_spr, voronoi_minor

__all__ = ["MinorResult", "noisy_voronoi", "shortcut_spr", "steiner_point_removal", "voronoi_minor"]
