//! Constants of chess engines.

use std::num::{NonZeroI16, NonZeroU8};

use docktuna::Tunable;

super::corpus! {
    search SearchParams,
    material Material,
    piece_squares PieceSquares,
    time_management TimeManagement,
    history_heuristics History,
}

#[derive(Tunable, Clone, Copy, Debug)]
#[allow(non_snake_case)]
struct SearchParams {
    #[tune(range = 1..=6)]
    NMP_BASE: i32,
    #[tune(range = 2..=8)]
    NMP_DIVISOR: i32,
    #[tune(range = 20..=200, step = 5)]
    RFP_MARGIN: i32,
    #[tune(range = 1..=12)]
    RFP_DEPTH: u8,
    #[tune(range = 0.2..=1.5)]
    LMR_BASE: f32,
    #[tune(range = 1.5..=3.5)]
    LMR_DIVISOR: f32,
    #[tune(range = 5..=60)]
    ASPIRATION_DELTA: Centipawns,
    #[tune(range = -200..=-20)]
    SEE_QUIET: NonZeroI16,
}

#[derive(Tunable, Clone, Copy, Debug)]
struct Centipawns(i16);

/// Middle game and end game of each piece.
#[derive(Tunable)]
struct Material {
    #[tune(range = 60..=140)]
    pawn: Tapered,
    #[tune(range = 250..=400)]
    knight: Tapered2,
    #[tune(range = 250..=400)]
    bishop: (i32, i32),
    #[tune(range = 400..=650)]
    rook: (i32, i32),
    #[tune(range = 800..=1200)]
    queen: [i32; 2],
}

/// One number for both phases.
#[derive(Tunable)]
struct Tapered(i32);

type Score = i32;

#[derive(Tunable)]
struct Tapered2(Score);

#[derive(Tunable)]
struct PieceSquares {
    #[tune(range = -50..=50)]
    knight: [[i8; 8]; 8],
    #[tune(range = -50..=50)]
    king: [(i8, i8); 8],
}

#[derive(Tunable)]
struct TimeManagement {
    #[tune(range = 10..=60)]
    moves_to_go: NonZeroU8,
    #[tune(range = 0.3..=1.2)]
    soft: f64,
    #[tune(range = 1.5..=6.0)]
    hard: f64,
    #[tune(range = 1..=100, as = u64, from = std::time::Duration::from_millis, into = overhead)]
    overhead: std::time::Duration,
    node_based: Option<NodeBased>,
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "as the program has it; the derive compares"
)]
fn overhead(overhead: &std::time::Duration) -> u64 {
    overhead.as_millis() as u64
}

#[derive(Tunable)]
struct NodeBased(
    #[tune(range = 1.0..=3.0)] f64,
    #[tune(range = 0.5..=2.0)] f64,
);

#[derive(Tunable)]
struct History {
    #[tune(range = 4..=16)]
    bonus_shift: u32,
    #[tune(range = 1024..=32768, log)]
    limit: i32,
    #[tune(range = 0..=4)]
    plies: usize,
    continuation: bool,
    #[tune(fixed = [[0; 64]; 2])]
    table: [[i16; 64]; 2],
}
