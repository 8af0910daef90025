"""Objectives as users meet them, selectors as processes live with them, and streams from a shell."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from porism import ComputationError, InvalidInput, InvalidType, objectives, registry
from porism.objectives import InvalidObjective, NotPositiveSemidefinite, NotSubmodular, OracleError
from porism.problems.dynamic_submodular_maximization import SOLVERS, Named, dynamic_submodular, restore
from porism.problems.submodular_maximization import lazy_greedy
from porism.problems.submodular_maximization.laws import (
    MONOTONE,
    by_definition,
    decreasing,
    falling,
    monotone,
    scale_of,
    slack,
)

RNG = np.random.default_rng(0)
S = np.abs(RNG.normal(size=(6, 9)))


# -- objectives ----------------------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None, database=None)
@given(
    kind=st.sampled_from([*MONOTONE, "falling", "decreasing"]),
    n=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
    order=st.permutations(range(9)),
)
def test_every_objective_is_what_its_definition_says(kind, n, seed, order):
    made = {"falling": falling, "decreasing": decreasing}
    f = made[kind](n, seed) if kind in made else monotone(n, seed, kind)
    naive, tolerance = by_definition(f), slack(f) * scale_of(f)
    members = [item for item in order if item < n][: n // 2]
    assert abs(f.value(members) - naive(members)) <= tolerance
    assert abs(f.value(members[::-1]) - naive(members)) <= tolerance
    told = f.gains(members)
    for item in range(n):
        expected = 0.0 if item in members else naive([*members, item]) - naive(members)
        assert abs(told[item] - expected) <= tolerance
    f.check(rng=seed, trials=20)
    again = pickle.loads(pickle.dumps(f))
    assert again.value(members) == f.value(members)
    assert again.monotonicity == f.monotonicity


@pytest.mark.parametrize(
    "given_as",
    [
        S.astype(np.float32),
        np.asfortranarray(S),
        S[:, ::-1][:, ::-1],
        S.astype(">f8"),
        S.tolist(),
        sparse.csr_array(S),
        sparse.csc_array(S),
        sparse.coo_matrix(S),
        sparse.lil_array(S),
    ],
)
def test_similarities_come_in_any_layout(given_as):
    f = objectives.facility_location(given_as)
    assert f.n_items == 9
    assert f.value([2, 5]) == pytest.approx(S[:, [2, 5]].max(axis=1).sum(), rel=1e-6)
    g = objectives.saturated_coverage(given_as, 0.4)
    assert g.value([2]) == pytest.approx(np.minimum(S[:, 2], 0.4 * S.sum(axis=1)).sum(), rel=1e-6)


def test_inputs_are_read_where_they_lie_and_left_alone():
    X = np.asfortranarray(S)
    f = objectives.facility_location(X)
    before = f.value([1])
    X[:, 1] *= 2  # as the guide says, not to be done: the objective reads this array
    assert f.value([1]) in (before, 2 * before)
    for rubbish in (np.nan, -1.0, np.inf):
        X[:] = rubbish
        with contextlib.suppress(OracleError):  # it may say anything, but reads nothing else
            lazy_greedy(f, 5)
    f = objectives.facility_location(np.asfortranarray(S))  # nobody but the objective keeps it
    gc.collect()
    assert f.value([1]) == before
    frozen = S.copy()
    frozen.setflags(write=False)
    objectives.facility_location(frozen)
    matrix = sparse.csr_array(([1.0, 0.0, 2.0, 3.0], [1, 0, 0, 0], [0, 2, 4]), shape=(2, 3))
    parts = matrix.indices.copy(), matrix.data.copy()
    assert objectives.coverage(matrix).value([0]) == 1
    assert objectives.feature_based(matrix, "capped", cap=9).value([1]) == 5
    assert (matrix.indices == parts[0]).all()
    assert (matrix.data == parts[1]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [150, 203])
def test_a_symmetric_matrix_need_not_be_turned_round(n, dtype):
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, 4))
    K = np.exp(-0.2 * ((X[:, None] - X[None]) ** 2).sum(axis=2)).astype(dtype)
    assert (K == K.T).all()
    expected = lazy_greedy(objectives.facility_location(np.asfortranarray(K)), 20)
    noise = 1 + 1e-15 * rng.normal(size=K.shape) if dtype is np.float64 else 1
    for given_as in (K, K.T, (K * noise).astype(dtype), K[::-1, ::-1].copy()[::-1, ::-1]):
        found = lazy_greedy(objectives.facility_location(given_as), 20)
        assert found.ranking.tolist() == expected.ranking.tolist()
        assert found.value == pytest.approx(expected.value, rel=1e-6)
    skew = K.copy()
    skew[3, 140] += dtype(0.01)  # client 3 is served better by item 140, and by nobody else
    f = objectives.facility_location(skew)
    assert f.value([140]) == pytest.approx(skew[:, 140].sum(dtype=np.float64), rel=1e-9)
    assert f.value([3]) == pytest.approx(skew[:, 3].sum(dtype=np.float64), rel=1e-9)
    skew[149, 2] = -1
    with pytest.raises(InvalidObjective, match=r"S must .* got -1.* at S\[149, 2\]"):
        objectives.facility_location(skew)
    found, by_the_book = (registry.get(name)(objectives.facility_location(K), 30) for name in ("lazy-greedy", "greedy"))
    assert found.ranking.tolist() == by_the_book.ranking.tolist()


def test_sparse_data_of_few_entries_is_the_same_dense_or_sparse():
    X = RNG.poisson(0.1, (50, 80)).astype(float)
    a, b = objectives.feature_based(X), objectives.feature_based(sparse.csr_array(X))
    assert a.gains([3, 4]).tolist() == b.gains([3, 4]).tolist()


def test_influence_comes_from_cascades():
    chain = sparse.csr_array((np.ones(4), ([0, 1, 2, 3], [1, 2, 3, 4])), shape=(5, 5))
    f = objectives.influence(chain, n_sets=4000, rng=0)
    assert f.value([0]) == pytest.approx(5)  # a certain cascade down the chain
    assert f.value([4]) == pytest.approx(1, abs=0.2)
    assert objectives.influence(chain, n_sets=50, rng=3).value([2]) == objectives.influence(
        chain, n_sets=50, rng=3
    ).value([2])


def test_a_kernel_may_be_proven_semidefinite():
    K = np.eye(4)
    K[0, 1] = K[1, 0] = K[0, 2] = K[2, 0] = 0.9
    K[1, 2] = K[2, 1] = -0.9  # every pair is sound, all three are not
    f = objectives.log_det(K, 0.1)
    with pytest.raises(NotPositiveSemidefinite, match="pivot"):
        f.value([0, 1, 2])
    with pytest.raises(NotPositiveSemidefinite, match="K"):
        objectives.log_det(K, 0.1, thorough=True)


BAD = [
    (lambda: objectives.facility_location(-S), InvalidObjective, r"S must be finite and at least 0, got .* at S\["),
    (lambda: objectives.facility_location(np.where(S > 1, np.nan, S)), InvalidObjective, r"NaN at S\["),
    (lambda: objectives.facility_location(sparse.csr_array(-S)), InvalidObjective, "S must be finite"),
    (lambda: objectives.facility_location(), InvalidInput, "S must be given"),
    (lambda: objectives.facility_location(S, X=S), InvalidInput, "both"),
    (lambda: objectives.facility_location(S, symmetric=True), InvalidInput, "square"),
    (lambda: objectives.facility_location(S[:, :6], symmetric=True), InvalidInput, "symmetric"),
    (lambda: objectives.facility_location(S, gamma=1.0), InvalidInput, "gamma must go with X"),
    (lambda: objectives.facility_location(X=S, metric="euclidean"), InvalidInput, "metric must be one of"),
    (lambda: objectives.facility_location(X=S, gamma=0.0), InvalidInput, "gamma"),
    (lambda: objectives.facility_location(X=S, clients=S[:, :3]), InvalidInput, "clients must have the 9 columns"),
    (lambda: objectives.facility_location(X=np.full((2, 2), np.inf)), InvalidInput, "X must be finite"),
    (lambda: objectives.facility_location(S[0]), InvalidInput, "2-D"),
    (lambda: objectives.facility_location(np.array([["a"]])), InvalidType, "S must be"),
    (lambda: objectives.graph_cut(S), InvalidInput, "square"),
    (lambda: objectives.graph_cut(S[:, :6]), InvalidInput, "symmetric"),
    (lambda: objectives.graph_cut(np.eye(3), -1.0), InvalidInput, "lam"),
    (lambda: objectives.sum_redundancy(-np.eye(3)), InvalidObjective, r"S\[0, 0\]"),
    (lambda: objectives.log_det(-np.eye(3)), NotPositiveSemidefinite, "K"),
    (lambda: objectives.log_det(np.eye(3), 0.0), InvalidInput, "sigma"),
    (lambda: objectives.feature_based(-S), InvalidObjective, r"X\["),
    (lambda: objectives.feature_based(S, "sqr"), InvalidInput, "'sqrt'"),
    (lambda: objectives.feature_based(S, "capped"), InvalidInput, "cap"),
    (lambda: objectives.feature_based(S, weights=[1.0]), InvalidInput, "weights must have one entry"),
    (lambda: objectives.probabilistic_coverage(2 * np.ones((2, 2))), InvalidObjective, r"probability.*X\[0, 0\]"),
    (lambda: objectives.saturated_coverage(S, 0.0), InvalidInput, "alpha"),
    (lambda: objectives.modular([1.0, -1.0]), InvalidInput, r"weights\[1\]"),
    (lambda: objectives.mixture([]), InvalidInput, "no objectives"),
    (lambda: objectives.mixture([objectives.modular([1.0]), objectives.modular([1.0, 2.0])]), InvalidInput, "1, 2"),
    (lambda: objectives.mixture([len]), InvalidType, "parts"),
    (lambda: objectives.coverage("abc"), InvalidType, "X must be"),
    (lambda: objectives.coverage([[0, -2]]), InvalidInput, "-2"),
    (lambda: objectives.coverage([[0, 5]], n_elements=3), InvalidInput, "5"),
    (lambda: objectives.weighted_coverage([[0], [1]], [1.0]), InvalidInput, "X must hold elements in 0..0"),
    (lambda: objectives.influence(np.eye(3), sets=[[0]]), InvalidInput, "both"),
    (lambda: objectives.influence(2 * np.eye(3)), InvalidObjective, "activation"),
    (lambda: objectives.influence(np.ones((2, 3))), InvalidInput, "square"),
    (lambda: objectives.influence([[1, 2], [3]]), InvalidType, "activation"),
    (lambda: objectives.influence(np.ones((2, 2), dtype=complex)), InvalidType, "activation"),
    (lambda: objectives.influence(5), InvalidInput, "activation"),
    (lambda: objectives.influence(np.ones((2, 2, 2))), InvalidInput, "activation"),
    (lambda: objectives.weighted_coverage([[0]], None), InvalidInput, "weights"),
    (lambda: objectives.weighted_coverage([[0]], [[1], [1, 2]]), InvalidType, "weights"),
    (lambda: objectives.python(None, 3), InvalidType, "value"),
    (lambda: objectives.python(len), InvalidType, "n_items"),
    (lambda: objectives.python(lambda items: "much", 3), InvalidType, "must return a number, got a str"),
]


@pytest.mark.parametrize(("call", "error", "says"), BAD)
def test_bad_data_is_refused_with_its_place(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_a_malformed_sparse_matrix_reads_nothing_outside_itself():
    matrix = sparse.csr_array(S)
    matrix.indices[3] = 70_000
    with pytest.raises(InvalidObjective, match="malformed"):
        objectives.facility_location(matrix)
    matrix = sparse.csr_array(S)
    matrix.indptr[2] = 10**9
    with pytest.raises((InvalidObjective, ValueError)):
        objectives.coverage(matrix)


def test_functions_of_your_own():
    calls = []

    def union(items):
        calls.append(list(items))
        return float(len({u for item in items for u in (item, item + 1)}))

    f = objectives.python(union, 6, memo=100)
    assert lazy_greedy(f, 3).value == 6
    seen = len(calls)
    assert lazy_greedy(f, 3).value == 6
    assert len(calls) == seen, "what was asked before is remembered"
    g = objectives.python(None, 4, gain=lambda items, item: 1.0 / (1 + len(items)))
    assert g.value([0, 1, 2]) == pytest.approx(1 + 1 / 2 + 1 / 3)
    with pytest.raises(OracleError, match="monotone"):
        lazy_greedy(objectives.python(lambda items: -float(len(items)), 4), 2)
    with pytest.raises(OracleError, match="NaN"):
        lazy_greedy(objectives.python(lambda items: float("nan") if items else 0.0, 4), 2)
    with pytest.raises(NotSubmodular) as proof:
        objectives.python(lambda items: float(len(items) ** 2), 5).check(rng=0)
    assert set(proof.value.small) < set(proof.value.large)
    assert str(pickle.loads(pickle.dumps(proof.value))) == str(proof.value)


# -- selectors in a process ----------------------------------------------------------------------------------------


def test_a_function_cannot_call_the_selector_that_asks_it():
    held = {}

    def meddling(items):
        if "selector" in held:
            held["selector"].insert(3)
        return float(len(items))

    held_selector = dynamic_submodular(objectives.python(meddling, 5), 2, rng=0)
    held["selector"] = held_selector
    with pytest.raises(ComputationError, match="one call at a time"):
        held_selector.insert(0)
    del held["selector"]
    held_selector.insert(1)
    assert 1 in held_selector


def test_a_second_thread_is_refused_or_waits_for_nothing():
    f = objectives.facility_location(X=np.random.default_rng(0).random((2000, 8), dtype=np.float32), gamma=1.0)
    selector = dynamic_submodular(f, 5, rng=0, epsilon=0.5)
    refused = []

    def work():
        selector.insert_many(range(600))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.05)
    if thread.is_alive():
        try:
            selector.solution()
        except ComputationError as error:
            refused.append(error)
    thread.join()
    assert len(selector) == 600
    assert not refused or "one call" in str(refused[0])


def test_ctrl_c_leaves_a_sound_selector():
    f = objectives.facility_location(X=np.random.default_rng(0).random((40_000, 64), dtype=np.float32), gamma=1.0)
    selector = dynamic_submodular(f, 10, rng=0, epsilon=0.5)
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            selector.insert_many(range(40_000))
    finally:
        timer.join()
        signal.signal(signal.SIGINT, previous)
    done = len(selector)
    assert 0 < done < 40_000
    assert sorted(selector) == list(range(done))


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.name)
def test_a_damaged_snapshot_is_refused(solver):
    f = monotone(20, 3, "coverage")
    for window in (None, 8):
        selector = solver(f, 3, rng=0, items=range(15), window=window)
        snapshot = selector.snapshot()
        assert restore(f, snapshot) == selector
        for place in range(0, len(snapshot), max(1, len(snapshot) // 40)):
            damaged = snapshot[:place] + bytes([snapshot[place] ^ 1]) + snapshot[place + 1 :]
            for bad in (damaged, snapshot[:place]):
                with pytest.raises(InvalidInput):
                    restore(f, bad)
        with pytest.raises(objectives.InvalidSnapshot):
            restore(monotone(21, 3, "coverage"), snapshot)


def test_recomputing_is_greedy_and_the_dynamic_one_comes_close():
    f = monotone(60, 1, "weighted-coverage")
    exact, dynamic = (
        registry.get(name)(f, 4, rng=0, items=range(60)) for name in ("recompute-lazy-greedy", "dynamic-submodular")
    )
    assert exact.value() == lazy_greedy(f, 4).value
    assert dynamic.value() >= 0.5 * exact.value()
    assert exact.certified_ratio() <= 1.0


# -- from a shell --------------------------------------------------------------------------------------------------


def run(*words, stdin=""):
    return subprocess.run(
        [sys.executable, "-m", "porism.cli", "run", *words], input=stdin, capture_output=True, text=True, check=False
    )


STREAM = "op,item\n+,a,x,y,z\n+,b,z\n\n# gone\n-,a\n+,c,q,r\n"


def test_items_may_go_by_any_names():
    names = ["a", ("b", 1), 7, None, "e"]
    f = objectives.coverage([[0, 1], [1], [2], [3, 4, 5], [0]])
    plain, named = dynamic_submodular(f, 2, rng=0), Named(dynamic_submodular(f, 2, rng=0, window=4), names)
    plain.insert_many([0, 1, 2, 3])
    named.insert_many(names[:4])
    assert named.solution() == [names[item] for item in plain.solution()]
    assert (named.value(), named.upper_bound()) == (plain.value(), plain.upper_bound())
    named.insert("e")  # and the oldest goes
    assert list(named) == named.live() == names[1:]
    assert "a" not in named
    assert None in named
    assert [] not in named
    named.apply([-1, 1], [None, "a"])
    assert set(named.solution()) <= set(named.live())
    assert len(named) == 4
    assert 0 < named.certified_ratio() <= 1
    assert named.stats["updates"] == 8
    with pytest.raises(objectives.UnknownItem, match="got 'z'"):
        named.delete("z")
    with pytest.raises(objectives.DuplicateItem, match="item 'a'"):
        named.insert("a")
    with pytest.raises(objectives.UnknownItem, match="got \\[\\]"):
        named.insert_many([[]])
    with pytest.raises(InvalidInput, match="names must have one entry for each of the 5 items, got 2"):
        Named(plain, ["a", "b"])
    with pytest.raises(InvalidInput, match="names must be distinct, got 'a' twice"):
        Named(plain, ["a", "b", "a", "d", "e"])
    for wrong in (lambda: Named(plain, [[]] * 5), lambda: Named(f, names), lambda: named.insert_many("ab")):
        with pytest.raises(InvalidType):
            wrong()


def test_a_stream_of_named_items(tmp_path):
    path = tmp_path / "ops.csv"
    path.write_text(STREAM)
    done = run("dynamic-submodular", "--stream", str(path), "-k", "1")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["solution"] for line in told] == [["a"], ["c"]]
    assert [line["updates"] for line in told] == [2, 4]
    assert told[0]["value"] == 3
    same = run("recompute-lazy-greedy", "--stream", "-", "-k", "1", "--batch", "1", stdin=STREAM)
    assert [json.loads(line)["solution"] for line in same.stdout.splitlines()] == [["a"], ["a"], ["b"], ["c"]]


def test_a_stream_of_rows(tmp_path):
    table, path = tmp_path / "X.npy", tmp_path / "ops.csv"
    np.save(table, np.eye(6))
    path.write_text("insert,0\ninsert,5\ndelete,0\n")
    done = run(
        "dynamic-submodular", str(table), "--stream", str(path), "-k", "2", "--objective", "feature-based", "--rng", "0"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["solution"] == [5]
    static = run("lazy-greedy", str(table), "-k", "2", "--objective", "coverage")
    assert static.returncode == 0, static.stderr
    assert json.loads(static.stdout)["ranking"] == [0, 1]


@pytest.mark.parametrize(
    ("stream", "says"),
    [
        ("+,a,x\n*,a\n", "line 2"),
        ("+,a,x\n+\n", "line 2"),
        ("+,a,x\n+,a,x\n", "line 2"),
        ("-,a\n", "'a'"),
        ("+,a,x\n-,a\n+,a,y\n", "something else"),
    ],
)
def test_a_bad_line_is_named(stream, says):
    done = run("dynamic-submodular", "--stream", "-", "-k", "1", stdin=stream)
    assert done.returncode == 2
    assert says in done.stderr


def test_streams_are_for_those_who_take_them(tmp_path):
    assert "no stream" in run("fasterpam", "--stream", "x.csv", "-k", "1").stderr
    assert "cannot read" in run("dynamic-submodular", "--stream", str(tmp_path / "none.csv"), "-k", "1").stderr
    assert "needs DATA" in run("lazy-greedy", "-k", "1").stderr
    assert (
        "needs DATA" in run("dynamic-submodular", "--stream", "-", "-k", "1", "--metric", "rbf", stdin="+,a\n").stderr
    )
