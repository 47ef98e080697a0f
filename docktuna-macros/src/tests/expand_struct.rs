//! The generated code for structs, as a reader would like to see it.

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
    assert_eq!(
        output,
        r###"#[allow(
    deprecated,
    trivial_numeric_casts,
    unused_braces,
    unused_parens,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::default_numeric_fallback,
    clippy::unnecessary_cast
)]
const _: () = {
    use ::docktuna::__private as __docktuna;
    const __CHECKED_0: &'static __docktuna::Space = __docktuna::flattened(
        <Common as __docktuna::Tunable>::SPACE,
    );
    #[automatically_derived]
    impl __docktuna::Tunable for Model {
        const NAME: &'static ::core::primitive::str = "Model";
        const DOC: &'static ::core::primitive::str = "Settings.";
        const SPACE: &'static __docktuna::Space = &__docktuna::Space::Group(const {
            &[
                __docktuna::Field::new(
                    "lr",
                    "Peak learning rate.",
                    const {
                        &__docktuna::Space::Param(
                            __docktuna::Param::new(
                                    __docktuna::Domain::range(
                                            <f64 as __docktuna::Scalar>::KIND,
                                            __docktuna::Bound {
                                                float: 1e-5,
                                                int: 0,
                                            },
                                            __docktuna::Bound {
                                                float: 1e-1,
                                                int: 0,
                                            },
                                        )
                                        .log(),
                                )
                                .default_value(const { &__docktuna::Value::Float(3e-4) }),
                        )
                    },
                ),
                __docktuna::Field::new(
                    "type",
                    "",
                    const {
                        &__docktuna::Space::Param(
                            __docktuna::Param::new(
                                __docktuna::Domain::range(
                                        <f32 as __docktuna::Scalar>::KIND,
                                        __docktuna::Bound {
                                            float: 0.0,
                                            int: 0,
                                        },
                                        __docktuna::Bound {
                                            float: 0.5,
                                            int: 0,
                                        },
                                    )
                                    .step(__docktuna::Bound {
                                        float: 0.05,
                                        int: 0,
                                    }),
                            ),
                        )
                    },
                ),
                __docktuna::Field::new(
                    "schedule",
                    "",
                    <Schedule as __docktuna::Tunable>::SPACE,
                ),
                __docktuna::Field::new("", "", __CHECKED_0),
                __docktuna::Field::new(
                    "seed",
                    "",
                    const { &__docktuna::Space::Fixed(::core::stringify!(42)) },
                ),
            ]
        });
        const STUDY: __docktuna::StudySpec = __docktuna::StudySpec {
            name: __docktuna::Option::Some("s"),
            objectives: &[
                __docktuna::Objective {
                    direction: __docktuna::Direction::Maximize,
                    name: __docktuna::Option::Some("accuracy"),
                },
            ],
        };
        fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            __docktuna::Result::Ok(Self {
                lr: __docktuna::build_scalar::<
                    f64,
                    __S,
                >(__source, <Self as __docktuna::Tunable>::SPACE, 0usize)?,
                r#type: __docktuna::build_scalar::<
                    f32,
                    __S,
                >(__source, <Self as __docktuna::Tunable>::SPACE, 1usize)?,
                schedule: {
                    __docktuna::Source::enter(__source, "schedule");
                    let __value = <Schedule as __docktuna::Tunable>::build(__source)?;
                    __docktuna::Source::leave(__source);
                    __value
                },
                common: {
                    __docktuna::Source::enter(__source, "");
                    let __value = <Common as __docktuna::Tunable>::build(__source)?;
                    __docktuna::Source::leave(__source);
                    __value
                },
                seed: 42,
                cache: <Cache as __docktuna::Given>::given(),
            })
        }
        fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
            &self,
            __sink: &mut __K,
        ) -> __docktuna::Result<(), __K::Error> {
            __docktuna::record_scalar::<
                f64,
                __K,
            >(__sink, <Self as __docktuna::Tunable>::SPACE, 0usize, &self.lr)?;
            __docktuna::record_scalar::<
                f32,
                __K,
            >(__sink, <Self as __docktuna::Tunable>::SPACE, 1usize, &self.r#type)?;
            __docktuna::Sink::enter(__sink, "schedule");
            <Schedule as __docktuna::Tunable>::record(&self.schedule, __sink)?;
            __docktuna::Sink::leave(__sink);
            __docktuna::Sink::enter(__sink, "");
            <Common as __docktuna::Tunable>::record(&self.common, __sink)?;
            __docktuna::Sink::leave(__sink);
            __docktuna::Result::Ok(())
        }
    }
};
"###
    );
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
    assert_eq!(
        output,
        r###"#[allow(
    deprecated,
    trivial_numeric_casts,
    unused_braces,
    unused_parens,
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::default_numeric_fallback,
    clippy::unnecessary_cast
)]
const _: () = {
    use ::docktuna::__private as __docktuna;
    const __CHECKED_0: __docktuna::Param = __docktuna::checked_default(
        __docktuna::Param::new(
            __docktuna::Domain::range(
                    <u8 as __docktuna::Scalar>::KIND,
                    {
                        let __bound: u8 = LOW;
                        __docktuna::Bound::constant(
                            <u8 as __docktuna::Scalar>::KIND,
                            __bound as ::core::primitive::f64,
                            __bound as ::core::primitive::i128,
                        )
                    },
                    __docktuna::Bound {
                        float: 8.0,
                        int: 8,
                    },
                )
                .step({
                    let __bound: u8 = STEP;
                    __docktuna::Bound::constant(
                        <u8 as __docktuna::Scalar>::KIND,
                        __bound as ::core::primitive::f64,
                        __bound as ::core::primitive::i128,
                    )
                }),
        ),
        const {
            &__docktuna::Domain::number(
                <u8 as __docktuna::Scalar>::KIND,
                {
                    let __bound: u8 = LOW;
                    __docktuna::Bound::constant(
                        <u8 as __docktuna::Scalar>::KIND,
                        __bound as ::core::primitive::f64,
                        __bound as ::core::primitive::i128,
                    )
                },
            )
        },
    );
    const __CHECKED_1: __docktuna::Param = __docktuna::Param::new(
        __docktuna::Domain::range(
            <Rate as __docktuna::Scalar>::KIND,
            __docktuna::float_literal(
                <Rate as __docktuna::Scalar>::KIND,
                __docktuna::Bound {
                    float: 0.5,
                    int: 0,
                },
            ),
            __docktuna::float_literal(
                <Rate as __docktuna::Scalar>::KIND,
                __docktuna::Bound {
                    float: 1.0,
                    int: 0,
                },
            ),
        ),
    );
    #[automatically_derived]
    impl __docktuna::Tunable for Model {
        const NAME: &'static ::core::primitive::str = "Model";
        const SPACE: &'static __docktuna::Space = &__docktuna::Space::Group(const {
            &[
                __docktuna::Field::new(
                    "layers",
                    "",
                    const { &__docktuna::Space::Param(__CHECKED_0) },
                ),
                __docktuna::Field::new(
                    "rate",
                    "",
                    const { &__docktuna::Space::Param(__CHECKED_1) },
                ),
                __docktuna::Field::new(
                    "heads",
                    "",
                    const {
                        &__docktuna::Space::Param(
                            __docktuna::Param::new(
                                __docktuna::Domain::range(
                                    <u8 as __docktuna::Scalar>::KIND,
                                    {
                                        let __bound: u8 = Self::LOW;
                                        __docktuna::Bound::constant(
                                            <u8 as __docktuna::Scalar>::KIND,
                                            __bound as ::core::primitive::f64,
                                            __bound as ::core::primitive::i128,
                                        )
                                    },
                                    __docktuna::Bound {
                                        float: 8.0,
                                        int: 8,
                                    },
                                ),
                            ),
                        )
                    },
                ),
            ]
        });
        fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            __docktuna::Result::Ok(Self {
                layers: __docktuna::build_scalar::<
                    u8,
                    __S,
                >(__source, <Self as __docktuna::Tunable>::SPACE, 0usize)?,
                rate: {
                    let __space = <Self as __docktuna::Tunable>::SPACE
                        .field(1usize)
                        .space();
                    __docktuna::Source::enter(__source, "rate");
                    let __value = <Rate as __docktuna::Scalar>::build_from(
                        __source,
                        __space.param(),
                    )?;
                    __docktuna::Source::leave(__source);
                    __value
                },
                heads: __docktuna::build_scalar::<
                    u8,
                    __S,
                >(__source, <Self as __docktuna::Tunable>::SPACE, 2usize)?,
            })
        }
        fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
            &self,
            __sink: &mut __K,
        ) -> __docktuna::Result<(), __K::Error> {
            __docktuna::record_scalar::<
                u8,
                __K,
            >(__sink, <Self as __docktuna::Tunable>::SPACE, 0usize, &self.layers)?;
            let __space = <Self as __docktuna::Tunable>::SPACE.field(1usize).space();
            __docktuna::Sink::enter(__sink, "rate");
            <Rate as __docktuna::Scalar>::record_to(
                &self.rate,
                __sink,
                __space.param(),
            )?;
            __docktuna::Sink::leave(__sink);
            __docktuna::record_scalar::<
                u8,
                __K,
            >(__sink, <Self as __docktuna::Tunable>::SPACE, 2usize, &self.heads)?;
            __docktuna::Result::Ok(())
        }
    }
};
"###
    );
}

