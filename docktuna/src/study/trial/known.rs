//! What pruners look at in the trials of a study, as far as this process has read it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::id::{TrialId, TrialState};
use crate::pruner::{Peer, Peers, Reads};
use crate::storage::PeerQuery;
use crate::study::asking::ledger::{Ledger, Sight};

/// What is known.
#[derive(Debug, Default)]
pub(in crate::study) struct Known {
    finished: Arc<Vec<Arc<Peer>>>,
    /// All trials that ended, also those of which nothing is kept.
    ended: BTreeSet<TrialId>,
    ledger: Ledger,
    /// How often all was forgotten.
    losses: u32,
}

/// What is asked of the database, and what was known then.
#[derive(Debug)]
pub(in crate::study) struct Question {
    pub(in crate::study) query: PeerQuery,
    ledger: Ledger,
    losses: u32,
}

/// A trial as it was found.
#[derive(Debug)]
pub(in crate::study) struct Finding {
    pub(in crate::study) sight: Sight,
    pub(in crate::study) peer: Peer,
}

impl Known {
    /// What has to be read to know all.
    pub(in crate::study) fn question(&self, reads: Reads) -> Question {
        Question {
            query: PeerQuery {
                after: self.ledger.after(),
                ids: self.ledger.open(),
                anchor: self.ledger.anchor(),
                curves: reads.curves,
                rungs: reads.rungs,
                results: reads.results,
            },
            ledger: self.ledger.clone(),
            losses: self.losses,
        }
    }

