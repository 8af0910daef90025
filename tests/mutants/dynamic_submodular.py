"""The dynamic algorithm in plain Python, and the same with one plausible mistake at a time: what the laws must catch.

Without a mistake it draws the same random numbers as the Rust kernel, and chooses the same items: a second, shorter
account of the algorithm. A state is a tuple of members and its value; nothing is incremental.
"""

from __future__ import annotations

import ast
import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from porism import Claims, Solver
from porism._validation import as_seed
from porism.objectives import DuplicateItem, UnknownItem
from porism.objectives._objective import as_items
from porism.problems.dynamic_submodular_maximization import (
    DynamicSelector,
    dynamic_submodular_maximization,
    recompute_lazy_greedy,
)
from porism.problems.dynamic_submodular_maximization.problem import prepared
from porism.problems.dynamic_submodular_maximization.solvers import begun

BUGS = {
    "rebuilds when a chosen item is deleted": "uniformity",
    "takes the first items of the bucket": "uniformity",
    "deleted items stay chosen": "feasible",
    "value is that of the ghosts, too": "feasible",
    "a solution is remembered over a deletion": "feasible",
    "small guesses bound the optimum, too": "certificate",
    "the bound is that of the levels alone": "certificate",
    "nothing grows": "invariants",
    "nothing decays": "invariants",
    "survivors found no level": "invariants",
    "a batch draws its randomness once": "batches",
    "a snapshot forgets the clock": "snapshots",
    "a snapshot forgets which guess came when": "snapshots",
    "an item is forgotten when it is restored": "machine",
    "the window lets the newest go": "window",
    "the bound of nothing is one": "emptying",
    "a live item may be inserted again": "refusals",
    "a refusal ticks the clock": "refusals",
    "trials are not counted": "queries",
    "readings are not counted": "queries",
    "an update is half done when a question fails": "failures",
    "everything is recomputed at every update": "sublinear",
    "live() forgets what is worth nothing": "live",
    "a deletion costs the last choice": "worthless",
    "only the largest guess is kept": "expectation",
    "input is not checked": "bad-input",
}
"""Each mistake, and a law that catches it."""

MASK = (1 << 64) - 1


# -- random numbers, as the kernel draws them --------------------------------------------------------------------


