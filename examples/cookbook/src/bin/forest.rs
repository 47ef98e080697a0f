//! Tunes a random forest: `forest [STUDY [TOTAL]]`. Run it as often and on as many hosts as you like.

use docktuna::{BoxError, OptunaDatabase};
use docktuna_cookbook::forest::tune;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = std::env::args().skip(1);
    let study = arguments.next().unwrap_or_else(|| "forest".to_owned());
    let total = arguments.next().map_or(Ok(50), |total| total.parse())?;
    let db = OptunaDatabase::from_env_or_sqlite("docktuna.db").await?;
    println!("database: {}", db.description());
    let best = tune(&db, &study, total).await?;
    println!(
        "trial {} reached {:.4}: {:?}",
        best.number, best.value, best.config
    );
    db.close().await;
    Ok(())
}
