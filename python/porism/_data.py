"""Reading data files and writing results, for the command line."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from porism._result import Result
from porism._sparse import is_sparse, stored
from porism._text import did_you_mean
from porism.errors import InvalidInput
from porism.optional import require

__all__ = ["check_result_file", "read_table", "to_json", "write_result"]

FORMATS = (".csv", ".tsv", ".txt", ".npy", ".npz", ".parquet")


def read_table(source: str, columns: list[str] | None = None) -> npt.NDArray[Any]:
    """A 2-D array of numbers from a file, or from standard input for ``"-"``.

    Parameters
    ----------
    source : str
        A .csv, .tsv, .txt (comma, semicolon, tab or blanks between values; a first line of names is recognised),
        .npy, .npz (one array, or one called X)
        or .parquet file; ``"-"`` reads .npy or text from standard input.
    columns : list of str, optional
        Only these columns, by name or by position from 0.

    Raises
    ------
    InvalidInput
        If the file cannot be read as numbers; names the line and column.
    """
    if source == "-":
        raw = sys.stdin.buffer.read()
        if raw.startswith(b"\x93NUMPY"):
            return _pick(_load_npy(io.BytesIO(raw), "standard input"), None, columns)
        return _parse(_decoded(raw, "standard input"), "standard input", columns)
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix not in FORMATS or "\0" in source:
        raise InvalidInput(f"DATA must end in {', '.join(FORMATS)} or be '-', got {source!r}")
    try:
        if suffix == ".npy":
            with path.open("rb") as file:
                return _pick(_load_npy(file, source), None, columns)
        if suffix == ".npz":
            return _pick(_load_npz(path), None, columns)
        if suffix == ".parquet":
            return _load_parquet(path, columns)
        return _parse(_decoded(path.read_bytes(), source), source, columns)
    except OSError as error:
        raise InvalidInput(f"DATA: cannot read {source!r}: {error.strerror or error}") from None


def _decoded(raw: bytes, source: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"DATA: {source} is not UTF-8 text (byte {error.start})") from None


def _load_npy(file: IO[bytes], source: str) -> npt.NDArray[Any]:
    try:
        loaded = np.load(file, allow_pickle=False)
        if not isinstance(loaded, np.ndarray):
            raise InvalidInput(f"DATA: {source} is no .npy file but an .npz one; rename it")
        return loaded
    except InvalidInput:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"DATA: {source} is no readable .npy file: {error}") from None


def _load_npz(path: Path) -> npt.NDArray[Any]:
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise InvalidInput(f"DATA: {path.name} is no .npz file but an .npy one; rename it")
        with loaded as archive:
            names = list(archive)
            name = "X" if "X" in names else names[0] if len(names) == 1 else None
            if name is None:
                raise InvalidInput(
                    f"DATA: {path.name} must hold one array or one called X, it holds {', '.join(names) or 'none'}"
                )
            return np.asarray(archive[name])
    except (ValueError, EOFError, OSError, zipfile.BadZipFile) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError | InvalidInput):
            raise
        raise InvalidInput(f"DATA: {path.name} is no readable .npz file: {error}") from None


def _load_parquet(path: Path, columns: list[str] | None) -> npt.NDArray[Any]:
    parquet: Any = require("pyarrow.parquet", "parquet")
    path.open("rb").close()  # an OSError with the usual message where there is no such file
    try:
        table = parquet.read_table(path)
    except OSError:
        raise
    except Exception as error:  # pyarrow's own, which need no import here
        raise InvalidInput(f"DATA: {path.name} is no readable .parquet file: {error}") from None
    values = [np.asarray(column.to_numpy()) for column in table.columns]
    for name, value in zip(table.column_names, values, strict=True):
        if value.dtype.kind not in "fiub" and (columns is None or name in columns):
            raise InvalidInput(
                f"DATA: column {name!r} of {path.name} holds {value.dtype}, not numbers; choose others with --columns"
            )
    kept = [value if value.dtype.kind in "fiub" else np.full(len(value), np.nan) for value in values]
    return _pick(np.column_stack(kept) if kept else np.empty((0, 0)), table.column_names, columns)


def _parse(text: str, source: str, columns: list[str] | None) -> npt.NDArray[Any]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise InvalidInput(f"DATA: {source} is empty")
    delimiter = next((mark for mark in (",", ";", "\t") if mark in lines[0]), None)
    rows = list(csv.reader(lines, delimiter=delimiter)) if delimiter else [line.split() for line in lines]
    names = None
    if any(_number(cell) is None for cell in rows[0]) and not all(_number(cell) is None for cell in rows[-1]):
        names, rows = [cell.strip() for cell in rows[0]], rows[1:]
    width = len(names) if names is not None else len(rows[0])
    chosen = _positions(names, width, columns, source)
    table = np.empty((len(rows), len(chosen)))
    for i, row in enumerate(rows):
        if len(row) != width:
            raise InvalidInput(f"DATA: row {i + 1} of {source} has {len(row)} values, the first has {width}")
        for j, column in enumerate(chosen):
            value = _number(row[column])
            if value is None:
                label = repr(names[column]) if names is not None else str(column)
                raise InvalidInput(
                    f"DATA: column {label} of {source} is not numeric (row {i + 1}: {_brief(row[column])}); "
                    "choose others with --columns"
                )
            table[i, j] = value
    return table


def _brief(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:37]}...")


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _positions(names: list[str] | None, width: int, columns: list[str] | None, source: str) -> list[int]:
    if columns is None:
        return list(range(width))
    found = []
    for column in columns:
        if names is not None and column in names:
            found.append(names.index(column))
        elif column.isdigit() and int(column) < width:
            found.append(int(column))
        else:
            known = names if names is not None else [f"0 … {width - 1}"]
            hint = did_you_mean(column, names) if names is not None else ""
            raise InvalidInput(f"--columns: {source} has no column {column!r}, it has {', '.join(known)}{hint}")
    return found


def _pick(array: npt.NDArray[Any], names: list[str] | None, columns: list[str] | None) -> npt.NDArray[Any]:
    if columns is None:
        return array
    if array.ndim != 2:
        raise InvalidInput(f"--columns needs a 2-D array, DATA is {array.ndim}-D")
    return array[:, _positions(names, array.shape[1], columns, "DATA")]


def to_json(result: Result) -> str:
    """The result's fields as JSON: arrays as lists, sparse ones as triples, infinities and NaN as null."""

    def plain(value: Any) -> Any:
        if is_sparse(value):
            return {"shape": list(value.shape), **{name: plain(part) for name, part in stored(value.tocoo()).items()}}
        if isinstance(value, np.ndarray):
            return plain(value.tolist())
        if isinstance(value, np.generic):
            return plain(value.item())
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, float) and not np.isfinite(value):
            return None
        return value

    return json.dumps(plain(result.to_dict()), default=str)


