//! Trials as rows, with the columns of Optuna's `trials_dataframe()`.

use std::borrow::Cow;
use std::collections::HashSet;

use super::failure::Failure;
use super::forms::{TrialForm, seconds};
use super::output::{Cell, CsvLines, Format, List, Output, Sheet};
use crate::optuna::keys;
use crate::study::DynamicStudy;
use crate::trial::FrozenTrial;

/// Which columns rows have.
pub(super) struct Columns {
    objectives: Objectives,
    params: Vec<String>,
    /// The keys of attributes, where they are shown.
    user_attrs: Vec<String>,
    system_attrs: Vec<String>,
}

impl Columns {
    /// Results and parameters.
    pub(super) async fn of(study: &DynamicStudy) -> Result<Self, Failure> {
        let params = study.stored_params().await?;
        Ok(Self {
            objectives: objectives(study).await?,
            params: params.into_iter().map(|param| param.name).collect(),
            user_attrs: Vec::new(),
            system_attrs: Vec::new(),
        })
    }

    /// The same with the attributes of these keys.
    pub(super) fn with_attributes(
        self,
        user_attrs: Vec<String>,
        system_attrs: Vec<String>,
    ) -> Self {
        Self {
            user_attrs,
            system_attrs,
            ..self
        }
    }

    /// Only with the parameters that one of the trials has, in the order in which they occur.
    pub(super) async fn used(
        study: &DynamicStudy,
        trials: &[FrozenTrial],
    ) -> Result<Self, Failure> {
        let mut known = HashSet::new();
        let params = trials.iter().flat_map(|trial| trial.params.iter());
        let params = params.map(crate::Parameter::name);
        Ok(Self {
            objectives: objectives(study).await?,
            params: params
                .filter(|name| known.insert(*name))
                .map(str::to_owned)
                .collect(),
            user_attrs: Vec::new(),
            system_attrs: Vec::new(),
        })
    }

    /// Names as Optuna's table has them.
    pub(super) fn names(&self) -> Vec<String> {
        let one = self.objectives.names.len() == 1;
        let value = |name: &String| match (one, self.objectives.are_metrics) {
            (true, false) => "value".to_owned(),
            (true, true) => format!("value_{name}"),
            (false, _) => format!("values_{name}"),
        };
        let mut names = vec!["number".to_owned()];
        names.extend(self.objectives.names.iter().map(value));
        names.extend(["datetime_start", "datetime_complete", "duration"].map(str::to_owned));
        names.extend(self.params.iter().map(|name| format!("params_{name}")));
        names.extend(
            self.user_attrs
                .iter()
                .map(|key| format!("user_attrs_{key}")),
        );
        let system = self.system_attrs.iter();
        names.extend(system.map(|key| format!("system_attrs_{key}")));
        names.push("state".to_owned());
        names
    }

    /// A row in the order of [`names`](Self::names).
    pub(super) fn row(&self, trial: &FrozenTrial) -> Vec<Cell> {
        let mut row = vec![Cell::Count(trial.number.get().into())];
        row.extend(self.values(trial));
        row.push(Cell::maybe(trial.datetime_start, Cell::Moment));
        row.push(Cell::maybe(trial.datetime_complete, Cell::Moment));
        row.push(Cell::maybe(seconds(trial), Cell::Seconds));
        row.extend(self.param_cells(trial));
        for (keys, attributes) in [
            (&self.user_attrs, &trial.user_attrs),
            (&self.system_attrs, &trial.system_attrs),
        ] {
            let cell = |key| {
                let attribute = attributes.get(key);
                Cell::maybe(attribute, |attribute| {
                    // A text is shown without its quotes, as in a table of Python's.
                    let text = attribute.parse::<String>();
                    Cell::text(text.unwrap_or_else(|_| attribute.as_json().to_owned()))
                })
            };
            row.extend(keys.iter().map(cell));
        }
        row.push(Cell::text(trial.state.as_str()));
        row
    }

    /// Fewer columns with shorter names, for people.
    pub(super) fn sheet(&self, trials: &[FrozenTrial]) -> Sheet {
        let mut columns = vec![Cow::Borrowed("number"), Cow::Borrowed("state")];
        columns.extend(self.objectives.names.iter().cloned().map(Cow::Owned));
        columns.extend([Cow::Borrowed("started"), Cow::Borrowed("duration")]);
        columns.extend(self.params.iter().cloned().map(Cow::Owned));
        let row = |trial: &FrozenTrial| {
            let mut row = vec![
                Cell::Count(trial.number.get().into()),
                Cell::text(trial.state.as_str()),
            ];
            row.extend(self.values(trial));
            row.push(Cell::maybe(trial.datetime_start, Cell::Moment));
            row.push(Cell::maybe(seconds(trial), Cell::Seconds));
            row.extend(self.param_cells(trial));
            row
        };
        Sheet {
            columns,
            rows: trials.iter().map(row).collect(),
        }
    }

    fn values(&self, trial: &FrozenTrial) -> impl Iterator<Item = Cell> {
        let value = |i| Cell::maybe(trial.values.get(i).copied(), Cell::Number);
        (0..self.objectives.names.len()).map(value)
    }

    fn param_cells(&self, trial: &FrozenTrial) -> impl Iterator<Item = Cell> {
        let cell =
            |name: &String| Cell::maybe(trial.params.get(name), |param| Cell::Value(param.value()));
        self.params.iter().map(cell)
    }
}

/// What the objectives are called.
pub(super) struct Objectives {
    /// Their metric names, or `value`, or their numbers.
    pub(super) names: Vec<String>,
    /// Whether these are metric names.
    pub(super) are_metrics: bool,
}

pub(super) async fn objectives(study: &DynamicStudy) -> Result<Objectives, Failure> {
    let count = study.directions().len();
    let attributes = study.system_attrs().await?;
    let named = attributes.get(keys::METRIC_NAMES);
    let named: Option<Vec<String>> = named.and_then(|names| names.parse().ok());
    let named = named.filter(|names| names.len() == count);
    Ok(Objectives {
        are_metrics: named.is_some(),
        names: named.unwrap_or_else(|| match count {
            1 => vec!["value".to_owned()],
            _ => (0..count).map(|i| i.to_string()).collect(),
        }),
    })
}

/// Prints trials that were read already.
pub(super) async fn print(
    format: Format,
    study: &DynamicStudy,
    trials: &[FrozenTrial],
) -> Result<(), Failure> {
    let mut output = Output::new();
    match format {
        Format::Table => output.table(&Columns::used(study, trials).await?.sheet(trials))?,
        Format::Csv => {
            let columns = Columns::used(study, trials).await?;
            let mut lines = CsvLines::new();
            lines.line(&mut output, columns.names().into_iter())?;
            for trial in trials {
                lines.line(&mut output, columns.row(trial).iter().map(Cell::for_csv))?;
            }
        }
        Format::Json => {
            let mut list = List::new();
            for trial in trials {
                list.item(&mut output, &TrialForm::brief(trial))?;
            }
            list.end(&mut output)?;
        }
    }
    output.flush()
}
