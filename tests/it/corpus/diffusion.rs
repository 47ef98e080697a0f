//! Training of diffusion models.

use std::borrow::Cow;
use std::ops::Deref;
use std::time::Duration;

use docktuna::Tunable;

super::corpus! {
    a_unet UNet,
    a_noise_schedule NoiseSchedule,
    a_sampler Sampler,
    an_ema Ema,
    guidance Guidance,
}

#[derive(Tunable)]
struct UNet {
    #[tune(range = 32..=256, step = 32)]
    block_out_channels: [usize; 4],
    #[tune(range = 1..=4)]
    layers_per_block: usize,
    #[tune(choices = ["default", "scale_shift"])]
    resnet_time_scale_shift: Cow<'static, str>,
    #[tune(range = 0.0..=0.3)]
    dropout: f32,
    attention: Vec2<bool>,
}

/// A pair of anything.
#[derive(Tunable)]
struct Vec2<T>(T, T);

#[derive(Tunable)]
enum NoiseSchedule {
    Linear {
        #[tune(range = 1e-5..=1e-3, log)]
        beta_start: f64,
        #[tune(range = 1e-3..=1e-1, log)]
        beta_end: f64,
    },
    Cosine(Offset),
    Sigmoid(
        #[tune(range = -6.0..=0.0)] f64,
        #[tune(range = 0.0..=6.0)] f64,
    ),
}

/// A shift with a rule of its own.
#[derive(Tunable)]
struct Offset(#[tune(range = 0.0..=0.1, default = 0.008)] f64);

impl Deref for Offset {
    type Target = f64;

    fn deref(&self) -> &f64 {
        &self.0
    }
}

#[derive(Tunable)]
struct Sampler {
    kind: SamplerKind,
    #[tune(range = 10..=1000, log)]
    steps: std::num::NonZeroU32,
    #[tune(range = 0.0..=1.0)]
    eta: Option<f64>,
    #[tune(range = 1..=30, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
    deadline: Duration,
}

#[derive(Tunable)]
enum SamplerKind {
    Ddim,
    Euler,
    #[tune(rename = "dpm++")]
    DpmPlusPlus {
        #[tune(range = 1..=3)]
        order: u8,
        karras: bool,
    },
}

#[derive(Tunable)]
struct Ema {
    #[tune(range = 0.9..=0.99999)]
    decay: f64,
    #[tune(range = 0..=10_000)]
    update_after_step: usize,
    #[tune(range = 0.5..=1.0)]
    power: Power,
    #[tune(skip)]
    shadow: Vec<f32>,
}

#[derive(Tunable)]
struct Power(f32);

#[derive(Tunable)]
struct Guidance {
    #[tune(range = 1.0..=20.0)]
    scale: f32,
    #[tune(range = 0.0..=1.0)]
    rescale: f32,
    negative_prompt: Option<Prompt>,
    #[tune(range = 0.0..=1.0)]
    interval: (f32, f32),
}

#[derive(Tunable)]
struct Prompt(#[tune(choices = ["blurry", "low quality"])] String);
