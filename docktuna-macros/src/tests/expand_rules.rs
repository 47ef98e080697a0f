//! The generated code for rules across fields.

use super::expanded;

/// What stands behind the fields.
fn rules(input: &str) -> String {
    let output = expanded(input);
    let (_, record) = output.split_once("fn record").expect("the last function");
    let (_, body) = record.split_once("{\n").expect("a body");
    body.to_owned()
}

#[test]
fn rules_are_handed_over_behind_the_fields() {
    let output = rules(
        "#[tune(validate = Self::check, constraint(memory = memory))]
        struct Model { on: bool }",
    );
    assert_eq!(
        output,
        r#"            __docktuna::Sink::enter(__sink, "on");
            <bool as __docktuna::Tunable>::record(&self.on, __sink)?;
            __docktuna::Sink::leave(__sink);
            __docktuna::Sink::validate(
                __sink,
                &|| {
                    let __rule: fn(&Self) -> __docktuna::Result<(), _> = Self::check;
                    __docktuna::refusal(__rule(self))
                },
            )?;
            __docktuna::Sink::constraint(
                __sink,
                "memory",
                &|| {
                    let __rule: fn(&Self) -> ::core::primitive::f64 = memory;
                    __rule(self)
                },
            )?;
            __docktuna::Result::Ok(())
        }
    }
};
"#
    );
}

#[test]
fn an_enum_hands_over_its_rules_once_its_arm_is_left() {
    let output = rules("#[tune(validate = check)] enum Kind { A, B }");
    let (_, behind) = output
        .split_once("__docktuna::Sink::leave(__sink);\n")
        .expect("the arm is left");
    assert!(
        behind
            .trim_start()
            .starts_with("__docktuna::Sink::validate("),
        "{behind}"
    );
}

#[test]
fn objectives_keep_their_order() {
    let output = expanded(
        "#[tune(objectives(maximize = \"accuracy\", minimize))] struct Model { on: bool }",
    );
    let objectives: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("direction:") || line.starts_with("name: "))
        .collect();
    assert_eq!(
        objectives,
        [
            "name: __docktuna::Option::None,",
            "direction: __docktuna::Direction::Maximize,",
            "name: __docktuna::Option::Some(\"accuracy\"),",
            "direction: __docktuna::Direction::Minimize,",
            "name: __docktuna::Option::None,",
        ]
    );
}
