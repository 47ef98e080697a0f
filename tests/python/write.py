"""Fills a database with studies that use everything that Optuna can store; prints their names.

report.py says afterwards what another reader has to find.
"""

import optuna
from optuna.trial import TrialState, create_trial

from common import VERSION, emit, open_storage, parser

NAN, INF = float("nan"), float("inf")
UNICODE_NAME = "\u540d\u524d \U0001f600 it's \"100 %\""
CHOICES = [None, True, False, 3, 2.5, "a", "caf\u00e9 \U0001f600 \"q\" \\ \n\u2028"]
NON_FINITE_CHOICES = ["x", NAN, INF, -INF]
written = []


def new_study(storage, name, *directions):
    written.append(name)
    return optuna.create_study(
        storage=storage,
        study_name=name,
        directions=list(directions) or ["minimize"],
        # Samplers leave attributes behind; the random one does not.
        sampler=optuna.samplers.RandomSampler(seed=11),
    )


def suggest_everything(trial):
    # Not in alphabetical order: a reader must keep the order of suggestion.
    trial.suggest_float("plain", -1.5, 2.5)
    trial.suggest_float("log", 1e-5, 1e-1, log=True)
    trial.suggest_float("step", 0.0, 1.0, step=0.25)
    trial.suggest_float("step cut", 0.1, 1.0, step=0.2)  # stored with high 0.9
    trial.suggest_float("one float", 2.0, 2.0)
    trial.suggest_float("extreme", 5e-324, 1.7976931348623157e308)
    trial.suggest_int("int", -3, 7)
    trial.suggest_int("int log", 1, 1024, log=True)
    trial.suggest_int("int step", 0, 10, step=4)  # stored with high 8
    trial.suggest_int("one int", 4, 4)
    trial.suggest_int("int large", 0, 2**53)
    trial.suggest_categorical("choice", CHOICES)
    trial.suggest_categorical("choice non-finite", NON_FINITE_CHOICES)
    trial.suggest_categorical("one choice", ["only"])
    # Python takes 1 and True for the same, so that both are found at index 0.
    trial.suggest_categorical("choice alike", [True, 1, 0, False])
    trial.suggest_int("\u00e9 . '\"% \U0001f600", 0, 1)


def write_everything(storage):
    study = new_study(storage, "everything")
    study.set_user_attr("text", "caf\u00e9 \U0001f600")
    study.set_user_attr("nested", {"list": [1, 2.0, None, True, {"deep": "\u00e9"}], "empty": {}})
    study.set_user_attr("nan", NAN)
    study.set_user_attr("infinities", [INF, -INF])
    study.set_user_attr("big", 2**70)
    study.set_user_attr("replaced", 1)
    study.set_user_attr("replaced", 2)
    study.set_user_attr("", "empty key")
    storage.set_study_system_attr(study._study_id, "some:system", {"k": [1, 2, 3]})

    for value in (3.0, 1.0, 1.0, 0.1 + 0.2):  # 0 to 3
        trial = study.ask()
        suggest_everything(trial)
        trial.report(value + 1, 10)  # steps in no order
        trial.report(value + 2, 0)
        trial.set_user_attr("note", "caf\u00e9")
        trial.set_user_attr("numbers", [NAN, INF, -INF, 2**64, 1, 1.0])
        storage.set_trial_system_attr(trial._trial_id, "some:system", [value])
        study.tell(trial, value)
    study.tell(study.ask(), INF)  # 4
    trial = study.ask()  # 5: pruned with the value of its last step
    suggest_everything(trial)
    trial.report(5.0, 0)
    trial.report(4.0, 10)
    study.tell(trial, state=TrialState.PRUNED)
    study.tell(study.ask(), state=TrialState.PRUNED)  # 6: pruned without any report
    trial = study.ask()  # 7
    for step, value in enumerate((INF, -INF, NAN)):
        trial.report(value, step)
    study.tell(trial, state=TrialState.PRUNED)
    trial = study.ask()  # 8: failed after a suggestion
    trial.suggest_categorical("choice", CHOICES)
    study.tell(trial, state=TrialState.FAIL)
    study.tell(study.ask(), NAN)  # 9: NaN is a failure
    trial = study.ask()  # 10: still running
    trial.suggest_int("int", -3, 7)
    trial.report(0.5, 3)
    storage.record_heartbeat(trial._trial_id)
    study.enqueue_trial({"plain": 0.25, "int": 3, "choice": "a"})  # 11: claimed at once
    trial = study.ask()
    suggest_everything(trial)
    study.tell(trial, 7.0)
    study.enqueue_trial({"plain": 0.5, "choice": None})  # 12: waits, as do the next ones
    study.enqueue_trial({"plain": 99.0, "int": -50})  # 13: out of range
    study.enqueue_trial({"plain": 0.5, "unknown": [1, 2], "nan": NAN})  # 14: keys that nobody suggests
    study.enqueue_trial({"int": 1}, user_attrs={"memo": "second"})  # 15
    study.add_trial(create_trial(value=2.0))  # 16: finished without params


