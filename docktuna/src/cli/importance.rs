//! `docktuna importance`.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, say, trials};
use super::output::{Cell, Output, Sheet};
use super::trial_rows::objectives;
use crate::id::TrialState;
use crate::study::DynamicStudy;

/// Show how much each parameter mattered for the result.
///
/// The shares are those of Optuna's PedAnovaImportanceEvaluator: how differently a parameter is spread among the best
/// tenth of the complete trials.
#[derive(Debug, Args)]
pub(super) struct Importance {
    /// The study's name.
    study: String,

    /// Which objective of several: its metric name, or its place, counted from 0.
    #[arg(long, value_name = "NAME")]
    objective: Option<String>,
}

#[derive(Serialize)]
struct Form {
    param: String,
    importance: f64,
}

/// With fewer of the best trials the shares are mostly chance.
const ENOUGH: usize = 5;

impl Importance {
    pub(super) async fn run(&self, context: &Context) -> Result<(), Failure> {
        let study = context.study(&self.study).await?;
        let objective = self.objective(&study).await?;
        let importances = study.importances_for(objective).await?;
        let complete = study.trial_counts().await?.of(TrialState::Complete);
        if complete == 0 {
            say("no trial is complete, so that there is nothing to tell");
        } else if complete.div_ceil(10) < ENOUGH {
            say(&format!(
                "complete: {}. The best tenth of them is looked at, so that the shares are mostly chance",
                trials(complete)
            ));
        }
        let items: Vec<Form> = importances
            .into_iter()
            .map(|importance| Form {
                param: importance.param,
                importance: importance.share,
            })
            .collect();
        Output::new().list(context.format(), &items, |items| {
            let mut sheet = Sheet::new(&["param", "importance"]);
            let row =
                |item: &Form| vec![Cell::text(item.param.clone()), Cell::Share(item.importance)];
            sheet.rows = items.iter().map(row).collect();
            sheet
        })
    }

    async fn objective(&self, study: &DynamicStudy) -> Result<usize, Failure> {
        let count = study.directions().len();
        let names = objectives(study).await?.names;
        let list = names.join(", ");
        match &self.objective {
            None if count == 1 => Ok(0),
            None => Err(Failure::Usage(format!(
                "study {:?} has {count} objectives; help: name one of them by --objective: {list}",
                study.name()
            ))),
            Some(wanted) => {
                let place = names.iter().position(|name| name == wanted);
                let place = place.or_else(|| wanted.parse().ok().filter(|place| *place < count));
                place.ok_or_else(|| {
                    Failure::Usage(format!(
                        "study {:?} has no objective {wanted:?}; help: it has {list}",
                        study.name()
                    ))
                })
            }
        }
    }
}
