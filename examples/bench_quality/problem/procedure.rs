//! Procedures that are really run: which one is best, and how it is set.

use docktuna::Tunable;
use rand::rngs::ChaCha12Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::Objective;

/// How a function of six variables is minimised in 150 steps.
#[derive(Tunable)]
pub(super) struct Descent {
    method: Method,
    schedule: Schedule,
    #[tune(range = 1e-2..=1e3, log)]
    clip: Option<f64>,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Method {
    Plain {
        #[tune(range = 1e-6..=1.0, log)]
        rate: f64,
    },
    Momentum {
        #[tune(range = 1e-6..=1.0, log)]
        rate: f64,
        #[tune(range = 0.0..=0.999)]
        momentum: f64,
        nesterov: bool,
    },
    Normalized {
        #[tune(range = 1e-4..=1.0, log)]
        rate: f64,
        #[tune(range = 0.5..=0.9999)]
        memory: f64,
    },
    Adam {
        #[tune(range = 1e-4..=1.0, log)]
        rate: f64,
        #[tune(range = 0.0..=0.99)]
        beta1: f64,
        #[tune(range = 0.5..=0.9999)]
        beta2: f64,
        #[tune(range = 1e-8..=1e-1, log)]
        epsilon: f64,
    },
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Schedule {
    Constant,
    Power {
        #[tune(range = 0.0..=2.0)]
        exponent: f64,
    },
    Stairs {
        #[tune(range = 5..=75)]
        every: u32,
        #[tune(range = 0.1..=1.0)]
        factor: f64,
    },
    Ramp {
        #[tune(range = 0.02..=0.6)]
        share: f64,
    },
}

const VARIABLES: usize = 6;
type Point = [f64; VARIABLES];

/// Rosenbrock's valley, at another scale in each variable.
fn valley(x: &Point) -> f64 {
    let pairs = x.windows(2).zip([1.0, 0.3, 2.0, 0.6, 1.5]);
    pairs
        .map(|(p, scale)| scale * (20.0 * (p[1] - p[0] * p[0]).powi(2) + (1.0 - p[0]).powi(2)))
        .sum()
}

/// By central differences.
fn slope(x: &Point) -> Point {
    const H: f64 = 1e-5;
    std::array::from_fn(|i| {
        let at = |shift: f64| {
            let mut moved = *x;
            moved[i] += shift;
            valley(&moved)
        };
        (at(H) - at(-H)) / (2.0 * H)
    })
}

impl Method {
    /// The step number `step` from 1 on, for a slope; `first` and `second` are what it remembers.
    fn step(&self, slope: &Point, first: &mut Point, second: &mut Point, step: i32) -> Point {
        std::array::from_fn(|i| {
            let g = slope[i];
            match self {
                Self::Plain { rate } => rate * g,
                Self::Momentum {
                    rate,
                    momentum,
                    nesterov,
                } => {
                    first[i] = momentum * first[i] + g;
                    let ahead = if *nesterov {
                        g + momentum * first[i]
                    } else {
                        first[i]
                    };
                    rate * ahead
                }
                Self::Normalized { rate, memory } => {
                    second[i] = memory * second[i] + (1.0 - memory) * g * g;
                    rate * g / (second[i].sqrt() + 1e-8)
                }
                Self::Adam {
                    rate,
                    beta1,
                    beta2,
                    epsilon,
                } => {
                    first[i] = beta1 * first[i] + (1.0 - beta1) * g;
                    second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
                    let mean = first[i] / (1.0 - beta1.powi(step));
                    let square = second[i] / (1.0 - beta2.powi(step));
                    rate * mean / (square.sqrt() + epsilon)
                }
            }
        })
    }
}

impl Schedule {
    fn factor(&self, step: u32, steps: u32) -> f64 {
        let share = f64::from(step) / f64::from(steps);
        match self {
            Self::Constant => 1.0,
            Self::Power { exponent } => (1.0 - share).powf(*exponent),
            Self::Stairs { every, factor } => factor.powf(f64::from(step / every)),
            Self::Ramp { share: up } if share < *up => share / up,
            Self::Ramp { share: up } => 1.0 - (share - up) / (1.0 - up),
        }
    }
}

impl Objective for Descent {
    const OPTIMUM: Option<f64> = None;

    /// The decimal logarithm of what is reached.
    fn loss(&self) -> f64 {
        const STEPS: u32 = 150;
        let mut x = [-1.2, 0.8, -0.6, 1.4, 0.3, -0.9];
        let (mut first, mut second) = ([0.0; VARIABLES], [0.0; VARIABLES]);
        for (number, step) in (1..).zip(0..STEPS) {
            let mut slope = slope(&x);
            let norm = slope.iter().map(|g| g * g).sum::<f64>().sqrt();
            if let Some(clip) = self.clip.filter(|clip| norm > *clip) {
                slope.iter_mut().for_each(|g| *g *= clip / norm);
            }
            let taken = self.method.step(&slope, &mut first, &mut second, number);
            let factor = self.schedule.factor(step, STEPS);
            for (x, taken) in x.iter_mut().zip(taken) {
                *x -= factor * taken;
            }
        }
        let reached = valley(&x);
        if reached.is_finite() {
            (reached + 1e-9).log10().min(4.0)
        } else {
            4.0
        }
    }
}

/// How a short round trip through 40 cities is found within 2,000 trips.
#[derive(Tunable)]
pub(super) struct Tour {
    start: Start,
    search: Search,
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Start {
    Shuffled,
    Nearest {
        #[tune(range = 0..=39)]
        from: usize,
    },
    Sweep {
        #[tune(range = 0.0..=1.0)]
        x: f64,
        #[tune(range = 0.0..=1.0)]
        y: f64,
    },
}

#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Search {
    Anneal {
        #[tune(range = 1e-3..=10.0, log)]
        hot: f64,
        #[tune(range = 1e-5..=1e-1, log)]
        cold: f64,
        moves: Moves,
    },
    Threshold {
        #[tune(range = 1e-4..=1.0, log)]
        allowed: f64,
        #[tune(range = 0.1..=5.0)]
        exponent: f64,
        moves: Moves,
    },
    Restart {
        #[tune(range = 50..=2000, log)]
        patience: u32,
        #[tune(range = 1..=20)]
        kicks: u32,
    },
}

/// How one trip is made into another.
#[derive(Tunable)]
#[tune(rename_all = "snake_case")]
enum Moves {
    Reverse {
        #[tune(range = 2..=39)]
        longest: usize,
    },
    Swap,
    Insert {
        #[tune(range = 2..=39)]
        farthest: usize,
    },
}

struct Map {
    cities: Vec<(f64, f64)>,
}

impl Map {
    fn new(rng: &mut ChaCha12Rng) -> Self {
        let cities = (0..40).map(|_| (rng.random(), rng.random())).collect();
        Self { cities }
    }

    fn distance(&self, a: usize, b: usize) -> f64 {
        let ((ax, ay), (bx, by)) = (self.cities[a], self.cities[b]);
        (ax - bx).hypot(ay - by)
    }

    fn length(&self, trip: &[usize]) -> f64 {
        let next = trip.iter().cycle().skip(1);
        trip.iter()
            .zip(next)
            .map(|(a, b)| self.distance(*a, *b))
            .sum()
    }

    fn start(&self, start: &Start, rng: &mut ChaCha12Rng) -> Vec<usize> {
        let mut trip: Vec<usize> = (0..self.cities.len()).collect();
        match start {
            Start::Shuffled => trip.shuffle(rng),
            Start::Nearest { from } => {
                trip.swap(0, *from);
                for at in 1..trip.len() {
                    let near = |i: &usize| self.distance(trip[at - 1], trip[*i]);
                    let nearest = (at..trip.len()).min_by(|a, b| near(a).total_cmp(&near(b)));
                    trip.swap(at, nearest.unwrap_or(at));
                }
            }
            Start::Sweep { x, y } => {
                let angle = |city: usize| {
                    let (cx, cy) = self.cities[city];
                    (cy - y).atan2(cx - x)
                };
                trip.sort_by(|a, b| angle(*a).total_cmp(&angle(*b)));
            }
        }
        trip
    }
}

impl Moves {
    fn apply(&self, trip: &mut [usize], rng: &mut ChaCha12Rng) {
        let n = trip.len();
        let at = rng.random_range(0..n);
        match self {
            Self::Swap => trip.swap(at, rng.random_range(0..n)),
            Self::Reverse { longest } => {
                let length = rng.random_range(2..=*longest);
                trip.rotate_left(at);
                trip[..length].reverse();
            }
            Self::Insert { farthest } => {
                let length = rng.random_range(1..=*farthest);
                trip.rotate_left(at);
                trip[..=length].rotate_left(1);
            }
        }
    }
}

impl Objective for Tour {
    const OPTIMUM: Option<f64> = None;

    /// The length of the shortest trip, on two maps.
    fn loss(&self) -> f64 {
        (0..2).map(|map| self.length(map)).sum()
    }
}

impl Tour {
    fn length(&self, map: u64) -> f64 {
        const TRIPS: u32 = 2000;
        let mut rng = ChaCha12Rng::seed_from_u64(map);
        let map = Map::new(&mut rng);
        let mut trip = map.start(&self.start, &mut rng);
        let mut length = map.length(&trip);
        let mut best = (length, trip.clone());
        let mut idle = 0;
        for number in 0..TRIPS {
            let left = 1.0 - f64::from(number) / f64::from(TRIPS);
            let mut other = trip.clone();
            match &self.search {
                Search::Anneal { moves, .. } | Search::Threshold { moves, .. } => {
                    moves.apply(&mut other, &mut rng);
                }
                Search::Restart { patience, kicks } if idle >= *patience => {
                    other.clone_from(&best.1);
                    (0..*kicks).for_each(|_| Moves::Swap.apply(&mut other, &mut rng));
                    (idle, length) = (0, f64::INFINITY);
                }
                Search::Restart { .. } => {
                    Moves::Reverse { longest: 39 }.apply(&mut other, &mut rng);
                }
            }
            let new = map.length(&other);
            let allowed = match &self.search {
                Search::Anneal { hot, cold, .. } => {
                    let heat = hot * (cold / hot).powf(1.0 - left);
                    -heat * rng.random::<f64>().max(1e-12).ln()
                }
                Search::Threshold {
                    allowed, exponent, ..
                } => allowed * left.powf(*exponent),
                Search::Restart { .. } => 0.0,
            };
            idle += 1;
            if new <= length + allowed {
                (trip, length) = (other, new);
            }
            if length < best.0 - 1e-12 {
                best = (length, trip.clone());
                idle = 0;
            }
        }
        best.0
    }
}
