"""Where the shards of an index are made and kept: in this thread, on a few threads, or on the workers of a Dask cluster.

An executor has two methods. ``put`` brings a value to where the work is done; ``map`` calls a function for each of some
blocks of arguments and gives a future for each, an object with the method ``result()``. What `put` and `map` gave may be
an argument in later blocks, and stands there for its value, which need not come back to the caller in between: shards
stay on the workers that made them, and only sums of answers travel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from porism import InvalidType, MissingExtra
from porism_graphs._arguments import as_integer, told

__all__ = ["DaskExecutor", "Executor", "Future", "SerialExecutor", "ThreadExecutor", "as_executor"]


class Future(Protocol):
    """A value that is there, or is being computed."""

    def result(self) -> Any:
        """The value, when it is there; raises what its computation raised."""


class Executor(Protocol):
    """Where work is done. Anything with these two methods is one: Ray, MPI or a queue of your own."""

    def put(self, value: Any) -> Any:
        """Bring `value` to where the work is done; what comes back stands for it as an argument in blocks."""

    def map(self, function: Callable[..., Any], blocks: Iterable[tuple[Any, ...]]) -> list[Future]:
        """A future for ``function(*block)`` for each block, in order."""


@dataclass(frozen=True)
class _Done:
    value: Any

    def result(self) -> Any:
        return self.value


class SerialExecutor:
    """Everything at once, in the calling thread; the kernels inside may have threads of their own."""

    def put(self, value: Any) -> Any:
        """`value` itself."""
        return value

    def map(self, function: Callable[..., Any], blocks: Iterable[tuple[Any, ...]]) -> list[Future]:
        """Call it for each block, one after the other."""
        return [_Done(function(*map(_value, block))) for block in blocks]


class ThreadExecutor:
    """A few threads of this process, which share the graph: kernels release the GIL.

    Parameters
    ----------
    n_threads : int
        How many.
    """

    def __init__(self, n_threads: int) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._pool = ThreadPoolExecutor(as_integer("n_threads", n_threads, 1), thread_name_prefix="porism-graphs")

    def put(self, value: Any) -> Any:
        """`value` itself."""
        return value

    def map(self, function: Callable[..., Any], blocks: Iterable[tuple[Any, ...]]) -> list[Future]:
        """Submit a call for each block. One that waits for an earlier one finds it begun: the queue keeps its order."""
        return [self._pool.submit(_called, function, block) for block in blocks]

    def close(self) -> None:
        """End the threads, when they have done what was submitted."""
        self._pool.shutdown()

    def __enter__(self) -> ThreadExecutor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class DaskExecutor:
    """The workers of a Dask cluster, each of which keeps the shards that it made.

    The graph is sent to every worker once, and the threads of a worker share it. A shard whose worker dies is made anew
    by another, as Dask remembers how, and it comes out the same, because a walk depends on the seed, its start and its
    number only. The graph itself lives as long as one of the workers that got it.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster, whose workers can import `porism_graphs`.

    Raises
    ------
    MissingExtra
        Without distributed: ``pip install 'porism-graphs[dask]'``.
    InvalidType
        If `client` is none.
    """

    def __init__(self, client: Any) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtra("distributed is not installed: pip install 'porism-graphs[dask]'") from error
        if not isinstance(client, Client):
            raise InvalidType(f"client must be a distributed.Client, got {told(client)}")
        self.client = client

    def put(self, value: Any) -> Any:
        """Scatter `value` to every worker."""
        return self.client.scatter(value, broadcast=True, hash=False)

    def map(self, function: Callable[..., Any], blocks: Iterable[tuple[Any, ...]]) -> list[Future]:
        """Submit a task for each block, which Dask runs where the largest of its arguments is."""
        return [self.client.submit(function, *block, pure=False) for block in blocks]


def _value(argument: Any) -> Any:
    return argument.result() if hasattr(argument, "result") else argument


def _called(function: Callable[..., Any], block: tuple[Any, ...]) -> Any:
    return function(*map(_value, block))


def as_executor(name: str, value: object) -> Executor:
    """`value` if it is an executor, a serial one for None.

    Raises
    ------
    InvalidType
        If it lacks one of the two methods.
    """
    if value is None:
        return SerialExecutor()
    if not all(callable(getattr(value, method, None)) for method in ("put", "map")) or isinstance(value, type):
        raise InvalidType(
            f"{name} must be None or an object with methods put(value) and map(function, blocks), got {told(value)}"
        )
    return value  # type: ignore[return-value]
