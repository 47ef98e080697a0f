//! Arrays, vectors and options of anything: their names, their lengths, and the trip through databases.

use docktuna::{Error, Load, Params, Tunable};
use proptest::prelude::*;
use serde_json::json;

use crate::backend::Backend;
use crate::support::{Version, python};

const MOST: usize = 3;

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Net {
    #[tune(range = 8..=256, log, default = [64; 3])]
    widths: [u32; 3],
    #[tune(range = 8..=256, len = 1..=MOST, default = [32; 2])]
    convs: Vec<u32>,
    #[tune(len = 0..=2, default = [_; 1])]
    blocks: Vec<Block>,
    #[tune(choices = ["a", "b"], default = [["b"; 1]; 2])]
    names: [[String; 1]; 2],
    #[tune(range = 0.0..=1.0, len = 0..=2, default = Some([None; 0]))]
    rates: Option<Vec<Option<f32>>>,
    pair: [Block; 2],
    #[tune(default = Some(_))]
    head: Option<Block>,
    #[tune(default = None)]
    tail: Option<Act>,
    #[tune(default = [true; 2])]
    flags: [bool; 2],
}

#[derive(Tunable, Debug, Clone, PartialEq)]
struct Block {
    #[tune(range = 1..=9, step = 2, default = 3)]
    kernel: u8,
    act: Act,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(rename_all = "snake_case")]
enum Act {
    #[tune(default)]
    Relu,
    Leaky {
        #[tune(range = 0.0..=0.5, len = 1..=2, default = [0.1; 1])]
        slopes: Vec<f64>,
    },
}

fn block(kernel: u8, slopes: Option<&[f64]>) -> Block {
    let act = slopes.map_or(Act::Relu, |slopes| Act::Leaky {
        slopes: slopes.to_vec(),
    });
    Block { kernel, act }
}

fn net() -> Net {
    Net {
        widths: [8, 16, 256],
        convs: vec![9, 10, 11],
        blocks: vec![block(1, Some(&[0.25])), block(9, None)],
        names: [["a".to_owned()], ["b".to_owned()]],
        rates: Some(vec![None, Some(0.1)]),
        pair: [block(3, None), block(5, Some(&[0.0, 0.5]))],
        head: None,
        tail: Some(Act::Leaky { slopes: vec![0.5] }),
        flags: [true, false],
    }
}

fn names(net: &Net) -> Vec<String> {
    let params = Params::of(net).unwrap();
    params.iter().map(|param| param.name().to_owned()).collect()
}

#[test]
fn elements_are_stored_under_their_numbers_and_only_the_used_ones() {
    assert_eq!(
        names(&net()),
        [
            "widths.0",
            "widths.1",
            "widths.2",
            "convs.len",
            "convs.0",
            "convs.1",
            "convs.2",
            "blocks.len",
            "blocks.0.kernel",
            "blocks.0.act",
            "blocks.0.act.leaky.slopes.len",
            "blocks.0.act.leaky.slopes.0",
            "blocks.1.kernel",
            "blocks.1.act",
            "names.0.0",
            "names.1.0",
            "rates",
            "rates.some.len",
            "rates.some.0",
            "rates.some.1",
            "rates.some.1.some",
            "pair.0.kernel",
            "pair.0.act",
            "pair.1.kernel",
            "pair.1.act",
            "pair.1.act.leaky.slopes.len",
            "pair.1.act.leaky.slopes.0",
            "pair.1.act.leaky.slopes.1",
            "head",
            "tail",
            "tail.some",
            "tail.some.leaky.slopes.len",
            "tail.some.leaky.slopes.0",
            "flags.0",
            "flags.1",
        ]
    );
    let shorter = Net {
        convs: vec![8],
        blocks: Vec::new(),
        rates: None,
        ..net()
    };
    let below = |prefix: &str| -> Vec<String> {
        let names = names(&shorter).into_iter();
        names.filter(|name| name.starts_with(prefix)).collect()
    };
    assert_eq!(below("convs"), ["convs.len", "convs.0"]);
    assert_eq!(below("blocks"), ["blocks.len"]);
    assert_eq!(below("rates"), ["rates"]);
}

#[test]
fn the_default_says_how_many_there_are() {
    let defaults = Net::defaults();
    assert_eq!(defaults.widths, [64; 3]);
    assert_eq!(defaults.convs, [32; 2]);
    assert_eq!(defaults.blocks, [block(3, None)]);
    assert_eq!(defaults.names, [["b".to_owned()], ["b".to_owned()]]);
    assert_eq!(defaults.rates, Some(Vec::new()));
    assert_eq!(defaults.head, Some(block(3, None)));
    assert_eq!(defaults.tail, None);
    assert_eq!(
        Params::of(&defaults).unwrap().to_config::<Net>().unwrap(),
        defaults
    );
}

