//! What the derived traversal does, seen by a `Source` and a `Sink` of our own.

use docktuna::space::Param;
use docktuna::{Direction, Sink, Source, Space, Tunable, Value};

/// Settings of a
/// classifier.
#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(study = "sentiment", maximize = "accuracy")]
struct Train {
    /// Peak learning
    ///  rate.
    #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
    lr: f64,
    #[tune(range = 0.0..=0.5, step = 0.1, default = 0.1)]
    dropout: f32,
    #[tune(range = LOW..=8, default = LOW + 1, rename = "depth")]
    layers: u8,
    #[tune(choices = ["cosine", "linear"], default = "linear")]
    schedule: String,
    #[tune(choices = [16, 32], default = 32)]
    r#type: u32,
    #[tune(default = true)]
    nesterov: bool,
    activation: Activation,
    optimizer: Optimizer,
    #[tune(flatten)]
    common: Common,
    nested: Common,
    #[tune(range = 0.0..=1.0, default = Some(0.5))]
    mixup: Option<f64>,
    #[tune(range = 0.0..=1.0, default = None)]
    cutmix: Option<Rate>,
    #[tune(fixed = 40 + 2)]
    seed: u64,
    #[tune(skip)]
    cache: Vec<u8>,
    #[tune(skip = "x".to_owned())]
    tag: String,
}

const LOW: u8 = 2;

type Rate = f32;

#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
#[tune(rename_all = "snake_case")]
enum Activation {
    ReLu,
    #[tune(default)]
    GeLu,
    #[tune(rename = "swish")]
    Silu,
    #[tune(skip)]
    Experimental,
}

#[derive(Tunable, Debug, Clone, PartialEq)]
#[tune(rename_all = "kebab-case")]
enum Optimizer {
    /// Plain descent.
    #[tune(default)]
    Sgd {
        #[tune(range = -1.0..=1.0, default = 0.9)]
        momentum: Rate,
    },
    #[tune(rename_all = "camelCase")]
    AdamW {
        #[tune(range = 1..=4)]
        weight_decay: i8,
        #[tune(skip = 7)]
        hidden: u8,
    },
    Lion(Common),
    Nothing,
}

#[derive(Tunable, Debug, Clone, Copy, PartialEq)]
struct Common {
    #[tune(range = 1..=100, log, default = 10)]
    batch: usize,
}

/// The names entered so far.
#[derive(Default)]
struct Way(Vec<String>);

impl Way {
    fn joined(&self) -> String {
        let names: Vec<&str> = self
            .0
            .iter()
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        names.join(".")
    }
}

/// Takes parameters, and gives them back in the same order.
#[derive(Default)]
struct Tape {
    way: Way,
    /// Name and value of every parameter.
    taken: Vec<(String, Value)>,
    given: usize,
}

#[derive(Debug, PartialEq)]
struct Refused(String);

fn choices(param: &Param) -> Option<&'static [Value]> {
    match param.domain() {
        docktuna::space::Domain::Choice(list) => Some(list.choices()),
        _ => None,
    }
}

impl Sink for Tape {
    type Error = Refused;

    fn enter(&mut self, name: &str) {
        self.way.0.push(name.to_owned());
    }

    fn leave(&mut self) {
        self.way.0.pop();
    }

    fn param(&mut self, param: &'static Param, value: Value) -> Result<(), Refused> {
        if choices(param).is_some_and(|choices| !choices.contains(&value)) {
            return Err(Refused(format!("{} = {value}", self.way.joined())));
        }
        self.taken.push((self.way.joined(), value));
        Ok(())
    }

    fn refused(&mut self, _: &'static Param, reason: String) -> Result<(), Refused> {
        Err(Refused(format!("{}: {reason}", self.way.joined())))
    }
}

impl Source for Tape {
    type Error = Refused;

    fn enter(&mut self, name: &str) {
        self.way.0.push(name.to_owned());
    }

