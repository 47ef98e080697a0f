//! Agents.

use std::time::Duration;

use docktuna::Tunable;

super::corpus! {
    an_actor_and_a_critic Ppo,
    a_soft_one Sac,
    a_network_of_values Dqn,
    a_replay_buffer Replay,
    an_environment Environment,
}

#[derive(Tunable)]
struct Ppo {
    #[tune(range = 1e-5..=1e-2, log)]
    learning_rate: f64,
    #[tune(choices = [64, 128, 256, 512, 1024, 2048], ordered)]
    n_steps: usize,
    #[tune(range = 0.9..=0.9999)]
    gamma: Discount,
    #[tune(range = 0.8..=1.0)]
    gae_lambda: Discount,
    #[tune(range = 0.1..=0.4)]
    clip_range: f32,
    #[tune(range = 0.1..=0.4)]
    clip_range_vf: Option<f32>,
    #[tune(range = 1e-8..=0.1, log)]
    ent_coef: f64,
    policy: Policy,
}

#[derive(Tunable, Clone, Copy)]
struct Discount(f64);

#[derive(Tunable)]
struct Policy {
    #[tune(range = 32..=512, log, len = 1..=3)]
    net_arch: Vec<usize>,
    activation: Activation,
    ortho_init: bool,
    #[tune(range = -2.0..=1.0)]
    log_std_init: f32,
}

#[derive(Tunable)]
enum Activation {
    Tanh,
    Relu,
    Elu(#[tune(range = 0.1..=2.0)] f32),
    LeakyRelu {
        #[tune(range = 0.001..=0.3, log)]
        slope: f32,
    },
}

#[derive(Tunable)]
struct Sac {
    entropy: Entropy,
    #[tune(range = 0.001..=0.1, log)]
    tau: f64,
    #[tune(range = 1..=64)]
    train_freq: (usize, u8),
    #[tune(range = 1..=8)]
    gradient_steps: std::num::NonZeroI32,
}

#[derive(Tunable)]
enum Entropy {
    Auto,
    AutoFrom(#[tune(range = 0.01..=1.0, log)] f64),
    Fixed(#[tune(range = 0.001..=1.0, log)] f64),
}

#[derive(Tunable)]
struct Dqn {
    exploration: Exploration,
    double: bool,
    dueling: bool,
    #[tune(range = 100..=10_000, log)]
    target_update_interval: u64,
    #[tune(range = 1..=5)]
    n_step: u8,
    atoms: Option<Atoms>,
}

#[derive(Tunable)]
struct Exploration {
    #[tune(range = 0.5..=1.0)]
    initial: f32,
    #[tune(range = 0.0..=0.1)]
    last: f32,
    #[tune(range = 0.05..=0.5)]
    fraction: f32,
}

#[derive(Tunable)]
struct Atoms(
    #[tune(choices = [21, 51, 101])] u8,
    #[tune(range = -20.0..=0.0)] f32,
    #[tune(range = 1.0..=20.0)] f32,
);

#[derive(Tunable)]
struct Replay {
    #[tune(range = 10_000..=1_000_000, log)]
    capacity: usize,
    #[tune(range = 0.0..=1.0)]
    alpha: f64,
    #[tune(range = 0.0..=1.0)]
    beta: f64,
    #[tune(skip)]
    storage: Vec<(Vec<f32>, u8)>,
}

#[derive(Tunable)]
struct Environment {
    #[tune(choices = ["CartPole-v1", "LunarLander-v2"])]
    id: String,
    #[tune(range = 1..=16)]
    n_envs: usize,
    #[tune(range = 1..=4)]
    frame_skip: std::num::Wrapping<u8>,
    #[tune(range = 10..=1000, log, as = u64, from = Duration::from_millis, into = millis)]
    step_timeout: Duration,
}

/// Refuses what has no whole milliseconds below 2^64.
fn millis(duration: &Duration) -> Result<u64, std::num::TryFromIntError> {
    u64::try_from(duration.as_millis())
}
