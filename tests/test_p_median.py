"""p-median beside the peer and SciPy, on real terrain, and in the cases that no law covers."""

from __future__ import annotations

import subprocess
import sys
import time

import kmedoids as peer
import matplotlib as mpl
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from porism import InvalidInput, InvalidType, TooLarge, registry
from porism._core import kmedoids as kernel
from porism.problems.k_medoids import fasterpam
from porism.problems.p_median import _program, fast_interchange, greedy_addition, milp, teitz_bart
from porism.problems.p_median.bench import Task, textbook
from porism.problems.p_median.example import hills
from porism.problems.p_median.laws import paid

RNG = np.random.default_rng(5)
CLIENTS, SITES = RNG.random((120, 2)), RNG.random((30, 2))
COSTS = cdist(CLIENTS, SITES)


def test_the_problem_is_registered_with_its_default():
    assert registry.get("p-median") is fast_interchange
    assert registry.get("vertex-substitution") is teitz_bart
    assert registry.get("p-median/milp").paper.short == "ReVelle & Swain 1970"


@pytest.mark.parametrize("k", [2, 7, 30])
def test_where_clients_are_sites_the_exchanges_are_those_of_the_peer(k):
    D = cdist(CLIENTS, CLIENTS).astype(np.float32)
    start = np.arange(k) * 3
    result = fast_interchange(np.asfortranarray(D), k, init=start, order="input")
    theirs = peer.fasterpam(D, start.astype(np.uint64), max_iter=100, n_cpu=1)
    assert result.cost == pytest.approx(theirs.loss, rel=1e-6)
    assert sorted(result.sites.tolist()) == sorted(int(medoid) for medoid in theirs.medoids)
    same = fasterpam(D, k, metric="precomputed", init=start, order="input")
    assert (same.medoids == result.sites).all()
    assert same.loss == result.cost


def test_milp_is_the_textbooks_optimum():
    for p in (1, 4, 12):
        result = milp(COSTS, p)
        chosen = textbook(Task(args=(COSTS, p)))()
        assert result.proven
        assert result.cost == pytest.approx(paid(COSTS, chosen.sites), rel=1e-9)
        assert result.cost <= fast_interchange(COSTS, p, rng=0, n_init=5).cost + 1e-9


def test_the_relaxation_keeps_every_optimal_solution():
    # Weak known solutions leave more, the optimum itself the least: never is the optimum cut away.
    rng = np.random.default_rng(0)
    reduced = 0
    for _ in range(30):
        prices = rng.integers(0, 50, (12, 25)).astype(np.float64)
        best = milp(prices.T, 4)
        task = _program.Task(prices, 4, np.zeros(12, dtype=bool))
        for known in (best.cost, 1.02 * best.cost, 1.2 * best.cost):
            left = _program.relaxed(task, known, best.client_costs, np.inf)
            assert left.bound <= best.cost * (1 + 1e-9)
            assert not left.closed[best.sites].any()
            assert set(np.flatnonzero(left.open)) <= set(best.sites.tolist())
            assert left.pairs[best.assignment, np.arange(25)].all()
            again = _program.optimum(task, left, known, np.inf, 10**6)
            assert paid(prices.T, again.sites) == best.cost
            reduced += int(left.closed.sum())
    assert reduced > 100


def test_a_program_that_is_too_large_is_refused_with_an_estimate():
    costs = np.random.default_rng(1).random((60, 40))
    with pytest.raises(TooLarge, match=r"program has \d+ pairs .* needs about .* max_pairs=5"):
        milp(costs, 6, max_pairs=5)
    with pytest.raises(TooLarge, match=r"relaxation .* memory_limit"):
        milp(np.asfortranarray(costs), 6, memory_limit=60 * 40 * 8)


def test_a_time_limit_leaves_a_solution_and_a_bound():
    costs = np.random.default_rng(1).random((300, 200))
    started = time.monotonic()
    result = milp(costs, 20, time_limit=1.0)
    assert time.monotonic() - started < 30
    assert not result.proven
    assert not result.converged
    assert 0 < result.lower_bound <= result.cost
    assert result.cost == pytest.approx(paid(costs, result.sites))


def test_free_clients_are_proven_without_a_program():
    result = milp(np.zeros((5, 3), dtype=np.int64), 2)
    assert result.proven
    assert (result.cost, result.lower_bound) == (0, 0.0)


def test_walks_in_the_hills_go_down_faster_than_up():
    land = hills(20)
    minutes = land.minutes
    assert minutes.flags.f_contiguous
    assert (minutes[land.sites, np.arange(len(land.sites))] == 0).all()
    between = minutes[land.sites]
    height = land.elevation.ravel()[land.sites]
    lower, upper = int(np.argmin(height)), int(np.argmax(height))
    assert between[lower, upper] < between[upper, lower], "rows are where the walk ends, columns where it begins"
    results = {solver.name: solver(minutes, 8, rng=0) for solver in registry.solvers(problem="p-median")}
    assert results["milp"].proven
    for result in results.values():
        assert results["milp"].cost <= result.cost + 1e-9
        assert result.cost <= 1.1 * results["milp"].cost


