"""An index on the workers of a Dask cluster: processes of this machine, loopback only."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest
from scipy import sparse

import porism
from porism_graphs import powerwalk
from porism_graphs.personalized_pagerank import DaskExecutor

distributed = pytest.importorskip("distributed")


def graph(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    edges = rng.integers(n, size=(2, 8 * n))
    return sparse.csr_array((np.ones(8 * n), (edges[0], edges[1])), shape=(n, n))


@pytest.fixture(scope="module")
def cluster():
    options = {
        "distributed.worker.memory.spill": False,
        "distributed.comm.retry.count": 1,
        "distributed.scheduler.worker-ttl": None,
    }
    import dask

    with (
        dask.config.set(options),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=2,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit="700MiB",
            silence_logs=50,
        ) as running,
    ):
        yield running


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster) as connected:
        connected.wait_for_workers(2, timeout=60)
        yield connected


def held(client, index):
    """Bytes of the index on each worker."""
    sizes = client.submit  # the shards' sizes are asked for where the shards are
    where = client.who_has(index._shards)
    bytes_of = {future.key: sizes(lambda shard: shard.nbytes, future) for future in index._shards}
    share: dict[str, int] = {}
    for key, workers in where.items():
        for worker in workers:
            share[worker] = share.get(worker, 0) + bytes_of[key].result()
    return share


def test_an_index_larger_than_the_share_of_a_worker(client):
    """No process has the whole index, neither a worker nor this one, and it is bit for bit the index made here."""
    A = graph(3000)
    index = powerwalk.build(A, n_walks=50, n_shards=8, executor=DaskExecutor(client), rng=3)
    share = held(client, index)
    assert len(share) == 2
    assert max(share.values()) < index.nbytes
    assert sum(share.values()) >= index.nbytes
    here = powerwalk.build(A, n_walks=50, rng=3)
    sources = np.arange(0, 3000, 100)
    far, near = index.query(sources), here.query(sources)
    np.testing.assert_allclose(far.scores.toarray(), near.scores.toarray(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(far.error_bound, near.error_bound, rtol=1e-9)
    assert (index.fingerprints() != here.fingerprints()).nnz == 0


def test_a_worker_that_is_killed_takes_nothing_with_it(client):
    """Dask makes its shards anew on others, from the graph that they have and the seed."""
    A = graph(1000, 1)
    index = powerwalk.build(A, n_walks=30, n_shards=6, executor=DaskExecutor(client), rng=3)
    before = index.query([0, 500, 999])
    assert len(held(client, index)) == 2
    pids = client.run(os.getpid)
    victim, pid = next(iter(pids.items()))
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while victim in client.scheduler_info()["workers"] and client.run(os.getpid, on_error="ignore").get(victim) == pid:
        assert time.monotonic() < deadline, "the worker lives on"
        time.sleep(0.1)
    after = index.query([0, 500, 999])
    np.testing.assert_allclose(after.scores.toarray(), before.scores.toarray(), rtol=0, atol=1e-12)
    assert after.error_bound == pytest.approx(before.error_bound, rel=1e-9)


def test_a_client_is_needed():
    with pytest.raises(porism.InvalidType, match=r"client must be a distributed\.Client, got 'tcp://"):
        DaskExecutor("tcp://localhost:1")
