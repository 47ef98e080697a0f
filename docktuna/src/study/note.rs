//! The note of a new study, which optuna-dashboard shows.

use std::fmt::Write;

use crate::optuna;
use crate::space::Direction;
use crate::tunable::Tunable;

/// What the study is, in markdown: its objectives, its space, and how its result is used.
pub(super) fn note<T: Tunable>(
    study: &str,
    directions: &[Direction],
    metrics: &[Option<String>],
) -> String {
    let name = T::NAME;
    let objectives = directions.iter().zip(metrics);
    let objectives: Vec<String> = objectives.map(objective).collect();
    let mut note = format!(
        "A study of docktuna for `{name}`: {}.\n\n",
        objectives.join(", ")
    );
    if !T::DOC.is_empty() {
        // A doc comment is markdown, and HTML of it is not trusted in the dashboard.
        let _ = write!(note, "{}\n\n", T::DOC.replace('<', r"\<"));
    }
    note += &T::SPACE.outline().markdown();
    let python = optuna::write_json_text(study);
    let (rust, attribute) = if directions.len() == 1 {
        (
            format!("let best = {name}::load_best(&db, {study:?}).await?;"),
            "best_params",
        )
    } else {
        (
            format!("let front = db.study::<{name}>({study:?}).await?.pareto_front().await?;"),
            "best_trials",
        )
    };
    let _ = write!(
        note,
        "\nIn Rust:\n\n```rust\n{rust}\n```\n\nIn Python:\n\n```python\n\
         optuna.load_study(study_name={python}, storage=storage).{attribute}\n```\n"
    );
    note
}

fn objective((direction, metric): (&Direction, &Option<String>)) -> String {
    let verb = match direction {
        Direction::Minimize => "minimize",
        Direction::Maximize => "maximize",
    };
    match metric {
        Some(metric) => format!("{verb} `{metric}`"),
        None => format!("{verb} the objective"),
    }
}

#[cfg(all(test, feature = "derive"))]
mod tests {
    use super::*;

    /// Settings of the
    /// *sentiment* classifier, <b>all</b>.
    #[derive(docktuna::Tunable)]
    struct Train {
        /// Peak learning rate.
        #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
        lr: f64,
        /// Either `a|b`,
        /// or <b>not</b>.
        #[tune(choices = ["a|b", "c"])]
        schedule: String,
    }

    #[test]
    fn a_note_has_the_space_and_the_way_to_the_best_trial() {
        let metrics = [Some("accuracy".to_owned())];
        let note = note::<Train>("say \"é\"", &[Direction::Maximize], &metrics);
        assert_eq!(
            note,
            r#"A study of docktuna for `Train`: maximize `accuracy`.

Settings of the *sentiment* classifier, \<b>all\</b>.

| name | kind | values | default | description |
| --- | --- | --- | --- | --- |
| `lr` | float | `1e-5..=0.1 log` | `0.0003` | Peak learning rate. |
| `schedule` | choice | `["a\|b", "c"]` |  | Either `a\|b`, or \<b>not\</b>. |

In Rust:

```rust
let best = Train::load_best(&db, "say \"é\"").await?;
```

In Python:

```python
optuna.load_study(study_name="say \"\u00e9\"", storage=storage).best_params
```
"#
        );
    }

    #[test]
    fn several_objectives_have_a_front() {
        let directions = [Direction::Minimize, Direction::Maximize];
        let note = note::<Train>("s", &directions, &[None, None]);
        assert!(note.contains("minimize the objective, maximize the objective"));
        assert!(note.contains(".pareto_front()") && note.contains(".best_trials"));
    }
}
