//! Flags of compilers and kernels of linear algebra.

use docktuna::Tunable;

super::corpus! {
    flags Flags,
    tiles Tiles,
    a_linker Linker,
}

#[derive(Tunable)]
#[tune(rename_all = "kebab-case")]
struct Flags {
    #[tune(choices = ['0', '1', '2', '3', 's', 'z'])]
    opt_level: char,
    lto: Lto,
    #[tune(choices = [1, 4, 16, 256], ordered)]
    codegen_units: u16,
    #[tune(range = 25..=1000, log)]
    inline_threshold: Option<u32>,
    #[tune(choices = ["generic", "native", "x86-64-v3"])]
    target_cpu: &'static str,
    panic_abort: bool,
    debug: DebugInfo,
}

#[derive(Tunable)]
#[tune(rename_all = "lowercase")]
enum Lto {
    Off,
    Thin,
    Fat,
}

/// As cargo has it: a boolean, or a level.
#[derive(Tunable)]
enum DebugInfo {
    Bool(bool),
    Level(#[tune(range = 0..=2)] u8),
}

#[derive(Tunable, Clone, Copy)]
struct Tiles {
    #[tune(choices = [8, 16, 32, 64, 128], ordered)]
    block: Dim3,
    #[tune(range = 1..=8)]
    per_thread: (u32, u32),
    #[tune(range = 1..=8)]
    stages: u8,
    layout: (Layout, Layout),
    #[tune(choices = [1, 2, 4, 8])]
    vector_width: std::num::NonZeroU8,
}

/// The same size in each direction.
#[derive(Tunable, Clone, Copy)]
struct Dim3(u32);

#[derive(Tunable, Clone, Copy)]
enum Layout {
    RowMajor,
    ColumnMajor,
    Swizzled {
        #[tune(range = 1..=3)]
        bits: u8,
    },
}

#[derive(Tunable)]
struct Linker {
    icf: Icf,
    gc_sections: bool,
    #[tune(range = 1..=16)]
    threads: std::num::NonZeroUsize,
    #[tune(choices = ["zlib", "zstd"])]
    compress_debug_sections: Option<Box<str>>,
    #[tune(skip)]
    inputs: Vec<std::path::PathBuf>,
}

#[derive(Tunable)]
enum Icf {
    None,
    Safe,
    All { ignore_data_address_equality: bool },
}
