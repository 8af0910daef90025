"""The worked example: a sound without end, heard in a room of one second, a piece at a time."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from porism import registry
from porism_transforms.long_convolution.example import room
from porism_transforms.partial_convolution.problem import partial_convolution

__all__ = ["demo", "sound"]

RATE = 16_000
SECONDS = (1, 4, 16, 64)


def sound(start: int, n: int) -> npt.NDArray[np.float32]:
    """Numbers `start` and on of a tone that keeps gliding up and down, and goes on as long as one likes."""
    t = (start + np.arange(n)) / RATE
    return np.asarray(np.sin(2 * np.pi * (440 * t + 100 * np.sin(2 * np.pi * t / 3))), dtype=np.float32)


def demo(console: Console, picture: Path) -> None:
    """Convolve longer and longer sounds, whole and streamed, and see time grow and memory stay; draw a spectrogram.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    picture : Path
        The image file to write.
    """
    response = room(RATE)[None].astype(np.float32)
    console.print(f"a gliding tone at {RATE} Hz in a room of {response.shape[1]} taps\n")
    table = Table("solver", box=None, pad_edge=False)
    for column in ("sound, s", "of real time", "memory beside the output, MiB", "streamed differs by"):
        table.add_column(column, justify="right")
    heard = np.zeros(0)
    for solver in registry.solvers(problem=partial_convolution):
        for length in SECONDS:
            u = sound(0, length * RATE)[None, None]
            tracemalloc.start()
            started = time.perf_counter()
            whole = solver(u, response).y
            seconds = time.perf_counter() - started
            extra = tracemalloc.get_traced_memory()[1] - whole.nbytes
            tracemalloc.stop()
            state, pieces = None, []
            for start in range(0, u.shape[2], RATE):
                result = solver(u[..., start : start + RATE], response, state=state)
                state = result.state
                pieces.append(result.y[0, 0])
            streamed = np.concatenate(pieces)
            table.add_row(
                solver.name,
                str(length),
                f"{seconds / length:.4f}",
                f"{extra / 2**20:.1f}",
                f"{np.abs(streamed - whole[0, 0]).max():.1e}",
            )
            heard = streamed
    console.print(table)
    _draw(heard[: 8 * RATE], picture)
    console.print(f"\nWhat is heard: {picture.resolve()}", soft_wrap=True)


def _draw(heard: npt.NDArray[np.floating], picture: Path) -> None:
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    ax.specgram(heard, NFFT=1024, Fs=RATE, noverlap=512, cmap="magma")
    ax.set_ylim(0, 1500)
    ax.set_xlabel("seconds")
    ax.set_ylabel("Hz")
    ax.set_title("a gliding tone and its reverberation, streamed a second at a time", fontsize="medium")
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