def _arrays(result: Result) -> dict[str, Any]:
    """The result's fields as arrays; a sparse one as those it is made of: ``scores_data``, ``scores_shape`` …"""
    arrays: dict[str, Any] = {}
    for name, value in result.to_dict().items():
        if is_sparse(value):
            arrays[f"{name}_shape"] = np.array(value.shape)
            arrays |= {f"{name}_{part}": array for part, array in stored(value).items()}
        else:
            arrays[name] = np.asarray(value)
    return arrays


def check_result_file(path: Path) -> None:
    """Whether :func:`write_result` can write to `path`, as far as that can be known beforehand.

    Raises
    ------
    InvalidInput
        If the name ends otherwise, or there is no such folder.
    """
    if path.suffix.lower() not in (".json", ".npz"):
        raise InvalidInput(f"--out must end in .json or .npz, got {path.name!r}")
    if not path.parent.is_dir():
        raise InvalidInput(f"--out: there is no folder {str(path.parent)!r}")


def write_result(result: Result, path: Path) -> None:
    """Write a result as .json or .npz, whole or not at all.

    Raises
    ------
    InvalidInput
        If the name ends otherwise, or the file cannot be written.
    """
    check_result_file(path)
    scratch = path.with_name(f".{path.name}.part")
    try:
        with scratch.open("wb") as file:
            if path.suffix.lower() == ".json":
                file.write(to_json(result).encode() + b"\n")
            else:
                np.savez(file, **_arrays(result))
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise InvalidInput(f"--out: cannot write {str(path)!r}: {error.strerror or error}") from None