def write_single_objective(storage):
    study = new_study(storage, "maximize", "maximize")
    for value in (1.0, INF, -INF, 5.0, 5e-324, 1.7976931348623157e308, -0.0):
        study.add_trial(create_trial(value=value))
    study = new_study(storage, "ties", "maximize")
    for value in (1.0, 4.0, 4.0, -4.0):
        study.add_trial(create_trial(value=value))
    study = new_study(storage, "only pruned")
    study.add_trial(create_trial(state=TrialState.PRUNED, value=-5.0))
    new_study(storage, "empty")
    study = new_study(storage, UNICODE_NAME, "maximize")
    study.tell(study.ask(), 1.0)


def write_multi_objective(storage):
    study = new_study(storage, "multi", "minimize", "maximize")
    for values in ([1, 1], [2, 2], [1, 1], [0, 0], [3, 2], [INF, INF], [-INF, -INF]):
        study.add_trial(create_trial(values=[float(value) for value in values]))
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    study.tell(trial, state=TrialState.PRUNED)
    study.tell(study.ask(), state=TrialState.FAIL)
    study.enqueue_trial({"x": 0.5})
    study.set_metric_names(["loss", "accuracy"])


def write_constraints(storage):
    study = new_study(storage, "constraints, list")
    for value, numbers in ((1.0, [0.5, -1.0]), (2.0, [0.0, -1.0]), (3.0, [-1.0, -1.0])):
        study.add_trial(create_trial(value=value, system_attrs={"constraints": numbers}))
    study = new_study(storage, "constraints, none feasible")
    study.add_trial(create_trial(value=1.0, system_attrs={"constraints": [0.5]}))
    if VERSION < (5, 0):
        return
    study = new_study(storage, "constraints, named")
    study.add_trial(create_trial(value=1.0, constraints={"memory": 1.0, "latency": -1.0}))
    study.add_trial(create_trial(value=3.0, constraints={"memory": 0.0}))
    study.add_trial(create_trial(value=4.0))
    study = new_study(storage, "constraints, multi", "minimize", "minimize")
    study.add_trial(create_trial(values=[0.0, 0.0], constraints={"a": 1.0}))
    study.add_trial(create_trial(values=[1.0, 2.0], constraints={"a": -1.0}))
    study.add_trial(create_trial(values=[2.0, 1.0]))


def write_retried(storage):
    """A trial that waits with its params already stored, as Optuna's retry callback leaves it."""
    study = new_study(storage, "retried")
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    trial.set_user_attr("u", 1)
    trial.report(0.5, 0)
    storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)
    callback = optuna.storages.RetryHeartbeatStaleTrialCallback(inherit_intermediate_values=True)
    callback(study, storage.get_trial(trial._trial_id))


def write_sampled(storage):
    """Studies with what Optuna's samplers and pruners leave in attributes."""
    study = new_study(storage, "sampler, TPE")
    study.sampler = optuna.samplers.TPESampler(seed=1, n_startup_trials=2, multivariate=True, constant_liar=True)
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 0, 3), n_trials=4)
    study = new_study(storage, "sampler, grid")
    study.sampler = optuna.samplers.GridSampler({"x": [0, 0.5, 1]}, seed=1)
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=3)


def main():
    arguments = parser(__doc__).parse_args()
    storage = open_storage(arguments, heartbeat_interval=60, grace_period=120)
    write_everything(storage)
    write_single_objective(storage)
    write_multi_objective(storage)
    write_constraints(storage)
    write_retried(storage)
    write_sampled(storage)
    emit({"optuna": optuna.__version__, "studies": written})


if __name__ == "__main__":
    main()
