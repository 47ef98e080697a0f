//! The guide: one page a topic, in the order in which a person needs them.
//!
//! | page | what it answers |
//! |---|---|
//! | [`tutorial`] | how to get from a struct to a service that loads its best configuration |
//! | [`types`] | how types of your own become parameters |
//! | [`from_clap_and_serde`] | how to search a config that clap or serde reads |
//! | [`tuning`] | runs, ask and tell, the queue, failures, several objectives, rules across fields |
//! | [`search`] | which sampler, how good it is, what it costs |
//! | [`pruning`] | how to stop trials that are not promising |
//! | [`overrides`] | how to search another space for one run |
//! | [`settings`] | variables, secrets, `.env`, URLs, rights |
//! | [`loading`] | what a service does at its start |
//! | [`fleet`] | many workers: heartbeats, retries, signals, outages, proxies, SQLite files |
//! | [`cost`] | round trips, commits, connections, crashes |
//! | [`command`] | how to look into a database without a program |
//! | [`report`] | what is on the page about a study |
//! | [`serve`] | how Python programs tune through a server, without a password |
//! | [`from_python`] | for people who come from the Python docktuna |
//! | [`cookbook`] | recipes: models, a web service, containers, clusters |

/// Declares a page, whose text is a file.
macro_rules! pages {
    ($($page:ident $file:literal,)*) => {
        $(#[doc = include_str!(concat!("../docs/", $file, ".md"))] pub mod $page {})*
    };
}

pages! {
    tutorial "tutorial",
    types "types",
    from_clap_and_serde "from-clap-and-serde",
    tuning "tuning",
    search "search",
    pruning "pruning",
    overrides "overrides",
    settings "settings",
    loading "loading",
    fleet "fleet",
    cost "cost",
    command "command",
    report "report",
    serve "serve",
    from_python "from-python",
    cookbook "cookbook",
}