    fn leave(&mut self) {
        self.way.0.pop();
    }

    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    fn param(&mut self, param: &'static Param) -> Result<f64, Refused> {
        let (name, value) = self.taken[self.given].clone();
        assert_eq!(name, self.way.joined(), "asked in the order of recording");
        self.given += 1;
        let index = choices(param).and_then(|all| all.iter().position(|c| *c == value));
        let stored = index.map(|index| index as f64).or_else(|| value.as_f64());
        stored.ok_or(Refused(name))
    }

    fn refused(&mut self, reason: String) -> Refused {
        Refused(format!("{}: {reason}", self.way.joined()))
    }
}

fn recorded(value: &impl Tunable) -> Tape {
    let mut tape = Tape::default();
    value
        .record(&mut tape)
        .expect("values within their domains");
    assert!(tape.way.0.is_empty(), "all that was entered was left");
    tape
}

fn rebuilt<T: Tunable>(value: &T) -> T {
    let mut tape = recorded(value);
    let rebuilt = T::build(&mut tape).expect("what was recorded can be built");
    assert!(tape.way.0.is_empty(), "all that was entered was left");
    assert_eq!(
        tape.given,
        tape.taken.len(),
        "all that was recorded is asked for"
    );
    rebuilt
}

fn names(value: &impl Tunable) -> Vec<String> {
    recorded(value)
        .taken
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

fn field(name: &str) -> &'static docktuna::space::Field {
    (0..)
        .map(|i| Train::SPACE.field(i))
        .find(|field| field.name() == name)
        .expect("a field")
}

#[test]
fn defaults_are_what_the_attributes_say() {
    let expected = Train {
        lr: 3e-4,
        dropout: 0.1,
        layers: 3,
        schedule: "linear".to_owned(),
        r#type: 32,
        nesterov: true,
        activation: Activation::GeLu,
        optimizer: Optimizer::Sgd { momentum: 0.9 },
        common: Common { batch: 10 },
        nested: Common { batch: 10 },
        mixup: Some(0.5),
        cutmix: None,
        seed: 42,
        cache: Vec::new(),
        tag: "x".to_owned(),
    };
    assert_eq!(Train::defaults(), expected);
}

#[test]
fn parameters_come_in_the_order_of_fields_under_stored_names() {
    let expected = [
        ("lr", Value::Float(3e-4)),
        ("dropout", Value::Float(0.1)),
        ("depth", Value::Int(3)),
        ("schedule", Value::from("linear")),
        ("type", Value::Int(32)),
        ("nesterov", Value::Bool(true)),
        ("activation", Value::from("ge_lu")),
        ("optimizer", Value::from("sgd")),
        // As declared and not as the nearest f32.
        ("optimizer.sgd.momentum", Value::Float(0.9)),
        ("batch", Value::Int(10)),
        ("nested.batch", Value::Int(10)),
        ("mixup", Value::from("some")),
        ("mixup.some", Value::Float(0.5)),
        ("cutmix", Value::from("none")),
    ];
    let expected: Vec<(String, Value)> = expected
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    assert_eq!(recorded(&Train::defaults()).taken, expected);
}

#[test]
fn only_the_chosen_arm_is_recorded() {
    let optimizer = |optimizer| {
        names(&Train {
            optimizer,
            ..Train::defaults()
        })
    };
    let below = |all: Vec<String>| -> Vec<String> {
        all.into_iter()
            .filter(|name| name.starts_with("optimizer."))
            .collect()
    };
    let adam = optimizer(Optimizer::AdamW {
        weight_decay: 1,
        hidden: 0,
    });
    assert_eq!(below(adam), ["optimizer.adam-w.weightDecay"]);
    assert_eq!(
        below(optimizer(Optimizer::Lion(Common { batch: 1 }))),
        ["optimizer.lion.batch"]
    );
    assert!(below(optimizer(Optimizer::Nothing)).is_empty());
}

#[test]
fn what_was_recorded_is_built_again() {
    for optimizer in [
        Optimizer::Sgd { momentum: -0.3 },
        Optimizer::AdamW {
            weight_decay: 4,
            hidden: 7,
        },
        Optimizer::Lion(Common { batch: 100 }),
        Optimizer::Nothing,
    ] {
        for activation in [Activation::ReLu, Activation::GeLu, Activation::Silu] {
            for cutmix in [None, Some(0.25)] {
                let value = Train {
                    optimizer: optimizer.clone(),
                    activation,
                    cutmix,
                    mixup: cutmix.map(f64::from),
                    ..Train::defaults()
                };
                assert_eq!(rebuilt(&value), value);
            }
        }
    }
}

