"""The law runner: that it finds counter-examples, shrinks them, and prints programs that reproduce them."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import porism
from porism import Claims, InvalidInput, Law, PluginError, Registry
from porism._law import GENERAL
from porism.conformance import (
    Case,
    Instance,
    Invalid,
    Suite,
    cases,
    check,
    expected_failures,
    layouts,
    parametrize,
    replay,
)
from porism.conformance._general import general_checks
from porism.conformance._instance import array_code

ROOM = sys.modules[__name__]
"""The toy problem's laws live in this module: a problem names its laws by module."""


class Sum(porism.Result):
    """What the toy problem returns."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def to_dict(self):
        return {"value": self.value}

    def __repr__(self):
        return f"Sum({self.value})"

    def __reduce__(self):
        return Sum, (self.value,)


STATEMENTS = (
    Law("total", "value is the sum", source="the definition"),
    Law("never-negative", "value is not negative", claim="clipped", source="the definition"),
    Law("by-hand", "a fixed instance has a fixed sum", source="the definition"),
)


@porism.problem("toy-sum", result=Sum, statements=STATEMENTS, laws=__name__)
def toy_sum(values, *, rng=None):
    """Add up."""


def numbers(value):
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "if":
        raise InvalidInput(f"values must be an array of numbers, got {value!r}")
    return value


@porism.solver(toy_sum, "right", claims=Claims(deterministic=True))
def right(values, *, rng=None):
    """Add up."""
    if not (rng is None or isinstance(rng, int | np.random.Generator)):
        raise InvalidInput(f"rng must be None, a seed or a Generator, got {rng!r}")
    return Sum(float(numbers(values).sum()))


@porism.solver(toy_sum, "off-by-one")
def off_by_one(values, *, rng=None):
    """Add up all but the last, unless there are few."""
    values = numbers(values)
    right(values, rng=rng)
    return Sum(float(values[:-1].sum() if len(values) > 3 else values.sum()))


@porism.solver(toy_sum, "clipper", claims=Claims(clipped=True))
def clipper(values, *, rng=None):
    """Claim what is false."""
    return right(values)


@porism.solver(toy_sum, "random", claims=Claims(deterministic=True))
def random(values, *, rng=None):
    """Depend on rng, and claim not to."""
    return Sum(float(numbers(values).sum()) + (0 if rng is None else rng) * 0.5)


@porism.solver(toy_sum, "credulous")
def credulous(values, *, rng=None):
    """Accept anything."""
    return right(np.array([1.0])) if not isinstance(values, np.ndarray) else right(values)


@porism.solver(toy_sum, "vandal")
def vandal(values, *, rng=None):
    """Overwrite the argument, where that is possible."""
    result = right(values)
    if values.flags.writeable and len(values):
        values[0] += 1
    return result


class Odd(Sum):
    """A result that does not survive what results should."""

    __slots__ = ()

    def to_dict(self):
        return {0: self.value}


class Lossy(Sum):
    """A result that comes back from pickling as another."""

    __slots__ = ()

    def __reduce__(self):
        return Lossy, (self.value + 1,)


COUNT = itertools.count()
LEAK = []
BUSY = threading.Lock()


def draws_seed(values, *, rng=None):
    np.random.seed(1)
    return right(values, rng=rng)


def draws_random(values, *, rng=None):
    __import__("random").random()
    return right(values, rng=rng)


def forgets_options(values, *, rng=None, speed=1):
    return right(values)


def blames_another(values, *, rng=None):
    try:
        return right(values, rng=rng)
    except InvalidInput:
        raise InvalidInput("something must be otherwise") from None


def reads_before_it_looks(values, *, rng=None):
    numbers(np.asarray(values))
    return right(values, rng=rng)


def reads_only_contiguous(values, *, rng=None):
    if isinstance(values, np.ndarray) and not values.flags.c_contiguous:
        raise ValueError("array is not contiguous")
    return right(values, rng=rng)


def writes_in_place(values, *, rng=None):
    if isinstance(values, np.ndarray) and values.size:
        values[0] = values[0]
    return right(values, rng=rng)


def skips_strides(values, *, rng=None):
    if isinstance(values, np.ndarray) and values.strides[0] < 0:
        values = values[:-1]
    return right(values, rng=rng)


def any_kind(values, *, rng=None):
    return Sum(float(np.asarray(values, dtype=np.float64).sum())) if isinstance(values, np.ndarray) else right(values)


def drops_imaginary(values, *, rng=None):
    if isinstance(values, np.ndarray) and values.dtype.kind == "c":
        values = values.astype(np.float64)
    return right(values, rng=rng)


def wraps_bytes(values, *, rng=None):
    if isinstance(values, np.ndarray) and values.dtype.itemsize == 1 and values.dtype.kind == "i":
        return Sum(float(values.sum(dtype=np.int8)))
    return right(values, rng=rng)


def shares_a_buffer(values, *, rng=None):
    total = right(values, rng=rng).value
    SHARED[:] = [total]
    if BUSY.acquire(blocking=False):
        time.sleep(0.002)
        BUSY.release()
    else:
        return Sum(-1e9)
    return Sum(SHARED[0])


SHARED = []


def leaks_objects(values, *, rng=None):
    LEAK.append(bytes(64))
    return right(values, rng=rng)


def leaks_memory(values, *, rng=None):
    ctypes.pythonapi.PyMem_RawMalloc.restype = ctypes.c_void_p
    block = ctypes.pythonapi.PyMem_RawMalloc(ctypes.c_size_t(20_000))
    ctypes.memset(block, 1, 20_000)
    return right(values, rng=rng)


def swallows(values, *, rng=None, progress=False):
    if callable(progress):
        with contextlib.suppress(Exception):
            progress(1, 1, 0.0)
    return right(values)


def counts_down(values, *, rng=None, progress=False):
    if callable(progress):
        progress(2, 2, 0.0)
        progress(1, 2, 0.0)
    return right(values)


def counts_in_floats(values, *, rng=None, progress=False):
    if callable(progress):
        progress(0.5, 1, 0.0)
    return right(values)


def shows_off(values, *, rng=None, progress=False):
    if callable(progress):
        progress(1, 1, 0.0)
    return Sum(right(values).value + bool(progress))


MUTANTS = [
    (draws_seed, "global-random"),
    (draws_random, "global-random"),
    (forgets_options, "bad-option"),
    (blames_another, "bad-option"),
    (reads_before_it_looks, "bad-option"),
    (reads_only_contiguous, "any-layout"),
    (writes_in_place, "any-layout"),
    (skips_strides, "any-layout"),
    (any_kind, "any-dtype"),
    (drops_imaginary, "any-dtype"),
    (wraps_bytes, "any-dtype"),
    (shares_a_buffer, "concurrent"),
    (leaks_objects, "memory"),
    (leaks_memory, "memory"),
    (swallows, "progress"),
    (counts_down, "progress"),
    (counts_in_floats, "progress"),
    (shows_off, "progress"),
    (lambda values, *, rng=None: Odd(right(values).value), "pickling"),
    (lambda values, *, rng=None: Lossy(right(values).value), "pickling"),
    (lambda values, *, rng=None: Sum(right(values).value + next(COUNT)), "same-seed"),
    (lambda values, *, rng=None: right(values).value, "result-type"),
    (lambda values, *, rng=None, **more: right(values), "unknown-option"),
    (lambda values, *, rng=None, n_jobs=1: Sum(right(values).value + n_jobs), "thread-invariance"),
]
"""What a careless solver does, and the law of every solver that notices."""


@pytest.mark.parametrize(("function", "law"), MUTANTS, ids=lambda item: getattr(item, "__name__", item))
def test_a_law_of_every_solver_notices(function, law):
    mutant = porism.Solver(function, toy_sum, "mutant")
    assert not check(mutant, laws=[law], examples=100, shrink=False).ok


def test_a_right_solver_keeps_the_thorough_laws_too():
    check(right, profile="thorough", examples=40).raise_for_failures()
    names = {case.law for case in check(right, examples=1).outcomes}
    assert "memory" not in names, "only the thorough profile waits for it"


arrays = st.lists(st.integers(-9, 9), max_size=8).map(lambda items: np.array(items, dtype=float))
whole = st.lists(st.integers(0, 100), max_size=8).map(lambda items: np.array(items, dtype=np.int64))
instances = (arrays | whole).flatmap(layouts).map(lambda values: Instance((values,), {"rng": None}))
SUITE = Suite(
    toy_sum,
    instances=instances,
    invalid=st.sampled_from(
        [Invalid(("text",), argument="values", mentions="'text'"), Invalid((None,), argument="values")]
    ),
)


@SUITE.law("total")
def total(solver, instance):
    expected = float(np.sum(instance.args[0]))
    value = instance.call(solver).value
    assert value == expected, f"value {value}, the sum is {expected}"


@SUITE.law("never-negative")
def never_negative(solver, instance):
    assert instance.call(solver).value >= 0


@SUITE.law("by-hand", instances=False)
def by_hand(solver):
    assert solver(np.array([1.0, 2.0])).value == 3.0


def failures(solver, **options):
    return {outcome.law: outcome for outcome in check(solver, examples=60, **options).failures}


def test_a_right_solver_passes_every_law_that_applies():
    report = check(right, examples=30)
    assert report.ok
    names = {outcome.law for outcome in report.outcomes}
    assert {"total", "by-hand", "bad-input", "deterministic", "pickling", "inputs-untouched"} <= names
    assert "never-negative" not in names  # not claimed
    assert "interrupts" not in names
    assert all(outcome.examples > 0 for outcome in report.outcomes)
    report.raise_for_failures()


def test_a_counter_example_is_shrunk_and_printed_as_code():
    (failure,) = failures(off_by_one).values()
    assert failure.law == "total"
    assert failure.message.startswith(("value 0.0, the sum is 1.0", "value 0.0, the sum is -1.0"))
    assert "np.array([0.0, 0.0, 0.0, 1.0]" in failure.code or "np.array([0.0, 0.0, 0.0, -1.0]" in failure.code
    with pytest.raises(AssertionError, match="the sum is"):
        check(off_by_one, examples=60).raise_for_failures()


@pytest.mark.parametrize(
    ("solver", "law"),
    [(clipper, "never-negative"), (random, "deterministic"), (credulous, "bad-input"), (vandal, "inputs-untouched")],
    ids=lambda item: getattr(item, "name", item),
)
def test_each_kind_of_mistake_is_found_by_its_law(solver, law):
    assert law in failures(solver)


def test_the_printed_program_reproduces_the_failure():
    porism.registry.add(toy_sum, off_by_one, owner="test-conformance")
    failure = failures(off_by_one)["total"]
    assert 'replay("toy-sum/off-by-one", "total", values, rng=None)' in failure.code
    with pytest.raises(AssertionError, match="the sum is"):
        exec(failure.code, {})


def test_the_same_seed_tries_the_same_instances():
    seen = []

    def record(values, *, rng=None):
        seen.append(values.tolist() if isinstance(values, np.ndarray) else values)
        return right(values)

    solver = porism.Solver(record, toy_sum, "recorder")
    runs = []
    for seed in (1, 1, 2):
        seen.clear()
        check(solver, examples=20, seed=seed, laws=["total"])
        runs.append(list(seen))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_expected_failures_carry_their_reason_and_must_fail():
    report = check(off_by_one, examples=60, expected_failures={"total": "known, issue 7"})
    assert report.ok
    (outcome,) = [o for o in report.outcomes if o.status == "expected"]
    assert outcome.message.startswith("known, issue 7")
    report = check(right, examples=10, expected_failures={"total": "known"})
    assert not report.ok
    assert "was expected to fail (known), and passed" in report.failures[0].message
    with pytest.raises(InvalidInput, match="expected_failures names 'tottal'"):
        check(right, expected_failures={"tottal": "?"})


def test_reports_are_json():
    plain = json.loads(json.dumps(check(off_by_one, examples=60).to_dict()))
    assert plain["ok"] is False
    assert {outcome["law"] for outcome in plain["outcomes"] if outcome["status"] == "failed"} == {"total"}


def test_replay_runs_one_law_on_one_call():
    replay(right, "total", np.array([1.0, 2.0]), rng=None)
    replay(right, "by-hand")
    replay(right, "bad-input", "text", argument="values")
    with pytest.raises(AssertionError):
        replay(off_by_one, "total", np.array([0.0, 0.0, 0.0, 1.0]), rng=None)


def test_unknown_laws_and_profiles_are_refused():
    with pytest.raises(InvalidInput, match="'tota' does not apply to toy-sum/right; did you mean 'total'"):
        cases(right, ["tota"])
    with pytest.raises(InvalidInput, match="profile must be one of 'quick', 'default', 'thorough', got 'hard'"):
        check(right, profile="hard")


def test_a_law_without_a_check_is_an_error():
    suite = Suite(toy_sum, instances=instances)
    with pytest.raises(PluginError, match="total, never-negative, by-hand"):
        suite.complete()
    with pytest.raises(PluginError, match="states no law 'totl'; did you mean 'total'"):
        suite.law("totl")


def test_a_claim_that_no_law_tests_is_refused():
    boastful = porism.Solver(right.function, toy_sum, "boastful", claims=Claims(fastest=True))
    registry = Registry(plugins=False)
    registry.add(toy_sum)
    with pytest.raises(PluginError, match="claims 'fastest', which no law tests"):
        registry.add(boastful)


def test_flaky_solvers_are_reported_as_such():
    calls = iter(range(10**9))

    def sometimes(values, *, rng=None):
        return Sum(float(numbers(values).sum()) + (next(calls) % 7 == 6))

    failure = failures(porism.Solver(sometimes, toy_sum, "sometimes"), laws=["total"])["total"]
    assert failure.message


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12.0).reshape(2, 6)[:, ::2],
        np.arange(6.0).reshape(2, 3)[::-1, ::-1],
        np.arange(4, dtype=">f4"),
        np.frombuffer(b"." + np.arange(3.0).tobytes(), np.float64, offset=1),
        np.array([np.nan, np.inf, -0.0]),
        np.empty((0, 3), dtype=np.int32),
        np.array([True, False]),
    ],
    ids=["C", "F", "strided", "reversed", "swapped", "unaligned", "special", "empty", "bool"],
)
def test_an_array_is_printed_with_values_dtype_and_layout(array):
    scope = {"np": np, "nan": np.nan, "inf": np.inf}
    exec("\n".join(array_code("made", array)), scope)
    made = scope["made"]
    assert made.dtype == array.dtype
    assert made.dtype.byteorder == array.dtype.byteorder
    assert made.tobytes() == array.tobytes()
    assert made.flags.c_contiguous == array.flags.c_contiguous
    assert made.flags.f_contiguous == array.flags.f_contiguous
    assert made.flags.aligned == array.flags.aligned
    assert made.flags.writeable == array.flags.writeable


@given(layouts(np.arange(6.0).reshape(2, 3)))
def test_layouts_keep_the_values(array):
    assert np.array_equal(array, np.arange(6.0).reshape(2, 3))


def test_a_counter_example_is_printed_as_it_was_before_the_call():
    failure = failures(vandal, laws=["inputs-untouched"])["inputs-untouched"]
    assert "values = np.array([0.0], dtype='<f8')" in failure.code


def test_checking_leaves_nothing_behind(tmp_path):
    program = "from porism.conformance import check; assert check('fasterpam', examples=5).ok"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert list(Path(tmp_path).iterdir()) == []


def test_every_one_of_the_invalid_calls_is_tried_in_every_profile():
    invalid = [Invalid((f"text {i}",), argument="values", mentions=f"text {i}") for i in range(150)]
    suite = Suite(toy_sum, instances=SUITE.instances, invalid=invalid)
    (bad_input,) = (case for case in general_checks(suite) if case.law.name == "bad-input")
    outcome = Case(right, bad_input, "toy-sum/right").run(1)
    assert outcome.status == "passed", outcome.message
    assert outcome.examples == 150


def test_without_shrinking_any_counter_example_will_do():
    whole, quick = (check(off_by_one, laws=["total"], shrink=shrink) for shrink in (True, False))
    assert not whole.ok
    assert not quick.ok
    assert "replay(" in quick.failures[0].code
    assert len(whole.failures[0].code) <= len(quick.failures[0].code)


# -- what is known to fail, and what is reported -----------------------------------------------------------------------


def test_parametrize_marks_what_is_known_to_fail():
    for announced in ({"total": "known"}, {"toy-sum/off-by-one": {"total": "known"}}):
        mark = parametrize(off_by_one, laws=["total", "by-hand"], expected_failures=announced)
        marks = {param.values[0].check.law.name: list(param.marks) for param in mark.args[1]}
        assert marks["by-hand"] == []
        (xfail,) = marks["total"]
        assert xfail.kwargs == {"reason": "known", "raises": AssertionError, "strict": True}
    with pytest.raises(InvalidInput, match="names 'tottal', which does not apply to toy-sum/off-by-one"):
        parametrize(off_by_one, expected_failures={"tottal": "?"})
    with pytest.raises(InvalidInput, match=r"must be {law: reason} or {solver: {law: reason}}"):
        parametrize(off_by_one, expected_failures={"total": 7})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "cannot read"),
        ('total = "known"', "must hold reasons by law for 'total'"),
        ('["a/b"]\nx = 1', "for 'a/b'"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path, text, message):
    path = tmp_path / "expected.toml"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        expected_failures(path)
    with pytest.raises(InvalidInput, match="cannot read"):
        expected_failures(tmp_path / "nowhere.toml")


PLUGIN = """
import porism
from porism.problems.count_3sum import count_3sum, Count3SumResult

