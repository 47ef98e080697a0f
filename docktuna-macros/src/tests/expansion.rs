//! The generated code, as a reader would like to see it.

use super::expanded;

#[test]
fn a_struct_is_a_group_of_its_fields() {
    let output = expanded(
        r#"
        /// Settings.
        #[tune(study = "s", maximize = "accuracy")]
        struct Model {
            /// Peak
            /// learning rate.
            #[tune(range = 1e-5..=1e-1, log, default = 3e-4)]
            lr: f64,
            #[tune(range = 0.0..=0.5, step = 0.05)]
            r#type: f32,
            schedule: Schedule,
            #[tune(flatten)]
            common: Common,
            #[tune(fixed = 42)]
            seed: u64,
            #[tune(skip)]
            cache: Cache,
        }
        "#,
    );
    println!("@@@ a_struct_is_a_group_of_its_fields\n{output}\n@@END");
}

#[test]
fn constants_are_checked_beside_the_implementation() {
    let output = expanded(
        r#"
        struct Model {
            #[tune(range = LOW..=8, step = STEP, default = LOW)]
            layers: u8,
            #[tune(range = 0.5..=1.0)]
            rate: Rate,
            #[tune(range = Self::LOW..=8)]
            heads: u8,
        }
        "#,
    );
    println!("@@@ constants_are_checked_beside_the_implementation\n{output}\n@@END");
}

#[test]
fn an_option_is_a_switch() {
    let output = expanded(
        r#"
        struct Model {
            #[tune(range = 0.0..=1.0, default = Some(0.5))]
            mixup: Option<f64>,
        }
        "#,
    );
    println!("@@@ an_option_is_a_switch\n{output}\n@@END");
}

#[test]
fn an_enum_is_a_switch_of_its_drawn_variants() {
    let output = expanded(
        r#"
        #[tune(rename_all = "snake_case")]
        enum Optimizer<T> {
            Sgd { #[tune(range = -1..=9)] momentum: i8, #[tune(skip = 3)] other: u8 },
            #[tune(skip)]
            Secret,
            /// Adaptive.
            #[tune(default, rename = "adam")]
            Adaptive(T),
            Plain,
        }
        "#,
    );
    println!("@@@ an_enum_is_a_switch_of_its_drawn_variants\n{output}\n@@END");
}
