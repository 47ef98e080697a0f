//! The service: each method is a step of the storage.

use std::collections::{BTreeMap, HashMap};

use tonic::{Request, Response, Status, async_trait};

use super::status::{ended, failed, invalid, no_study, no_trial};
use super::wire::storage_service_server::StorageService;
use super::wire::*;
use super::{fields, trial};
use crate::database::OptunaDatabase;
use crate::id::{Int, StudyId, TrialId};
use crate::params::Params;
use crate::storage::steps::{ParamStep, StateStep, Step, TrialStep, Wanted};
use crate::storage::{Attrs, Storage, StudyRow, WholeTrial, now};

/// Optuna's storage service on a database.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    db: OptunaDatabase,
}

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(reply: T) -> Answer<T> {
    Ok(Response::new(reply))
}

impl Service {
    pub(crate) fn new(db: OptunaDatabase) -> Self {
        Self { db }
    }

    fn storage(&self) -> &Storage {
        self.db.storage()
    }

    async fn study(&self, id: StudyId) -> Result<StudyRow, Status> {
        let study = self.storage().get_study(id).await.map_err(failed)?;
        study.ok_or_else(|| no_study(id))
    }

    async fn set_study_attribute(
        &self,
        which: Attrs,
        study: i64,
        key: &str,
        json: &str,
    ) -> Result<(), Status> {
        fields::json(key, json)?;
        let study = fields::study(study);
        let set = self.storage().step_study_attribute(study, which, key, json);
        match set.await.map_err(failed)? {
            true => Ok(()),
            false => Err(no_study(study)),
        }
    }

    async fn study_attributes(
        &self,
        which: Attrs,
        study: i64,
    ) -> Result<BTreeMap<String, String>, Status> {
        let study = fields::study(study);
        let found = self.storage().study_attributes(study, which).await;
        let found = found.map_err(failed)?;
        if found.is_empty() {
            self.study(study).await?;
        }
        Ok(found.into_iter().filter_map(attribute).collect())
    }

    async fn all_attributes(
        &self,
        which: Attrs,
    ) -> Result<HashMap<StudyId, BTreeMap<String, String>>, Status> {
        let found = self.storage().all_study_attributes(which).await;
        let mut all: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        for (study, key, json) in found.map_err(failed)? {
            all.entry(study).or_default().extend(attribute((key, json)));
        }
        Ok(all)
    }

    fn check_step(&self, step: Int) -> Result<(), Status> {
        match self.storage().holds(step) {
            true => Ok(()),
            false => Err(invalid(format!(
                "step {step} is beyond the integers of this database"
            ))),
        }
    }

    async fn set_trial_attribute(
        &self,
        which: Attrs,
        trial: i64,
        key: &str,
        json: &str,
    ) -> Result<(), Status> {
        fields::json(key, json)?;
        let trial = fields::trial(trial);
        let set = self.storage().step_trial_attribute(trial, which, key, json);
        done(trial, set.await.map_err(failed)?)
    }
}

/// An attribute without a key or a value is none that Python could read.
fn attribute((key, json): (Option<String>, Option<String>)) -> Option<(String, String)> {
    Some((key?, json?))
}

fn done(trial: TrialId, step: Step) -> Result<(), Status> {
    match step {
        Step::Done => Ok(()),
        Step::Ended => Err(ended(trial)),
        Step::Gone => Err(no_trial(trial)),
    }
}

fn clash(name: &str, stored: &crate::space::distribution::Distribution) -> Status {
    invalid(format!(
        "parameter {name:?} was drawn from {stored} before, with which the new distribution cannot stand in one study"
    ))
}

#[async_trait]
impl StorageService for Service {
    async fn create_new_study(
        &self,
        request: Request<CreateNewStudyRequest>,
    ) -> Answer<CreateNewStudyReply> {
        let CreateNewStudyRequest {
            directions,
            study_name,
        } = request.into_inner();
        let directions = fields::directions(&directions)?;
        fields::name(&study_name)?;
        let made = self.storage().open_study(&study_name, &directions).await;
        match made.map_err(failed)? {
            Some(study) => answer(CreateNewStudyReply {
                study_id: study.get(),
            }),
            None => Err(Status::already_exists(format!(
                "there is a study called {study_name:?}"
            ))),
        }
    }

    async fn delete_study(&self, request: Request<DeleteStudyRequest>) -> Answer<DeleteStudyReply> {
        let study = self
            .study(fields::study(request.into_inner().study_id))
            .await?;
        // Whether it was this or another deletion makes no difference.
        self.storage().delete_study(&study).await.map_err(failed)?;
        answer(DeleteStudyReply {})
    }