def mix(x: int) -> int:
    """The finaliser of SplitMix64."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Generator:
    """xoshiro256++ for a seed and a purpose."""

    def __init__(self, seed: int, purpose: tuple[int, int]) -> None:
        key = seed
        for part in purpose:
            key = mix(((key + 0x9E3779B97F4A7C15) & MASK) ^ mix((part + 0xD1B54A32D192ED03) & MASK))
        self.state = []
        for _ in range(4):
            key = (key + 0x9E3779B97F4A7C15) & MASK
            self.state.append(mix(key))

    def next(self) -> int:
        s0, s1, s2, s3 = self.state
        total = (s0 + s3) & MASK
        result = ((((total << 23) | (total >> 41)) & MASK) + s0) & MASK
        t = (s1 << 17) & MASK
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        self.state = [s0, s1, s2, ((s3 << 45) | (s3 >> 19)) & MASK]
        return result

    def shuffle(self, elements: list[int], k: int) -> None:
        """A random choice of k into the first k places."""
        n = len(elements)
        for i in range(min(k, n)):
            j = i + ((self.next() * (n - i)) >> 64)
            elements[i], elements[j] = elements[j], elements[i]


# -- the oracle --------------------------------------------------------------------------------------------------

State = tuple[tuple[int, ...], float]


class Oracle:
    """An objective with a count; remembers values, except of functions that count their calls themselves."""

    def __init__(self, f: Any) -> None:
        self.f = f
        self.queries = 0
        self.base = float(f.value([]))
        self.known: dict[frozenset[int], float] | None = None if f.name == "python" else {}

    def value(self, members: tuple[int, ...]) -> float:
        self.queries += 1
        if self.known is None:
            return float(self.f.value(list(dict.fromkeys(members))))
        key = frozenset(members)
        if key not in self.known:
            self.known[key] = float(self.f.value(list(dict.fromkeys(members))))
        return self.known[key]

    def gain(self, state: State, item: int) -> float:
        return max(0.0, self.value((*state[0], item)) - state[1])

    def extended(self, state: State, items: list[int]) -> State:
        members = (*state[0], *items)
        return (members, self.value(members)) if items else state


# -- constants ---------------------------------------------------------------------------------------------------


class Params:
    """What epsilon and k determine."""

    def __init__(self, k: int, epsilon: float, trials: int | None, max_failure: float | None) -> None:
        self.k, self.trials = k, trials
        self.loss = 0.45 * epsilon
        self.ratio = 1.0 + self.loss
        self.drop = self.loss / 2.0
        self.failure = (0.2 * epsilon if max_failure is None else max_failure) / k
        self.good = math.log((1.0 - 2.0 * self.drop) / (1.0 - self.drop / 2.0))

    def gamma(self, j: int) -> float:
        base, exponent, power = self.ratio, abs(j), 1.0
        while exponent > 0:
            if exponent & 1:
                power *= base
            base = base * base if base < 1e150 else math.inf
            exponent >>= 1
        return 1.0 / power if j < 0 else power

    def tau(self, gamma: float) -> float:
        return gamma / (2.0 * self.k)

    def edges(self, j: int) -> list[float]:
        gamma = self.gamma(j)
        edge = self.tau(gamma)
        edges = [edge]
        edge *= self.ratio
        while edge <= self.ratio * gamma:
            edges.append(edge)
            edge *= self.ratio
        return edges

    def guesses(self, single: float) -> range:
        if not (single > 0.0 and math.isfinite(single)):
            return range(0)
        last = int(math.log(single) / math.log(self.ratio) + math.log(2.0 * self.k) / math.log(self.ratio)) + 2
        while self.tau(self.gamma(last)) > single:
            last -= 1
        first = int(math.log(single) / math.log(self.ratio)) - 3
        while single > self.ratio * self.gamma(first):
            first += 1
        return range(first, last + 1)

    def checks(self, cap: int) -> float:
        return float(max(cap, 1).bit_length() - 1 + 2)

    def odds(self, cap: int) -> float:
        return math.log(2.0 * self.checks(cap) / self.failure)

    def price(self, cap: int) -> int:
        trials = self.trials if self.trials is not None else math.ceil(self.odds(cap) / -self.good)
        return int(2.0 * self.checks(cap) * trials)


# -- one guess ---------------------------------------------------------------------------------------------------


@dataclass
class Level:
    """A frozen bucket, the sample taken from it, and how much has changed since."""

    before: State
    built_with: int
    live: int
    bucket: list[int]
    dead: int
    sample: list[int]
    threshold: float
    built_at: int


@dataclass
class Guess:
    """Levels, and the items of every depth."""

    j: int
    serial: int
    tail: State
    levels: list[Level] = field(default_factory=list)
    lists: list[list[int]] = field(default_factory=lambda: [[]])
    depth: dict[int, int] = field(default_factory=dict)
    pending: int | None = None
    worth: float | None = None

    def sampled(self) -> list[int]:
        return [item for level in self.levels for item in level.sample]

    def request(self, level: int) -> None:
        self.pending = level if self.pending is None else min(self.pending, level)


class Selector(DynamicSelector):
    """The live object."""

    bug: str | None = None

    def __init__(self, f: Any, k: int, window: int | None, options: dict[str, Any], seed: int) -> None:
        super().__init__(f, k, window)
        self.options, self.seed = options, seed
        self.params = Params(k, options["epsilon"], options["trials"], options["max_failure"])
        self.oracle = Oracle(f)
        self.empty: State = ((), self.oracle.base)
        self.items: list[int] = []
        self.single: dict[int, float] = {}
        self.birth: dict[int, int] = {}
        self.guesses: dict[int, Guess] = {}
        self.clock = self.serial = self.updates = 0
        self.memo: tuple[list[int], float] | None = None
        self.shrunk = False

    # updates

    def _insert(self, item: int) -> None:
        if item in self.single and self.bug != "a live item may be inserted again":
            self.clock += self.bug == "a refusal ticks the clock"
            raise DuplicateItem(f"item {item} is there already")
        if item in self.single:
            return
        self._settle()
        if self.bug == "an update is half done when a question fails":
            self.single[item] = math.nan
            self.items.append(item)
        single = self.oracle.gain(self.empty, item)
        depths = []
        for j in self._range(single):
            guess = self.guesses.get(j)
            depths.append((j, 0 if guess is None else self._depth_of(guess, item)))
        if self.bug == "an update is half done when a question fails":
            self.items.pop()
        self.memo = None
        self.clock += 1
        self.updates += 1
        self.items.append(item)
        self.shrunk = False
        self.single[item], self.birth[item] = single, self.clock
        for j, depth in depths:
            if j not in self.guesses:
                self.serial += 1
                self.guesses[j] = Guess(j, self.serial, self.empty)
            self._admit(self.guesses[j], item, depth)
        self._settle()
        self._recompute()

    def _delete(self, item: int) -> None:
        if item not in self.single:
            raise UnknownItem(f"item {item} is not live")
        self._settle()
        if self.bug != "a solution is remembered over a deletion":
            self.memo = None
        self.clock += 1
        self.updates += 1
        for j in self._range(self.single[item]):
            guess = self.guesses.get(j)
            if guess is not None:
                self._evict(guess, item)
                if not any(guess.lists):
                    del self.guesses[j]
        self.shrunk = True
        place = self.items.index(item)
        self.items[place] = self.items[-1]
        self.items.pop()
        del self.single[item], self.birth[item]
        self._settle()
        self._recompute()

    def _recompute(self) -> None:
        if self.bug == "everything is recomputed at every update":
            raise AssertionError("another class does that")

    def _range(self, single: float) -> range:
        found = self.params.guesses(single)
        return found[-1:] if self.bug == "only the largest guess is kept" else found

    def _apply(self, ops: Any, items: Any, progress: Any) -> None:
        clock = self.clock
        for position, (op, item) in enumerate(zip(ops.tolist(), items.tolist(), strict=True)):
            try:
                self._insert(item) if op > 0 else self._delete(item)
            except (DuplicateItem, UnknownItem) as refused:
                raise type(refused)(f"update {position}: {refused}") from None
            if self.bug == "a batch draws its randomness once":
                self.clock = clock
                self.memo = None

    def _depth_of(self, guess: Guess, item: int) -> int:
        tau = self.params.tau(self.params.gamma(guess.j))
        own = next((i for i, level in enumerate(guess.levels) if item in level.sample), None)
        own = None if item in self.single and item in guess.depth else own
        for depth in range(1, len(guess.levels) + 1):
            if depth < len(guess.levels):
                state = guess.levels[depth].before
            elif len(guess.sampled()) < self.k:
                state = guess.tail
            else:
                return depth - 1
            if own == depth - 1 or self.oracle.gain(state, item) < tau:
                return depth - 1
        return len(guess.levels)

    def _admit(self, guess: Guess, item: int, depth: int) -> None:
        guess.lists[depth].append(item)
        guess.depth[item] = depth
        if item in guess.sampled():
            guess.worth = None
        for i, level in enumerate(guess.levels[: depth + 1]):
            level.live += 1
            if 2 * level.live >= 3 * level.built_with and self.bug != "nothing grows":
                guess.request(i)
        if depth == len(guess.levels) and (self.bug != "survivors found no level" or not guess.levels):
            guess.request(depth)

    def _evict(self, guess: Guess, item: int) -> None:
        if item not in guess.depth:
            return
        depth = guess.depth.pop(item)
        own = guess.lists[depth]
        place = own.index(item)
        own[place] = own[-1]
        own.pop()
        for i, level in enumerate(guess.levels[: depth + 1]):
            level.live -= 1
            if self.birth[item] <= level.built_at and item in level.bucket:
                level.dead += 1
                if level.dead > self.params.loss * len(level.bucket) and self.bug != "nothing decays":
                    guess.request(i)
            if item in level.sample and self.bug == "rebuilds when a chosen item is deleted":
                guess.request(i)
        if item in guess.sampled():
            guess.worth = None

    # rebuilding

    def _settle(self) -> None:
        for j in sorted(self.guesses):
            if self.guesses[j].pending is not None:
                self._rebuild(self.guesses[j])

    def _rebuild(self, guess: Guess) -> None:
        start = guess.pending
        assert start is not None
        rng = Generator(self.seed, (guess.serial, self.clock))
        tau, edges = self.params.tau(self.params.gamma(guess.j)), self.params.edges(guess.j)
        state = guess.levels[start].before if start < len(guess.levels) else guess.tail
        size = sum(len(level.sample) for level in guess.levels[:start])
        items = [item for own in guess.lists[start:] for item in own]
        gains = [self.single[e] for e in items] if start == 0 else [self.oracle.gain(state, e) for e in items]
        levels: list[Level] = []
        lists: list[list[int]] = []
        while items and size < self.k:
            bucket, edge = _bucket_of(edges, items, gains)
            sample = self._draw(state, bucket, edge, len(items), self.k - size, rng)
            after = self.oracle.extended(state, sample)
            size += len(sample)
            level = Level(state, len(items), len(items), sorted(bucket), 0, sample, edge, self.clock)
            if size < self.k:
                stay = [e for e in items if e in sample]
                rest = [e for e in items if e not in sample]
                told = [self.oracle.gain(after, e) for e in rest]
                items = [e for e, gain in zip(rest, told, strict=True) if gain >= tau]
                stay += [e for e, gain in zip(rest, told, strict=True) if gain < tau]
                gains = [gain for gain in told if gain >= tau]
            else:
                stay, items = items, []
            levels.append(level)
            lists.append(stay)
            state = after
        lists.append(items)
        guess.levels[start:] = levels
        guess.lists[start:] = lists
        guess.depth = {item: depth for depth, own in enumerate(guess.lists) for item in own}
        guess.tail, guess.worth, guess.pending = state, None, None

    def _draw(
        self, state: State, bucket: list[int], edge: float, n_candidates: int, room: int, rng: Generator
    ) -> list[int]:
        cap = min(room, len(bucket))
        if cap == 1 or n_candidates <= self.params.price(cap):
            count = 1
        else:
            count = self._count(state, list(bucket), edge, cap, rng)
        sample = list(bucket)
        if self.bug != "takes the first items of the bucket":
            rng.shuffle(sample, count)
        return sample[:count]

    def _count(self, state: State, bucket: list[int], edge: float, cap: int, rng: Generator) -> int:
        if cap <= 1 or self._passes(state, bucket, edge, cap - 1, cap, rng):
            return max(cap, 1)
        low, high = 1, cap
        while high - low > 1:
            middle = low + (high - low) // 2
            if self._passes(state, bucket, edge, middle - 1, cap, rng):
                low = middle
            else:
                high = middle
        return low

    def _passes(self, state: State, bucket: list[int], edge: float, m: int, cap: int, rng: Generator) -> bool:
        if m == 0:
            return True
        params, bound = self.params, self.params.odds(cap)
        most = params.trials if params.trials is not None else math.ceil(6.0 / params.drop * bound)
        odds, drops = 0.0, 0
        for _ in range(most):
            rng.shuffle(bucket, m + 1)
            before = self.oracle.queries
            after = self.oracle.extended(state, bucket[:m])
            drop = self.oracle.gain(after, bucket[m]) < edge
            if self.bug == "trials are not counted":
                self.oracle.queries = before
            drops += drop
            odds += math.log(4.0) if drop else params.good
            if params.trials is None and abs(odds) >= bound:
                return odds < 0.0
        return drops <= params.drop * most

    # reading

    def _solution(self) -> tuple[Any, float]:
        self._settle()
        if self.memo is None:
            before = self.oracle.queries
            self.memo = self._solve()
            if self.bug == "readings are not counted":
                self.oracle.queries = before
        if self.bug == "a deletion costs the last choice" and self.shrunk and len(self.memo[0]) > 1:
            left = self.memo[0][:-1]
            return np.array(left, dtype=np.int64), float(self.objective.value(left))
        return np.array(self.memo[0], dtype=np.int64), self.memo[1]

    def _solve(self) -> tuple[list[int], float]:
        ghostly = self.bug == "deleted items stay chosen"
        order = sorted((self.guesses[j] for j in sorted(self.guesses)), key=lambda guess: -guess.tail[1])
        best: tuple[float, Guess] | None = None
        for guess in order:
            if best is not None and guess.tail[1] <= best[0]:
                break
            ghosts = [e for e in guess.sampled() if e not in self.single]
            if guess.worth is None:
                if not ghosts or ghostly or self.bug == "value is that of the ghosts, too":
                    guess.worth = guess.tail[1]
                else:
                    items = [e for e in guess.sampled() if e in self.single]
                    guess.worth = self.oracle.extended(self.empty, items)[1]
            if best is None or guess.worth > best[0]:
                best = (guess.worth, guess)
        if best is None:
            return [], self.oracle.base
        value, guess = best
        items = [e for e in guess.sampled() if e in self.single or ghostly]
        if not self.options["refill"] or len(items) >= self.k or len(items) == len(self.items):
            return items, value
        ghosts = [e for e in guess.sampled() if e not in self.single]
        state = self.oracle.extended(self.empty, items) if ghosts and not ghostly else guess.tail
        return self._topped_up(state, items, guess)

    def _topped_up(self, state: State, items: list[int], guess: Guess) -> tuple[list[int], float]:
        most = 4 * self.k + 64
        kept = [e for own in reversed(guess.lists) for e in own] + self.items[::-1][:most]
        candidates = [e for e in dict.fromkeys(kept) if e not in items][:most]
        rest = [[self.oracle.gain(state, e), e] for e in candidates]
        fresh = True
        while len(items) < self.k and rest:
            rest.sort(key=lambda entry: (-entry[0], self.birth[entry[1]]))
            if not fresh:
                best = -math.inf
                for entry in rest:
                    if entry[0] < best:
                        break
                    entry[0] = self.oracle.gain(state, entry[1])
                    best = max(best, entry[0])
                rest.sort(key=lambda entry: (-entry[0], self.birth[entry[1]]))
            gain, item = rest.pop(0)
            if gain <= 0.0:
                break
            state = ((*state[0], item), state[1] + gain)
            items.append(item)
            fresh = False
        return items, state[1]

    def upper_bound(self) -> float:
        self._settle()
        if self.bug == "the bound of nothing is one" and not self.items:
            return self.oracle.base + 1.0
        singles = sorted((value for value in self.single.values() if value > 0), reverse=True)
        bound = self.oracle.base + sum(singles[: self.k])
        largest = singles[0] if singles else 0.0
        for guess in self.guesses.values():
            gamma = self.params.gamma(guess.j)
            if len(guess.sampled()) >= self.k:
                continue
            if largest <= self.params.ratio * gamma or self.bug == "small guesses bound the optimum, too":
                rest = 0.0 if self.bug == "the bound is that of the levels alone" else gamma / 2.0
                bound = min(bound, guess.tail[1] + rest)
        return bound

    def _live(self) -> Any:
        items = self.items
        if self.bug == "live() forgets what is worth nothing":
            items = [e for e in items if self.single[e] > 0]
        return np.array(items, dtype=np.int64)

    def rebuild_all(self) -> None:
        self.clock += 1
        self.memo = None
        for guess in self.guesses.values():
            guess.request(0)
        self._settle()

    @property
    def stats(self) -> dict[str, float]:
        queries = self.oracle.queries
        return {"queries": queries, "updates": self.updates, "queries_per_update": queries / max(1, self.updates)}

    def levels(self) -> list[tuple[int, int, list[int], list[int]]]:
        found = []
        for j in sorted(self.guesses):
            found += [(j, i, level.bucket, level.sample) for i, level in enumerate(self.guesses[j].levels)]
        return found

    def broken(self) -> str | None:
        before = self.oracle.queries
        found = next((what for what in map(self._broken, self.guesses.values()) if what), None)
        self.oracle.queries = before
        return found

    def _broken(self, guess: Guess) -> str | None:
        tau = self.params.tau(self.params.gamma(guess.j))
        for i, level in enumerate(guess.levels):
            if 2 * level.live >= 3 * level.built_with:
                return f"level {i} has grown from {level.built_with} to {level.live}"
            gone = sum(e not in self.single for e in level.bucket)
            if gone > self.params.loss * len(level.bucket):
                return f"level {i} has lost {gone} of {len(level.bucket)}"
        if len(guess.sampled()) < self.k:
            for item in guess.depth:
                if item not in guess.sampled() and self.oracle.gain(guess.tail, item) >= tau * (1 + 1e-9):
                    return f"item {item} still gains enough"
        return None

    # as bytes

    def _snapshot(self) -> bytes:
        guesses = [
            (g.j, g.serial, g.lists, g.pending, g.worth, [self._packed(level) for level in g.levels])
            for _, g in sorted(self.guesses.items())
        ]
        clock = 0 if self.bug == "a snapshot forgets the clock" else self.clock
        if self.bug == "a snapshot forgets which guess came when":
            guesses = [(j, 0, *rest) for j, _, *rest in guesses]
        counts = (clock, self.serial, self.updates, self.oracle.queries)
        items = [(e, self.single[e], self.birth[e]) for e in self.items]
        return repr((self.k, self.options, self.seed, counts, items, guesses, self.memo)).encode()

    def _packed(self, level: Level) -> tuple[Any, ...]:
        return level.built_with, level.live, level.bucket, level.dead, level.sample, level.threshold, level.built_at

    @classmethod
    def _restored(cls, objective: Any, snapshot: bytes, window: int | None) -> Selector:
        k, options, seed, counts, items, guesses, memo = ast.literal_eval(snapshot.decode())
        made = cls(objective, k, window, options, seed)
        if cls.bug == "an item is forgotten when it is restored" and len(items) > 1:
            items.pop(0)
        for item, single, birth in items:
            made.items.append(item)
            made.single[item], made.birth[item] = single, birth
        for j, serial, lists, pending, worth, levels in guesses:
            guess = Guess(j, serial, made.empty, [], lists, {}, pending, worth)
            state = made.empty
            for built_with, live, bucket, dead, sample, threshold, built_at in levels:
                guess.levels.append(Level(state, built_with, live, bucket, dead, sample, threshold, built_at))
                state = made.oracle.extended(state, sample)
            guess.tail = state
            guess.depth = {item: depth for depth, own in enumerate(lists) for item in own}
            made.guesses[j] = guess
        made.memo = None if memo is None else (list(memo[0]), memo[1])
        made.clock, made.serial, made.updates, made.oracle.queries = counts
        return made

    def __len__(self) -> int:
        return len(self._live())


def _bucket_of(edges: list[float], items: list[int], gains: list[float]) -> tuple[list[int], float]:
    places = [max(bisect_right(edges, gain), 1) - 1 for gain in gains]
    largest = max(range(len(edges)), key=lambda place: (places.count(place), place))
    return [e for e, place in zip(items, places, strict=True) if place == largest], edges[largest]


class Recomputing(Selector):
    """Asks everything again at every update; the counts are real, the work is the kernel's."""

    def __init__(self, f: Any, k: int, window: int | None, options: dict[str, Any], seed: int) -> None:
        super().__init__(f, k, window, options, seed)
        self.inner = recompute_lazy_greedy(f, k)

    def _insert(self, item: int) -> None:
        self.inner.insert(item)
        self.inner.solution()

    def _delete(self, item: int) -> None:
        self.inner.delete(item)
        self.inner.solution()

    @property
    def stats(self) -> dict[str, float]:
        return dict(self.inner.stats)


