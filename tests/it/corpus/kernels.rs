//! Support vector machines, Gaussian processes and pipelines.

use std::rc::Rc;
use std::sync::Arc;

use docktuna::Tunable;

super::corpus! {
    a_machine Svm,
    a_process GaussianProcess,
    a_pipeline Pipeline,
    a_shared_kernel SharedKernel,
}

#[derive(Tunable, Clone, Debug, PartialEq)]
struct Svm {
    #[tune(range = 1e-3..=1e3, log)]
    c: f64,
    kernel: Kernel,
    #[tune(range = 1e-5..=1e-1, log)]
    tolerance: f64,
    shrinking: bool,
}

#[derive(Tunable, Clone, Debug, PartialEq)]
enum Kernel {
    Linear,
    Rbf(#[tune(range = 1e-4..=10.0, log)] f64),
    Polynomial {
        #[tune(range = 2..=5)]
        degree: u8,
        #[tune(range = 1e-4..=10.0, log)]
        gamma: f64,
        #[tune(range = -1.0..=1.0)]
        coef0: f64,
    },
    Sigmoid(
        #[tune(range = 1e-4..=10.0, log)] f64,
        #[tune(range = -1.0..=1.0)] f64,
    ),
}

#[derive(Tunable)]
struct GaussianProcess {
    kernel: (Matern, Option<Periodic>),
    #[tune(range = 1e-10..=1e-1, log)]
    noise: f64,
    normalize_y: bool,
}

#[derive(Tunable)]
struct Matern {
    #[tune(choices = [0.5, 1.5, 2.5])]
    nu: f64,
    #[tune(range = 1e-2..=1e2, log, len = 1..=3)]
    length_scales: Vec<f64>,
}

#[derive(Tunable)]
struct Periodic(
    #[tune(range = 0.1..=10.0, log)] f64,
    #[tune(range = 0.1..=10.0, log)] f64,
);

#[derive(Tunable)]
struct Pipeline {
    scaler: Option<Scaler>,
    reducer: Reducer,
    model: Model,
}

#[derive(Tunable)]
enum Scaler {
    Standard,
    MinMax((Low, High)),
    Robust,
}

#[derive(Tunable)]
struct Low(#[tune(range = -1.0..=0.0)] f64);

#[derive(Tunable)]
struct High(#[tune(range = 0.5..=1.0)] f64);

#[derive(Tunable)]
enum Reducer {
    None,
    Pca {
        #[tune(range = 2..=64)]
        components: usize,
        whiten: bool,
    },
    SelectK(#[tune(range = 1..=32)] usize),
}

#[derive(Tunable)]
enum Model {
    Svm(Box<Svm>),
    Knn {
        #[tune(range = 1..=50)]
        k: usize,
        metric: Arc<Metric>,
    },
}

#[derive(Tunable)]
enum Metric {
    Euclidean,
    Minkowski(#[tune(range = 1.0..=4.0)] f64),
}

/// One that may be moved to another thread.
#[derive(Tunable)]
struct SharedKernel {
    kernel: Arc<Kernel>,
    #[tune(choices = ["dual", "primal"])]
    solver: Arc<str>,
}

/// One that stays in its thread: without a database, as it cannot be sent.
#[derive(Tunable)]
struct LocalKernel {
    kernel: Rc<Kernel>,
    #[tune(choices = ["dual", "primal"])]
    solver: Rc<str>,
}

#[test]
fn a_local_kernel() {
    let local = LocalKernel {
        kernel: Rc::new(Kernel::Rbf(0.5)),
        solver: "dual".into(),
    };
    let params = docktuna::Params::of(&local).unwrap();
    let back: LocalKernel = params.to_config().unwrap();
    assert_eq!(back.kernel, local.kernel);
    assert_eq!(back.solver, local.solver);
}
