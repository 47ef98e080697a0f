//! The generated code for fields of other types than numbers, texts and booleans themselves.

use super::expanded;

/// What stands in the functions that build and record.
fn functions(input: &str) -> String {
    let output = expanded(input);
    let (_, functions) = output.split_once("fn build").expect("a function");
    functions.to_owned()
}

#[test]
fn a_struct_around_a_number_is_a_scalar() {
    let output = expanded("struct Lr(f64);");
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
    impl __docktuna::Scalar for Lr {
        type Inner = <f64 as __docktuna::Scalar>::Inner;
        const KIND: __docktuna::Kind = <f64 as __docktuna::Scalar>::KIND;
        fn from_inner(
            __inner: Self::Inner,
        ) -> __docktuna::Result<Self, __docktuna::BoxError> {
            let __value = Self {
                0: <f64 as __docktuna::Scalar>::from_inner(__inner)?,
            };
            __docktuna::Result::Ok(__value)
        }
        fn to_inner(&self) -> __docktuna::Result<Self::Inner, __docktuna::BoxError> {
            <f64 as __docktuna::Scalar>::to_inner(&self.0)
        }
    }
};
"###
    );
}

#[test]
fn a_struct_around_another_type_is_what_that_is() {
    let output = expanded("#[tune(validate = Self::check)] struct Wrap<T>(T, PhantomData<T>);");
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
    impl<T> __docktuna::Tunable for Wrap<T>
    where
        T: __docktuna::Tunable,
    {
        const NAME: &'static ::core::primitive::str = "Wrap";
        const SPACE: &'static __docktuna::Space = <T as __docktuna::Tunable>::SPACE;
        fn build<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            __docktuna::Result::Ok(Self {
                0: <T as __docktuna::Tunable>::build(__source)?,
                1: ::core::marker::PhantomData,
            })
        }
        fn record<__K: __docktuna::Sink + ?::core::marker::Sized>(
            &self,
            __sink: &mut __K,
        ) -> __docktuna::Result<(), __K::Error> {
            <T as __docktuna::Tunable>::record(&self.0, __sink)?;
            __docktuna::Sink::validate(
                __sink,
                &|| {
                    let __rule: fn(&Self) -> __docktuna::Result<(), _> = Self::check;
                    __docktuna::refusal(__rule(self))
                },
            )?;
            __docktuna::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl<T> __docktuna::Scalar for Wrap<T>
    where
        T: __docktuna::Scalar,
    {
        type Inner = <T as __docktuna::Scalar>::Inner;
        const KIND: __docktuna::Kind = <T as __docktuna::Scalar>::KIND;
        fn from_inner(
            __inner: Self::Inner,
        ) -> __docktuna::Result<Self, __docktuna::BoxError> {
            let __value = Self {
                0: <T as __docktuna::Scalar>::from_inner(__inner)?,
                1: ::core::marker::PhantomData,
            };
            {
                let __checked = &__value;
                {
                    let __rule: fn(&Self) -> __docktuna::Result<(), _> = Self::check;
                    __docktuna::refusal(__rule(__checked))
                }?;
            }
            __docktuna::Result::Ok(__value)
        }
        fn to_inner(&self) -> __docktuna::Result<Self::Inner, __docktuna::BoxError> {
            {
                let __checked = self;
                {
                    let __rule: fn(&Self) -> __docktuna::Result<(), _> = Self::check;
                    __docktuna::refusal(__rule(__checked))
                }?;
            }
            <T as __docktuna::Scalar>::to_inner(&self.0)
        }
    }
};
"###
    );
}

