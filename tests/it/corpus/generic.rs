//! Layers with constants, types and markers for parameters.

use std::marker::PhantomData;

use docktuna::Tunable;

super::corpus! {
    a_layer Layer<4, Relu>,
    a_network Network<Tanh, 2>,
    a_unit Schedule<Epochs>,
}

struct Relu;
struct Tanh;

/// The activation is a type, and never a value.
#[derive(Tunable)]
struct Layer<const HEADS: usize, A> {
    #[tune(range = 0.0..=1.0)]
    temperatures: [f32; HEADS],
    #[tune(range = 16..=256, log)]
    width: u32,
    activation: PhantomData<A>,
}

#[derive(Tunable)]
struct Network<A, const LAYERS: usize>
where
    A: 'static,
{
    layers: [Layer<2, A>; LAYERS],
    head: Tagged<A, Head>,
    #[tune(skip)]
    weights: Vec<f32>,
}

/// A value with a tag of its type.
#[derive(Tunable)]
struct Tagged<A, T>(PhantomData<fn() -> A>, T);

#[derive(Tunable)]
struct Head {
    bias: bool,
}

struct Epochs;

#[derive(Tunable)]
struct Schedule<U> {
    #[tune(range = 1.0..=100.0)]
    warmup: Quantity<f64, U>,
    #[tune(range = 1..=100)]
    total: Quantity<u32, U>,
}

/// A number with a unit.
#[derive(Tunable)]
struct Quantity<T, U>(T, PhantomData<U>);
