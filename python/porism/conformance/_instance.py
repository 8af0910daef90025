"""Instances: what a law calls a solver with, and how a counter-example is printed as code."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from porism._solver import Solver
from porism._sparse import is_sparse, stored

__all__ = ["Instance", "Invalid", "array_code", "layouts"]


@dataclass(frozen=True)
class Instance:
    """One valid call of a problem's solvers.

    Parameters
    ----------
    args : tuple
        The canonical arguments.
    options : mapping
        Keyword options that the problem itself declares, which every solver takes.
    wishes : mapping
        Options that are passed to solvers which have them and left out for others (``n_jobs``, ``order`` …).
    facts : mapping
        What the laws may know about the instance without computing it, such as ``metric=True``.
    """

    args: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def call(self, solver: Solver[..., Any], **more: Any) -> Any:
        """``solver(*args, **options)``; `more` replaces options, as far as the solver has them."""
        accepted = solver.signature.parameters
        wished = {name: value for name, value in {**self.wishes, **more}.items() if name in accepted}
        return solver(*self.args, **{**self.options, **wished})

    def but(self, *args: Any, **options: Any) -> Instance:
        """The same instance with other arguments (where any are given) and some options replaced."""
        return type(self)(**{**self.__dict__, "args": args or self.args, "options": {**self.options, **options}})

    def copy(self) -> Instance:
        """A deep copy."""
        return copy.deepcopy(self)

    def code(self, names: tuple[str, ...]) -> tuple[list[str], str]:
        """Statements that build the arguments, and the argument list of the call, as source text."""
        statements: list[str] = []
        parts: list[str] = []
        for name, value in zip(names, self.args, strict=False):
            parts.append(_value_code(name, value, statements))
        for kind in ("options", "wishes"):
            for name, value in getattr(self, kind).items():
                parts.append(f"{name}={_value_code(name, value, statements)}")
        if self.facts:
            parts.append(f"facts={dict(self.facts)!r}")
        return statements, ", ".join(parts)


@dataclass(frozen=True)
class Invalid(Instance):
    """A call that must be refused.

    Parameters
    ----------
    argument : str
        Which argument the message must name.
    mentions : str
        Further text that the message must contain, such as the value that was passed.
    """

    argument: str = ""
    mentions: str = ""


def _value_code(name: str, value: Any, statements: list[str]) -> str:
    recipe = getattr(value, "recipe", None)
    if isinstance(recipe, tuple):  # an object that says what makes it again: module, function, arguments
        module, function, arguments = recipe
        statements.append(f"import {module}")
        parts = [f"{key}={_value_code(f'{name}_{key}', part, statements)}" for key, part in arguments.items()]
        return f"{module}.{function}({', '.join(parts)})"
    if isinstance(value, list) and any(hasattr(part, "recipe") for part in value):
        return f"[{', '.join(_value_code(f'{name}_{i}', part, statements) for i, part in enumerate(value))}]"
    if is_sparse(value):
        statements += sparse_code(name, value)
        return name
    if inspect.isfunction(value) and "<" not in value.__qualname__:
        statements.append(f"from {value.__module__} import {value.__qualname__}")
        return value.__qualname__
    if not isinstance(value, np.ndarray):
        return repr(value)
    statements += array_code(name, value)
    return name


def sparse_code(name: str, matrix: Any) -> list[str]:
    """Statements that make `name` a sparse matrix with the same stored entries, duplicates and explicit zeros too."""
    parts = stored(matrix)
    lines = []
    for part, array in parts.items():
        (line,) = array_code(f"{name}_{part}", np.array(array))
        lines.append(line)
    data, *places = (f"{name}_{part}" for part in parts)
    row_and_column = "row" in parts
    kind = type(matrix).__name__ if not row_and_column or matrix.format == "coo" else "coo_array"
    entries = f"({data}, ({', '.join(places)}))" if row_and_column else f"({data}, {', '.join(places)})"
    made = f"sparse.{kind}({entries}, shape={matrix.shape!r})"
    if row_and_column and matrix.format != "coo":
        made = f"sparse.{type(matrix).__name__}({made})"
    return ["from scipy import sparse", *lines, f"{name} = {made}"]


def array_code(name: str, array: npt.NDArray[Any]) -> list[str]:
    """Statements that make `name` an array with the same values, dtype, byte order, memory layout and flags."""
    made = f"np.array({array.tolist()!r}, dtype={array.dtype.str!r})"
    if array.size == 0:
        made = f"np.empty({array.shape!r}, dtype={array.dtype.str!r})"
    if array.dtype == object:
        made = f"np.array({array.tolist()!r}, dtype=object)"
    lines = [f"{name} = {made}"]
    if not array.flags.c_contiguous:
        if array.flags.f_contiguous:
            lines.append(f"{name} = np.asfortranarray({name})")
        elif any(stride < 0 for stride in array.strides):
            lines.append(f"{name} = np.flip(np.flip({name}).copy())")
        else:
            lines.append(f"{name} = np.repeat({name}, 2, axis=-1)[..., ::2]")
    if not array.flags.aligned:
        lines.append(f"{name} = np.frombuffer(b'.' + {name}.tobytes(), {name}.dtype, offset=1).reshape({name}.shape)")
    elif not array.flags.writeable:
        lines.append(f"{name}.setflags(write=False)")
    return lines


def _strided(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.repeat(array, 2, axis=-1)[..., ::2]


def _flipped(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.flip(np.flip(array).copy())


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    frozen = array.copy()
    frozen.setflags(write=False)
    return frozen


def _unaligned(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.frombuffer(b"." + array.tobytes(), array.dtype, offset=1).reshape(array.shape)


def _swapped(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array.astype(array.dtype.newbyteorder())


LAYOUTS = (np.ascontiguousarray, np.asfortranarray, _strided, _flipped, _frozen, _unaligned, _swapped)


def layouts(array: npt.NDArray[Any]) -> st.SearchStrategy[npt.NDArray[Any]]:
    """The same values in every memory layout that a caller may pass.

    C order, Fortran order, strided, reversed, read-only, unaligned, and foreign byte order.
    """
    return st.sampled_from(LAYOUTS).map(lambda layout: layout(array))
