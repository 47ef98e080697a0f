//! What comes after the search: the best parameters at the start of a service, and the dashboard.

mod dashboard;
mod load;
mod notes;
mod start_up;
mod watch;
