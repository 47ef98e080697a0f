//! The generated code for enums and options, as a reader would like to see it.

use super::expanded;

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
    #[automatically_derived]
    impl __docktuna::Tunable for Model {
        const NAME: &'static ::core::primitive::str = "Model";
        const SPACE: &'static __docktuna::Space = &__docktuna::Space::Group(const {
            &[
                __docktuna::Field::new(
                    "mixup",
                    "",
                    const {
                        &__docktuna::Space::Switch(
                            __docktuna::Switch::new(
                                    __docktuna::OPTION,
                                    const {
                                        &[
                                            __docktuna::Arm::new("none", "", __docktuna::Space::EMPTY),
                                            __docktuna::Arm::new(
                                                "some",
                                                "",
                                                const {
                                                    &__docktuna::Space::Param(
                                                        __docktuna::Param::new(
                                                                __docktuna::Domain::range(
                                                                    <f64 as __docktuna::Scalar>::KIND,
                                                                    __docktuna::Bound {
                                                                        float: 0.0,
                                                                        int: 0,
                                                                    },
                                                                    __docktuna::Bound {
                                                                        float: 1.0,
                                                                        int: 0,
                                                                    },
                                                                ),
                                                            )
                                                            .default_value(const { &__docktuna::Value::Float(0.5) }),
                                                    )
                                                },
                                            ),
                                        ]
                                    },
                                )
                                .default_label(const { &__docktuna::text("some") }),
                        )
                    },
                ),
            ]
        });
        fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            __docktuna::Result::Ok(Self {
                mixup: {
                    let __space = <Self as __docktuna::Tunable>::SPACE
                        .field(0usize)
                        .space();
                    __docktuna::Source::enter(__source, "mixup");
                    let __value = __docktuna::build_option(
                        __source,
                        __space,
                        |__source| __docktuna::build_param::<
                            f64,
                            __S,
                        >(__source, __space.switch().arms()[1].space()),
                    )?;
                    __docktuna::Source::leave(__source);
                    __value
                },
            })
        }
        fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
            &self,
            __sink: &mut __K,
        ) -> __docktuna::Result<(), __K::Error> {
            let __space = <Self as __docktuna::Tunable>::SPACE.field(0usize).space();
            __docktuna::Sink::enter(__sink, "mixup");
            __docktuna::record_option(
                __sink,
                __space,
                __docktuna::Option::as_ref(&self.mixup),
                |__value, __sink| __docktuna::record_param::<
                    f64,
                    __K,
                >(__sink, __space.switch().arms()[1].space(), __value),
            )?;
            __docktuna::Sink::leave(__sink);
            __docktuna::Result::Ok(())
        }
    }
};
"###
    );
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
    #[automatically_derived]
    impl<T> __docktuna::Tunable for Optimizer<T>
    where
        T: __docktuna::Tunable,
    {
        const NAME: &'static ::core::primitive::str = "Optimizer";
        const SPACE: &'static __docktuna::Space = &__docktuna::Space::Switch(
            __docktuna::Switch::new(
                    const {
                        &[
                            __docktuna::text("sgd"),
                            __docktuna::text("adam"),
                            __docktuna::text("plain"),
                        ]
                    },
                    const {
                        &[
                            __docktuna::Arm::new(
                                    "sgd",
                                    "",
                                    const {
                                        &__docktuna::Space::Group(const {
                                            &[
                                                __docktuna::Field::new(
                                                    "momentum",
                                                    "",
                                                    const {
                                                        &__docktuna::Space::Param(
                                                            __docktuna::Param::new(
                                                                __docktuna::Domain::range(
                                                                    <i8 as __docktuna::Scalar>::KIND,
                                                                    __docktuna::Bound {
                                                                        float: -1.0,
                                                                        int: -1,
                                                                    },
                                                                    __docktuna::Bound {
                                                                        float: 9.0,
                                                                        int: 9,
                                                                    },
                                                                ),
                                                            ),
                                                        )
                                                    },
                                                ),
                                            ]
                                        })
                                    },
                                )
                                .named("Sgd"),
                            __docktuna::Arm::new(
                                    "adam",
                                    "Adaptive.",
                                    <T as __docktuna::Tunable>::SPACE,
                                )
                                .named("Adaptive"),
                            __docktuna::Arm::new("plain", "", __docktuna::Space::EMPTY)
                                .named("Plain"),
                        ]
                    },
                )
                .default_label(const { &__docktuna::text("adam") }),
        );
        fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            let __value = match __docktuna::enter_arm(
                __source,
                <Self as __docktuna::Tunable>::SPACE,
            )? {
                0usize => {
                    Self::Sgd {
                        momentum: __docktuna::build_scalar::<
                            i8,
                            __S,
                        >(
                            __source,
                            <Self as __docktuna::Tunable>::SPACE
                                .switch()
                                .arms()[0usize]
                                .space(),
                            0usize,
                        )?,
                        other: 3,
                    }
                }
                1usize => {
                    Self::Adaptive {
                        0: <T as __docktuna::Tunable>::build(__source)?,
                    }
                }
                _ => Self::Plain {},
            };
            __docktuna::Source::leave(__source);
            __docktuna::Result::Ok(__value)
        }
        fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
            &self,
            __sink: &mut __K,
        ) -> __docktuna::Result<(), __K::Error> {
            match self {
                Self::Sgd { momentum: __field_0, .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "sgd",
                    )?;
                    __docktuna::record_scalar::<
                        i8,
                        __K,
                    >(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE
                            .switch()
                            .arms()[0usize]
                            .space(),
                        0usize,
                        __field_0,
                    )?;
                }
                Self::Secret { .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "secret",
                    )?;
                }
                Self::Adaptive { 0: __field_0, .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "adam",
                    )?;
                    <T as __docktuna::Tunable>::record(__field_0, __sink)?;
                }
                Self::Plain { .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "plain",
                    )?;
                }
            }
            __docktuna::Sink::leave(__sink);
            __docktuna::Result::Ok(())
        }
    }
};
"###
    );
}