@porism.solver(count_3sum, "one-short", claims=porism.Claims(deterministic=True))
def one_short(a, b, n_targets, *, rng=None):
    '''Forget a pair.'''
    result = porism.registry.get("count-3sum/pairs-window")(a, b, n_targets, rng=rng)
    counts = result.counts.copy()
    counts[counts.argmax()] -= counts.any()
    return Count3SumResult(counts, "one-short")

PORISM_API = 1

@porism.hookimpl
def porism_register(registry):
    registry.add(one_short)
"""


@pytest.fixture
def one_short(tmp_path):
    """An installed plugin with a solver that breaks laws, and a list that says so."""
    site = tmp_path / "site"
    (site / "one_short-1.0.dist-info").mkdir(parents=True)
    (site / "one_short-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: one-short\nVersion: 1.0\n")
    (site / "one_short-1.0.dist-info/entry_points.txt").write_text("[porism]\none-short = one_short\n")
    (site / "one_short.py").write_text(PLUGIN)
    listed = tmp_path / "expected.toml"

    def write(*laws):
        listed.write_text('["count-3sum/one-short"]\n' + "".join(f'{law} = "a pair short, issue 3"\n' for law in laws))

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    found = run("-m", "porism.cli", "check", "one-short", "--profile", "quick", "--report", "-")
    report = json.loads(found.stdout)
    failed = [one["law"] for one in report["solvers"][0]["outcomes"] if one["status"] == "failed"]
    assert "by-definition" in failed
    assert found.returncode == 1
    return run, write, failed, listed


def test_a_list_of_expected_failures_holds_on_the_command_line_and_under_pytest(one_short, tmp_path):
    run, write, failed, listed = one_short
    write(*failed)
    check_it = ["-m", "porism.cli", "check", "one-short", "--profile", "quick", "--expected", str(listed)]
    done = run(*check_it, "--report", "report.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"0 failed, {len(failed)} failed as expected" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["ok"] is True
    assert {"format", "porism", "python", "numpy", "platform"} <= report.keys()
    (solver,) = report["solvers"]
    assert (solver["solver"], solver["profile"], solver["seed"]) == ("count-3sum/one-short", "quick", 0)
    assert [one["law"] for one in solver["outcomes"] if one["status"] == "expected"] == failed
    py = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--porism", "one-short", "--porism-expected", str(listed)]
    done = run(*py, "--junitxml", "junit.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(failed)} xfailed" in done.stdout
    junit = (tmp_path / "junit.xml").read_text()
    assert 'name="statement" value="exchanging a and b changes nothing"' in junit
    assert "issue 3" in junit

    write(*failed, "symmetry")  # it keeps that one
    done = run(*check_it)
    assert done.returncode == 1
    assert "was expected to fail (a pair short, issue 3), and passed" in done.stdout
    done = run(*py)
    assert done.returncode == 1
    assert "1 failed" in done.stdout

    listed.write_text('["count-3sum/one-shot"]\nsymmetry = "misspelt"\n')
    done = run(*check_it)
    assert done.returncode == 2
    assert "no solver 'count-3sum/one-shot'; did you mean 'count-3sum/one-short'" in done.stderr


# -- the catalogue -----------------------------------------------------------------------------------------------------


def test_the_catalogue_lists_every_law_with_those_who_owe_it():
    entries = porism.registry.laws()
    assert [entry.law for entry in entries if entry.problem is None] == list(GENERAL)
    assert all(law.source for law in GENERAL)
    ours = [entry for entry in entries if entry.problem is not None]
    assert [f"{entry.problem}: {entry.law.name}" for entry in ours if not entry.law.source] == []
    named = {(entry.problem, entry.law.name): entry for entry in entries}
    assert len(named) == len(entries)
    for problem in porism.registry.problems():
        assert {law.name for law in problem.statements} <= {name for owner, name in named if owner == problem.name}
    local = named["k-medoids", "local-optimum"]
    assert "k-medoids/fasterpam" in local.solvers
    assert "k-medoids/alternating" not in local.solvers
    assert local.law.source.startswith("Kaufman")
    assert json.loads(json.dumps(local.to_dict()))["claim"] == "local_optimum"


@pytest.mark.parametrize("name", ["k-medoids/fasterpam", "count-3sum/auto", "sumset/fft"])
def test_the_laws_of_a_solver_are_those_that_it_is_checked_by(name):
    listed = {entry.law.name for entry in porism.registry.laws(name)}
    assert listed == {case.check.law.name for case in cases(name, thorough=True)}


def test_laws_prints_the_catalogue():
    command = [sys.executable, "-m", "porism.cli", "laws"]
    done = subprocess.run([*command, "k-medoids", "--json"], capture_output=True, text=True, check=True)
    entries = json.loads(done.stdout)
    assert {entry["problem"] for entry in entries} == {None, "k-medoids"}
    done = subprocess.run([*command, "fasterpam"], capture_output=True, text=True, check=True)
    assert "Arya et al. 2004" in " ".join(done.stdout.split())
    done = subprocess.run([*command, "fastrpam"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "did you mean" in done.stderr
