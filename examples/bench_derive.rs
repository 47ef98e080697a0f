//! What deriving costs: the build time of 200 structs of 20 fields, with `Tunable` against the same
//! crate with serde's `Serialize` and `Deserialize`.
//!
//! ```text
//! cargo run --example bench_derive -- --help
//! ```
//!
//! Both crates are written to a temporary folder, and their dependencies are built beforehand. Every run
//! builds both crates, one after the other, so that other load of the machine affects both. A ratio below
//! 1 says that `Tunable` is cheaper. `check` is the step that an editor waits for. `build` makes a
//! library. `used` also makes machine code of every derived function: serde writes values to JSON and
//! reads them, and docktuna records values and builds them again.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use clap::Parser;
use docktuna::BoxError;
use docktuna_examples::cli;

/// Measures what deriving Tunable costs, against serde's Serialize and Deserialize.
#[derive(Parser)]
struct Arguments {
    /// Structs
    #[arg(long, value_name = "N", default_value = "200")]
    structs: NonZeroUsize,
    /// Fields of each
    #[arg(long, value_name = "N", default_value = "20")]
    fields: NonZeroUsize,
    /// Builds of each crate and kind
    #[arg(long, value_name = "N", default_value = "5")]
    runs: NonZeroUsize,
}

/// Fields of one struct, as type and rule; a longer struct begins again.
const FIELDS: [(&str, &str); 20] = [
    ("f64", "range = 1e-5..=1e-1, log, default = 3e-4"),
    ("f64", "range = 1e-6..=1e-1, log"),
    ("f64", "range = 0.0..=1.0"),
    ("f64", "range = 0.0..=0.99, default = 0.9"),
    ("f64", "range = 0.8..=0.999"),
    ("f32", "range = 0.0..=0.5, step = 0.05"),
    ("f32", "range = -1.0..=1.0"),
    ("u8", "range = 1..=8, default = 2"),
    ("u32", "range = 16..=1024, log"),
    ("usize", "range = 1..=64"),
    ("i32", "range = -10..=10, step = 5"),
    ("u64", "range = 0..=1_000_000"),
    ("u32", "choices = [16, 32, 64, 128], default = 32"),
    (
        "String",
        r#"choices = ["cosine", "linear", "step"], default = "cosine""#,
    ),
    ("bool", "default = true"),
    ("bool", ""),
    ("Option<f64>", "range = 0.0..=1.0, default = None"),
    ("Activation", ""),
    ("Optimizer", ""),
    ("Augment", ""),
];

/// Kinds that every tenth struct has of its own.
const PARTS: &str = "
DERIVE
pub enum Activation { Relu, Gelu, Silu, Tanh }

DERIVE
pub enum Optimizer {
    Sgd { RULE(range = 0.0..=0.99) momentum: f64, nesterov: bool },
    AdamW {
        RULE(range = 1e-6..=1e-1, log) weight_decay: f64,
        RULE(range = 0.8..=0.999) beta1: f64,
        RULE(range = 0.9..=0.9999) beta2: f64,
    },
    Lion(Augment),
    Plain,
}

DERIVE
pub struct Augment {
    RULE(range = 0.0..=1.0) flip: f64,
    RULE(range = 0..=45, step = 15) rotation: u16,
}
";
/// Fields of these kinds.
const PART_FIELDS: usize = 8;
/// Structs that share the kinds above.
const STRUCTS_OF_A_MODULE: usize = 10;

#[derive(Clone, Copy)]
struct Derive {
    name: &'static str,
    attribute: &'static str,
    /// Whether its rules are written.
    rules: bool,
    /// Dependencies of the crate.
    dependencies: &'static str,
    /// What is done with a type, so that its functions become machine code.
    used: &'static str,
}

const TUNABLE: Derive = Derive {
    name: "tunable",
    attribute: "#[derive(docktuna::Tunable)]",
    rules: true,
    dependencies: "docktuna = { path = 'DOCKTUNA', default-features = false, features = ['derive'] }",
    used: "pub fn used_INDEX(value: &NAME) -> NAME { docktuna::Params::of(value).unwrap().to_config().unwrap() }",
};
const SERDE: Derive = Derive {
    name: "serde",
    attribute: "#[derive(serde::Serialize, serde::Deserialize)]",
    rules: false,
    dependencies: "serde = { version = '1', features = ['derive'] }\nserde_json = '1'",
    used: "pub fn used_INDEX(value: &NAME) -> NAME { serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap() }",
};
/// The same types without a derive, to know what is generated.
const NOTHING: Derive = Derive {
    name: "nothing",
    attribute: "",
    rules: false,
    dependencies: "",
    used: "",
};

fn main() -> ExitCode {
    cli::run(|arguments| measure(&arguments))
}

