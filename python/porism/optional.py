"""Dependencies that only some calls need: porism's own, and those of plugins."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from porism.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes", "require"]


def require(module: str, extra: str, *, of: str = "porism") -> ModuleType:
    """Import `module`, or say in one line which extra installs it.

    Parameters
    ----------
    module, extra : str
        What to import, and the extra that has it.
    of : str
        The distribution whose extra it is.

    Raises
    ------
    MissingExtra
        If the module's distribution is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if error.name is None or not module.startswith(error.name.partition(".")[0]):
            raise  # installed, but broken inside: the real message helps more
        raise MissingExtra(f"{error.name} is not installed: pip install '{of}[{extra}]'", name=error.name) from None


def axes(ax: Axes | None = None, *, of: str = "porism", **figure: Any) -> Axes:
    """`ax`, or those of a new figure, for which Matplotlib is the extra ``plot``.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    of : str
        The distribution that draws.
    **figure
        Of a new figure, for `matplotlib.pyplot.subplots`.

    Raises
    ------
    MissingExtra
        Without Matplotlib.
    """
    pyplot: Any = require("matplotlib.pyplot", "plot", of=of)
    made: Axes = pyplot.subplots(layout="constrained", **figure)[1] if ax is None else ax
    return made