    async fn set_study_user_attribute(
        &self,
        request: Request<SetStudyUserAttributeRequest>,
    ) -> Answer<SetStudyUserAttributeReply> {
        let SetStudyUserAttributeRequest {
            study_id,
            key,
            value,
        } = request.into_inner();
        self.set_study_attribute(Attrs::User, study_id, &key, &value)
            .await?;
        answer(SetStudyUserAttributeReply {})
    }

    async fn set_study_system_attribute(
        &self,
        request: Request<SetStudySystemAttributeRequest>,
    ) -> Answer<SetStudySystemAttributeReply> {
        let SetStudySystemAttributeRequest {
            study_id,
            key,
            value,
        } = request.into_inner();
        self.set_study_attribute(Attrs::System, study_id, &key, &value)
            .await?;
        answer(SetStudySystemAttributeReply {})
    }

    async fn get_study_id_from_name(
        &self,
        request: Request<GetStudyIdFromNameRequest>,
    ) -> Answer<GetStudyIdFromNameReply> {
        let name = request.into_inner().study_name;
        let found = match name.contains('\0') {
            false => self.storage().find_study(&name).await.map_err(failed)?,
            // PostgreSQL refuses to look for it.
            true => None,
        };
        match found {
            Some(study) => answer(GetStudyIdFromNameReply {
                study_id: study.id.get(),
            }),
            None => Err(Status::not_found(format!("no study is called {name:?}"))),
        }
    }

    async fn get_study_name_from_id(
        &self,
        request: Request<GetStudyNameFromIdRequest>,
    ) -> Answer<GetStudyNameFromIdReply> {
        let study = self
            .study(fields::study(request.into_inner().study_id))
            .await?;
        answer(GetStudyNameFromIdReply {
            study_name: study.name,
        })
    }

    async fn get_study_directions(
        &self,
        request: Request<GetStudyDirectionsRequest>,
    ) -> Answer<GetStudyDirectionsReply> {
        let study = self
            .study(fields::study(request.into_inner().study_id))
            .await?;
        answer(GetStudyDirectionsReply {
            directions: fields::direction_codes(&study.directions),
        })
    }

    async fn get_study_user_attributes(
        &self,
        request: Request<GetStudyUserAttributesRequest>,
    ) -> Answer<GetStudyUserAttributesReply> {
        let study = request.into_inner().study_id;
        answer(GetStudyUserAttributesReply {
            user_attributes: self.study_attributes(Attrs::User, study).await?,
        })
    }

    async fn get_study_system_attributes(
        &self,
        request: Request<GetStudySystemAttributesRequest>,
    ) -> Answer<GetStudySystemAttributesReply> {
        let study = request.into_inner().study_id;
        answer(GetStudySystemAttributesReply {
            system_attributes: self.study_attributes(Attrs::System, study).await?,
        })
    }

    async fn get_all_studies(
        &self,
        _: Request<GetAllStudiesRequest>,
    ) -> Answer<GetAllStudiesReply> {
        let studies = self.storage().list_studies().await.map_err(failed)?;
        let mut user = self.all_attributes(Attrs::User).await?;
        let mut system = self.all_attributes(Attrs::System).await?;
        let study = |study: StudyRow| Study {
            study_id: study.id.get(),
            study_name: study.name,
            directions: fields::direction_codes(&study.directions),
            user_attributes: user.remove(&study.id).unwrap_or_default(),
            system_attributes: system.remove(&study.id).unwrap_or_default(),
        };
        answer(GetAllStudiesReply {
            studies: studies.into_iter().map(study).collect(),
        })
    }

    async fn create_new_trial(
        &self,
        request: Request<CreateNewTrialRequest>,
    ) -> Answer<CreateNewTrialReply> {
        let request = request.into_inner();
        let study = fields::study(request.study_id);
        let whole = if request.template_trial_is_none {
            WholeTrial::started_at(now())
        } else {
            trial::read(request.template_trial.unwrap_or_default())?
        };
        for (step, _) in &whole.reports {
            self.check_step(*step)?;
        }
        let made = self.storage().step_trial(study, &whole).await;
        match made.map_err(failed)? {
            TrialStep::Done(trial) => answer(CreateNewTrialReply {
                trial_id: trial.get(),
            }),
            TrialStep::Gone => Err(no_study(study)),
            TrialStep::Clash(name, stored) => Err(clash(&name, &stored)),
        }
    }

