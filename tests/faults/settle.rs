//! What comes after the faults: somebody opens the study later and works off what is left.

use std::time::Duration;

use docktuna::TrialState;
use tokio::time::{Instant, sleep};

use crate::fleet::{Fleet, PATIENCE};

/// Ends the fleet, then opens the study again and again and runs what waits, until no trial runs or waits. Whoever
/// opens a study fails those of its trials that went silent. What is left in the end is stuck.
pub(crate) async fn settle(fleet: &mut Fleet) {
    fleet.stop().await;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let (db, study) = fleet.order.open().await.expect("a server that works");
        let counts = study.trial_counts().await.expect("a server that works");
        db.close().await;
        let waiting = u32::try_from(counts.of(TrialState::Waiting)).expect("not so many");
        if waiting > 0 {
            fleet.start_one(|order| order.trials = Some(waiting));
            fleet.finish().await;
        } else if counts.of(TrialState::Running) > 0 {
            sleep(Duration::from_millis(200)).await;
        } else {
            break;
        }
    }
}
