//! Players of games: behaviour trees, evaluations, procedural worlds.

use std::sync::Arc;

use docktuna::Tunable;

super::corpus! {
    a_bot Bot,
    a_tree_search TreeSearch,
    a_world World,
    a_vehicle Vehicle,
}

#[derive(Tunable)]
struct Bot {
    #[tune(range = 0.0..=1.0)]
    aggression: Percent,
    #[tune(range = 0.0..=1.0)]
    weights: [f32; 6],
    state: State,
    #[tune(range = 1..=1000)]
    reaction_frames: (u16, u16),
    #[tune(skip)]
    memory: Vec<Arc<str>>,
}

#[derive(Tunable)]
struct Percent(f32);

#[derive(Tunable)]
enum State {
    Idle,
    Patrol {
        #[tune(range = 1.0..=50.0)]
        radius: f32,
        loops: bool,
    },
    Chase(Chase),
    Flee(#[tune(range = 0.0..=1.0)] f32, #[tune(range = 1..=10)] u8),
}

#[derive(Tunable)]
struct Chase {
    #[tune(range = 1.0..=100.0, log)]
    distance: f32,
    predict: Option<Predict>,
}

#[derive(Tunable)]
struct Predict(#[tune(range = 0.0..=2.0)] f32);

#[derive(Tunable)]
struct TreeSearch {
    #[tune(range = 0.1..=4.0)]
    exploration: f64,
    #[tune(range = 1..=100_000, log)]
    playouts: u64,
    rollout: Rollout,
    #[tune(range = 0.03..=1.0, log)]
    dirichlet: (f64, f64),
    #[tune(range = 0..=30)]
    temperature_moves: Option<u32>,
}

#[derive(Tunable)]
enum Rollout {
    Random,
    Heuristic([Percent01; 2]),
    Network,
}

#[derive(Tunable)]
struct Percent01(#[tune(range = 0.0..=1.0)] f64);

#[derive(Tunable)]
struct World {
    octaves: Vec3<Octave>,
    #[tune(range = 0.0..=1.0)]
    sea_level: f32,
    biome: Biome,
    #[tune(fixed = 1337)]
    seed: u64,
}

#[derive(Tunable)]
struct Vec3<T> {
    x: T,
    y: T,
    z: T,
}

#[derive(Tunable)]
struct Octave {
    #[tune(range = 0.001..=1.0, log)]
    frequency: f32,
    #[tune(range = 0.0..=10.0)]
    amplitude: f32,
}

#[derive(Tunable)]
#[tune(rename_all = "SCREAMING_SNAKE_CASE")]
enum Biome {
    DeepOcean,
    Desert {
        #[tune(range = 0.0..=1.0)]
        dunes: f32,
    },
    Forest(#[tune(range = 1..=9)] u8),
}

#[derive(Tunable)]
struct Vehicle {
    #[tune(range = 0.0..=10.0)]
    pid: Pid,
    #[tune(range = 1.0..=60.0)]
    max_steer_degrees: f32,
    gears: Gears,
}

/// One gain for all three.
#[derive(Tunable)]
struct Pid(f64);

#[derive(Tunable)]
struct Gears(#[tune(range = 0.5..=5.0, len = 3..=6)] Vec<f32>);