#[test]
fn fields_that_are_not_searched_get_their_own_values() {
    let changed = Train {
        seed: 1,
        cache: vec![1],
        tag: "y".to_owned(),
        ..Train::defaults()
    };
    assert_eq!(rebuilt(&changed), Train::defaults());
    let adam = Optimizer::AdamW {
        weight_decay: 2,
        hidden: 1,
    };
    assert_eq!(
        rebuilt(&adam),
        Optimizer::AdamW {
            weight_decay: 2,
            hidden: 7
        }
    );
}

#[test]
fn a_fixed_field_is_part_of_the_space_and_a_skipped_one_is_not() {
    assert!(matches!(field("seed").space(), Space::Fixed("40 + 2")));
    let Space::Group(fields) = Train::SPACE else {
        panic!("a struct is a group")
    };
    let stored: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    assert_eq!(stored.len(), 13);
    assert!(!stored.contains(&"cache") && !stored.contains(&"tag"));
}

#[test]
fn a_skipped_variant_is_refused_by_the_sink() {
    let value = Train {
        activation: Activation::Experimental,
        ..Train::defaults()
    };
    let refused = value.record(&mut Tape::default());
    assert_eq!(
        refused,
        Err(Refused("activation = \"experimental\"".to_owned()))
    );
    let labels: Vec<&str> = Activation::SPACE
        .switch()
        .arms()
        .iter()
        .map(|arm| arm.label())
        .collect();
    assert_eq!(labels, ["re_lu", "ge_lu", "swish"]);
}

#[test]
fn doc_comments_travel_along_in_one_line() {
    assert_eq!(field("lr").doc(), "Peak learning rate.");
    assert_eq!(field("dropout").doc(), "");
    assert_eq!(Optimizer::SPACE.switch().arms()[0].doc(), "Plain descent.");
}

#[test]
fn the_type_names_its_study() {
    assert_eq!(Train::NAME, "Train");
    assert_eq!(Train::STUDY.name, Some("sentiment"));
    let [objective] = Train::STUDY.objectives else {
        panic!("one objective")
    };
    assert_eq!(
        (objective.direction, objective.name),
        (Direction::Maximize, Some("accuracy"))
    );
    assert_eq!(Common::STUDY.name, None);
    assert!(Common::STUDY.objectives.is_empty());
}

#[test]
fn only_ordered_choices_have_an_order() {
    #[derive(Tunable)]
    struct Sizes {
        #[tune(choices = [16, 32, 64], ordered, default = 32)]
        batch: u32,
        #[tune(choices = [SMALL, "large"], ordered)]
        width: Option<String>,
        #[tune(choices = [16, 32])]
        heads: u32,
    }
    const SMALL: &str = "small";

    let ordered = |space: &'static Space| match space.param().domain() {
        docktuna::space::Domain::Choice(list) => list.is_ordered(),
        _ => panic!("a list"),
    };
    assert!(ordered(Sizes::SPACE.field(0).space()));
    let some = Sizes::SPACE.field(1).space().switch().arms()[1].space();
    assert!(ordered(some));
    assert!(!ordered(Sizes::SPACE.field(2).space()));
    let sizes = Sizes {
        batch: 16,
        width: Some("large".to_owned()),
        heads: 32,
    };
    let built = rebuilt(&sizes);
    assert_eq!(
        (built.batch, built.width, built.heads),
        (16, sizes.width, 32)
    );
}

#[test]
fn without_a_default_there_are_no_defaults() {
    assert!(Train::SPACE.has_defaults());
    let Space::Switch(optimizer) = Optimizer::SPACE else {
        panic!("an enum is a switch")
    };
    assert!(optimizer.arms()[0].space().has_defaults());
    assert!(!optimizer.arms()[1].space().has_defaults());
}
