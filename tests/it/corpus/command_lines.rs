//! Arguments of programs, with the types that parsers of command lines fill.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use docktuna::Tunable;

super::corpus! {
    an_encoder Encode,
    a_program_with_commands Program,
    a_compressor Compress,
}

/// `WIDTHxHEIGHT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Resolution {
    width: u32,
    height: u32,
}

impl FromStr for Resolution {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (width, height) = text.split_once('x').ok_or("no x")?;
        let side = |text: &str| text.parse().map_err(|error| format!("{text}: {error}"));
        Ok(Self {
            width: side(width)?,
            height: side(height)?,
        })
    }
}

impl std::fmt::Display for Resolution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

#[derive(Tunable, Debug, Clone)]
struct Encode {
    #[tune(skip)]
    input: PathBuf,
    #[tune(skip)]
    output: Option<PathBuf>,
    #[tune(range = 0..=51)]
    crf: u8,
    #[tune(choices = ["640x360", "1280x720"], as = String)]
    resolution: Resolution,
    #[tune(choices = ["ultrafast", "medium", "veryslow"], ordered)]
    preset: String,
    #[tune(range = 1..=300)]
    keyint: Option<u16>,
    #[tune(skip)]
    verbose: u8,
    #[tune(fixed = vec!["-movflags".into()])]
    rest: Vec<OsString>,
}

#[derive(Tunable)]
struct Program {
    #[tune(flatten)]
    global: Global,
    command: Command,
}

#[derive(Tunable)]
struct Global {
    #[tune(range = 1..=32)]
    threads: Option<std::num::NonZeroUsize>,
    quiet: bool,
}

#[derive(Tunable)]
#[tune(rename_all = "kebab-case")]
enum Command {
    Train(TrainArgs),
    Evaluate {
        #[tune(range = 1..=100)]
        top_k: usize,
        #[tune(skip)]
        checkpoint: PathBuf,
    },
    #[tune(skip)]
    Completions {
        shell: String,
    },
}

#[derive(Tunable)]
struct TrainArgs {
    #[tune(range = 1e-5..=1e-1, log)]
    learning_rate: f64,
    #[tune(range = 1..=100)]
    epochs: u32,
    #[tune(choices = ["cpu", "cuda:0"])]
    device: Box<str>,
}

#[derive(Tunable)]
struct Compress {
    #[tune(range = -7..=22)]
    level: i32,
    #[tune(range = 10..=27)]
    window_log: Option<u32>,
    #[tune(choices = [true])]
    checksum: bool,
    long: Long,
}

#[derive(Tunable)]
struct Long(Option<WindowLog>);

#[derive(Tunable)]
struct WindowLog(#[tune(range = 27..=31)] u8);
