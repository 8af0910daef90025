"""Distance oracles: distances of any pairs, from something that was made once."""

from porism_graphs.distance_oracle.problem import DistanceOracle, distance_oracle
from porism_graphs.distance_oracle.solvers import all_pairs, dijkstra, landmarks, separator_oracle, shortcut_hubs

__all__ = [
    "DistanceOracle",
    "all_pairs",
    "dijkstra",
    "distance_oracle",
    "landmarks",
    "separator_oracle",
    "shortcut_hubs",
]
