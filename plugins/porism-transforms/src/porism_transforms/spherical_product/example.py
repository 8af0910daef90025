"""The worked example: a molecule's surroundings as a function on the sphere, and a masked planet."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms.spherical_product.functions import gaunt_power, rotate, spherical_harmonics
from porism_transforms.spherical_product.problem import SphericalProduct, spherical_product

__all__ = ["cap", "demo", "density", "invariant", "topography"]

Floats = npt.NDArray[np.float64]

METHANE = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) * 1.0870 / math.sqrt(3)
"""Places of the hydrogens around the carbon of methane, in Å: the corners of a tetrahedron, at the length of a C-H
bond.
"""


def density(neighbours: Floats, lmax: int) -> Floats:
    """The neighbours of an atom as a function on the sphere: a band-limited peak in the direction of each."""
    return np.asarray(spherical_harmonics(lmax, neighbours).sum(axis=0))


def invariant(x: Floats) -> float:
    """The integral of the cube of a function: a number that no rotation changes, made of three neighbours at a time."""
    return float(gaunt_power(x, 3, lmax_out=0)[0] * math.sqrt(4 * math.pi))


def topography(lmax: int, seed: int) -> Floats:
    """A random surface whose power falls with the square of the degree, much as that of planets does."""
    degree = np.repeat(np.arange(lmax + 1), 2 * np.arange(lmax + 1) + 1)
    return np.asarray(np.random.default_rng(seed).normal(size=len(degree)) / (1.0 + degree) ** 1.5)


def cap(lmax: int, half_angle: float) -> Floats:
    """A smooth mask around the polar axis: a Gaussian of the angle, by its expansion for small angles."""
    made = np.zeros((lmax + 1) ** 2)
    degree = np.arange(lmax + 1)
    made[degree * degree + degree] = np.sqrt(2 * degree + 1.0) * np.exp(-degree * (degree + 1) * half_angle**2 / 2)
    return made / float(made @ spherical_harmonics(lmax, [[0.0, 1.0, 0.0]])[0])


def demo(console: Console, picture: Path) -> None:
    """Turn methane and see its invariant stay; mask a planet with every solver; draw that.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    lmax = 6
    x = density(METHANE, lmax)
    rng = np.random.default_rng(0)
    console.print(f"methane: four hydrogens as a density on the sphere, degree {lmax}\n")
    table = Table(
        "turned by",
        "integral of its cube",
        "error of equivariance",
        box=None,
        pad_edge=False,
    )
    square = spherical_product(x, x).coefficients
    for turn in range(4):
        rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0] if turn else np.eye(3)
        rotation *= np.linalg.det(rotation) * (-1.0 if turn == 3 else 1.0)
        kind = "nothing" if turn == 0 else "a reflection" if np.linalg.det(rotation) < 0 else "a rotation"
        turned = rotate(x, rotation)
        error = np.abs(spherical_product(turned, turned).coefficients - rotate(square, rotation)).max()
        table.add_row(kind, f"{invariant(turned):.12f}", f"{error:.1e}")
    console.print(table)
    degree = 48
    planet, mask = topography(degree, 1), cap(degree, 0.5)
    console.print(f"\na planet of degree {degree}, masked around its pole: the product has degree {2 * degree}\n")
    timing = Table("solver", "ms", "masked values off by", box=None, pad_edge=False)
    points = np.random.default_rng(2).normal(size=(500, 3))
    functions = [SphericalProduct(f, degree, "integral", "real") for f in (planet, mask)]
    expected = functions[0].evaluate(points) * functions[1].evaluate(points)
    for solver in registry.solvers(problem=spherical_product):
        if solver.name == "gaunt-direct":
            continue  # its table would have some hundred million entries
        solver(planet, mask)
        started = time.perf_counter()
        masked = solver(planet, mask)
        seconds = time.perf_counter() - started
        error = np.abs(masked.evaluate(points) - expected).max() / np.abs(expected).max()
        timing.add_row(solver.name, f"{1e3 * seconds:.1f}", f"{error:.1e}")
    console.print(timing)
    cut = spherical_product(planet, mask, lmax_out=degree)
    loss = np.abs(cut.evaluate(points) - expected).max() / np.abs(expected).max()
    console.print(
        f"\nCut to degree {degree} again, the masked planet is off by {loss:.1%} somewhere: what truncation costs."
    )
    _draw([*functions, masked, cut], picture)
    console.print(f"\nPlanet, mask and product: {picture.resolve()}", soft_wrap=True)


def _draw(functions: list[SphericalProduct], picture: Path) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(13, 7), layout="constrained")
    titles = ("a planet", "a mask", "their product", "the product, cut to the planet's degree")
    for ax, function, title in zip(axes.flat, functions, titles, strict=True):
        function.plot(ax=ax)
        ax.set_title(title, fontsize="medium")
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
