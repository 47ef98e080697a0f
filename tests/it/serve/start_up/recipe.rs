use docktuna::{Fallback, Load, Loader, Mismatch, Tunable};

#[derive(Tunable)]
struct Train {
    #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
    lr: f64,
}

fn loader() -> Loader<Train> {
    Train::loader("sentiment")
        .snapshot("best.json") // written after success, read when the database is down
        .on_missing(Fallback::Defaults) // no best trial, or the database is down and there is no snapshot
        .on_mismatch(Mismatch::AllowMovedRange) // rejected by default
}

async fn start() -> docktuna::Result<Train> {
    loader().load_from_env().await // connects too, so that it starts with the database down
}

fn start_without_a_runtime() -> docktuna::Result<Train> {
    docktuna::blocking::load(&loader())
}