fn measure(arguments: &Arguments) -> Result<(), BoxError> {
    let folder = tempfile::tempdir()?;
    let [tunable, serde, nothing] =
        [TUNABLE, SERDE, NOTHING].map(|derive| Crate::write(folder.path(), derive, arguments));
    let (tunable, serde, nothing) = (tunable?, serde?, nothing?);
    let structs = arguments.structs.get();
    let modules = structs.div_ceil(STRUCTS_OF_A_MODULE);
    let fields = structs * arguments.fields.get() + modules * PART_FIELDS;
    println!(
        "{} structs of {} fields, {fields} fields with the enums and groups that they share",
        arguments.structs, arguments.fields
    );

    let plain = nothing.expanded_lines()?;
    println!("generated lines per field:");
    for krate in [&tunable, &serde] {
        let generated = krate.expanded_lines()?.saturating_sub(plain);
        println!("  {:8} {:6.1}", krate.derive.name, ratio(generated, fields));
    }

    let clock = children_seconds().map_or("", |_| "processor ");
    let runs = arguments.runs.get();
    println!("{clock}seconds, the median of {runs} runs:");
    println!(
        "  {:8} {:>8} {:>8} {:>8}",
        "", TUNABLE.name, SERDE.name, "ratio"
    );
    for (kind, command) in [
        ("check", &["check"][..]),
        ("build", &["build"]),
        ("used", &["build", "--features", "used"]),
    ] {
        let mut seconds = [Vec::new(), Vec::new()];
        // The first round builds the dependencies.
        for round in 0..=arguments.runs.get() {
            for (krate, seconds) in [&tunable, &serde].into_iter().zip(&mut seconds) {
                let taken = krate.build(command)?;
                if round > 0 {
                    seconds.push(taken);
                }
            }
        }
        let [tunable, serde] = seconds.map(median);
        println!(
            "  {kind:8} {tunable:8.2} {serde:8.2} {:8.2}",
            tunable / serde
        );
    }
    Ok(())
}

/// The processor time of the programs that this one has run, on which other programs of the machine have little
/// influence. `None` where the system does not say it in Linux's way.
fn children_seconds() -> Option<f64> {
    // Linux gives hundredths of a second to programs, whatever it counts itself.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may have blanks in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(13);
    let (user, system) = (fields.next()?, fields.next()?);
    Some((user.parse::<f64>().ok()? + system.parse::<f64>().ok()?) / TICKS)
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

#[allow(clippy::cast_precision_loss, reason = "numbers of lines and fields")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// A crate that was written for the measurement.
struct Crate {
    derive: Derive,
    folder: PathBuf,
}

impl Crate {
    fn write(parent: &Path, derive: Derive, arguments: &Arguments) -> Result<Self, BoxError> {
        let folder = parent.join(derive.name);
        std::fs::create_dir_all(folder.join("src"))?;
        let docktuna = concat!(env!("CARGO_MANIFEST_DIR"), "/../docktuna");
        let manifest = format!(
            "[package]\nname = 'derived-{}'\nversion = '0.0.0'\nedition = '2024'\n\n[workspace]\n\n\
             [features]\nused = []\n\n[dependencies]\n{}\n\n\
             [profile.dev]\nincremental = false\ndebug = 'line-tables-only'\n",
            derive.name,
            derive.dependencies.replace("DOCKTUNA", docktuna)
        );
        std::fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions that the workspace uses.
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
        std::fs::copy(lock, folder.join("Cargo.lock"))?;
        std::fs::write(folder.join("src/lib.rs"), source(derive, arguments)?)?;
        Ok(Self { derive, folder })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            .arg("--quiet")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null());
        cargo
    }

    /// Builds the crate and not its dependencies, if they are there.
    fn build(&self, arguments: &[&str]) -> Result<f64, BoxError> {
        let source = self.folder.join("src/lib.rs");
        std::fs::File::options()
            .append(true)
            .open(source)?
            .set_modified(std::time::SystemTime::now())?;
        let (started, before) = (Instant::now(), children_seconds());
        let status = self.cargo(arguments).status()?;
        if !status.success() {
            return Err(format!("cargo {arguments:?} failed in {}", self.folder.display()).into());
        }
        let taken = before.and_then(|before| Some(children_seconds()? - before));
        Ok(taken.unwrap_or_else(|| started.elapsed().as_secs_f64()))
    }

    /// The lines of the crate after expansion, as the compiler prints them.
    fn expanded_lines(&self) -> Result<usize, BoxError> {
        let output = self
            .cargo(&["rustc", "--lib", "--profile", "check"])
            .args(["--", "-Zunpretty=expanded"])
            // The compiler has no stable way to print what macros became.
            .env("RUSTC_BOOTSTRAP", "1")
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err("the compiler did not print the expanded crate".into());
        }
        let text = String::from_utf8(output.stdout)?;
        Ok(text.lines().filter(|line| !line.trim().is_empty()).count())
    }
}

fn source(derive: Derive, arguments: &Arguments) -> Result<String, BoxError> {
    let mut text = String::from("#![allow(dead_code)]\n");
    for index in 0..arguments.structs.get() {
        if index % STRUCTS_OF_A_MODULE == 0 {
            let end = if index > 0 { "}\n" } else { "" };
            writeln!(text, "{end}pub mod m{} {{", index / STRUCTS_OF_A_MODULE)?;
            text.push_str(&parts(derive));
        }
        writeln!(text, "{}\npub struct S{index} {{", derive.attribute)?;
        let fields = FIELDS.iter().cycle().take(arguments.fields.get());
        for (field, (ty, rule)) in fields.enumerate() {
            if derive.rules && !rule.is_empty() {
                writeln!(text, "    #[tune({rule})]")?;
            }
            writeln!(text, "    pub field_{field}: {ty},")?;
        }
        writeln!(text, "}}")?;
        let used = derive.used.replace("INDEX", &index.to_string());
        if !used.is_empty() {
            let used = used.replace("NAME", &format!("S{index}"));
            writeln!(text, "#[cfg(feature = \"used\")]\n{used}")?;
        }
    }
    text.push_str("}\n");
    Ok(text)
}

/// The shared kinds, with the derive and with or without its rules.
fn parts(derive: Derive) -> String {
    let mut text = PARTS.replace("DERIVE", derive.attribute);
    while let Some(start) = text.find("RULE(") {
        let end = start + text[start..].find(')').map_or(0, |length| length + 1);
        let rule = text[start..end].replace("RULE(", "#[tune(") + "]";
        text.replace_range(start..end, if derive.rules { &rule } else { "" });
    }
    text
}
