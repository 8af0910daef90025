"""The worked example: handwritten digits, of whose pixels few Walsh coefficients say most."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from porism_transforms.walsh_hadamard_transform.problem import walsh_hadamard_transform

__all__ = ["demo"]


def demo(console: Console, picture: Path) -> None:
    """Transform the 1797 digits of scikit-learn in rows and columns, and keep the coefficients of fewest sign changes.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    from matplotlib import pyplot
    from sklearn.datasets import load_digits

    images = load_digits().images
    columns = walsh_hadamard_transform(images, axis=1, norm="ortho", order="sequency").coefficients
    spectra = walsh_hadamard_transform(columns, axis=2, norm="ortho", order="sequency")
    energy = np.square(spectra.coefficients)
    table = Table("kept of 64", "energy of digits", "energy, mean taken off", box=None, pad_edge=False)
    centred = np.square(spectra.coefficients - spectra.coefficients.mean(axis=0))
    corner = np.add.outer(np.arange(8), np.arange(8))
    for most in (0, 2, 4, 6, 14):
        kept = corner <= most
        shares = [float(one[:, kept].sum() / one.sum()) for one in (energy, centred)]
        table.add_row(str(int(kept.sum())), *(f"{share:.1%}" for share in shares))
    console.print(table)
    figure, axes = pyplot.subplots(2, 6, figsize=(10, 3.6), layout="constrained")
    for image, coefficients, (above, below) in zip(images, spectra.coefficients, axes.T, strict=False):
        few = np.where(corner <= 4, coefficients, 0.0)
        back = walsh_hadamard_transform(few[np.ix_(NATURAL, NATURAL)], axis=0, norm="ortho").coefficients
        above.imshow(image, cmap="gray_r")
        below.imshow(walsh_hadamard_transform(back, axis=1, norm="ortho").coefficients, cmap="gray_r")
    axes[0, 0].set_title("64 pixels", fontsize="medium", loc="left")
    axes[1, 0].set_title("15 coefficients", fontsize="medium", loc="left")
    for ax in axes.flat:
        ax.set_axis_off()
    figure.savefig(picture, dpi=130)
    pyplot.close(figure)
    console.print(f"\nSix digits, and what 15 coefficients keep of them: {picture.resolve()}", soft_wrap=True)


NATURAL = np.argsort([0, 4, 6, 2, 3, 7, 5, 1])
"""Where each natural coefficient of 8 is in sequency order."""