def _newest(made: Selector) -> None:
    """Let the newest item but one go instead of the oldest."""
    slide = made._slide

    def wrong(ops: Any, items: Any, progress: Any) -> None:
        slide(ops, items, progress)
        if len(made._order) > 1 and len(made._order) == made.window:
            made._order.move_to_end(next(reversed(made._order)), last=False)

    made._slide = wrong  # type: ignore[method-assign]


def mutant(bug: str | None) -> Solver[..., DynamicSelector]:
    """A solver that claims what `dynamic-submodular` claims, but threads and interrupts; correct for ``bug=None``."""

    def solve(
        objective: Any,
        k: int,
        *,
        items: Any = (),
        window: int | None = None,
        rng: Any = None,
        epsilon: float = 0.2,
        refill: bool = True,
        trials: int | None = None,
        max_failure: float | None = None,
    ) -> DynamicSelector:
        options = {"epsilon": epsilon, "refill": refill, "trials": trials, "max_failure": max_failure}
        if bug == "input is not checked":
            f, number, length = objective, k, window
            first = np.asarray(items, dtype=np.int64).reshape(-1)
        else:
            begun("dynamic-submodular", objective, k, window=window, rng=0 if rng is None else rng, **options)
            f, number, length = prepared(objective, k, window)
            first = as_items("items", items, f.n_items)
        base = Recomputing if bug == "everything is recomputed at every update" else Selector
        made = _CLASSES[base, bug](f, number, length, options, as_seed(rng))
        if bug == "the window lets the newest go":
            _newest(made)
        if len(first):
            made.insert_many(first)
        return made

    function: Callable[..., DynamicSelector] = solve
    for base in (Selector, Recomputing):
        # Pickle finds a class by its name in its module.
        name = "".join(c if c.isalnum() else "_" for c in f"{base.__name__}_{bug}")
        made_class = type(name, (base,), {"bug": bug, "__module__": __name__})
        globals()[name] = made_class
        _CLASSES[base, bug] = made_class
    claims = Claims(expected_ratio="1/2 - epsilon", self_checking=True, uniform_samples=True, sublinear_queries=True)
    return Solver(function, dynamic_submodular_maximization, "mutant", claims=claims)


_CLASSES: dict[tuple[type[Selector], str | None], type[Selector]] = {}