#[test]
fn the_space_says_when_an_element_is_there() {
    let nodes: Vec<_> = Net::space().walk().collect();
    let when = |name: &str| -> Vec<String> {
        let node = nodes.iter().find(|node| node.name() == name).unwrap();
        node.when().iter().map(ToString::to_string).collect()
    };
    assert!(when("convs.0").is_empty() && when("widths.2").is_empty());
    assert_eq!(when("convs.2"), ["convs.len>2"]);
    assert_eq!(
        when("blocks.1.act.leaky.slopes.1"),
        [
            "blocks.len>1",
            "blocks.1.act=\"leaky\"",
            "blocks.1.act.leaky.slopes.len>1"
        ]
    );
    let outline = Net::space().outline();
    let read = docktuna::SpaceOutline::from_json(&outline.to_json()).unwrap();
    assert_eq!(read, outline);
}

#[test]
fn every_parameter_is_found_by_its_name() {
    for node in Net::space().walk() {
        assert!(Net::space().find(node.name()).is_some(), "{}", node.name());
    }
    for name in [
        "convs.3",
        "convs.00",
        "convs.",
        "convs.len.0",
        "widths.len",
        "widths",
        "pair.2.act",
    ] {
        assert!(Net::space().find(name).is_none(), "{name}");
    }
    const SECOND: docktuna::Key<Net, u32> = docktuna::Key::new("convs.1");
    assert_eq!(SECOND.name(), "convs.1");
}

#[tokio::test]
async fn a_wrong_length_is_an_invalid_value() {
    for backend in Backend::shared().await {
        let study = backend.db.study::<Net>("lengths").await.unwrap();
        for (convs, found) in [(vec![], "0"), (vec![8; 4], "4")] {
            let error = study.enqueue(Net { convs, ..net() }).await.unwrap_err();
            let Error::InvalidValue {
                param,
                found: text,
                allowed,
            } = error
            else {
                panic!("{error}")
            };
            assert_eq!(
                (param.as_str(), text.as_str(), allowed.as_str()),
                ("convs.len", found, "1..=3")
            );
        }
        let partial = study.enqueue_partial([("convs.len", 4)]).await.unwrap_err();
        assert!(matches!(partial, Error::InvalidValue { .. }), "{partial}");
        let unknown = study.enqueue_partial([("convs.3", 8)]).await.unwrap_err();
        assert!(matches!(unknown, Error::UnknownParam { .. }), "{unknown}");
    }
}

#[tokio::test]
async fn enqueued_run_and_loaded_they_come_back_as_they_were() {
    for backend in Backend::shared().await {
        let study = backend
            .db
            .study_builder::<Net>("net")
            .maximize("score")
            .open()
            .await
            .unwrap();
        study.enqueue(net()).await.unwrap();
        let trial = study.ask().await.unwrap();
        assert_eq!(*trial.config(), net());
        trial.tell(2.0).await.unwrap();
        for _ in 0..5 {
            let trial = study.ask().await.unwrap();
            assert!((1..=MOST).contains(&trial.config().convs.len()));
            trial.tell(1.0).await.unwrap();
        }
        assert_eq!(Net::load_best(&backend.db, "net").await.unwrap(), net());
        let Some(url) = &backend.url else { continue };
        let report = python(Version::V5, "report.py", &["--study", "net"], url).await;
        let best = &report["studies"][0]["trials"][0];
        assert_eq!(best["params"]["convs.len"], json!(3), "{report}");
        assert_eq!(best["params"]["rates.some.1.some"], json!(0.1));
        assert_eq!(best["params"]["pair.1.act"], json!("leaky"));
        assert_eq!(
            best["params"].as_object().unwrap().len(),
            names(&net()).len()
        );
        let params = backend.db.best_params("net").await.unwrap();
        assert_eq!(params.len(), names(&net()).len());
    }
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(
        convs in prop::collection::vec(8..=256_u32, 1..=MOST),
        kernels in prop::collection::vec(0..=4_u8, 0..=2),
        rates in prop::option::of(prop::collection::vec(prop::option::of(0.0..=1.0_f32), 0..=2)),
        slopes in prop::option::of(prop::collection::vec(0.0..=0.5_f64, 1..=2)),
    ) {
        let blocks = kernels.iter().map(|half| block(2 * half + 1, slopes.as_deref())).collect();
        let tail = slopes.clone().map(|slopes| Act::Leaky { slopes });
        let value = Net { convs, blocks, rates, tail, ..net() };
        prop_assert_eq!(Params::of(&value).unwrap().to_config::<Net>().unwrap(), value);
    }
}
