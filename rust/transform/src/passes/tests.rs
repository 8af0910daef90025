//! Buffers, spectra and tables that end, or begin, where memory ends: a pass that reads or writes a number too far dies of it.

use porism_guarded::{Bits, Guarded};
use porism_runtime::{Isa, Monitor};

use super::{Middle, Passage, Sample};
use crate::plan::{Aligned, Plan};

fn numbers<T: Sample>(seed: usize, n: usize) -> Vec<T> {
    (0..n)
        .map(|i| T::rounded(((i * i * 31 + seed * 17 + i) % 97) as f64 / 97.0 - 0.5))
        .collect()
}

/// Room for everything that a passage touches.
struct Room {
    both: [Guarded; 2],
    by: [Guarded; 2],
    tables: Vec<Guarded>,
}

impl Room {
    fn new<T: Bits>(plan: &Plan<T>) -> Self {
        let room = |n: usize| Guarded::new(n * size_of::<T>());
        Self {
            both: [room(plan.m), room(plan.m)],
            by: [room(plan.m), room(plan.m)],
            tables: plan.stages.iter().map(|stage| room(stage.table.len())).collect(),
        }
    }
}

/// How much of a sequence there is, and is wanted.
#[derive(Clone, Copy, Debug)]
struct Part {
    present: usize,
    real_in: bool,
    wanted: usize,
    real_out: bool,
}

fn run<T: Sample>(plan: &Plan<T>, middle: Middle, part: Part, re: &mut [T], im: &mut [T], by: [&[T]; 2]) -> u64 {
    let product = matches!(middle, Middle::Multiply | Middle::MultiplyConjugate);
    let mut passage = Passage {
        plan,
        re,
        im,
        by_re: if product { by[0] } else { &[] },
        by_im: if product { by[1] } else { &[] },
        middle,
        present: part.present,
        real_in: part.real_in,
        wanted: part.wanted,
        real_out: part.real_out,
        monitor: &Monitor::new(),
        macs: 0,
    };
    T::run(&mut passage).unwrap();
    passage.macs
}

/// Zeros where no number is present, as whoever fills a buffer leaves them.
fn filled<T: Sample>(seed: usize, n: usize, present: usize) -> Vec<T> {
    let mut values = numbers(seed, n);
    values[present..].fill(T::ZERO);
    values
}

fn stays_inside<T: Sample + Bits>(factors: &[usize], twisted: bool, kept: &[u32]) {
    for isa in Isa::available() {
        let plain = Plan::<T>::new(factors, twisted, kept, isa).unwrap();
        let mut plan = Plan::<T>::new(factors, twisted, kept, isa).unwrap();
        let (m, mut room) = (plain.m, Room::new(&plain));
        let by: [Vec<T>; 2] = [numbers(3, m), numbers(4, m)];
        for at_end in [true, false] {
            let tables: Vec<Aligned<T>> = plan
                .stages
                .iter_mut()
                .zip(&mut room.tables)
                .map(|(stage, pages)| {
                    let guarded = pages.copy(&stage.table, at_end);
                    // SAFETY: never freed as a vector: `forget` takes it back below, before the pages go.
                    let guarded = unsafe { Vec::from_raw_parts(guarded.as_mut_ptr(), guarded.len(), guarded.len()) };
                    std::mem::replace(&mut stage.table, Aligned::of(guarded))
                })
                .collect();
            for middle in [
                Middle::Forward,
                Middle::Multiply,
                Middle::MultiplyConjugate,
                Middle::Inverse,
            ] {
                for (share_in, share_out) in [(1.0, 1.0), (0.5, 0.5), (0.03, 1.0), (0.7, 0.001), (0.0, 0.3)] {
                    for real in [true, false] {
                        let part = Part {
                            present: (share_in * m as f64) as usize,
                            real_in: real,
                            wanted: ((share_out * m as f64) as usize).max(1),
                            real_out: !real,
                        };
                        let start = [
                            filled::<T>(1, m, part.present),
                            filled(2, m, if real { 0 } else { part.present }),
                        ];
                        let (mut re, mut im) = (start[0].clone(), start[1].clone());
                        let macs = run(&plain, middle, part, &mut re, &mut im, [&by[0], &by[1]]);
                        let [first, second] = &mut room.both;
                        let (here, there) = (first.copy(&start[0], at_end), second.copy(&start[1], at_end));
                        let [by_re, by_im] = &mut room.by;
                        let guarded = [&*by_re.copy(&by[0], at_end), &*by_im.copy(&by[1], at_end)];
                        let again = run(&plan, middle, part, here, there, guarded);
                        let what =
                            format!("{isa:?}, {factors:?}, {kept:?}, {middle:?}, {part:?}, at the end: {at_end}");
                        assert!(macs == again && here == &re[..] && there == &im[..], "{what}");
                    }
                }
            }
            for (stage, table) in plan.stages.iter_mut().zip(tables) {
                std::mem::forget(std::mem::replace(&mut stage.table, table).into_inner());
            }
        }
    }
}

#[test]
fn no_pass_touches_what_is_beyond_its_buffers() {
    for first in [&[][..], &[2], &[3], &[4], &[5], &[8], &[16], &[3, 5], &[16, 2]] {
        let factors = [first, &[16, 16]].concat();
        stays_inside::<f32>(&factors, true, &[]);
        stays_inside::<f64>(&factors, true, &[]);
        stays_inside::<f32>(&factors, false, &[]);
    }
}

#[test]
fn no_pass_touches_what_is_beyond_its_buffers_where_blocks_are_left_out() {
    for last in [1, 0xF, 0x1F, 0x1FFF] {
        stays_inside::<f32>(&[16, 16], false, &[0xFFFF, last]);
        stays_inside::<f64>(&[5, 16, 16], false, &[0b10010, 0xFFFF, last]);
        stays_inside::<f32>(&[16, 16, 16], false, &[0b111, 0xFFFF, last]);
        stays_inside::<f64>(&[16, 16, 16], false, &[0x10F0, 0xFFFF, last]);
    }
}
