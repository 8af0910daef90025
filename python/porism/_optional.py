"""Dependencies that only some commands need."""

from __future__ import annotations

import importlib
from types import ModuleType

from porism.errors import MissingExtra

__all__ = ["require"]


def require(module: str, extra: str) -> ModuleType:
    """Import `module`, or say in one line which extra of porism installs it.

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
        raise MissingExtra(f"{error.name} is not installed: pip install 'porism[{extra}]'", name=error.name) from None
