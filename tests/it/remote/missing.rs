//! Studies and trials that there are not, some with ids that no row could have.

use serde_json::json;

use super::through::Through;

#[tokio::test]
async fn every_step_says_that_there_is_no_such_study_or_trial() {
    let mut through = Through::new().await;
    let study = through.call("create_study", json!(["s"])).await;
    through.call("create_trial", json!([study])).await;
    for id in [2, -1, 1 << 31, 1 << 40, i64::MAX, i64::MIN] {
        let steps = [
            ("create_trial", json!([id])),
            ("enqueue", json!([id])),
            ("study_attr", json!([id, "k", 3])),
            ("study_attrs", json!([id])),
            ("delete_study", json!([id])),
            ("trials", json!([id])),
            ("trial", json!([id])),
            ("set_param", json!([id, "x", 0.5])),
            ("report", json!([id, 1, 0.5])),
            ("user_attr", json!([id, "u", 1])),
            ("system_attr", json!([id, "s", 1])),
            ("set_state", json!([id, "FAIL"])),
        ];
        for (call, args) in steps {
            let answer = through.answer(call, args).await;
            assert_eq!(answer["error"], "KeyError", "{call} {id}: {answer}");
        }
    }
    let trials = through.call("trials", json!([study])).await;
    assert_eq!(trials.as_array().unwrap().len(), 1);
    assert_eq!(trials[0]["params"], json!({}));
}
