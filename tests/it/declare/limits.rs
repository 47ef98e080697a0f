//! What the derive takes at most is what the runtime takes at most.

use std::panic::catch_unwind;

use docktuna::space::{Domain, IntDomain, Param, Sequence};
use docktuna::{Error, OptunaDatabase, Space, Tunable};

#[path = "../../../docktuna-macros/src/limits.rs"]
mod declared;

#[derive(Tunable)]
struct Line {
    #[tune(range = 0.0..=1.0)]
    x: f64,
}

fn range(low: i128, high: i128) -> Domain {
    Domain::Int(IntDomain::new(low, high))
}

#[test]
fn the_largest_integer() {
    let largest = declared::EXACT;
    range(-largest, largest);
    assert!(catch_unwind(|| range(0, largest + 1)).is_err());
    assert!(catch_unwind(|| range(-largest - 1, 0)).is_err());
}

#[test]
fn the_longest_vector() {
    let vector = |most: u32| Sequence::vector(Param::new(range(0, most.into())), Space::EMPTY);
    assert_eq!(
        vector(declared::MOST_ELEMENTS).longest(),
        usize::try_from(declared::MOST_ELEMENTS).unwrap()
    );
    assert!(catch_unwind(|| vector(declared::MOST_ELEMENTS + 1)).is_err());
}

#[tokio::test]
async fn the_longest_name() {
    let study = OptunaDatabase::in_memory();
    let longest = "x".repeat(declared::LONGEST_NAME);
    let study = study.study::<Line>(&longest).await.unwrap();
    study.set_user_attr(&longest, 1).await.unwrap();
    let longer = format!("{longest}x");
    let error = study.set_user_attr(&longer, 1).await.unwrap_err();
    assert!(error.to_string().contains("512 characters"), "{error}");
    let error = OptunaDatabase::in_memory().study::<Line>(&longer).await;
    assert!(matches!(error, Err(Error::StudyName { .. })));
}
