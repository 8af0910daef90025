//! Every objective against its definition.

mod common;

use common::{Numbers, close, falling, monotone};
use porism_runtime::Monitor;
use porism_submodular::objectives::*;
use porism_submodular::{AnyObjective, BoxError, Csr, Dense, Error, Evaluation, Item, Objective, audit};
use proptest::prelude::*;

fn tolerance(name: &str) -> f64 {
    // The definition of the vector objective is itself put together from single-precision similarities.
    match name {
        "log det" => 1e-7,
        "facility location from vectors" => 1e-6,
        _ => 1e-9,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_and_gains_are_those_of_the_definition(n in 1_usize..14, m in 1_usize..40, seed: u64) {
        let mut numbers = Numbers(seed ^ 1);
        let mut instances = monotone(n, m, seed);
        instances.extend(falling(n, seed));
        for instance in instances {
            let tolerance = tolerance(instance.name);
            let order = numbers.subset(n, n);
            let mut set = Evaluation::new(instance.objective.clone());
            let start = (instance.naive)(&[]);
            prop_assert!(close(set.value(), start, tolerance));
            for step in 0..order.len() {
                let before = (instance.naive)(&order[..step]);
                let rest = &order[step..];
                let gains = set.gains(rest, &Monitor::new()).unwrap();
                for (&item, &gain) in rest.iter().zip(&gains) {
                    let with = [&order[..step], &[item]].concat();
                    let expected = (instance.naive)(&with) - before;
                    prop_assert!(
                        (gain - expected).abs() <= tolerance * before.abs().max(1.0),
                        "{}: item {item} gains {gain}, not {expected}", instance.name
                    );
                    prop_assert_eq!(set.gain(item).unwrap(), gain, "{}: one gain is not one of many", instance.name);
                }
                let gain = set.add(order[step]).unwrap();
                prop_assert_eq!(gain, gains[0]);
                prop_assert_eq!(set.gain(order[step]).unwrap(), 0.0);
                let expected = (instance.naive)(&order[..=step]);
                prop_assert!(close(set.value(), expected, tolerance), "{}: {} {expected}", instance.name, set.value());
            }
            // Any order of arrival, and removal in any order, leads to the same values.
            let other = numbers.subset(n, n);
            prop_assert!(close(set.value_of(&other).unwrap(), set.value(), tolerance));
            for cut in 0..other.len() {
                set.remove(other[cut]).unwrap();
                let expected = (instance.naive)(set.members());
                prop_assert!(close(set.value(), expected, tolerance), "{} after a removal", instance.name);
            }
        }
    }

    #[test]
    fn a_gain_after_others_leaves_the_state_alone(n in 3_usize..12, m in 1_usize..30, seed: u64) {
        let mut numbers = Numbers(seed ^ 2);
        for instance in monotone(n, m, seed) {
            let objective = &instance.objective;
            let order = numbers.subset(n, n);
            let cut = numbers.below(n - 1);
            let mut state = objective.empty();
            objective.extend(&mut state, &order[..cut]).unwrap();
            let before: Vec<f64> = order[cut..].iter().map(|&e| objective.gain(&state, e).unwrap()).collect();
            let last = order[n - 1];
            let gain = objective.gain_after(&mut state, &order[cut..n - 1], last).unwrap();
            let expected = (instance.naive)(&order) - (instance.naive)(&order[..n - 1]);
            prop_assert!((gain - expected).abs() <= tolerance(instance.name) * 10.0, "{}: {gain} {expected}", instance.name);
            let after: Vec<f64> = order[cut..].iter().map(|&e| objective.gain(&state, e).unwrap()).collect();
            prop_assert_eq!(before, after, "{}", instance.name);
        }
    }

    #[test]
    fn they_are_submodular_and_as_monotone_as_they_say(n in 1_usize..14, m in 1_usize..30, seed: u64) {
        for instance in monotone(n, m, seed).into_iter().chain(falling(n, seed)) {
            let found = audit(&instance.objective, 60, seed, &Monitor::new());
            prop_assert!(found.is_ok(), "{}: {}", instance.name, found.unwrap_err());
        }
    }
}

#[test]
fn audits_name_a_witness() {
    let square = |set: &[Item]| -> Result<f64, BoxError> { Ok((set.len() * set.len()) as f64) };
    let wrong = user(square, 10).unwrap();
    let Err(Error::NotSubmodular(witness)) = audit(&wrong, 100, 0, &Monitor::new()) else {
        panic!("squares are supermodular")
    };
    assert!(witness.gain_large > witness.gain_small && witness.large.starts_with(&witness.small));
    assert!(!witness.large.contains(&witness.item) && witness.to_string().contains("not submodular"));
    let fall = |set: &[Item]| -> Result<f64, BoxError> { Ok(-(set.len() as f64)) };
    let error = audit(&user(fall, 10).unwrap(), 100, 0, &Monitor::new()).unwrap_err();
    assert!(error.to_string().contains("not monotone"), "{error}");
}

#[test]
fn user_functions_may_fail_and_lie() {
    let fails = |set: &[Item]| -> Result<f64, BoxError> {
        if set.len() > 1 {
            Err("two is too many".into())
        } else {
            Ok(set.len() as f64)
        }
    };
    let mut set = Evaluation::new(user(fails, 5).unwrap());
    set.add(3).unwrap();
    assert!(set.add(1).unwrap_err().to_string().contains("two is too many"));
    assert_eq!((set.members(), set.value()), (&[3][..], 1.0));
    let nan = |set: &[Item]| -> Result<f64, BoxError> { Ok(if set.contains(&2) { f64::NAN } else { 0.0 }) };
    let error = Evaluation::new(user(nan, 5).unwrap()).gain(2).unwrap_err();
    assert!(error.to_string().contains("NaN"), "{error}");
    let fall = |set: &[Item]| -> Result<f64, BoxError> { Ok(-(set.len() as f64)) };
    let mut falling = Evaluation::new(user(fall, 5).unwrap());
    assert!(falling.gain(2).unwrap_err().to_string().contains("never falls"));
}

struct Gains;

impl SetFunction for Gains {
    fn value(&self, set: &[Item]) -> Result<f64, BoxError> {
        Ok((1..=set.len()).map(|i| 1.0 / i as f64).sum())
    }

    fn gain(&self, set: &[Item], _: Item) -> Option<Result<f64, BoxError>> {
        Some(Ok(1.0 / (set.len() + 1) as f64))
    }
}

#[test]
fn functions_may_tell_gains_themselves() {
    let objective = user(Gains, 8).unwrap();
    let mut state = objective.empty();
    assert_eq!(objective.gain_after(&mut state, &[1, 2, 3], 5).unwrap(), 0.25);
    assert_eq!(objective.calls(), 1);
    objective.add(&mut state, 4, None).unwrap();
    assert_eq!((objective.value(&state), objective.calls()), (1.0, 2));
}

#[test]
fn bad_data_is_refused_with_its_place() {
    let matrix = |values: &[f64]| Dense::new(values.to_vec(), 2, 2).unwrap();
    let message = |error: Error| error.to_string();
    let wrong = message(facility_location_dense(matrix(&[0.0, 1.0, -1.0, 0.0]), &Monitor::new()).unwrap_err());
    assert!(wrong.contains("values[2]") && wrong.contains("-1"), "{wrong}");
    assert!(facility_location_dense(matrix(&[0.0, f64::NAN, 1.0, 0.0]), &Monitor::new()).is_err());
    assert!(facility_location_dense(matrix(&[0.0, f64::INFINITY, 1.0, 0.0]), &Monitor::new()).is_err());
    assert!(probabilistic_coverage_dense(matrix(&[0.0, 1.5, 1.0, 0.0]), None).is_err());
    assert!(feature_based_dense(matrix(&[1.0; 4]), Concave::Capped(-1.0), None).is_err());
    assert!(feature_based_dense(matrix(&[1.0; 4]), Concave::Sqrt, Some(vec![1.0])).is_err());
    assert!(saturated_coverage(Similarity::Dense(matrix(&[1.0; 4])), 0.0).is_err());
    assert!(graph_cut(Similarity::Dense(matrix(&[1.0, 2.0, 3.0, 1.0])), 0.5).is_err());
    assert!(graph_cut(Similarity::Dense(matrix(&[1.0; 4])), f64::NAN).is_err());
    assert!(weighted_coverage(Csr::from_rows(&[vec![(0, ())]], 1).unwrap(), vec![-1.0]).is_err());
    assert!(modular(vec![1.0, f64::NAN]).is_err());
    assert!(mixture(vec![], &[]).is_err());
    let parts = || {
        vec![
            AnyObjective::new(modular(vec![1.0]).unwrap()),
            AnyObjective::new(modular(vec![1.0; 2]).unwrap()),
        ]
    };
    assert!(mixture(parts(), &[1.0, 1.0]).is_err() && mixture(parts(), &[1.0]).is_err());
    assert!(facility_location_features(&matrix(&[1.0, f64::NAN, 0.0, 0.0]), None, Metric::Dot).is_err());
    assert!(facility_location_features(&matrix(&[1e30, 0.0, 0.0, 0.0]), None, Metric::Dot).is_err());
    assert!(facility_location_features(&matrix(&[1.0; 4]), None, Metric::Rbf { gamma: -1.0 }).is_err());
    assert!(user(Gains, usize::MAX).is_err());
}

#[test]
fn indefinite_kernels_are_refused_sooner_or_later() {
    let pair = Dense::new(vec![1.0, 2.0, 2.0, 1.0], 2, 2).unwrap();
    assert!(matches!(
        log_det(pair, 1.0),
        Err(Error::NotPositiveSemidefinite { index: 1, .. })
    ));
    // Every pair is fine, all three are not: eigenvalues 1.9, 1.9 and -0.8.
    let a = -0.9;
    let three = Dense::new(vec![1.0, a, a, a, 1.0, a, a, a, 1.0], 3, 3).unwrap();
    let objective = log_det(three, 0.1).unwrap();
    let error = objective.require_semidefinite(&Monitor::new()).unwrap_err();
    assert!(
        matches!(error, Error::NotPositiveSemidefinite { index: 2, .. }),
        "{error}"
    );
    let mut set = Evaluation::new(objective);
    set.add(0).unwrap();
    set.add(1).unwrap();
    assert!(
        set.add(2)
            .unwrap_err()
            .to_string()
            .contains("not positive semidefinite")
    );
    assert!(log_det(Dense::new(vec![1.0], 1, 1).unwrap(), 0.0).is_err());
}

#[test]
fn influence_of_a_certain_cascade_is_reachability() {
    // 0 -> 1 -> 2, and 3 alone.
    let graph = Csr::from_rows(&[vec![(1, 1.0)], vec![(2, 1.0)], vec![], vec![]], 4).unwrap();
    let sets = sample_reverse_reachable(&graph, 4000, 3, &Monitor::new()).unwrap();
    let mut seeds = Evaluation::new(influence(&sets));
    assert!((seeds.gain(0).unwrap() - 3.0).abs() < 0.15);
    assert!((seeds.gain(2).unwrap() - 1.0).abs() < 0.15);
    seeds.add(0).unwrap();
    assert_eq!(seeds.gain(1).unwrap(), 0.0);
    seeds.add(3).unwrap();
    assert!((seeds.value() - 4.0).abs() < 1e-9);
}

#[test]
fn evaluations_check_what_they_are_told() {
    let mut set = Evaluation::new(modular(vec![1.0, 2.0]).unwrap());
    assert!(matches!(set.add(2), Err(Error::OutOfRange { item: 2, n_items: 2 })));
    assert!(matches!(set.remove(1), Err(Error::UnknownItem { item: 1 })));
    set.add(1).unwrap();
    assert!(matches!(set.add(1), Err(Error::DuplicateItem { item: 1 })));
    assert!(matches!(set.value_of(&[0, 0]), Err(Error::DuplicateItem { item: 0 })));
    set.reset();
    assert_eq!((set.value(), set.members().len()), (0.0, 0));
    let stopped = Monitor::new();
    stopped.stop();
    assert!(matches!(set.gains(&[0], &stopped), Err(Error::Interrupted(_))));
}

#[test]
fn empty_ground_sets_are_sets_too() {
    let nothing = facility_location_dense(Dense::<f32>::new(vec![], 0, 0).unwrap(), &Monitor::new()).unwrap();
    assert!(Evaluation::new(nothing).gain(0).is_err());
    let no_dimension = facility_location_features(&Dense::<f32>::new(vec![], 3, 0).unwrap(), None, Metric::Cosine);
    assert_eq!(Evaluation::new(no_dimension.unwrap()).gain(2).unwrap(), 0.0);
}