#[test]
fn aliases_are_constants_of_fields_and_arms() {
    let squeezed = |input: &str| expanded(input).split_whitespace().collect::<String>();
    let output = squeezed(
        r#"
        struct Model {
            #[tune(alias = "old", alias = "older")]
            x: bool,
            y: bool,
        }
        "#,
    );
    let field = r#"Field::new("x","",<boolas__docktuna::Tunable>::SPACE)"#;
    assert!(
        output.contains(&format!(r#"{field}.aliased(&["old","older"]),"#)),
        "{output}"
    );
    let output = squeezed(r#"enum Act { Relu, #[tune(alias = "Swish")] Silu }"#);
    let arm = r#"Arm::new("Silu","",__docktuna::Space::EMPTY)"#;
    assert!(
        output.contains(&format!(r#"{arm}.aliased(&["Swish"]),"#)),
        "{output}"
    );
    assert_eq!(output.matches("aliased").count(), 1);
}

/// Each trait that a type lacks would be an error of its own.
#[test]
fn f20_one_trait_is_asked_of_a_type_that_the_macro_does_not_know() {
    let rules = [
        "range = LOW..=8, log",
        "choices = [1, 2]",
        "choices = [\"a\", \"b\"]",
        "choices = [true]",
    ];
    for rule in rules {
        for ty in ["Foreign", "Option<Foreign>", "[Foreign; 2]"] {
            let output = expanded(&format!("struct M {{ #[tune({rule})] x: {ty} }}"));
            let asked = output.split("<Foreign as __docktuna::").skip(1);
            let asked: Vec<&str> = asked.filter_map(|rest| rest.split('>').next()).collect();
            assert!(
                !asked.is_empty() && asked.iter().all(|name| *name == "Scalar"),
                "{asked:?}"
            );
            assert!(!output.contains("::<Foreign,"), "{output}");
        }
    }
}

#[test]
fn f45_a_field_that_is_skipped_asks_for_a_default() {
    let output = expanded(
        "struct M<T, const N: usize> {
            #[tune(skip)] a: T,
            #[tune(fixed)] b: Vec<[u8; N]>,
            #[tune(skip)] c: String,
            #[tune(skip = T::new())] d: T,
        }",
    );
    let (_, clause) = output.split_once("where").expect("a where clause");
    let (clause, _) = clause.split_once('{').expect("a body");
    assert_eq!(
        clause.split_whitespace().collect::<Vec<_>>().join(" "),
        "T: ::core::default::Default, Vec<[u8; N]>: ::core::default::Default,"
    );
}

#[test]
fn f45_a_description_may_be_an_expression() {
    let output = expanded(
        "struct M {
            /// One
            ///   line.
            #[doc = concat!(\"an\", \"other\")]
            x: bool,
        }",
    );
    let output = output.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        output.contains(r#""One line.", concat!("an", "other")"#),
        "{output}"
    );
}