#[test]
fn a_converted_field_calls_the_users_functions() {
    let output = functions(
        "struct Server {
            #[tune(range = 1..=60, as = u64, from = Duration::from_secs, into = Duration::as_secs)]
            timeout: Duration,
            #[tune(choices = [\"::1\"], as = String)]
            host: Option<IpAddr>,
        }",
    );
    assert_eq!(
        output,
        r###"<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            __docktuna::Result::Ok(Self {
                timeout: {
                    let __space = <Self as __docktuna::Tunable>::SPACE
                        .field(0usize)
                        .space();
                    __docktuna::Source::enter(__source, "timeout");
                    let __value = match <u64 as __docktuna::Scalar>::build_from(
                        __source,
                        __space.param(),
                    ) {
                        __docktuna::Result::Ok(__inner) => {
                            __docktuna::built(
                                __source,
                                __docktuna::from_inner::<
                                    u64,
                                    Duration,
                                    _,
                                    _,
                                >(Duration::from_secs, __inner),
                            )
                        }
                        __docktuna::Result::Err(__error) => {
                            __docktuna::Result::Err(__error)
                        }
                    }?;
                    __docktuna::Source::leave(__source);
                    __value
                },
                host: {
                    let __space = <Self as __docktuna::Tunable>::SPACE
                        .field(1usize)
                        .space();
                    __docktuna::Source::enter(__source, "host");
                    let __value = __docktuna::build_option(
                        __source,
                        __space,
                        |__source| match <String as __docktuna::Scalar>::build_from(
                            __source,
                            __space.switch().arms()[1].space().param(),
                        ) {
                            __docktuna::Result::Ok(__inner) => {
                                __docktuna::built(
                                    __source,
                                    {
                                        #[allow(unused_imports)]
                                        use __docktuna::by_traits::*;
                                        (&&&&&__docktuna::Types::<String, IpAddr>::NEW)
                                            .from_inner(__inner)
                                    },
                                )
                            }
                            __docktuna::Result::Err(__error) => {
                                __docktuna::Result::Err(__error)
                            }
                        },
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
            __docktuna::Sink::enter(__sink, "timeout");
            match __docktuna::kept::<
                Duration,
                u64,
            >(
                &self.timeout,
                |__value| __docktuna::into_inner::<
                    Duration,
                    u64,
                    _,
                    _,
                >(Duration::as_secs, __value),
                |__inner| __docktuna::from_inner::<
                    u64,
                    Duration,
                    _,
                    _,
                >(Duration::from_secs, __inner),
            ) {
                __docktuna::Result::Ok(__inner) => {
                    <u64 as __docktuna::Scalar>::record_to(
                        &__inner,
                        __sink,
                        __space.param(),
                    )
                }
                __docktuna::Result::Err(__reason) => {
                    __docktuna::Sink::refused(__sink, __space.param(), __reason)
                }
            }?;
            __docktuna::Sink::leave(__sink);
            let __space = <Self as __docktuna::Tunable>::SPACE.field(1usize).space();
            __docktuna::Sink::enter(__sink, "host");
            __docktuna::record_option(
                __sink,
                __space,
                __docktuna::Option::as_ref(&self.host),
                |__value, __sink| match __docktuna::kept::<
                    IpAddr,
                    String,
                >(
                    __value,
                    |__value| {
                        #[allow(unused_imports)]
                        use __docktuna::by_traits::*;
                        (&&&&&__docktuna::Types::<String, IpAddr>::NEW)
                            .into_inner(__value)
                    },
                    |__inner| {
                        #[allow(unused_imports)]
                        use __docktuna::by_traits::*;
                        (&&&&&__docktuna::Types::<String, IpAddr>::NEW)
                            .from_inner(__inner)
                    },
                ) {
                    __docktuna::Result::Ok(__inner) => {
                        <String as __docktuna::Scalar>::record_to(
                            &__inner,
                            __sink,
                            __space.switch().arms()[1].space().param(),
                        )
                    }
                    __docktuna::Result::Err(__reason) => {
                        __docktuna::Sink::refused(
                            __sink,
                            __space.switch().arms()[1].space().param(),
                            __reason,
                        )
                    }
                },
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
fn tuples_and_unnamed_fields_have_places() {
    let output = functions(
        "enum Momentum {
            Value(#[tune(range = 0.0..=1.0)] f64),
            Pair(#[tune(range = 0..=1)] (u8, u8), bool),
        }",
    );
    assert_eq!(
        output,
        r###"<__S: __docktuna::Source + ?::core::marker::Sized>(
            __source: &mut __S,
        ) -> __docktuna::Result<Self, __S::Error> {
            let __value = match __docktuna::enter_arm(
                __source,
                <Self as __docktuna::Tunable>::SPACE,
            )? {
                0usize => {
                    Self::Value {
                        0: __docktuna::build_param::<
                            f64,
                            __S,
                        >(
                            __source,
                            <Self as __docktuna::Tunable>::SPACE
                                .switch()
                                .arms()[0usize]
                                .space(),
                        )?,
                    }
                }
                _ => {
                    Self::Pair {
                        0: {
                            let __space = <Self as __docktuna::Tunable>::SPACE
                                .switch()
                                .arms()[1usize]
                                .space()
                                .field(0usize)
                                .space();
                            __docktuna::Source::enter(__source, "0");
                            let __value = __docktuna::build_tuple(
                                __source,
                                |__source| {
                                    __docktuna::Result::Ok((
                                        __docktuna::build_part(
                                            __source,
                                            "0",
                                            |__source| __docktuna::build_param::<
                                                u8,
                                                __S,
                                            >(__source, __space.field(0usize).space()),
                                        )?,
                                        __docktuna::build_part(
                                            __source,
                                            "1",
                                            |__source| __docktuna::build_param::<
                                                u8,
                                                __S,
                                            >(__source, __space.field(1usize).space()),
                                        )?,
                                    ))
                                },
                            )?;
                            __docktuna::Source::leave(__source);
                            __value
                        },
                        1: {
                            __docktuna::Source::enter(__source, "1");
                            let __value = <bool as __docktuna::Tunable>::build(
                                __source,
                            )?;
                            __docktuna::Source::leave(__source);
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
                Self::Value { 0: __field_0, .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "Value",
                    )?;
                    __docktuna::record_param::<
                        f64,
                        __K,
                    >(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE
                            .switch()
                            .arms()[0usize]
                            .space(),
                        __field_0,
                    )?;
                }
                Self::Pair { 0: __field_0, 1: __field_1, .. } => {
                    __docktuna::record_arm(
                        __sink,
                        <Self as __docktuna::Tunable>::SPACE,
                        "Pair",
                    )?;
                    let __space = <Self as __docktuna::Tunable>::SPACE
                        .switch()
                        .arms()[1usize]
                        .space()
                        .field(0usize)
                        .space();
                    __docktuna::Sink::enter(__sink, "0");
                    __docktuna::record_tuple(
                        __sink,
                        |__sink| {
                            __docktuna::record_part(
                                __sink,
                                "0",
                                |__sink| __docktuna::record_param::<
                                    u8,
                                    __K,
                                >(__sink, __space.field(0usize).space(), &(__field_0).0),
                            )?;
                            __docktuna::record_part(
                                __sink,
                                "1",
                                |__sink| __docktuna::record_param::<
                                    u8,
                                    __K,
                                >(__sink, __space.field(1usize).space(), &(__field_0).1),
                            )?;
                            __docktuna::Result::Ok(())
                        },
                    )?;
                    __docktuna::Sink::leave(__sink);
                    __docktuna::Sink::enter(__sink, "1");
                    <bool as __docktuna::Tunable>::record(__field_1, __sink)?;
                    __docktuna::Sink::leave(__sink);
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

#[test]
fn a_bound_that_may_not_hold_has_a_lifetime_of_its_own() {
    let output = expanded("struct Wrap(Inner);")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for name in ["Tunable", "Scalar"] {
        let bound = format!("for<'__any> Inner: __docktuna::{name}");
        assert!(output.contains(&bound), "{output}");
    }
    for (known, tunable) in [
        ("u8", false),
        ("Box<str>", false),
        ("bool", true),
        ("Rc<f32>", false),
    ] {
        let output = expanded(&format!("struct Wrap({known});"));
        assert!(!output.contains("where"), "{output}");
        assert_eq!(output.contains("Tunable for Wrap"), tunable, "{output}");
    }
}

#[test]
fn a_default_of_a_field_is_checked_beside_the_implementation() {
    let output = expanded("struct M { #[tune(default = Act::Gelu)] a: Act }");
    let squeezed: String = output.split_whitespace().collect();
    let checked = "__docktuna::default_variant(<Actas__docktuna::Tunable>::SPACE,\"Gelu\"";
    assert!(squeezed.contains(checked), "{output}");
    assert!(squeezed.contains("const__CHECKED_0:"), "{output}");
}