    /// Takes in the answer, whatever other answers came in between. `None` if it shows that trials
    /// were lost: the question has to be asked anew.
    pub(in crate::study) fn learn(
        &mut self,
        question: &Question,
        findings: Vec<Finding>,
    ) -> Option<Peers> {
        if question.losses != self.losses {
            return None;
        }
        let sights = findings.iter().map(|finding| finding.sight);
        if question.ledger.is_contradicted_by(sights) {
            tracing::warn!("the database lost trials of this study; all of them are read again");
            *self = Self {
                losses: self.losses + 1,
                ..Self::default()
            };
            return None;
        }
        let mut peers = Peers::default();
        for Finding { sight, peer } in findings {
            if sight.state.is_finished() {
                if !self.ended.insert(sight.id) {
                    continue;
                }
                self.ledger.see(sight);
                if peer.state == TrialState::Complete || !peer.rungs.is_empty() {
                    Arc::make_mut(&mut self.finished).push(Arc::new(peer));
                }
            } else {
                // An older answer than the one that showed its end adds nothing.
                if !self.ended.contains(&sight.id) {
                    self.ledger.see(sight);
                }
                if !peer.rungs.is_empty() {
                    peers.running.push(peer);
                }
            }
        }
        peers.finished = Arc::clone(&self.finished);
        Some(peers)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::{Int, TrialNumber};
    use crate::pruner::{Curve, Rungs};

    /// A study in a database that creates, ends and loses trials.
    #[derive(Debug, Clone, Default)]
    struct Database {
        trials: Vec<(i32, TrialState, u32)>,
        next_id: i32,
        clock: u32,
    }

    #[derive(Debug, Clone)]
    enum Event {
        Create {
            waits: bool,
        },
        Start(usize),
        End(usize, TrialState),
        /// Another study takes an id.
        Elsewhere,
        /// The newest trials are gone, as far as they have not ended, and their ids and those that
        /// other studies took since are free again.
        Crash(usize),
        /// A check begins, and sees the database as it is now.
        Ask,
        /// The oldest check that has not been answered is.
        Answer,
    }

    impl Database {
        fn apply(&mut self, event: &Event) {
            self.clock += 1;
            match *event {
                Event::Create { waits } => {
                    self.next_id += 1;
                    let state = if waits {
                        TrialState::Waiting
                    } else {
                        TrialState::Running
                    };
                    self.trials.push((self.next_id, state, self.clock));
                }
                Event::Start(at) => self.set(at, TrialState::Waiting, TrialState::Running),
                Event::End(at, end) => self.set(at, TrialState::Running, end),
                Event::Crash(count) => {
                    for _ in 0..count {
                        match self.trials.last() {
                            Some((_, TrialState::Running, _)) => drop(self.trials.pop()),
                            _ => break,
                        }
                    }
                    self.next_id = self.trials.last().map_or(0, |(id, ..)| *id);
                }
                Event::Elsewhere => self.next_id += 1,
                Event::Ask | Event::Answer => {}
            }
        }

        fn set(&mut self, at: usize, from: TrialState, to: TrialState) {
            if let Some((_, state, at)) = self.trials.get_mut(at)
                && *state == from
            {
                (*state, *at) = (to, self.clock);
            }
        }

        /// What the statement gives.
        fn read(&self, query: &PeerQuery) -> Vec<Finding> {
            let rows = self.trials.iter().zip(0..);
            let wanted = rows.filter(|((id, state, _), _)| {
                let id = Int::from(*id);
                let open = query.ids.contains(&id) && *state != TrialState::Waiting;
                id > query.after || id == query.anchor || open
            });
            wanted
                .map(|((id, state, at), number)| Finding {
                    sight: Sight {
                        id: TrialId(Int::from(*id)),
                        number: TrialNumber(number),
                        state: *state,
                        completed: state.is_finished().then(|| {
                            let end = chrono::DateTime::from_timestamp(i64::from(*at), 0);
                            end.expect("a small number").naive_utc()
                        }),
                    },
                    peer: Peer {
                        number: TrialNumber(number),
                        state: *state,
                        value: None,
                        feasible: true,
                        last_step: None,
                        curve: Curve::default(),
                        rungs: Rungs::default(),
                    },
                })
                .collect()
        }

        fn complete(&self) -> Vec<i32> {
            let rows = self.trials.iter().zip(0..);
            rows.filter(|((_, state, _), _)| *state == TrialState::Complete)
                .map(|(_, number)| number)
                .collect()
        }
    }

    fn events() -> impl Strategy<Value = Event> {
        let end = prop_oneof![
            3 => Just(TrialState::Complete),
            1 => Just(TrialState::Fail),
            1 => Just(TrialState::Pruned),
        ];
        prop_oneof![
            4 => any::<bool>().prop_map(|waits| Event::Create { waits }),
            2 => (0..12_usize).prop_map(Event::Start),
            3 => (0..12_usize, end).prop_map(|(at, end)| Event::End(at, end)),
            1 => Just(Event::Elsewhere),
            1 => (1..4_usize).prop_map(Event::Crash),
            3 => Just(Event::Ask),
            3 => Just(Event::Answer),
        ]
    }

    proptest! {
        /// Whatever happened before, and however late other answers came: the next check knows all
        /// trials that are complete, each once.
        #[test]
        fn a_check_knows_every_complete_trial(events in prop::collection::vec(events(), 0..80)) {
            let (mut database, mut known) = (Database::default(), Known::default());
            let mut asked = std::collections::VecDeque::new();
            for event in &events {
                // A crash ends the connections, and with them the checks under way.
                if matches!(event, Event::Crash(_)) {
                    asked.clear();
                }
                database.apply(event);
                match event {
                    Event::Ask => {
                        let question = known.question(Reads::ALL);
                        let answer = database.read(&question.query);
                        asked.push_back((question, answer));
                    }
                    Event::Answer => {
                        if let Some((question, answer)) = asked.pop_front() {
                            known.learn(&question, answer);
                        }
                    }
                    _ => {}
                }
            }
            let peers = (0..2).find_map(|_| {
                let question = known.question(Reads::ALL);
                let answer = database.read(&question.query);
                known.learn(&question, answer)
            });
            let peers = peers.expect("the second attempt starts from nothing");
            let mut complete: Vec<i32> = peers.completed().map(|peer| peer.number.0).collect();
            complete.sort_unstable();
            prop_assert_eq!(complete, database.complete());
        }
    }

    #[test]
    fn a_study_that_took_the_place_of_another_is_read_anew() {
        let mut known = Known::default();
        let run = |known: &mut Known, trials: u32, clock: u32| {
            let mut database = Database {
                clock,
                ..Database::default()
            };
            for at in 0..trials as usize {
                database.apply(&Event::Create { waits: false });
                database.apply(&Event::End(at, TrialState::Complete));
            }
            let question = known.question(Reads::ALL);
            let peers = known.learn(&question, database.read(&question.query));
            peers.map(|peers| peers.completed().count())
        };
        assert_eq!(run(&mut known, 5, 0), Some(5));
        assert_eq!(run(&mut known, 6, 0), Some(6));
        // The same ids and numbers, at other times.
        assert_eq!(run(&mut known, 8, 100), None);
        assert_eq!(run(&mut known, 8, 100), Some(8));
    }
}
