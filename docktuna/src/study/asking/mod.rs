//! From the wish for trials to trials: what is drawn, what is numbered, and what becomes of callers that give up.

pub(super) mod ask;
pub(super) mod feed;
pub(super) mod ledger;
pub(super) mod left;
mod own;

pub(super) use feed::Feed;
pub(super) use left::Left;
