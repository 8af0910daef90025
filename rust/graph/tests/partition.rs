//! Partitions and what is made of them, against all distances by Floyd and Warshall on small random graphs.

use porism_graph::partition::{
    Cut, Labels, NONE, ball_carving, buffered_cop, check_lengths, clusters, contract, greedy_net, nearest,
    noisy_classes, pair_distances, rows, shortcut_classes, shortcut_hops, strong_radii,
};
use porism_graph::{Csr, Error};
use porism_runtime::{Monitor, Pool};
use proptest::prelude::*;

const MANY: u64 = 1 << 30;

/// The symmetric graph with those edges; of parallel ones the first counts.
fn graph(n: usize, edges: &[(usize, usize, u32)]) -> Csr {
    let mut rows = vec![std::collections::BTreeMap::new(); n];
    for &(u, v, length) in edges.iter().filter(|(u, v, _)| u != v) {
        for (u, v) in [(u, v), (v, u)] {
            rows[u].entry(v).or_insert(f64::from(length) / 4.0);
        }
    }
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in rows {
        indices.extend(row.keys().map(|&v| v as u32));
        data.extend(row.values());
        indptr.push(indices.len());
    }
    Csr::new(n, indptr, indices, data).unwrap()
}

fn all_distances(graph: &Csr, open: impl Fn(usize, usize) -> bool) -> Vec<Vec<f64>> {
    let n = graph.n_rows();
    let mut apart = vec![vec![f64::INFINITY; n]; n];
    for u in 0..n {
        apart[u][u] = 0.0;
        let (neighbours, lengths) = graph.row(u);
        for (&v, &length) in neighbours.iter().zip(lengths).filter(|&(&v, _)| open(u, v as usize)) {
            apart[u][v as usize] = length;
        }
    }
    for k in 0..n {
        for u in 0..n {
            for v in 0..n {
                apart[u][v] = apart[u][v].min(apart[u][k] + apart[k][v]);
            }
        }
    }
    apart
}

fn graphs() -> impl Strategy<Value = Csr> {
    (1..14_usize)
        .prop_flat_map(|n| (Just(n), proptest::collection::vec((0..n, 0..n, 1..9_u32), 0..3 * n)))
        .prop_map(|(n, edges)| graph(n, &edges))
}

fn everything(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn clusters_are_connected_and_small(graph in graphs(), quarters in 1..30_u32, r in 3..6_u32) {
        let (monitor, n) = (Monitor::new(), graph.n_rows());
        let delta = f64::from(quarters) / 4.0;
        let cop = buffered_cop(&graph, delta, r, None, &monitor).unwrap();
        prop_assert!(cop.supernode.iter().all(|&owner| (owner as usize) < cop.parents.len()));
        prop_assert!(cop.parents.iter().enumerate().all(|(i, &parent)| parent == NONE || (parent as usize) < i));
        for cut in [Cut::Within(delta), Cut::Radius(2.0 * delta)] {
            let (made, radii) = clusters(&graph, &cop, cut, &monitor).unwrap();
            prop_assert!(radii.iter().all(|&radius| radius <= delta));
            let inside = all_distances(&graph, |u, v| made.labels[u] == made.labels[v]);
            for v in 0..n {
                let label = made.labels[v] as usize;
                let away = inside[made.centers[label] as usize][v];
                prop_assert!(away <= made.radii[label] && away <= 2.0 * delta);
                prop_assert_eq!(cop.supernode[v], cop.supernode[made.centers[label] as usize]);
            }
            let owners: Vec<u32> = made.centers.iter().map(|&center| cop.supernode[center as usize]).collect();
            prop_assert!(owners.is_sorted());
        }
    }

    #[test]
    fn what_is_outside_stays_outside(graph in graphs(), odd in 0..2_usize) {
        let monitor = Monitor::new();
        let inside: Vec<bool> = (0..graph.n_rows()).map(|v| v % 2 == odd).collect();
        let cop = buffered_cop(&graph, 1.0, 5, Some(&inside), &monitor).unwrap();
        for (v, &within) in inside.iter().enumerate() {
            prop_assert_eq!(cop.supernode[v] == NONE, !within);
        }
        let (made, _) = clusters(&graph, &cop, Cut::Within(1.0), &monitor).unwrap();
        prop_assert!(made.radii.iter().all(|&radius| radius <= 2.0));
    }

    #[test]
    fn balls_nets_and_cells(graph in graphs(), quarters in 1..30_u32) {
        let (monitor, n) = (Monitor::new(), graph.n_rows());
        let delta = f64::from(quarters) / 4.0;
        let balls = ball_carving(&graph, delta, &everything(n), &monitor).unwrap();
        let again = strong_radii(&graph, &balls.labels, &balls.centers, &monitor).unwrap();
        prop_assert!(balls.radii.iter().zip(&again).all(|(a, b)| a == b && *a <= delta));
        let apart = all_distances(&graph, |_, _| true);
        let net = greedy_net(&graph, delta, &everything(n), &monitor).unwrap();
        for &a in &net {
            prop_assert!(net.iter().all(|&b| a == b || apart[a as usize][b as usize] > delta));
        }
        let cells = nearest(&graph, &net, &vec![0.0; net.len()], &monitor).unwrap();
        for v in 0..n {
            let least = net.iter().map(|&a| apart[a as usize][v]).fold(f64::INFINITY, f64::min);
            prop_assert!(least <= delta);
            prop_assert_eq!(apart[cells.centers[cells.labels[v] as usize] as usize][v], least);
        }
    }

    #[test]
    fn oracles_are_within_their_bound_and_no_thread_matters(graph in graphs(), eighths in 1..9_u32) {
        let (monitor, n) = (Monitor::new(), graph.n_rows());
        let eps = f64::from(eighths) / 8.0;
        let serial = Labels::build(&graph, eps, 5, MANY, &Pool::serial(), &monitor).unwrap();
        let pool = Pool::new(3).unwrap();
        prop_assert_eq!(&serial, &Labels::build(&graph, eps, 5, MANY, &pool, &monitor).unwrap());
        let apart = all_distances(&graph, |_, _| true);
        let (from, to): (Vec<u32>, Vec<u32>) = (0..n * n).map(|pair| ((pair / n) as u32, (pair % n) as u32)).unzip();
        let answers = serial.query(&from, &to, &pool, &monitor).unwrap();
        let exact = pair_distances(&graph, &from, &to, &pool, &monitor).unwrap();
        let table = rows(&graph, &everything(n), &pool, &monitor).unwrap();
        for pair in 0..n * n {
            let true_one = apart[pair / n][pair % n];
            prop_assert_eq!(exact[pair], true_one);
            prop_assert_eq!(table[pair], true_one);
            prop_assert!(answers[pair] >= true_one && (answers[pair] <= (1.0 + eps) * true_one));
        }
        let parts = (serial.component().to_vec(), serial.scales().to_vec());
        prop_assert_eq!(&Labels::from_parts(eps, parts.0, parts.1).unwrap(), &serial);
    }

    #[test]
    fn classes_are_connected_and_contract_to_a_minor(graph in graphs(), seed in any::<u64>()) {
        let (monitor, n) = (Monitor::new(), graph.n_rows());
        let apart = all_distances(&graph, |_, _| true);
        let mut terminals: Vec<u32> = Vec::new();
        for v in 0..n {
            let drawn = (seed >> (v % 60)) & 1 == 1;
            if drawn || terminals.iter().all(|&t| apart[t as usize][v].is_infinite()) {
                terminals.push(v as u32);
            }
        }
        let ones = vec![1.25; terminals.len()];
        for classes in [
            shortcut_classes(&graph, &terminals, 5, 0.5, 2.0, &monitor).unwrap(),
            noisy_classes(&graph, &terminals, &ones, &monitor).unwrap(),
        ] {
            let inside = all_distances(&graph, |u, v| classes[u] == classes[v]);
            for v in 0..n {
                prop_assert!(inside[terminals[classes[v] as usize] as usize][v].is_finite());
            }
            let minor = contract(&graph, &classes, &terminals, &Pool::new(2).unwrap(), &monitor).unwrap();
            for (&(s, t), &length) in minor.edges.iter().zip(&minor.lengths) {
                prop_assert!(s < t);
                prop_assert_eq!(length, apart[terminals[s as usize] as usize][terminals[t as usize] as usize]);
            }
        }
    }
}