    async fn set_trial_parameter(
        &self,
        request: Request<SetTrialParameterRequest>,
    ) -> Answer<SetTrialParameterReply> {
        let request = request.into_inner();
        let trial = fields::trial(request.trial_id);
        let (name, stored) = (request.param_name, request.param_value_internal);
        let mut params = Params::default();
        fields::param(&mut params, &name, stored, &request.distribution)?;
        for param in params.iter() {
            let step = self.storage().step_param(trial, param).await;
            match step.map_err(failed)? {
                ParamStep::Done => {}
                ParamStep::Ended => return Err(ended(trial)),
                ParamStep::Gone => return Err(no_trial(trial)),
                ParamStep::Clash(stored) => return Err(clash(&name, &stored)),
            }
        }
        answer(SetTrialParameterReply {})
    }

    async fn get_trial_id_from_study_id_trial_number(
        &self,
        request: Request<GetTrialIdFromStudyIdTrialNumberRequest>,
    ) -> Answer<GetTrialIdFromStudyIdTrialNumberReply> {
        let request = request.into_inner();
        let number = request.trial_number;
        let trial = match i32::try_from(number) {
            Ok(number) => {
                let study = fields::study(request.study_id);
                self.storage()
                    .numbered(study, number)
                    .await
                    .map_err(failed)?
            }
            Err(_) => None,
        };
        match trial {
            Some(trial) => answer(GetTrialIdFromStudyIdTrialNumberReply {
                trial_id: trial.get(),
            }),
            None => Err(Status::not_found(format!(
                "the study with the id {} has no trial {number}",
                request.study_id
            ))),
        }
    }

    async fn set_trial_state_values(
        &self,
        request: Request<SetTrialStateValuesRequest>,
    ) -> Answer<SetTrialStateValuesReply> {
        let request = request.into_inner();
        let (trial, state) = (
            fields::trial(request.trial_id),
            fields::state(request.state)?,
        );
        fields::values(&request.values)?;
        let step = self
            .storage()
            .step_state(trial, state, &request.values, now())
            .await;
        let trial_updated = match step.map_err(failed)? {
            StateStep::Done => true,
            StateStep::Claimed => false,
            StateStep::Ended => return Err(ended(trial)),
            StateStep::Gone => return Err(no_trial(trial)),
        };
        answer(SetTrialStateValuesReply { trial_updated })
    }

    async fn set_trial_intermediate_value(
        &self,
        request: Request<SetTrialIntermediateValueRequest>,
    ) -> Answer<SetTrialIntermediateValueReply> {
        let request = request.into_inner();
        let trial = fields::trial(request.trial_id);
        let step = Int(request.step);
        self.check_step(step)?;
        let reported = self
            .storage()
            .step_report(trial, step, request.intermediate_value)
            .await;
        done(trial, reported.map_err(failed)?)?;
        answer(SetTrialIntermediateValueReply {})
    }

    async fn set_trial_user_attribute(
        &self,
        request: Request<SetTrialUserAttributeRequest>,
    ) -> Answer<SetTrialUserAttributeReply> {
        let SetTrialUserAttributeRequest {
            trial_id,
            key,
            value,
        } = request.into_inner();
        self.set_trial_attribute(Attrs::User, trial_id, &key, &value)
            .await?;
        answer(SetTrialUserAttributeReply {})
    }

    async fn set_trial_system_attribute(
        &self,
        request: Request<SetTrialSystemAttributeRequest>,
    ) -> Answer<SetTrialSystemAttributeReply> {
        let SetTrialSystemAttributeRequest {
            trial_id,
            key,
            value,
        } = request.into_inner();
        self.set_trial_attribute(Attrs::System, trial_id, &key, &value)
            .await?;
        answer(SetTrialSystemAttributeReply {})
    }

    async fn get_trial(&self, request: Request<GetTrialRequest>) -> Answer<GetTrialReply> {
        let id = fields::trial(request.into_inner().trial_id);
        let found = self.storage().look(Wanted::One(id)).await.map_err(failed)?;
        match found.into_iter().next() {
            Some(found) => answer(GetTrialReply {
                trial: Some(trial::write(found)),
            }),
            None => Err(no_trial(id)),
        }
    }

    async fn get_trials(&self, request: Request<GetTrialsRequest>) -> Answer<GetTrialsReply> {
        let request = request.into_inner();
        let study = fields::study(request.study_id);
        let others: Vec<Int> = request.included_trial_ids.into_iter().map(Int).collect();
        let wanted = Wanted::Of {
            study,
            after: Int(request.trial_id_greater_than),
            others: &others,
        };
        let found = self.storage().look(wanted).await.map_err(failed)?;
        if found.is_empty() {
            self.study(study).await?;
        }
        answer(GetTrialsReply {
            trials: found.into_iter().map(trial::write).collect(),
        })
    }
}
