"""Fails the stale trials of a study as Optuna's `optimize` does before every trial, and retries them; prints all trials."""

import optuna
from optuna.storages import RetryHeartbeatStaleTrialCallback, fail_stale_trials

from common import emit, open_storage, parser


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--study", required=True)
    arguments.add_argument("--grace", type=int, required=True, help="seconds without a heartbeat until a trial is stale")
    arguments.add_argument("--max-retry", type=int, help="how often a trial is retried; for ever by default")
    arguments = arguments.parse_args()
    storage = open_storage(
        arguments,
        heartbeat_interval=1,
        grace_period=arguments.grace,
        heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=arguments.max_retry),
    )
    study = optuna.load_study(storage=storage, study_name=arguments.study)
    fail_stale_trials(study)
    emit([
        {
            "number": trial.number,
            "state": trial.state.name,
            "params": trial.params,
            "user_attrs": trial.user_attrs,
            "system_attrs": trial.system_attrs,
        }
        for trial in study.get_trials()
    ])


if __name__ == "__main__":
    main()