#[test]
fn hops_are_those_between_clusters_on_the_way() {
    let path = graph(6, &[(0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 4, 4)]);
    let labels = [0, 0, 1, 1, 2, 3];
    let (lengths, hops) = shortcut_hops(&path, &labels, &[0, 0, 1, 0], &[4, 1, 2, 5], &Monitor::new()).unwrap();
    assert_eq!(lengths, [4.0, 1.0, 1.0, f64::INFINITY]);
    assert_eq!(hops, [2, 0, 1, NONE]);
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let (path, monitor) = (graph(3, &[(0, 1, 4), (1, 2, 4)]), Monitor::new());
    let said = |error: Error| error.to_string();
    assert!(said(buffered_cop(&path, 0.0, 5, None, &monitor).unwrap_err()).contains("delta"));
    assert!(said(buffered_cop(&path, 1.0, 2, None, &monitor).unwrap_err()).contains("r must be"));
    assert!(said(buffered_cop(&path, 1.0, 5, Some(&[true]), &monitor).unwrap_err()).contains("inside"));
    assert!(said(ball_carving(&path, 1.0, &[3], &monitor).unwrap_err()).contains("order"));
    assert!(said(nearest(&path, &[0], &[-1.0], &monitor).unwrap_err()).contains("offsets"));
    assert!(said(noisy_classes(&path, &[0], &[0.5], &monitor).unwrap_err()).contains("factors"));
    assert!(said(shortcut_classes(&path, &[], 5, 1.0, 2.0, &monitor).unwrap_err()).contains("terminals"));
    let build = |eps, limit| Labels::build(&path, eps, 5, limit, &Pool::serial(), &monitor);
    assert!(said(build(0.0, MANY).unwrap_err()).contains("eps"));
    assert!(matches!(
        build(0.5, 10).unwrap_err(),
        Error::BeyondLimit { limit: 10, .. }
    ));
    let bad = Csr::new(1, vec![0, 1], vec![0], vec![f64::NAN]).unwrap();
    assert!(said(check_lengths(&bad).unwrap_err()).contains("NaN"));
}

#[test]
fn a_stopped_monitor_ends_it() {
    let (path, monitor) = (graph(3, &[(0, 1, 4), (1, 2, 4)]), Monitor::new());
    monitor.stop();
    assert!(matches!(
        buffered_cop(&path, 1.0, 5, None, &monitor),
        Err(Error::Interrupted(_))
    ));
    let built = Labels::build(&path, 0.5, 5, MANY, &Pool::serial(), &monitor);
    assert!(matches!(built, Err(Error::Interrupted(_))));
}
