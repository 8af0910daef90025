"""Shortcut partitions: connected clusters of bounded diameter that short ways cross few of."""

from porism_graphs.shortcut_partition.cop import CopDecomposition
from porism_graphs.shortcut_partition.problem import ShortcutPartition, low_diameter_shortcut_partition
from porism_graphs.shortcut_partition.solvers import ball_carving, buffered_cop, mpx, voronoi_net

__all__ = [
    "CopDecomposition",
    "ShortcutPartition",
    "ball_carving",
    "buffered_cop",
    "low_diameter_shortcut_partition",
    "mpx",
    "voronoi_net",
]
