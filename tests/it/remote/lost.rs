//! Lines to the database that are cut: what was answered is there once, whether the cut came before a write or after it.

use serde_json::{Value, json};

use super::through::Through;

impl Through {
    /// What a step returned while a line is cut at a statement with this text.
    async fn cut(&mut self, after: bool, text: &str, call: &str, args: Value) -> Value {
        let proxy = &self.proxied.proxy;
        if after {
            proxy.cut_after_client_message(text);
        } else {
            proxy.cut_before_client_message(text);
        }
        let answer = self.call(call, args).await;
        assert!(!self.proxied.proxy.is_cut_pending(), "{text} was sent");
        answer
    }
}

#[tokio::test]
async fn f02_every_step_is_done_once_when_its_line_is_cut() {
    let mut cut = Through::new().await;
    for (turn, after) in [false, true].into_iter().enumerate() {
        let name = format!("study {turn}");
        let study = cut
            .cut(after, "COMMIT", "create_study", json!([name]))
            .await;
        let one = cut
            .cut(after, "COMMIT", "create_trial", json!([study]))
            .await;
        let queued = cut.cut(after, "COMMIT", "enqueue", json!([study])).await;
        let call = "FROM pg_temp.docktuna_add_trial";
        cut.cut(after, call, "create_trial", json!([study])).await;
        cut.cut(
            after,
            "INTO trial_params",
            "set_param",
            json!([one, "x", 0.5]),
        )
        .await;
        cut.cut(
            after,
            "INTO trial_intermediate_values",
            "report",
            json!([one, 3, 0.25]),
        )
        .await;
        cut.cut(
            after,
            "INTO trial_user_attributes",
            "user_attr",
            json!([one, "u", 1]),
        )
        .await;
        cut.cut(
            after,
            "INTO trial_system_attributes",
            "system_attr",
            json!([one, "s", 2]),
        )
        .await;
        cut.cut(
            after,
            "INTO study_user_attributes",
            "study_attr",
            json!([study, "k", 3]),
        )
        .await;
        let state = "UPDATE trials SET";
        // The claim is this worker's, and the second one is refused.
        let claimed = cut
            .cut(after, state, "set_state", json!([queued, "RUNNING"]))
            .await;
        assert_eq!(claimed, true);
        assert_eq!(
            cut.call("set_state", json!([queued, "RUNNING"])).await,
            false
        );
        let ended = json!([one, "COMPLETE", [1.5]]);
        assert_eq!(cut.cut(after, state, "set_state", ended).await, true);
        // Reads, which come back as if nothing had been.
        let trials = cut
            .cut(after, "FROM trial_params", "trials", json!([study]))
            .await;
        let expected = json!([
            {
                "number": 0, "state": "COMPLETE", "params": { "x": 0.5 }, "values": [1.5],
                "reports": { "3": 0.25 }, "user": { "u": 1 }, "system": { "s": 2 },
            },
            {
                "number": 1, "state": "RUNNING", "params": {}, "values": null, "reports": {}, "user": {},
                "system": { "fixed_params": { "x": 0.5 } },
            },
            {
                "number": 2, "state": "RUNNING", "params": {}, "values": null, "reports": {}, "user": {},
                "system": {},
            },
        ]);
        assert_eq!(trials, expected, "cut after: {after}");
        assert_eq!(
            cut.call("study_attrs", json!([study])).await,
            json!({ "k": 3 })
        );
        assert_eq!(cut.call("studies", json!([])).await, json!([name]));
        cut.cut(after, "DELETE FROM studies", "delete_study", json!([study]))
            .await;
        assert_eq!(cut.call("studies", json!([])).await, json!([]));
    }
}
