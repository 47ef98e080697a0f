"""Takes single steps through a server of ours, and answers each with what it returned or raised.

Reads {"call", "args"} as JSON, a line each, and prints {"value"} or {"error"}. The server's address is where other
scripts have a URL.
"""

import json
import os
import sys
import time
import warnings
from datetime import datetime

from optuna.distributions import FloatDistribution, json_to_distribution
from optuna.exceptions import ExperimentalWarning
from optuna.storages import GrpcStorageProxy
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

host, port = os.environ["DOCKTUNA_TEST_URL"].rsplit(":", 1)
warnings.simplefilter("ignore", ExperimentalWarning)
storage = GrpcStorageProxy(host=host, port=int(port))


def create_study(name):
    return storage.create_new_study([StudyDirection.MINIMIZE], name)


def enqueue(study):
    waiting = create_trial(state=TrialState.WAITING, system_attrs={"fixed_params": {"x": 0.5}})
    return storage.create_new_trial(study, waiting)


def set_param(trial, name, value, distribution=None):
    kind = json_to_distribution(json.dumps(distribution)) if distribution else FloatDistribution(0.0, 1.0)
    return storage.set_trial_param(trial, name, value, kind)


def set_state(trial, state, values=None):
    return storage.set_trial_state_values(trial, TrialState[state], values)


def zone(name):
    os.environ["TZ"] = name
    time.tzset()


def add_ended(study, started, completed):
    trial = create_trial(state=TrialState.FAIL)
    trial.datetime_start, trial.datetime_complete = map(datetime.fromisoformat, (started, completed))
    return storage.create_new_trial(study, trial)


def moments(trial):
    trial = storage.get_trial(trial)
    return [str(trial.datetime_start), str(trial.datetime_complete)]


def trials(study):
    return [
        {
            "number": trial.number,
            "state": trial.state.name,
            "params": trial.params,
            "values": trial.values,
            "reports": trial.intermediate_values,
            "user": trial.user_attrs,
            "system": trial.system_attrs,
        }
        for trial in GrpcStorageProxy(host=host, port=int(port)).get_all_trials(study)
    ]


def sent(study):
    """What the next look at all trials makes the server send: how many trials there are, how many come, in bytes."""
    replies = []
    get_trials = storage._stub.GetTrials

    def measured(request):
        reply = get_trials(request)
        replies.append([len(reply.trials), reply.ByteSize()])
        return reply

    storage._stub.GetTrials = measured
    try:
        known = len(storage.get_all_trials(study, deepcopy=False))
    finally:
        storage._stub.GetTrials = get_trials
    return [known, *replies[0]]


CALLS = {
    "create_study": create_study,
    "create_trial": storage.create_new_trial,
    "enqueue": enqueue,
    "set_param": set_param,
    "set_state": set_state,
    "report": storage.set_trial_intermediate_value,
    "user_attr": storage.set_trial_user_attr,
    "system_attr": storage.set_trial_system_attr,
    "study_attr": storage.set_study_user_attr,
    "study_attrs": storage.get_study_user_attrs,
    "delete_study": storage.delete_study,
    "studies": lambda: [study.study_name for study in storage.get_all_studies()],
    "trials": trials,
    "sent": sent,
    "trial": lambda trial: storage.get_trial(trial).number,
    "zone": zone,
    "add_ended": add_ended,
    "moments": moments,
    "age": lambda trial: (datetime.now() - storage.get_trial(trial).datetime_start).total_seconds(),
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"value": CALLS[request["call"]](*request["args"])}
    except Exception as error:
        answer = {"error": type(error).__name__}
        code = getattr(error, "code", None)
        if code is not None:
            answer["code"] = code().name
            answer["details"] = error.details()
    print(json.dumps(answer), flush=True)
