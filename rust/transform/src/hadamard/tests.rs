//! Against the definition and the textbook's loop, on every instruction set.

use proptest::prelude::*;

use super::*;

fn random(n: usize, seed: u64) -> impl Iterator<Item = i64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    (0..n).map(move |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as i64 - (1 << 23)
    })
}

#[test]
fn short_rows_are_the_definition() {
    for bits in 0..=9 {
        let n = 1 << bits;
        let x: Vec<i64> = random(n, 7).collect();
        let mut y = x.clone();
        transform(&mut y, n, &Pool::serial(), &Monitor::new()).unwrap();
        for k in 0..n {
            let sum: i64 = (0..n)
                .map(|i| if (i & k).count_ones() % 2 == 0 { x[i] } else { -x[i] })
                .sum();
            assert_eq!(y[k], sum, "n = {n}, k = {k}");
        }
    }
}

fn agree<T: Number>(bits: usize, n_rows: usize, from: impl Fn(i64) -> T) {
    let n = 1 << bits;
    let x: Vec<T> = random(n * n_rows, bits as u64).map(&from).collect();
    let mut expected = x.clone();
    expected.chunks_exact_mut(n).for_each(textbook);
    for isa in Isa::available() {
        for n_threads in [1, 3] {
            let mut y = x.clone();
            transform_on(isa, &mut y, n, &Pool::new(n_threads).unwrap(), &Monitor::new()).unwrap();
            assert!(
                y == expected,
                "{isa:?}, {n_rows} rows of 2^{bits} {}",
                std::any::type_name::<T>()
            );
        }
    }
}

/// Bit for bit: the order of the sums is the same everywhere.
#[test]
fn every_instruction_set_and_blocking_is_the_textbook_s_loop() {
    for bits in 0..=18 {
        for n_rows in if bits < 8 {
            [0, 1, 7, 130]
        } else if bits < 14 {
            [1, 2, 3, 5]
        } else {
            [1, 1, 1, 2]
        } {
            agree(bits, n_rows, |x| x as f32 * 0.37);
            agree(bits, n_rows, |x| x as f64 * 0.37);
            agree(bits, n_rows, |x| x as i32);
            agree(bits, n_rows, |x| x << 20);
        }
    }
}

#[test]
fn rows_beyond_the_second_level_cache_too() {
    for bits in [19, 22, 23] {
        let n = 1 << bits;
        let x: Vec<f32> = random(n, 3).map(|x| x as f32 * 0.1).collect();
        let mut expected = x.clone();
        textbook(&mut expected);
        for isa in Isa::available() {
            let mut y = x.clone();
            transform_on(isa, &mut y, n, &Pool::serial(), &Monitor::new()).unwrap();
            assert!(y == expected, "{isa:?}, 2^{bits}");
        }
    }
}

/// Rows that end, or begin, where memory ends.
#[cfg(unix)]
fn stays_inside<T: Number + porism_guarded::Bits>(bits: usize, n_rows: usize, from: impl Fn(i64) -> T) {
    let n = 1 << bits;
    let x: Vec<T> = random(n * n_rows, bits as u64).map(&from).collect();
    let mut expected = x.clone();
    expected.chunks_exact_mut(n).for_each(textbook);
    let mut pages = porism_guarded::Guarded::new(size_of_val(&x[..]));
    for isa in Isa::available() {
        for at_end in [true, false] {
            for n_threads in [1, 3] {
                let y = pages.copy(&x, at_end);
                transform_on(isa, y, n, &Pool::new(n_threads).unwrap(), &Monitor::new()).unwrap();
                assert!(
                    y == &expected[..],
                    "{isa:?}, {n_rows} rows of 2^{bits} {}",
                    std::any::type_name::<T>()
                );
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn no_row_is_left() {
    // rows shorter than a register in numbers that fill none, blocks of every kind, and strips beyond the second-level cache
    let cases = [
        (0, 1),
        (0, 77),
        (1, 1),
        (1, 33),
        (2, 3),
        (2, 17),
        (3, 1),
        (3, 5),
        (4, 7),
        (5, 3),
        (6, 1),
        (7, 3),
    ]
    .into_iter()
    .chain([
        (8, 5),
        (9, 1),
        (10, 3),
        (11, 1),
        (12, 3),
        (13, 1),
        (14, 3),
        (16, 1),
        (18, 1),
        (19, 1),
        (20, 1),
    ]);
    for (bits, n_rows) in cases {
        stays_inside(bits, n_rows, |x| x as f32 * 0.37);
        stays_inside(bits, n_rows, |x| x as f64 * 0.37);
        stays_inside(bits, n_rows, |x| x as i32);
        stays_inside(bits, n_rows, |x| x << 20);
    }
}

#[test]
fn what_is_no_row_is_refused() {
    let pool = Pool::serial();
    let monitor = Monitor::new();
    for n in [0, 3, 6] {
        assert!(transform(&mut [0.0; 6], n, &pool, &monitor).is_err());
        assert!(transform_checked(&mut [0; 6], n, &pool, &monitor).is_err());
    }
    assert!(transform(&mut [0.0; 6], 4, &pool, &monitor).is_err());
}

#[test]
fn a_stopped_monitor_stops() {
    let monitor = Monitor::new();
    monitor.stop();
    let stopped = transform(&mut [0.0; 8], 8, &Pool::serial(), &monitor);
    assert!(matches!(stopped, Err(Error::Interrupted(_))));
}

proptest! {
    #[test]
    fn integers_are_exact_or_refused_and_then_untouched(row in prop::collection::vec(any::<i32>(), 16), shift in 0..28) {
        let row: Vec<i32> = row.iter().map(|x| x >> shift).collect();
        let mut exact: Vec<i64> = row.iter().map(|&x| i64::from(x)).collect();
        textbook(&mut exact);
        let mut y = row.clone();
        let outcome = transform_checked(&mut y, 16, &Pool::serial(), &Monitor::new());
        if exact.iter().all(|&value| i32::try_from(value).is_ok()) {
            prop_assert!(outcome.is_ok());
            prop_assert!(y.iter().map(|&x| i64::from(x)).eq(exact));
        } else {
            prop_assert!(matches!(outcome, Err(Error::Overflow { .. })), "{outcome:?}");
            prop_assert_eq!(y, row);
        }
    }

    #[test]
    fn twice_is_n_times(row in prop::collection::vec(-1000_i64..1000, 64)) {
        let mut y = row.clone();
        for _ in 0..2 {
            transform_checked(&mut y, 64, &Pool::serial(), &Monitor::new()).unwrap();
        }
        prop_assert!(y.iter().eq(row.iter().map(|x| 64 * x).collect::<Vec<_>>().iter()));
    }
}

#[test]
fn the_largest_numbers_that_fit_fit() {
    let mut y = [i64::MAX, 0, 0, 0];
    transform_checked(&mut y, 4, &Pool::serial(), &Monitor::new()).unwrap();
    assert_eq!(y, [i64::MAX; 4]);
    let mut y = [i64::MIN, 0];
    transform_checked(&mut y, 2, &Pool::serial(), &Monitor::new()).unwrap();
    assert_eq!(y, [i64::MIN; 2]);
    let mut y = [0, i64::MIN];
    assert!(transform_checked(&mut y, 2, &Pool::serial(), &Monitor::new()).is_err());
    assert_eq!(y, [0, i64::MIN]);
}
