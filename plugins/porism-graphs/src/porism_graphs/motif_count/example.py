"""The worked example: motifs of a karate club, and of molecules with the elements as labels."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from porism import InvalidInput, registry
from porism_graphs._drawing import draw_graph
from porism_graphs._labelled import as_labelled
from porism_graphs.motif_count.bench import PATTERNS
from porism_graphs.motif_count.problem import motif_count
from porism_graphs.personalized_pagerank.example import karate_club

__all__ = ["MOLECULES", "demo", "molecule"]

MOLECULES = {
    "caffeine": "CN1C=NC2=C1C(=O)N(C)C(=O)N2C",
    "aspirin": "CC(=O)OC1=CC=CC=C1C(=O)O",
    "adenine": "C1=NC2=NC=NC(N)=C2N1",
}
"""SMILES without charges, brackets or aromatic letters."""

ELEMENTS = {"C": 6, "N": 7, "O": 8}


def molecule(smiles: str) -> tuple[int, Any, Any, Any]:
    """A molecule without its hydrogen as ``(n, edges, labels, edge_labels)``: atomic numbers, and orders of bonds.

    Parameters
    ----------
    smiles : str
        Of the letters C, N, O, digits of rings, branches in parentheses, and = for double bonds.

    Raises
    ------
    InvalidInput
        For any other character.
    """
    atoms: list[int] = []
    bonds: list[tuple[int, int]] = []
    orders: list[int] = []
    open_rings: dict[str, tuple[int, int]] = {}
    branches: list[int] = []
    last, order = -1, 1

    def bond(u: int, v: int, how: int) -> None:
        bonds.append((min(u, v), max(u, v)))
        orders.append(how)

    for character in smiles:
        if character in ELEMENTS:
            atoms.append(ELEMENTS[character])
            if last >= 0:
                bond(last, len(atoms) - 1, order)
            last, order = len(atoms) - 1, 1
        elif character == "=":
            order = 2
        elif character == "(":
            branches.append(last)
        elif character == ")":
            last = branches.pop()
        elif character.isdigit():
            if character in open_rings:
                start, how = open_rings.pop(character)
                bond(start, last, max(how, order))
            else:
                open_rings[character] = last, order
            order = 1
        else:
            raise InvalidInput(f"smiles must be of C, N, O, digits, parentheses and =, got {character!r}")
    return len(atoms), tuple(bonds), tuple(atoms), tuple(orders)


GROUPS: dict[str, tuple[int, Any, Any, Any]] = {
    "C=O": molecule("C=O"),
    "N-C=O (amide)": molecule("NC=O"),
    "N-C-N": molecule("NCN"),
    "N-C=N": molecule("NC=N"),
}


def demo(console: Console, picture: Path) -> None:
    """Count motifs in a karate club with every solver, and groups of atoms in molecules; draw who is in most 5-cycles.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot

    club = karate_club()
    shapes = {"triangle": (3, ((0, 1), (0, 2), (1, 2))), **PATTERNS}
    table = Table("copies in a karate club", *shapes, box=None, pad_edge=False)
    for solver in registry.solvers(problem=motif_count):
        cells = []
        for shape in shapes.values():
            started = time.perf_counter()
            try:
                found = solver(shape, club).count
                cells.append(f"{found} ({1000 * (time.perf_counter() - started):.1f} ms)")
            except (InvalidInput, ImportError):
                cells.append("")
        table.add_row(registry.name_of(solver), *cells)
    console.print(table)
    groups = Table("copies in", *GROUPS, box=None, pad_edge=False)
    for name, smiles in MOLECULES.items():
        atoms = molecule(smiles)
        groups.add_row(name, *(str(motif_count(group, atoms).count) for group in GROUPS.values()))
    console.print(groups)
    fives = motif_count(PATTERNS["c5"], club, per_vertex=True).per_vertex
    figure, ax = pyplot.subplots(figsize=(7, 6), layout="constrained")
    if fives is not None:
        draw_graph(as_labelled("club", club), fives, ax=ax)
    ax.set_title("in how many 5-cycles each member of a karate club is", fontsize="medium")
    figure.savefig(picture, dpi=110)
    pyplot.close(figure)
    console.print(f"\nThe 5-cycles of each member: {picture.resolve()}", soft_wrap=True)
