"""Says, as JSON, what Optuna itself sees in a database: every study, or the one that is named."""

import os

import optuna
from sqlalchemy import text

from common import distribution_object, emit, iso, open_storage, parser


def attempt(call):
    """An error of Optuna's is part of the expectation (no best trial, several objectives)."""
    try:
        return call()
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        return {"error": type(error).__name__, "message": str(error)}


def describe_trial(storage, trial, heartbeats):
    return {
        "number": trial.number,
        "trial_id": trial._trial_id,
        "state": trial.state.name,
        "values": trial.values,
        "datetime_start": iso(trial.datetime_start),
        "datetime_complete": iso(trial.datetime_complete),
        # A reader of JSON need not keep the order of an object's keys.
        "param_order": list(trial.params),
        "params": trial.params,
        # From the storage, not converted back: choices [True, 1] give index 0 for both.
        "params_internal": {
            name: float(storage.get_trial_param(trial._trial_id, name)) for name in trial.params
        },
        "distributions": {name: distribution_object(d) for name, d in trial.distributions.items()},
        "user_attrs": trial.user_attrs,
        "system_attrs": trial.system_attrs,
        "constraints": getattr(trial, "constraints", None),
        "intermediate_values": {
            str(step): float(trial.intermediate_values[step]) for step in sorted(trial.intermediate_values)
        },
        "last_step": trial.last_step,
        "heartbeat_raw": heartbeats.get(trial._trial_id),
    }


def describe_frame(study):
    frame = study.trials_dataframe()
    return {"columns": [str(column) for column in frame.columns], "shape": list(frame.shape)}


def describe_study(storage, summary, heartbeats):
    study_id = summary._study_id
    study = optuna.load_study(study_name=summary.study_name, storage=storage)
    system_attrs = storage.get_study_system_attrs(study_id)
    space = optuna.search_space.IntersectionSearchSpace().calculate(study)
    return {
        "study_id": study_id,
        "study_name": summary.study_name,
        "directions": [direction.name.lower() for direction in study.directions],
        "user_attrs": study.user_attrs,
        "system_attrs": system_attrs,
        "metric_names": system_attrs.get("study:metric_names"),
        "n_trials": summary.n_trials,
        "datetime_start": iso(summary.datetime_start),
        "best_trial": attempt(lambda: study.best_trial.number),
        "best_value": attempt(lambda: study.best_value),
        "best_params": attempt(lambda: study.best_params),
        # The storage ignores constraints, the study does not.
        "storage_best_trial": attempt(lambda: storage.get_best_trial(study_id).number),
        "best_trials": attempt(lambda: [trial.number for trial in study.best_trials]),
        "dataframe": describe_frame(study),
        "intersection_search_space": {name: distribution_object(d) for name, d in sorted(space.items())},
        "trials": [
            describe_trial(storage, trial, heartbeats) for trial in study.get_trials(deepcopy=False)
        ],
    }


def describe_summary(summary):
    best = summary.best_trial if len(summary.directions) == 1 else None
    return {
        "study_id": summary._study_id,
        "study_name": summary.study_name,
        "directions": [direction.name.lower() for direction in summary.directions],
        "user_attrs": summary.user_attrs,
        "n_trials": summary.n_trials,
        "best_trial": None if best is None else best.number,
        "datetime_start": iso(summary.datetime_start),
    }


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", help="only this one")
    arguments = arguments.parse_args()
    storage = open_storage(arguments)
    summaries = sorted(optuna.get_all_study_summaries(storage), key=lambda summary: summary._study_id)
    chosen = [s for s in summaries if arguments.study is None or s.study_name == arguments.study]
    if arguments.study is not None and not chosen:
        raise KeyError(f"no study {arguments.study!r} among {[s.study_name for s in summaries]}")
    # Optuna hands no heartbeat out, so this is the only place that looks past its interface.
    with storage.engine.connect() as connection:
        rows = connection.execute(text("select trial_id, heartbeat from trial_heartbeats"))
        heartbeats = {int(trial_id): str(heartbeat) for trial_id, heartbeat in rows}
        rows = connection.execute(text("select schema_version, library_version from version_info"))
        schema_version, library_version = rows.one()
    emit({
        "optuna": optuna.__version__,
        "time_zone": os.environ.get("TZ"),
        "revision": storage.get_current_version(),
        "schema_version": schema_version,
        "library_version": library_version,
        "summaries": [describe_summary(summary) for summary in summaries],
        "studies": [describe_study(storage, summary, heartbeats) for summary in chosen],
    })


if __name__ == "__main__":
    main()
