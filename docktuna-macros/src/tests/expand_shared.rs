//! Fields that branches share.

use super::expanded;

#[test]
fn a_shared_field_is_handled_beside_its_variant() {
    let output = expanded(
        r"
        enum Kind {
            A { #[tune(shared)] x: Part },
            B { #[tune(range = 1..=2, shared)] n: u8, #[tune(shared)] x: Part },
        }
        ",
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
    const __CHECKED_0: &'static __docktuna::Space = __docktuna::equal_spaces(
        <Part as __docktuna::Tunable>::SPACE,
        <Part as __docktuna::Tunable>::SPACE,
    );
    #[automatically_derived]
    impl __docktuna::Tunable for Kind {
        const NAME: &'static ::core::primitive::str = "Kind";
        const SPACE: &'static __docktuna::Space = &__docktuna::Space::Switch(
            __docktuna::Switch::new(
                const { &[__docktuna::text("A"), __docktuna::text("B")] },
                const {
                    &[
                        __docktuna::Arm::new(
                            "A",
                            "",
                            const {
                                &__docktuna::Space::Group(const {
                                    &[
                                        __docktuna::Field::new(
                                                "x",
                                                "",
                                                <Part as __docktuna::Tunable>::SPACE,
                                            )
                                            .shared(),
                                    ]
                                })
                            },
                        ),
                        __docktuna::Arm::new(
                            "B",
                            "",
                            const {
                                &__docktuna::Space::Group(const {
                                    &[
                                        __docktuna::Field::new(
                                                "n",
                                                "",
                                                const {
                                                    &__docktuna::Space::Param(
                                                        __docktuna::Param::new(
                                                            __docktuna::Domain::range(
                                                                <u8 as __docktuna::Scalar>::KIND,
                                                                __docktuna::Bound {
                                                                    float: 1.0,
                                                                    int: 1,
                                                                },
                                                                __docktuna::Bound {
                                                                    float: 2.0,
                                                                    int: 2,
                                                                },
                                                            ),
                                                        ),
                                                    )
                                                },
                                            )
                                            .shared(),
                                        __docktuna::Field::new("x", "", __CHECKED_0).shared(),
                                    ]
                                })
                            },
                        ),
                    ]
                },
            ),
        );
        fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            let __value = match __docktuna::enter_arm(
                __source,
                <Self as __docktuna::Tunable>::SPACE,
            )? {
                0usize => {
                    Self::A {
                        x: {
                            __docktuna::Source::leave(__source);
                            let __value = {
                                __docktuna::Source::enter(__source, "x");
                                let __value = <Part as __docktuna::Tunable>::build(
                                    __source,
                                )?;
                                __docktuna::Source::leave(__source);
                                __value
                            };
                            __docktuna::Source::enter(__source, "A");
                            __value
                        },
                    }
                }
                _ => {
                    Self::B {
                        n: {
                            __docktuna::Source::leave(__source);
                            let __value = __docktuna::build_scalar::<
                                u8,
                                __S,
                            >(
                                __source,
                                <Self as __docktuna::Tunable>::SPACE
                                    .switch()
                                    .arms()[1usize]
                                    .space(),
                                0usize,
                            )?;
                            __docktuna::Source::enter(__source, "B");
                            __value
                        },
                        x: {
                            __docktuna::Source::leave(__source);
                            let __value = {
                                __docktuna::Source::enter(__source, "x");
                                let __value = <Part as __docktuna::Tunable>::build(
                                    __source,
                                )?;
                                __docktuna::Source::leave(__source);
                                __value
                            };
                            __docktuna::Source::enter(__source, "B");
                            __value
                        },
                    }
                }
            };
            __docktuna::Source::leave(__source);
            __docktuna::Result::Ok(__value)
        }
        fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
            &self,
            __sink: &mut __K,
        ) -> __docktuna::Result<(), __K::Error> {
            match self {
                Self::A { x: __field_0, .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "A",
                    )?;
                    __docktuna::Sink::leave(__sink);
                    __docktuna::Sink::enter(__sink, "x");
                    <Part as __docktuna::Tunable>::record(__field_0, __sink)?;
                    __docktuna::Sink::leave(__sink);
                    __docktuna::Sink::enter(__sink, "A");
                }
                Self::B { n: __field_0, x: __field_1, .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "B",
                    )?;
                    __docktuna::Sink::leave(__sink);
                    __docktuna::record_scalar::<
                        u8,
                        __K,
                    >(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE
                            .switch()
                            .arms()[1usize]
                            .space(),
                        0usize,
                        __field_0,
                    )?;
                    __docktuna::Sink::enter(__sink, "B");
                    __docktuna::Sink::leave(__sink);
                    __docktuna::Sink::enter(__sink, "x");
                    <Part as __docktuna::Tunable>::record(__field_1, __sink)?;
                    __docktuna::Sink::leave(__sink);
                    __docktuna::Sink::enter(__sink, "B");
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
