"""Tree covers: a few forests, one of which keeps the distance of any two vertices."""

from porism_graphs.tree_cover.problem import TreeCover, tree_cover
from porism_graphs.tree_cover.solvers import every_root, merged_trees, one_tree, shortcut_trees

__all__ = ["TreeCover", "every_root", "merged_trees", "one_tree", "shortcut_trees", "tree_cover"]
