//! Training of transformers.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use docktuna::Tunable;
use serde::{Deserialize, Serialize};

super::corpus! {
    a_decoder Decoder,
    a_fine_tuning FineTuning,
    a_tokenizer Tokenizer,
    an_optimizer AdamWConfig,
    a_schedule LrScheduler,
    a_mixture_of_experts MoeConfig,
    a_whole_run Run,
}

#[derive(Tunable, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Decoder {
    #[tune(choices = [256, 512, 768, 1024], ordered)]
    hidden_size: usize,
    #[tune(range = 1..=24)]
    num_hidden_layers: usize,
    #[tune(choices = [4, 8, 16])]
    num_attention_heads: NonZeroUsize,
    #[tune(range = 0.0..=0.5, step = 0.05)]
    attention_dropout: f32,
    #[tune(range = 1e-8..=1e-5, log)]
    layer_norm_eps: f64,
    hidden_act: Activation,
    tie_word_embeddings: bool,
    #[tune(fixed = 50257)]
    vocab_size: usize,
    #[tune(skip)]
    rope_scaling: Option<serde_json::Value>,
}

#[derive(Tunable, Serialize, Deserialize, Debug, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
#[tune(rename_all = "snake_case")]
enum Activation {
    Gelu,
    GeluNew,
    Silu,
    Relu,
}

/// LoRA and what is around it.
#[derive(Tunable, Clone)]
struct FineTuning {
    base_model: ModelId,
    #[tune(range = 1..=64, log)]
    lora_rank: u16,
    #[tune(range = 1.0..=64.0)]
    lora_alpha: f32,
    #[tune(choices = ["q_proj", "qkv_proj", "all-linear"])]
    target_modules: Box<str>,
    #[tune(range = 0.0..=0.1)]
    neftune_noise: Option<f64>,
    #[tune(skip = PathBuf::from("data/train.jsonl"))]
    dataset: PathBuf,
}

#[derive(Tunable, Clone)]
#[tune(rename_all = "kebab-case")]
enum ModelId {
    Small,
    Medium,
    Named(#[tune(choices = ["a/b", "c/d"])] String),
}

#[derive(Tunable)]
struct Tokenizer {
    #[tune(choices = ["bpe", "unigram", "wordpiece"])]
    model: &'static str,
    #[tune(range = 1_000..=64_000, log)]
    vocab_size: u32,
    #[tune(choices = ['▁', '_'])]
    space: char,
    lowercase: bool,
    #[tune(range = 0.99..=1.0)]
    character_coverage: f32,
}

#[derive(Tunable, Clone, Copy)]
struct AdamWConfig {
    #[tune(range = 1e-6..=1e-2, log)]
    lr: LearningRate,
    #[tune(range = 0.8..=0.9999)]
    betas: (f64, f64),
    #[tune(range = 1e-9..=1e-6, log)]
    eps: f64,
    #[tune(range = 0.0..=0.3)]
    weight_decay: f64,
    amsgrad: bool,
    #[tune(range = 0.1..=10.0, log)]
    max_grad_norm: Option<f64>,
}

/// Positive, and finite.
#[derive(Tunable, Clone, Copy)]
struct LearningRate(f64);

#[derive(Tunable)]
enum LrScheduler {
    Constant,
    Linear(#[tune(range = 0..=1000)] usize),
    Cosine {
        #[tune(range = 0..=1000)]
        warmup_steps: usize,
        #[tune(range = 0.0..=0.1)]
        min_ratio: f64,
    },
    WarmupStableDecay(
        #[tune(range = 0..=1000)] usize,
        #[tune(range = 0.0..=1.0)] f64,
        #[tune(range = 0.0..=1.0)] f64,
    ),
}

#[derive(Tunable)]
struct MoeConfig {
    #[tune(range = 2..=64, log)]
    experts: u8,
    #[tune(range = 1..=4)]
    top_k: u8,
    #[tune(range = 1.0..=2.0)]
    capacity_factor: (f32, f32),
    router: Arc<Router>,
    #[tune(range = 64..=4096, log)]
    expert_widths: [u32; 2],
}

#[derive(Tunable)]
struct Router {
    #[tune(range = 0.0..=1.0)]
    jitter: f32,
    #[tune(range = 1e-4..=1e-1, log)]
    aux_loss: f64,
}

#[derive(Tunable)]
#[tune(study = "pretraining", minimize = "perplexity")]
struct Run {
    model: Decoder,
    #[tune(flatten)]
    optimizer: AdamWConfig,
    scheduler: Box<LrScheduler>,
    #[tune(choices = [8, 16, 32], ordered)]
    batch_size: usize,
    #[tune(fixed)]
    seed: u64,
}