def test_costs_in_fortran_order_are_read_in_place():
    program = (
        "import numpy as np, resource\n"
        "from porism.problems.p_median import fast_interchange\n"
        "costs = np.random.default_rng(0).random((3000, 4000), dtype=np.float32).T\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "fast_interchange(costs, 5, rng=0)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / costs.nbytes)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3


@pytest.mark.parametrize("solver", [fast_interchange, teitz_bart, greedy_addition, milp])
def test_extreme_shapes(solver):
    assert solver([[3.0]], 1).cost == 3
    assert solver(np.ones((1, 9)), 4).cost == 1
    assert solver(np.ones((9, 1), dtype=np.uint8), 1).cost == 9
    assert solver(np.float16([[1, 2], [2, 1]]), 2).cost == 2
    assert len(solver(COSTS, 30).sites) == 30
    all_but_one = np.inf * np.ones((4, 4))
    np.fill_diagonal(all_but_one, 1)
    assert solver(all_but_one, 4).cost == 4
    with pytest.raises(InvalidInput, match=r"costs: client|p must be large enough"):
        solver(all_but_one, 3)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"own": True}, InvalidInput),
        ({"weights": np.ones(29)}, InvalidInput),
        ({"forbidden": np.zeros(120, dtype=bool)}, InvalidInput),
        ({"forbidden": np.ones(30, dtype=bool)}, InvalidInput),
        ({"fixed": np.array([30])}, InvalidInput),
        ({"init": np.array([0, 30])}, InvalidInput),
        ({"init": np.array([0, -1])}, InvalidInput),
        ({"init": np.array([4, 4])}, InvalidInput),
        ({"k": 31}, InvalidInput),
        ({"k": 0}, InvalidInput),
        ({"D": np.empty((0, 5))}, InvalidInput),
        ({"D": np.empty((5, 0))}, InvalidInput),
        ({"D": np.empty(5)}, InvalidType),
        ({"D": np.empty((2, 2, 2))}, InvalidType),
        ({"D": COSTS.T}, InvalidType),
        ({"D": COSTS.T.astype(np.float16, order="C")}, InvalidType),
    ],
)
@pytest.mark.parametrize(
    "method", ["fasterpam", "fastpam1", "fastpam2", "pam", "alternating", "clarans", "fastclarans"]
)
def test_the_kernel_refuses_what_does_not_fit_a_rectangle(change, error, method):
    call = {"D": np.ascontiguousarray(COSTS.T), "k": 2, "init": "first", "own": False, **change}
    if method in ("clarans", "fastclarans") and "init" in change:
        return  # they have no start
    with pytest.raises(error):
        kernel.solve(method=method, **call)


@pytest.mark.parametrize("init", ["random", "build", "first", "lab", "kmeans++", "park-jun"])
@pytest.mark.parametrize(
    "method", ["fasterpam", "fastpam1", "fastpam2", "pam", "alternating", "clarans", "fastclarans"]
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_kernel_takes_every_method_and_start_on_a_rectangle(init, method, turned):
    rows = np.ascontiguousarray(COSTS if turned else COSTS.T)
    found = kernel.solve(rows, 5, method, init, own=False)
    assert len(set(found.medoids.tolist())) == 5
    assert found.loss == pytest.approx(rows[found.medoids].min(axis=0).sum())
    assert (rows[found.medoids].argmin(axis=0) == found.labels).all()


def test_pictures():
    mpl.use("Agg")
    result = fast_interchange(COSTS, 4, rng=0)
    assert result.plot().get_ylabel() == "cost"
    assert len(result.plot(CLIENTS, SITES).collections) == 3
    assert fast_interchange(cdist(CLIENTS, CLIENTS), 4, rng=0).plot(CLIENTS).get_title().startswith("4 sites")
    for arguments, message in (
        ((CLIENTS[:5],), "clients must hold a place for each of the 120 clients"),
        ((CLIENTS, SITES[:1]), "sites must hold a place for each site"),
        ((None, SITES), "clients must be places too"),
    ):
        with pytest.raises(InvalidInput, match=message):
            result.plot(*arguments)


def test_the_command_line_runs_it_on_a_file(tmp_path):
    np.save(tmp_path / "costs.npy", COSTS)
    command = ["run", "p-median", str(tmp_path / "costs.npy"), "-p", "3"]
    command += ["--rng", "0", "--plot", str(tmp_path / "costs.png")]
    program = "import sys; from porism.cli import main; sys.argv = sys.argv[1:]; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "porism", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"sites"' in done.stdout
    assert (tmp_path / "costs.png").exists()
