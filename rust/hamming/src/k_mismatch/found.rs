//! What a search returns.

/// Work done, in the units in which the theorems count it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Symbols compared by kernels that look at shifts one by one or in groups.
    pub compared: u64,
    /// Shifts whose distance was taken from jump to jump (or piece by piece), each bounded by k.
    pub verified: u64,
    /// Jumps from mismatch to mismatch.
    pub jumps: u64,
    /// Increments of sparse counting: one for each pair of equal marked symbols.
    pub increments: u64,
    /// Butterflies of transforms.
    pub butterflies: u64,
    /// Those of them that estimated distances.
    pub estimating: u64,
    /// Letters counted in fields that share the coefficients of a transform.
    pub packed: u64,
    /// Windows (or the whole text) treated by marking symbols that occur often.
    pub frequent_marks: u64,
    /// The same with symbols that occur seldom.
    pub rare_marks: u64,
    /// The same by exact counting of everything.
    pub exact: u64,
    /// Windows without a candidate.
    pub empty: u64,
    /// Windows whose candidates are more than k apart: each was verified by itself.
    pub sparse: u64,
    /// Windows with candidates nearer than that: text and pattern are periodic there, and were counted by differences.
    pub periodic: u64,
}

impl Counters {
    /// Add what another part of the search did.
    pub fn add(&mut self, other: &Self) {
        self.compared += other.compared;
        self.verified += other.verified;
        self.jumps += other.jumps;
        self.increments += other.increments;
        self.butterflies += other.butterflies;
        self.estimating += other.estimating;
        self.packed += other.packed;
        self.frequent_marks += other.frequent_marks;
        self.rare_marks += other.rare_marks;
        self.exact += other.exact;
        self.empty += other.empty;
        self.sparse += other.sparse;
        self.periodic += other.periodic;
    }

    /// Inner operations of all kinds.
    pub fn operations(&self) -> u64 {
        self.compared + self.jumps + self.increments + self.butterflies
    }
}

/// The shifts with at most k mismatches, ascending, and how they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The shifts.
    pub positions: Vec<i64>,
    /// Their exact distances.
    pub distances: Vec<i32>,
    /// Of a search for many patterns, the pattern of each hit; otherwise empty.
    pub(super) patterns: Vec<i64>,
    /// Work done.
    pub counters: Counters,
}

impl Found {
    #[inline]
    pub(super) fn push(&mut self, shift: usize, distance: u32) {
        self.positions.push(shift as i64);
        self.distances.push(distance as i32);
    }

    pub(super) fn append(&mut self, mut later: Self) {
        self.positions.append(&mut later.positions);
        self.distances.append(&mut later.distances);
        self.patterns.append(&mut later.patterns);
        self.counters.add(&later.counters);
    }
}
