//! Rows as the statements give them, and what they become.

pub(super) mod assemble;
pub(super) mod horizon;
pub(super) mod news;
pub(super) mod peer;
pub(super) mod record;
pub(super) mod summary;

pub(crate) use assemble::attribute;
pub(crate) use horizon::{Horizon, Standing};
pub(super) use horizon::{Look, StandingRow};
pub(crate) use news::{News, NewsQuery};
pub(crate) use peer::{PeerQuery, PeerRow};
pub(crate) use record::{
    Asked, Attrs, BestRow, Ids, NewTrial, Numbering, Outcome, Reported, StudyRow, TrialKey,
    WholeTrial, now,
};
pub(crate) use summary::Summary;
